//! What the core asks for, done: effects to tasks, answers and lost tasks to messages.

use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until, timeout};

use super::recorder::Recorder;
use super::terminal::Restorer;
use super::{Clock, Event, Perform};
use crate::api::{self, Reader, Writer};
use crate::app::{Effect, Message, Reply, RequestId, Session};
use crate::domain::{
    Call, Connection, Failure, FailureKind, JournalFailure, OrganizationId, OrganizationPatch,
};
use crate::journal::Journal;

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
    fn reader(&self) -> &Reader {
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

/// Runs every effect as a task that ends by sending one message.
#[derive(Debug)]
pub struct Executor {
    access: Access,
    queue: mpsc::Sender<Event>,
    /// The reads under way, which may be given up at any moment. A change is never among them.
    reads: HashMap<RequestId, AbortHandle>,
    session: AbortHandle,
    recorder: Recorder,
    /// Where copied text goes, and what is given back when the program is stopped.
    terminal: Option<Restorer>,
}

impl Executor {
    /// An executor that answers into `queue`, and keeps the session alive from here on. Without a journal the
    /// failure is the answer to everything that is to be recorded.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime.
    pub fn new(
        access: Access,
        queue: mpsc::Sender<Event>,
        clock: Clock,
        journal: Result<Journal, JournalFailure>,
    ) -> Self {
        let keeper = keep_session(access.reader().clone(), queue.clone(), clock);
        let session = tokio::spawn(keeper).abort_handle();
        let recorder = Recorder::start(journal, queue.clone());
        Self { access, queue, reads: HashMap::new(), session, recorder, terminal: None }
    }

    /// The same, on this terminal: for [`Effect::Copy`] and [`Effect::Suspend`].
    #[must_use]
    pub fn on(mut self, terminal: Restorer) -> Self {
        self.terminal = Some(terminal);
        self
    }

    /// Gives up all reads, writes what is to be recorded and signs out, within `patience`.
    pub async fn close(self, patience: Duration) {
        self.session.abort();
        for read in self.reads.values() {
            read.abort();
        }
        let (signed_out, recorded) = tokio::join!(
            timeout(patience, self.access.reader().sign_out()),
            timeout(patience, self.recorder.close()),
        );
        if recorded.is_err() {
            tracing::warn!("the journal was not written to its end in time");
        }
        if signed_out.is_err() {
            tracing::warn!("the server did not confirm the end of the session in time");
        }
    }

    /// Stops the program; an answer comes where it cannot be stopped.
    fn suspend(&self) {
        let Some(Err(error)) = self.terminal.as_ref().map(Restorer::stop) else { return };
        let answer = Event::Happened(Message::NotStopped(error.to_string()));
        let queue = self.queue.clone();
        tokio::spawn(async move { queue.send(answer).await });
    }

    /// Starts a read; [`Effect::Cancel`] ends it without a word.
    fn read<F>(&mut self, request: RequestId, call: Call, work: impl FnOnce(Reader) -> F)
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let task = self.start(request, call, work(self.access.reader().clone()));
        self.reads.retain(|_, read| !read.is_finished());
        self.reads.insert(request, task);
    }

    fn patch(&self, request: RequestId, id: OrganizationId, patch: OrganizationPatch) {
        let access = self.access.clone();
        self.start(request, Call::PatchOrganization, async move {
            Reply::Patched(Box::new(match access {
                Access::ReadWrite(writer) => writer.patch_organization(&id, &patch).await,
                // The core does not ask for it; if it ever did, the answer is that nothing was sent.
                Access::ReadOnly(_) => Err(Failure::new(
                    Call::PatchOrganization,
                    FailureKind::Unreachable,
                    "this session is read-only: nothing was sent",
                )),
            }))
        });
    }

    fn test(&self, request: RequestId, connection: Connection) {
        let access = self.access.clone();
        self.start(request, Call::TestConnection, async move {
            Reply::ConnectionTested(Box::new(match access {
                Access::ReadWrite(writer) => writer.test_connection(&connection).await,
                Access::ReadOnly(_) => Err(Failure::new(
                    Call::TestConnection,
                    FailureKind::Unreachable,
                    "this session is read-only: nothing was sent",
                )),
            }))
        });
    }

    /// Runs `work` as a task, and sends its reply, or the failure of a task that ended without one.
    fn start(
        &self,
        request: RequestId,
        call: Call,
        work: impl Future<Output = Reply> + Send + 'static,
    ) -> AbortHandle {
        let (queue, started) = (self.queue.clone(), Instant::now());
        let task = tokio::spawn(work);
        let handle = task.abort_handle();
        tokio::spawn(async move {
            let reply = match task.await {
                Ok(reply) => reply,
                Err(error) if error.is_cancelled() => return,
                Err(_panic) => lost(call),
            };
            let message = Message::Replied { request, reply, took: started.elapsed() };
            let _the_loop_may_be_gone = queue.send(Event::Happened(message)).await;
        });
        handle
    }
}

