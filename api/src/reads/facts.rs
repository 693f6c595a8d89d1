//! Filters of applications by their programme's indexed facts.

use super::filter::{Asking, bad, bound};
use crate::schema::{
    Comparison, comparisons, fact,
    types::{DetailsOf, FieldDef, Resolve, Stored, TypeTable},
};
use entity::application_facet;
use platform::{Refusal, part::Scalar};
use policies::Disclosure;
use sea_orm::{
    Condition, EntityName, Iden,
    sea_query::{Alias, Expr, ExprTrait, Query},
};
use serde_json::{Map, Value};

impl Asking<'_> {
    /// The condition of the parts of a filter that go by facts.
    pub(crate) fn facts(&self, table: &TypeTable, stored: Stored, given: Option<&Value>) -> Result<Condition, Refusal> {
        let mut all = Condition::all();
        let (Some(given), Some(object)) = (given.and_then(Value::as_object), table.object(stored.name)) else {
            return Ok(all);
        };
        for field in object.fields.values() {
            let Resolve::Details { details, guard } = &field.resolve else { continue };
            let Some(asked) = given.get(field.name.as_ref()).and_then(Value::as_object) else { continue };
            all = all.add(self.of_programme(table, stored, field, *details, asked)?);
            if let Some(guard) = guard {
                all = all.add(entity::scope::condition(&stored.scope, stored.table, &self.scope(guard)));
            }
        }
        Ok(all)
    }

    fn of_programme(
        &self,
        table: &TypeTable,
        stored: Stored,
        field: &FieldDef,
        details: DetailsOf,
        asked: &Map<String, Value>,
    ) -> Result<Condition, Refusal> {
        let programme = Expr::col((Alias::new(stored.table), Alias::new("programme"))).eq(details.0.programme);
        let mut all = Condition::all().add(programme);
        for key in &details.0.indexed {
            let Some(property) = table.field(field.ty.name(), key) else { continue };
            let Resolve::Property { scalar: Some(scalar) } = &property.resolve else { continue };
            for (name, comparison) in comparisons(&fact(key, scalar.clone())) {
                let Some(value) = asked.get(&name).filter(|value| !value.is_null()) else { continue };
                if self.disclosures.of(property.class) != Disclosure::Plain {
                    return Err(bad(format!("{key} is not shown for this purpose, so nothing filters by it")));
                }
                all = all.add(exists(stored, details.0.programme, key, scalar, comparison, value));
            }
        }
        Ok(all)
    }
}

fn exists(stored: Stored, programme: &str, key: &str, scalar: &Scalar, comparison: Comparison, value: &Value) -> Expr {
    use application_facet::Column as C;
    let facts = application_facet::Entity.table_name().to_owned();
    let column = |column: C| Expr::col((Alias::new(&facts), Alias::new(column.to_string())));
    let held = || match scalar {
        Scalar::Int | Scalar::Boolean => column(C::IntValue),
        _ => column(C::TextValue),
    };
    let one = |value: &Value| match value {
        Value::Bool(truth) => Some(i64::from(*truth).into()),
        value => bound(scalar, value),
    };
    let fits = match (comparison, one(value)) {
        (Comparison::OneOf, _) => held().is_in(value.as_array().into_iter().flatten().filter_map(one)),
        (Comparison::From, Some(value)) => held().gte(value),
        (Comparison::To, Some(value)) => held().lte(value),
        (_, Some(value)) => held().eq(value),
        (_, None) => Expr::val(1).eq(0),
    };
    let mut query = Query::select();
    query
        .expr(Expr::val(1))
        .from(Alias::new(&facts))
        .and_where(column(C::ApplicationId).equals((Alias::new(stored.table), Alias::new(stored.0.key))))
        .and_where(column(C::Programme).eq(programme))
        .and_where(column(C::Key).eq(key))
        .and_where(fits);
    Expr::exists(query)
}
