//! Materials of a request: what its programmes need, less what the platform knows.

use super::{
    consent::ensure_consents,
    known::KnownProofs,
    members::{Member, identities},
    request::MaterialEntry,
};
use crate::{
    act::CaseAct,
    application::only_states,
    case::finish_case,
    code::Code,
    error::{Error, Refusal, Result, ensure},
    id::Ref,
    module::Manifest,
    op::Op,
    part::Saved,
    permissions as may, reference,
    tx::Tx,
};
use entity::{
    application,
    enums::{ApplicationState, MaterialState},
    request, request_material,
};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The signed consent forms: recorded member by member, so the platform knows whether they are there.
const CONSENT_FORM: &str = "CONSENT_FORM";

/// A material of a request that is about to be written.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    kind: String,
    name: String,
    state: MaterialState,
}

/// What a request is to list.
///
/// Errors: `MATERIAL_UNKNOWN` for something missing that no programme asks for, `NO_PROOF_OF_KNOWN`.
pub(super) async fn list(
    tx: &Tx<'_>,
    cases: &[(&Manifest, Vec<&Member>)],
    handed_in: &[MaterialEntry],
    members: &[Member],
) -> Result<Vec<Listed>> {
    let parameters = reference::parameters(tx.conn()).await?;
    let today = tx.op().today();
    let proofs = KnownProofs::in_force(&parameters, &today.to_string())?;
    for entry in handed_in.iter().filter(|entry| !entry.present) {
        proofs.ensure_not_demanded(&entry.kind, &entry.name, "input.materials")?;
    }
    let consented = match ensure_consents(tx.conn(), &parameters, members, today, None).await {
        Ok(()) => true,
        Err(error) if error.code() == Code::ConsentMissing => false,
        Err(error) => return Err(error),
    };
    let persons: BTreeSet<_> = cases.iter().flat_map(|(_, of)| of).map(|member| member.row.person_id).collect();
    let identities = identities(tx.conn(), &Vec::from_iter(persons), today).await?;
    combine(cases.iter().map(|(manifest, _)| *manifest), handed_in, |kind| {
        if proofs.has(kind) {
            let needing = cases.iter().filter(|(manifest, _)| manifest.materials.iter().any(|(own, _)| *own == kind));
            let on_record =
                |member: &&Member| identities.get(&member.row.person_id).is_some_and(|held| proofs.shown(kind, held));
            let known = needing.map(|(_, of)| of).all(|of| of.iter().any(on_record));
            return known.then_some(MaterialState::FromDatabase);
        }
        let known = kind == CONSENT_FORM && consented;
        Some(if known { MaterialState::FromDatabase } else { MaterialState::Missing })
    })
}

/// What is needed in the state it starts in, `None` being not listed, and what was handed in.
fn combine<'m>(
    manifests: impl Iterator<Item = &'m Manifest>,
    handed_in: &[MaterialEntry],
    starts: impl Fn(&str) -> Option<MaterialState>,
) -> Result<Vec<Listed>> {
    let mut listed = BTreeMap::new();
    for (kind, name) in manifests.flat_map(|manifest| manifest.materials) {
        if let Some(state) = starts(kind) {
            listed.insert((*kind).to_owned(), Listed { kind: (*kind).to_owned(), name: (*name).to_owned(), state });
        }
    }
    for entry in handed_in {
        ensure(entry.present || listed.contains_key(&entry.kind), || {
            Refusal::new(Code::MaterialUnknown).field("input.materials").arg("kind", &entry.kind)
        })?;
        if entry.present {
            let present = Listed { kind: entry.kind.clone(), name: entry.name.clone(), state: MaterialState::Present };
            listed.insert(entry.kind.clone(), present);
        }
    }
    Ok(listed.into_values().collect())
}

/// Writes the list of a request.
pub(super) async fn write(tx: &Tx<'_>, request: &request::Model, listed: Vec<Listed>) -> Result<()> {
    for material in listed {
        let there = material.state == MaterialState::Present;
        let row = request_material::Model {
            id: tx.new_id(),
            request_id: request.id,
            kind: material.kind,
            name_zh: material.name,
            state: material.state,
            provided_on: there.then_some(request.received_on),
            jurisdiction: request.jurisdiction.clone(),
            version: 1,
        };
        tx.record(row.id, row).await?;
    }
    Ok(())
}

