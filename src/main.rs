//! The program: reads the command line, builds the parts, runs them, returns the exit code.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, Writer, base_url};
use cckm_tui::app::change::Rules;
use cckm_tui::app::{Badge, JournalState, Settings, State};
use cckm_tui::cli::{self, Cli, Command, Dashboard, DemoServer, Given, Stop};
use cckm_tui::commands;
use cckm_tui::config::{self, ColorChoice, Config, Sources};
use cckm_tui::demo::{self, Demo};
use cckm_tui::domain::{Entry, JournalFailure, OpenOperation, Password, Pin, RunId};
use cckm_tui::journal::{self, Claim, Contents, Journal, VerifyError};
use cckm_tui::keymap::Keymap;
use cckm_tui::logging::{self, Log};
use cckm_tui::runtime::executor::{Access, Executor};
use cckm_tui::runtime::terminal::{self, Restorer, install_panic_hook, size};
use cckm_tui::runtime::{self, Clock, End, Parts, clock, guard, input, signals};
use cckm_tui::text::{Untrusted, printable_lines};
use cckm_tui::theme::Theme;
use cckm_tui::ui::Look;
use color_eyre::config::HookBuilder;
use color_eyre::eyre::{Report, WrapErr as _, eyre};
use etcetera::BaseStrategy as _;
use futures_util::FutureExt as _;
use tokio::runtime::Runtime;

/// How long the server has to confirm the end of the session, whatever ends the program. The terminal is given
/// back before.
const SIGN_OUT: Duration = Duration::from_secs(2);

/// How long name look-ups and the like may hold up the end of the program.
const SHUTDOWN: Duration = Duration::from_millis(300);

fn main() -> ExitCode {
    let arguments = match Cli::read(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(Stop::Answer(text)) => return say(io::stdout(), &text, 0),
        Err(Stop::Usage(text)) => return say(io::stderr(), &printable_lines(&text), 2),
    };
    let done = match arguments.command {
        None => show_dashboard(&arguments.dashboard),
        Some(Command::DemoServer(flags)) => serve_demo(&flags),
        Some(Command::Journal(command)) => show_journal(command),
        Some(Command::Config(command)) => show_settings(command),
    };
    match done {
        Ok(code) => code,
        Err(Problem::Settings(report)) => say(io::stderr(), &complaint(&report), 2),
        Err(Problem::Failure(report)) => say(io::stderr(), &complaint(&report), 1),
    }
}

/// Why the program did not do what it was asked for.
enum Problem {
    /// The settings, or the terminal it was started in.
    Settings(Report),
    /// Anything else.
    Failure(Report),
}

/// Everything but settings.
impl From<Report> for Problem {
    fn from(report: Report) -> Self {
        Self::Failure(report)
    }
}

/// A wrong setting as a problem.
fn setting(error: impl Into<Report>) -> Problem {
    Problem::Settings(error.into())
}

fn complaint(report: &Report) -> String {
    printable_lines(&format!("cckm-tui: {report:#}"))
}

fn say(mut to: impl Write, text: &str, code: u8) -> ExitCode {
    let _nobody_may_be_reading = to.write_all(text.as_bytes());
    ExitCode::from(code)
}

/// What is shown, and how it is reached.
struct Plan {
    badge: Badge,
    server: Server,
    credentials: Credentials,
    read_only: bool,
    refresh_every: Option<Duration>,
    limits: Limits,
    /// What was set and is not followed.
    warnings: Vec<String>,
    color: ColorChoice,
    log: Option<Log>,
    rules: Rules,
    /// As given, for the commands that can be copied.
    ca_file: Untrusted,
    record: Record,
    /// Runs as long as it is held.
    _demo: Option<Demo>,
}

fn show_dashboard(flags: &Dashboard) -> Result<ExitCode, Problem> {
    let restorer = Restorer::new().map_err(setting)?;
    install_panic_hook(restorer.clone(), if flags.demo { None } else { state_directory() });
    errors_without_colours()?;
    keep_secrets_in()?;
    // Settings first: a mistake in them is reported wherever the program runs.
    let config = if flags.demo { None } else { Some(configuration(flags)?) };
    refuse_what_is_no_terminal(flags.password_stdin)?;
    let runtime = Runtime::new().wrap_err("no threads")?;
    let shown = AssertUnwindSafe(async {
        let plan = match config {
            None => demo_plan(flags).await?,
            Some(config) => plan(config, flags.no_journal).await?,
        };
        dashboard(plan, restorer).await
    });
    let end = runtime.block_on(shown.catch_unwind());
    // After a panic too: dropping the runtime would wait for name look-ups without a limit.
    runtime.shutdown_timeout(SHUTDOWN);
    match end.unwrap_or_else(|panic| resume_unwind(panic))? {
        End::Quit => Ok(ExitCode::SUCCESS),
        End::Signal(number) => guard::die_by(number),
        End::InputLost(why) => Err(eyre!("the terminal cannot be read any more: {why}").into()),
    }
}

