//! Why the journal cannot be used, in one line that says what to do about it.

use std::io;
use std::path::Path;

use crate::domain::JournalFailure;
use crate::files::{self, FileError};
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
    /// The file or its directory cannot be used.
    #[error(transparent)]
    File(files::Problem),
    /// A file system that takes no writes.
    #[error("the file system is read-only; let XDG_STATE_HOME name a directory that can be written")]
    ReadOnly,
    /// A component of the path is not a directory.
    #[error("a part of this path is not a directory; let XDG_STATE_HOME name one")]
    NoDirectory,
    /// Another program holds the lock.
    #[error("locked by another program for over a second; end that one, or try again")]
    Locked,
    /// It was moved, removed or shortened since it was opened.
    #[error("it was moved, removed or shortened while in use; look at it, then start again")]
    Replaced,
    /// It does not exist.
    #[error("there is none: nothing was changed from here yet")]
    Missing,
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

impl From<FileError> for JournalError {
    fn from(error: FileError) -> Self {
        Self { path: error.path, problem: error.problem.into() }
    }
}

impl From<files::Problem> for Problem {
    fn from(problem: files::Problem) -> Self {
        match problem {
            files::Problem::ReadOnly => Self::ReadOnly,
            files::Problem::NoDirectory => Self::NoDirectory,
            files::Problem::Missing => Self::Missing,
            problem => Self::File(problem),
        }
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::WouldBlock => Self::Locked,
            _ => files::Problem::from(error).into(),
        }
    }
}