/// Materials taken in.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct MaterialReceive {
    /// Key under which a repeated call answers the first one's result.
    #[garde(length(chars, min = 1, max = 100))]
    pub idempotency_key: String,
    /// The case.
    #[garde(skip)]
    pub application_id: Ref<application::Entity>,
    /// Version of the case the caller saw.
    #[garde(range(min = 1))]
    pub expected_version: i32,
    /// Kinds of the materials handed in (材料类别).
    #[garde(length(min = 1, max = 50))]
    pub kinds: Vec<String>,
}

pub(super) const RECEIVE: CaseAct = CaseAct::in_states(
    |_, _| &[ApplicationState::VillageReceived, ApplicationState::TownPending, ApplicationState::SupplementRequired],
    |look, case, act| Box::pin(only_states(look, case, act)),
)
.never_awaited();

pub(super) async fn receive(op: &Op, input: MaterialReceive) -> Result<Saved<application::Entity>> {
    let tx = op.begin(may::MATERIAL_RECEIVE).await?;

    let mut case = tx.case(input.application_id.id, input.expected_version.into()).await?;
    RECEIVE.ensure(&case.look(), &case.row).await?;
    let listed = request_material::Entity::find()
        .filter(request_material::Column::RequestId.eq(case.row.request_id))
        .all(tx.conn())
        .await?;
    for kind in &input.kinds {
        ensure(listed.iter().any(|material| material.kind == *kind), || {
            Refusal::new(Code::MaterialUnknown).field("input.kinds").arg("kind", kind)
        })?;
    }

    for material in listed.into_iter().filter(|material| input.kinds.contains(&material.kind)) {
        take_in(&tx, material).await?;
    }
    case.touch().await?;

    let row = case.row;
    finish_case(tx, row).await
}

async fn take_in(tx: &Tx<'_>, mut material: request_material::Model) -> Result<(), Error> {
    material.state = match material.state {
        MaterialState::Requested => MaterialState::Supplied,
        MaterialState::Missing | MaterialState::FromDatabase => MaterialState::Present,
        MaterialState::Present | MaterialState::Supplied => return Ok(()),
    };
    material.provided_on = Some(tx.op().today());
    material.version += 1;
    tx.replace(material.id, material).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(materials: &'static [(&'static str, &'static str)]) -> Manifest {
        Manifest { materials, ..Manifest::BLANK }
    }

    fn entry(kind: &str, present: bool) -> MaterialEntry {
        MaterialEntry { kind: kind.to_owned(), name: kind.to_owned(), present }
    }

    /// The consents are there, the income is not, and no record shows a hardship.
    fn starts(kind: &str) -> Option<MaterialState> {
        match kind {
            CONSENT_FORM => Some(MaterialState::FromDatabase),
            "HARDSHIP_PROOF" => None,
            _ => Some(MaterialState::Missing),
        }
    }

    #[test]
    fn a_request_lists_what_is_needed_and_not_known_already() {
        let needed = manifest(&[
            ("FORM", "申请书"),
            (CONSENT_FORM, "授权书"),
            ("HARDSHIP_PROOF", "困难身份"),
            ("INCOME", "收入申报"),
        ]);
        let handed_in = [entry("FORM", true), entry("INCOME", false), entry("LETTER", true)];
        let listed = combine([&needed].into_iter(), &handed_in, starts);
        let states: Vec<_> = listed.unwrap().into_iter().map(|material| (material.kind, material.state)).collect();
        assert_eq!(
            states,
            [
                (CONSENT_FORM.to_owned(), MaterialState::FromDatabase),
                ("FORM".to_owned(), MaterialState::Present),
                ("INCOME".to_owned(), MaterialState::Missing),
                ("LETTER".to_owned(), MaterialState::Present),
            ]
        );
    }

    #[test]
    fn nothing_is_missing_that_no_programme_needs() {
        let refused = combine([&manifest(&[])].into_iter(), &[entry("TAX_PROOF", false)], starts);
        assert_eq!(refused.unwrap_err().code(), Code::MaterialUnknown);
    }
}
