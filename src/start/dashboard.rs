//! The dashboard: its parts put together, run, and taken apart again.

use std::io;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use futures_util::FutureExt as _;
use tokio::runtime::Builder;

use super::connector::{Configured, connected, memory};
use super::keys::keymap;
use super::looks::{surface, surface_of_the_demo, variable};
use super::record::{Keeping, Record};
use super::terminal::{errors_without_colours, mention_root, refuse_what_is_no_terminal};
use super::{Problem, SHUTDOWN, demo, plain, setting, state_directory};
use crate::app::link::Bandwidth;
use crate::app::{Destination, JournalState, State};
use crate::cli::Dashboard;
use crate::config::{AutoSwitch, ClipboardChoice, Config};
use crate::demo::Demo;
use crate::keymap::Keymap;
use crate::runtime::clipboard::Clipboard;
use crate::runtime::connector::Connected;
use crate::runtime::executor::Executor;
use crate::runtime::terminal::{self, Restorer, install_panic_hook, size};
use crate::runtime::{self, Clock, End, Parts, guard, input};
use crate::theme::Surface;
use crate::ui::Look;

/// How long the server has to confirm the end of the session, whatever ends the program. The terminal is given
/// back before. A little more than the session itself waits, so that it can tell of its failure in the log.
pub(super) const SIGN_OUT: Duration = Duration::from_millis(1_300);

/// However a server or a name look-up hangs, the program is gone within two seconds of its end being asked for.
const _: () = assert!(SIGN_OUT.as_millis() + SHUTDOWN.as_millis() <= 1_800);

/// Threads beside the one that draws: requests wait more than they compute. One for each of a jump host's many
/// processors would have to be started before the first frame.
const WORKERS: usize = 2;

/// Where the dashboard begins, and how it gets elsewhere.
pub(super) struct Plan {
    pub(super) first: Connected,
    /// None: there is no other place.
    pub(super) configured: Option<Configured>,
    pub(super) surface: Surface,
    pub(super) bandwidth: Bandwidth,
    clipboard: Clipboard,
    /// Whether the mouse is listened to.
    mouse: bool,
    pub(super) keeping: Keeping,
    /// The file of a plan of changes that is opened at the start.
    pub(super) opens: Option<String>,
    /// Where exported files go; none: where the program was started.
    pub(super) export_directory: Option<PathBuf>,
    /// Runs as long as it is held.
    _demo: Option<Demo>,
}

/// Shows the dashboard until it ends.
pub(super) fn show_dashboard(flags: &Dashboard) -> Result<ExitCode, Problem> {
    let restorer = Restorer::new().map_err(setting)?;
    install_panic_hook(restorer.clone(), if flags.demo { None } else { state_directory() });
    errors_without_colours()?;
    // Settings first: a mistake in them is reported wherever the program runs.
    let config = if flags.demo { None } else { Some(configuration(flags)?) };
    let keymap = if flags.demo { Keymap::shipped() } else { keymap()? };
    let typed = if flags.plain {
        Some(plain::typed_on(flags.password_stdin)?)
    } else {
        refuse_what_is_no_terminal(flags.password_stdin)?;
        None
    };
    let runtime = Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build();
    let runtime = runtime.wrap_err("no threads")?;
    let shown = AssertUnwindSafe(async {
        let plan = match config {
            None => demo_plan(flags).await?,
            Some((configured, config)) => plan(configured, &config, flags).await?,
        };
        match typed {
            Some(typed) => Box::pin(plain::converse(plan, typed)).await,
            None => Box::pin(dashboard(plan, restorer, &keymap)).await,
        }
    });
    let end = runtime.block_on(shown.catch_unwind());
    // After a panic too: dropping the runtime would wait for name look-ups without a limit.
    runtime.shutdown_timeout(SHUTDOWN);
    match end.unwrap_or_else(|panic| resume_unwind(panic))? {
        End::Quit => Ok(ExitCode::SUCCESS),
        End::Signal(number) => guard::die_by(number),
        End::Failed => Err(eyre!("a part of the program failed; the log has more").into()),
        End::InputLost(why) => Err(eyre!("the terminal cannot be read any more: {why}").into()),
    }
}

fn configuration(flags: &Dashboard) -> Result<(Configured, Config), Problem> {
    let configured = Configured::new(&flags.given, flags.password_stdin);
    let config = configured.first().map_err(setting)?;
    config.target().map_err(setting)?;
    Ok((configured, config))
}

