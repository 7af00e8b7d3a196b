//! What an open or named file is: kind, owner, mode, number of names.

use rustix::fs::{FileType, Stat};
use rustix::process::geteuid;

use super::error::{Problem, SYMLINK};

/// Reads and writes of group and others.
const OTHERS: u32 = 0o077;

/// Writes of group and others.
const WRITES_OF_OTHERS: u32 = 0o022;

/// What the kernel says of a file.
#[derive(Clone, Copy)]
pub(super) struct About(pub(super) Stat);

impl About {
    /// Refuses everything but a regular file.
    pub(super) fn regular(self) -> Result<Self, Problem> {
        match self.kind() {
            FileType::RegularFile => Ok(self),
            kind => Err(Problem::Kind { found: name_of(kind) }),
        }
    }

    /// Refuses everything but a directory.
    pub(super) fn directory(self) -> Result<Self, Problem> {
        match self.kind() {
            FileType::Directory => Ok(self),
            kind => Err(Problem::Kind { found: name_of(kind) }),
        }
    }

    fn kind(self) -> FileType {
        FileType::from_raw_mode(self.0.st_mode)
    }

    /// Refuses what somebody else owns; root may own what is only read.
    pub(super) fn ours_or_roots(self) -> Result<Self, Problem> {
        if self.0.st_uid == 0 { Ok(self) } else { self.ours() }
    }

    /// Refuses what somebody else owns.
    pub(super) fn ours(self) -> Result<Self, Problem> {
        let (owner, us) = (self.0.st_uid, geteuid().as_raw());
        if owner == us { Ok(self) } else { Err(Problem::Foreign { owner, us }) }
    }

    /// Refuses what group or others can write.
    pub(super) fn closed_to_writers(self) -> Result<Self, Problem> {
        let mode = self.mode();
        if mode & WRITES_OF_OTHERS == 0 { Ok(self) } else { Err(Problem::WritableByOthers { mode }) }
    }

    /// Refuses what group or others can read or write.
    pub(super) fn closed_to_readers(self) -> Result<Self, Problem> {
        let mode = self.mode();
        if mode & OTHERS == 0 { Ok(self) } else { Err(Problem::ReadableByOthers { mode }) }
    }

    /// Refuses a file with a second name.
    pub(super) fn of_one_name(self) -> Result<Self, Problem> {
        if self.0.st_nlink > 1 { Err(Problem::HardLink) } else { Ok(self) }
    }

    /// Permission bits.
    pub(super) fn mode(self) -> u32 {
        self.0.st_mode & 0o777
    }

    /// Bytes.
    pub(super) fn size(self) -> u64 {
        u64::try_from(self.0.st_size).unwrap_or(0)
    }
}

fn name_of(kind: FileType) -> &'static str {
    match kind {
        FileType::RegularFile => "a file",
        FileType::Symlink => SYMLINK,
        FileType::Directory => "a directory",
        FileType::Fifo => "a pipe",
        FileType::Socket => "a socket",
        FileType::CharacterDevice | FileType::BlockDevice | FileType::Unknown => "a device",
    }
}
