//! The dashboard line by line: the same parts, with lines in place of the screen.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use ratatui::layout::Size;
use tokio::signal::unix::{SignalKind, signal};

use super::dashboard::{Plan, SIGN_OUT};
use super::terminal::mention_root;
use super::{Problem, setting};
use crate::app::State;
use crate::keymap::Keymap;
use crate::plain::{self, Ended, Keyboard, Lines, Paper, Parts};
use crate::runtime::connector::Connected;
use crate::runtime::executor::Executor;
use crate::runtime::{self, Clock, End, Event, guard, signals, unseen};

/// Windows of the core are laid out for this; nothing of it is drawn.
const SIZE: Size = Size { width: 80, height: 24 };

/// How long the program may take after a signal, even where nobody reads what it prints.
const FAREWELL: Duration = Duration::from_millis(1_800);

/// Where lines come from: standard input, or the terminal itself where that holds the password.
pub(super) fn typed_on(password_stdin: bool) -> Result<OwnedFd, Problem> {
    if !password_stdin {
        return Ok(io::stdin().as_fd().try_clone_to_owned().wrap_err("standard input cannot be read")?);
    }
    let terminal = File::open("/dev/tty").map_err(|error| {
        setting(eyre!(
            "with --password-stdin the lines come from the terminal, and there is none ({error}): lines from a pipe \
             go with CCKM_PASSWORD_FILE or CCKM_PASSWORD_COMMAND"
        ))
    })?;
    Ok(terminal.into())
}

/// Talks until it ends, and says why it did. What was left undone for want of input is a failure.
pub(super) async fn converse(plan: Plan, typed: OwnedFd) -> Result<End, Problem> {
    let clock = Clock::starting_now();
    let (log, record) = plan.keeping.open();
    let (record, mut run) = record.begin(log.as_ref(), plan.bandwidth, false);
    mention_root();
    run.plan_file = plan.opens;
    let Connected { access, settings } = plan.first;
    let (queue, inbox) = runtime::queue();
    let mut executor = Executor::new(access, queue.clone(), clock, record.journal);
    executor = executor.saving_in(plan.export_directory);
    if let Some(configured) = plan.configured {
        executor = executor.reaching(Arc::new(configured));
    }
    let keyboard = Keyboard::on(&typed);
    listen(&queue, keyboard.clone()).wrap_err("signals cannot be handled")?;
    drop(queue);
    let parts = Parts {
        core: unseen::Parts { events: inbox, shell: &mut executor, clock, keymap: &Keymap::shipped() },
        lines: Lines::start(Unbuffered(typed)).wrap_err("the lines cannot be read")?,
        keyboard: keyboard.clone(),
        paper: Paper::new(io::stdout(), plan.surface.ascii),
    };
    let ended = plain::run(parts, State::new(SIZE, run, settings)).await;
    if let Some(keyboard) = keyboard {
        keyboard.show_what_is_typed(true);
    }
    tracing::info!(why = ?ended.as_ref().map(|ended| &ended.why), "plain mode ends");
    executor.close(SIGN_OUT).await;
    match ended {
        Ok(Ended { why: End::Quit, unfinished: Some(words), .. }) => Err(eyre!(words).into()),
        Ok(ended) => Ok(ended.why),
        Err(error) => Err(Report::new(error).wrap_err("standard output cannot be written").into()),
    }
}

/// Input without a buffer: what was not asked for stays where it is.
struct Unbuffered(OwnedFd);

impl io::Read for Unbuffered {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        Ok(rustix::io::read(&self.0, bytes)?)
    }
}

/// Tells the loop of signals; where that cannot hear, because nobody reads what it prints, ends without it.
pub(super) fn listen(queue: &tokio::sync::mpsc::Sender<Event>, keyboard: Option<Keyboard>) -> io::Result<()> {
    let mut ends = signals::ends()?;
    let (queue, shown) = (queue.clone(), keyboard.clone());
    tokio::spawn(async move {
        let Some(number) = ends.recv().await else { return };
        if let Some(keyboard) = shown {
            keyboard.show_what_is_typed(true);
        }
        thread::spawn(move || {
            thread::sleep(FAREWELL);
            guard::die_by(number);
        });
        let _the_loop_may_be_gone = queue.send(Event::End(End::Signal(number))).await;
    });
    let Some(keyboard) = keyboard else { return Ok(()) };
    let mut goes_on = signal(SignalKind::from_raw(signal_hook::consts::SIGCONT))?;
    tokio::spawn(async move {
        while goes_on.recv().await.is_some() {
            keyboard.resume();
        }
    });
    Ok(())
}
