//! What papers are written from: cases with what was filed for them.

use super::form::{ReceivedMaterial, SupplementEntry};
use crate::{error::Result, op::Op, permissions as may};
use entity::{application, enums::MaterialState, household, person, request, request_material, service_window};
use policies::Permission;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Cases with what was filed for them, each kind of row read once for all.
pub(super) struct Files {
    pub(super) cases: HashMap<Uuid, application::Model>,
    requests: HashMap<Uuid, request::Model>,
    materials: HashMap<Uuid, Vec<request_material::Model>>,
    persons: HashMap<Uuid, person::Model>,
    heads: HashMap<Uuid, Uuid>,
    windows: HashMap<Uuid, service_window::Model>,
}

/// One case's part of it.
pub(super) struct File<'f> {
    files: &'f Files,
    pub(super) request: &'f request::Model,
    pub(super) window: &'f service_window::Model,
    materials: &'f [request_material::Model],
}

impl Files {
    /// Of the cases that a permission reaches.
    pub(super) async fn of(op: &Op, permission: Permission, ids: &[Uuid]) -> Result<Self> {
        let reading = op.read(permission)?;
        let conn = reading.conn;
        let cases = entity::find_scoped::<application::Entity>(&reading.scope)
            .filter(application::Column::Id.is_in(ids.iter().copied()))
            .all(conn)
            .await?;
        let requests = request::Entity::find()
            .filter(request::Column::Id.is_in(cases.iter().map(|case| case.request_id)))
            .all(conn)
            .await?;
        let households = household::Entity::find()
            .filter(household::Column::Id.is_in(cases.iter().map(|case| case.household_id)))
            .all(conn)
            .await?;
        let people: BTreeSet<Uuid> = requests
            .iter()
            .map(|request| request.applicant_id)
            .chain(households.iter().map(|household| household.head_person_id))
            .collect();
        let persons = person::Entity::find().filter(person::Column::Id.is_in(people)).all(conn).await?;
        let windows = service_window::Entity::find()
            .filter(service_window::Column::Id.is_in(requests.iter().map(|request| request.window_id)))
            .all(conn)
            .await?;
        Ok(Self {
            materials: materials_of(conn, &requests).await?,
            cases: cases.into_iter().map(|case| (case.id, case)).collect(),
            requests: requests.into_iter().map(|request| (request.id, request)).collect(),
            persons: persons.into_iter().map(|person| (person.id, person)).collect(),
            heads: households.into_iter().map(|household| (household.id, household.head_person_id)).collect(),
            windows: windows.into_iter().map(|window| (window.id, window)).collect(),
        })
    }

    /// Programmes of each request, also of cases that were not asked about.
    pub(super) async fn programmes(&self, op: &Op) -> Result<HashMap<Uuid, Vec<String>>> {
        let reading = op.read(may::MATERIAL_READ)?;
        let rows = entity::find_scoped::<application::Entity>(&reading.scope)
            .filter(application::Column::RequestId.is_in(self.requests.keys().copied()))
            .order_by_asc(application::Column::Number)
            .all(reading.conn)
            .await?;
        let mut programmes: HashMap<Uuid, Vec<String>> = HashMap::new();
        for row in rows {
            programmes.entry(row.request_id).or_default().push(row.programme);
        }
        Ok(programmes)
    }

    pub(super) async fn town_windows(&self, op: &Op) -> Result<Vec<service_window::Model>> {
        let towns: BTreeSet<String> =
            self.cases.values().filter_map(|case| case.jurisdiction.get(..9)).map(str::to_owned).collect();
        let windows = service_window::Entity::find().filter(service_window::Column::Jurisdiction.is_in(towns));
        Ok(windows.all(op.read(may::MATERIAL_READ)?.conn).await?)
    }

    pub(super) fn file(&self, case: Uuid) -> Option<File<'_>> {
        let request = self.requests.get(&self.cases.get(&case)?.request_id)?;
        let window = self.windows.get(&request.window_id)?;
        Some(File {
            files: self,
            request,
            window,
            materials: self.materials.get(&request.id).map_or(&[], Vec::as_slice),
        })
    }

    /// One value for each case asked about; null where there is none.
    pub(super) fn each<T: Serialize>(
        &self,
        ids: &[Uuid],
        mut tell: impl FnMut(&application::Model, &File<'_>) -> Option<T>,
    ) -> Result<Vec<Value>> {
        ids.iter()
            .map(|id| {
                let case = self.cases.get(id);
                let told = case.and_then(|case| tell(case, &self.file(case.id)?));
                Ok(told.map(serde_json::to_value).transpose()?.unwrap_or_default())
            })
            .collect()
    }
}

async fn materials_of<C: ConnectionTrait>(
    conn: &C,
    requests: &[request::Model],
) -> Result<HashMap<Uuid, Vec<request_material::Model>>> {
    let rows = request_material::Entity::find()
        .filter(request_material::Column::RequestId.is_in(requests.iter().map(|request| request.id)))
        .order_by_asc(request_material::Column::Id)
        .all(conn)
        .await?;
    let mut materials: HashMap<Uuid, Vec<request_material::Model>> = HashMap::new();
    for row in rows {
        materials.entry(row.request_id).or_default().push(row);
    }
    Ok(materials)
}

impl File<'_> {
    pub(super) fn applicant(&self, op: &Op) -> Option<String> {
        self.name(op, self.request.applicant_id)
    }

    pub(super) fn head(&self, op: &Op) -> Option<String> {
        self.name(op, *self.files.heads.get(&self.request.household_id)?)
    }

    /// A person's name; whose was told is part of the record of reads.
    fn name(&self, op: &Op, person: Uuid) -> Option<String> {
        let person = self.files.persons.get(&person)?;
        op.note_read("Person", person.id);
        Some(person.name_zh.clone())
    }

    pub(super) fn received(&self) -> Vec<ReceivedMaterial> {
        use MaterialState as M;
        let there = |state| matches!(state, M::Present | M::Supplied | M::FromDatabase);
        let received = self.materials.iter().filter(|material| there(material.state));
        received
            .map(|material| ReceivedMaterial {
                kind: material.kind.clone(),
                name: material.name_zh.clone(),
                state: material.state,
                provided_on: material.provided_on,
            })
            .collect()
    }

    /// What was asked for, with what of it arrived.
    pub(super) fn asked_for(&self) -> impl Iterator<Item = SupplementEntry> + '_ {
        use MaterialState as M;
        self.materials.iter().filter(|material| matches!(material.state, M::Requested | M::Supplied)).map(|material| {
            let arrived = material.state == M::Supplied;
            SupplementEntry {
                kind: material.kind.clone(),
                name: material.name_zh.clone(),
                arrived,
                arrived_on: material.provided_on.filter(|_| arrived),
            }
        })
    }
}
