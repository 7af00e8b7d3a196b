//! What the server received, for tests that compare requests byte for byte.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use axum::http::request::Parts;

/// The number of requests kept; older ones are forgotten.
const KEPT: usize = 10_000;

/// One request as it arrived, before anything answered it.
#[derive(Clone, PartialEq, Eq)]
pub struct Recorded {
    /// `GET`, `PATCH`, …
    pub method: String,
    /// The path as sent, still percent-encoded, with its trailing slash if it had one.
    pub path: String,
    /// The query without the question mark.
    pub query: Option<String>,
    /// Header names in lower case with their values, in the order of arrival by name.
    pub headers: Vec<(String, String)>,
    /// The body, at most 1 MiB.
    pub body: Vec<u8>,
}

impl Recorded {
    /// The first value of the header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// Headers and body stay out: they carry passwords and tokens.
impl fmt::Debug for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)?;
        self.query.as_ref().map_or(Ok(()), |query| write!(f, "?{query}"))
    }
}

/// The last requests, oldest first; keeps nothing unless switched on.
#[derive(Debug)]
pub(super) struct Recorder {
    on: bool,
    kept: Mutex<VecDeque<Recorded>>,
}

impl Recorder {
    pub(super) const fn new(on: bool) -> Self {
        Self { on, kept: Mutex::new(VecDeque::new()) }
    }

    pub(super) fn note(&self, parts: &Parts, body: &[u8]) {
        if !self.on {
            return;
        }
        let recorded = Recorded {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().map(ToOwned::to_owned),
            headers: headers(&parts.headers),
            body: body.to_vec(),
        };
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(recorded);
    }

    pub(super) fn requests(&self) -> Vec<Recorded> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect()
}
