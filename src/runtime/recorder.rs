//! The one task that writes the journal, in the order in which it was asked to.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::sync::mpsc::{self, error::TrySendError};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn_blocking};
use tokio::time::Instant;

use super::{Event, clock};
use crate::app::{Message, Reply, RequestId};
use crate::domain::{JournalFailure, OperationId, Plan, PlanId, Transition};
use crate::journal::{Contents, Journal};
use crate::plans::{Held, Store};

/// Steps that may wait. A change takes a handful, one after the other.
const WAITING: usize = 64;

/// The task, and the way to it.
#[derive(Debug)]
pub(super) struct Recorder {
    steps: mpsc::Sender<Work>,
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

/// What the task is asked for, in this order.
#[derive(Debug)]
enum Work {
    /// A line of the journal.
    Write(Step),
    /// A plan to be kept, durable before the lines after it.
    Keep(Asked, Arc<Plan>),
    /// One that is done.
    Forget(PlanId),
    /// What the journal holds by then.
    Read(oneshot::Sender<Result<Contents, JournalFailure>>),
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
        let step = Step { asked, at: clock::wall(), operation, transition };
        let failure = match self.steps.try_send(Work::Write(step)) {
            Ok(()) => return,
            Err(TrySendError::Full(_)) => {
                JournalFailure { reason: "journal: too many steps wait to be written".into() }
            }
            Err(TrySendError::Closed(_)) => lost(),
        };
        let queue = self.queue.clone();
        tokio::spawn(async move { asked.answer(Err(failure), &queue).await });
    }

    /// Keeps a plan before everything that is recorded after it.
    pub(super) fn keep(&self, request: RequestId, plan: Arc<Plan>) {
        let asked = Asked { request, at: Instant::now() };
        if self.steps.try_send(Work::Keep(asked, plan)).is_err() {
            let queue = self.queue.clone();
            tokio::spawn(async move { asked.answer_kept(Err(lost()), &queue).await });
        }
    }

    /// Keeps a plan no longer.
    pub(super) fn forget(&self, id: PlanId) {
        let steps = self.steps.clone();
        tokio::spawn(async move { steps.send(Work::Forget(id)).await });
    }

    /// What the journal holds after everything that was asked for before.
    pub(super) fn contents(&self) -> impl Future<Output = Result<Contents, JournalFailure>> + Send + use<> {
        let (answer, asked) = oneshot::channel();
        let steps = self.steps.clone();
        async move {
            steps.send(Work::Read(answer)).await.map_err(|_closed| lost())?;
            asked.await.unwrap_or_else(|_gone| Err(lost()))
        }
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
    mut steps: mpsc::Receiver<Work>,
    queue: mpsc::Sender<Event>,
) {
    let mut plans = Plans::beside(&journal);
    while let Some(work) = steps.recv().await {
        let step = match work {
            Work::Write(step) => step,
            Work::Keep(asked, plan) => {
                let kept;
                (plans, kept) = plans.keep(plan).await;
                asked.answer_kept(kept, &queue).await;
                continue;
            }
            Work::Forget(id) => {
                plans.forget(id).await;
                continue;
            }
            Work::Read(answer) => {
                let read;
                (journal, read) =
                    with(journal, |journal| journal.contents().map_err(|error| error.failure())).await;
                let _nobody_may_wait = answer.send(read);
                continue;
            }
        };
        let asked = step.asked;
        let written;
        (journal, written) = with(journal, move |journal| write(journal, &step)).await;
        asked.answer(written, &queue).await;
    }
}

/// Does something with the journal where that may take its time; gives the journal back, and what came of it.
async fn with<T: Send + 'static>(
    journal: Result<Journal, JournalFailure>,
    work: impl FnOnce(&mut Journal) -> Result<T, JournalFailure> + Send + 'static,
) -> (Result<Journal, JournalFailure>, Result<T, JournalFailure>) {
    let mut journal = match journal {
        Ok(journal) => journal,
        Err(failure) => return (Err(failure.clone()), Err(failure)),
    };
    let done = spawn_blocking(move || {
        let done = work(&mut journal);
        (Ok(journal), done)
    });
    done.await.unwrap_or_else(|error| {
        // The journal went down with its thread: from now on there is none.
        tracing::error!(%error, "the journal was not written");
        (Err(lost()), Err(lost()))
    })
}

/// The plans that are being applied, beside a journal that is on a disk.
#[derive(Debug, Default)]
struct Plans {
    store: Option<Store>,
    held: HashMap<PlanId, Held>,
}

impl Plans {
    fn beside(journal: &Result<Journal, JournalFailure>) -> Self {
        let directory = journal.as_ref().ok().and_then(|journal| journal.path().parent());
        let store = directory.filter(|directory| directory.is_dir()).map(Store::new);
        Self { store, held: HashMap::new() }
    }

    /// Keeps a plan; where nothing is kept on a disk, nothing can be gone on with, and that is no failure.
    async fn keep(mut self, plan: Arc<Plan>) -> (Self, Result<(), JournalFailure>) {
        let Some(store) = self.store.clone() else { return (self, Ok(())) };
        let id = plan.id;
        let kept = spawn_blocking(move || store.keep(&plan)).await;
        match kept {
            Ok(Ok(held)) => {
                self.held.insert(id, held);
                (self, Ok(()))
            }
            Ok(Err(error)) => {
                tracing::error!(%error, "a plan is not stored");
                (self, Err(JournalFailure { reason: error.to_string().into() }))
            }
            Err(_panic) => (self, Err(lost())),
        }
    }

    async fn forget(&mut self, id: PlanId) {
        self.held.remove(&id);
        let Some(store) = self.store.clone() else { return };
        if let Ok(Err(error)) = spawn_blocking(move || store.forget(id)).await {
            tracing::warn!(%error, "a plan that is done stays stored");
        }
    }
}

fn write(journal: &mut Journal, step: &Step) -> Result<u64, JournalFailure> {
    journal.append(step.at, &step.operation, &step.transition).map_err(|error| {
        tracing::error!(%error, "a step of a change is not in the journal");
        error.failure()
    })
}

fn lost() -> JournalFailure {
    JournalFailure { reason: "journal: a fault of this program; the log has more".into() }
}

impl Asked {
    async fn answer_kept(self, kept: Result<(), JournalFailure>, queue: &mpsc::Sender<Event>) {
        let Self { request, at } = self;
        let message = Message::Replied { request, reply: Reply::PlanKept(kept), took: at.elapsed() };
        let _the_loop_may_be_gone = queue.send(Event::Happened(message)).await;
    }

    async fn answer(self, written: Result<u64, JournalFailure>, queue: &mpsc::Sender<Event>) {
        let Self { request, at } = self;
        let message = Message::Replied { request, reply: Reply::Recorded(written), took: at.elapsed() };
        let _the_loop_may_be_gone = queue.send(Event::Happened(message)).await;
    }
}
