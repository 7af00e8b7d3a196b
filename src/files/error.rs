//! Why a file is not used, in one line that says what to do about it.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use crate::text::one_line;

/// Why a file or directory is not used.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {problem}")]
pub struct FileError {
    /// The file or directory, printable.
    pub path: String,
    /// What is wrong with it; part of the message, so that a chain of errors tells it once.
    pub problem: Problem,
}

/// What is wrong with a file or directory.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It does not exist.
    #[error("there is no such file")]
    Missing,
    /// It exists, and was to be made.
    #[error("it exists already; nothing is overwritten")]
    Exists,
    /// No room.
    #[error("no room to write ({0}); free some, then try again")]
    Full(io::Error),
    /// A file system that takes no writes.
    #[error("the file system is read-only; choose a directory that can be written")]
    ReadOnly,
    /// The permissions of the file or of a directory above it.
    #[error("permission denied; give its owner the right to use it")]
    Denied,
    /// A component of the path is not a directory.
    #[error("a part of this path is not a directory; choose another")]
    NoDirectory,
    /// Something else stands in its place.
    #[error("it is {found}; {}", remedy(found))]
    Kind {
        /// What it is, with its article.
        found: &'static str,
    },
    /// It has a second name, under which others may reach it.
    #[error("it is a file that has a second name (a hard link); move it out of the way")]
    HardLink,
    /// Somebody else could have written it.
    #[error("it belongs to user {owner}, not to user {us}; move it out of the way")]
    Foreign {
        /// Numeric id of its owner.
        owner: u32,
        /// Ours.
        us: u32,
    },
    /// Others could have written it.
    #[error("others can write it (mode {mode:03o}); look whether they did, then chmod go-w")]
    WritableByOthers {
        /// Permission bits.
        mode: u32,
    },
    /// Others could have read a secret in it.
    #[error("others have access to it (mode {mode:03o}); run chmod 600 on it")]
    ReadableByOthers {
        /// Permission bits.
        mode: u32,
    },
    /// More than is read.
    #[error("it is larger than expected: at most {most} bytes are read")]
    TooLarge {
        /// Bytes.
        most: u64,
    },
    /// The process has no descriptor left.
    #[error("too many open files; raise the limit (ulimit -n), then try again")]
    NoDescriptors,
    /// A name with a slash in it, or none.
    #[error("not the name of a file")]
    Name,
    /// Anything else.
    #[error("{0}")]
    Other(io::Error),
}

/// What to do about something that is no regular file.
fn remedy(found: &str) -> &'static str {
    if found == SYMLINK {
        "move it out of the way, or name the file that it leads to"
    } else {
        "move it out of the way"
    }
}

/// A symbolic link as an error names it.
pub(super) const SYMLINK: &str = "a symbolic link";

impl FileError {
    pub(super) fn new(path: &Path, problem: impl Into<Problem>) -> Self {
        Self { path: one_line(&path.to_string_lossy()), problem: problem.into() }
    }

    /// Whether nothing can be there: it is missing, or the path leads through what is no directory.
    pub fn leads_nowhere(&self) -> bool {
        matches!(self.problem, Problem::Missing | Problem::NoDirectory)
    }

    /// Whether there is nothing of that name.
    pub fn is_missing(&self) -> bool {
        matches!(self.problem, Problem::Missing)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::Missing,
            io::ErrorKind::AlreadyExists => Self::Exists,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge => {
                Self::Full(error)
            }
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly,
            io::ErrorKind::PermissionDenied => Self::Denied,
            io::ErrorKind::NotADirectory => Self::NoDirectory,
            _ => match Errno::from_io_error(&error) {
                Some(Errno::MFILE | Errno::NFILE) => Self::NoDescriptors,
                Some(Errno::LOOP) => Self::Kind { found: SYMLINK },
                _ => Self::Other(error),
            },
        }
    }
}

impl From<Errno> for Problem {
    fn from(error: Errno) -> Self {
        Self::from(io::Error::from(error))
    }
}
