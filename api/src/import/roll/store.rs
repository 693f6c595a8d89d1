//! One checked row into the store, by the same door a window uses for persons.

use super::{
    RollReport,
    columns::Column,
    problem::{Problem, Reason},
    row::RollRow,
};
use chrono::NaiveDate;
use entity::{
    Day, Fen, Month, benefit, benefit_line,
    enums::{AreaType, BenefitOrigin, BenefitState},
    household, household_member, import_batch, person,
};
use platform::{
    Code, Error, Result, Tx,
    intake::{NewPerson, link, register_person},
    module::Parameters,
    tx::Done,
};
use policies::Permission;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// What the operator's import is called in the record.
pub(super) const IMPORT: Permission = Permission { name: "roll.import", step: None, programme: None };
/// The programme a roll is of.
const PROGRAMME: &str = "DIBAO";
/// Relation of the head, GB/T 4761.
const HEAD: &str = "02";

/// What became of a row.
pub(super) enum Verdict {
    /// Stored.
    Added,
    /// On record already, as it is.
    Known,
    /// Not taken.
    Bad(Column, Reason),
}

/// One import under way.
pub(super) struct Batch {
    id: Uuid,
    file_name: String,
    file_hash: String,
    /// The district.
    district: String,
    /// The town of its rows, or the district when they are of several.
    place: Option<String>,
    opened: bool,
    /// Row of each key taken from this file.
    seen: HashMap<(String, String), u32>,
}

impl Batch {
    pub(super) fn new(file_name: &str, file_hash: String, district: String) -> Self {
        let file_name = file_name.chars().take(200).collect();
        Self { id: Uuid::now_v7(), file_name, file_hash, district, place: None, opened: false, seen: HashMap::new() }
    }

    pub(super) fn id(&self) -> Uuid {
        self.id
    }

    /// Writes the batch's row before the first row that refers to it.
    pub(super) async fn open(&mut self, tx: &Tx<'_>, rows: &[Result<Box<RollRow>, Vec<Problem>>]) -> Result<()> {
        for row in rows.iter().flatten() {
            self.widen(&row.village);
        }
        if self.opened {
            return Ok(());
        }
        let batch = import_batch::Model {
            id: self.id,
            kind: "DIBAO_ROLL".to_owned(),
            file_name: self.file_name.clone(),
            file_hash: self.file_hash.clone(),
            imported_at: tx.op().instant(),
            row_count: 0,
            added_count: 0,
            known_count: 0,
            bad_count: 0,
            jurisdiction: self.jurisdiction(),
        };
        tx.record(self.id, batch).await?;
        self.opened = true;
        Ok(())
    }

    fn widen(&mut self, village: &str) {
        let town = village.get(..9).unwrap_or(village);
        match &self.place {
            None => self.place = Some(town.to_owned()),
            Some(place) if place != town => self.place = Some(self.district.clone()),
            Some(_) => {}
        }
    }

    /// A file without one good row is the district's matter.
    fn jurisdiction(&self) -> String {
        self.place.clone().unwrap_or_else(|| self.district.clone())
    }

    /// Keeps the counts as of this transaction.
    pub(super) async fn count(&self, tx: &Tx<'_>, report: &RollReport) -> Result<()> {
        let count = |count: u64| i32::try_from(count).unwrap_or(i32::MAX);
        let opened = import_batch::Entity::find_by_id(self.id).one(tx.conn()).await?;
        let counted = import_batch::Model {
            row_count: count(report.rows),
            added_count: count(report.added),
            known_count: count(report.known),
            bad_count: count(report.bad),
            jurisdiction: self.jurisdiction(),
            ..opened.ok_or_else(|| Error::internal("a batch has no row"))?
        };
        tx.replace(self.id, counted).await
    }

    /// Ends one chunk's transaction.
    pub(super) async fn close(&self, tx: Tx<'_>) -> Result<()> {
        let place = self.jurisdiction();
        tx.close(("ImportBatch".to_owned(), self.id.to_string()), Done::at(&place)).await
    }

