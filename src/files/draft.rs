//! A file that is being written, and is gone unless it is kept.

use std::fs::File;
use std::io::{self, Write};

use rustix::fs::{AtFlags, unlinkat};

use super::directory::Directory;
use super::error::FileError;
use super::fault::Step;

/// A new file, removed when dropped unless it was kept.
#[derive(Debug)]
pub struct Draft<'a> {
    directory: &'a Directory,
    name: String,
    file: File,
    is_kept: bool,
}

impl<'a> Draft<'a> {
    pub(super) fn new(directory: &'a Directory, name: &str, file: File) -> Self {
        Self { directory, name: name.to_owned(), file, is_kept: false }
    }

    /// Keeps the file; its bytes and its name are on the disk when this returns it.
    ///
    /// # Errors
    ///
    /// When that is not known; then the file is removed.
    pub fn keep(mut self) -> Result<File, FileError> {
        self.sync()?;
        self.directory.sync()?;
        let file = self.file.try_clone().map_err(|error| self.directory.error(&self.name, error))?;
        self.is_kept = true;
        Ok(file)
    }

    /// Keeps the file under another name, in place of the file that has it.
    ///
    /// # Errors
    ///
    /// When it is not known to be on the disk. Up to the change of names the old file stays in its place and
    /// this one is removed; a disk that fails after it may have either, whole.
    pub fn keep_as(mut self, name: &str) -> Result<(), FileError> {
        self.sync()?;
        self.directory.rename(&self.name, name)?;
        self.is_kept = true;
        self.directory.sync()
    }

    fn sync(&self) -> Result<(), FileError> {
        let synced = self.directory.fault.at(Step::Sync).and_then(|()| self.file.sync_all());
        synced.map_err(|error| self.directory.error(&self.name, error))
    }
}

impl Write for Draft<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.directory.fault.at(Step::Write)?;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Draft<'_> {
    fn drop(&mut self) {
        if !self.is_kept
            && let Err(error) = unlinkat(self.directory.held(), self.name.as_str(), AtFlags::empty())
        {
            tracing::warn!(%error, "an unfinished file stays");
        }
    }
}
