//! Bounds of a parsed document and its variables, fragments spread out but each walked once.

use super::settings::Limits;
use async_graphql::{
    Name, Pos,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};
use platform::Language;
use serde_json::{Map, Value as Json};
use std::collections::HashMap;

/// Brackets open at a time in the variables.
const VARIABLE_NESTING_MAX: usize = 32;

/// What there is too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Bytes,
    Tokens,
    Nesting,
    Fragments,
    Depth,
    Fields,
    Aliases,
    RootFields,
    ListItems,
    VariableValues,
}

impl What {
    /// Its name in a message.
    pub(super) fn text(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Bytes => ("bytes", "字节"),
            Self::Tokens => ("tokens", "词元"),
            Self::Nesting => ("nesting", "括号嵌套"),
            Self::Fragments => ("fragments", "片段"),
            Self::Depth => ("depth", "层级"),
            Self::Fields => ("fields", "字段"),
            Self::Aliases => ("aliases", "别名"),
            Self::RootFields => ("root fields", "根字段"),
            Self::ListItems => ("list items", "列表元素"),
            Self::VariableValues => ("values in variables", "变量值"),
        };
        match language {
            Language::En => english,
            Language::ZhCn => chinese,
        }
    }
}

/// A bound that was crossed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exceeded {
    pub(super) what: What,
    pub(super) most: u64,
}

impl Exceeded {
    pub(super) fn new(what: What, most: usize) -> Self {
        Self { what, most: u64::try_from(most).unwrap_or(u64::MAX) }
    }
}

/// Why a document or its variables are turned down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unfit {
    /// Too much of something.
    Exceeded(Exceeded),
    /// A fragment that spreads itself, by itself or through others.
    Cycle(Name, Pos),
    /// Text with U+0000, which no store keeps.
    Nul,
}

impl From<Exceeded> for Unfit {
    fn from(exceeded: Exceeded) -> Self {
        Self::Exceeded(exceeded)
    }
}

/// Refuses a document that is too much, every operation of it.
pub(super) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<(), Unfit> {
    if document.fragments.len() > limits.fragments {
        return Err(Exceeded::new(What::Fragments, limits.fragments).into());
    }
    let mut walk = Walk { document, limits, seen: HashMap::new() };
    // Also those that nothing spreads: the library's rules walk them too.
    for name in document.fragments.keys() {
        walk.fragment(name, Pos::default())?;
    }
    for (_, operation) in document.operations.iter() {
        for definition in &operation.node.variable_definitions {
            if let Some(default) = &definition.node.default_value {
                walk.value(&default.node.clone().into_value())?;
            }
        }
        walk.directives(&operation.node.directives)?;
        let size = walk.set(&operation.node.selection_set.node)?;
        let bounds = [
            (What::RootFields, size.here, limits.root_fields),
            (What::Depth, size.depth, limits.depth),
            (What::Aliases, size.aliases, limits.aliases),
            (What::Fields, size.fields, limits.fields),
        ];
        if let Some((what, _, most)) = bounds.into_iter().find(|(_, size, most)| size > most) {
            return Err(Exceeded { what, most }.into());
        }
    }
    Ok(())
}

/// Refuses variables that are too much.
pub(super) fn check_variables(variables: &Map<String, Json>, limits: &Limits) -> Result<(), Unfit> {
    let mut values = 0;
    variables.iter().try_for_each(|(name, value)| {
        nul(name)?;
        variable(value, limits, VARIABLE_NESTING_MAX, &mut values)
    })
}

fn variable(value: &Json, limits: &Limits, nesting: usize, values: &mut usize) -> Result<(), Unfit> {
    *values += 1;
    if *values > limits.variable_values {
        return Err(Exceeded::new(What::VariableValues, limits.variable_values).into());
    }
    let Some(below) = nesting.checked_sub(1) else {
        return Err(Exceeded::new(What::Nesting, VARIABLE_NESTING_MAX).into());
    };
    match value {
        Json::String(text) => nul(text),
        Json::Array(items) => {
            list(items.len(), limits)?;
            items.iter().try_for_each(|item| variable(item, limits, below, values))
        }
        Json::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            nul(name)?;
            variable(value, limits, below, values)
        }),
        _ => Ok(()),
    }
}

fn list(items: usize, limits: &Limits) -> Result<(), Unfit> {
    if items > limits.list_items { Err(Exceeded::new(What::ListItems, limits.list_items).into()) } else { Ok(()) }
}

fn nul(text: &str) -> Result<(), Unfit> {
    if text.contains('\0') { Err(Unfit::Nul) } else { Ok(()) }
}

/// How much a selection set is, fragments spread out.
#[derive(Debug, Clone, Copy, Default)]
struct Size {
    /// Fields in this set itself.
    here: u64,
    fields: u64,
    aliases: u64,
    depth: u64,
}

impl Size {
    fn beside(self, other: Self) -> Self {
        Self {
            here: self.here.saturating_add(other.here),
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            depth: self.depth.max(other.depth),
        }
    }
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    limits: &'a Limits,
    /// `None` while a fragment is being walked.
    seen: HashMap<&'a Name, Option<Size>>,
}

impl<'a> Walk<'a> {
    fn set(&mut self, set: &'a SelectionSet) -> Result<Size, Unfit> {
        let mut size = Size::default();
        for selection in &set.items {
            let one = match &selection.node {
                Selection::Field(field) => {
                    self.directives(&field.node.directives)?;
                    for (_, value) in &field.node.arguments {
                        self.value(&value.node)?;
                    }
                    let below = self.set(&field.node.selection_set.node)?;
                    Size {
                        here: 1,
                        fields: below.fields.saturating_add(1),
                        aliases: below.aliases.saturating_add(u64::from(field.node.alias.is_some())),
                        depth: below.depth.saturating_add(1),
                    }
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.node.directives)?;
                    self.set(&inline.node.selection_set.node)?
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.node.directives)?;
                    self.fragment(&spread.node.fragment_name.node, spread.pos)?
                }
            };
            size = size.beside(one);
        }
        Ok(size)
    }

    /// Each fragment is walked once, so that doubling costs nothing.
    fn fragment(&mut self, name: &Name, pos: Pos) -> Result<Size, Unfit> {
        // One that is not there is for validation to name.
        let document = self.document;
        let Some((name, fragment)) = document.fragments.get_key_value(name) else { return Ok(Size::default()) };
        match self.seen.get(name) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(Unfit::Cycle(name.clone(), pos)),
            None => {}
        }
        self.seen.insert(name, None);
        self.directives(&fragment.node.directives)?;
        let size = self.set(&fragment.node.selection_set.node)?;
        self.seen.insert(name, Some(size));
        Ok(size)
    }

    fn directives(
        &self,
        directives: &[async_graphql::Positioned<async_graphql::parser::types::Directive>],
    ) -> Result<(), Unfit> {
        let mut values = directives.iter().flat_map(|directive| &directive.node.arguments);
        values.try_for_each(|(_, value)| self.value(&value.node))
    }

    fn value(&self, value: &async_graphql_value::Value) -> Result<(), Unfit> {
        use async_graphql_value::Value;
        match value {
            Value::String(text) => nul(text),
            Value::List(items) => {
                list(items.len(), self.limits)?;
                items.iter().try_for_each(|item| self.value(item))
            }
            Value::Object(fields) => fields.values().try_for_each(|value| self.value(value)),
            _ => Ok(()),
        }
    }
}
