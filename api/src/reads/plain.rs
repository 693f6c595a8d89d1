//! Plain values: what handlers answer, programmes' facts, refusals.

use super::{fault::Segment, root::Run};
use crate::schema::{
    coerce::{Below, Call, What},
    types::{FieldDef, Resolve, TypeRef},
};
use platform::Error;
use serde_json::{Map, Value};
use std::sync::Arc;

impl Run<'_> {
    /// An object by its JSON; `None` where a field that may not be null is.
    pub(crate) fn object(&self, calls: &[Call], json: &Value, path: &mut Vec<Segment>) -> Option<Value> {
        let mut object = Map::with_capacity(calls.len());
        for call in calls {
            path.push(Segment::Key(Arc::clone(&call.key)));
            let value = match &call.what {
                What::Typename(name) => Value::from(name.as_ref()),
                What::Field(field) => self.property(field, call, json, path),
                What::Introspection(_) => Value::Null,
                What::Withheld(field) => {
                    self.withhold(field, path.clone(), call.pos);
                    Value::Null
                }
            };
            let sound = self.sound(call, &value, path);
            path.pop();
            if !sound {
                return None;
            }
            object.insert(call.key.to_string(), value);
        }
        Some(Value::Object(object))
    }

    fn property(&self, field: &Arc<FieldDef>, call: &Call, json: &Value, path: &mut Vec<Segment>) -> Value {
        let Resolve::Property { scalar } = &field.resolve else { return Value::Null };
        let value = &json[field.name.as_ref()];
        match (scalar, &call.below) {
            (None, Below::Object(calls)) => {
                if self.asking.disclosures.of(field.class) == policies::Disclosure::Null {
                    return Value::Null;
                }
                self.nested(&field.ty, calls, value, path).unwrap_or_default()
            }
            (Some(scalar), _) => match leaves(scalar, value) {
                Some(value) => self.asking.disclosures.show(field.class, Some(scalar), &field.name, value),
                None => {
                    let error = Error::internal(format!("{} holds what is no {scalar:?}", field.name));
                    self.fault(&error, path.clone(), call.pos);
                    Value::Null
                }
            },
            (None, _) => Value::Null,
        }
    }

    /// Objects in however many lists.
    pub(super) fn nested(&self, ty: &TypeRef, calls: &[Call], value: &Value, path: &mut Vec<Segment>) -> Option<Value> {
        match (ty, value) {
            (TypeRef::NonNull(inner), value) => self.nested(inner, calls, value, path),
            (_, Value::Null) => Some(Value::Null),
            (TypeRef::List(item), Value::Array(values)) => {
                let mut list = Vec::with_capacity(values.len());
                for (at, value) in values.iter().enumerate() {
                    path.push(Segment::Index(at));
                    let one = self.nested(item, calls, value, path);
                    path.pop();
                    match one {
                        None if item.is_required() => return None,
                        one => list.push(one.unwrap_or_default()),
                    }
                }
                Some(Value::Array(list))
            }
            (_, value) => self.object(calls, value, path),
        }
    }
}

/// A leaf, or leaves in lists, checked against its scalar.
fn leaves(scalar: &platform::part::Scalar, value: &Value) -> Option<Value> {
    match value {
        Value::Array(values) => values.iter().map(|value| leaves(scalar, value)).collect(),
        value => crate::schema::scalars::write_json(scalar, value),
    }
}