fn killed_by(number: i32) -> ExitCode {
    ExitCode::from(u8::try_from(128 + number).unwrap_or(1))
}

/// What is printed goes through the display rule, and may go into a file.
fn errors_without_colours() -> Result<(), Report> {
    let hooks = HookBuilder::new().theme(color_eyre::config::Theme::new()).display_env_section(false);
    let (_panics, errors) = hooks.try_into_hooks()?;
    Ok(errors.install()?)
}

/// No core dump, no debugger of the same user, no file for others: a password will be in memory.
fn keep_secrets_in() -> Result<(), Report> {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};
    umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })
        .wrap_err("core dumps stay on")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).wrap_err("memory can be read by others")
}

fn configuration(flags: &Dashboard) -> Result<Config, Problem> {
    let config = settings(&flags.given, flags.password_stdin)?;
    config.target().map_err(setting)?;
    Ok(config)
}

fn settings(given: &Given, password_stdin: bool) -> Result<Config, Problem> {
    let config = Config::load(&Sources {
        flags: given.settings(),
        profile: given.profile.clone(),
        password_stdin,
        file: given.config.clone(),
        usual_file: config_directory().map(|directory| directory.join(config::FILE_NAME)),
        environment: &|name| std::env::var_os(name),
    });
    config.map_err(setting)
}

/// Where the settings are.
fn config_directory() -> Option<PathBuf> {
    Some(etcetera::base_strategy::Xdg::new().ok()?.config_dir().join("cckm-tui"))
}

/// With the password on standard input, the keys come from the controlling terminal.
fn refuse_what_is_no_terminal(password_stdin: bool) -> Result<(), Problem> {
    let advice = "start it in a terminal; `cckm-tui demo-server` runs without one";
    let keys = if password_stdin { File::open("/dev/tty").is_ok() } else { io::stdin().is_terminal() };
    let stdio = [("input", keys), ("output", io::stdout().is_terminal())];
    for (name, is_terminal) in stdio {
        if !is_terminal {
            return Err(setting(eyre!("standard {name} is not a terminal: {advice}")));
        }
    }
    match std::env::var_os("TERM") {
        Some(term) if term != "dumb" && !term.is_empty() => Ok(()),
        Some(term) if term == "dumb" => {
            Err(setting(eyre!("this terminal cannot move its cursor (TERM is dumb)")))
        }
        _ => {
            Err(setting(eyre!("TERM is not set, so the terminal is unknown: set it, to xterm for instance")))
        }
    }
}

async fn plan(config: Config, no_journal: bool) -> Result<Plan, Problem> {
    let password = config.password.read().await.map_err(setting)?;
    let (url, user) = config.target().map_err(setting)?;
    let pin = config.pin.map(|fingerprint| Trust::Pinned(Pin { fingerprint, since: None }));
    let trust = pin.unwrap_or_else(|| config.ca_file.clone().map_or(Trust::System, Trust::CaFile));
    let badge = config.profile.as_deref().map_or(Badge::Unnamed, |name| Badge::Profile(name.into()));
    let name = config.profile.clone().or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
    let rules = Rules {
        reason_required: config.reason_required,
        confirm_by_name: config.protected.then(|| name.into()),
    };
    Ok(Plan {
        badge,
        server: Server { base: url.clone(), trust },
        credentials: Credentials {
            password,
            domain: config.domain.clone(),
            auth_domain: config.auth_domain.clone(),
            connection: config.connection.clone(),
            keep_password: config.keep_password,
            ..Credentials::new(user)
        },
        read_only: config.read_only,
        refresh_every: config.refresh_every,
        limits: Limits { read: config.timeout, sign_in: config.timeout, ..Limits::default() },
        warnings: config.warnings.iter().map(ToString::to_string).collect(),
        color: config.color,
        log: start_log(config.log_level),
        record: if no_journal { Record::in_memory(JournalState::Waived) } else { Record::open() },
        rules,
        ca_file: config
            .ca_file
            .as_ref()
            .map(|path| path.to_string_lossy().into_owned())
            .unwrap_or_default()
            .into(),
        _demo: None,
    })
}

