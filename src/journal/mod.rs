//! The journal: every step of every change, on disk before the step is taken.
//!
//! # The file
//!
//! JSON Lines in `$XDG_STATE_HOME/cckm-tui/journal.jsonl`, mode 0600, only ever appended to. One transition
//! is one line, its keys in this order:
//!
//! ```text
//! {"sequence":2,"previous":"<sha-256>","at":"2026-11-23T18:00:00.120Z","operation":"7f3a9c-1","event":"sent","hash":"<sha-256>"}
//! ```
//!
//! - `sequence` counts lines from 1. It gives the order of events; `at` is what the clock said, which may go
//!   back.
//! - `previous` is the SHA-256 of the whole line before, without its newline; 64 zeros in the first line. So
//!   a line that was altered, removed, doubled or moved shows in the line after it.
//! - `hash`, always the last key, is the SHA-256 of the line's own bytes before `,"hash":`. So an altered
//!   line is named itself, and the last line can be checked, too.
//! - The keys after `event` depend on it; `intent` holds what was meant, and where.
//!
//! Neither hash is a signature: who rewrites every line after the altered one leaves a journal that verifies,
//! and so does who takes lines off the end. Against that, keep the hash that `journal verify` prints.
//!
//! # A write that was interrupted
//!
//! A crash or a full disk can leave part of a line at the end. The bytes stay; whoever appends next ends them
//! with a newline and writes a line that accounts for all of them, back to the last line that can be read:
//!
//! ```text
//! {"sequence":3,"previous":"<of line 2>","at":"…","event":"torn","bytes":58,"sha256":"<of these bytes>","hash":"…"}
//! ```
//!
//! Unreadable bytes between two lines that are not accounted for in this way were put there by somebody. A
//! last line that lacks nothing but its newline is whole, and counts.
//!
//! # Two instances
//!
//! An exclusive lock (`flock`) is held while a line is added; what others added meanwhile is read first. The
//! kernel takes the lock from a process that dies. While it lives, an instance also holds a lock of its own
//! (`run-<id>.lock`), so that another does not settle what it has under way.

mod error;
mod instance;
mod line;
mod report;
mod scan;
mod storage;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use self::error::{JournalError, Problem};
pub use self::instance::{Claim, claim, is_alive};
use self::line::{Body, Hash, Line};
pub use self::report::{Wanted, report, sheet};
use self::scan::{Position, scan};
use self::storage::{Disk, Memory, NAME, Storage};
use crate::domain::{Entry, OpenOperation, Operation, OperationId, Transition};

/// The journal, open for more.
#[derive(Debug)]
pub struct Journal {
    storage: Box<dyn Storage>,
    path: PathBuf,
    end: Position,
}

/// What is in a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Every line about a change, in the order of the file, believed or not.
    pub entries: Vec<Entry>,
    /// What is after the last line that can be read.
    pub torn: Option<Torn>,
    /// Whether every line follows from the one before; if not, the first that does not.
    pub chain: Result<(), BadLine>,
}

/// The rest of an interrupted write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Torn {
    /// Number of its first line, from 1.
    pub line: usize,
    /// How many bytes.
    pub bytes: u64,
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "line {}: {} bytes that are no line, as an interrupted write leaves them",
            self.line, self.bytes
        )
    }
}

/// The first line with which something is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} {what}")]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it; printable.
    pub what: String,
}

impl Contents {
    /// What is in a new journal.
    pub const fn empty() -> Self {
        Self { entries: Vec::new(), torn: None, chain: Ok(()) }
    }

    fn of(bytes: &[u8]) -> Self {
        let scan = scan(bytes, &Position::START);
        Self { entries: scan.entries, torn: scan.tail, chain: scan.bad.map_or(Ok(()), Err) }
    }

    /// What the operator should know about the file, if anything; one line.
    pub fn trouble(&self) -> Option<String> {
        match (&self.chain, self.torn) {
            (Err(bad), _) => Some(bad.to_string()),
            (Ok(()), Some(torn)) => Some(torn.to_string()),
            (Ok(()), None) => None,
        }
    }
}

