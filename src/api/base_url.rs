//! The address of a server as people type it, made one canonical URL or refused with the reason.

use std::net::{Ipv4Addr, Ipv6Addr};

use thiserror::Error;
use url::{Host, Url};

use unicode_normalization::UnicodeNormalization as _;

use crate::text::escape;

/// Why a typed address is not accepted: what is wrong with it, and what to type instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BaseUrlError {
    /// Nothing was typed.
    #[error("the server address is empty: give a host name, such as cm.example.com")]
    Empty,
    /// A control character, a blank or a backslash stands inside.
    #[error("the server address contains {shown}: type it again without")]
    Character {
        /// The character, escaped and quoted.
        shown: String,
    },
    /// Neither `https` nor `http`.
    #[error("the server address begins with {scheme}: only https is spoken")]
    Scheme {
        /// The scheme with `://`, escaped.
        scheme: String,
    },
    /// `user@` or `user:password@`. The text is not repeated, because it may hold a password.
    #[error("the server address holds a user name or password: give them at sign-in instead")]
    Credentials,
    /// A query or fragment.
    #[error("the server address has something after ? or #: give only host and port")]
    Query,
    /// A path that is not the one of this API.
    #[error("the server address has the path {path}: give only host and port")]
    Path {
        /// The path, escaped.
        path: String,
    },
    /// Several colons without brackets.
    #[error("an IPv6 address goes in brackets, such as [::1]:8443")]
    Brackets,
    /// Port 0, or not a port at all.
    #[error("the server address has no usable port: ports go from 1 to 65535")]
    Port,
    /// Plain `http` to another machine.
    #[error("plain http would show the password to the network: use https, or a loopback address")]
    PlainHttp,
    /// Whatever else the URL standard refuses.
    #[error("the server address is not valid: {0}")]
    Invalid(url::ParseError),
}

/// The canonical form of an address: scheme, host in ASCII form and port, with the path `/`.
///
/// Accepts an address with or without `https://`, a port, `/api`, `/api/v1`, a trailing slash and outer
/// blanks; IPv6 addresses in brackets. Plain `http` is for loopback addresses only (API contract §11).
///
/// # Errors
///
/// [`BaseUrlError`] says what is wrong with anything else.
///
/// ```
/// # use cckm_tui::api::base_url;
/// assert_eq!(base_url("cm.example.com/api/v1/")?.as_str(), "https://cm.example.com/");
/// assert_eq!(base_url("[::1]:8443")?.as_str(), "https://[::1]:8443/");
/// assert!(base_url("http://cm.example.com").is_err());
/// # Ok::<(), cckm_tui::api::BaseUrlError>(())
/// ```
pub fn base_url(typed: &str) -> Result<Url, BaseUrlError> {
    let typed = typed.trim_matches(' ');
    refuse_odd_characters(typed)?;
    let (scheme, rest) = split_scheme(typed)?;
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    refuse_odd_authority(authority)?;
    refuse_other_paths(path)?;
    let url = Url::parse(&format!("{scheme}://{authority}/")).map_err(|error| match error {
        url::ParseError::InvalidPort => BaseUrlError::Port,
        other => BaseUrlError::Invalid(other),
    })?;
    if url.port() == Some(0) {
        return Err(BaseUrlError::Port);
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(BaseUrlError::PlainHttp);
    }
    Ok(url)
}

/// `cm.example.com:443`: what a pin is stored for. The host is in ASCII form, and another port is another
/// server.
pub fn address(base: &Url) -> String {
    let port = base.port_or_known_default().unwrap_or(443);
    format!("{}:{port}", base.host_str().unwrap_or_default())
}

/// Whether the host is this machine: `localhost`, 127.0.0.0/8 or `::1`.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        None => false,
    }
}

/// The URL standard silently drops tabs and newlines and reads `\` as `/`; we say so instead.
fn refuse_odd_characters(typed: &str) -> Result<(), BaseUrlError> {
    if typed.is_empty() {
        return Err(BaseUrlError::Empty);
    }
    let odd = |c: &char| c.is_control() || c.is_whitespace() || *c == '\\';
    match typed.chars().find(odd).or_else(|| invisible(typed)) {
        Some(' ') => Err(BaseUrlError::Character { shown: "a blank".to_owned() }),
        Some(c) => {
            Err(BaseUrlError::Character { shown: format!("the character \"{}\"", escape(&c.to_string())) })
        }
        None => Ok(()),
    }
}

fn split_scheme(typed: &str) -> Result<(&'static str, &str), BaseUrlError> {
    let Some((scheme, rest)) = typed.split_once("://") else {
        return Ok(("https", typed));
    };
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Ok(("https", rest)),
        "http" => Ok(("http", rest)),
        _ if scheme.contains('@') => Err(BaseUrlError::Credentials),
        _ => Err(BaseUrlError::Scheme { scheme: format!("{}://", escape(scheme)) }),
    }
}

/// The first character that a reader would not see; a name in ASCII form may go without it. How letters and marks are
/// put together makes no other name.
fn invisible(typed: &str) -> Option<char> {
    let typed: String = typed.nfc().collect();
    let shown = escape(&typed);
    let differs = typed.chars().zip(shown.chars()).find(|(typed, shown)| typed != shown);
    differs.map(|(typed, _)| typed)
}