    /// Stores one row, or says why not.
    pub(super) async fn row(&mut self, tx: &Tx<'_>, parameters: &Parameters, row: &RollRow) -> Result<Verdict> {
        let key = (row.certificate.clone(), row.start_month.clone());
        let start: Month = row.start_month.parse().map_err(Error::internal)?;
        let hash = tx.op().platform().cipher.lookup_hash(&row.id_number)?;
        let head = person::Entity::find().filter(person::Column::IdNumberHash.eq(&hash)).one(tx.conn()).await?;
        let mut ending = None;
        match self.on_record(tx, row, start, head.as_ref()).await? {
            OnRecord::Same => return Ok(Verdict::Known),
            OnRecord::No(Reason::KnownOtherwise) => {
                let reason =
                    self.seen.get(&key).map_or(Reason::KnownOtherwise, |earlier| Reason::TwiceInFile(*earlier));
                return Ok(Verdict::Bad(Column::Certificate, reason));
            }
            OnRecord::No(reason) => return Ok(Verdict::Bad(Column::Certificate, reason)),
            OnRecord::Earlier(benefit) => ending = Some(benefit),
            OnRecord::Nothing => {}
        }
        let home = match &head {
            Some(head) => home(tx, head).await?,
            None => Home::None,
        };
        let household = match home {
            Home::Elsewhere => return Ok(Verdict::Bad(Column::IdNumber, Reason::Code(Code::MemberOfOtherHousehold))),
            Home::Own(household) => Some(household),
            Home::None => None,
        };
        if let Some(household) = &household
            && holds(tx, household, ending.as_deref()).await?
        {
            return Ok(Verdict::Bad(Column::IdNumber, Reason::HouseholdHolds));
        }
        if let Some(benefit) = ending {
            end(tx, *benefit, start.previous()).await?;
        }
        self.add(tx, parameters, row, start, household).await?;
        self.seen.insert(key, row.number);
        Ok(Verdict::Added)
    }

    /// What the certificate has on record.
    async fn on_record(
        &self,
        tx: &Tx<'_>,
        row: &RollRow,
        start: Month,
        head: Option<&person::Model>,
    ) -> Result<OnRecord> {
        let known = benefit::Entity::find()
            .filter(benefit::Column::Origin.eq(BenefitOrigin::ImportedRoll))
            .filter(benefit::Column::CertificateNo.eq(&row.certificate))
            .order_by_desc(benefit::Column::StartMonth)
            .all(tx.conn())
            .await?;
        let Some(latest) = known.first() else { return Ok(OnRecord::Nothing) };
        let owner = household::Entity::find_by_id(latest.household_id).one(tx.conn()).await?;
        let same_head = owner.zip(head).is_some_and(|(owner, head)| owner.head_person_id == head.id);
        if let Some(benefit) = known.iter().find(|benefit| benefit.start_month == start) {
            let same = same_head && lines_of(tx, benefit.id).await? == lines(row);
            return Ok(if same { OnRecord::Same } else { OnRecord::No(Reason::KnownOtherwise) });
        }
        Ok(if !same_head {
            OnRecord::No(Reason::CertificateOfOtherHead)
        } else if latest.start_month > start {
            OnRecord::No(Reason::LaterMonthOnRecord)
        } else {
            OnRecord::Earlier(Box::new(latest.clone()))
        })
    }

    async fn add(
        &self,
        tx: &Tx<'_>,
        parameters: &Parameters,
        row: &RollRow,
        start: Month,
        known: Option<household::Model>,
    ) -> Result<()> {
        let new = NewPerson {
            name: row.head.clone(),
            id_number: Some(row.id_number.clone()),
            sex: None,
            birth_on: None,
            phone: row.phone.clone(),
            no_number_reason: None,
            jurisdiction: row.village.clone(),
            source: "DIBAO_ROLL".to_owned(),
        };
        let person = register_person(tx, parameters, new).await?.row;
        let area_type = if row.urban { AreaType::Urban } else { AreaType::Rural };
        let household = match known {
            Some(household) => household,
            None => make_household(tx, row, person.id, area_type, start).await?,
        };
        for (kind, id) in [("Person", person.id), ("Household", household.id)] {
            link(tx, kind, id, &row.village, "").await?;
            link(tx, kind, id, &row.village, PROGRAMME).await?;
        }
        let unit = tx.op().policies().handling_unit(PROGRAMME, tx.op().today().0).map(str::to_owned);
        let benefit_id = tx.new_id();
        tx.record(
            benefit_id,
            benefit::Model {
                id: benefit_id,
                application_id: None,
                decision_id: None,
                household_id: household.id,
                programme: PROGRAMME.to_owned(),
                unit: unit.ok_or_else(|| Error::internal("no unit handles DIBAO"))?,
                origin: BenefitOrigin::ImportedRoll,
                batch_id: Some(self.id),
                certificate_no: Some(row.certificate.clone()),
                area_type: Some(area_type),
                start_month: start,
                end_month: None,
                state: if row.suspended { BenefitState::Suspended } else { BenefitState::Active },
                amount_fen_month: Fen(row.total_fen),
                review_class: row.review.map(|class| class.as_str().to_owned()),
                next_review_on: row.next_review.map(Day),
                jurisdiction: row.village.clone(),
                version: 1,
            },
        )
        .await?;
        for (item, amount_fen) in lines(row) {
            let id = tx.new_id();
            let line = benefit_line::Model {
                id,
                benefit_id,
                decision_id: None,
                person_id: None,
                channel: channel(tx, &item)?,
                item,
                amount_fen,
                formula: None,
                from_month: start,
                to_month: None,
                jurisdiction: row.village.clone(),
                programme: PROGRAMME.to_owned(),
            };
            tx.record(id, line).await?;
        }
        Ok(())
    }
}

