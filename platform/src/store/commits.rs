//! Which commits a snapshot of SQLite may leave out.
//!
//! A connection loses every page it holds when a new snapshot sees a commit of others, and whoever reads personal data
//! commits a reading to the record. So operations that do not ask the record itself may share a snapshot that began before
//! such readings, as long as nothing else was committed: by this program, or by any other that has the file open.

use std::{
    fs::File,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering::SeqCst},
    },
};

/// Frames in the write-ahead log from which no snapshot outlives a commit: SQLite then writes them back after every commit,
/// and the log can begin anew only while nobody reads it.
const LOG_FRAMES_MAX: u32 = 1_000;

/// All commits, as SQLite counts them, and those of the record of reads among them.
#[derive(Debug, Clone)]
pub(super) struct Commits {
    /// The index of the write-ahead log; `None` where there is none.
    index: Option<&'static File>,
    record: Arc<Record>,
}

#[derive(Debug, Default)]
struct Record {
    begun: AtomicU64,
    ended: AtomicU64,
    committed: AtomicU32,
}

/// A commit of the record of reads, from before it begins until this is dropped.
#[derive(Debug)]
pub struct Recording(Arc<Record>);

impl Commits {
    /// Of the database at a path, which some connection has read by now.
    pub(super) fn of(path: &Path) -> Self {
        let mut index = path.as_os_str().to_owned();
        index.push("-shm");
        // Never closed: that would end the locks that SQLite holds on this file, for the whole process.
        let index = File::open(index).ok().map(|file| &*Box::leak(Box::new(file)));
        Self { index, record: Arc::default() }
    }

    /// Marks a commit of the record.
    pub(super) fn recording(&self) -> Recording {
        self.record.begun.fetch_add(1, SeqCst);
        Recording(Arc::clone(&self.record))
    }

    /// A number that differs after any commit but those of the record; `None` while one of those is under way, when it is
    /// not known whether it counts yet, or the log is long.
    pub(super) fn others(&self) -> Option<u32> {
        let ended = self.record.ended.load(SeqCst);
        let others = self.others_at_least()?;
        (self.record.begun.load(SeqCst) == ended).then_some(others)
    }

    /// The same number, or another one where a commit of the record is under way.
    pub(super) fn others_at_least(&self) -> Option<u32> {
        let own = self.record.committed.load(SeqCst);
        let Index { commits, frames } = Index::read(self.index?)?;
        (frames < LOG_FRAMES_MAX).then(|| commits.wrapping_sub(own))
    }
}

impl Recording {
    /// Says that it was committed.
    pub fn committed(self) {
        self.0.committed.fetch_add(1, SeqCst);
    }
}

impl Drop for Recording {
    fn drop(&mut self) {
        self.0.ended.fetch_add(1, SeqCst);
    }
}

/// What the index says of the log, as SQLite's documentation of the format of write-ahead logs sets out.
struct Index {
    /// Counts every commit, of whatever process.
    commits: u32,
    /// Frames in the log.
    frames: u32,
}

impl Index {
    #[cfg(unix)]
    fn read(file: &File) -> Option<Self> {
        let mut header = [0; 20];
        std::os::unix::fs::FileExt::read_exact_at(file, &mut header, 0).ok()?;
        let number = |at: usize| header[at..at + 4].try_into().map(u32::from_ne_bytes).ok();
        Some(Self { commits: number(8)?, frames: number(16)? })
    }

    #[cfg(not(unix))]
    fn read(_: &File) -> Option<Self> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::Commits;
    use rusqlite::Connection;

    #[test]
    fn a_snapshot_may_leave_out_commits_of_the_record_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.db");
        let (ours, others) = (Connection::open(&path).expect("one"), Connection::open(&path).expect("another"));
        ours.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE a (n INTEGER)").expect("a table");
        let commits = Commits::of(&path);
        let write = |connection: &Connection| connection.execute_batch("INSERT INTO a VALUES (1)").expect("a row");

        let before = commits.others().expect("a number");
        assert_eq!(commits.others_at_least(), Some(before));
        let recording = commits.recording();
        assert_eq!(commits.others(), None, "a commit of the record may be counted or not");
        assert_eq!(commits.others_at_least(), Some(before));
        write(&ours);
        assert_ne!(commits.others_at_least(), Some(before));
        recording.committed();
        assert_eq!((commits.others(), commits.others_at_least()), (Some(before), Some(before)));

        write(&others);
        assert_ne!(commits.others_at_least(), Some(before));
        let before = commits.others().expect("a number");
        drop(commits.recording());
        assert_eq!(commits.others(), Some(before), "what was not committed is not counted");
        write(&ours);
        assert_ne!(commits.others_at_least(), Some(before), "a commit that is not marked counts");

        for _ in 0..super::LOG_FRAMES_MAX {
            ours.execute_batch("PRAGMA wal_autocheckpoint = 0; INSERT INTO a VALUES (1)").expect("a row");
        }
        assert_eq!((commits.others(), commits.others_at_least()), (None, None), "the log is long");
    }

    #[test]
    fn without_a_log_nothing_may_be_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let commits = Commits::of(&folder.path().join("a.db"));
        assert_eq!((commits.others(), commits.others_at_least()), (None, None));
    }
}
