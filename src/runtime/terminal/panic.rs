//! What a panic leaves behind: the terminal as it was, a report in a private file, one line about it.

use std::any::Any;
use std::backtrace::Backtrace;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::thread;

use super::Restorer;
use crate::files::Directory;
use crate::redact;
use crate::runtime::clock;
use crate::text::printable_lines;

/// What stands for words of a panic that may have come from outside.
const MASK: &str = "•••";

/// Longest word of a panic's message that is no token.
const LONGEST_WORD: usize = 24;

/// Makes panics end in order. One on this thread, which draws, ends the program: the terminal is given back
/// first, then a report goes into `directory` and a line about it to standard error; without a directory the
/// report goes there itself. One of a task is logged, because the screen is still in use: whoever waits for
/// the task is told, and shows it.
pub fn install_panic_hook(restorer: Restorer, directory: Option<PathBuf>) {
    let main = thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        let ends = thread::current().id() == main;
        if ends {
            // Before anything else, for all of it may fail.
            restorer.restore();
        }
        let what = redact::mask(headline(info).into()).into_owned();
        tracing::error!("a fault of this program: {what}");
        if ends || !restorer.is_taken() {
            let text = last_words(&what, directory.as_deref());
            let _there_is_nobody_else_to_tell = io::stderr().write_all(printable_lines(&text).as_bytes());
        }
    }));
}

/// What happened, and where.
fn headline(info: &PanicHookInfo<'_>) -> String {
    let at = info.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
    let thread = thread::current().name().map(|name| format!(" in `{name}`")).unwrap_or_default();
    format!("{}{at}{thread}", message(info.payload()))
}

/// The message of a panic. One that was put together when it happened may hold anything: what is quoted in it,
/// and words as long as tokens, are masked.
fn message(payload: &dyn Any) -> String {
    if let Some(literal) = payload.downcast_ref::<&'static str>() {
        return (*literal).to_owned();
    }
    payload.downcast_ref::<String>().map_or_else(|| "no message".to_owned(), |text| masked(text))
}

fn masked(text: &str) -> String {
    let mut quoted = false;
    let mut masked = String::new();
    for part in text.split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '`')) {
        let word = part.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '`'));
        let (_, end) = part.split_at(word.len());
        let hidden = !word.is_empty() && (quoted || word.len() > LONGEST_WORD);
        masked.push_str(if hidden { MASK } else { word });
        masked.push_str(end);
        quoted ^= end == "\"" || end == "`";
    }
    masked
}

fn last_words(what: &str, directory: Option<&Path>) -> String {
    let report = report(what);
    let kept = match directory.map(|directory| keep(directory, &report)) {
        None => report,
        Some(Ok(path)) => {
            format!("a report, without secrets, is in {}: please send it to us", path.display())
        }
        Some(Err(error)) => format!("no report could be kept: {error}\n{report}"),
    };
    format!("cckm-tui: a fault of this program: {what}\n{kept}\n")
}

fn report(what: &str) -> String {
    let report = format!(
        "cckm-tui {}\n{}\n{what}\n\n{}",
        env!("CARGO_PKG_VERSION"),
        clock::wall(),
        Backtrace::force_capture()
    );
    redact::mask(report.into()).into_owned()
}

/// Writes the report into a new file that only its owner can read.
fn keep(directory: &Path, report: &str) -> io::Result<PathBuf> {
    let directory = Directory::ensure(directory).map_err(io::Error::other)?;
    let name = format!("crash-{}-{}.txt", clock::wall_seconds(), std::process::id());
    let mut draft = directory.create(&name).map_err(io::Error::other)?;
    let path = directory.path().join(&name);
    draft.write_all(report.as_bytes())?;
    draft.keep().map_err(io::Error::other)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tx_07_a_panic_repeats_neither_what_it_quotes_nor_what_looks_like_a_token() {
        for (text, said) in [
            ("index out of bounds: the len is 3 but the index is 5", None),
            (
                r#"called `Result::unwrap()` on an `Err` value: "hunter2 and more""#,
                Some(r#"called `•••` on an `•••` value: "••• ••• •••""#),
            ),
            ("token eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9 refused", Some("token ••• refused")),
        ] {
            assert_eq!(masked(text), said.unwrap_or(text));
        }
    }

    #[test]
    fn sk_07_a_report_repeats_no_secret_of_a_session_however_short_it_is() {
        let secrets = redact::Secrets::default();
        secrets.learn_token("tok-4711");
        secrets.learn_password(&crate::domain::Password::new("pw-0815"));
        let report = report("it broke at tok-4711, then at pw-0815");
        assert!(
            report.contains("it broke at") && !report.contains("4711") && !report.contains("0815"),
            "{report}"
        );
    }

    #[test]
    fn a_report_is_kept_in_a_file_of_its_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let home = tempfile::tempdir().unwrap();
        let words = last_words("it broke at src/x.rs:1", Some(&home.path().join("state")));
        let (_, path) = words.split_once("is in ").unwrap();
        let path = Path::new(path.split_once(": please").unwrap().0);
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let report = std::fs::read_to_string(path).unwrap();
        assert!(report.contains("it broke at src/x.rs:1"), "{report}");
    }
}
