//! What a statement answered: cells in one block, their text in another.

use crate::part::CellRef;
use std::ops::Range;
use uuid::Uuid;

/// Rows of one statement, in its order; of one that ran for keys, key by key.
#[derive(Debug, Default)]
pub struct Rows {
    width: usize,
    slots: Vec<Slot>,
    text: String,
    bytes: Vec<u8>,
    /// Rows up to and with those of each key.
    ends: Vec<usize>,
}

/// A cell; text and bytes stand in their blocks.
#[derive(Debug, Clone, Copy)]
enum Slot {
    Null,
    Text(u32, u32),
    Int(i64),
    Bool(bool),
    Uuid(Uuid),
    Bytes(u32, u32),
}

impl Rows {
    /// No rows of so many columns.
    pub(super) fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Adds the next cell; `None` where text grows beyond what is ever answered.
    pub(super) fn push(&mut self, cell: CellRef<'_>) -> Option<()> {
        let slot = match cell {
            CellRef::Null => Slot::Null,
            CellRef::Int(number) => Slot::Int(number),
            CellRef::Bool(truth) => Slot::Bool(truth),
            CellRef::Uuid(id) => Slot::Uuid(id),
            CellRef::Text(text) => {
                let from = u32::try_from(self.text.len()).ok()?;
                self.text.push_str(text);
                Slot::Text(from, u32::try_from(self.text.len()).ok()?)
            }
            CellRef::Bytes(bytes) => {
                let from = u32::try_from(self.bytes.len()).ok()?;
                self.bytes.extend_from_slice(bytes);
                Slot::Bytes(from, u32::try_from(self.bytes.len()).ok()?)
            }
        };
        self.slots.push(slot);
        Some(())
    }

    /// Says that all rows of the next key are here.
    pub(super) fn end_key(&mut self) {
        self.ends.push(self.len());
    }

    /// Says so of all keys before the one at this place, counted from 1.
    pub(super) fn end_keys_before(&mut self, place: usize) {
        while self.ends.len() + 1 < place {
            self.end_key();
        }
    }

    /// How many keys it ran for; one where it ran once.
    pub fn keys(&self) -> usize {
        self.ends.len()
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.slots.len().checked_div(self.width).unwrap_or(0)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The rows of a key by its place among the keys; none for a place beyond them.
    pub fn of_key(&self, key: usize) -> Range<usize> {
        let end = self.ends.get(key).copied().unwrap_or(0);
        let start = key.checked_sub(1).map_or(0, |before| self.ends.get(before).copied().unwrap_or(end));
        start.min(end)..end
    }

    /// A cell; null beyond the last.
    pub fn cell(&self, row: usize, column: usize) -> CellRef<'_> {
        let range = |from: u32, to: u32| from as usize..to as usize;
        match self.slots.get(row * self.width + column).copied().unwrap_or(Slot::Null) {
            Slot::Null => CellRef::Null,
            Slot::Int(number) => CellRef::Int(number),
            Slot::Bool(truth) => CellRef::Bool(truth),
            Slot::Uuid(id) => CellRef::Uuid(id),
            Slot::Text(from, to) => self.text.get(range(from, to)).map_or(CellRef::Null, CellRef::Text),
            Slot::Bytes(from, to) => self.bytes.get(range(from, to)).map_or(CellRef::Null, CellRef::Bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_by_key_and_cells_by_place() {
        let mut rows = Rows::new(2);
        for cell in [CellRef::Text("一"), CellRef::Int(1), CellRef::Text(""), CellRef::Null] {
            rows.push(cell).expect("little text");
        }
        rows.end_key();
        rows.end_key();
        rows.push(CellRef::Bytes(b"x")).expect("little text");
        rows.push(CellRef::Bool(true)).expect("little text");
        rows.end_key();
        assert_eq!((rows.len(), rows.of_key(0), rows.of_key(1), rows.of_key(2)), (3, 0..2, 2..2, 2..3));
        assert_eq!(rows.of_key(3), 0..0);
        assert_eq!((rows.cell(0, 0), rows.cell(0, 1)), (CellRef::Text("一"), CellRef::Int(1)));
        assert_eq!((rows.cell(1, 0), rows.cell(1, 1)), (CellRef::Text(""), CellRef::Null));
        assert_eq!((rows.cell(2, 0), rows.cell(9, 0)), (CellRef::Bytes(b"x"), CellRef::Null));
    }
}
