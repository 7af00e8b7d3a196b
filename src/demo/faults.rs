//! Scripted trouble: what may go wrong between a client and an appliance, played on demand.
//!
//! A [`Rule`] waits for requests by method and path. When its turn comes it decides three things:
//! whether the request is carried out ([`Apply`]), what the client gets to see ([`Answer`]), and how
//! long everything takes. Only code in this process can set rules; there is no call for it.

use std::convert::Infallible;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, stream};

use super::router::Shared;

/// The rules in force. They can be changed at any time.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
}

/// Trouble for the requests it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The method, or any.
    pub method: Option<String>,
    /// What the path begins with, `/api/v1` included; compared after one trailing slash was cut.
    pub path: String,
    /// So many matching requests pass first.
    pub skip: usize,
    /// So many are then hit; the rule goes when they are used up.
    pub times: usize,
    /// The time before the request is looked at.
    pub wait: Duration,
    /// Whether the request is carried out.
    pub apply: Apply,
    /// The time between carrying it out and answering.
    pub hold: Duration,
    /// What the client gets.
    pub answer: Answer,
    /// After a carried-out change of an organization, reads of it show the old document for so long.
    pub stale: Duration,
}

/// Whether a request that meets trouble is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apply {
    /// It never is.
    Never,
    /// It is, before the answer.
    Now,
    /// It is, this long after the answer began.
    Later(Duration),
}

/// What the client gets to see.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// The true answer; an empty 202 where the request was not carried out yet.
    Own,
    /// These bytes under this status; they need not be what the content type says.
    Raw {
        /// The status.
        status: u16,
        /// Header names and values.
        headers: Vec<(String, String)>,
        /// The body.
        body: Vec<u8>,
    },
    /// The connection closes before the first byte.
    Close,
    /// No answer, ever.
    Hang,
    /// The true answer's head, `keep` bytes of its body, and the connection closes.
    Truncated {
        /// Bytes sent of those that `Content-Length` promised.
        keep: usize,
    },
    /// The true answer, a few bytes at a time.
    Drip {
        /// Bytes in a piece.
        bytes: usize,
        /// The time between two pieces.
        pause: Duration,
    },
    /// Blanks, compressed a thousand to one.
    GzipBomb {
        /// Their number in MiB after decompression.
        mebibytes: usize,
    },
    /// Blanks without an end.
    Endless,
}

/// A body that breaks waits so long first: what was written has left by then.
const FLUSH_TIME: Duration = Duration::from_millis(10);

/// Marks an answer that must not be sent: the connection is to be closed instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closed;

impl Faults {
    /// Puts a rule in force, behind those already there.
    pub fn add(&self, rule: Rule) {
        self.rules().push(rule);
    }

    /// Ends all trouble.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// The number of rules that have not used up their turns.
    pub fn pending(&self) -> usize {
        self.rules().len()
    }

    /// The rule that hits this request. Rules that let it pass count it.
    fn hit(&self, method: &Method, path: &str) -> Option<Rule> {
        let mut rules = self.rules();
        let place = rules.iter_mut().position(|rule| rule.matches(method, path) && rule.is_due())?;
        let rule = rules.get_mut(place)?;
        rule.times = rule.times.saturating_sub(1);
        let hit = rule.clone();
        if hit.times == 0 {
            rules.remove(place);
        }
        Some(hit)
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    /// Hits the next request of `method` under `path`, at once and once.
    pub fn new(method: &str, path: &str, apply: Apply, answer: Answer) -> Self {
        Self {
            method: Some(method.to_owned()),
            path: path.to_owned(),
            skip: 0,
            times: 1,
            wait: Duration::ZERO,
            apply,
            hold: Duration::ZERO,
            answer,
            stale: Duration::ZERO,
        }
    }

    /// Lets `requests` pass first.
    #[must_use]
    pub fn skip(self, requests: usize) -> Self {
        Self { skip: requests, ..self }
    }

    /// Hits so many requests.
    #[must_use]
    pub fn times(self, requests: usize) -> Self {
        Self { times: requests, ..self }
    }

    /// Waits before the request is looked at.
    #[must_use]
    pub fn wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    /// Waits between carrying out and answering.
    #[must_use]
    pub fn hold(self, hold: Duration) -> Self {
        Self { hold, ..self }
    }

    /// Shows readers the old document for `stale` after a change, by the demo's clock.
    #[must_use]
    pub fn stale(self, stale: Duration) -> Self {
        Self { stale, ..self }
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
            && path.starts_with(&self.path)
    }

    /// Whether the turn has come; counts down if not.
    fn is_due(&mut self) -> bool {
        let due = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        due
    }
}

impl Answer {
    /// A JSON body under `status`.
    pub fn json(status: u16, body: &str) -> Self {
        Self::raw(status, "application/json; charset=UTF-8", body.as_bytes())
    }

    /// A page as a gateway in front of the appliance sends it.
    pub fn html(status: u16) -> Self {
        let page =
            format!("<html><head><title>{status}</title></head><body><h1>{status}</h1></body></html>\r\n");
        Self::raw(status, "text/html", page.as_bytes())
    }

    /// Any bytes under any content type.
    pub fn raw(status: u16, content_type: &str, body: &[u8]) -> Self {
        let headers = vec![(CONTENT_TYPE.to_string(), content_type.to_owned())];
        Self::Raw { status, headers, body: body.to_vec() }
    }

    /// 429 with `Retry-After`.
    pub fn too_many(seconds: u64) -> Self {
        let body = r#"{"code":17,"codeDesc":"NCERRTooManyRequests: TooManyRequests"}"#;
        Self::json(429, body).with_header("retry-after", &seconds.to_string())
    }

