//! Texts made values: every setting checked, every mistake kept.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use tracing::level_filters::LevelFilter;

use super::choices::{AutoSwitch, BadgeColor, ClipboardChoice, ColorChoice, Plans, ProxyChoice};
use super::error::Mistake;
use super::keys::{Form, Key};
use super::layer::Layer;
use super::{Config, PasswordSource};
use crate::api::base_url;
use crate::domain::Fingerprint;
use crate::text::escape;
use crate::theme;

/// Most characters of a badge.
pub(super) const LONGEST_BADGE: usize = 16;

/// The settings of these values, and what is wrong with them. A wrong value leaves the default.
pub(super) fn config(values: &Layer) -> (Config, Vec<Mistake>) {
    let mut reading = Reading { values, origins: BTreeMap::new(), mistakes: Vec::new() };
    let defaults = Config::default();
    let (connection, username) = reading.user();
    let mut config = Config {
        profile: None,
        url: reading.take("url", |text| base_url(text).map_err(|error| error.to_string())),
        username,
        connection,
        domain: reading.text("domain"),
        auth_domain: reading.text("auth_domain"),
        ca_file: reading.path("ca_file"),
        pin: reading.take("pin", |text| Fingerprint::parse(text).map_err(|error| error.to_string())),
        client_certificate: reading.path("client_certificate"),
        client_key: reading.path("client_key"),
        proxy: reading
            .take("proxy", |text| ProxyChoice::parse(text).map_err(|error| error.to_string()))
            .unwrap_or_default(),
        no_proxy: reading.text("no_proxy"),
        read_only: reading.switch("read_only", defaults.read_only),
        protected: reading.switch("protected", defaults.protected),
        reason_required: reading.switch("reason_required", defaults.reason_required),
        denied_organizations: reading.text("denied_organizations"),
        guarded_organizations: reading.text("guarded_organizations"),
        plans: Plans {
            concurrency: reading.number("plan_concurrency").unwrap_or(defaults.plans.concurrency),
            stop_after: reading.number("plan_stop_after").unwrap_or(defaults.plans.stop_after),
            minutes: reading.number("plan_minutes").unwrap_or(defaults.plans.minutes),
            maximum_rows: reading.number("plan_maximum_rows").unwrap_or(defaults.plans.maximum_rows),
        },
        badge: reading.expected("badge", |text| is_badge(text).then(|| text.to_owned())),
        badge_color: reading.expected("badge_color", BadgeColor::named).unwrap_or_default(),
        theme: reading
            .take("theme", |text| {
                let known = theme::NAMES.iter().find(|name| **name == text);
                let known = known.ok_or_else(|| format!("expected one of {}", theme::NAMES.join(", ")));
                known.map(|name| (*name).to_owned())
            })
            .unwrap_or(defaults.theme),
        timeout: match reading.number("timeout_seconds") {
            Some(seconds) => Duration::from_secs(seconds),
            None => defaults.timeout,
        },
        change_timeout: match reading.number("change_timeout_seconds") {
            Some(seconds) => Duration::from_secs(seconds),
            None => defaults.change_timeout,
        },
        refresh_every: match reading.number("refresh_seconds") {
            Some(seconds) => (seconds > 0).then(|| Duration::from_secs(seconds)),
            None => defaults.refresh_every,
        },
        keep_password: reading.switch("keep_password", defaults.keep_password),
        color: reading.expected("color", ColorChoice::named).unwrap_or_default(),
        ascii: reading.auto_switch("ascii"),
        low_bandwidth: reading.auto_switch("low_bandwidth"),
        mouse: reading.switch("mouse", defaults.mouse),
        clipboard: reading.expected("clipboard", ClipboardChoice::named).unwrap_or_default(),
        log_level: reading
            .expected("log_level", |text| {
                text.parse().ok().filter(|_: &LevelFilter| is_choice("log_level", text))
            })
            .unwrap_or(defaults.log_level),
        export_directory: reading.path("export_directory"),
        password: PasswordSource::AskLater,
        profiles: Vec::new(),
        views: Vec::new(),
        warnings: Vec::new(),
        origins: BTreeMap::new(),
    };
    if config.client_certificate.is_some() != config.client_key.is_some() {
        reading.half_a_certificate();
    }
    config.origins = reading.origins;
    (config, reading.mistakes)
}

