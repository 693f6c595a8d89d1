//! Finding a person (人员查询): by the whole identity number, or by how the name begins, in one's own rows.

use super::person::read_number;
use crate::{
    code::Code,
    error::{Refusal, Result, ensure},
    op::Op,
    part::{Direction, Finder, Part},
    permissions as may, reference,
};
use entity::{At, Scoped, person};
use schemars::JsonSchema;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};
use uuid::Uuid;

/// Characters a name must begin with; one would list every family of a surname.
const NAME_CHARS_MIN: usize = 2;
/// Persons a name finds at most, on all pages together.
const FOUND_MAX: u64 = 50;
/// Searches an assignment may make in a minute, so that nobody reads the register by trying.
const SEARCHES_MAX: u32 = 30;
const MINUTE_MICROS: i64 = 60_000_000;
/// Assignments remembered at most.
const ASSIGNMENTS_MAX: usize = 10_000;

/// Adds the search.
pub(super) fn finder(part: Part) -> Part {
    let search = Finder::new(
        "personSearch",
        "Persons of one's own rows by identity number or by how the name begins; at most 50 by name (人员查询).",
        "Person",
        may::PERSON_SEARCH,
        narrow,
    )
    .with_required_input()
    .ordered_by(person::Column::NameZh, Direction::Asc)
    .comparing([person::Column::NameZh]);
    part.finder(search)
}

/// Whom to find: one of the two.
#[derive(Debug, Deserialize, JsonSchema, garde::Validate)]
#[serde(rename_all = "camelCase")]
pub struct PersonSearch {
    /// Whole resident identity number, 18 characters (公民身份号码).
    #[garde(inner(length(chars, max = 40)))]
    #[schemars(extend("x-scalar" = "IdNumber"))]
    pub id_number: Option<String>,
    /// How the name begins, at least two characters (姓名).
    #[garde(inner(length(chars, max = 40)))]
    pub name: Option<String>,
}

/// Errors: those of an identity number, `INVALID_INPUT`, `RATE_LIMITED`.
async fn narrow(op: &Op, input: PersonSearch) -> Result<Condition> {
    let typed = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let actor = op.signed_in()?.assignment_id;
    op.platform().searches.count(actor, op.wall_at())?;
    match (typed(input.id_number), typed(input.name)) {
        (Some(number), None) => by_number(op, &number).await,
        (None, Some(name)) => by_name(op, &name),
        _ => Err(invalid("input", "give either idNumber or name")),
    }
}

fn invalid(field: &str, reason: &str) -> crate::error::Error {
    Refusal::new(Code::InvalidInput).field(field).arg("reason", reason).into()
}

async fn by_number(op: &Op, typed: &str) -> Result<Condition> {
    let reading = op.read(may::PERSON_SEARCH)?;
    let parameters = reference::parameters(reading.conn).await?;
    let number = read_number(&parameters, typed, op.today(), "input.idNumber")?;
    let hash = op.platform().cipher.lookup_hash(number.as_str())?;
    Ok(Condition::all().add(person::Column::IdNumberHash.eq(hash)))
}

/// The first persons of one's own rows whose name begins so; what lies beyond is not there on any page.
fn by_name(op: &Op, name: &str) -> Result<Condition> {
    ensure(name.chars().count() >= NAME_CHARS_MIN, || {
        Refusal::new(Code::InvalidInput)
            .field("input.name")
            .arg("reason", format!("a name is searched by at least {NAME_CHARS_MIN} characters"))
    })?;
    let mut first = entity::find_scoped::<person::Entity>(&op.scope(&may::PERSON_SEARCH))
        .filter(entity::scope::condition(&person::Entity::scope_by(), "person", &op.scope(&may::PERSON_READ)))
        .filter(person::Column::NameZh.gte(name));
    if let Some(end) = after_all(name) {
        first = first.filter(person::Column::NameZh.lt(end));
    }
    let first = first
        .select_only()
        .column(person::Column::Id)
        .order_by_asc(person::Column::NameZh)
        .order_by_asc(person::Column::Id)
        .limit(FOUND_MAX)
        .into_query();
    Ok(Condition::all().add(person::Column::Id.in_subquery(first)))
}

/// The first text after every text that begins with `prefix`, in the order of characters; `None` if there is none.
fn after_all(prefix: &str) -> Option<String> {
    let mut rest: Vec<char> = prefix.chars().collect();
    while let Some(last) = rest.pop() {
        let next = (u32::from(last) + 1..=u32::from(char::MAX)).find_map(char::from_u32);
        if let Some(next) = next {
            rest.push(next);
            return Some(rest.into_iter().collect());
        }
    }
    None
}

/// Searches of each assignment in its present minute.
#[derive(Debug, Default)]
pub struct Searches {
    made: Mutex<HashMap<Uuid, (At, u32)>>,
}

impl Searches {
    /// Counts one search. Error: `RATE_LIMITED`.
    fn count(&self, assignment: Uuid, now: At) -> Result<()> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= ASSIGNMENTS_MAX {
            made.retain(|_, (since, _)| now.0 - since.0 < MINUTE_MICROS);
        }
        let (since, count) = made.entry(assignment).or_insert((now, 0));
        if now.0 - since.0 >= MINUTE_MICROS {
            (*since, *count) = (now, 0);
        }
        let left = (MINUTE_MICROS - (now.0 - since.0)) / 1_000_000 + 1;
        ensure(*count < SEARCHES_MAX, || Refusal::new(Code::RateLimited).arg("seconds", left))?;
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_ends_before_the_next_character() {
        assert_eq!(after_all("张守").as_deref(), Some("张安"));
        assert!(("张守"..after_all("张守").unwrap().as_str()).contains(&"张守田"));
        assert_eq!(after_all("a\u{D7FF}").as_deref(), Some("a\u{E000}"));
        assert_eq!(after_all("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(after_all("\u{10FFFF}"), None);
    }

    #[test]
    fn a_minute_has_room_for_thirty_searches() {
        let searches = Searches::default();
        let who = Uuid::nil();
        for _ in 0..SEARCHES_MAX {
            assert!(searches.count(who, At(0)).is_ok());
        }
        assert_eq!(searches.count(who, At(1)).unwrap_err().code(), Code::RateLimited);
        assert!(searches.count(Uuid::max(), At(1)).is_ok(), "another assignment has its own");
        assert!(searches.count(who, At(MINUTE_MICROS)).is_ok(), "the next minute is another");
    }
}
