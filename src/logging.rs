//! The log file: where it is, what gets into it, and that one event is one printable line without a secret.
//!
//! Other people's crates log requests with their headers at their lower levels, so they are capped at
//! warnings whatever the level, and `RUST_LOG` is not read.

use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use crate::files::{Directory, FileError};
use crate::redact;
use crate::text::one_line;

/// Bytes after which a log file is full, and becomes `cckm-tui.log.1`.
const FULL: u64 = 10 << 20;

/// Lines that wait for a slow disk; the room for them is taken at the start. More are lost.
const WAITING: usize = 4096;

/// Files kept, the one that is written included.
const FILES: u32 = 5;

/// Bytes of a line's time with the blank after it.
const TIME: usize = "2026-11-23T18:00:00.120Z ".len();

/// Name of the file in its directory.
const NAME: &str = "cckm-tui.log";

/// The open log; what was logged is on disk once this is dropped.
#[derive(Debug)]
pub struct Log {
    /// The file.
    pub path: PathBuf,
    _flushes_when_dropped: WorkerGuard,
}

/// Starts logging to `cckm-tui.log` in `directory`, which is made if need be.
///
/// # Errors
///
/// When the file cannot be opened; then there is no log and the program goes on without.
pub fn start(directory: &Path, level: LevelFilter) -> io::Result<Log> {
    let file = Rolling::open(directory).map_err(io::Error::other)?;
    let path = file.path();
    let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(WAITING).finish(file);
    let set = tracing::subscriber::set_global_default(subscriber(writer, level));
    set.map_err(io::Error::other)?;
    Ok(Log { path, _flushes_when_dropped: guard })
}

fn subscriber(writer: NonBlocking, level: LevelFilter) -> impl Subscriber + Send + Sync {
    let of_others = level.min(LevelFilter::WARN);
    let targets = Targets::new().with_default(of_others).with_target("cckm_tui", level);
    let lines = tracing_subscriber::fmt::layer().event_format(OneLine).with_writer(writer);
    tracing_subscriber::registry().with(targets).with(lines)
}

/// A file that is set aside when it is full, and that counts a line that repeats instead of writing it again.
#[derive(Debug)]
struct Rolling {
    directory: Directory,
    file: File,
    left: u64,
    /// The last line without its time, and how often it came again.
    last: (Vec<u8>, u64),
}

impl Rolling {
    /// Opens the log in `directory`, private from its first moment.
    fn open(directory: &Path) -> Result<Self, FileError> {
        let directory = Directory::ensure(directory)?;
        let file = directory.append(NAME)?;
        let left = FULL.saturating_sub(file.metadata().map_or(FULL, |about| about.len()));
        Ok(Self { directory, file, left, last: Default::default() })
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join(NAME)
    }

    /// Sets the full file aside; the oldest of those is gone.
    fn roll(&mut self) -> Result<(), FileError> {
        for number in (1..FILES).rev() {
            let from = if number == 1 { NAME.to_owned() } else { format!("{NAME}.{}", number - 1) };
            match self.directory.rename(&from, &format!("{NAME}.{number}")) {
                Err(error) if !error.is_missing() => return Err(error),
                _ => {}
            }
        }
        self.file = self.directory.append(NAME)?;
        self.left = FULL;
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let size = bytes.len() as u64;
        if self.left < size {
            self.roll().map_err(io::Error::other)?;
        }
        self.file.write_all(bytes)?;
        self.left = self.left.saturating_sub(size);
        Ok(())
    }

    /// Says how often the last line came again.
    fn tell_repeats(&mut self) -> io::Result<()> {
        match std::mem::take(&mut self.last.1) {
            0 => Ok(()),
            count => self.put(format!("{:TIME$}the line above came {count} times more\n", "").as_bytes()),
        }
    }
}

impl Write for Rolling {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let words = bytes.get(TIME..).unwrap_or_default();
        if words == self.last.0 {
            self.last.1 += 1;
        } else {
            self.tell_repeats()?;
            self.put(bytes)?;
            words.clone_into(&mut self.last.0);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Rolling {
    fn drop(&mut self) {
        let _nobody_can_be_told = self.tell_repeats();
    }
}

/// Time, level, target, message and fields on one line, nothing in it that a terminal obeys.
#[derive(Debug)]
struct OneLine;

impl<S, N> FormatEvent<S, N> for OneLine
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut out: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let about = event.metadata();
        let mut words = Words::default();
        event.record(&mut words);
        let (now, level, target) = (jiff::Timestamp::now(), about.level(), about.target());
        let [message, fields] = [words.message, words.fields].map(|words| redact::mask(words.into()));
        writeln!(out, "{now:.3} {level:>5} {target}:{}{}", one_line(&message), one_line(&fields))
    }
}

