//! What the core asks for, done: effects to tasks, answers and lost tasks to messages.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinError, JoinSet, spawn_blocking};
use tokio::time::{Instant, timeout};

use super::client::{Access, Client, ClientNumber};
use super::clipboard::Clipboard;
use super::connector::{Connect, Connected, Nowhere, Trusted};
use super::keeper::Keeper;
use super::recorder::Recorder;
use super::terminal::Restorer;
use super::{Clock, Event, Perform, saver};
use crate::api::Reader;
use crate::app::export::{Content, Saved};
use crate::app::list::Batch;
use crate::app::{ConnectFailure, Destination, Effect, Message, Reply, RequestId};
use crate::domain::{
    Call, Connection, Failure, FailureKind, Fingerprint, Introduction, JournalFailure, OrganizationId,
    OrganizationPatch, PlanId,
};
use crate::files::from_home;
use crate::journal::Journal;
use crate::memory::Memory;
use crate::plans;
use crate::text::Untrusted;

/// How long the server of a place that was left has to confirm the end of the session.
const FAREWELL: Duration = Duration::from_secs(2);

/// The clients that were made and not entered yet.
#[derive(Clone, Debug, Default)]
struct Made(Arc<Mutex<HashMap<RequestId, Access>>>);

impl Made {
    fn all(&self) -> MutexGuard<'_, HashMap<RequestId, Access>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs every effect as a task that ends by sending one message.
#[derive(Debug)]
pub struct Executor {
    client: Client,
    connector: Arc<dyn Connect>,
    /// The clients that were asked for: being made, or made and not entered yet.
    connecting: HashMap<RequestId, AbortHandle>,
    made: Made,
    /// The sessions that are being ended.
    leaving: JoinSet<()>,
    queue: mpsc::Sender<Event>,
    clock: Clock,
    recorder: Recorder,
    /// What is given back when the program is stopped, and where copied text goes.
    terminal: Option<(Restorer, Clipboard)>,
    /// Where new files go.
    directory: PathBuf,
    /// Who remembers how lists are shown; none: nobody.
    keeper: Option<Keeper>,
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
        let client = Client::start(ClientNumber::default(), access, queue.clone(), clock);
        let recorder = Recorder::start(journal, queue.clone());
        Self {
            client,
            connector: Arc::new(Nowhere),
            connecting: HashMap::new(),
            made: Made::default(),
            leaving: JoinSet::new(),
            queue,
            clock,
            recorder,
            keeper: None,
            terminal: None,
            directory: PathBuf::from("."),
        }
    }

    /// The same, with this way to other places for [`Effect::Connect`].
    #[must_use]
    pub fn reaching(mut self, connector: Arc<dyn Connect>) -> Self {
        self.connector = connector;
        self
    }

    /// The same, with this place for [`Effect::Save`] instead of the directory of the program.
    #[must_use]
    pub fn saving_in(mut self, directory: Option<PathBuf>) -> Self {
        self.directory = directory.unwrap_or(self.directory);
        self
    }

    /// The same, on this terminal: for [`Effect::Copy`] and [`Effect::Suspend`].
    #[must_use]
    pub fn on(mut self, terminal: Restorer, clipboard: Clipboard) -> Self {
        self.terminal = Some((terminal, clipboard));
        self
    }

    /// The same, with this place for [`Effect::Remember`].
    #[must_use]
    pub fn remembering(mut self, memory: Memory) -> Self {
        self.keeper = Some(Keeper::start(memory));
        self
    }

    /// Gives up all reads, writes what is to be recorded and signs out everywhere, within `patience`.
    pub async fn close(mut self, patience: Duration) {
        self.connecting.values().for_each(AbortHandle::abort);
        self.leaving.spawn(self.client.leave());
        let remembering = async {
            if let Some(keeper) = self.keeper {
                keeper.close().await;
            }
        };
        let (signed_out, recorded, remembered) = tokio::join!(
            timeout(patience, self.leaving.join_all()),
            timeout(patience, self.recorder.close()),
            timeout(patience, remembering),
        );
        if remembered.is_err() {
            tracing::warn!("how the list is shown was not written down in time");
        }
        if recorded.is_err() {
            tracing::warn!("the journal was not written to its end in time");
        }
        if signed_out.is_err() {
            tracing::warn!("the server did not confirm the end of the session in time");
        }
    }

    /// Stops the program; an answer comes where it cannot be stopped.
    fn suspend(&self) {
        let Some(Err(error)) = self.terminal.as_ref().map(|(terminal, _)| terminal.stop()) else { return };
        let answer = Event::Happened(Message::NotStopped(error.to_string()));
        let queue = self.queue.clone();
        tokio::spawn(async move { queue.send(answer).await });
    }

    /// Copies a text; the answer says where it went. Nothing waits for the terminal or the disk.
    fn copy(&self, what: String, text: String) {
        let Some((terminal, clipboard)) = self.terminal.clone() else { return };
        let queue = self.queue.clone();
        spawn_blocking(move || {
            let copied = clipboard.copy(&text, Some(&terminal));
            let _the_loop_may_be_gone =
                queue.blocking_send(Event::Happened(Message::Copied { what, copied }));
        });
    }

