//! Property and consumption that the rules bound (家庭财产和消费).

use super::{
    details::{DibaoConsumption, DibaoConsumptionKind as Kind, DibaoExemption},
    unit::Unit,
};
use entity::Fen;
use num_rational::Ratio;
use platform::{
    error::Result,
    module::{AssetItem, AssetKind},
    money::{Exact, exact},
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Property of a kind that concerns these members and is not exempt.
pub(super) fn of_kind<'a>(unit: &'a Unit<'_>, kinds: &'a [AssetKind]) -> impl Iterator<Item = &'a AssetItem> {
    unit.facts
        .assets
        .iter()
        .filter(move |asset| kinds.contains(&asset.kind) && !asset.exempt && unit.concerns(asset.person_id))
}

/// Value of financial property; `None` when the value of an item is not verified.
pub(super) fn financial(unit: &Unit<'_>) -> Option<Exact> {
    of_kind(unit, &[AssetKind::Financial]).try_fold(Exact::from_integer(0), |sum, asset| {
        Some(sum + exact(asset.amount_fen?) * unit.share(asset.person_id))
    })
}

/// Dwellings that count, and their built area in hundredths of m² unless one is not verified.
pub(super) fn dwellings(unit: &Unit<'_>) -> (i64, Option<Exact>) {
    let none = Some(Exact::from_integer(0));
    of_kind(unit, &[AssetKind::Dwelling]).fold((0, none), |(number, area), dwelling| {
        let own = dwelling.area_centi_m2.map(|own| unit.share(dwelling.person_id) * i128::from(own));
        (number + 1, area.zip(own).map(|(sum, own)| sum + own))
    })
}

/// One item of consumption as it will be judged: found by verification, else declared by the family.
struct Consumption {
    exempt: bool,
    amount: Option<Fen>,
    person: Option<Uuid>,
}

/// Kinds of consumption that exclude the household, in the order of the rules.
pub(super) fn excluding_consumption(unit: &Unit<'_>) -> Result<Vec<Kind>> {
    let multiple = unit.parameters.ratio("dibao.consumption.multiple", &unit.on)?;
    let yearly_max = exact(unit.standard) * multiple;
    let mut found = Vec::new();
    for kind in Kind::ALL {
        let items: Vec<_> =
            items(unit, kind)?.into_iter().filter(|item| !item.exempt && unit.concerns(item.person)).collect();
        let excludes = match kind {
            Kind::PrivateSchool | Kind::CommercialInsurance => reaches(&items, yearly_max),
            Kind::UtilitiesOverRatio => {
                !items.is_empty() && unit.parameters.flag("dibao.consumption.utilities.applied", &unit.on)?
            }
            Kind::BuiltHouse | Kind::BoughtFlat | Kind::HighGradeRefit | Kind::StudyAbroad => !items.is_empty(),
        };
        if excludes {
            found.push(kind);
        }
    }
    Ok(found)
}

/// Whether what is spent on one person in a year reaches the limit; an amount nobody verified does.
fn reaches(items: &[Consumption], yearly_max: Exact) -> bool {
    let mut by_person: BTreeMap<Option<Uuid>, Option<Exact>> = BTreeMap::new();
    for item in items {
        let sum = by_person.entry(item.person).or_insert(Some(Ratio::from_integer(0)));
        *sum = sum.zip(item.amount).map(|(sum, amount)| sum + exact(amount));
    }
    by_person.values().any(|sum| sum.is_none_or(|sum| sum >= yearly_max))
}

fn items(unit: &Unit<'_>, kind: Kind) -> Result<Vec<Consumption>> {
    let verified: Vec<_> = unit
        .facts
        .flags
        .iter()
        .filter(|flag| flag.name == kind.flag())
        .map(|flag| Consumption { exempt: flag.exempt, amount: flag.amount_fen, person: flag.person_id })
        .collect();
    if !verified.is_empty() {
        return Ok(verified);
    }
    let years = unit.parameters.integer("dibao.consumption.house.years", &unit.on)?;
    let declared = unit.details.consumption.iter().flatten().filter(|declared| declared.kind == kind);
    Ok(declared.filter(|declared| !long_ago(unit, declared, years)).map(judged).collect())
}

/// Whether building, buying or refitting lies more than the rule's years before the application.
fn long_ago(unit: &Unit<'_>, declared: &DibaoConsumption, years: i64) -> bool {
    let dated = matches!(declared.kind, Kind::BuiltHouse | Kind::BoughtFlat | Kind::HighGradeRefit);
    let passed = declared.on.and_then(|on| unit.facts.applied_on.0.years_since(on.0));
    dated && passed.is_some_and(|passed| i64::from(passed) >= years)
}

fn judged(declared: &DibaoConsumption) -> Consumption {
    use DibaoExemption as E;
    let refit = declared.kind == Kind::HighGradeRefit;
    let dwelling = refit || matches!(declared.kind, Kind::BuiltHouse | Kind::BoughtFlat);
    let exempt = match declared.exemption {
        Some(E::DisasterRebuild | E::HazardRemoval | E::StateRelocation) => dwelling,
        Some(E::FamilyChange) => refit,
        None => false,
    };
    Consumption { exempt, amount: declared.amount, person: declared.person_id.map(|person| person.id) }
}
