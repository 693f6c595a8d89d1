//! A programme's own facts grow by optional fields only: what was stored under an earlier form must still read.

use super::seed::{get, put};
use anyhow::{Result, bail};
use platform::module::Module;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use std::sync::Arc;

/// Deepest a form is followed; a form that contains itself ends here.
const DEPTH_MAX: usize = 8;

/// Compares each module's facts with the form the store remembers, and remembers the new one.
///
/// Error: the fields that changed so that stored facts would not read, or clients would break.
pub(super) async fn check<C: ConnectionTrait>(conn: &C, modules: &[Arc<dyn Module>]) -> Result<()> {
    for module in modules {
        let (manifest, part) = (module.manifest(), module.part());
        let Some(details) = part.details else { continue };
        let key = format!("details.{}", manifest.code);
        let form = details.schema.to_string();
        let remembered = get(conn, &key).await?;
        if remembered.as_deref() == Some(form.as_str()) {
            continue;
        }
        if let Some(remembered) = remembered {
            let problems = broken(&serde_json::from_str(&remembered)?, &details.schema);
            if !problems.is_empty() {
                bail!(
                    "module {} version {} changes the facts that this store keeps for {}: {}",
                    manifest.code,
                    manifest.version,
                    manifest.programme,
                    problems.join("; ")
                );
            }
        }
        put(conn, &key, &form).await?;
    }
    Ok(())
}

/// What of a form does not follow from its earlier form.
fn broken(before: &Value, after: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    let place = after["title"].as_str().unwrap_or("details").to_owned();
    Forms { before, after, problems: &mut problems }.compare(before, after, &place, 0);
    problems
}

struct Forms<'a> {
    before: &'a Value,
    after: &'a Value,
    problems: &'a mut Vec<String>,
}

impl Forms<'_> {
    fn compare(&mut self, before: &Value, after: &Value, place: &str, depth: usize) {
        let (before, after) = (followed(self.before, before).clone(), followed(self.after, after).clone());
        if depth > DEPTH_MAX {
            return;
        }
        if let Some(fields) = before["properties"].as_object() {
            for (name, field) in fields {
                let place = format!("{place}.{name}");
                match after["properties"].get(name) {
                    None => self.problems.push(format!("{place} is gone; keep it as an Option")),
                    Some(now) => self.compare(field, now, &place, depth + 1),
                }
            }
        }
        for name in after["properties"].as_object().into_iter().flat_map(serde_json::Map::keys) {
            if required(&after, name) && !required(&before, name) {
                self.problems.push(format!("{place}.{name} must be given now and was not before; make it an Option"));
            }
        }
        let now = self::values(&after);
        for value in self::values(&before).iter().filter(|value| !now.contains(value)) {
            self.problems.push(format!("{place} has lost its value {value}"));
        }
        if kind(&before) != kind(&after) {
            self.problems.push(format!("{place} was {}, and is {} now", kind(&before), kind(&after)));
        }
        if !before["items"].is_null() {
            self.compare(&before["items"], &after["items"], &format!("{place}[]"), depth + 1);
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

fn required(form: &Value, name: &str) -> bool {
    form["required"].as_array().is_some_and(|names| names.iter().any(|known| known == name))
}

/// What a value is, without whether it may be left out.
fn kind(form: &Value) -> String {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    let kind = match &form["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(word).find(|kind| kind != "null"),
        kind => word(kind),
    };
    let kind = kind.unwrap_or_else(|| if values(form).is_empty() { "unknown" } else { "string" }.to_owned());
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

    fn form<T: JsonSchema>() -> serde_json::Value {
        schemars::schema_for!(T).to_value()
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
        let problems = broken(&form::<Before>(), &form::<broke::After>());
        assert_eq!(
            problems,
            [
                "Facts.rooms was integer int32, and is string now",
                "Facts.kind has lost its value Coal",
                "Facts.notes is gone; keep it as an Option",
                "Facts.kind must be given now and was not before; make it an Option",
                "Facts.area must be given now and was not before; make it an Option",
            ]
        );
    }
}