    /// Starts a read; [`Effect::Cancel`] ends it without a word.
    fn read<F>(&mut self, request: RequestId, call: Call, work: impl FnOnce(Reader) -> F)
    where
        F: Future<Output = Reply> + Send + 'static,
    {
        let task = self.start(request, call, work(self.client.access.reader().clone()));
        self.client.reads(request, task);
    }

    /// Makes another client, beside the present one.
    fn connect(&mut self, request: RequestId, to: Destination) {
        let (connector, made) = (Arc::clone(&self.connector), self.made.clone());
        let task = self.answer(request, lost_connect, async move {
            Reply::Connected(connector.connect(to).await.map(|Connected { access, settings }| {
                made.all().insert(request, access);
                Box::new(settings)
            }))
        });
        self.connecting.retain(|_, task| !task.is_finished());
        self.connecting.insert(request, task);
    }

    /// Writes a file on a thread that may take its time.
    fn save(&self, request: RequestId, name: String, content: Content) {
        let directory = self.directory.clone();
        self.tell_saved(request, async move {
            spawn_blocking(move || saver::save(&directory, &name, &content)).await.unwrap_or_else(lost_file)
        });
    }

    /// The same for what the journal has of a plan.
    fn save_report(&self, request: RequestId, name: String, plan: PlanId) {
        let (directory, reading) = (self.directory.clone(), self.recorder.contents());
        self.tell_saved(request, async move {
            let contents = reading.await.map_err(|failure| failure.reason)?;
            let saved = spawn_blocking(move || saver::report(&directory, &name, plan, &contents));
            saved.await.unwrap_or_else(lost_file)
        });
    }

    /// What came of a file is told wherever the operator went meanwhile.
    fn tell_saved(
        &self,
        request: RequestId,
        saving: impl Future<Output = Result<Saved, Untrusted>> + Send + 'static,
    ) {
        let (queue, started) = (self.queue.clone(), Instant::now());
        tokio::spawn(async move {
            let saved = saving.await;
            let message = Message::Replied { request, reply: Reply::Saved(saved), took: started.elapsed() };
            let _the_loop_may_be_gone = queue.send(Event::Happened(message)).await;
        });
    }

    /// Reads a plan on a thread that may take its time: the file may be on a slow share.
    fn read_plan(&self, request: RequestId, file: String) {
        let lost = || Reply::PlanRead(Err(FAULT.into()));
        self.answer(request, lost, async move {
            let read = spawn_blocking(move || plans::read(&typed(&file))).await;
            Reply::PlanRead(match read {
                Ok(Ok(sealed)) => Ok(sealed.offered(false)),
                Ok(Err(error)) => Err(error.to_string().into()),
                Err(_panic) => Err(FAULT.into()),
            })
        });
    }

    fn reload(&self, request: RequestId, to: Destination) {
        let lost = || Reply::Reloaded(Err(ConnectFailure { reason: FAULT.into() }));
        let reading = self.connector.settings(to);
        self.answer(request, lost, async move { Reply::Reloaded(reading.await.map(Box::new)) });
    }

    fn list_profiles(&self, request: RequestId) {
        let lost = || Reply::ProfilesListed(Err(ConnectFailure { reason: FAULT.into() }));
        let reading = self.connector.profiles();
        self.answer(request, lost, async move { Reply::ProfilesListed(reading.await) });
    }

    /// Trusts a certificate of the present server: stores that, and has the client begin anew with it.
    fn trust(&self, request: RequestId, address: Untrusted, fingerprint: Fingerprint) {
        let (connector, reader) = (Arc::clone(&self.connector), self.client.access.reader().clone());
        self.answer(request, || Reply::Trusted(Err(FAULT.into())), async move {
            let Trusted { pin, stored } = connector.trust(address, fingerprint).await;
            let begun = reader.pin(pin).map_err(|error| Untrusted::from(error.to_string()));
            Reply::Trusted(begun.and(stored))
        });
    }

    /// Leaves the present client for one that was made.
    fn enter(&mut self, request: RequestId) {
        let Some(access) = self.made.all().remove(&request) else {
            // The core enters what it was told is there, once.
            tracing::error!(?request, "there is no such client: this is a fault of this program");
            return;
        };
        let next = Client::start(self.client.number.next(), access, self.queue.clone(), self.clock);
        let left = std::mem::replace(&mut self.client, next);
        while self.leaving.try_join_next().is_some() {}
        self.leaving.spawn(async move {
            if timeout(FAREWELL, left.leave()).await.is_err() {
                tracing::warn!("the server that was left did not confirm the end of the session in time");
            }
        });
    }

    fn cancel(&mut self, request: RequestId) {
        self.client.give_up(request);
        if let Some(task) = self.connecting.remove(&request) {
            task.abort();
        }
        self.made.all().remove(&request);
    }

