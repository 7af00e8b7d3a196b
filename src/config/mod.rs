//! Settings from the command line, the environment and the file: typed, validated, or refused by name.
//!
//! A value is taken from the first of: flag, environment, profile in the file, file, what `ksctl` would use,
//! default. Errors name the file with its line (or the flag, or the variable), the key, and what was expected;
//! they never repeat a value that could be a secret.

mod check;
mod choices;
mod effective;
mod error;
mod file;
mod keys;
mod ksctl;
mod layer;
mod raw;
mod schema;
mod secret;
mod typed;
mod views;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tracing::level_filters::LevelFilter;
use url::Url;

pub use self::check::check;
pub use self::choices::{
    AutoSwitch, BadgeColor, ClipboardChoice, ColorChoice, Plans, ProxyChoice, ProxyError,
};
pub use self::effective::Setting;
pub use self::error::{ConfigError, Mistake};
use self::file::File;
use self::keys::KEYS;
use self::ksctl::Ksctl;
use self::layer::Layer;
pub use self::schema::schema;
pub use self::secret::{PasswordSource, SecretError};
use crate::app::SavedView;
use crate::domain::Fingerprint;
use crate::text::escape;

/// Name of the file in its directory.
pub const FILE_NAME: &str = "config.toml";

/// The settings of one run.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a file")]
pub struct Config {
    /// Name of the chosen profile.
    pub profile: Option<String>,
    /// The server; without one there is nothing to show.
    pub url: Option<Url>,
    /// Who signs in, without the identity source.
    pub username: Option<String>,
    /// The identity source of the user, such as an LDAP connection; none is a local account.
    pub connection: Option<String>,
    /// The domain to sign in to; none is the root domain.
    pub domain: Option<String>,
    /// The domain in which the account was created; none is the root domain.
    pub auth_domain: Option<String>,
    /// Certificates to trust besides those of the system.
    pub ca_file: Option<PathBuf>,
    /// The one certificate that the server may show.
    pub pin: Option<Fingerprint>,
    /// A certificate to sign in with; there is a [`client_key`](Self::client_key) when there is one.
    pub client_certificate: Option<PathBuf>,
    /// The private key of that certificate.
    pub client_key: Option<PathBuf>,
    /// The proxy before the server.
    pub proxy: ProxyChoice,
    /// Hosts that are reached without the proxy, with commas between them; none is what `NO_PROXY` says.
    pub no_proxy: Option<String>,
    /// Whether changes are refused.
    pub read_only: bool,
    /// Whether a change is confirmed by typing the profile's name.
    pub protected: bool,
    /// Whether a change needs a reason or a ticket.
    pub reason_required: bool,
    /// Patterns of the organizations that are never changed, with commas between them.
    pub denied_organizations: Option<String>,
    /// Patterns of those whose change is confirmed by typing their name.
    pub guarded_organizations: Option<String>,
    /// How plans are made and applied.
    pub plans: Plans,
    /// A word that stands on every screen: 1 to 16 characters, none that would be escaped.
    pub badge: Option<String>,
    /// The colour of the badge.
    pub badge_color: BadgeColor,
    /// One of [`theme::NAMES`](crate::theme::NAMES).
    pub theme: String,
    /// How long a reading or a sign-in may take, repetitions included.
    pub timeout: Duration,
    /// How long the answer to a change is waited for.
    pub change_timeout: Duration,
    /// Time between automatic refreshes.
    pub refresh_every: Option<Duration>,
    /// Whether an accepted password is kept in memory, to sign in again without a question.
    pub keep_password: bool,
    /// Colours.
    pub color: ColorChoice,
    /// Whether nothing but ASCII is shown; by itself where the locale is not UTF-8.
    pub ascii: AutoSwitch,
    /// Whether as little as possible is drawn; by itself where the line is slow.
    pub low_bandwidth: AutoSwitch,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Where copied text goes.
    pub clipboard: ClipboardChoice,
    /// What is logged of this program's own events.
    pub log_level: LevelFilter,
    /// Where exported files go; none is where the program was started.
    pub export_directory: Option<PathBuf>,
    /// Where the password comes from.
    pub password: PasswordSource,
    /// Names of the profiles in the file.
    pub profiles: Vec<String>,
    /// The saved views in the file.
    pub views: Vec<SavedView>,
    /// What was set and is not followed, for the operator to know.
    pub warnings: Vec<Mistake>,
    /// Where the values were written that are no defaults, by key.
    origins: BTreeMap<&'static str, String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            profile: None,
            url: None,
            username: None,
            connection: None,
            domain: None,
            auth_domain: None,
            ca_file: None,
            pin: None,
            client_certificate: None,
            client_key: None,
            proxy: ProxyChoice::Environment,
            no_proxy: None,
            read_only: false,
            protected: false,
            reason_required: false,
            denied_organizations: None,
            guarded_organizations: None,
            plans: Plans::default(),
            badge: None,
            badge_color: BadgeColor::Plain,
            theme: "auto".to_owned(),
            timeout: Duration::from_secs(30),
            change_timeout: Duration::from_mins(2),
            refresh_every: Some(Duration::from_secs(30)),
            keep_password: true,
            color: ColorChoice::Auto,
            ascii: AutoSwitch::Auto,
            low_bandwidth: AutoSwitch::Auto,
            mouse: false,
            clipboard: ClipboardChoice::Osc52,
            log_level: LevelFilter::INFO,
            export_directory: None,
            password: PasswordSource::AskLater,
            profiles: Vec::new(),
            views: Vec::new(),
            warnings: Vec::new(),
            origins: BTreeMap::new(),
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
    /// Whether standard input gives the password.
    pub password_stdin: bool,
    /// File named on the command line: it must exist.
    pub file: Option<PathBuf>,
    /// The usual place of the file, which may be empty; none when there is no home directory.
    pub usual_file: Option<PathBuf>,
    /// Looks up a variable.
    pub environment: &'a dyn Fn(&str) -> Option<OsString>,
}

