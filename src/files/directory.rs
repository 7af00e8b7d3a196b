//! A directory that was checked, and the files in it.

use std::fs::{DirBuilder, File};
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, Mode, OFlags, fchmod, fstat, fsync, open, openat, renameat, statat, unlinkat,
};
use rustix::io::Errno;

use super::about::About;
use super::draft::Draft;
use super::error::{FileError, Problem};
use super::fault::{Fault, Step};
use super::read::{CAREFULLY, Contents, Demands, bare, contents, open_at};

/// Of a file that only its owner reads and writes.
const PRIVATE: Mode = Mode::RUSR.union(Mode::WUSR);

/// For reading and for adding at the end.
const APPENDING: OFlags = OFlags::RDWR.union(OFlags::APPEND).union(OFlags::NOFOLLOW).union(CAREFULLY);

/// A directory that is ours (or root's) and that nobody else can write, held open.
#[derive(Debug)]
pub struct Directory {
    held: OwnedFd,
    path: PathBuf,
    /// What a test makes fail.
    pub(crate) fault: Fault,
}

impl Directory {
    /// Opens the directory at `path`; it and what is missing above it are made, for their owner alone.
    ///
    /// # Errors
    ///
    /// [`FileError`] when it is a link, is somebody else's, can be written by others, or cannot be made.
    pub fn ensure(path: &Path) -> Result<Self, FileError> {
        match DirBuilder::new().recursive(true).mode(0o700).create(path) {
            Ok(()) => {}
            // What stands there is named when it is opened.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(FileError::new(path, error)),
        }
        let made = Self::open(path)?;
        // A new name is as durable as the directory it is in.
        if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty())
            && let Ok(parent) = open(parent, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        {
            sync(&parent).map_err(|error| FileError::new(path, error))?;
        }
        Ok(made)
    }