/// The message and the fields of an event.
#[derive(Debug, Default)]
struct Words {
    message: String,
    fields: String,
}

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let written = match field.name() {
            "message" => write!(self.message, " {value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    /// What is in the log after `act` at `level`.
    fn logged(level: LevelFilter, act: impl FnOnce()) -> String {
        let place = tempfile::tempdir().unwrap();
        let file = Rolling::open(place.path()).unwrap();
        let path = file.path();
        let (writer, guard) = tracing_appender::non_blocking(file);
        tracing::subscriber::with_default(subscriber(writer, level), act);
        drop(guard);
        std::fs::read_to_string(path).unwrap()
    }

    #[test]
    fn tx_08_an_event_with_a_newline_and_escapes_is_one_printable_line() {
        let log = logged(LevelFilter::INFO, || {
            tracing::info!(name = "x\n2026-11-23 INFO approved\u{1b}[2J", other = %"a\rb", "said \u{202e}this\n");
        });
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(!log.trim_end_matches('\n').chars().any(|c| c.is_control() || c == '\u{202e}'), "{log:?}");
        assert!(
            log.contains(r"said \u{202e}this\x0a name=x\x0a2026-11-23 INFO approved\x1b[2J other=a\x0db"),
            "{log}"
        );
    }

    #[test]
    fn sk_04_a_secret_in_a_message_or_a_field_is_masked() {
        let secrets = redact::Secrets::default();
        secrets.learn_password(&crate::domain::Password::new("log-\"canary\""));
        let log = logged(LevelFilter::INFO, || {
            tracing::info!(text = "x log-\"canary\"", debug = ?"log-\"canary\"", "said log-\"canary\"");
            tracing::warn!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln");
        });
        assert!(log.contains("said ••• text=x ••• debug=\"•••\"") && log.contains(": •••\n"), "{log}");
        assert!(!log.contains("canary"), "{log}");
    }

    #[test]
    fn sk_04_the_words_of_other_crates_are_capped_at_warnings_at_every_level() {
        let log = logged(LevelFilter::TRACE, || {
            tracing::trace!("ours");
            tracing::debug!(target: "hyper::proto", "authorization: Bearer canary");
            tracing::info!(target: "reqwest", "canary");
            tracing::warn!(target: "rustls", "theirs");
        });
        assert!(log.contains("TRACE cckm_tui::logging::tests: ours"), "{log}");
        assert!(log.contains("WARN rustls: theirs") && !log.contains("canary"), "{log}");
        assert_eq!(logged(LevelFilter::OFF, || tracing::error!(target: "rustls", "no")), "");
    }

    #[test]
    fn fs_01_the_file_and_its_directory_are_private() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("state/cckm-tui");
        let path = Rolling::open(&directory).unwrap().path();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&directory)), (0o600, 0o700));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        Rolling::open(&directory).unwrap();
        assert_eq!(mode(&path), 0o600, "an older file is made private again");
    }

    #[test]
    fn fs_02_a_link_or_a_directory_in_the_place_of_the_log_is_not_written_to() {
        let place = tempfile::tempdir().unwrap();
        let other = place.path().join("other");
        std::fs::write(&other, "").unwrap();
        std::os::unix::fs::symlink(&other, place.path().join("cckm-tui.log")).unwrap();
        assert!(Rolling::open(place.path()).is_err());
        std::fs::remove_file(place.path().join("cckm-tui.log")).unwrap();
        std::fs::create_dir(place.path().join("cckm-tui.log")).unwrap();
        assert!(Rolling::open(place.path()).is_err());
    }

    #[test]
    fn fs_12_a_full_log_is_set_aside_and_the_oldest_of_five_is_dropped() {
        let place = tempfile::tempdir().unwrap();
        for run in 0..7 {
            let mut log = Rolling::open(place.path()).unwrap();
            log.write_all(format!("2026-11-23T18:00:00.120Z run {run}\n").as_bytes()).unwrap();
            log.file.set_len(FULL).unwrap();
            log.left = 0;
            log.write_all(b"2026-11-23T18:00:00.120Z next\n").unwrap();
        }
        let mut kept: Vec<_> =
            std::fs::read_dir(place.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        kept.sort();
        assert_eq!(
            kept,
            ["", ".1", ".2", ".3", ".4"].map(|number| std::ffi::OsString::from(format!("{NAME}{number}")))
        );
        let head = |name: &str| std::fs::read(place.path().join(name)).unwrap()[TIME..TIME + 4].to_vec();
        assert_eq!((head(NAME), head("cckm-tui.log.1")), (b"next".to_vec(), b"next".to_vec()));
        assert!(place.path().join(NAME).metadata().unwrap().len() < FULL);
    }

    #[test]
    fn fs_12_a_million_equal_errors_are_two_lines() {
        let place = tempfile::tempdir().unwrap();
        let mut log = Rolling::open(place.path()).unwrap();
        for second in 0..1_000_000 {
            let line = format!("2026-11-23T18:{:02}:{:02}.120Z ERROR no\n", second / 60 % 60, second % 60);
            log.write_all(line.as_bytes()).unwrap();
        }
        log.write_all(b"2026-11-23T19:00:00.120Z ERROR another\n").unwrap();
        let text = std::fs::read_to_string(log.path()).unwrap();
        let lines: Vec<_> = text.lines().filter_map(|line| line.get(TIME..)).collect();
        assert_eq!(lines, ["ERROR no", "the line above came 999999 times more", "ERROR another"]);
    }
}