impl Sources<'_> {
    fn home(&self) -> Option<PathBuf> {
        (self.environment)("HOME").filter(|home| !home.is_empty()).map(PathBuf::from)
    }
}

impl Config {
    /// The settings that `sources` give together.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] names every mistake in what was read.
    pub fn load(sources: &Sources<'_>) -> Result<Self, ConfigError> {
        let mut file = File::find(sources)?;
        let profile = chosen_profile(sources)?;
        let mut mistakes = file.as_mut().map(|file| std::mem::take(&mut file.mistakes)).unwrap_or_default();
        let ksctl = Ksctl::read(sources);
        let mut layers = vec![ksctl.layer()];
        layers.extend(file.as_ref().map(File::layer));
        if let Some((name, origin)) = &profile {
            match file_profile(file.as_ref(), name, sources) {
                Ok(layer) => layers.push(layer),
                // A file with mistakes is not asked for more.
                Err(reason) if mistakes.is_empty() => mistakes.push(Mistake::new(*origin, reason)),
                Err(_) => {}
            }
        }
        layers.push(environment(sources, &mut mistakes));
        layers.push(flags(sources));

        let password = secret::source(&layers, file.as_ref(), &mut mistakes);
        let values =
            Layer::merged(layers).map_err(|error| ConfigError::new("settings", error.to_string()))?;
        let (mut config, wrong) = typed::config(&values);
        mistakes.extend(wrong);
        ConfigError::unless_empty(mistakes)?;
        if let Some((source, place)) = password {
            config.password = source;
            config.origins.insert("password", typed::origin(&place));
        }
        if let Some((name, origin)) = profile {
            config.profile = Some(name);
            config.origins.insert("profile", origin.to_owned());
        }
        ksctl.complete(&mut config);
        config.views = file.as_ref().map(|file| file.views().to_vec()).unwrap_or_default();
        config.profiles = file.map(|file| file.profiles().map(str::to_owned).collect()).unwrap_or_default();
        Ok(config)
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
}

/// The profile asked for, and by which means.
fn chosen_profile(sources: &Sources<'_>) -> Result<Option<(String, &'static str)>, ConfigError> {
    let chosen = match &sources.profile {
        Some(name) => Some((name.clone(), "--profile")),
        None => text_variable(sources, "CCKM_PROFILE")?.map(|name| (name, "CCKM_PROFILE")),
    };
    match chosen {
        Some((name, origin)) if !raw::is_profile_name(&name) => {
            Err(ConfigError::new(origin, raw::PROFILE_NAMES))
        }
        chosen => Ok(chosen),
    }
}

/// The values of a profile, or why there are none.
fn file_profile(file: Option<&File>, name: &str, sources: &Sources<'_>) -> Result<Layer, String> {
    let Some(file) = file else {
        let usual = sources.usual_file.as_deref().map(shown).unwrap_or_default();
        return Err(format!("there is no profile `{name}`, because there is no file {usual}"));
    };
    file.profile(name).ok_or_else(|| file.no_profile(name))
}

/// Every key that is no table has a variable, and the password has one that is no key.
fn environment(sources: &Sources<'_>, mistakes: &mut Vec<Mistake>) -> Layer {
    let mut layer = Layer::default();
    let keys = KEYS.iter().filter(|key| !key.form.is_table());
    let variables = keys.map(|key| (key.name, key.variable()));
    for (key, variable) in variables.chain([("password", "CCKM_PASSWORD".to_owned())]) {
        match text_variable(sources, &variable) {
            Ok(Some(text)) => layer.put(key, text, &variable),
            Ok(None) => {}
            Err(mistake) => mistakes.push(mistake),
        }
    }
    layer
}

fn flags(sources: &Sources<'_>) -> Layer {
    let mut layer = Layer::default();
    for (key, value) in &sources.flags {
        layer.put(key, value.clone(), &format!("--{}", key.replace('_', "-")));
    }
    if sources.password_stdin {
        layer.put("password_stdin", "true".to_owned(), "--password-stdin");
    }
    layer
}

/// The value of a variable that is set to something.
fn text_variable(sources: &Sources<'_>, name: &str) -> Result<Option<String>, Mistake> {
    let value = (sources.environment)(name).filter(|value| !value.is_empty());
    match value.map(OsString::into_string) {
        None => Ok(None),
        Some(Ok(text)) => Ok(Some(text)),
        Some(Err(_)) => Err(Mistake::new(name, "not UTF-8 text")),
    }
}

fn shown(path: &Path) -> String {
    escape(&path.to_string_lossy()).into_owned()
}

#[cfg(test)]
mod tests;
