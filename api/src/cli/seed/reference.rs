//! Places, units, windows, dated rule values, the calendar, the policy library.

use super::{get, put, read};
use anyhow::Result;
use entity::{
    Day,
    enums::{JurisdictionKind, ParameterStatus, UnitLevel},
    jurisdiction, org_unit, parameter, policy_document, service_window, work_calendar,
};
use platform::Tx;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use uuid::Uuid;

const DIVISIONS: &str = include_str!("../../../data/divisions.csv");
const UNITS: &str = include_str!("../../../data/org-units.csv");
const PARAMETERS: &str = include_str!("../../../data/parameters-PS-2018-10.csv");
const CALENDAR: &str = include_str!("../../../data/work-calendar.csv");
const DOCUMENTS: &str = include_str!("../../../data/policy-documents.csv");
/// Name of the set of parameters.
const PARAMETER_SET: &str = "PS-2018-10";
/// Setting that holds the digest of what was loaded.
const DIGEST: &str = "reference.digest";
/// Day the windows opened: the town's plan of 2018 set them up.
const WINDOWS_OPENED: &str = "2018-10-01";

/// Whether the store was loaded from other tables than this program's, or from none.
pub(super) async fn outdated<C: ConnectionTrait>(conn: &C) -> Result<bool> {
    Ok(get(conn, DIGEST).await?.as_deref() != Some(digest().as_str()))
}

/// Adds the rows that are not there yet; what a store has stays as it is.
pub(super) async fn load(tx: &Tx<'_>) -> Result<()> {
    let conn = tx.conn();
    let known: BTreeSet<String> =
        jurisdiction::Entity::find().all(conn).await?.into_iter().map(|row| row.code).collect();
    for place in read::<Place>("divisions.csv", DIVISIONS)?.into_iter().filter(|place| !known.contains(&place.code)) {
        let place = place.row();
        tx.record(place.code.clone(), place).await?;
    }
    units(tx).await?;
    let known: BTreeSet<(String, Day)> =
        parameter::Entity::find().all(conn).await?.into_iter().map(|row| (row.key, row.from_on)).collect();
    for value in read::<Value>("parameters-PS-2018-10.csv", PARAMETERS)? {
        if !known.contains(&(value.key.clone(), value.from_on)) {
            let value = value.row();
            tx.record(value.id, value).await?;
        }
    }
    let known: BTreeSet<Day> = work_calendar::Entity::find().all(conn).await?.into_iter().map(|row| row.day).collect();
    for day in
        read::<work_calendar::Model>("work-calendar.csv", CALENDAR)?.into_iter().filter(|day| !known.contains(&day.day))
    {
        tx.record(day.day, day).await?;
    }
    let known: BTreeSet<String> =
        policy_document::Entity::find().all(conn).await?.into_iter().map(|row| row.doc_no).collect();
    for document in
        read::<Document>("policy-documents.csv", DOCUMENTS)?.into_iter().filter(|row| !known.contains(&row.doc_no))
    {
        let document = document.row();
        tx.record(document.id, document).await?;
    }
    put(conn, DIGEST, &digest()).await
}

/// Units, and the window of each window unit: one per village and per town.
async fn units(tx: &Tx<'_>) -> Result<()> {
    let known: BTreeSet<(String, String, Day)> = org_unit::Entity::find()
        .all(tx.conn())
        .await?
        .into_iter()
        .map(|row| (row.code, row.jurisdiction, row.from_on))
        .collect();
    for unit in read::<Unit>("org-units.csv", UNITS)? {
        if known.contains(&(unit.code.clone(), unit.jurisdiction.clone(), unit.from_on)) {
            continue;
        }
        if let Some(window) = unit.window()? {
            tx.record(window.id, window).await?;
        }
        let unit = unit.row();
        tx.record(unit.id, unit).await?;
    }
    Ok(())
}

/// Keys of the program's own dated values.
pub(super) fn keys() -> Result<BTreeSet<String>> {
    Ok(read::<Value>("parameters-PS-2018-10.csv", PARAMETERS)?.into_iter().map(|value| value.key).collect())
}

fn digest() -> String {
    let mut hasher = Sha256::new();
    for text in [DIVISIONS, UNITS, PARAMETERS, CALENDAR, DOCUMENTS] {
        hasher.update(text.len().to_le_bytes());
        hasher.update(text);
    }
    hex::encode(hasher.finalize())
}

#[derive(Deserialize)]
struct Place {
    code: String,
    name_zh: String,
    name_en: String,
    kind: JurisdictionKind,
    parent_code: Option<String>,
}

impl Place {
    fn row(self) -> jurisdiction::Model {
        let Self { code, name_zh, name_en, kind, parent_code } = self;
        jurisdiction::Model { code, name_zh, name_en, kind, parent_code }
    }
}

#[derive(Deserialize)]
struct Unit {
    code: String,
    name_zh: String,
    name_en: String,
    level: UnitLevel,
    jurisdiction: String,
    from_on: Day,
    to_on: Option<Day>,
}

impl Unit {
    fn row(self) -> org_unit::Model {
        let Self { code, name_zh, name_en, level, jurisdiction, from_on, to_on } = self;
        org_unit::Model { id: Uuid::now_v7(), code, name_zh, name_en, level, jurisdiction, from_on, to_on }
    }

    fn window(&self) -> Result<Option<service_window::Model>> {
        if !matches!(self.code.as_str(), "VW_WINDOW" | "TW_WINDOW") {
            return Ok(None);
        }
        let last_six = self.jurisdiction.get(6..).unwrap_or_default();
        Ok(Some(service_window::Model {
            id: Uuid::now_v7(),
            code: format!("W{}", self.jurisdiction),
            name_zh: self.name_zh.clone(),
            level: self.level,
            jurisdiction: self.jurisdiction.clone(),
            phone: format!("023-49{last_six:0>6}"),
            opened_on: WINDOWS_OPENED.parse()?,
            closed_on: None,
        }))
    }
}

#[derive(Deserialize)]
struct Value {
    key: String,
    value: String,
    value_unit: String,
    from_on: Day,
    to_on: Option<Day>,
    source_doc: String,
    status: ParameterStatus,
}

impl Value {
    fn row(self) -> parameter::Model {
        let Self { key, value, value_unit, from_on, to_on, source_doc, status } = self;
        let set_name = PARAMETER_SET.to_owned();
        parameter::Model { id: Uuid::now_v7(), set_name, key, value, value_unit, from_on, to_on, source_doc, status }
    }
}

#[derive(Deserialize)]
struct Document {
    doc_no: String,
    title_zh: String,
    issuer: String,
    programme: Option<String>,
    from_on: Day,
    to_on: Option<Day>,
    note: Option<String>,
}

impl Document {
    fn row(self) -> policy_document::Model {
        let Self { doc_no, title_zh, issuer, programme, from_on, to_on, note } = self;
        policy_document::Model { id: Uuid::now_v7(), doc_no, title_zh, issuer, programme, from_on, to_on, note }
    }
}
