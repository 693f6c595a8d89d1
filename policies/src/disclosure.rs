//! disclosure.csv: what a value of a data class shows for a purpose.

use crate::{
    DataClass, Disclosure, Problem,
    names::{Kind, Names},
    sheet::{Cells, Sheet},
};
use std::collections::{BTreeMap, btree_map::Entry};

pub(crate) const COLUMNS: &[&str] = &["class", "purpose", "disclosure"];

/// By purpose and class; what is not in it is null.
pub(crate) type Disclosures = BTreeMap<String, BTreeMap<DataClass, Disclosure>>;

pub(crate) fn read(rows: &mut Disclosures, sheet: &Sheet, names: &Names, problems: &mut Vec<Problem>) {
    for row in &sheet.rows {
        let mut cells = Cells::of(sheet, row, problems);
        let class = cells.word("class", DataClass::parse);
        let purpose = cells.known("purpose", |code| names.has(Kind::Purpose, code));
        let disclosure = cells.word("disclosure", Disclosure::parse);
        if sheet.proposed
            && let Some(at) = names.foreign(Kind::Purpose, &purpose, &row.at)
        {
            let reason = format!("{purpose} is not this set's own, but of {}:{}", at.file, at.line);
            cells.wrong("purpose", format!("{reason}: what it shows does not change here"));
        }
        if class == Some(DataClass::Sealed) {
            cells.wrong("class", "SEALED is never disclosed");
        }
        let (true, Some(class), Some(disclosure)) = (cells.good(), class, disclosure) else { continue };
        match rows.entry(purpose).or_default().entry(class) {
            Entry::Vacant(place) => _ = place.insert(disclosure),
            Entry::Occupied(_) => cells.wrong("purpose", "is disclosed already for this class"),
        }
    }
}