impl Journal {
    /// Opens `journal.jsonl` in `directory`, making both if need be, and reads what is in it.
    ///
    /// Whatever the bytes in the file are, it opens, and can be appended to.
    ///
    /// # Errors
    ///
    /// When the file or its directory is not ours alone to write, is something else than a file, or cannot
    /// be read and written; and when its lock cannot be had within a second.
    pub fn open(directory: &Path) -> Result<(Self, Contents), JournalError> {
        let (disk, path) = Disk::open(directory)?;
        Self::on(Box::new(disk), path)
    }

    /// A journal that takes everything and leaves no trace, for the demo.
    pub fn in_memory() -> Self {
        let (storage, path) = (Box::new(Memory::default()), PathBuf::from("in memory"));
        Self { storage, path, end: Position::START }
    }

    fn on(storage: Box<dyn Storage>, path: PathBuf) -> Result<(Self, Contents), JournalError> {
        let mut journal = Self { storage, path, end: Position::START };
        let bytes = journal.locked(|journal| Ok(journal.storage.read_from(0)?))?;
        let scan = scan(&bytes, &Position::START);
        journal.end = scan.end;
        let chain = scan.bad.map_or(Ok(()), Err);
        Ok((journal, Contents { entries: scan.entries, torn: scan.tail, chain }))
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a line; it is on disk when this returns its sequence.
    ///
    /// # Errors
    ///
    /// When it is not known to be on disk. It counts as not written: what can be taken back is, and a rest
    /// that stays does no harm.
    pub fn append(
        &mut self,
        at: Timestamp,
        operation: &OperationId,
        transition: &Transition,
    ) -> Result<u64, JournalError> {
        self.locked(|journal| journal.append_locked(at, &Body::Step(*operation, transition.clone())))
    }

    /// Everything in it so far.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn contents(&mut self) -> Result<Contents, JournalError> {
        let bytes = self.locked(|journal| Ok(journal.storage.read_from(0)?))?;
        Ok(Contents::of(&bytes))
    }

    fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Problem>) -> Result<T, JournalError> {
        let done = match self.storage.lock() {
            Ok(()) => {
                let done = work(self);
                self.storage.unlock();
                done
            }
            Err(error) => Err(error.into()),
        };
        done.map_err(|problem| JournalError::new(&self.path, problem))
    }

    fn append_locked(&mut self, at: Timestamp, body: &Body) -> Result<u64, Problem> {
        let length = self.storage.length()?;
        if length < self.end.offset || !self.storage.is_in_place()? {
            return Err(Problem::Replaced);
        }
        let unknown =
            if length > self.end.offset { self.storage.read_from(self.end.offset)? } else { Vec::new() };
        let found = scan(&unknown, &self.end);
        let mut lines = Lines { end: found.end, text: Vec::new() };
        if let Some(torn) = found.tail {
            let rest = usize::try_from(torn.bytes).unwrap_or(usize::MAX);
            let rest = unknown.get(unknown.len().saturating_sub(rest)..).unwrap_or_default();
            lines.account_for(rest, at)?;
        }
        lines.add(at, body)?;
        let written = self.storage.write(&lines.text).and_then(|()| self.storage.sync());
        if let Err(error) = written {
            if let Err(error) = self.storage.cut(length) {
                tracing::warn!(%error, "part of a line stays in the journal");
            }
            return Err(error.into());
        }
        self.end = lines.end;
        Ok(self.end.sequence)
    }
}

/// Lines to be written at once, and where they lead.
struct Lines {
    end: Position,
    text: Vec<u8>,
}

impl Lines {
    fn add(&mut self, at: Timestamp, body: &Body) -> Result<(), Problem> {
        if !self.end.is_ended {
            self.text.push(b'\n');
            self.end.offset += 1;
        }
        let sequence = self.end.sequence.saturating_add(1);
        let line = Line::write(sequence, self.end.hash, at, body).map_err(std::io::Error::other)?;
        self.end.line += 1;
        self.end.sequence = sequence;
        self.end.hash = Hash::of(line.as_bytes());
        self.end.is_ended = true;
        self.end.offset += line.len() as u64 + 1;
        self.text.extend_from_slice(line.as_bytes());
        self.text.push(b'\n');
        Ok(())
    }