impl Perform for Executor {
    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::SignIn { request, password } => self.read(request, Call::SignIn, |reader| async move {
                Reply::SignedIn(reader.sign_in(password).await)
            }),
            Effect::ListOrganizations { request, window } => {
                self.read(request, Call::ListOrganizations, |reader| async move {
                    Reply::Listed(reader.organizations(window).await)
                });
            }
            Effect::FetchOrganization { request, id } => {
                self.read(request, Call::GetOrganization, |reader| async move {
                    Reply::Fetched(Box::new(reader.organization(&id).await))
                });
            }
            Effect::ListConnections { request } => {
                self.read(request, Call::ListConnections, |reader| async move {
                    Reply::ConnectionsListed(reader.connections().await)
                });
            }
            Effect::FetchConnection { request, named } => {
                self.read(request, Call::GetConnection, |reader| async move {
                    Reply::ConnectionFetched(Box::new(reader.connection(&named).await))
                });
            }
            Effect::Discover { request, connection } => {
                self.read(request, Call::DiscoverOrganizations, |reader| async move {
                    Reply::Discovered(reader.discover(&connection).await)
                });
            }
            Effect::TestConnection { request, connection } => self.test(request, connection),
            Effect::PatchOrganization { request, id, patch } => self.patch(request, id, patch),
            Effect::Copy(text) => {
                if let Some(Err(error)) = self.terminal.as_ref().map(|terminal| terminal.copy(&text)) {
                    tracing::warn!(%error, "the clipboard");
                }
            }
            Effect::Record { request, operation, transition } => {
                self.recorder.record(request, operation, transition);
            }
            Effect::Cancel(request) => {
                if let Some(read) = self.reads.remove(&request) {
                    read.abort();
                }
            }
            Effect::Suspend => self.suspend(),
            // The loop's own.
            Effect::Repaint | Effect::Quit => {}
        }
    }
}

/// The reply of a task that ended without one: a fault of this program, which is in the log.
fn lost(call: Call) -> Reply {
    let failure = Failure::new(call, FailureKind::Lost, "a fault of this program; the log has more");
    match call {
        Call::Look | Call::SignIn | Call::Renew => Reply::SignedIn(Err(failure)),
        Call::ListOrganizations => Reply::Listed(Err(failure)),
        Call::GetOrganization => Reply::Fetched(Box::new(Err(failure))),
        Call::PatchOrganization => Reply::Patched(Box::new(Err(failure))),
        Call::ListConnections => Reply::ConnectionsListed(Err(failure)),
        Call::GetConnection => Reply::ConnectionFetched(Box::new(Err(failure))),
        Call::TestConnection => Reply::ConnectionTested(Box::new(Err(failure))),
        Call::DiscoverOrganizations => Reply::Discovered(Err(failure)),
    }
}

/// Tells the loop how the session stands, whenever that changes, and renews it when it is time.
async fn keep_session(reader: Reader, queue: mpsc::Sender<Event>, clock: Clock) {
    let mut sessions = reader.session();
    let mut not_before = Instant::now();
    loop {
        let due = reader.renew_at().map(|due| due.max(not_before));
        tokio::select! {
            changed = sessions.changed() => {
                let session = match *sessions.borrow_and_update() {
                    api::Session::SignedOut => Session::SignedOut,
                    api::Session::SignedIn { until } => Session::SignedIn { until: clock.moment(until) },
                };
                let event = Event::Happened(Message::SessionChanged(session));
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
