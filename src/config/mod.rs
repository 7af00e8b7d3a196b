//! Settings from the command line, the environment and the file: typed, validated, or refused by name.
//!
//! A value is taken from the first of: flag, environment, profile in the file, file, default. Errors name
//! the file with its line (or the flag, or the variable), the key, and what was expected; they never repeat
//! a value that could be a secret.

mod layer;
mod raw;
mod secret;

use std::ffi::OsString;
use std::fmt;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use url::Url;

use self::layer::Layer;
use self::raw::RawFile;
pub use self::secret::{PasswordSource, SecretError};
use crate::api::base_url;
use crate::domain::Password;
use crate::text::escape;
use crate::theme::Colors;

/// Longest configuration file that is read, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// The settings that an environment variable can give; passwords have variables of their own.
const VARIABLES: [(&str, &str); 6] = [
    ("url", "CCKM_URL"),
    ("username", "CCKM_USERNAME"),
    ("domain", "CCKM_DOMAIN"),
    ("ca_file", "CCKM_CA_FILE"),
    ("read_only", "CCKM_READ_ONLY"),
    ("color", "CCKM_COLOR"),
];

/// The settings of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Name of the chosen profile.
    pub profile: Option<String>,
    /// The server; without one there is nothing to show.
    pub url: Option<Url>,
    /// Who signs in.
    pub username: Option<String>,
    /// The domain to sign in to; none is the root domain.
    pub domain: Option<String>,
    /// Certificates to trust besides those of the system.
    pub ca_file: Option<PathBuf>,
    /// Whether changes are refused.
    pub read_only: bool,
    /// Whether a change is confirmed by typing the profile's name.
    pub protected: bool,
    /// Whether a change needs a reason or a ticket.
    pub reason_required: bool,
    /// Time between automatic refreshes.
    pub refresh_every: Option<Duration>,
    /// Colours.
    pub color: ColorChoice,
    /// What is logged of this program's own events.
    pub log_level: LevelFilter,
    /// Where the password comes from.
    pub password: PasswordSource,
    /// Names of the profiles in the file.
    pub profiles: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: None,
            url: None,
            username: None,
            domain: None,
            ca_file: None,
            read_only: false,
            protected: false,
            reason_required: false,
            refresh_every: Some(Duration::from_secs(30)),
            color: ColorChoice::Auto,
            log_level: LevelFilter::INFO,
            password: PasswordSource::AskLater,
            profiles: Vec::new(),
        }
    }
}

/// How many colours the operator wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Sixteen, unless `NO_COLOR` is set to something.
    #[default]
    Auto,
    /// Sixteen.
    Sixteen,
    /// None.
    Never,
}

impl ColorChoice {
    /// The colours to use; `no_color` is the value of the variable of that name.
    pub fn colors(self, no_color: Option<&OsString>) -> Colors {
        match self {
            Self::Auto if no_color.is_some_and(|value| !value.is_empty()) => Colors::None,
            Self::Auto | Self::Sixteen => Colors::Sixteen,
            Self::Never => Colors::None,
        }
    }
}

