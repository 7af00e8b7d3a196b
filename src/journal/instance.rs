//! Which runs are alive: what they left open in the journal is theirs to settle.
//!
//! A run holds a lock on `run-<id>.lock` beside the journal for as long as it lives. The kernel takes the
//! lock from a process that dies, so a file without one belongs to the past and is removed.

use std::fs::{File, TryLockError};
use std::path::Path;

use crate::domain::RunId;
use crate::files::{Directory, FileError};

/// The sign that a run is alive, for as long as it is held.
#[derive(Debug)]
pub struct Claim {
    _locked: File,
    directory: Directory,
    name: String,
}

impl Drop for Claim {
    fn drop(&mut self) {
        let _nobody_else_needs_it = self.directory.remove(&self.name);
    }
}

fn name(run: RunId) -> String {
    format!("run-{run}.lock")
}

/// Says that `run` is alive, in the directory of the journal. Without it, a second instance would take this
/// run's changes for abandoned, read what became of them, and write that down too: true, but twice.
///
/// # Errors
///
/// When the file cannot be made, or is there already.
pub fn claim(directory: &Path, run: RunId) -> Result<Claim, FileError> {
    let (directory, name) = (Directory::open(directory)?, name(run));
    let locked = directory.create(&name)?.keep()?;
    locked.try_lock().map_err(|error| directory.error(&name, std::io::Error::from(error)))?;
    Ok(Claim { _locked: locked, directory, name })
}

/// Whether `run` is alive.
pub fn is_alive(directory: &Path, run: RunId) -> bool {
    let (Ok(directory), name) = (Directory::open(directory), name(run)) else { return false };
    let Ok(file) = directory.existing(&name) else { return false };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => true,
        Err(TryLockError::Error(_)) => false,
        Ok(()) => {
            let _it_is_gone_already = directory.remove(&name);
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wr_27_a_run_is_alive_while_its_claim_is_held_and_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let run = RunId::new(7);
        assert!(!is_alive(home.path(), run));
        let claim = claim(home.path(), run).unwrap();
        assert!(is_alive(home.path(), run));
        drop(claim);
        assert!(!is_alive(home.path(), run));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }

    #[test]
    fn wr_27_a_file_without_its_lock_belongs_to_the_past() {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("run-000007.lock"), "").unwrap();
        assert!(!is_alive(home.path(), RunId::new(7)));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 0);
    }
}