/// Where a value was written, from the place that messages about it name: without the key.
pub(super) fn origin(place: &str) -> String {
    place.rsplit_once(": key `").map_or(place, |(origin, _)| origin).to_owned()
}

/// Values on their way to be settings.
struct Reading<'a> {
    values: &'a Layer,
    origins: BTreeMap<&'static str, String>,
    mistakes: Vec<Mistake>,
}

impl Reading<'_> {
    /// The value of a key, if it has one and `read` accepts it.
    fn take<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let (text, place) = self.values.text(key)?;
        match read(&text) {
            Ok(value) => {
                self.origins.insert(key, origin(&place));
                Some(value)
            }
            Err(reason) => {
                self.mistakes.push(Mistake::new(place, reason));
                None
            }
        }
    }

    /// The same, where the table of the keys has the words for what was expected.
    fn expected<T>(&mut self, key: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let expectation = || Key::named(key).map(Key::expectation).unwrap_or_default();
        self.take(key, |text| read(text).ok_or_else(expectation))
    }

    /// An empty text takes back what a wider setting says.
    fn text(&mut self, key: &'static str) -> Option<String> {
        self.take(key, |text| Ok(text.to_owned())).filter(|text| !text.is_empty())
    }

    fn path(&mut self, key: &'static str) -> Option<PathBuf> {
        self.text(key).map(PathBuf::from)
    }

    fn switch(&mut self, key: &'static str, default: bool) -> bool {
        let read = |text: &str| match text {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        };
        self.expected(key, read).unwrap_or(default)
    }

    fn auto_switch(&mut self, key: &'static str) -> AutoSwitch {
        let read = |text: &str| match text {
            "auto" => Some(AutoSwitch::Auto),
            "true" | "1" => Some(AutoSwitch::On),
            "false" | "0" => Some(AutoSwitch::Off),
            _ => None,
        };
        self.expected(key, read).unwrap_or_default()
    }

    fn number(&mut self, key: &'static str) -> Option<u64> {
        let (least, most) = match Key::named(key).map(|key| key.form) {
            Some(Form::Number(least, most)) => (least, most),
            _ => (0, u64::MAX),
        };
        self.expected(key, |text| text.parse().ok().filter(|number| (least..=most).contains(number)))
    }

    /// Identity source and user; `connection|user` as a user name gives both.
    fn user(&mut self) -> (Option<String>, Option<String>) {
        let connection = self.text("connection");
        let whole = self.take("username", |text| match text.rsplit('|').next() {
            None | Some("") => Err("expected a user name, found an empty text".to_owned()),
            Some(_) => Ok(text.to_owned()),
        });
        let Some(whole) = whole else { return (connection, None) };
        let Some((named, user)) = whole.split_once('|').filter(|(named, _)| !named.is_empty()) else {
            return (connection, Some(whole));
        };
        if connection.as_deref().is_some_and(|connection| connection != named) {
            let place = self.values.text("username").map(|(_, place)| place).unwrap_or_default();
            let reason = "names another identity source than the key `connection`: give one of them";
            self.mistakes.push(Mistake::new(place, reason));
        }
        if let Some(origin) = self.origins.get("username").cloned() {
            self.origins.insert("connection", origin);
        }
        (Some(named.to_owned()), Some(user.to_owned()))
    }

    fn half_a_certificate(&mut self) {
        for (given, missing) in [("client_certificate", "client_key"), ("client_key", "client_certificate")] {
            if let Some((_, place)) = self.values.text(given).filter(|(text, _)| !text.is_empty()) {
                self.mistakes.push(Mistake::new(place, format!("needs `{missing}` too")));
            }
        }
    }
}

fn is_choice(key: &str, text: &str) -> bool {
    matches!(Key::named(key).map(|key| key.form), Some(Form::Choice(choices)) if choices.contains(&text))
}

/// Short enough to stand on every screen, and nothing that would be escaped there.
fn is_badge(text: &str) -> bool {
    (1..=LONGEST_BADGE).contains(&text.chars().count()) && !text.trim().is_empty() && escape(text) == text
}
