//! Settings with a few values.

use std::fmt;
use std::time::Duration;

use url::Url;

use crate::app::Bulk;
pub use crate::theme::ColorChoice;
use crate::theme::Role;

/// On, off, or as the program finds fit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AutoSwitch {
    /// As the program finds fit.
    #[default]
    Auto,
    /// On.
    On,
    /// Off.
    Off,
}

impl AutoSwitch {
    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::On => "true",
            Self::Off => "false",
        }
    }

    /// Whether it is on; none as the program finds fit.
    pub const fn asked(self) -> Option<bool> {
        match self {
            Self::Auto => None,
            Self::On => Some(true),
            Self::Off => Some(false),
        }
    }
}

/// Where copied text goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClipboardChoice {
    /// To the terminal, by OSC 52; into the file where it cannot take it.
    #[default]
    Osc52,
    /// Into the file.
    File,
    /// Nowhere.
    Off,
}

impl ClipboardChoice {
    /// The choice that is written `word`.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Osc52, Self::File, Self::Off].into_iter().find(|choice| choice.name() == word)
    }

    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Osc52 => "osc52",
            Self::File => "file",
            Self::Off => "off",
        }
    }
}

/// Which proxy stands before the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// What `HTTPS_PROXY` and its like say.
    #[default]
    Environment,
    /// None, whatever they say.
    Off,
    /// This one: `http`, `https`, `socks5` or `socks5h`, without user and password.
    At(Url),
}

/// Why a text names no proxy. The text is not repeated, because it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProxyError {
    /// No address of the kinds that are known.
    #[error(
        "expected \"none\", or the address of an http, https or socks5 proxy, such as http://proxy.example.com:3128"
    )]
    Form,
    /// `user:password@`.
    #[error(
        "the proxy address holds a user name or password, which others could read here: set HTTPS_PROXY instead"
    )]
    Credentials,
}

impl ProxyChoice {
    /// Reads `none` or an address; without a scheme it is `http`.
    ///
    /// # Errors
    ///
    /// [`ProxyError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, ProxyError> {
        if text == "none" {
            return Ok(Self::Off);
        }
        if text.contains('@') {
            return Err(ProxyError::Credentials);
        }
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        if text.is_empty() || text.contains(odd) {
            return Err(ProxyError::Form);
        }
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&whole).map_err(|_parse| ProxyError::Form)?;
        let is_known = ["http", "https", "socks5", "socks5h"].contains(&url.scheme());
        let is_bare = matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        if is_known && is_bare && has_host && url.port() != Some(0) {
            Ok(Self::At(url))
        } else {
            Err(ProxyError::Form)
        }
    }
}

impl fmt::Display for ProxyChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("as HTTPS_PROXY says"),
            Self::Off => f.write_str("none"),
            Self::At(url) => f.write_str(url.as_str().trim_end_matches('/')),
        }
    }
}

/// What a badge says of its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadgeColor {
    /// Nothing.
    #[default]
    Plain,
    /// A place where nothing can go wrong.
    Good,
    /// A place to look twice.
    Warning,
    /// A place where mistakes hurt.
    Bad,
}

impl BadgeColor {
    /// The colour that is written `word`.
    pub fn named(word: &str) -> Option<Self> {
        [Self::Plain, Self::Good, Self::Warning, Self::Bad].into_iter().find(|color| color.name() == word)
    }

    /// How it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warning => "warning",
            Self::Bad => "bad",
        }
    }

    /// The role whose looks the badge takes.
    pub const fn role(self) -> Role {
        match self {
            Self::Plain => Role::Badge,
            Self::Good => Role::Good,
            Self::Warning => Role::Warning,
            Self::Bad => Role::Bad,
        }
    }
}

/// How plans are made and applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plans {
    /// Most changes under way at a time.
    pub concurrency: u64,
    /// So many failures stop a plan.
    pub stop_after: u64,
    /// How long a plan holds.
    pub minutes: u64,
    /// Most changes in a plan; 0 is no limit.
    pub maximum_rows: u64,
}

/// As the core has it by itself.
impl Default for Plans {
    fn default() -> Self {
        Self { concurrency: 4, stop_after: 1, minutes: 15, maximum_rows: 0 }
    }
}

impl Plans {
    /// The same for the core.
    pub fn bulk(self) -> Bulk {
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        Bulk {
            concurrency: count(self.concurrency),
            stop_after: count(self.stop_after),
            valid_for: Duration::from_secs(self.minutes.saturating_mul(60)),
            maximum_rows: (self.maximum_rows > 0).then(|| count(self.maximum_rows)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nt_20_a_proxy_is_none_or_an_address_without_a_password() {
        let at = |text: &str| ProxyChoice::At(Url::parse(text).unwrap());
        for (text, expected) in [
            ("none", ProxyChoice::Off),
            ("proxy.example.com:3128", at("http://proxy.example.com:3128")),
            ("https://proxy", at("https://proxy")),
            ("socks5://127.0.0.1:1080", at("socks5://127.0.0.1:1080")),
            ("socks5h://[::1]:1080", at("socks5h://[::1]:1080")),
        ] {
            assert_eq!(ProxyChoice::parse(text), Ok(expected), "{text}");
        }
        for text in
            ["", "ftp://proxy", "http://proxy/path", "http://proxy:0", "http://", "pro xy", "socks5://"]
        {
            assert_eq!(ProxyChoice::parse(text), Err(ProxyError::Form), "{text}");
        }
        for text in ["http://ops:canary@proxy", "ops:canary@proxy"] {
            let error = ProxyChoice::parse(text).unwrap_err();
            assert_eq!(error, ProxyError::Credentials);
            assert!(!error.to_string().contains("canary"));
        }
    }
}