    /// Ends the rest of an interrupted write and says that it is one.
    fn account_for(&mut self, rest: &[u8], at: Timestamp) -> Result<(), Problem> {
        let mut rest = rest.to_vec();
        if rest.last() != Some(&b'\n') {
            rest.push(b'\n');
            self.text.push(b'\n');
        }
        self.end.line += memchr::memchr_iter(b'\n', &rest).count();
        self.end.offset += rest.len() as u64;
        let mark = Body::Torn { bytes: rest.len() as u64, hash: Hash::of(&rest).to_string() };
        self.add(at, &mark)
    }
}

/// The journal's file in the program's state directory.
pub fn file_in(directory: &Path) -> PathBuf {
    directory.join(NAME)
}

/// Reads a journal without adding to it.
///
/// # Errors
///
/// When it cannot be read.
pub fn read(path: &Path) -> Result<Contents, JournalError> {
    Ok(Contents::of(&storage::read(path)?))
}

/// What a journal that can be believed comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Lines about changes.
    pub entries: usize,
    /// Sequence of the last line; 0 when there is none.
    pub sequence: u64,
    /// SHA-256 of the last line without its newline, in hexadecimal: whoever keeps it can tell later whether
    /// lines were taken off the end.
    pub last_hash: String,
    /// Interrupted writes that were accounted for.
    pub torn: Vec<Torn>,
}

/// Why a journal cannot be believed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] JournalError),
    /// A line is not what was written there.
    #[error(transparent)]
    Bad(BadLine),
    /// It ends in an interrupted write that is not accounted for; the next change will.
    #[error("{0}; everything before is as it was written")]
    Torn(Torn),
}

/// Checks that every line is as it was written, and follows from the one before.
///
/// # Errors
///
/// [`VerifyError`], with the first line that is not.
pub fn verify(path: &Path) -> Result<Summary, VerifyError> {
    summary(&storage::read(path)?)
}

fn summary(bytes: &[u8]) -> Result<Summary, VerifyError> {
    let scan = scan(bytes, &Position::START);
    if let Some(bad) = scan.bad {
        return Err(VerifyError::Bad(bad));
    }
    if let Some(torn) = scan.tail {
        return Err(VerifyError::Torn(torn));
    }
    let Position { sequence, hash, .. } = scan.end;
    Ok(Summary { entries: scan.entries.len(), sequence, last_hash: hash.to_string(), torn: scan.marked })
}

/// The changes whose end is not in the journal, in the order of their intents.
pub fn open_operations(entries: &[Entry]) -> Vec<OpenOperation> {
    let mut open: Vec<OpenOperation> = Vec::new();
    for entry in entries {
        let known = open.iter().position(|open| open.operation.id == entry.operation);
        match (&entry.transition, known) {
            (Transition::Intent(operation), _) => open.push(OpenOperation {
                operation: Operation::clone(operation),
                at: entry.at,
                sent: false,
                answered: None,
            }),
            (
                Transition::Settled { .. } | Transition::Corrected { .. } | Transition::Abandoned { .. },
                Some(at),
            ) => {
                open.remove(at);
            }
            (step, Some(at)) => {
                if let Some(open) = open.get_mut(at) {
                    take(open, step);
                }
            }
            // Of a change whose intent is not there to be read.
            (_, None) => {}
        }
    }
    open
}

fn take(open: &mut OpenOperation, step: &Transition) {
    match step {
        Transition::Sent | Transition::NoAnswer { .. } | Transition::Looked { .. } => open.sent = true,
        Transition::Answered { status, by_another } => {
            open.sent = true;
            open.answered = (!by_another).then_some(*status);
        }
        Transition::Intent(_)
        | Transition::Settled { .. }
        | Transition::Corrected { .. }
        | Transition::Abandoned { .. } => {}
    }
}