    /// Opens the directory at `path`, which is there.
    ///
    /// # Errors
    ///
    /// As [`Directory::ensure`]; [`Problem::Missing`] when there is none.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let held = open_checked(path).map_err(|problem| FileError::new(path, problem))?;
        Ok(Self { held, path: path.to_owned(), fault: Fault::default() })
    }

    /// Opens a directory whose ever it is, to make new files in it that the operator wants there: a new file is
    /// ours alone, whatever else is around it.
    ///
    /// # Errors
    ///
    /// [`FileError`] when there is none.
    pub fn for_new_files(path: &Path) -> Result<Self, FileError> {
        let held = open(path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty());
        let held = held.map_err(|error| FileError::new(path, error))?;
        Ok(Self { held, path: path.to_owned(), fault: Fault::default() })
    }

    /// Where it was opened.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads a file.
    ///
    /// # Errors
    ///
    /// [`FileError`] when it is not there or not as demanded.
    pub fn read(&self, name: &str, demands: Demands) -> Result<Contents, FileError> {
        let read = bare(name)
            .and_then(|name| open_at(&self.held, &name, demands))
            .and_then(|(file, about)| contents(file, about, demands.most));
        read.map_err(|problem| self.error(name, problem))
    }

    /// Opens a file of ours for reading and for adding at its end; makes it if need be, private from its first
    /// moment.
    ///
    /// # Errors
    ///
    /// [`FileError`] when it is not a regular file of one name, not ours, or can be written by others.
    pub fn append(&self, name: &str) -> Result<File, FileError> {
        self.open_to_append(name).map_err(|problem| self.error(name, problem))
    }

    /// Opens a file of ours that is there, for reading and for adding at its end.
    ///
    /// # Errors
    ///
    /// As [`Directory::append`]; [`Problem::Missing`] when there is none.
    pub fn existing(&self, name: &str) -> Result<File, FileError> {
        self.open_ours(name).map_err(|problem| self.error(name, problem))
    }

    fn open_to_append(&self, name: &str) -> Result<File, Problem> {
        match self.open_ours(name) {
            Err(Problem::Missing) => match self.make(&bare(name)?, APPENDING) {
                // Another instance was faster.
                Err(Problem::Exists) => self.open_ours(name),
                made => made,
            },
            opened => opened,
        }
    }

    fn open_ours(&self, name: &str) -> Result<File, Problem> {
        let name = bare(name)?;
        About(statat(&self.held, &name, AtFlags::SYMLINK_NOFOLLOW)?).regular()?;
        let file = openat(&self.held, &name, APPENDING, Mode::empty())?;
        let about = About(fstat(&file)?).regular()?.ours()?.closed_to_writers()?.of_one_name()?;
        if about.mode() != PRIVATE.as_raw_mode() {
            fchmod(&file, PRIVATE)?;
        }
        Ok(file.into())
    }

    /// Makes a file that is not there yet. It is removed again unless the draft is kept.
    ///
    /// # Errors
    ///
    /// [`FileError`], [`Problem::Exists`] among them.
    pub fn create(&self, name: &str) -> Result<Draft<'_>, FileError> {
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | CAREFULLY;
        let made = bare(name).and_then(|name| self.make(&name, flags));
        made.map(|file| Draft::new(self, name, file)).map_err(|problem| self.error(name, problem))
    }

    /// Replaces a file, or makes it: at every moment there is the old one or the new one, whole.
    ///
    /// # Errors
    ///
    /// [`FileError`] when it is not known to be on the disk. Something other than a file of ours in its place
    /// is not replaced.
    pub fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), FileError> {
        self.replaceable(name).map_err(|problem| self.error(name, problem))?;
        let mut draft = self.create(&format!(".{name}.{}", uuid::Uuid::new_v4().simple()))?;
        draft.write_all(bytes).map_err(|error| self.error(name, error))?;
        draft.keep_as(name)
    }

    fn replaceable(&self, name: &str) -> Result<(), Problem> {
        match statat(&self.held, bare(name)?, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => Ok(()),
            about => About(about?).regular()?.ours()?.closed_to_writers()?.of_one_name().map(|_| ()),
        }
    }

    /// Gives a file of ours another name, in place of what has it.
    ///
    /// # Errors
    ///
    /// [`FileError`] when it keeps its name.
    pub fn rename(&self, name: &str, to: &str) -> Result<(), FileError> {
        let renamed = bare(name).and_then(|from| {
            self.fault.at(Step::Rename)?;
            Ok(renameat(&self.held, from, &self.held, bare(to)?)?)
        });
        renamed.map_err(|problem| self.error(to, problem))
    }

    /// Removes a file; that there is none is no error.
    ///
    /// # Errors
    ///
    /// [`FileError`] when it stays.
    pub fn remove(&self, name: &str) -> Result<(), FileError> {
        let removed = bare(name).and_then(|name| match unlinkat(&self.held, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(error) => Err(error.into()),
        });
        removed.map_err(|problem| self.error(name, problem))
    }

    /// Whether the name still leads to this open file.
    ///
    /// # Errors
    ///
    /// When neither can be looked at.
    pub fn leads_to(&self, name: &str, file: &File) -> io::Result<bool> {
        let held = fstat(file)?;
        match statat(&self.held, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(named) => Ok((named.st_dev, named.st_ino) == (held.st_dev, held.st_ino)),
            Err(Errno::NOENT) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns when the names in it are on the disk.
    ///
    /// # Errors
    ///
    /// When that is not known.
    pub fn sync(&self) -> Result<(), FileError> {
        let synced = self.fault.at(Step::SyncDirectory).and_then(|()| sync(&self.held));
        synced.map_err(|error| FileError::new(&self.path, error))
    }

    fn make(&self, name: &Path, flags: OFlags) -> Result<File, Problem> {
        self.fault.at(Step::Create)?;
        let file = openat(&self.held, name, flags | OFlags::CREATE | OFlags::EXCL, PRIVATE)?;
        // An umask may have taken the owner's rights, too.
        fchmod(&file, PRIVATE)?;
        Ok(file.into())
    }

    pub(super) fn held(&self) -> &OwnedFd {
        &self.held
    }

    pub(crate) fn error(&self, name: &str, problem: impl Into<Problem>) -> FileError {
        FileError::new(&self.path.join(name), problem)
    }
}

fn sync(directory: &OwnedFd) -> io::Result<()> {
    match fsync(directory) {
        // Some file systems have no such thing for directories.
        Ok(()) | Err(Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn open_checked(path: &Path) -> Result<OwnedFd, Problem> {
    let flags = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let held = match open(path, flags, Mode::empty()) {
        Err(Errno::LOOP | Errno::NOTDIR) => {
            // The path itself, or something above it.
            About(statat(CWD, path, AtFlags::SYMLINK_NOFOLLOW)?).directory()?;
            return Err(Problem::NoDirectory);
        }
        opened => opened?,
    };
    About(fstat(&held)?).ours_or_roots()?.closed_to_writers()?;
    Ok(held)
}
