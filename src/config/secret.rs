//! Where a password comes from, and how it is fetched without leaving traces.

use std::fmt;
use std::io::{self, IsTerminal as _, Read as _};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;
use zeroize::Zeroizing;

use super::error::Mistake;
use super::file::File;
use super::keys::Key;
use super::layer::Layer;
use crate::domain::Password;
use crate::files::{self, Demands};
use crate::text::escape;

/// Longest answer of a file or command that is looked at, in bytes.
const LONGEST: u64 = 64 << 10;

/// How long the one who pipes a password in may take; it may ask somebody.
const PATIENCE_WITH_A_PIPE: Duration = Duration::from_mins(1);

/// The keys that give a password; the first two are no keys of the file.
const KEYS: [&str; 4] = ["password_stdin", "password", "password_file", "password_command"];

/// How long a password command may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the password comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// The dashboard asks for it.
    AskLater,
    /// It was given.
    Given(Password),
    /// The one line on standard input.
    StandardInput,
    /// The first line of a file.
    File(PathBuf),
    /// The first line that a program prints: its name and arguments, run without a shell.
    Command(Vec<String>),
}

/// Why there is no password.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct SecretError {
    place: String,
    reason: String,
    source: Option<io::Error>,
}

impl SecretError {
    fn new(place: &str, reason: impl Into<String>) -> Self {
        Self { place: place.to_owned(), reason: reason.into(), source: None }
    }

    fn io(place: &str, what: impl fmt::Display, error: io::Error) -> Self {
        Self { place: place.to_owned(), reason: format!("{what}: {error}"), source: Some(error) }
    }
}

impl PasswordSource {
    /// The password, unless the dashboard is to ask for it.
    ///
    /// # Errors
    ///
    /// [`SecretError`] names the file or command and what is wrong; never what was read.
    pub async fn read(&self) -> Result<Option<Password>, SecretError> {
        match self {
            Self::AskLater => Ok(None),
            Self::Given(password) => Ok(Some(password.clone())),
            Self::StandardInput => read_standard_input().await.map(Some),
            Self::File(path) => read_file(path).map(Some),
            Self::Command(words) => run(words).await.map(Some),
        }
    }
}

/// The password's source, and where it was written: the last layer that has one gives it.
///
/// Sources are not merged key by key: a profile's `password_file` replaces a `password_command` above it.
pub(super) fn source(
    layers: &[Layer],
    file: Option<&File>,
    mistakes: &mut Vec<Mistake>,
) -> Option<(PasswordSource, String)> {
    let layer = layers.iter().rev().find(|layer| KEYS.iter().any(|key| layer.text(key).is_some()))?;
    let mut given = KEYS.iter().filter_map(|key| Some((*key, layer.text(key)?)));
    let (key, (text, place)) = given.next()?;
    if let Some((_, (_, second))) = given.next() {
        mistakes.push(Mistake::new(second, format!("give either this or {place}")));
        return None;
    }
    let source = match key {
        "password_stdin" => PasswordSource::StandardInput,
        "password" => PasswordSource::Given(Password::new(text)),
        "password_file" => PasswordSource::File(text.into()),
        _ if file.is_some_and(|file| file.is_writable_by_others && file.wrote(&place)) => {
            let reason = "not run, because others can write this file: chmod go-w and own it";
            mistakes.push(Mistake::new(place, reason));
            return None;
        }
        _ => {
            let Some(words) = shlex::split(&text).filter(|words| !words.is_empty()) else {
                let expected = Key::named(key).map(Key::expectation).unwrap_or_default();
                mistakes.push(Mistake::new(place, expected));
                return None;
            };
            PasswordSource::Command(words)
        }
    };
    Some((source, place))
}

fn read_file(path: &Path) -> Result<Password, SecretError> {
    // The operator spelled out the path: a link of theirs is followed.
    let contents = files::read(path, Demands::secret(LONGEST).following_links())
        .map_err(|error| SecretError::new("password file", error.to_string()))?;
    let place = format!("password file {}", escape(&path.to_string_lossy()));
    first_line(&contents.bytes, &place)
}

/// The one line that is piped in; what comes after it is refused, since nobody would read it.
async fn read_standard_input() -> Result<Password, SecretError> {
    const PLACE: &str = "standard input";
    let read = tokio::task::spawn_blocking(|| {
        let input = io::stdin();
        if input.is_terminal() {
            return Err(SecretError::new(
                PLACE,
                "is a terminal: leave --password-stdin out, and you will be asked",
            ));
        }
        // A copy of the descriptor, because that of the library keeps a buffer that is never wiped.
        let file = input.as_fd().try_clone_to_owned().map(std::fs::File::from);
        let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LONGEST).unwrap_or_default()));
        file.and_then(|file| file.take(LONGEST).read_to_end(&mut bytes))
            .map_err(|error| SecretError::io(PLACE, "cannot be read", error))?;
        let line_end = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
        if bytes.len() > line_end + 1 {
            return Err(SecretError::new(PLACE, "expected one line, the password, found more"));
        }
        first_line(&bytes, PLACE)
    });
    let read = tokio::time::timeout(PATIENCE_WITH_A_PIPE, read).await.map_err(|_elapsed| {
        let waited = PATIENCE_WITH_A_PIPE.as_secs();
        SecretError::new(PLACE, format!("did not end within {waited} s: close it after the password"))
    })?;
    read.map_err(|error| SecretError::io(PLACE, "cannot be read", error.into()))?
}

async fn run(words: &[String]) -> Result<Password, SecretError> {
    let (program, arguments) =
        words.split_first().ok_or_else(|| SecretError::new("password command", "is empty"))?;
    let place = format!("password command {}", escape(program));
    let mut child = Command::new(program)
        .args(arguments)
        .env_remove("CCKM_PASSWORD")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| SecretError::io(&place, "cannot be started", error))?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let all = async {
        let (answer, complaint) = tokio::join!(head(out), head(err));
        (answer, complaint, child.wait().await)
    };
    let (answer, complaint, status) = tokio::time::timeout(PATIENCE, all)
        .await
        .map_err(|_elapsed| SecretError::new(&place, format!("no answer within {} s", PATIENCE.as_secs())))?;
    let status = status.map_err(|error| SecretError::io(&place, "cannot be waited for", error))?;
    if !status.success() {
        let words = String::from_utf8_lossy(&complaint);
        let words = words.lines().find(|line| !line.trim().is_empty()).unwrap_or("it printed no reason");
        let words: String = words.chars().take(200).collect();
        return Err(SecretError::new(&place, format!("failed with {status}: {}", escape(words.trim()))));
    }
    first_line(&answer, &place)
}

/// The first [`LONGEST`] bytes; the rest is read and dropped, so that the writer is not stuck.
async fn head(stream: Option<impl AsyncRead + Unpin>) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(LONGEST).unwrap_or_default()));
    if let Some(stream) = stream {
        let mut stream = stream.take(LONGEST);
        let read = stream.read_to_end(&mut bytes).await;
        let drained = tokio::io::copy(&mut stream.into_inner(), &mut tokio::io::sink()).await;
        if let Err(error) = read.map(|_| ()).and(drained.map(|_| ())) {
            tracing::debug!(%error, "the end of a password command's output was not read");
        }
    }
    bytes
}

fn first_line(bytes: &[u8], place: &str) -> Result<Password, SecretError> {
    let text = std::str::from_utf8(bytes).map_err(|_text| SecretError::new(place, "expected UTF-8 text"))?;
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(SecretError::new(place, "expected the password on the first line, found nothing"));
    }
    Ok(Password::new(line))
}
