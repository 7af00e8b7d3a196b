//! The log file: where it is, what gets into it, and that one event is one printable line.
//!
//! Other people's crates log requests with their headers at their lower levels, so they are capped at
//! warnings whatever the level, and `RUST_LOG` is not read.

use std::fmt::{self, Write as _};
use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt};
use std::path::{Path, PathBuf};

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_appender::non_blocking::{NonBlocking, WorkerGuard};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;

use crate::text::one_line;

/// Bytes after which a log file is full: at the next start it becomes `cckm-tui.log.1`, and until then
/// nothing more is written.
const FULL: u64 = 10 << 20;

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
    let (path, file) = open(directory)?;
    let (writer, guard) = tracing_appender::non_blocking(file);
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

/// The log file in `directory`, private from its first moment.
fn open(directory: &Path) -> io::Result<(PathBuf, Capped)> {
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let path = directory.join("cckm-tui.log");
    if let Ok(about) = path.symlink_metadata()
        && about.is_file()
        && about.len() >= FULL
    {
        std::fs::rename(&path, directory.join("cckm-tui.log.1"))?;
    }
    // Neither a link nor a pipe in that place is followed or waited for.
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).map_err(io::Error::other)?;
    let file = File::options().append(true).create(true).mode(0o600).custom_flags(flags).open(&path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    if about.permissions().mode() & 0o077 != 0 {
        file.set_permissions(PermissionsExt::from_mode(0o600))?;
    }
    Ok((path, Capped { file, left: FULL.saturating_sub(about.len()) }))
}

/// A file that takes so many bytes more and then drops the rest.
#[derive(Debug)]
struct Capped {
    file: File,
    left: u64,
}

impl Write for Capped {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let size = bytes.len() as u64;
        if self.left < size {
            if std::mem::take(&mut self.left) > 0 {
                self.file.write_all(b"the log is full; it starts anew with the next run\n")?;
            }
        } else {
            self.file.write_all(bytes)?;
            self.left -= size;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
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
        writeln!(out, "{now:.3} {level:>5} {target}:{}{}", one_line(&words.message), one_line(&words.fields))
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
    use super::*;

    /// What is in the log after `act` at `level`.
    fn logged(level: LevelFilter, act: impl FnOnce()) -> String {
        let place = tempfile::tempdir().unwrap();
        let (path, file) = open(place.path()).unwrap();
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
        let (path, _) = open(&directory).unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&directory)), (0o600, 0o700));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        open(&directory).unwrap();
        assert_eq!(mode(&path), 0o600, "an older file is made private again");
    }

    #[test]
    fn fs_02_a_link_or_a_directory_in_the_place_of_the_log_is_not_written_to() {
        let place = tempfile::tempdir().unwrap();
        let other = place.path().join("other");
        std::fs::write(&other, "").unwrap();
        std::os::unix::fs::symlink(&other, place.path().join("cckm-tui.log")).unwrap();
        assert!(open(place.path()).is_err());
        std::fs::remove_file(place.path().join("cckm-tui.log")).unwrap();
        std::fs::create_dir(place.path().join("cckm-tui.log")).unwrap();
        assert!(open(place.path()).is_err());
    }

    #[test]
    fn fs_12_a_full_log_takes_nothing_more_and_starts_anew_with_the_next_run() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("cckm-tui.log");
        File::create(&path).unwrap().set_len(FULL - 10).unwrap();
        let (_, mut file) = open(place.path()).unwrap();
        file.write_all(b"123456789\n").unwrap();
        file.write_all(b"dropped\n").unwrap();
        assert_eq!(path.metadata().unwrap().len(), FULL);
        let (_, mut file) = open(place.path()).unwrap();
        file.write_all(b"first\n").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "first\n");
        assert!(place.path().join("cckm-tui.log.1").exists());
    }
}
