//! One valid row of every table at least, and what a second one would have to change.
//!
//! Keys are numbers here: `key(40)` is the first application, `#40` in statements.

mod decided;
mod places;
mod worked;

use entity::{At, Day, Month};
use sea_orm::{ActiveModelTrait, DatabaseConnection, EntityTrait, IntoActiveModel, ModelTrait};
use std::fmt::Debug;
use uuid::Uuid;

pub const DISTRICT: &str = "500118";
pub const TOWN: &str = "500118107";
pub const VILLAGE: &str = "500118107200";

/// The key that stands for a number.
pub fn key(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Puts the rows in.
pub async fn fill(db: &DatabaseConnection) {
    places::fill(db).await;
    worked::fill(db).await;
    decided::fill(db).await;
}

/// What a copy of a table's first row changes in order to be valid.
pub fn afresh(table: &str) -> &'static [(&'static str, &'static str)] {
    match table {
        "jurisdiction" => &[("code", "'500118108'"), ("kind", "'TOWN'"), ("parent_code", "'500118'")],
        "org_unit" => &[("id", "#new"), ("code", "'TU_OTHER'")],
        "api_client" => &[
            ("id", "#new"),
            ("name", "'new'"),
            ("token_hash", "'0000000000000000000000000000000000000000000000000000000000000001'"),
        ],
        "service_window" => &[("id", "#new"), ("code", "'W-NEW'"), ("closed_on", "'2018-12-31'")],
        "user_account" => &[("id", "#new"), ("login", "'new'"), ("subject", "'new'")],
        "person" => &[("id", "#new"), ("id_number_hash", "'new'")],
        "scope_link" => &[("id", "#new"), ("programme", "'TEKUN'")],
        "household_member" => &[("id", "#new"), ("to_on", "'2018-12-31'")],
        "request" | "application" | "disbursement_batch" => &[("id", "#new"), ("number", "'NEW'")],
        "application_subject" => &[("id", "#new"), ("open", "(1 = 0)")],
        "application_event" => &[("id", "#new"), ("seq", "9"), ("from_state", "'DRAFT'")],
        "verification" => &[("id", "#new"), ("state", "'ABANDONED'")],
        "reverification" => &[("id", "#new"), ("verification_id", "#50")],
        "verification_investigator" => &[("id", "#new"), ("user_id", "#12")],
        "verification_report" => &[("id", "#new"), ("number", "'NEW'"), ("verification_id", "#51")],
        "decision" => &[("id", "#new"), ("number", "'NEW'"), ("ordinal", "9")],
        "once_claim" => &[("id", "#new"), ("period", "'2019'")],
        "benefit" => &[("id", "#new"), ("certificate_no", "'NEW'")],
        "channel_rule" => &[("id", "#new"), ("from_on", "'2018-06-01'")],
        "account" => &[("id", "#new"), ("code", "'NEW'"), ("channel", "'NEW'"), ("balance_fen", "0")],
        "ledger_total" => &[("id", "#new"), ("month", "'2019-01'")],
        "parameter" => &[("id", "#new"), ("key", "'new'")],
        "work_calendar" => &[("day", "'2018-10-02'")],
        "audit_event" => &[("id", "#new"), ("seq", "9")],
        "audit_person" => &[("person_id", "#new")],
        "audit_volume" => &[("number", "9")],
        "audit_head" => &[("chain", "'new'")],
        "outbox" => &[("id", "#new"), ("position", "9")],
        "outbox_head" => &[("name", "'new'")],
        "idempotency_key" => &[("id", "#new"), ("key", "'new'")],
        "policy_version" => &[("id", "#new"), ("version", "'9'")],
        "policy_document" => &[("id", "#new"), ("doc_no", "'NEW'")],
        "setting" => &[("key", "'new'")],
        _ => &[("id", "#new")],
    }
}

/// Inserts a row and finds it again as it was.
async fn put<M>(db: &DatabaseConnection, model: M)
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel> + Clone + PartialEq + Debug + Send,
    M::Entity: EntityTrait<Model = M>,
    <M::Entity as EntityTrait>::ActiveModel: ActiveModelTrait<Entity = M::Entity> + Send,
{
    let row = model.clone().into_active_model().reset_all();
    M::Entity::insert(row).exec_without_returning(db).await.unwrap_or_else(|error| panic!("{model:?}: {error}"));
    let found = M::Entity::find().all(db).await.expect("the rows");
    assert!(found.contains(&model), "{model:?} is not among {found:?}");
}

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

fn month(text: &str) -> Month {
    text.parse().expect("a month")
}

const NOON: At = At(1_540_000_000_000_000);
