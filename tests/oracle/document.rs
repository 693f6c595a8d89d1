//! An operation as a tree of our own: made at random, printed, and cut smaller.

use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    fmt::{self, Display, Formatter},
};

/// A query with its fragments and its variables.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Document {
    /// Variables in order.
    pub variables: Vec<Variable>,
    /// Selections of the root.
    pub set: Vec<Selection>,
    /// Named fragments.
    pub fragments: Vec<Fragment>,
}

/// A variable: how it is declared, and what is sent for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Name without the sign.
    pub name: String,
    /// Type as written.
    pub ty: String,
    /// Default.
    pub default: Option<Literal>,
    /// What is sent; `None` sends nothing.
    pub given: Option<Literal>,
}

/// A named fragment.
#[derive(Debug, Clone, PartialEq)]
pub struct Fragment {
    /// Name.
    pub name: String,
    /// Type condition.
    pub on: String,
    /// Selections.
    pub set: Vec<Selection>,
}

/// One selection.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// A field.
    Field(Field),
    /// A fragment written where it is used.
    Inline(Inline),
    /// A named fragment.
    Spread(Spread),
}

/// A selected field.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Field {
    /// Another key for the answer.
    pub alias: Option<String>,
    /// Name.
    pub name: String,
    /// Arguments.
    pub args: Vec<(String, Literal)>,
    /// Directives.
    pub directives: Vec<Directive>,
    /// Selections below; none for a leaf.
    pub set: Vec<Selection>,
}

/// A fragment written where it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Inline {
    /// Type condition.
    pub on: Option<String>,
    /// Directives.
    pub directives: Vec<Directive>,
    /// Selections.
    pub set: Vec<Selection>,
}

/// A use of a named fragment.
#[derive(Debug, Clone, PartialEq)]
pub struct Spread {
    /// Its name.
    pub name: String,
    /// Directives.
    pub directives: Vec<Directive>,
}

/// `@skip` or `@include`.
#[derive(Debug, Clone, PartialEq)]
pub struct Directive {
    /// `skip` or `include`.
    pub name: &'static str,
    /// The argument `if`.
    pub condition: Literal,
}

/// A value as a document writes it.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// A variable.
    Variable(String),
    /// Null.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Int(i64),
    /// Text, quoted.
    Text(String),
    /// A value of a closed list, bare.
    Name(String),
    /// A list.
    List(Vec<Literal>),
    /// An object.
    Object(Vec<(String, Literal)>),
}

impl Literal {
    /// As variables carry it.
    pub fn json(&self) -> Value {
        match self {
            Self::Null | Self::Variable(_) => Value::Null,
            Self::Bool(truth) => (*truth).into(),
            Self::Int(number) => (*number).into(),
            Self::Text(text) | Self::Name(text) => text.as_str().into(),
            Self::List(items) => items.iter().map(Self::json).collect(),
            Self::Object(fields) => {
                Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.json())).collect())
            }
        }
    }

    /// Adds the names of its variables.
    fn variables(&self, names: &mut BTreeSet<String>) {
        match self {
            Self::Variable(name) => drop(names.insert(name.clone())),
            Self::List(items) => items.iter().for_each(|item| item.variables(names)),
            Self::Object(fields) => fields.iter().for_each(|(_, value)| value.variables(names)),
            _ => {}
        }
    }

    /// Puts a value in the place of a variable.
    pub fn fill(&mut self, name: &str, with: &Literal) {
        match self {
            Self::Variable(known) if known == name => *self = with.clone(),
            Self::List(items) => items.iter_mut().for_each(|item| item.fill(name, with)),
            Self::Object(fields) => fields.iter_mut().for_each(|(_, value)| value.fill(name, with)),
            _ => {}
        }
    }
}

impl Selection {
    /// What is selected below.
    pub fn set(&self) -> &[Selection] {
        match self {
            Self::Field(field) => &field.set,
            Self::Inline(inline) => &inline.set,
            Self::Spread(_) => &[],
        }
    }

    /// The same, to be changed.
    pub fn set_mut(&mut self) -> Option<&mut Vec<Selection>> {
        match self {
            Self::Field(field) => Some(&mut field.set),
            Self::Inline(inline) => Some(&mut inline.set),
            Self::Spread(_) => None,
        }
    }

    /// Its directives.
    pub fn directives(&self) -> &[Directive] {
        match self {
            Self::Field(field) => &field.directives,
            Self::Inline(inline) => &inline.directives,
            Self::Spread(spread) => &spread.directives,
        }
    }

    /// The same, to be changed.
    pub fn directives_mut(&mut self) -> &mut Vec<Directive> {
        match self {
            Self::Field(field) => &mut field.directives,
            Self::Inline(inline) => &mut inline.directives,
            Self::Spread(spread) => &mut spread.directives,
        }
    }
}

