//! A destination and the configuration to a client: at the start, and whenever another place is asked for.
//!
//! The file is read again each time, so edits count. What flags and environment say of a server or an account
//! was said of the place the program was started for, and holds there only: a password given for one server is
//! never offered to another.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use color_eyre::eyre::Report;
use futures_util::future::{BoxFuture, FutureExt as _};
use url::Url;

use super::{config_directory, state_directory};
use crate::api::{
    ClientCertificate, ClientError, Credentials, Limits, Proxy, Reader, Route, Server, Trust, Writer, address,
};
use crate::app::change::{Names, Rules};
use crate::app::remembered::Remembered;
use crate::app::{Badge, ConnectFailure, Destination, Effective, Profile, Settings};
use crate::cli::Given;
use crate::config::{Config, ConfigError, FILE_NAME, ProxyChoice, Setting, Sources};
use crate::domain::{Fingerprint, Pin, day};
use crate::memory::Memory;
use crate::runtime::client::Access;
use crate::runtime::clock;
use crate::runtime::connector::{Connect, Connected, Trusted};
use crate::text::Untrusted;
use crate::trust::{Kept, Store, TrustError};

/// The settings that hold wherever one goes, by flag or variable: they are about this run, not about a place.
const OF_THE_RUN: [&str; 8] =
    ["read_only", "color", "theme", "ascii", "low_bandwidth", "mouse", "clipboard", "log_level"];

/// The prefixes of all variables that are settings.
const PREFIXES: [&str; 2] = ["CCKM_", "KSCTL_"];

/// Where settings come from, for every destination of this run.
#[derive(Clone, Debug)]
pub(super) struct Configured {
    flags: Vec<(&'static str, String)>,
    /// Whether the first password comes over standard input.
    password_stdin: bool,
    /// The profile the program was started with.
    profile: Option<String>,
    file: Option<PathBuf>,
    usual_file: Option<PathBuf>,
    pub(super) store: Arc<Store>,
}

impl Configured {
    /// As the command line says.
    pub(super) fn new(given: &Given, password_stdin: bool) -> Self {
        Self {
            flags: given.settings(),
            password_stdin,
            profile: given.place.profile.clone(),
            file: given.place.config.clone(),
            usual_file: config_directory().map(|directory| directory.join(FILE_NAME)),
            store: Arc::new(Store::new(state_directory())),
        }
    }

    /// The settings the program starts with.
    pub(super) fn first(&self) -> Result<Config, ConfigError> {
        self.load(self.flags.clone(), self.profile.clone(), self.password_stdin, &|name| {
            std::env::var_os(name)
        })
    }

    /// Where the program started.
    fn start(&self) -> Option<String> {
        let named = || std::env::var_os("CCKM_PROFILE").and_then(|name| name.into_string().ok());
        self.profile.clone().or_else(named).filter(|name| !name.is_empty())
    }

    /// The settings of a destination.
    fn of(&self, to: &Destination) -> Result<Config, ConfigError> {
        let mut config = if to.profile == self.start() {
            // What came over standard input was read once.
            Self { password_stdin: false, ..self.clone() }.first()?
        } else {
            let mut flags = self.flags.clone();
            flags.retain(|(key, _)| OF_THE_RUN.contains(key));
            self.load(flags, to.profile.clone(), false, &of_the_run)?
        };
        if let Some(domain) = &to.domain {
            config.domain = Some(domain.clone()).filter(|domain| !domain.is_empty());
        }
        if let Some(user) = &to.user {
            // Typed as a whole: whose name has no identity source is a local account.
            let (source, name) =
                user.split_once('|').map_or((None, user.as_str()), |(source, name)| (Some(source), name));
            (config.connection, config.username) = (source.map(str::to_owned), Some(name.to_owned()));
        }
        Ok(config)
    }

    /// Every destination that the configuration knows, the one without a profile first where it leads anywhere.
    fn all(&self) -> Result<Vec<Profile>, ConfigError> {
        let mut flags = self.flags.clone();
        flags.retain(|(key, _)| OF_THE_RUN.contains(key));
        let names = self.load(flags, None, false, &of_the_run)?.profiles;
        let look = |to: Destination| {
            let settings =
                self.of(&to).and_then(|config| settings(&config, to.clone(), to.profile != self.start()));
            Profile { to, settings: settings.map_err(refused) }
        };
        let unnamed = Some(look(Destination::default())).filter(|profile| profile.settings.is_ok());
        Ok(unnamed
            .into_iter()
            .chain(names.into_iter().map(|name| look(Destination::profile(name))))
            .collect())
    }

