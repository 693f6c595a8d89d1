//! A programme's own facts grow by optional fields only: what was stored under an earlier form must still read.

use super::seed::put;
use anyhow::{Result, bail};
use entity::setting;
use platform::module::Module;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// Deepest a form is followed; a form that contains itself ends here.
const DEPTH_MAX: usize = 8;
/// How the store spells a field that must be given.
const REQUIRED: &str = "required ";
/// How it spells one of the values of a closed list.
const VALUE: &str = "value";

/// Each field by its place, and what it is: `HeatingDetails.rooms`, `optional integer int32`.
type Form = BTreeMap<String, String>;

/// Compares each module's facts with the form the store remembers, and remembers the new one.
///
/// Error: the fields that changed so that stored facts would not read, or clients would break.
pub(super) async fn check<C: ConnectionTrait>(conn: &C, modules: &[Arc<dyn Module>]) -> Result<()> {
    for module in modules {
        let manifest = module.manifest();
        let Some(details) = module.part().details else { continue };
        let prefix = format!("details.{}.", manifest.code);
        let remembered: Form = setting::Entity::find()
            .filter(setting::Column::Key.starts_with(&prefix))
            .all(conn)
            .await?
            .into_iter()
            .filter_map(|row| Some((row.key.strip_prefix(&prefix)?.to_owned(), row.value)))
            .collect();
        let form = form(&details.schema);
        let problems = broken(&remembered, &form);
        if !problems.is_empty() {
            bail!(
                "module {} version {} changes the facts that this store keeps for {}: {}",
                manifest.code,
                manifest.version,
                manifest.programme,
                problems.join("; ")
            );
        }
        for (place, what) in form.iter().filter(|(place, what)| remembered.get(*place) != Some(*what)) {
            put(conn, &format!("{prefix}{place}"), what).await?;
        }
    }
    Ok(())
}

/// What of a form does not follow from its earlier form; nothing is broken where nothing was.
fn broken(before: &Form, after: &Form) -> Vec<String> {
    let mut problems = Vec::new();
    for (place, was) in before {
        let Some(now) = after.get(place) else {
            problems.push(match place.split_once('=') {
                Some((field, value)) => format!("{field} has lost its value {value}"),
                None => format!("{place} is gone; keep it as an Option"),
            });
            continue;
        };
        if now.starts_with(REQUIRED) && !was.starts_with(REQUIRED) {
            problems.push(format!("{place} must be given now and was not before; make it an Option"));
        }
        let kind = |what: &str| what.split_once(' ').map_or(what, |(_, kind)| kind).to_owned();
        if kind(was) != kind(now) {
            problems.push(format!("{place} was {} and is {} now", kind(was), kind(now)));
        }
    }
    for (place, _) in after.iter().filter(|(place, what)| what.starts_with(REQUIRED) && !before.contains_key(*place)) {
        let owner = place.rsplit_once('.').map_or("", |(owner, _)| owner);
        if before.keys().any(|known| known.starts_with(&format!("{owner}."))) {
            problems.push(format!("{place} must be given now and was not before; make it an Option"));
        }
    }
    problems
}

/// Every field of a JSON Schema, by its place.
fn form(schema: &Value) -> Form {
    let mut form = Form::new();
    let name = schema["title"].as_str().unwrap_or("details");
    fields(schema, schema, name, 0, &mut form);
    form
}

