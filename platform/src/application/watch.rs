//! What can be watched: cases that change, and the list of those that wait.

use crate::{error::Result, id::Ref, op::Op, outbox::Event, part::Part, permissions as may};
use entity::{application, enums::ApplicationState};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Which cases to watch; all conditions must hold, all cases of one's scope when there is none.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct ApplicationWatch {
    /// Only this case.
    #[garde(skip)]
    pub application_id: Option<Ref<application::Entity>>,
    /// Only cases of this programme (救助项目).
    #[garde(length(chars, max = 200))]
    pub programme: Option<String>,
    /// Only cases that come into this state, leave it or change in it (办理状态).
    #[garde(skip)]
    pub state: Option<ApplicationState>,
    /// Only cases handled by this town unit (承办单位).
    #[garde(length(chars, max = 200))]
    pub unit: Option<String>,
    /// Only cases of this place or of one in it (区划).
    #[garde(length(chars, max = 200))]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: Option<String>,
}

/// Which part of one's list to watch; all of it when there is no condition.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct WorklistWatch {
    /// Only cases of this programme (救助项目).
    #[garde(length(chars, max = 200))]
    pub programme: Option<String>,
    /// Only cases of this place or of one in it (区划).
    #[garde(length(chars, max = 200))]
    #[schemars(extend("x-scalar" = "JurisdictionCode"))]
    pub jurisdiction: Option<String>,
}

/// Adds what can be watched.
pub(super) fn subscriptions(part: Part) -> Part {
    part.subscription::<ApplicationWatch, application::Entity, _>(
        "applicationChanged",
        "A case that was filed or changed, as it now is (申请变动).",
        may::APPLICATION_READ,
        changed,
    )
    .subscription::<WorklistWatch, application::Entity, _>(
        "worklistChanged",
        "A case that came to the list of those that wait for one's role, changed in it or left it (待办变动).",
        may::WORKLIST_READ,
        moved,
    )
}

fn changed(_: &Op, watch: ApplicationWatch) -> Result<impl Fn(&Event) -> Option<Uuid> + Send + Sync + use<>> {
    Ok(move |event: &Event| {
        let case = watch.application_id.is_none_or(|wanted| event.application_id == Some(wanted.id));
        let unit = same(watch.unit.as_deref(), event.unit.as_deref());
        let state = watch.state.is_none_or(|wanted| [event.state, event.from_state].contains(&Some(wanted)));
        let place = watched(event, watch.programme.as_deref(), watch.jurisdiction.as_deref());
        event.application_id.filter(|_| case && unit && state && place)
    })
}

fn moved(op: &Op, watch: WorklistWatch) -> Result<impl Fn(&Event) -> Option<Uuid> + Send + Sync + use<>> {
    let waiting = waiting(op);
    Ok(move |event: &Event| {
        let states = [event.from_state, event.state].into_iter().flatten();
        let programme = event.programme.as_deref().unwrap_or_default();
        let listed = states.into_iter().any(|state| waiting.contains(&(programme.to_owned(), state)));
        let place = watched(event, watch.programme.as_deref(), watch.jurisdiction.as_deref());
        event.application_id.filter(|_| listed && place)
    })
}

/// The programmes and states in which cases wait for something that the actor may do.
fn waiting(op: &Op) -> BTreeSet<(String, ApplicationState)> {
    let acts = op.platform().acts.get().map(Vec::as_slice).unwrap_or_default();
    let mut waiting = BTreeSet::new();
    for module in &op.platform().modules {
        let manifest = module.manifest();
        for act in acts.iter().filter(|act| act.offered(op, manifest.programme)) {
            let waits = act.on_case.waits(op, &manifest);
            waiting.extend(waits.into_iter().map(|wait| (manifest.programme.to_owned(), wait.state)));
        }
    }
    waiting
}

fn watched(event: &Event, programme: Option<&str>, place: Option<&str>) -> bool {
    same(programme, event.programme.as_deref()) && place.is_none_or(|root| event.jurisdiction.starts_with(root))
}

fn same(wanted: Option<&str>, found: Option<&str>) -> bool {
    wanted.is_none_or(|wanted| found == Some(wanted))
}
