//! Places, units, windows, dated rule values, the calendar, the policy library.

use super::{add, get, put, read};
use anyhow::Result;
use entity::{
    Day,
    enums::{JurisdictionKind, ParameterStatus, UnitLevel},
    jurisdiction, org_unit, parameter, policy_document, service_window, work_calendar,
};
use sea_orm::DatabaseTransaction;
use serde::Deserialize;
use sha2::{Digest, Sha256};
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

/// Loads what is not there yet; answers whether anything was new.
pub(in crate::cli) async fn load(tx: &DatabaseTransaction) -> Result<bool> {
    let digest = digest();
    if get(tx, DIGEST).await?.as_deref() == Some(digest.as_str()) {
        return Ok(false);
    }
    let places: Vec<jurisdiction::Model> = read::<Place>("divisions.csv", DIVISIONS)?.into_iter().map(Place::row).collect();
    let units: Vec<Unit> = read("org-units.csv", UNITS)?;
    let windows: Vec<service_window::Model> = units.iter().filter_map(|unit| unit.window(&places).transpose()).collect::<Result<_>>()?;
    add(tx, places).await?;
    add(tx, units.into_iter().map(Unit::row).collect()).await?;
    add(tx, windows).await?;
    add(tx, read::<Value>("parameters-PS-2018-10.csv", PARAMETERS)?.into_iter().map(Value::row).collect()).await?;
    add(tx, read::<work_calendar::Model>("work-calendar.csv", CALENDAR)?).await?;
    add(tx, read::<Document>("policy-documents.csv", DOCUMENTS)?.into_iter().map(Document::row).collect()).await?;
    put(tx, DIGEST, &digest).await?;
    Ok(true)
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

    /// The window of a window unit: one per village and per town.
    fn window(&self, places: &[jurisdiction::Model]) -> Result<Option<service_window::Model>> {
        if !matches!(self.code.as_str(), "VW_WINDOW" | "TW_WINDOW") || !places.iter().any(|place| place.code == self.jurisdiction) {
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

