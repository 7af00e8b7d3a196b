//! The one task that writes the journal, in the order in which it was asked to.

use jiff::Timestamp;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

use super::{Event, clock};
use crate::app::{Message, Reply, RequestId};
use crate::domain::{JournalFailure, OperationId, Transition};
use crate::journal::Journal;

/// Steps that may wait. A change takes a handful, one after the other.
const WAITING: usize = 64;

/// The task, and the way to it.
#[derive(Debug)]
pub(super) struct Recorder {
    steps: mpsc::Sender<Step>,
    task: JoinHandle<()>,
    queue: mpsc::Sender<Event>,
}

/// Who wants to know, and since when.
#[derive(Clone, Copy, Debug)]
struct Asked {
    request: RequestId,
    at: Instant,
}

/// What is to be written.
#[derive(Debug)]
struct Step {
    asked: Asked,
    at: Timestamp,
    operation: OperationId,
    transition: Transition,
}

impl Recorder {
    pub(super) fn start(journal: Result<Journal, JournalFailure>, queue: mpsc::Sender<Event>) -> Self {
        let (steps, inbox) = mpsc::channel(WAITING);
        let task = tokio::spawn(write_all(journal, inbox, queue.clone()));
        Self { steps, task, queue }
    }

    /// Writes a step after those before it, and answers once it is durable.
    pub(super) fn record(&self, request: RequestId, operation: OperationId, transition: Transition) {
        let asked = Asked { request, at: Instant::now() };
        let failure = match self.steps.try_send(Step { asked, at: clock::wall(), operation, transition }) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => {
                JournalFailure { reason: "journal: too many steps wait to be written".into() }
            }
            Err(TrySendError::Closed(_)) => lost(),
        };
        let queue = self.queue.clone();
        tokio::spawn(async move { asked.answer(Err(failure), &queue).await });
    }

    /// Returns when everything asked for is written.
    pub(super) async fn close(self) {
        drop(self.steps);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the journal's task ended early");
        }
    }
}

async fn write_all(
    mut journal: Result<Journal, JournalFailure>,
    mut steps: mpsc::Receiver<Step>,
    queue: mpsc::Sender<Event>,
) {
    while let Some(step) = steps.recv().await {
        let asked = step.asked;
        let (left, written) = match journal {
            Ok(journal) => spawn_blocking(move || write(journal, &step)).await.unwrap_or_else(|error| {
                // The journal went down with its thread: from now on there is none.
                tracing::error!(%error, "the journal was not written");
                (Err(lost()), Err(lost()))
            }),
            Err(failure) => (Err(failure.clone()), Err(failure)),
        };
        journal = left;
        asked.answer(written, &queue).await;
    }
}

/// Writes one step; gives the journal back, and what came of it.
fn write(
    mut journal: Journal,
    step: &Step,
) -> (Result<Journal, JournalFailure>, Result<u64, JournalFailure>) {
    let written = journal.append(step.at, &step.operation, &step.transition).map_err(|error| {
        tracing::error!(%error, "a step of a change is not in the journal");
        error.failure()
    });
    (Ok(journal), written)
}

fn lost() -> JournalFailure {
    JournalFailure { reason: "journal: a fault of this program; the log has more".into() }
}

impl Asked {
    async fn answer(self, written: Result<u64, JournalFailure>, queue: &mpsc::Sender<Event>) {
        let Self { request, at } = self;
        let message = Message::Replied { request, reply: Reply::Recorded(written), took: at.elapsed() };
        let _the_loop_may_be_gone = queue.send(Event::Happened(message)).await;
    }
}