fn refuse_odd_authority(authority: &str) -> Result<(), BaseUrlError> {
    if authority.is_empty() {
        return Err(BaseUrlError::Empty);
    }
    if authority.contains('@') {
        return Err(BaseUrlError::Credentials);
    }
    if !authority.starts_with('[') && authority.matches(':').count() > 1 {
        return Err(BaseUrlError::Brackets);
    }
    Ok(())
}

fn refuse_other_paths(path: &str) -> Result<(), BaseUrlError> {
    if path.contains('@') {
        return Err(BaseUrlError::Credentials);
    }
    if path.contains(['?', '#']) {
        return Err(BaseUrlError::Query);
    }
    match path.trim_end_matches('/') {
        "" | "/api" | "/api/v1" => Ok(()),
        other => Err(BaseUrlError::Path { path: escape(other).into_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nt_19_what_people_type_becomes_one_canonical_url() {
        let table = [
            ("cm.example.com", "https://cm.example.com/"),
            ("  cm.example.com ", "https://cm.example.com/"),
            ("CM.Example.COM:443", "https://cm.example.com/"),
            ("https://cm.example.com", "https://cm.example.com/"),
            ("HTTPS://cm.example.com//", "https://cm.example.com/"),
            ("cm:8443/api", "https://cm:8443/"),
            ("https://cm:8443/api/v1/", "https://cm:8443/"),
            ("[::1]", "https://[::1]/"),
            ("[2001:DB8::1]:8443/api/v1", "https://[2001:db8::1]:8443/"),
            ("http://[::1]:80/", "http://[::1]/"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
            ("http://127.255.0.9", "http://127.255.0.9/"),
            ("http://localhost:3000/api/", "http://localhost:3000/"),
            ("bücher.example", "https://xn--bcher-kva.example/"),
            ("bu\u{308}cher.example", "https://xn--bcher-kva.example/"),
            ("cm.example.com/api/", "https://cm.example.com/"),
            ("[::1]:8443/", "https://[::1]:8443/"),
            ("10.0.0.1:8443", "https://10.0.0.1:8443/"),
        ];
        for (typed, canonical) in table {
            assert_eq!(base_url(typed).map(String::from).as_deref(), Ok(canonical), "{typed:?}");
        }
    }

    #[test]
    fn tl_10_tl_11_an_identity_is_that_of_a_port_and_of_a_name_in_ascii() {
        let address = |typed: &str| address(&base_url(typed).unwrap());
        assert_eq!(address("CM.example.com"), "cm.example.com:443");
        assert_eq!(address("https://cm.example.com:8443/api"), "cm.example.com:8443");
        assert_eq!(address("[2001:DB8::1]"), "[2001:db8::1]:443");
        // A Cyrillic letter that looks like a Latin one.
        assert_eq!(address("cm.ex\u{430}mple.com"), "cm.xn--exmple-4nf.com:443");
    }

    #[test]
    fn nt_19_the_canonical_form_is_its_own() {
        for typed in ["cm", "[::1]:8443", "http://localhost", "cm:444/api/v1"] {
            let once = base_url(typed).unwrap();
            assert_eq!(base_url(once.as_str()), Ok(once));
        }
    }

    #[test]
    fn nt_19_anything_else_is_refused_with_the_reason() {
        let table = [
            ("", "empty"),
            ("   ", "empty"),
            ("https://", "empty"),
            ("https:///api", "empty"),
            ("ftp://cm", "ftp://"),
            ("file:///etc/passwd", "file://"),
            ("cm\u{1b}[2J", "\\x1b"),
            ("cm\n.example.com", "\\x0a"),
            ("cm example", "a blank"),
            ("cm\u{ad}.example.com", "\\xad"),
            ("cm\u{200b}.example.com", "\\u{200b}"),
            ("\u{feff}https://cm", "\\u{feff}"),
            ("cm\u{202e}moc.evil", "\\u{202e}"),
            ("cm\u{a0}", "\\xa0"),
            ("javascript:alert(1)", "port"),
            ("https:cm", "port"),
            ("https://https://cm", "port"),
            ("http//cm", "//cm"),
            ("[fe80::1%eth0]", "not valid"),
            ("[cm]", "not valid"),
            ("https:\\\\cm", "\\"),
            ("admin@cm", "user name or password"),
            ("https://admin:hunter2@cm", "user name or password"),
            ("admin:hunter2/x@cm", "user name or password"),
            ("a:b@x://cm", "user name or password"),
            ("cm?x=1", "? or #"),
            ("https://cm/#/login", "? or #"),
            ("https://cm/web", "/web"),
            ("https://cm/api/v2", "/api/v2"),
            ("::1", "brackets"),
            ("2001:db8::1", "brackets"),
            ("cm:0", "port"),
            ("cm:65536", "port"),
            ("cm:https", "port"),
            ("[::1", "not valid"),
            ("https://%", "not valid"),
        ];
        for (typed, named) in table {
            let told = base_url(typed).expect_err(typed).to_string();
            assert!(told.contains(named), "{typed:?}: {told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn tl_08_plain_http_is_for_loopback_only() {
        for typed in [
            "http://cm.example.com",
            "http://10.0.0.1",
            "http://128.0.0.1",
            "http://[::2]",
            "http://localhost.example.com",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0",
        ] {
            assert_eq!(base_url(typed), Err(BaseUrlError::PlainHttp), "{typed}");
        }
    }
}
