//! Where the bytes are: a file that only its owner can write, or memory.

use std::fmt;
use std::fs::{DirBuilder, File, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fchmod, fstat, fsync, open, openat, statat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::error::{JournalError, Problem};

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
    directory: OwnedFd,
    file: File,
    attempts: u32,
}

impl Disk {
    /// Opens the journal in `directory`; makes both if need be, private from their first moment.
    pub(super) fn open(directory: &Path) -> Result<(Self, PathBuf), JournalError> {
        let path = directory.join(NAME);
        let of_directory = |problem: Problem| JournalError::new(directory, problem);
        let of_file = |problem: Problem| JournalError::new(&path, problem);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .map_err(|error| of_directory(error.into()))?;
        let held = open_directory(directory).map_err(of_directory)?;
        let file = open_in(&held).map_err(of_file)?;
        // A new name is as durable as its directory.
        sync_directory(&held).map_err(|error| of_directory(error.into()))?;
        if let Some(parent) = directory.parent().filter(|parent| !parent.as_os_str().is_empty())
            && let Ok(parent) = open(parent, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        {
            sync_directory(&parent).map_err(|error| of_directory(error.into()))?;
        }
        Ok((Self { directory: held, file, attempts: ATTEMPTS }, path))
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
        let held = fstat(&self.file)?;
        match statat(&self.directory, NAME, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
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

fn sync_directory(directory: &OwnedFd) -> io::Result<()> {
    match fsync(directory) {
        // Some file systems have no such thing for directories.
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn open_directory(path: &Path) -> Result<OwnedFd, Problem> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = match open(path, flags, Mode::empty()) {
        Err(Errno::LOOP | Errno::NOTDIR) => return Err(Problem::NotOurs("a symbolic link")),
        opened => opened?,
    };
    let about = fstat(&directory)?;
    if about.st_mode & 0o022 != 0 {
        return Err(Problem::Open { mode: about.st_mode & 0o777 });
    }
    is_ours(&about)?;
    Ok(directory)
}

/// Opens the file by its name in `directory`. Nothing but a regular file is opened: opening a device can
/// have effects, and a pipe would wait for its other end.
fn open_in(directory: &OwnedFd) -> Result<File, Problem> {
    let flags = OFlags::RDWR | OFlags::APPEND | SAFELY;
    let is_new = match statat(directory, NAME, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(about) => {
            is_regular(&about)?;
            false
        }
        Err(Errno::NOENT) => true,
        Err(error) => return Err(error.into()),
    };
    let mode = Mode::RUSR | Mode::WUSR;
    let opened = if is_new {
        match openat(directory, NAME, flags | OFlags::CREATE | OFlags::EXCL, mode) {
            // Another instance was faster.
            Err(Errno::EXIST) => openat(directory, NAME, flags, Mode::empty())?,
            opened => opened?,
        }
    } else {
        openat(directory, NAME, flags, Mode::empty())?
    };
    let about = fstat(&opened)?;
    is_regular(&about)?;
    is_ours(&about)?;
    if about.st_mode & 0o022 != 0 {
        return Err(Problem::Open { mode: about.st_mode & 0o777 });
    }
    if about.st_nlink > 1 {
        return Err(Problem::NotOurs("a file that has a second name (a hard link)"));
    }
    if about.st_mode & 0o777 != 0o600 {
        fchmod(&opened, mode)?;
    }
    Ok(opened.into())
}

/// No links followed, no child inherits it, no waiting, no terminal taken over.
const SAFELY: OFlags = OFlags::NOFOLLOW.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

fn is_regular(about: &Stat) -> Result<(), Problem> {
    let what = match FileType::from_raw_mode(about.st_mode) {
        FileType::RegularFile => return Ok(()),
        FileType::Symlink => "a symbolic link",
        FileType::Directory => "a directory",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        _ => "a device",
    };
    Err(Problem::NotOurs(what))
}

fn is_ours(about: &Stat) -> Result<(), Problem> {
    let us = geteuid().as_raw();
    if about.st_uid == us { Ok(()) } else { Err(Problem::Foreign { owner: about.st_uid, us }) }
}

/// The bytes of a journal for reading, wherever it is and whoever owns it; waits for a writer to finish.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, JournalError> {
    let read = || -> Result<Vec<u8>, Problem> {
        // Links are followed here: the path was given by the operator.
        let flags = OFlags::RDONLY | SAFELY.difference(OFlags::NOFOLLOW);
        match rustix::fs::stat(path) {
            Err(Errno::NOENT) => return Err(Problem::Missing),
            about => is_regular(&about?)?,
        }
        let mut file = File::from(open(path, flags, Mode::empty())?);
        is_regular(&fstat(&file)?)?;
        lock(ATTEMPTS, || file.try_lock_shared())?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|problem| JournalError::new(path, problem))
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