async fn plan(configured: Configured, config: &Config, flags: &Dashboard) -> Result<Plan, Problem> {
    let here = Destination { profile: config.profile.clone(), ..Destination::default() };
    Ok(Plan {
        first: connected(config, here, false, &configured.store).await.map_err(setting)?,
        configured: Some(configured),
        surface: surface(config),
        bandwidth: bandwidth(config.low_bandwidth),
        clipboard: Clipboard::find(config.clipboard, variable, state_directory()),
        mouse: config.mouse,
        keeping: Keeping::Files { log: config.log_level, journal: !flags.no_journal },
        opens: opened(flags),
        export_directory: config.export_directory.clone(),
        _demo: None,
    })
}

async fn demo_plan(flags: &Dashboard) -> Result<Plan, Problem> {
    let (server, first) = demo::start(flags).await?;
    Ok(Plan {
        first,
        configured: None,
        surface: surface_of_the_demo(flags),
        bandwidth: if flags.given.low_bandwidth { Bandwidth::Low } else { Bandwidth::Full },
        clipboard: Clipboard::find(clipboard_of_the_demo(flags), variable, None),
        mouse: flags.given.mouse,
        keeping: Keeping::Nothing,
        opens: opened(flags),
        export_directory: None,
        _demo: Some(server),
    })
}

fn opened(flags: &Dashboard) -> Option<String> {
    flags.plan.as_ref().map(|file| file.to_string_lossy().into_owned())
}

fn clipboard_of_the_demo(flags: &Dashboard) -> ClipboardChoice {
    flags.given.clipboard.as_deref().and_then(ClipboardChoice::named).unwrap_or_default()
}

/// How much the terminal is sent.
const fn bandwidth(low: AutoSwitch) -> Bandwidth {
    match low {
        AutoSwitch::Auto => Bandwidth::Full,
        AutoSwitch::On => Bandwidth::Low,
        AutoSwitch::Off => Bandwidth::FullByChoice,
    }
}

/// Draws before anything is read but the settings: the journal may be long, the disk slow, and the authorities of
/// this host many.
async fn dashboard(plan: Plan, restorer: Restorer, keymap: &Keymap) -> Result<End, Problem> {
    let Plan {
        first,
        configured,
        surface,
        bandwidth,
        clipboard,
        mouse,
        keeping,
        opens,
        export_directory,
        _demo,
    } = plan;
    let clock = Clock::starting_now();
    let Connected { access, settings } = first;
    let look = Look { surface, keymap };

    let (queue, inbox) = runtime::queue();
    guard::start(inbox.bell(), restorer.clone()).wrap_err("signals cannot be handled")?;
    let taken = restorer.take().wrap_err("the terminal cannot be set up")?;
    input::start(terminal::input().wrap_err("the terminal cannot be read")?, &queue)
        .wrap_err("the terminal cannot be read")?;
    let mut screen = taken.screen();
    let (_, unread) = Record::in_memory(JournalState::InMemory).begin(None, bandwidth, mouse);
    if let Err(error) = runtime::show(&mut screen, &State::new(size(), unread, settings.clone()), look) {
        drop(taken);
        return cannot_be_written(error);
    }

    let (log, record) = keeping.open();
    let (record, mut run) = record.begin(log.as_ref(), bandwidth, mouse);
    run.plan_file = opens;
    mention_root();
    let executor = Executor::new(access, queue.clone(), clock, record.journal);
    let mut executor = executor.on(restorer, clipboard).saving_in(export_directory);
    if let Some(configured) = configured {
        executor = executor.reaching(Arc::new(configured));
        if let Some(memory) = memory() {
            executor = executor.remembering(memory);
        }
    }
    drop(queue);
    let state = State::new(size(), run, settings);
    let parts = Parts { screen: &mut screen, events: inbox, shell: &mut executor, clock, look };
    let ended = runtime::run(parts, state).await;
    drop(taken);
    let why = ended.map_or_else(cannot_be_written, |ended| Ok(ended.why))?;
    tracing::info!(?why, "the dashboard ends");
    executor.close(SIGN_OUT).await;
    Ok(why)
}

/// A terminal that went away is an end like any other.
fn cannot_be_written(error: io::Error) -> Result<End, Problem> {
    if terminal::is_gone(&error) {
        return Ok(End::HANG_UP);
    }
    Err(Report::new(error).wrap_err("the terminal cannot be written").into())
}
