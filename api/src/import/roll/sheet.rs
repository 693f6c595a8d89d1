//! Rows out of a workbook, one at a time.

use super::{
    cell::Value,
    columns::{self, Places},
    problem::FileProblem,
};
use calamine::{Reader, Xlsx, XlsxCellReader, XlsxError};
use std::{collections::BTreeMap, io::Cursor};

/// Greatest number of rows of a sheet.
pub const ROWS_MAX: u32 = 50_000;
/// Rows in which the header is looked for.
const HEADER_ROWS: u32 = 30;
/// Columns beyond this one are not read.
const COLUMNS_MAX: u32 = 256;

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

/// One row: its number as the workbook counts, from 1, and its cells by column from 0.
pub struct Row {
    /// Number from 1.
    pub number: u32,
    /// Cells that are not empty.
    pub cells: BTreeMap<u32, Value>,
}

/// Where the roll stands in a workbook.
pub struct Layout {
    /// Sheet.
    pub sheet: String,
    /// Last row of the header, from 1.
    pub header_row: u32,
    /// Places of the columns.
    pub places: Places,
    /// Rows below the header with any content.
    pub row_count: u64,
}

/// Finds the roll and reads it once to its end, so that a damaged workbook is refused before anything is stored.
pub fn survey(bytes: &[u8]) -> Result<Layout, FileProblem> {
    let mut book = open(bytes)?;
    let mut missing = None;
    for sheet in book.sheet_names() {
        match survey_sheet(&mut book, &sheet)? {
            Found::Roll(layout) => return Ok(layout),
            Found::Lacks(lacks) => {
                if missing.as_ref().is_none_or(|least: &Vec<_>| lacks.len() < least.len()) {
                    missing = Some(lacks);
                }
            }
        }
    }
    Err(FileProblem::NoHeader { missing: columns::names(&missing.unwrap_or_default()) })
}

/// Calls `take` with every row below the header, in order.
pub fn rows<E: From<FileProblem>>(
    bytes: &[u8],
    layout: &Layout,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let mut book = open(bytes)?;
    each_row(&mut book, &layout.sheet, |row| if row.number > layout.header_row { take(row) } else { Ok(()) })
}

fn open(bytes: &[u8]) -> Result<Book<'_>, FileProblem> {
    Xlsx::new(Cursor::new(bytes)).map_err(|error| damage(&error))
}

fn damage(error: &XlsxError) -> FileProblem {
    match error {
        XlsxError::Password => FileProblem::Encrypted,
        _ => FileProblem::Damaged,
    }
}

enum Found {
    Roll(Layout),
    Lacks(Vec<columns::Column>),
}

fn survey_sheet(book: &mut Book<'_>, sheet: &str) -> Result<Found, FileProblem> {
    let mut header: Option<(u32, Places)> = None;
    let mut lacks = columns::Column::ALL.to_vec();
    let mut above = BTreeMap::new();
    let mut row_count = 0;
    let outcome = each_row(book, sheet, |row| {
        if row.number > ROWS_MAX {
            return Err(FileProblem::TooManyRows { most: ROWS_MAX });
        }
        if header.is_some() {
            row_count += 1;
            return Ok(());
        }
        if row.number > HEADER_ROWS {
            return Ok(());
        }
        let texts: BTreeMap<u32, String> =
            row.cells.iter().filter_map(|(index, value)| Some((*index, value.text(40).ok()?))).collect();
        // A header of two rows carries its groups above and the names of some columns below.
        let mut joined: BTreeMap<u32, String> = above.clone();
        joined.extend(texts.clone());
        for candidate in [&texts, &joined] {
            let read = columns::read(candidate);
            match read.twice {
                Some(column) if read.missing.is_empty() => {
                    return Err(FileProblem::ColumnTwice { column: column.name() });
                }
                _ if read.missing.is_empty() => {
                    header = Some((row.number, read.places));
                    return Ok(());
                }
                _ if read.missing.len() < lacks.len() => lacks = read.missing,
                _ => {}
            }
        }
        above = texts;
        Ok(())
    });
    match (outcome, header) {
        (Ok(()), Some((header_row, places))) => {
            Ok(Found::Roll(Layout { sheet: sheet.to_owned(), header_row, places, row_count }))
        }
        (Ok(()), None) => Ok(Found::Lacks(lacks)),
        (Err(problem), _) => Err(problem),
    }
}

fn each_row<E: From<FileProblem>>(
    book: &mut Book<'_>,
    sheet: &str,
    mut take: impl FnMut(Row) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = match book.worksheet_cells_reader(sheet) {
        Ok(reader) => reader,
        // A chart has no cells.
        Err(XlsxError::NotAWorksheet(_)) => return Ok(()),
        Err(error) => return Err(damage(&error).into()),
    };
    let mut row: Option<Row> = None;
    while let Some((number, column, value)) = next(&mut reader)? {
        if row.as_ref().is_none_or(|row| row.number != number) {
            if let Some(done) = row.take() {
                if done.number > number {
                    return Err(FileProblem::RowsOutOfOrder { row: done.number }.into());
                }
                take(done)?;
            }
            row = Some(Row { number, cells: BTreeMap::new() });
        }
        if let (Some(row), true) = (&mut row, column < COLUMNS_MAX) {
            row.cells.insert(column, value);
        }
    }
    row.map_or(Ok(()), take)
}

/// The next cell that is not empty.
fn next(reader: &mut XlsxCellReader<'_, Cursor<&[u8]>>) -> Result<Option<(u32, u32, Value)>, FileProblem> {
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|error| damage(&error))? {
        if let Some(value) = Value::read(&cell.value, cell.formula.is_some()) {
            let (row, column) = cell.pos;
            return Ok(Some((row.saturating_add(1), column, value)));
        }
    }
    Ok(None)
}
