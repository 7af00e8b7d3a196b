//! Why the journal cannot be used, in one line that says what to do about it.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use crate::domain::JournalFailure;
use crate::text::one_line;

/// Why the journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("journal {path}: {problem}")]
pub struct JournalError {
    /// The file or directory, printable.
    pub path: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with the journal.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// No room.
    #[error("no room to write ({0}); free some, then try again")]
    Full(io::Error),
    /// A file system that takes no writes.
    #[error("the file system is read-only; let XDG_STATE_HOME name a directory that can be written")]
    ReadOnly,
    /// The permissions of the file or of a directory above it.
    #[error("permission denied; give its owner the right to read and write it")]
    Denied,
    /// A component of the path is not a directory.
    #[error("a part of this path is not a directory; let XDG_STATE_HOME name one")]
    NoDirectory,
    /// Another program holds the lock.
    #[error("locked by another program for over a second; end that one, or try again")]
    Locked,
    /// Something else stands in its place.
    #[error("it is {0}; move it out of the way")]
    NotOurs(&'static str),
    /// Somebody else could have written it.
    #[error("it belongs to user {owner}, not to user {us}; move it out of the way")]
    Foreign {
        /// Numeric id of its owner.
        owner: u32,
        /// Ours.
        us: u32,
    },
    /// Others could write it.
    #[error("others can write it (mode {mode:03o}); look whether they did, then chmod go-w")]
    Open {
        /// Permission bits.
        mode: u32,
    },
    /// It was moved, removed or shortened since it was opened.
    #[error("it was moved, removed or shortened while in use; look at it, then start again")]
    Replaced,
    /// It does not exist.
    #[error("there is none: nothing was changed from here yet")]
    Missing,
    /// Anything else.
    #[error("{0}")]
    Other(io::Error),
}

impl JournalError {
    pub(super) fn new(path: &Path, problem: Problem) -> Self {
        Self { path: one_line(&path.to_string_lossy()), problem }
    }

    /// For the core: the line alone.
    pub fn failure(&self) -> JournalFailure {
        JournalFailure { reason: self.to_string().into() }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full(error)
            }
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => Self::NoDirectory,
            io::ErrorKind::WouldBlock => Self::Locked,
            _ => Self::Other(error),
        }
    }
}

impl From<Errno> for Problem {
    fn from(error: Errno) -> Self {
        Self::from(io::Error::from(error))
    }
}
