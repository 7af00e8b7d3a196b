//! The way out to the terminal: one writer at a time, none after the terminal was given back, and none that
//! waits for ever.

use std::fs::File;
use std::io::{self, ErrorKind, IsTerminal as _, Write as _};
use std::os::fd::AsFd as _;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use tokio::time::Instant;

/// Whose the terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Stage {
    /// Not yet ours.
    Before,
    /// Ours: frames are shown.
    Taken,
    /// Being given back, for a while or for good.
    Leaving,
    /// The shell's, until the program goes on.
    Suspended,
    /// Given back for good.
    GivenBack,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Before, Self::Taken, Self::Leaving, Self::Suspended, Self::GivenBack];
}

/// Longest time between two looks at whether a blocked writer is still wanted.
const STEP: Duration = Duration::from_millis(10);

/// Everything that is written to the terminal passes here.
#[derive(Debug)]
pub(super) struct Gate {
    out: File,
    stage: AtomicU8,
    /// Held while writing, so that what is written last does not land inside a frame.
    turn: Mutex<()>,
}

impl Gate {
    /// The gate to standard output, on an open file of its own where it can be had: that one may refuse to
    /// wait, which must not be asked of the one that is shared with the shell.
    pub(super) fn open() -> io::Result<Self> {
        let shared = io::stdout();
        if shared.is_terminal() {
            let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
            if let Ok(own) = rustix::fs::open("/proc/self/fd/1", flags, Mode::empty()) {
                return Ok(Self::new(own.into(), Stage::Before));
            }
        }
        Ok(Self::new(shared.as_fd().try_clone_to_owned()?.into(), Stage::Before))
    }

    pub(super) const fn new(out: File, stage: Stage) -> Self {
        Self { out, stage: AtomicU8::new(stage as u8), turn: Mutex::new(()) }
    }

    pub(super) fn stage(&self) -> Stage {
        let stage = self.stage.load(Ordering::SeqCst);
        Stage::ALL.into_iter().find(|known| *known as u8 == stage).unwrap_or(Stage::GivenBack)
    }

    pub(super) fn set(&self, stage: Stage) {
        self.stage.store(stage as u8, Ordering::SeqCst);
    }

    /// Goes from one stage to another; only one of those who try does.
    pub(super) fn change(&self, from: Stage, to: Stage) -> bool {
        self.stage.compare_exchange(from as u8, to as u8, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Writes while the terminal is ours, and waits for it as long; afterwards drops what it is given. Says how
    /// long it waited: nothing when all was taken at once, however busy this machine is.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<Duration> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = Instant::now();
        let takes_some = self.takes_output_within(Duration::ZERO)?;
        let mut pieces = 0_usize;
        self.push(bytes, || {
            pieces += 1;
            self.stage() == Stage::Taken
        })?;
        Ok(if takes_some && pieces <= 1 { Duration::ZERO } else { begun.elapsed() })
    }

    /// Writes the last bytes, within `patience` for each of: the end of what is being written, and the room
    /// for these. What a blocked terminal has not shown by then gives way to them. Says whether the writer
    /// before was waited for to its end.
    pub(super) fn write_last(&self, bytes: &[u8], patience: Duration) -> io::Result<bool> {
        let Some(_turn) = lock_within(&self.turn, patience) else { return Ok(false) };
        for last_try in [false, true] {
            let mut steps = patience.as_millis() / STEP.as_millis() / 2;
            let all = self.push(bytes, || {
                steps = steps.saturating_sub(1);
                steps > 0
            })?;
            if all {
                break;
            }
            if !last_try {
                rustix::termios::tcflush(&self.out, rustix::termios::QueueSelector::OFlush)?;
            }
        }
        Ok(true)
    }

    /// Writes as long as `wanted` says so, which is asked at least every [`STEP`] while the terminal takes
    /// nothing. Says whether all was written.
    fn push(&self, bytes: &[u8], mut wanted: impl FnMut() -> bool) -> io::Result<bool> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if !wanted() {
                return Ok(false);
            }
            if !self.takes_output_within(STEP)? {
                continue;
            }
            match (&self.out).write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => rest = rest.get(written..).unwrap_or_default(),
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Whether something can be written soon, or fails at once.
    fn takes_output_within(&self, patience: Duration) -> io::Result<bool> {
        let mut fds = [PollFd::new(&self.out, PollFlags::OUT)];
        let patience = Timespec { tv_sec: 0, tv_nsec: i64::from(patience.subsec_nanos()) };
        match poll(&mut fds, Some(&patience)) {
            Ok(ready) => Ok(ready > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// The lock, unless whoever has it keeps it for so long.
pub(super) fn lock_within<T>(lock: &Mutex<T>, patience: Duration) -> Option<MutexGuard<'_, T>> {
    let step = Duration::from_millis(1);
    let mut waited = Duration::ZERO;
    loop {
        match lock.try_lock() {
            Ok(held) => return Some(held),
            Err(TryLockError::Poisoned(held)) => return Some(held.into_inner()),
            Err(TryLockError::WouldBlock) if waited >= patience => return None,
            Err(TryLockError::WouldBlock) => thread::sleep(step),
        }
        waited += step;
    }
}