/// Where settings are looked for.
#[expect(missing_debug_implementations, reason = "it holds a function, and passwords pass through it")]
pub struct Sources<'a> {
    /// Values given on the command line: keys of the file to texts.
    pub flags: Vec<(&'static str, String)>,
    /// Profile named on the command line.
    pub profile: Option<String>,
    /// File named on the command line: it must exist.
    pub file: Option<PathBuf>,
    /// The usual place of the file, which may be empty; none when there is no home directory.
    pub usual_file: Option<PathBuf>,
    /// Looks up a variable.
    pub environment: &'a dyn Fn(&str) -> Option<OsString>,
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct ConfigError {
    /// File with line and key, flag, or variable; escaped.
    place: String,
    /// What is wrong, and what was expected.
    reason: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ConfigError {
    fn new(place: impl fmt::Display, reason: impl Into<String>) -> Self {
        Self { place: place.to_string(), reason: reason.into(), source: None }
    }

    fn unreadable(path: &Path, error: io::Error) -> Self {
        Self { place: shown(path), reason: format!("cannot be read: {error}"), source: Some(error.into()) }
    }
}

impl Config {
    /// The settings that `sources` give together.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names the first mistake.
    pub fn load(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let file = File::open(sources)?;
        let profile = chosen_profile(sources)?;
        let mut layers = Vec::new();
        if let Some(file) = &file {
            layers.push(file.layer(sources));
        }
        if let Some((name, origin)) = &profile {
            layers.push(file_profile(file.as_ref(), name, origin, sources)?);
        }
        let mut environment = Layer::default();
        for (key, variable) in VARIABLES {
            environment.put_some(key, text_variable(sources, variable)?, variable);
        }
        layers.push(environment);
        let mut flags = Layer::default();
        for (key, value) in &sources.flags {
            flags.put(key, value.clone(), &format!("--{}", key.replace('_', "-")));
        }
        layers.push(flags);

        let password = password(sources, file.as_ref(), &layers)?;
        let values =
            Layer::merged(layers).map_err(|error| ConfigError::new("settings", error.to_string()))?;
        let profiles = file.map(|file| file.raw.profiles.into_keys().collect()).unwrap_or_default();
        let defaults = Self { profile: profile.map(|(name, _)| name), password, profiles, ..Self::default() };
        defaults.with(&values)
    }

    /// The server and the user, without which there is nothing to show.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] says which is missing and how to give it.
    pub fn target(&self) -> Result<(&Url, &str), ConfigError> {
        let profiles = match self.profiles.as_slice() {
            [] => String::new(),
            names => format!(", choose a profile with --profile ({})", names.join(", ")),
        };
        let url = self.url.as_ref().ok_or_else(|| {
            ConfigError::new("no server", format!("give --url{profiles}, or try --demo, which needs none"))
        })?;
        let user = self.username.as_deref().ok_or_else(|| {
            ConfigError::new("no user", format!("give --username or the key `username`{profiles}"))
        })?;
        Ok((url, user))
    }

    fn with(mut self, values: &Layer) -> Result<Self, ConfigError> {
        if let Some((url, origin)) = values.text("url") {
            self.url = Some(base_url(&url).map_err(|error| ConfigError {
                place: origin,
                reason: error.to_string(),
                source: Some(error.into()),
            })?);
        }
        if let Some((username, origin)) = values.text("username") {
            if username.is_empty() {
                return Err(ConfigError::new(origin, "expected a user name, found an empty text"));
            }
            self.username = Some(username);
        }
        self.domain = values.text("domain").map(|(domain, _)| domain).filter(|domain| !domain.is_empty());
        self.ca_file = values.text("ca_file").map(|(path, _)| PathBuf::from(path));
        let switches = [
            ("read_only", &mut self.read_only),
            ("protected", &mut self.protected),
            ("reason_required", &mut self.reason_required),
        ];
        for (key, switch) in switches {
            if let Some((word, origin)) = values.text(key) {
                *switch =
                    choice(&word, &origin, &[("true", true), ("1", true), ("false", false), ("0", false)])?;
            }
        }
        if let Some((seconds, origin)) = values.text("refresh_seconds") {
            let seconds = seconds.parse().ok().filter(|seconds| *seconds <= 86_400).ok_or_else(|| {
                ConfigError::new(origin, "expected at most 86400 seconds, which is a day; 0 is off")
            })?;
            self.refresh_every = (seconds > 0).then(|| Duration::from_secs(seconds));
        }
        if let Some((word, origin)) = values.text("color") {
            let choices =
                [("auto", ColorChoice::Auto), ("16", ColorChoice::Sixteen), ("never", ColorChoice::Never)];
            self.color = choice(&word, &origin, &choices)?;
        }
        if let Some((word, origin)) = values.text("log_level") {
            let levels = [
                ("off", LevelFilter::OFF),
                ("error", LevelFilter::ERROR),
                ("warn", LevelFilter::WARN),
                ("info", LevelFilter::INFO),
                ("debug", LevelFilter::DEBUG),
                ("trace", LevelFilter::TRACE),
            ];
            self.log_level = choice(&word, &origin, &levels)?;
        }
        Ok(self)
    }
}

/// The value that goes by the name `word`.
fn choice<T: Copy>(word: &str, origin: &str, choices: &[(&str, T)]) -> Result<T, ConfigError> {
    let found = choices.iter().find(|(name, _)| *name == word);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<_> = choices.iter().map(|(name, _)| *name).collect();
        ConfigError::new(origin, format!("expected one of {}", names.join(", ")))
    })
}

