//! The settings as they are in effect, each with where it came from: what `config show` prints.

use super::keys::KEYS;
use super::{Config, PasswordSource};

/// A setting in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key of the file.
    pub key: &'static str,
    /// What holds; empty when there is nothing. Never a secret.
    pub value: String,
    /// Flag, variable, file with line, or `default`.
    pub origin: String,
}

impl Config {
    /// Every setting with its value and where it came from, in the order of the example file. A password is
    /// never among them: the row `password` says where it comes from.
    pub fn effective(&self) -> Vec<Setting> {
        let keys = KEYS.iter().filter(|key| !key.form.is_table() && !key.name.starts_with("password"));
        let mut rows = vec![self.row("profile", self.profile.clone().unwrap_or_default())];
        rows.extend(keys.map(|key| self.row(key.name, self.value(key.name))));
        rows.push(self.row("password", self.password.to_string()));
        rows
    }

    fn row(&self, key: &'static str, value: String) -> Setting {
        let origin = self.origins.get(key).cloned().unwrap_or_else(|| "default".to_owned());
        Setting { key, value, origin }
    }

    fn value(&self, key: &str) -> String {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let path = |path: &Option<std::path::PathBuf>| {
            path.as_ref().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default()
        };
        match key {
            "url" => {
                self.url.as_ref().map(|url| url.as_str().trim_end_matches('/').to_owned()).unwrap_or_default()
            }
            "username" => text(&self.username),
            "connection" => text(&self.connection),
            "domain" => text(&self.domain),
            "auth_domain" => text(&self.auth_domain),
            "ca_file" => path(&self.ca_file),
            "pin" => self.pin.map(|pin| pin.to_string()).unwrap_or_default(),
            "client_certificate" => path(&self.client_certificate),
            "client_key" => path(&self.client_key),
            "proxy" => self.proxy.to_string(),
            "no_proxy" => text(&self.no_proxy),
            "read_only" => self.read_only.to_string(),
            "protected" => self.protected.to_string(),
            "reason_required" => self.reason_required.to_string(),
            "denied_organizations" => text(&self.denied_organizations),
            "guarded_organizations" => text(&self.guarded_organizations),
            "plan_concurrency" => self.plans.concurrency.to_string(),
            "plan_stop_after" => self.plans.stop_after.to_string(),
            "plan_minutes" => self.plans.minutes.to_string(),
            "plan_maximum_rows" => self.plans.maximum_rows.to_string(),
            "badge" => text(&self.badge),
            "badge_color" => self.badge_color.name().to_owned(),
            "theme" => self.theme.clone(),
            "timeout_seconds" => self.timeout.as_secs().to_string(),
            "change_timeout_seconds" => self.change_timeout.as_secs().to_string(),
            "refresh_seconds" => self.refresh_every.map_or(0, |every| every.as_secs()).to_string(),
            "keep_password" => self.keep_password.to_string(),
            "color" => self.color.name().to_owned(),
            "ascii" => self.ascii.name().to_owned(),
            "low_bandwidth" => self.low_bandwidth.name().to_owned(),
            "mouse" => self.mouse.to_string(),
            "clipboard" => self.clipboard.name().to_owned(),
            "log_level" => self.log_level.to_string().to_lowercase(),
            "export_directory" => path(&self.export_directory),
            _ => String::new(),
        }
    }
}

/// Where a password comes from, in words; arguments of a command are left out, since one may be a secret.
impl std::fmt::Display for PasswordSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AskLater => f.write_str("asked for"),
            Self::Given(_) => f.write_str("(hidden)"),
            Self::StandardInput => f.write_str("the line on standard input"),
            Self::File(path) => write!(f, "first line of {}", path.display()),
            Self::Command(words) => {
                let program = words.first().map(String::as_str).unwrap_or_default();
                write!(f, "first line that {program} prints")
            }
        }
    }
}
