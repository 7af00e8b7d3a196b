//! Where tests make the disk fail; nothing of it is in a release.

use std::io;

/// A call that can fail on a disk that is full or broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Making the file.
    Create,
    /// Writing its bytes.
    Write,
    /// Bringing its bytes to the disk.
    Sync,
    /// Giving it its name.
    Rename,
    /// Bringing its name to the disk.
    SyncDirectory,
}

/// Fails one step with one error, when a test asks for it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Fault {
    #[cfg(test)]
    pub(crate) planned: Option<(Step, io::ErrorKind)>,
}

impl Fault {
    /// Called before each step.
    #[cfg(test)]
    pub(super) fn at(self, step: Step) -> io::Result<()> {
        match self.planned {
            Some((planned, kind)) if planned == step => Err(kind.into()),
            _ => Ok(()),
        }
    }

    /// Called before each step: nothing is planned outside of tests.
    #[cfg(not(test))]
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as in tests, where it can fail")]
    pub(super) const fn at(self, _step: Step) -> io::Result<()> {
        Ok(())
    }
}