enum OnRecord {
    Nothing,
    Same,
    Earlier(Box<benefit::Model>),
    No(Reason),
}

enum Home {
    None,
    Own(household::Model),
    Elsewhere,
}

/// Where a person lives now.
async fn home(tx: &Tx<'_>, head: &person::Model) -> Result<Home> {
    let memberships = household_member::Entity::find()
        .filter(household_member::Column::PersonId.eq(head.id))
        .filter(household_member::Column::ToOn.is_null())
        .all(tx.conn())
        .await?;
    let ids: Vec<Uuid> = memberships.iter().map(|member| member.household_id).collect();
    if ids.is_empty() {
        return Ok(Home::None);
    }
    let households = household::Entity::find().filter(household::Column::Id.is_in(ids)).all(tx.conn()).await?;
    let own = households.into_iter().find(|household| household.head_person_id == head.id);
    Ok(own.map_or(Home::Elsewhere, Home::Own))
}

/// Whether a household holds dibao now, leaving aside the benefit that this row follows.
async fn holds(tx: &Tx<'_>, household: &household::Model, following: Option<&benefit::Model>) -> Result<bool> {
    let held = benefit::Entity::find()
        .filter(benefit::Column::HouseholdId.eq(household.id))
        .filter(benefit::Column::Programme.eq(PROGRAMME))
        .filter(benefit::Column::State.ne(BenefitState::Terminated))
        .all(tx.conn())
        .await?;
    Ok(held.iter().any(|benefit| following.is_none_or(|following| following.id != benefit.id)))
}

/// Ends a benefit with its last month, because the roll has a later one of the same certificate.
async fn end(tx: &Tx<'_>, benefit: benefit::Model, last: Month) -> Result<()> {
    let version = benefit.version + 1;
    let ended = benefit::Model { end_month: Some(last), state: BenefitState::Terminated, version, ..benefit };
    tx.replace(ended.id, ended).await
}

async fn make_household(
    tx: &Tx<'_>,
    row: &RollRow,
    head_person_id: Uuid,
    area_type: AreaType,
    start: Month,
) -> Result<household::Model> {
    let id = tx.new_id();
    let household = tx
        .record(
            id,
            household::Model {
                id,
                head_person_id,
                jurisdiction: row.village.clone(),
                area_type,
                address: None,
                group_name: row.group.clone(),
                phone: row.phone.clone(),
                declared_size: row.size,
                created_at: tx.op().instant(),
                version: 1,
            },
        )
        .await?;
    let from_on = NaiveDate::from_ymd_opt(start.year, start.month, 1).map_or(tx.op().today(), Day);
    let member_id = tx.new_id();
    let member = household_member::Model {
        id: member_id,
        household_id: household.id,
        person_id: head_person_id,
        relation: HEAD.to_owned(),
        counted: true,
        not_counted_reason: None,
        from_on: from_on.min(tx.op().today()),
        to_on: None,
        jurisdiction: row.village.clone(),
    };
    tx.record(member_id, member).await?;
    Ok(household)
}

/// The lines a row pays, by item; an item of nothing has no line.
fn lines(row: &RollRow) -> Vec<(String, Fen)> {
    let parts = [
        ("BASE", row.base_fen),
        ("DISABLED", row.disabled_fen),
        ("KEY_100", row.key_100_fen),
        ("KEY_60", row.key_60_fen),
    ];
    parts.into_iter().filter(|(_, fen)| *fen > 0).map(|(item, fen)| (item.to_owned(), Fen(fen))).collect()
}

async fn lines_of(tx: &Tx<'_>, benefit_id: Uuid) -> Result<Vec<(String, Fen)>> {
    let lines =
        benefit_line::Entity::find().filter(benefit_line::Column::BenefitId.eq(benefit_id)).all(tx.conn()).await?;
    let mut lines: Vec<_> = lines.into_iter().map(|line| (line.item, line.amount_fen)).collect();
    lines.sort();
    Ok(lines)
}

/// The one channel that pays an item today.
fn channel(tx: &Tx<'_>, item: &str) -> Result<String> {
    let rows = tx.op().policies().funding(PROGRAMME, item, tx.op().today().0);
    match rows.as_slice() {
        [row] => Ok(row.channel.clone()),
        _ => Err(Error::internal(format!("funding.csv names no one channel for {PROGRAMME} {item}"))),
    }
}