/// The file that was read.
struct File {
    path: PathBuf,
    raw: RawFile,
    text: String,
    /// Whether somebody else could have written it.
    is_writable_by_others: bool,
}

impl File {
    fn open(sources: &Sources<'_>) -> Result<Option<Self>, ConfigError> {
        match (&sources.file, &sources.usual_file) {
            (Some(path), _) => Self::read(path).map(Some),
            (None, Some(path)) if path.symlink_metadata().is_ok() => Self::read(path).map(Some),
            (None, _) => Ok(None),
        }
    }

    fn read(path: &Path) -> Result<Self, ConfigError> {
        // Looked at before it is opened: opening a pipe would wait for its writer.
        let kind = path.metadata().map_err(|error| ConfigError::unreadable(path, error))?;
        if !kind.is_file() {
            return Err(ConfigError::new(shown(path), "expected a regular file"));
        }
        if kind.len() > LARGEST_FILE {
            return Err(ConfigError::new(shown(path), "expected at most 1 MiB"));
        }
        let mut bytes = Vec::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(LARGEST_FILE).read_to_end(&mut bytes))
            .map_err(|error| ConfigError::unreadable(path, error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let good = error.utf8_error().valid_up_to();
            let line = error.as_bytes().iter().take(good).filter(|byte| **byte == b'\n').count() + 1;
            ConfigError::new(format!("{}:{line}", shown(path)), "not UTF-8 text")
        })?;
        let raw = RawFile::parse(&text).map_err(|error| match error.line {
            Some(line) => ConfigError::new(format!("{}:{line}", shown(path)), error.reason),
            None => ConfigError::new(shown(path), error.reason),
        })?;
        if let Some(name) = raw.profiles.keys().find(|name| !is_profile_name(name)) {
            let reason = format!("profile `{}`: {PROFILE_NAMES}", escape(name));
            return Err(ConfigError::new(shown(path), reason));
        }
        let owners = [0, rustix::process::geteuid().as_raw()];
        let is_writable_by_others = kind.mode() & 0o022 != 0 || !owners.contains(&kind.uid());
        Ok(Self { path: path.to_owned(), raw, text, is_writable_by_others })
    }

    fn place(&self, offset: usize) -> String {
        format!("{}:{}", shown(&self.path), raw::line_of(&self.text, offset))
    }

    fn layer(&self, sources: &Sources<'_>) -> Layer {
        self.with_whole_paths(self.raw.layer(|offset| self.place(offset)), sources)
    }

    /// Paths in a file begin at the file's directory, or with `~/` at the home directory.
    fn with_whole_paths(&self, mut layer: Layer, sources: &Sources<'_>) -> Layer {
        let home = (sources.environment)("HOME").map(PathBuf::from);
        let directory = self.path.parent().unwrap_or(Path::new(""));
        for key in ["ca_file", "password_file"] {
            let Some((text, origin)) = layer.text(key) else { continue };
            let whole = match (text.strip_prefix("~/"), &home) {
                (Some(rest), Some(home)) => home.join(rest),
                _ => directory.join(&text),
            };
            if let Some(whole) = whole.to_str() {
                layer.put(key, whole, &origin);
            }
        }
        layer
    }
}

/// What a profile may be called.
const PROFILE_NAMES: &str = "a profile name has lower case letters, digits, - and _ only, such as prod-eu";

fn is_profile_name(name: &str) -> bool {
    let legal = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
    !name.is_empty() && name.bytes().all(legal)
}