    fn patch(&self, request: RequestId, id: OrganizationId, patch: OrganizationPatch) {
        let access = self.client.access.clone();
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
        let access = self.client.access.clone();
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
        let work = async move {
            #[cfg(debug_assertions)]
            if call == Call::ListOrganizations {
                super::faults::trip("list");
            }
            work.await
        };
        self.answer(request, move || lost(call), work)
    }

    /// The same for what is no call.
    fn answer(
        &self,
        request: RequestId,
        lost: impl FnOnce() -> Reply + Send + 'static,
        work: impl Future<Output = Reply> + Send + 'static,
    ) -> AbortHandle {
        let (queue, started) = (self.queue.clone(), Instant::now());
        let number = self.client.number;
        let task = tokio::spawn(work);
        let handle = task.abort_handle();
        tokio::spawn(async move {
            let reply = match task.await {
                Ok(reply) => reply,
                Err(error) if error.is_cancelled() => return,
                Err(_panic) => lost(),
            };
            let message = Message::Replied { request, reply, took: started.elapsed() };
            let _the_loop_may_be_gone = queue.send(Event::Told(number, message)).await;
        });
        handle
    }
}

impl Perform for Executor {
    fn is_present(&self, client: ClientNumber) -> bool {
        self.client.number == client
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::SignIn { request, password } => self.read(request, Call::SignIn, |reader| async move {
                Reply::SignedIn(reader.sign_in(password).await)
            }),
            Effect::ListOrganizations { request, window, criteria } => {
                self.read(request, Call::ListOrganizations, |reader| async move {
                    Reply::Listed(reader.organizations(window, &criteria).await.map(Batch::from))
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
            Effect::KeepPassword(keep) => self.client.access.reader().keep_password(keep),
            Effect::ReadBanner { request } => {
                self.read(
                    request,
                    Call::ReadBanner,
                    |reader| async move { Reply::Banner(reader.banner().await) },
                );
            }
            Effect::Introduce { request } => self.read(request, Call::WhoAmI, |reader| async move {
                Reply::Introduced(reader.introduction().await)
            }),
            Effect::ListDomains { request } => {
                self.read(request, Call::ListDomains, |reader| async move {
                    Reply::DomainsListed(reader.domains().await)
                });
            }
            Effect::TestConnection { request, connection } => self.test(request, connection),
            Effect::PatchOrganization { request, id, patch } => self.patch(request, id, patch),
            Effect::Copy { what, text } => self.copy(what, text),
            Effect::Record { request, operation, transition } => {
                self.recorder.record(request, operation, transition);
            }
            Effect::KeepPlan { request, plan } => self.recorder.keep(request, plan),
            Effect::ForgetPlan(id) => self.recorder.forget(id),
            Effect::ReadPlan { request, file } => self.read_plan(request, file),
            Effect::Save { request, name, content } => self.save(request, name, content),
            Effect::SaveReport { request, name, plan } => self.save_report(request, name, plan),
            Effect::Remember { profile, remembered } => {
                if let Some(keeper) = &self.keeper {
                    keeper.keep(profile, *remembered);
                }
            }
            Effect::ListProfiles { request } => self.list_profiles(request),
            Effect::Connect { request, to } => self.connect(request, to),
            Effect::Reload { request, to } => self.reload(request, to),
            Effect::Trust { request, address, fingerprint } => self.trust(request, address, fingerprint),
            Effect::Enter(request) => self.enter(request),
            Effect::Cancel(request) => self.cancel(request),
            Effect::Suspend => self.suspend(),
            // The loop's own.
            Effect::Repaint | Effect::Quit => {}
        }
    }
}

/// The path that was typed, which no shell saw.
fn typed(file: &str) -> PathBuf {
    from_home(file, etcetera::home_dir().ok().as_deref())
}

/// What is said of a task that ended without a reply.
const FAULT: &str = "a fault of this program; the log has more";

fn lost_file(_panic: JoinError) -> Result<Saved, Untrusted> {
    Err(FAULT.into())
}

fn lost_connect() -> Reply {
    Reply::Connected(Err(ConnectFailure { reason: FAULT.into() }))
}

/// The reply of a task that ended without one: a fault of this program, which is in the log.
fn lost(call: Call) -> Reply {
    let failure = Failure::new(call, FailureKind::Lost, FAULT);
    match call {
        Call::Look | Call::SignIn | Call::SignInByCertificate | Call::Renew => Reply::SignedIn(Err(failure)),
        Call::ListOrganizations => Reply::Listed(Err(failure)),
        Call::GetOrganization => Reply::Fetched(Box::new(Err(failure))),
        Call::PatchOrganization => Reply::Patched(Box::new(Err(failure))),
        Call::ListConnections => Reply::ConnectionsListed(Err(failure)),
        Call::GetConnection => Reply::ConnectionFetched(Box::new(Err(failure))),
        Call::TestConnection => Reply::ConnectionTested(Box::new(Err(failure))),
        Call::DiscoverOrganizations => Reply::Discovered(Err(failure)),
        Call::ReadBanner => Reply::Banner(Err(failure)),
        Call::WhoAmI | Call::ReadAppliance => Reply::Introduced(Introduction::default()),
        Call::ListDomains => Reply::DomainsListed(Err(failure)),
    }
}
