//! Who may share one answer: equal questions of callers for whom every part of the answer must be equal.

use crate::schema::{
    coerce::{Below, Call, What},
    types::Resolve,
};
use platform::Op;
use policies::ScopeKind;
use std::fmt::Write;

/// Equal for equal questions of callers with the same rights, and only then.
///
/// Rights go by permission set, role, unit, level and place; by the user as well where anything asked for may depend
/// on who asks: what is not known here not to is taken to.
pub(super) fn key(op: &Op, calls: &[Call]) -> String {
    let mut key = op.permissions().key().to_owned();
    if let Some(actor) = op.actor() {
        let level = actor.level.as_str();
        let _ = write!(key, "\n{} {} {level} {}", actor.role, actor.unit, actor.jurisdiction);
        if depends_on_user(calls) || scoped_by_user(op, &actor.role) {
            let _ = write!(key, " {} {}", actor.user_id, actor.assignment_id);
        }
    }
    let _ = write!(key, "\n{} {:?}\n", op.purpose, op.language);
    print(&mut key, calls);
    key
}

fn scoped_by_user(op: &Op, role: &str) -> bool {
    op.permissions().names().iter().any(|name| op.policies().scope(role, name) == ScopeKind::Own)
}

fn depends_on_user(calls: &[Call]) -> bool {
    calls.iter().any(|call| {
        let here = match &call.what {
            What::Typename(_) => false,
            What::Introspection(_) | What::Withheld(_) => true,
            What::Field(field) => {
                !matches!(
                    field.resolve,
                    Resolve::Subscription(_)
                        | Resolve::PayloadRow(_)
                        | Resolve::Property { .. }
                        | Resolve::GlobalId
                        | Resolve::Column { .. }
                        | Resolve::Details { .. }
                        | Resolve::ToOne(_)
                        | Resolve::ToMany(_)
                        | Resolve::Page(_)
                ) && !is_pure(&field.resolve)
            }
        };
        here || match &call.below {
            Below::Leaf => false,
            Below::Object(calls) => depends_on_user(calls),
            Below::Node(by_type) => by_type.values().any(|calls| depends_on_user(calls)),
        }
    })
}

/// A computed value knows columns, the day and the cipher, never who asks.
fn is_pure(resolve: &Resolve) -> bool {
    matches!(resolve, Resolve::Computed { .. })
}

/// What is asked for, as text; places in the document are part of it, since errors name them.
fn print(key: &mut String, calls: &[Call]) {
    for call in calls {
        let _ = write!(key, "{}@{}:{} ", serde_json::Value::from(call.key.as_ref()), call.pos.line, call.pos.column);
        match &call.what {
            What::Typename(name) => key.push_str(name),
            What::Introspection(_) | What::Withheld(_) => key.push_str("__"),
            What::Field(field) => key.push_str(&field.name),
        }
        if !call.args.is_empty() {
            let _ = write!(key, "{}", serde_json::Value::Object(call.args.clone()));
        }
        match &call.below {
            Below::Leaf => {}
            Below::Object(calls) => braced(key, calls),
            Below::Node(by_type) => {
                let mut names: Vec<_> = by_type.iter().collect();
                names.sort_by_key(|(name, _)| *name);
                for (name, calls) in names {
                    key.push_str(name);
                    braced(key, calls);
                }
            }
        }
        key.push(' ');
    }
}

fn braced(key: &mut String, calls: &[Call]) {
    key.push('{');
    print(key, calls);
    key.push('}');
}
