//! Parts: what is computed for a whole level of rows, and when a mutation may be done on its case.

use super::{Batch, DataClass, EntityBuilder, Field, FieldKind, Part, Permission, builder::schema_of};
use crate::act::CaseAct;
use schemars::JsonSchema;
use sea_orm::EntityTrait;

impl Part {
    /// Says when the mutation just added may be done on its case; its use-case runs the same check.
    #[must_use]
    pub fn on_case(mut self, act: CaseAct) -> Self {
        if let Some(mutation) = self.mutations.last_mut() {
            mutation.on_case = Some(act);
        }
        self
    }
}

impl<E: EntityTrait> EntityBuilder<E> {
    /// Plain data about the row, computed for a whole level of rows at once; `O` is what one row answers.
    #[must_use]
    pub fn batch<O: JsonSchema>(
        mut self,
        name: &str,
        description: &str,
        permission: Permission,
        class: DataClass,
        cost: u32,
        compute: Batch,
    ) -> Self {
        self.stored.fields.push(Field {
            name: name.to_owned(),
            description: description.to_owned(),
            permission,
            class,
            cost,
            kind: FieldKind::Batch { output: schema_of::<O>(), compute },
        });
        self
    }
}
