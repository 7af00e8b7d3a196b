//! Where the bytes are: a file that only its owner can write, or memory.

use std::fmt;
use std::fs::{File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use super::error::{JournalError, Problem};
use crate::files::{self, Demands, Directory};

/// Name of the file in its directory.
pub(super) const NAME: &str = "journal.jsonl";

/// Times the lock is asked for, a [`PAUSE`] apart: a second in all.
const ATTEMPTS: u32 = 500;

/// Time between two of them.
const PAUSE: Duration = Duration::from_millis(2);

/// What the journal does with its bytes. Everything but `lock` is called with the lock held.
pub(super) trait Storage: fmt::Debug + Send {
    /// Waits for the lock for a second; an error of kind `WouldBlock` says that it was not had.
    fn lock(&mut self) -> io::Result<()>;
    /// Gives the lock back.
    fn unlock(&mut self);
    /// Whether the name still leads to these bytes.
    fn is_in_place(&self) -> io::Result<bool>;
    /// How many bytes there are.
    fn length(&self) -> io::Result<u64>;
    /// The bytes from an offset to the end.
    fn read_from(&mut self, offset: u64) -> io::Result<Vec<u8>>;
    /// Adds bytes at the end.
    fn write(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// Returns when what was written is on the disk.
    fn sync(&mut self) -> io::Result<()>;
    /// Takes bytes away from the end, down to this length.
    fn cut(&mut self, length: u64) -> io::Result<()>;
}

/// A file, in a directory that was checked.
#[derive(Debug)]
pub(super) struct Disk {
    directory: Directory,
    file: File,
    attempts: u32,
}

impl Disk {
    /// Opens the journal in `directory`; makes both if need be, private from their first moment.
    pub(super) fn open(directory: &Path) -> Result<(Self, PathBuf), JournalError> {
        let directory = Directory::ensure(directory)?;
        let file = directory.append(NAME)?;
        // A new name is as durable as its directory.
        directory.sync()?;
        let path = directory.path().join(NAME);
        Ok((Self { directory, file, attempts: ATTEMPTS }, path))
    }
}

impl Storage for Disk {
    fn lock(&mut self) -> io::Result<()> {
        lock(self.attempts, || self.file.try_lock())
    }

    fn unlock(&mut self) {
        if let Err(error) = self.file.unlock() {
            tracing::warn!(%error, "the lock of the journal was not given back");
        }
    }

    fn is_in_place(&self) -> io::Result<bool> {
        self.directory.leads_to(NAME, &self.file)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read_from(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(offset))?;
        self.file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }
}

fn lock(attempts: u32, attempt: impl Fn() -> Result<(), TryLockError>) -> io::Result<()> {
    for _ in 0..attempts {
        match attempt() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => sleep(PAUSE),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Err(io::ErrorKind::WouldBlock.into())
}

/// The bytes of a journal for reading, wherever it is and whoever owns it; waits for a writer to finish.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, JournalError> {
    let mut file = files::open(path, Demands::any(u64::MAX))?;
    let mut read = || {
        lock(ATTEMPTS, || file.try_lock_shared())?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: io::Error| JournalError::new(path, Problem::from(error)))
}

/// Bytes in memory, for a run that leaves no trace.
#[derive(Debug, Default)]
pub(super) struct Memory(pub(super) Vec<u8>);

impl Storage for Memory {
    fn lock(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn unlock(&mut self) {}

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_from(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        Ok(self.0.get(offset..).unwrap_or_default().to_vec())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.0.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        Ok(())
    }
}
