//! JSON by hand, and what of a value is shown.

use super::{REFUSED, Refused};
use entity::Fen;
use platform::{
    Op,
    part::{CellRef, DataClass},
};
use policies::Disclosure;
use std::fmt::{Display, Write};

/// What the purpose shows of each class that is told here.
#[derive(Clone, Copy)]
pub struct Shown {
    pub personal: Disclosure,
    pub sensitive: Disclosure,
}

impl Shown {
    /// By the purpose of an operation; one that does not see what is internal sees nothing here.
    pub fn of(op: &Op) -> Result<Self, Refused> {
        let of = |class| op.policies().disclosure(class, &op.purpose);
        match of(DataClass::Internal) {
            Disclosure::Plain => Ok(Self { personal: of(DataClass::Personal), sensitive: of(DataClass::Sensitive) }),
            Disclosure::Masked | Disclosure::Null => Err(REFUSED),
        }
    }
}

/// An answer as it is written.
pub struct Json(String);

impl Json {
    /// Begins an answer.
    pub fn new() -> Self {
        let mut text = String::with_capacity(4096);
        text.push_str("{\"data\":");
        Self(text)
    }

    pub fn into_body(mut self) -> String {
        self.0.push('}');
        self.0
    }

    /// What is the same in every answer.
    pub fn raw(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// A comma, but before the first.
    pub fn comma(&mut self, first: bool) {
        if !first {
            self.0.push(',');
        }
    }

    /// What stands before it, then a value: text, a number or a truth value.
    pub fn value(&mut self, before: &str, cell: CellRef<'_>) {
        self.0.push_str(before);
        match cell {
            CellRef::Text(text) => self.text(text),
            CellRef::Int(number) => self.shown(number),
            CellRef::Bool(truth) => self.0.push_str(if truth { "true" } else { "false" }),
            CellRef::Null | CellRef::Uuid(_) | CellRef::Bytes(_) => self.0.push_str("null"),
        }
    }

    /// An amount.
    pub fn amount(&mut self, before: &str, cell: CellRef<'_>) {
        self.0.push_str(before);
        match cell {
            CellRef::Int(fen) => self.shown(format_args!("\"{}\"", Fen(fen))),
            _ => self.0.push_str("null"),
        }
    }

    /// A value that has no masked form.
    pub fn guarded(&mut self, before: &str, cell: CellRef<'_>, shown: Disclosure) {
        self.value(before, if shown == Disclosure::Plain { cell } else { CellRef::Null });
    }

    /// A name: its first character, where it is masked.
    pub fn name(&mut self, before: &str, cell: CellRef<'_>, shown: Disclosure) {
        match (shown, cell) {
            (Disclosure::Masked, CellRef::Text(name)) => {
                let hidden = name.chars().count().max(2) - 1;
                let masked: String = name.chars().take(1).chain(std::iter::repeat_n('*', hidden)).collect();
                self.value(before, CellRef::Text(&masked));
            }
            (shown, cell) => self.guarded(before, cell, shown),
        }
    }

    fn shown(&mut self, value: impl Display) {
        // Writing into text does not fail.
        let _ = write!(self.0, "{value}");
    }

    fn text(&mut self, text: &str) {
        if text.bytes().any(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
            return self.shown(serde_json::Value::from(text));
        }
        self.0.push('"');
        self.0.push_str(text);
        self.0.push('"');
    }
}
