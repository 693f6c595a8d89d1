//! Bounds on a workbook before anything reads its content.
//!
//! The reader behind this decompresses without a limit, and a directory of sizes may lie, so every entry is
//! inflated once into nothing and counted.

use super::problem::FileProblem;
use std::io::{Cursor, Read};
use zip::{ZipArchive, result::ZipError};

/// Greatest size of a workbook.
pub const FILE_BYTES_MAX: u64 = 16 << 20;
/// Greatest number of entries in it.
const ENTRIES_MAX: usize = 1_000;
/// Greatest size of all entries inflated.
const INFLATED_BYTES_MAX: u64 = 96 << 20;
/// Greatest inflated size of an entry that the reader holds in memory (shared strings, styles).
const HELD_BYTES_MAX: u64 = 24 << 20;

/// Refuses what is no .xlsx file, or is too big once inflated.
pub fn check(bytes: &[u8]) -> Result<(), FileProblem> {
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(FileProblem::TooBig { bytes: bytes.len() as u64, most: FILE_BYTES_MAX });
    }
    if !bytes.starts_with(b"PK") {
        return Err(FileProblem::NotXlsx);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| FileProblem::NotXlsx)?;
    if archive.len() > ENTRIES_MAX {
        return Err(FileProblem::TooManyEntries { most: ENTRIES_MAX });
    }
    let mut inflated = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(|error| match error {
            ZipError::UnsupportedArchive(_) | ZipError::InvalidPassword => FileProblem::Encrypted,
            _ => FileProblem::Damaged,
        })?;
        let name = entry.name().map_err(|_| FileProblem::Damaged)?.to_ascii_lowercase();
        let sheet = name.starts_with("xl/worksheets/");
        let room = INFLATED_BYTES_MAX - inflated;
        let most = if sheet { room } else { room.min(HELD_BYTES_MAX) };
        let mut bounded = entry.take(most + 1);
        let size = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|_| FileProblem::Damaged)?;
        if size > most {
            return Err(FileProblem::Bomb { most: INFLATED_BYTES_MAX });
        }
        inflated += size;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

    fn archive(entries: usize, bytes: usize) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        for index in 0..entries {
            writer.start_file(format!("xl/worksheets/sheet{index}.xml"), options).unwrap();
            writer.write_all(&vec![b' '; bytes]).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn a_bomb_is_refused_whatever_its_directory_says() {
        let honest = archive(3, 34 << 20);
        assert!(honest.len() < 1 << 20);
        assert!(matches!(check(&honest), Err(FileProblem::Bomb { .. })));
        let lying = lie_about_size(honest);
        assert!(check(&lying).is_err());
    }

    /// Sets every uncompressed size of the central directory to 10 bytes.
    fn lie_about_size(mut bytes: Vec<u8>) -> Vec<u8> {
        let starts: Vec<usize> =
            bytes.windows(4).enumerate().filter(|(_, w)| *w == b"PK\x01\x02").map(|(i, _)| i).collect();
        for start in starts {
            bytes[start + 24..start + 28].copy_from_slice(&10_u32.to_le_bytes());
        }
        bytes
    }

    #[test]
    fn only_a_zip_of_few_entries_passes() {
        assert!(check(&archive(3, 100)).is_ok());
        assert!(matches!(check(&archive(ENTRIES_MAX + 1, 1)), Err(FileProblem::TooManyEntries { .. })));
        assert!(matches!(check(b"\xd0\xcf\x11\xe0 an old workbook"), Err(FileProblem::NotXlsx)));
        let whole = archive(3, 5_000);
        assert!(check(&whole[..whole.len() - 30]).is_err());
    }
}
