//! Coercion of one value to one type: literals, variables and defaults alike.

use super::variables::Variables;
use crate::schema::{
    scalars,
    types::{ANY, InputValueDef, TypeDef, TypeRef, TypeTable},
};
use async_graphql_value::{Name, Value as Literal};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Where a value stands: text names an enum value in JSON, never in a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Document,
    Json,
}

/// What is wrong with a value, and where inside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wrong {
    path: Vec<String>,
    reason: String,
}

impl Wrong {
    fn new(reason: impl Into<String>) -> Self {
        Self { path: Vec::new(), reason: reason.into() }
    }

    fn inside(mut self, segment: impl fmt::Display) -> Self {
        self.path.insert(0, segment.to_string());
        self
    }

    fn expected(ty: &TypeRef) -> Self {
        Self::new(format!("expected type \"{ty}\""))
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.reason)
        } else {
            write!(f, "at \"{}\": {}", self.path.join("."), self.reason)
        }
    }
}

/// Coerces values against a table; variables inside literals are looked up.
#[derive(Clone, Copy)]
pub(super) struct Coercion<'a> {
    pub(super) table: &'a TypeTable,
    pub(super) variables: Option<&'a Variables<'a>>,
    pub(super) source: Source,
}

impl Coercion<'_> {
    /// The value of an argument or input field: given, by default, or none.
    pub(super) fn provided(&self, def: &InputValueDef, given: Option<&Literal>) -> Result<Option<Value>, Wrong> {
        let by_default = || match &def.default {
            Some(default) => self.json(default, &def.ty).map(Some),
            None if def.ty.is_required() => {
                Err(Wrong::new(format!("type \"{}\" is required but not provided", def.ty)))
            }
            None => Ok(None),
        };
        match given {
            None => by_default(),
            Some(Literal::Variable(name)) => match self.variable(name, &def.ty, def.default.is_some())? {
                Some(value) => Ok(Some(value)),
                None => by_default(),
            },
            Some(value) => self.value(value, &def.ty).map(Some),
        }
    }

    /// Coerces a JSON value, as variables and defaults are.
    pub(super) fn json(&self, value: &Value, ty: &TypeRef) -> Result<Value, Wrong> {
        let coercion = Self { source: Source::Json, ..*self };
        let literal = async_graphql_value::ConstValue::from_json(value.clone())
            .map_err(|_| Wrong::new("a value nested too deep"))?
            .into_value();
        coercion.value(&literal, ty)
    }

    /// A variable where `ty` is expected; `None` when it has no value.
    fn variable(&self, name: &Name, ty: &TypeRef, has_default: bool) -> Result<Option<Value>, Wrong> {
        let Some(variables) = self.variables else {
            return Err(Wrong::new("a variable is not allowed here"));
        };
        let Some(held) = variables.held(name) else {
            return Err(Wrong::new(format!("variable \"${name}\" is not defined")));
        };
        if !held.fits(ty, has_default) {
            let reason =
                format!("variable \"${name}\" of type \"{}\" used in position expecting type \"{ty}\"", held.ty);
            return Err(Wrong::new(reason));
        }
        match &held.value {
            Some(Value::Null) if ty.is_required() => Err(Wrong::expected(ty)),
            value => Ok(value.clone()),
        }
    }

    pub(super) fn value(&self, value: &Literal, ty: &TypeRef) -> Result<Value, Wrong> {
        if let Literal::Variable(name) = value {
            // Inside a list an absent variable counts as null.
            let value = self.variable(name, ty, false)?.unwrap_or(Value::Null);
            return if value.is_null() && ty.is_required() { Err(Wrong::expected(ty)) } else { Ok(value) };
        }
        match (ty, value) {
            (TypeRef::NonNull(_), Literal::Null) => Err(Wrong::expected(ty)),
            (TypeRef::NonNull(inner), _) => self.value(value, inner),
            (_, Literal::Null) => Ok(Value::Null),
            (TypeRef::List(item), Literal::List(items)) => items
                .iter()
                .enumerate()
                .map(|(index, each)| self.value(each, item).map_err(|wrong| wrong.inside(index)))
                .collect(),
            (TypeRef::List(item), one) => Ok(Value::Array(vec![self.value(one, item)?])),
            (TypeRef::Named(name), _) => match self.table.get(name) {
                Some(TypeDef::Input(def)) => self.object(value, ty, &def.fields),
                Some(TypeDef::Enum(def)) => match (value, self.source) {
                    (Literal::Enum(text), Source::Document) => Some(text.as_str()),
                    (Literal::String(text), Source::Json) => Some(text.as_str()),
                    _ => None,
                }
                .filter(|text| def.values.iter().any(|known| known.name == *text))
                .map(Value::from)
                .ok_or_else(|| Wrong::expected(ty)),
                _ if name.as_ref() == ANY => self.representation(value).ok_or_else(|| Wrong::expected(ty)),
                _ => self.scalar(name, value).ok_or_else(|| Wrong::expected(ty)),
            },
        }
    }

    /// An object that names its type; what else it holds is looked at where it is used.
    fn representation(&self, value: &Literal) -> Option<Value> {
        let value = self.free(value)?;
        value.get("__typename").is_some_and(Value::is_string).then_some(value)
    }

    /// JSON as a scalar without a form of its own takes it, with the values of variables inside it.
    fn free(&self, value: &Literal) -> Option<Value> {
        Some(match value {
            Literal::Variable(name) => self.variables?.held(name)?.value.clone().unwrap_or_default(),
            Literal::Null => Value::Null,
            Literal::Number(number) => Value::Number(number.clone()),
            Literal::String(text) => Value::String(text.clone()),
            Literal::Boolean(truth) => Value::Bool(*truth),
            Literal::Enum(name) => Value::String(name.to_string()),
            Literal::List(items) => items.iter().map(|item| self.free(item)).collect::<Option<_>>()?,
            Literal::Object(fields) => {
                fields.iter().map(|(name, value)| Some((name.to_string(), self.free(value)?))).collect::<Option<_>>()?
            }
            Literal::Binary(_) => return None,
        })
    }

    fn object(
        &self,
        value: &Literal,
        ty: &TypeRef,
        fields: &std::collections::BTreeMap<std::sync::Arc<str>, InputValueDef>,
    ) -> Result<Value, Wrong> {
        let Literal::Object(given) = value else { return Err(Wrong::expected(ty)) };
        if let Some(unknown) = given.keys().find(|name| !fields.contains_key(name.as_str())) {
            return Err(Wrong::new(format!("unknown field \"{unknown}\" of type \"{}\"", ty.name())));
        }
        let mut object = Map::with_capacity(fields.len());
        for (name, def) in fields {
            let value = self.provided(def, given.get(name.as_ref())).map_err(|wrong| wrong.inside(name))?;
            if let Some(value) = value {
                object.insert(name.to_string(), value);
            }
        }
        Ok(Value::Object(object))
    }

    fn scalar(&self, name: &str, value: &Literal) -> Option<Value> {
        match (name, value) {
            ("Int", Literal::Number(number)) => int(number, self.source).map(Value::from),
            ("Float", Literal::Number(number)) => number.as_f64().filter(|float| float.is_finite()).map(Value::from),
            ("Boolean", Literal::Boolean(truth)) => Some(Value::Bool(*truth)),
            ("String" | "ID", Literal::String(text)) => Some(Value::String(text.clone())),
            ("ID", Literal::Number(number)) => number
                .as_i64()
                .map(|number| number.to_string())
                .or_else(|| number.as_u64().map(|number| number.to_string()))
                .map(Value::String),
            ("Int" | "Float" | "Boolean" | "String" | "ID", _) => None,
            (_, Literal::String(text)) => scalars::read(name, text),
            _ => None,
        }
    }
}

/// A 32-bit integer; JSON has one number type, so there `1.0` is the integer 1.
fn int(number: &Number, source: Source) -> Option<i32> {
    let whole = number.as_i64().or_else(|| match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 32 bits, checked right here")]
        Some(float) if source == Source::Json && float.fract() == 0.0 && float.abs() <= f64::from(i32::MAX) => {
            Some(float as i64)
        }
        _ => None,
    })?;
    i32::try_from(whole).ok()
}