async fn demo_plan(flags: &Dashboard) -> Result<Plan, Problem> {
    let organizations = flags.organizations.unwrap_or_default();
    let demo = Demo::start(demo::Options { organizations, ..demo::Options::default() }).await;
    let demo = demo.wrap_err("the demo did not start")?;
    let password = Some(Password::new(demo.password()));
    let defaults = Config::default();
    Ok(Plan {
        badge: Badge::Demo,
        server: Server {
            base: base_url(demo.base()).wrap_err("the demo did not start")?,
            trust: Trust::System,
        },
        credentials: Credentials { password, ..Credentials::new(demo.user()) },
        read_only: flags.given.read_only,
        refresh_every: defaults.refresh_every,
        limits: Limits::default(),
        warnings: Vec::new(),
        color: flags.given.color.as_deref().and_then(ColorChoice::named).unwrap_or_default(),
        log: None,
        record: Record::in_memory(JournalState::InMemory),
        rules: Rules::default(),
        ca_file: Untrusted::default(),
        _demo: Some(demo),
    })
}

/// The journal as this run finds it.
struct Record {
    journal: Result<Journal, JournalFailure>,
    state: JournalState,
    entries: Vec<Entry>,
    open: Vec<OpenOperation>,
    run: RunId,
    /// Tells other instances that this one is alive.
    _claim: Option<Claim>,
}

impl Record {
    /// The journal in the state directory. Without one the dashboard runs, and sends no change.
    fn open() -> Self {
        let directory = state_directory().ok_or_else(|| JournalFailure {
            reason: "journal: no home directory: set HOME or XDG_STATE_HOME".into(),
        });
        Self::new(directory.and_then(|directory| Journal::open(&directory).map_err(|error| error.failure())))
    }