fn fields(root: &Value, owner: &Value, place: &str, depth: usize, form: &mut Form) {
    for (name, field) in owner["properties"].as_object().into_iter().flatten() {
        let required = owner["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name));
        let given = if required { REQUIRED } else { "optional " };
        what(root, field, &format!("{place}.{name}"), given, depth, form);
    }
}

fn what(root: &Value, field: &Value, place: &str, given: &str, depth: usize, form: &mut Form) {
    let field = followed(root, field);
    let values = values(field);
    form.insert(place.to_owned(), format!("{given}{}", kind(field, &values)));
    form.extend(values.into_iter().map(|value| (format!("{place}={value}"), VALUE.to_owned())));
    if depth < DEPTH_MAX {
        fields(root, field, place, depth + 1, form);
        if !field["items"].is_null() {
            what(root, &field["items"], &format!("{place}[]"), "each ", depth + 1, form);
        }
    }
}

/// A form behind its reference, and out of its Option.
fn followed<'a>(root: &'a Value, form: &'a Value) -> &'a Value {
    if let Some(path) = form["$ref"].as_str().and_then(|path| path.strip_prefix('#')) {
        return root.pointer(path).map_or(form, |target| followed(root, target));
    }
    match form["anyOf"].as_array() {
        Some(branches) => {
            branches.iter().find(|branch| branch["type"] != "null").map_or(form, |branch| followed(root, branch))
        }
        None => form,
    }
}

/// What a value is, without whether it may be left out.
fn kind(form: &Value, values: &[String]) -> String {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let kind = match &form["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(word).find(|kind| kind != "null"),
        kind => word(kind),
    };
    let kind = kind.unwrap_or_else(|| if values.is_empty() { "unknown" } else { "string" }.to_owned());
    let more = ["x-scalar", "format"].iter().find_map(|key| word(&form[*key]));
    more.map_or(kind.clone(), |more| format!("{kind} {more}"))
}

/// The values of a closed list.
fn values(form: &Value) -> Vec<String> {
    let plain = form["enum"].as_array().into_iter().flatten();
    let described = form["oneOf"].as_array().into_iter().flatten();
    let named = described.flat_map(|one| one["enum"].as_array().into_iter().flatten().chain(one.get("const")));
    plain.chain(named).filter_map(|value| value.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::broken;
    use schemars::JsonSchema;

    fn form<T: JsonSchema>() -> super::Form {
        super::form(&schemars::schema_for!(T).to_value())
    }

    #[derive(JsonSchema)]
    #[expect(dead_code, reason = "only their form counts")]
    enum Kind {
        Coal,
        Gas,
    }

    #[derive(JsonSchema)]
    #[schemars(rename = "Facts")]
    #[expect(dead_code, reason = "only their form counts")]
    struct Before {
        rooms: i32,
        kind: Option<Kind>,
        notes: Vec<String>,
    }

    mod grown {
        #[derive(schemars::JsonSchema)]
        #[expect(dead_code, reason = "only their form counts")]
        pub enum Kind {
            Coal,
            Gas,
            Electricity,
        }

        #[derive(schemars::JsonSchema)]
        #[schemars(rename = "Facts")]
        #[expect(dead_code, reason = "only their form counts")]
        pub struct After {
            rooms: Option<i32>,
            kind: Option<Kind>,
            notes: Vec<String>,
            area: Option<i32>,
        }
    }

    mod broke {
        #[derive(schemars::JsonSchema)]
        #[expect(dead_code, reason = "only their form counts")]
        pub enum Kind {
            Gas,
        }

        #[derive(schemars::JsonSchema)]
        #[schemars(rename = "Facts")]
        #[expect(dead_code, reason = "only their form counts")]
        pub struct After {
            rooms: String,
            kind: Kind,
            area: i32,
        }
    }

    #[test]
    fn facts_grow_by_optional_fields_and_by_values() {
        assert_eq!(broken(&form::<Before>(), &form::<grown::After>()), Vec::<String>::new());
    }

    #[test]
    fn what_would_leave_stored_facts_unread_is_named_field_by_field() {
        assert_eq!(
            broken(&form::<Before>(), &form::<broke::After>()),
            [
                "Facts.kind must be given now and was not before; make it an Option",
                "Facts.kind has lost its value Coal",
                "Facts.notes is gone; keep it as an Option",
                "Facts.notes[] is gone; keep it as an Option",
                "Facts.rooms was integer int32 and is string now",
                "Facts.area must be given now and was not before; make it an Option",
            ]
        );
    }
}