    fn load(
        &self,
        flags: Vec<(&'static str, String)>,
        profile: Option<String>,
        password_stdin: bool,
        environment: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Config, ConfigError> {
        let (file, usual_file) = (self.file.clone(), self.usual_file.clone());
        Config::load(&Sources { flags, profile, password_stdin, file, usual_file, environment })
    }
}

/// The environment without what was said of one place.
fn of_the_run(name: &str) -> Option<OsString> {
    let is_setting = PREFIXES.iter().any(|prefix| name.starts_with(prefix));
    let holds = |key: &&str| name.strip_prefix("CCKM_").is_some_and(|rest| rest.eq_ignore_ascii_case(key));
    (!is_setting || OF_THE_RUN.iter().any(holds)).then(|| std::env::var_os(name)).flatten()
}

impl Connect for Configured {
    fn connect(&self, to: Destination) -> BoxFuture<'static, Result<Connected, ConnectFailure>> {
        let from_inside = to.profile != self.start();
        let (this, destination) = (self.clone(), to.clone());
        async move {
            let store = Arc::clone(&this.store);
            let config = tokio::task::spawn_blocking(move || this.of(&to));
            let config = config.await.map_err(refused)?.map_err(refused)?;
            connected(&config, destination, from_inside, &store).await.map_err(refused)
        }
        .boxed()
    }

    fn settings(&self, to: Destination) -> BoxFuture<'static, Result<Settings, ConnectFailure>> {
        let from_inside = to.profile != self.start();
        let this = self.clone();
        async move {
            let read = tokio::task::spawn_blocking(move || {
                let config = this.of(&to)?;
                settings(&config, to, from_inside)
            });
            read.await.map_err(refused)?.map_err(refused)
        }
        .boxed()
    }

    fn profiles(&self) -> BoxFuture<'static, Result<Vec<Profile>, ConnectFailure>> {
        let this = self.clone();
        async move {
            let read = tokio::task::spawn_blocking(move || this.all());
            read.await.map_err(refused)?.map_err(refused)
        }
        .boxed()
    }

    fn trust(&self, address: Untrusted, fingerprint: Fingerprint) -> BoxFuture<'static, Trusted> {
        let (store, today) = (Arc::clone(&self.store), day(clock::wall()));
        let pin = Pin { fingerprint, since: Some(today) };
        async move {
            let kept =
                tokio::task::spawn_blocking(move || store.trust(address.as_sent(), fingerprint, today));
            let stored = match kept.await {
                Ok(Kept::Stored) => Ok(()),
                Ok(Kept::ForThisRun(why)) => Err(why.to_string().into()),
                Err(lost) => Err(lost.to_string().into()),
            };
            Trusted { pin, stored }
        }
        .boxed()
    }
}

fn refused(error: impl Into<Report>) -> ConnectFailure {
    ConnectFailure { reason: format!("{:#}", error.into()).into() }
}

/// A client as the settings say, and what the core needs to know of it.
pub(super) async fn connected(
    config: &Config,
    destination: Destination,
    from_inside: bool,
    store: &Store,
) -> Result<Connected, Report> {
    let password = config.password.read().await?;
    let (url, user) = config.target()?;
    let certificate = certificate(config);
    let password_known = password.is_some() || certificate.is_some();
    let settings = Settings { password_known, ..settings(config, destination, from_inside)? };
    let settings = with_memory(settings).await;
    let credentials = Credentials {
        password,
        domain: config.domain.clone(),
        auth_domain: config.auth_domain.clone(),
        connection: config.connection.clone(),
        keep_password: config.keep_password,
        certificate,
        ..Credentials::new(user)
    };
    let limits = Limits {
        read: config.timeout,
        sign_in: config.timeout,
        write: config.change_timeout,
        external: config.change_timeout,
        ..Limits::default()
    };
    let (server, proxy) = server(config, url, store)?;
    Ok(client(proxy, server, credentials, limits, settings)?)
}

/// The settings with what is remembered of the list there.
async fn with_memory(mut settings: Settings) -> Settings {
    let Some(memory) = memory() else { return settings };
    let profile = settings.destination.profile.clone();
    let read = tokio::task::spawn_blocking(move || memory.read(profile.as_deref()));
    match read.await.unwrap_or_else(|lost| Err(lost.to_string())) {
        Ok(remembered) => settings.memory = Some(remembered),
        Err(why) => {
            settings.memory = Some(Remembered::default());
            settings.warnings.push(why);
        }
    }
    settings
}