    /// A record that leaves no file.
    fn in_memory(state: JournalState) -> Self {
        let record = Self::new(Ok((Journal::in_memory(), Contents::empty())));
        Self { state, ..record }
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
        let claim = directory.and_then(|directory| match journal::claim(&directory, run) {
            Ok(claim) => Some(claim),
            Err(error) => {
                tracing::warn!(%error, "other instances cannot see that this one is alive");
                None
            }
        });
        Self { journal, state, open, run, entries: contents.entries, _claim: claim }
    }
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

/// Where this program keeps what is its own.
fn state_directory() -> Option<PathBuf> {
    Some(etcetera::base_strategy::Xdg::new().ok()?.state_dir()?.join("cckm-tui"))
}

/// The log, where one can be written; the help screen says where it is, or that there is none.
fn start_log(level: tracing::level_filters::LevelFilter) -> Option<Log> {
    logging::start(&state_directory()?, level).ok()
}

async fn dashboard(plan: Plan, restorer: Restorer) -> Result<End, Problem> {
    let Plan {
        badge,
        server,
        credentials,
        read_only,
        refresh_every,
        limits,
        warnings,
        color,
        log,
        rules,
        ca_file,
        record,
        _demo,
    } = plan;
    let clock = Clock::starting_now();
    let no_color = std::env::var_os("NO_COLOR");
    let settings = Settings {
        badge,
        read_only,
        server: server.base.as_str().trim_end_matches('/').into(),
        domain: credentials.domain.as_deref().unwrap_or_default().into(),
        user: credentials.username.as_str().into(),
        password_known: credentials.password.is_some(),
        refresh_every,
        started_at: clock::wall_seconds(),
        log_file: log.as_ref().map(|log| Untrusted::from(&*log.path.to_string_lossy())).unwrap_or_default(),
        run: record.run,
        journal: record.state,
        open_operations: record.open,
        entries: record.entries,
        rules,
        ca_file,
        warnings,
    };
    let reader = Reader::new(server, credentials, limits).map_err(setting)?;
    let access = if read_only { Access::ReadOnly(reader) } else { Access::ReadWrite(Writer::new(reader)) };

    let (queue, inbox) = runtime::queue();
    let mut executor = Executor::new(access, queue.clone(), clock, record.journal).on(restorer.clone());
    guard::start(inbox.bell(), restorer.clone()).wrap_err("signals cannot be handled")?;
    let taken = restorer.take().wrap_err("the terminal cannot be set up")?;
    input::start(terminal::input().wrap_err("the terminal cannot be read")?, &queue)
        .wrap_err("the terminal cannot be read")?;
    drop(queue);
    let size = size();
    let mut terminal =
        runtime::terminal(taken.backend(), size).wrap_err("the terminal cannot be drawn on")?;
    let (keymap, theme) = (Keymap::shipped(), Theme::new(color.colors(no_color.as_ref())));
    let parts = Parts {
        terminal: &mut terminal,
        events: inbox,
        shell: &mut executor,
        clock,
        look: Look { theme: &theme, keymap: &keymap },
    };
    let ended = runtime::run(parts, State::new(size, settings)).await;
    drop(taken);
    let why = match ended {
        Ok(ended) => ended.why,
        Err(error) if terminal::is_gone(&error) => End::HANG_UP,
        Err(error) => return Err(Report::new(error).wrap_err("the terminal cannot be written").into()),
    };
    tracing::info!(?why, "the dashboard ends");
    executor.close(SIGN_OUT).await;
    Ok(why)
}

/// Checks or prints the journal.
fn show_journal(command: cli::Journal) -> Result<ExitCode, Problem> {
    let place = |file: Option<PathBuf>| {
        let usual = || state_directory().map(|directory| journal::file_in(&directory));
        file.or_else(usual).ok_or_else(|| setting(eyre!("no home directory: give --file")))
    };
    let text = match command {
        cli::Journal::Verify { file } => {
            let file = place(file)?;
            commands::journal::verify(&file).map_err(|error| match error {
                VerifyError::Unreadable(error) => Report::new(error),
                error => Report::new(error).wrap_err(file.display().to_string()),
            })?
        }
        cli::Journal::Report { since, file } => {
            let since = since.map(|since| since.seen_from(clock::wall()));
            commands::journal::report(&place(file)?, since).map_err(Report::new)?
        }
    };
    print(&text)
}

/// Shows, begins or checks the settings.
fn show_settings(command: cli::Config) -> Result<ExitCode, Problem> {
    let directory =
        || config_directory().ok_or_else(|| setting(eyre!("no home directory: set HOME or XDG_CONFIG_HOME")));
    let text = match command {
        cli::Config::Show { given } => {
            let config = settings(&given, false)?;
            for warning in &config.warnings {
                say(io::stderr(), &printable_lines(&format!("cckm-tui: warning: {warning}")), 0);
            }
            commands::config::show(&config)
        }
        cli::Config::Init => commands::config::init(&directory()?).map_err(Report::new)?,
        cli::Config::Check { file } => {
            let file = file.map_or_else(|| Ok(directory()?.join(config::FILE_NAME)), Ok::<_, Problem>)?;
            let home = std::env::var_os("HOME").map(PathBuf::from);
            commands::config::check(&file, home).map_err(setting)?
        }
        cli::Config::Schema => commands::config::schema(),
    };
    print(&text)
}

/// Prints to standard output; that nobody reads it any more is no failure.
fn print(text: &str) -> Result<ExitCode, Problem> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Report::new(error).wrap_err("standard output cannot be written").into())
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}

/// Serves the demo until a signal comes.
fn serve_demo(flags: &DemoServer) -> Result<ExitCode, Problem> {
    let runtime = Runtime::new().wrap_err("no threads")?;
    let number = runtime.block_on(async {
        let mut ends = signals::ends().wrap_err("signals cannot be handled")?;
        let defaults = demo::Options::default();
        let demo = Demo::start(demo::Options {
            listen: flags.listen,
            organizations: flags.organizations.unwrap_or(defaults.organizations),
            token_seconds: flags.token_seconds.unwrap_or(defaults.token_seconds),
            latency: flags.latency.unwrap_or(defaults.latency),
            tls: !flags.http,
            discovery: flags.discovery,
            ..defaults
        });
        let demo = demo.await.wrap_err("the demo server did not start")?;
        flags.faults.iter().for_each(|fault| demo.faults().add(fault.clone()));
        announce(&demo).wrap_err("nobody reads where the demo server is")?;
        Ok::<_, Report>(ends.recv().await.unwrap_or_default())
    })?;
    runtime.shutdown_timeout(SHUTDOWN);
    Ok(killed_by(number))
}

/// The four lines that scripts read: base URL, user, password, and the certificate's fingerprint with TLS.
fn announce(demo: &Demo) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}\nuser {}\npassword {}", demo.base(), demo.user(), demo.password())?;
    if let Some(fingerprint) = demo.certificate_sha256() {
        writeln!(out, "certificate sha256 {fingerprint}")?;
    }
    out.flush()
}
