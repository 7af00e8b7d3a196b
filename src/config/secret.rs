//! Where a password comes from, and how it is fetched without leaving traces.

use std::fmt;
use std::io::{self, Read as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use super::error::Mistake;
use super::file::File;
use super::keys::Key;
use super::layer::Layer;
use crate::domain::Password;
use crate::text::escape;

/// Longest answer of a file or command that is looked at, in bytes.
const LONGEST: u64 = 64 << 10;

/// The keys that give a password; the first is no key of the file.
const KEYS: [&str; 3] = ["password", "password_file", "password_command"];

/// How long a password command may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where the password comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PasswordSource {
    /// The dashboard asks for it.
    AskLater,
    /// It was given.
    Given(Password),
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
    let place = format!("password file {}", escape(&path.to_string_lossy()));
    // Without waiting: a pipe would block until somebody writes to it.
    let nonblock = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or_default();
    let file = std::fs::File::options().read(true).custom_flags(nonblock).open(path);
    let file = file.map_err(|error| SecretError::io(&place, "cannot be opened", error))?;
    let about = file.metadata().map_err(|error| SecretError::io(&place, "cannot be looked at", error))?;
    if !about.is_file() {
        return Err(SecretError::new(&place, "expected a regular file"));
    }
    if about.mode() & 0o077 != 0 {
        let mode = about.mode() & 0o777;
        let reason = format!("others have access to it (mode {mode:03o}); run chmod 600 on it");
        return Err(SecretError::new(&place, reason));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| SecretError::io(&place, "cannot be read", error))?;
    first_line(bytes, &place)
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
    first_line(answer, &place)
}

/// The first [`LONGEST`] bytes; the rest is read and dropped, so that the writer is not stuck.
async fn head(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut bytes = Vec::new();
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

fn first_line(bytes: Vec<u8>, place: &str) -> Result<Password, SecretError> {
    let text = zeroize::Zeroizing::new(
        String::from_utf8(bytes).map_err(|_text| SecretError::new(place, "expected UTF-8 text"))?,
    );
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        return Err(SecretError::new(place, "expected the password on the first line, found nothing"));
    }
    Ok(Password::new(line))
}