/// Where it is remembered how lists were shown.
pub(super) fn memory() -> Option<Memory> {
    state_directory().map(Memory::new)
}

/// What holds at a destination, as far as it can be told without its password. `from_inside`: it is not the one
/// that the program was started for.
fn settings(config: &Config, destination: Destination, from_inside: bool) -> Result<Settings, ConfigError> {
    let (url, user) = config.target()?;
    let badge = config.profile.as_deref().map_or(Badge::Unnamed, |name| Badge::Profile(name.into()));
    let name = config.profile.clone().or_else(|| url.host_str().map(str::to_owned)).unwrap_or_default();
    let ca_file = config.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
    Ok(Settings {
        effective: effective(config, &destination, from_inside),
        destination,
        badge,
        badge_word: config.badge.as_deref().unwrap_or_default().into(),
        badge_role: config.badge_color.role(),
        theme: super::looks::theme(config),
        read_only: config.read_only,
        server: url.as_str().trim_end_matches('/').into(),
        domain: config.domain.as_deref().unwrap_or_default().into(),
        user: account(config.connection.as_deref(), user).into(),
        password_known: false,
        keep_password: config.keep_password,
        refresh_every: config.refresh_every,
        ca_file: ca_file.unwrap_or_default().into(),
        warnings: config.warnings.iter().map(ToString::to_string).collect(),
        bulk: config.plans.bulk(),
        memory: None,
        views: config.views.clone(),
        rules: Rules {
            reason_required: config.reason_required,
            confirm_by_name: config.protected.then(|| name.into()),
            denied: Names::parse(config.denied_organizations.as_deref().unwrap_or_default()),
            guarded: Names::parse(config.guarded_organizations.as_deref().unwrap_or_default()),
        },
    })
}

/// The settings to be shown; those that were chosen with the destination say so.
fn effective(config: &Config, to: &Destination, from_inside: bool) -> Vec<Effective> {
    let chosen = |key: &str| match key {
        "profile" => from_inside,
        "domain" => to.domain.is_some(),
        "username" => to.user.is_some(),
        _ => false,
    };
    let row = |Setting { key, value, origin }| {
        let origin = if chosen(key) { "chosen here".to_owned() } else { origin };
        Effective { key, value: value.into(), origin: origin.into() }
    };
    config.effective().into_iter().map(row).collect()
}

/// The certificate to sign in with; settings have both files or none.
fn certificate(config: &Config) -> Option<ClientCertificate> {
    let (certificate, key) = (config.client_certificate.clone()?, config.client_key.clone()?);
    Some(ClientCertificate { certificate, key })
}

/// An account as it is typed: `connection|user` where the identity source is not the server itself.
fn account(source: Option<&str>, user: &str) -> String {
    source.map_or_else(|| user.to_owned(), |source| format!("{source}|{user}"))
}

/// The server at `url`, why it will be believed, and what stands in between.
pub(super) fn server(config: &Config, url: &Url, store: &Store) -> Result<(Server, Option<Proxy>), Report> {
    let trust = trust(config, url, store)?;
    let environment = |name: &str| std::env::var(name).ok();
    let route = match &config.proxy {
        ProxyChoice::Environment => Route::Environment,
        ProxyChoice::Off => Route::Direct,
        ProxyChoice::At(url) => Route::Through(url.clone()),
    };
    let proxy = Proxy::before(url, &route, config.no_proxy.as_deref(), &environment)?;
    Ok((Server { base: url.clone(), trust }, proxy))
}

/// A given pin before a stored one, and that before all authorities. Pins that cannot be read are no reason to
/// believe an authority: whoever broke the file may be the one who has a certificate of it.
fn trust(config: &Config, url: &Url, store: &Store) -> Result<Trust, TrustError> {
    if let Some(fingerprint) = config.pin {
        return Ok(Trust::Pinned(Pin { fingerprint, since: None }));
    }
    let stored = if url.scheme() == "https" { store.find(&address(url))? } else { None };
    let authorities = || config.ca_file.clone().map_or(Trust::System, Trust::CaFile);
    Ok(stored.map_or_else(authorities, Trust::Pinned))
}

/// A client that may do what its settings say.
pub(super) fn client(
    proxy: Option<Proxy>,
    server: Server,
    credentials: Credentials,
    limits: Limits,
    settings: Settings,
) -> Result<Connected, ClientError> {
    let reader = Reader::through(proxy, server, credentials, limits)?;
    let access =
        if settings.read_only { Access::ReadOnly(reader) } else { Access::ReadWrite(Writer::new(reader)) };
    Ok(Connected { access, settings })
}