    /// 307 to `location`.
    pub fn redirect(location: &str) -> Self {
        Self::Raw { status: 307, headers: Vec::new(), body: Vec::new() }.with_header("location", location)
    }

    /// A [`Answer::Raw`] with one header more; anything else as it is.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        if let Self::Raw { headers, .. } = &mut self {
            headers.push((name.to_owned(), value.to_owned()));
        }
        self
    }
}

/// Bodies can be long and are of no use in a message.
impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own => f.write_str("Own"),
            Self::Raw { status, body, .. } => write!(f, "Raw({status}, {} bytes)", body.len()),
            Self::Close => f.write_str("Close"),
            Self::Hang => f.write_str("Hang"),
            Self::Truncated { keep } => write!(f, "Truncated({keep} bytes)"),
            Self::Drip { bytes, pause } => write!(f, "Drip({bytes} bytes, {pause:?})"),
            Self::GzipBomb { mebibytes } => write!(f, "GzipBomb({mebibytes} MiB)"),
            Self::Endless => f.write_str("Endless"),
        }
    }
}

/// Lets a request through, or plays the rule that hits it.
pub(super) async fn play(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let Some(rule) = state.faults.hit(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    tokio::time::sleep(rule.wait).await;
    let own = carry_out(&state, &rule, request, next).await;
    tokio::time::sleep(rule.hold).await;
    answer(&rule.answer, own).await
}

async fn carry_out(state: &Shared, rule: &Rule, request: Request, next: Next) -> Option<Response> {
    match rule.apply {
        Apply::Never => None,
        Apply::Now => {
            let former = former_text(state, request.uri().path());
            let own = next.run(request).await;
            if let Some((id, text)) = former.filter(|_text| !rule.stale.is_zero()) {
                state.store().keep_stale(&id, text, state.clock.now(), rule.stale);
            }
            Some(own)
        }
        Apply::Later(delay) => {
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                next.run(request).await;
            });
            None
        }
    }
}

/// The organization a path names, with its text before the request.
fn former_text(state: &Shared, path: &str) -> Option<(String, Box<str>)> {
    let id = path.strip_prefix("/api/v1/cckm/sfdc/organizations/")?.split('/').next()?;
    let store = state.store();
    store.organizations.get(id).map(|record| (id.to_owned(), record.text().into()))
}

async fn answer(answer: &Answer, own: Option<Response>) -> Response {
    let own = own.unwrap_or_else(|| StatusCode::ACCEPTED.into_response());
    match answer {
        Answer::Own => own,
        Answer::Raw { status, headers, body } => raw(*status, headers, body.clone()),
        Answer::Close => close(),
        Answer::Hang => std::future::pending().await,
        Answer::Truncated { keep } => truncated(own, *keep).await,
        Answer::Drip { bytes, pause } => drip(own, *bytes, *pause).await,
        Answer::GzipBomb { mebibytes } => gzip_bomb(*mebibytes),
        Answer::Endless => endless(),
    }
}

fn raw(status: u16, headers: &[(String, String)], body: Vec<u8>) -> Response {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in headers {
        add_header(answer.headers_mut(), name, value);
    }
    answer
}

fn add_header(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) {
        headers.append(name, value);
    }
}

fn close() -> Response {
    let mut answer = StatusCode::BAD_GATEWAY.into_response();
    answer.extensions_mut().insert(Closed);
    answer
}

/// The head promises the whole body; the stream breaks after `keep` bytes of it.
async fn truncated(own: Response, keep: usize) -> Response {
    let (mut parts, bytes) = whole(own).await;
    parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
    let kept = bytes.slice(..keep.min(bytes.len()));
    let end = async {
        tokio::time::sleep(FLUSH_TIME).await;
        Err(io::Error::from(io::ErrorKind::ConnectionReset))
    };
    let pieces = stream::once(async { Ok(kept) }).chain(stream::once(end));
    Response::from_parts(parts, Body::from_stream(pieces))
}

async fn drip(own: Response, size: usize, pause: Duration) -> Response {
    let (mut parts, bytes) = whole(own).await;
    parts.headers.insert(CONTENT_LENGTH, bytes.len().into());
    let pieces = stream::unfold(bytes, move |mut left| async move {
        if left.is_empty() {
            return None;
        }
        tokio::time::sleep(pause).await;
        let piece = left.split_to(size.clamp(1, left.len()));
        Some((Ok::<_, Infallible>(piece), left))
    });
    Response::from_parts(parts, Body::from_stream(pieces))
}

async fn whole(own: Response) -> (axum::http::response::Parts, Bytes) {
    let (parts, body) = own.into_parts();
    (parts, to_bytes(body, usize::MAX).await.unwrap_or_default())
}

/// One gzip member, made as it is sent.
fn gzip_bomb(mebibytes: usize) -> Response {
    let encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let pieces = stream::unfold(Some((encoder, mebibytes)), async |state| {
        let (mut encoder, left) = state?;
        if left == 0 {
            return Some((encoder.finish(), None));
        }
        let written = encoder.write_all(&vec![b' '; 1024 * 1024]);
        let piece = std::mem::take(encoder.get_mut());
        Some((written.map(|()| piece), Some((encoder, left - 1))))
    });
    let headers = [(CONTENT_ENCODING, "gzip"), (CONTENT_TYPE, "application/json; charset=UTF-8")];
    (headers, Body::from_stream(pieces)).into_response()
}

fn endless() -> Response {
    let piece = Bytes::from(vec![b' '; 64 * 1024]);
    let blanks = stream::repeat_with(move || Ok::<_, Infallible>(piece.clone()));
    ([(CONTENT_TYPE, "application/json; charset=UTF-8")], Body::from_stream(blanks)).into_response()
}
