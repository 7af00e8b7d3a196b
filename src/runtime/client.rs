//! One client at work: the tasks that ask through it, and the one that keeps its session.
//!
//! Everything it tells the loop carries its number, so that nothing is heard of one that was left.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

use super::{Clock, End, Event};
use crate::api::{self, Reader, Writer};
use crate::app::{Message, Repeat, RequestId, Session};
use crate::domain::Shown;

/// Time until the session is renewed again when it failed.
const AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Shortest time between two renewals, for a server whose tokens are due as soon as they are given.
const AFTER_SUCCESS: Duration = Duration::from_millis(200);

/// What the session may do at the server. Without the right to write there is nothing that could.
#[derive(Clone)]
pub enum Access {
    /// Reads.
    ReadOnly(Reader),
    /// Reads and the one change.
    ReadWrite(Writer),
}

impl Access {
    /// The reads.
    pub fn reader(&self) -> &Reader {
        match self {
            Self::ReadOnly(reader) => reader,
            Self::ReadWrite(writer) => writer.reader(),
        }
    }
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReadOnly(_) => "ReadOnly",
            Self::ReadWrite(_) => "ReadWrite",
        })
    }
}

/// Which of the clients of this run, in the order in which they were entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientNumber(u64);

impl ClientNumber {
    pub(super) const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A client and its tasks.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) number: ClientNumber,
    pub(super) access: Access,
    /// The reads under way, which may be given up at any moment. A change is never among them.
    reads: HashMap<RequestId, AbortHandle>,
    keeper: AbortHandle,
}

impl Client {
    /// A client whose session is kept alive from here on.
    pub(super) fn start(
        number: ClientNumber,
        access: Access,
        queue: mpsc::Sender<Event>,
        clock: Clock,
    ) -> Self {
        let keeper = keep_session(number, access.reader().clone(), queue.clone(), clock);
        Self { number, access, reads: HashMap::new(), keeper: watched(keeper, queue) }
    }

    /// Remembers a read that may be given up.
    pub(super) fn reads(&mut self, request: RequestId, task: AbortHandle) {
        self.reads.retain(|_, read| !read.is_finished());
        self.reads.insert(request, task);
    }

    /// Gives up one read.
    pub(super) fn give_up(&mut self, request: RequestId) {
        if let Some(read) = self.reads.remove(&request) {
            read.abort();
        }
    }

    /// Gives up all reads, and ends the session here and at its server.
    pub(super) async fn leave(self) {
        self.keeper.abort();
        self.reads.values().for_each(AbortHandle::abort);
        self.access.reader().sign_out().await;
    }
}

/// Runs what nobody waits for; its failure is the end of the program.
fn watched(work: impl Future<Output = ()> + Send + 'static, queue: mpsc::Sender<Event>) -> AbortHandle {
    let task = tokio::spawn(work);
    let handle = task.abort_handle();
    tokio::spawn(async move {
        if task.await.is_err_and(|error| error.is_panic()) {
            let _the_loop_may_be_gone = queue.send(Event::End(End::Failed)).await;
        }
    });
    handle
}

/// Tells the loop how the session and its reads stand, whenever that changes from here on, and renews it when it is time.
fn keep_session(
    number: ClientNumber,
    reader: Reader,
    queue: mpsc::Sender<Event>,
    clock: Clock,
) -> impl Future<Output = ()> + Send + 'static {
    // Not when the task runs for the first time: on a busy machine the session may have begun by then.
    let changes = (reader.session(), reader.shown(), reader.repeats());
    keep(number, reader, changes, queue, clock)
}

/// What changes in the time of a client.
type Changes = (watch::Receiver<api::Session>, watch::Receiver<Shown>, watch::Receiver<api::Repeats>);

async fn keep(
    number: ClientNumber,
    reader: Reader,
    (mut sessions, mut shown, mut repeats): Changes,
    queue: mpsc::Sender<Event>,
    clock: Clock,
) {
    #[cfg(debug_assertions)]
    super::faults::trip("session");
    let mut not_before = Instant::now();
    loop {
        let due = reader.renew_at().map(|due| due.max(not_before));
        tokio::select! {
            changed = sessions.changed() => {
                let session = match *sessions.borrow_and_update() {
                    api::Session::SignedOut => Session::SignedOut,
                    api::Session::SignedIn { until } => Session::SignedIn { until: clock.moment(until) },
                };
                let event = Event::Told(number, Message::SessionChanged(session));
                if changed.is_err() || queue.send(event).await.is_err() {
                    return;
                }
            }
            changed = shown.changed() => {
                let event = Event::Told(number, Message::CertificateShown(shown.borrow_and_update().clone()));
                if changed.is_err() || queue.send(event).await.is_err() {
                    return;
                }
            }
            changed = repeats.changed() => {
                let of = |repeat: &api::Repeat| Repeat { failure: repeat.failure.clone(), at: clock.moment(repeat.at) };
                let first = repeats.borrow_and_update().first().map(of);
                let event = Event::Told(number, Message::Repeating(first));
                if changed.is_err() || queue.send(event).await.is_err() {
                    return;
                }
            }
            () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                let pause = match reader.renew_if_due().await {
                    Ok(()) => AFTER_SUCCESS,
                    Err(failure) => {
                        tracing::warn!(kind = ?failure.kind, "the session was not renewed");
                        AFTER_FAILURE
                    }
                };
                not_before = Instant::now() + pause;
            }
        }
    }
}
