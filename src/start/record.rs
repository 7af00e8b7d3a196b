//! The log, and the journal as a run finds it with the run's claim on it.

use std::path::Path;

use tracing::level_filters::LevelFilter;

use super::state_directory;
use crate::app::link::Bandwidth;
use crate::app::plan::outside::Offered;
use crate::app::{JournalState, Run};
use crate::domain::{Entry, JournalFailure, OpenOperation, RunId};
use crate::journal::{self, Claim, Contents, Journal};
use crate::logging::{self, Log};
use crate::plans::Store;
use crate::runtime::clock;
use crate::text::Untrusted;

/// The log, where one can be written; the help screen says where it is, or that there is none.
pub(super) fn start_log(level: LevelFilter) -> Option<Log> {
    logging::start(&state_directory()?, level).ok()
}

/// What a run leaves behind.
pub(super) enum Keeping {
    /// Nothing: it is the demo.
    Nothing,
    /// A log, and a journal unless it is waived.
    Files {
        /// What is logged.
        log: LevelFilter,
        /// Whether changes go on record.
        journal: bool,
    },
}

impl Keeping {
    /// Opens what there is to be opened.
    pub(super) fn open(self) -> (Option<Log>, Record) {
        match self {
            Self::Nothing => (None, Record::in_memory(JournalState::InMemory)),
            Self::Files { log, journal } => {
                let log = start_log(log);
                let record = if journal { Record::open() } else { Record::in_memory(JournalState::Waived) };
                (log, record)
            }
        }
    }
}

/// The journal as this run finds it.
pub(super) struct Record {
    journal: Result<Journal, JournalFailure>,
    state: JournalState,
    entries: Vec<Entry>,
    open: Vec<OpenOperation>,
    run: RunId,
    /// Plans that an earlier run did not finish.
    pub(super) offered: Vec<Offered>,
    claim: Option<Claim>,
}

/// What the run writes to.
pub(super) struct Kept {
    pub(super) journal: Result<Journal, JournalFailure>,
    /// Tells other instances that this one is alive.
    _claim: Option<Claim>,
}

impl Record {
    /// The journal in the state directory. Without one the dashboard runs, and sends no change.
    pub(super) fn open() -> Self {
        let directory = state_directory().ok_or_else(|| JournalFailure {
            reason: "journal: no home directory: set HOME or XDG_STATE_HOME".into(),
        });
        Self::new(directory.and_then(|directory| Journal::open(&directory).map_err(|error| error.failure())))
    }

    /// A record that leaves no file.
    pub(super) fn in_memory(state: JournalState) -> Self {
        let record = Self::new(Ok((Journal::in_memory(), Contents::empty())));
        Self { state, ..record }
    }

    /// The run begins: what it writes to, and what it is told.
    pub(super) fn begin(self, log: Option<&Log>, bandwidth: Bandwidth, mouse: bool) -> (Kept, Run) {
        let log_file = log.map(|log| Untrusted::from(&*log.path.to_string_lossy()));
        let run = Run {
            id: self.run,
            bandwidth,
            mouse,
            started_at: clock::wall_seconds(),
            log_file: log_file.unwrap_or_default(),
            journal: self.state,
            open_operations: self.open,
            offered: self.offered,
            plan_file: None,
            entries: self.entries,
        };
        (Kept { journal: self.journal, _claim: self.claim }, run)
    }

    fn new(opened: Result<(Journal, Contents), JournalFailure>) -> Self {
        let (journal, contents) = match opened {
            Ok((journal, contents)) => (Ok(journal), contents),
            Err(failure) => (Err(failure), Contents::empty()),
        };
        let state = match (&journal, contents.trouble()) {
            (Err(failure), _) => JournalState::Off(failure.reason.clone()),
            (Ok(journal), Some(trouble)) => {
                JournalState::Damaged(format!("journal {}: {trouble}", journal.path().display()).into())
            }
            (Ok(_), None) => JournalState::Ready,
        };
        if state != JournalState::Ready {
            tracing::warn!(?state, "the journal");
        }
        let (mut open, run) = (journal::open_operations(&contents.entries), new_run(&contents));
        let directory = journal.as_ref().ok().and_then(|journal| journal.path().parent());
        let directory = directory.filter(|directory| directory.is_dir()).map(Path::to_path_buf);
        if let Some(directory) = &directory {
            open.retain(|open| !journal::is_alive(directory, open.operation.id.run()));
        }
        let offered = directory.as_deref().map(unfinished).unwrap_or_default();
        let claim = directory.and_then(|directory| match journal::claim(&directory, run) {
            Ok(claim) => Some(claim),
            Err(error) => {
                tracing::warn!(%error, "other instances cannot see that this one is alive");
                None
            }
        });
        Self { journal, state, open, run, offered, entries: contents.entries, claim }
    }
}

/// The plans that an earlier run did not finish, and that no other instance is applying.
fn unfinished(directory: &Path) -> Vec<Offered> {
    let (plans, wrong) = Store::new(directory).unfinished();
    for why in wrong {
        tracing::warn!(why, "a plan is not offered");
    }
    plans.into_iter().map(|sealed| sealed.offered(true)).collect()
}

/// A run whose name no change in the journal has.
fn new_run(contents: &Contents) -> RunId {
    loop {
        let run = RunId::new(uuid::Uuid::new_v4().as_fields().0);
        if contents.entries.iter().all(|entry| entry.operation.run() != run) {
            return run;
        }
    }
}
