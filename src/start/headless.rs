//! The core without a screen, put together and taken apart again.

use color_eyre::eyre::{WrapErr as _, eyre};
use ratatui::layout::Size;
use tokio::runtime::Runtime;

use super::connector::{Configured, connected};
use super::dashboard::SIGN_OUT;
use super::plain::listen;
use super::record::Record;
use super::terminal::errors_without_colours;
use super::{Problem, SHUTDOWN, setting};
use crate::app::link::Bandwidth;
use crate::app::list::Ended;
use crate::app::{Destination, JournalState, State};
use crate::cli::Source;
use crate::domain::Failure;
use crate::headless::{Headless, Parts, Trouble, told};
use crate::keymap::Keymap;
use crate::logging::Log;
use crate::runtime::client::Access;
use crate::runtime::connector::Connected;
use crate::runtime::executor::Executor;
use crate::runtime::{self, Clock, End, guard};

/// Windows of the core are laid out for this; nothing of it is drawn.
const SIZE: Size = Size { width: 80, height: 24 };

/// What ended the work.
pub(super) enum Stop {
    /// Why it cannot be done.
    Problem(Problem),
    /// A signal.
    Signal(i32),
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<Trouble> for Stop {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Ended(End::Signal(number)) => Self::Signal(number),
            Trouble::Ended(_) => Self::Problem(eyre!("a part of the program failed").into()),
            Trouble::Failed(words) => Self::Problem(eyre!("{words}").into()),
            Trouble::NoPassword(words) => Self::Problem(setting(eyre!("{words}"))),
        }
    }
}

/// A failure of the server as the end.
pub(super) fn failed(failure: &Failure) -> Stop {
    Stop::Problem(eyre!("{}", told(failure)).into())
}

/// The core at work.
pub(super) type Core<'a> = Headless<'a, Executor>;

/// What the core may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rights {
    /// Read: it holds no client that could write, and no journal.
    Read,
    /// Read, and have connections tested: nothing can be submitted, and there is no journal.
    Check,
    /// What the settings allow, on record.
    Write,
}

/// Runs `work` with a core at the place that `source` names; `prepare` sees its state before anything is sent.
pub(super) fn with_core<T>(
    source: &Source,
    rights: Rights,
    prepare: impl FnOnce(&mut State) -> Result<(), Problem>,
    work: impl AsyncFnOnce(&mut Core<'_>, Access) -> Result<T, Stop>,
) -> Result<T, Problem> {
    errors_without_colours()?;
    let configured = Configured::new(&source.given(), source.password_stdin);
    let config = configured.first().map_err(setting)?;
    config.target().map_err(setting)?;
    super::looks::surface(&config);
    for warning in &config.warnings {
        super::remark(&format!("warning: {warning}"));
    }
    let runtime = Runtime::new().wrap_err("no threads")?;
    let done = runtime.block_on(async {
        let here = Destination { profile: config.profile.clone(), ..Destination::default() };
        let there = connected(&config, here, false, &configured.store).await.map_err(setting)?;
        let log = if rights == Rights::Write { super::record::start_log(config.log_level) } else { None };
        run(there, rights, log.as_ref(), prepare, work).await
    });
    runtime.shutdown_timeout(SHUTDOWN);
    match done {
        Ok(done) => Ok(done),
        Err(Stop::Problem(problem)) => Err(problem),
        Err(Stop::Signal(number)) => guard::die_by(number),
    }
}

async fn run<T>(
    there: Connected,
    rights: Rights,
    log: Option<&Log>,
    prepare: impl FnOnce(&mut State) -> Result<(), Problem>,
    work: impl AsyncFnOnce(&mut Core<'_>, Access) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let Connected { access, mut settings } = there;
    settings.refresh_every = None;
    let record = match rights {
        Rights::Read | Rights::Check => Record::in_memory(JournalState::InMemory),
        Rights::Write => Record::open(),
    };
    let used = match rights {
        Rights::Read => {
            settings.read_only = true;
            Access::ReadOnly(access.reader().clone())
        }
        Rights::Check => {
            settings.read_only = true;
            access.clone()
        }
        Rights::Write => access.clone(),
    };
    let clock = Clock::starting_now();
    let (record, run) = record.begin(log, Bandwidth::Full, false);
    let mut state = State::new(SIZE, run, settings);
    // Only what was asked for is applied.
    state.offered.clear();
    prepare(&mut state)?;
    let (queue, inbox) = runtime::queue();
    let mut executor = Executor::new(used, queue.clone(), clock, record.journal);
    listen(&queue, None).wrap_err("signals cannot be handled").map_err(Problem::from)?;
    drop(queue);
    let keymap = Keymap::shipped();
    let mut core =
        Headless::start(Parts { events: inbox, shell: &mut executor, clock, keymap: &keymap }, state);
    let done = work(&mut core, access).await;
    executor.close(SIGN_OUT).await;
    done
}

/// Waits for the whole list; says what is wrong with it when it is not.
pub(super) async fn listed(core: &mut Core<'_>) -> Result<Option<String>, Stop> {
    let outcome = core
        .until(|state| match &state.list.stale {
            Some(stale) => Some(Err(stale.failure.clone())),
            None => (state.list.loaded_at.is_some() && state.list.load.is_none()).then_some(Ok(())),
        })
        .await?;
    outcome.map_err(|failure| failed(&failure))?;
    Ok(core.state().list.ended.and_then(Ended::trouble))
}