impl Document {
    /// What is sent for its variables.
    pub fn given(&self) -> Map<String, Value> {
        let given = self.variables.iter();
        given.filter_map(|variable| Some((variable.name.clone(), variable.given.as_ref()?.json()))).collect()
    }

    /// Takes away fragments that nothing spreads and variables that nothing uses: both would be refused.
    pub fn tidy(&mut self) {
        loop {
            let spread: BTreeSet<String> = self.all().filter_map(spread_of).collect();
            let before = self.fragments.len();
            self.fragments.retain(|fragment| spread.contains(&fragment.name));
            if self.fragments.len() == before {
                break;
            }
        }
        let mut used = BTreeSet::new();
        for selection in self.all() {
            selection.directives().iter().for_each(|directive| directive.condition.variables(&mut used));
            if let Selection::Field(field) = selection {
                field.args.iter().for_each(|(_, value)| value.variables(&mut used));
            }
        }
        self.variables.retain(|variable| used.contains(&variable.name));
    }

    /// Every selection, those of fragments too.
    pub fn all(&self) -> impl Iterator<Item = &Selection> {
        let mut found = Vec::new();
        let sets = std::iter::once(&self.set).chain(self.fragments.iter().map(|fragment| &fragment.set));
        sets.for_each(|set| gather(set, &mut found));
        found.into_iter()
    }

    /// Every value that may hold a variable.
    pub fn values_mut(&mut self, change: &mut dyn FnMut(&mut Literal)) {
        each_value(&mut self.set, change);
        self.fragments.iter_mut().for_each(|fragment| each_value(&mut fragment.set, change));
    }
}

fn spread_of(selection: &Selection) -> Option<String> {
    match selection {
        Selection::Spread(spread) => Some(spread.name.clone()),
        _ => None,
    }
}

fn gather<'a>(set: &'a [Selection], found: &mut Vec<&'a Selection>) {
    for selection in set {
        found.push(selection);
        gather(selection.set(), found);
    }
}

fn each_value(set: &mut [Selection], change: &mut dyn FnMut(&mut Literal)) {
    for selection in set {
        selection.directives_mut().iter_mut().for_each(|directive| change(&mut directive.condition));
        if let Selection::Field(field) = selection {
            field.args.iter_mut().for_each(|(_, value)| change(value));
        }
        if let Some(set) = selection.set_mut() {
            each_value(set, change);
        }
    }
}

impl Display for Document {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            f.write_str("query(")?;
            for (at, variable) in self.variables.iter().enumerate() {
                let comma = if at == 0 { "" } else { ", " };
                write!(f, "{comma}${}: {}", variable.name, variable.ty)?;
                if let Some(default) = &variable.default {
                    write!(f, " = {default}")?;
                }
            }
            f.write_str(") ")?;
        }
        write!(f, "{}", Set(&self.set))?;
        self.fragments
            .iter()
            .try_for_each(|Fragment { name, on, set }| write!(f, "\nfragment {name} on {on} {}", Set(set)))
    }
}

struct Set<'a>(&'a [Selection]);

impl Display for Set<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("{ ")?;
        self.0.iter().try_for_each(|selection| write!(f, "{selection} "))?;
        f.write_str("}")
    }
}

impl Display for Selection {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => write!(f, "{field}"),
            Self::Inline(Inline { on, directives, set }) => {
                f.write_str("...")?;
                on.iter().try_for_each(|on| write!(f, " on {on}"))?;
                directives.iter().try_for_each(|directive| write!(f, "{directive}"))?;
                write!(f, " {}", Set(set))
            }
            Self::Spread(Spread { name, directives }) => {
                write!(f, "...{name}")?;
                directives.iter().try_for_each(|directive| write!(f, "{directive}"))
            }
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.alias.iter().try_for_each(|alias| write!(f, "{alias}: "))?;
        f.write_str(&self.name)?;
        if !self.args.is_empty() {
            let args: Vec<_> = self.args.iter().map(|(name, value)| format!("{name}: {value}")).collect();
            write!(f, "({})", args.join(", "))?;
        }
        self.directives.iter().try_for_each(|directive| write!(f, "{directive}"))?;
        if self.set.is_empty() { Ok(()) } else { write!(f, " {}", Set(&self.set)) }
    }
}

impl Display for Directive {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, " @{}(if: {})", self.name, self.condition)
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "${name}"),
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Int(number) => write!(f, "{number}"),
            // JSON's escapes are GraphQL's.
            Self::Text(text) => write!(f, "{}", Value::from(text.as_str())),
            Self::Name(name) => f.write_str(name),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Self::Object(fields) => {
                let fields: Vec<_> = fields.iter().map(|(name, value)| format!("{name}: {value}")).collect();
                write!(f, "{{{}}}", fields.join(", "))
            }
        }
    }
}
