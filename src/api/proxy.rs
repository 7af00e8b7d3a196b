//! The proxy between this host and a server: which one, if any. It is asked to connect (CONNECT, SOCKS) and sees
//! nothing of what is said through it.

use std::fmt;

use hyper::http::Uri;
use hyper_util::client::proxy::matcher::Matcher;
use thiserror::Error;
use url::Url;

use super::base_url::is_loopback;

/// The variables that name a proxy, the first that is set counts; lower case first, as `curl` has it.
const VARIABLES: [&str; 4] = ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"];

/// The variables that name hosts without a proxy.
const EXCEPTIONS: [&str; 2] = ["no_proxy", "NO_PROXY"];

/// What decides about the proxy of a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Route {
    /// What the environment says.
    #[default]
    Environment,
    /// No proxy, whatever it says.
    Direct,
    /// This proxy.
    Through(Url),
}

/// A proxy. Its address may hold a user name and a password, which nothing prints.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy(Url);

/// Why a variable names no proxy. Its value is not repeated, because it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "{variable}: expected the address of an http, https or socks5 proxy, such as http://proxy.example.com:3128"
)]
pub struct ProxyError {
    variable: &'static str,
}

impl Proxy {
    /// The proxy before `base`. `exceptions` are hosts that are reached without one, with commas between them,
    /// instead of what `NO_PROXY` says. This host is never reached through a proxy.
    ///
    /// # Errors
    ///
    /// [`ProxyError`] when the variable that counts is no address of a proxy.
    pub fn before(
        base: &Url,
        route: &Route,
        exceptions: Option<&str>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ProxyError> {
        let set = |name: &&'static str| environment(name).filter(|value| !value.trim().is_empty());
        let proxy = match route {
            Route::Direct => None,
            Route::Through(url) => Some(Self(url.clone())),
            Route::Environment => VARIABLES
                .iter()
                .find_map(|name| Some((*name, set(name)?)))
                .map(|(variable, value)| Self::read(&value).ok_or(ProxyError { variable }))
                .transpose()?,
        };
        let exceptions =
            exceptions.map(str::to_owned).or_else(|| EXCEPTIONS.iter().find_map(set)).unwrap_or_default();
        Ok(proxy.filter(|_| !is_loopback(base) && !is_excepted(base, exceptions)))
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let whole = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        let url = Url::parse(&whole).ok()?;
        let known = matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h");
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        (known && has_host && url.port() != Some(0)).then_some(Self(url))
    }

    /// For the HTTP library.
    pub(super) fn for_https(&self) -> Result<reqwest::Proxy, reqwest::Error> {
        reqwest::Proxy::https(self.0.clone())
    }
}

/// Whether a host is among those without a proxy, by the rules of the HTTP library.
fn is_excepted(base: &Url, exceptions: String) -> bool {
    let matcher = Matcher::builder().https("http://proxy.invalid:1").no(exceptions).build();
    let Ok(target) = base.as_str().parse::<Uri>() else { return false };
    matcher.intercept(&target).is_none()
}

/// Scheme, host and port; never the user or the password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        self.0.port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::base_url;

    fn before(base: &str, variables: &[(&str, &str)]) -> Result<Option<String>, ProxyError> {
        let environment = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        let proxy = Proxy::before(&base_url(base).unwrap(), &Route::Environment, None, &environment)?;
        Ok(proxy.map(|proxy| proxy.to_string()))
    }

    #[test]
    fn nt_20_the_environment_names_the_proxy_and_the_hosts_without_one() {
        let proxy = ("HTTPS_PROXY", "http://p:3128");
        let told = |base: &str, no: &str| before(base, &[proxy, ("NO_PROXY", no)]).unwrap();
        assert_eq!(before("cm.example.com", &[]), Ok(None));
        assert_eq!(told("cm.example.com", ""), Some("http://p:3128".to_owned()));
        for exception in ["cm.example.com", ".example.com", "example.com", "*", "other, cm.example.com"] {
            assert_eq!(told("cm.example.com", exception), None, "{exception}");
        }
        for other in ["example.org", "xcm.example.com", "cm.example.co"] {
            assert!(told("cm.example.com", other).is_some(), "{other}");
        }
        assert_eq!(told("10.1.2.3", "10.0.0.0/8"), None);
        assert!(told("11.1.2.3", "10.0.0.0/8").is_some());
    }

    #[test]
    fn nt_20_this_host_is_never_reached_through_a_proxy() {
        for base in ["localhost:8443", "127.0.0.1", "[::1]:8443", "http://localhost"] {
            assert_eq!(before(base, &[("ALL_PROXY", "socks5://p")]), Ok(None), "{base}");
        }
    }

    #[test]
    fn nt_20_the_first_variable_that_is_set_counts() {
        let all = [("https_proxy", "a"), ("HTTPS_PROXY", "b"), ("ALL_PROXY", "socks5h://c:1080")];
        assert_eq!(before("cm", &all), Ok(Some("http://a".to_owned())));
        assert_eq!(before("cm", &all[1..]), Ok(Some("http://b".to_owned())));
        assert_eq!(before("cm", &all[2..]), Ok(Some("socks5h://c:1080".to_owned())));
        assert_eq!(before("cm", &[("HTTPS_PROXY", ""), all[2]]), Ok(Some("socks5h://c:1080".to_owned())));
    }

    #[test]
    fn nt_20_a_password_of_a_proxy_is_not_printed() {
        let with = |value: &str| before("cm", &[("HTTPS_PROXY", value)]);
        assert_eq!(with("http://ops:canary@p:3128"), Ok(Some("http://p:3128".to_owned())));
        for wrong in ["ftp://ops:canary@p", "http://canary:0", "http://ops:canary@", "http://canary:x"] {
            let told = with(wrong).unwrap_err().to_string();
            assert!(told.starts_with("HTTPS_PROXY: ") && !told.contains("canary"), "{told}");
        }
        let proxy = Proxy::read("http://ops:canary@p:3128").unwrap();
        assert_eq!(format!("{proxy:?}"), "Proxy(http://p:3128)");
    }

    #[test]
    fn nt_20_a_profile_covers_the_environment() {
        let environment = |_: &str| Some("http://p".to_owned());
        let base = base_url("cm.example.com").unwrap();
        let chosen = |route: Route, no: Option<&str>| Proxy::before(&base, &route, no, &environment).unwrap();
        assert_eq!(chosen(Route::Direct, None), None);
        let own = Route::Through("socks5://own:1080".parse().unwrap());
        assert_eq!(chosen(own.clone(), Some("")).unwrap().to_string(), "socks5://own:1080");
        assert_eq!(chosen(own, Some("cm.example.com")), None);
    }
}