/// The profile asked for, and by which means.
fn chosen_profile(sources: &Sources<'_>) -> Result<Option<(String, &'static str)>, ConfigError> {
    let chosen = match &sources.profile {
        Some(name) => Some((name.clone(), "--profile")),
        None => text_variable(sources, "CCKM_PROFILE")?.map(|name| (name, "CCKM_PROFILE")),
    };
    match chosen {
        Some((name, origin)) if !is_profile_name(&name) => Err(ConfigError::new(origin, PROFILE_NAMES)),
        chosen => Ok(chosen),
    }
}

fn file_profile(
    file: Option<&File>,
    name: &str,
    origin: &str,
    sources: &Sources<'_>,
) -> Result<Layer, ConfigError> {
    let Some(file) = file else {
        let usual = sources.usual_file.as_deref().map(shown).unwrap_or_default();
        return Err(ConfigError::new(
            origin,
            format!("there is no profile `{name}`, because there is no file {usual}"),
        ));
    };
    if let Some(profile) = file.raw.profiles.get(name) {
        return Ok(file.with_whole_paths(profile.layer(|offset| file.place(offset)), sources));
    }
    let known = || file.raw.profiles.keys().map(String::as_str);
    let hint = match raw::nearest(name, known()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if file.raw.profiles.is_empty() => "it has no [profiles.<name>] table".to_owned(),
        None => format!("it has {}", known().collect::<Vec<_>>().join(", ")),
    };
    Err(ConfigError::new(origin, format!("no profile `{name}` in {}; {hint}", shown(&file.path))))
}

/// The password's source: the environment's, else the profile's, else the file's.
///
/// Sources are not merged key by key: a profile's `password_file` replaces a `password_command` above it.
fn password(
    sources: &Sources<'_>,
    file: Option<&File>,
    layers: &[Layer],
) -> Result<PasswordSource, ConfigError> {
    let text = text_variable(sources, "CCKM_PASSWORD")?;
    let path = (sources.environment)("CCKM_PASSWORD_FILE").filter(|path| !path.is_empty());
    let command = text_variable(sources, "CCKM_PASSWORD_COMMAND")?;
    match (text, path, command) {
        (None, None, None) => {}
        (Some(text), None, None) => return Ok(PasswordSource::Given(Password::new(text))),
        (None, Some(path), None) => return Ok(PasswordSource::File(path.into())),
        (None, None, Some(command)) => return command_of(&command, "CCKM_PASSWORD_COMMAND"),
        _ => {
            let place = "CCKM_PASSWORD, CCKM_PASSWORD_FILE, CCKM_PASSWORD_COMMAND";
            return Err(ConfigError::new(place, "set only one of them"));
        }
    }
    for layer in layers.iter().rev() {
        match (layer.text("password_file"), layer.text("password_command")) {
            (None, None) => {}
            (Some((path, _)), None) => return Ok(PasswordSource::File(path.into())),
            (None, Some((_, origin))) if file.is_some_and(|file| file.is_writable_by_others) => {
                let reason = "not run, because others can write this file: chmod go-w and own it";
                return Err(ConfigError::new(origin, reason));
            }
            (None, Some((command, origin))) => return command_of(&command, &origin),
            (Some(_), Some((_, origin))) => {
                return Err(ConfigError::new(origin, "give either this or `password_file`"));
            }
        }
    }
    Ok(PasswordSource::AskLater)
}

fn command_of(command: &str, origin: &str) -> Result<PasswordSource, ConfigError> {
    let words = shlex::split(command).filter(|words| !words.is_empty());
    let words = words.ok_or_else(|| {
        ConfigError::new(origin, "expected a command with its arguments, quotes closed; no shell runs it")
    })?;
    Ok(PasswordSource::Command(words))
}

/// The value of a variable that is set to something.
fn text_variable(sources: &Sources<'_>, name: &str) -> Result<Option<String>, ConfigError> {
    let value = (sources.environment)(name).filter(|value| !value.is_empty());
    match value.map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(ConfigError::new(name, "not UTF-8 text")),
    }
}

fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests;
