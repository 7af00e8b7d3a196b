//! Reading a file that meets what its use demands, and no more of it than expected.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use rustix::fd::AsFd;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, fstat, openat, statat};
use zeroize::Zeroizing;

use super::about::About;
use super::error::{FileError, Problem};

/// No child inherits it, no waiting, no terminal taken over.
pub(super) const CAREFULLY: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// What a file has to be like to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demands {
    /// Whose it is.
    pub who: Who,
    /// Whether its name may lead elsewhere.
    pub links: Links,
    /// Bytes; a larger file is refused.
    pub most: u64,
}

/// Whose a file has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Owned by us or root, and nobody else has any access: passwords, keys.
    OursAlone,
    /// Owned by us or root, and nobody else can write it: what decides whom we trust.
    OursToWrite,
    /// Whose ever; see [`Contents::is_writable_by_others`].
    Anybodys,
}

/// Whether the name of a file may lead elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Links {
    /// No symbolic link in its place, and no second name: files in directories of ours.
    Refused,
    /// The file that the name leads to is held to the other demands: paths that the operator spelled out.
    Followed,
}

impl Demands {
    /// For a file that holds a secret.
    pub const fn secret(most: u64) -> Self {
        Self { who: Who::OursAlone, links: Links::Refused, most }
    }

    /// For a file that decides something.
    pub const fn trusted(most: u64) -> Self {
        Self { who: Who::OursToWrite, links: Links::Refused, most }
    }

    /// For a file that is taken as it is.
    pub const fn any(most: u64) -> Self {
        Self { who: Who::Anybodys, links: Links::Followed, most }
    }

    /// The same, wherever the name leads.
    #[must_use]
    pub const fn following_links(self) -> Self {
        Self { links: Links::Followed, ..self }
    }

    fn check(self, about: About) -> Result<(), Problem> {
        about.regular()?;
        match self.who {
            Who::OursAlone => about.ours_or_roots()?.closed_to_readers()?,
            Who::OursToWrite => about.ours_or_roots()?.closed_to_writers()?,
            Who::Anybodys => about,
        };
        if self.links == Links::Refused {
            about.of_one_name()?;
        }
        if about.size() > self.most { Err(Problem::TooLarge { most: self.most }) } else { Ok(()) }
    }
}

/// What was read.
#[derive(Debug)]
pub struct Contents {
    /// The bytes, wiped when dropped.
    pub bytes: Zeroizing<Vec<u8>>,
    /// Whether somebody other than us and root could have written them.
    pub is_writable_by_others: bool,
}

/// Reads the file at `path`, which the operator named.
///
/// # Errors
///
/// [`FileError`] when it is not there, not as demanded, or cannot be read. Nothing is waited for.
pub fn read(path: &Path, demands: Demands) -> Result<Contents, FileError> {
    let read = open_at(CWD, path, demands).and_then(|(file, about)| contents(file, about, demands.most));
    read.map_err(|problem| FileError::new(path, problem))
}

/// Opens the file at `path` for reading.
///
/// # Errors
///
/// As [`read`].
pub fn open(path: &Path, demands: Demands) -> Result<File, FileError> {
    let opened = open_at(CWD, path, demands);
    opened.map(|(file, _)| file).map_err(|problem| FileError::new(path, problem))
}

/// Opens a file for reading by its name in a directory.
pub(super) fn open_at(directory: impl AsFd, name: &Path, demands: Demands) -> Result<(File, About), Problem> {
    let (look, open) = match demands.links {
        Links::Refused => (AtFlags::SYMLINK_NOFOLLOW, OFlags::NOFOLLOW),
        Links::Followed => (AtFlags::empty(), OFlags::empty()),
    };
    About(statat(&directory, name, look)?).regular()?;
    let flags = OFlags::RDONLY | CAREFULLY | open;
    let file = File::from(openat(&directory, name, flags, Mode::empty())?);
    let about = About(fstat(&file)?);
    demands.check(about)?;
    Ok((file, about))
}

/// The bytes of an open file, into one buffer: one that grew would leave copies of a secret behind.
pub(super) fn contents(mut file: File, about: About, most: u64) -> Result<Contents, Problem> {
    let room =
        usize::try_from(about.size().saturating_add(1)).map_err(|_too_many| Problem::TooLarge { most })?;
    let mut bytes = Zeroizing::new(vec![0; room]);
    let mut filled = 0;
    while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    if filled == room {
        return Err(Problem::Other(io::Error::other("it grew while it was read; try again")));
    }
    bytes.truncate(filled);
    let is_ours = about.ours_or_roots().and_then(About::closed_to_writers).is_ok();
    Ok(Contents { bytes, is_writable_by_others: !is_ours })
}

/// A bare name: what is reached through a directory stays in it.
pub(super) fn bare(name: &str) -> Result<PathBuf, Problem> {
    let is_bare = !name.is_empty() && !matches!(name, "." | "..") && !name.contains(['/', '\0']);
    if is_bare { Ok(PathBuf::from(name)) } else { Err(Problem::Name) }
}
