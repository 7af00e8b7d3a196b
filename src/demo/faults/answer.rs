//! What a client gets to see when there is trouble.

use std::convert::Infallible;
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName};
use axum::http::response::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{StreamExt, stream};

use super::Closed;
use crate::demo::error::{Problem, json};

/// A body that breaks waits so long first: what was written has left by then.
const FLUSH_TIME: Duration = Duration::from_millis(10);

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
    /// The status of the true answer, and no body.
    Empty,
    /// The true answer with another organization in place of the one asked for; a refusal as it is.
    WrongRecord,
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

    /// A refusal in the appliance's own words.
    pub(super) fn refusal(problem: &Problem) -> Self {
        Self::json(problem.status(), &problem.text())
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
            Self::Empty => f.write_str("Empty"),
            Self::WrongRecord => f.write_str("WrongRecord"),
            Self::Truncated { keep } => write!(f, "Truncated({keep} bytes)"),
            Self::Drip { bytes, pause } => write!(f, "Drip({bytes} bytes, {pause:?})"),
            Self::GzipBomb { mebibytes } => write!(f, "GzipBomb({mebibytes} MiB)"),
            Self::Endless => f.write_str("Endless"),
        }
    }
}

/// The answer to send in place of `own`, which is there if the request was carried out. `another` is the text
/// of an organization that was not asked for.
pub(super) async fn answer(answer: &Answer, own: Option<Response>, another: Option<String>) -> Response {
    let own = own.unwrap_or_else(|| StatusCode::ACCEPTED.into_response());
    match answer {
        Answer::Own => own,
        Answer::Raw { status, headers, body } => raw(*status, headers, body.clone()),
        Answer::Close => close(),
        Answer::Hang => std::future::pending().await,
        Answer::Empty => own.status().into_response(),
        Answer::WrongRecord => match another.filter(|_text| own.status().is_success()) {
            Some(text) => json(own.status(), text),
            None => own,
        },
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

async fn whole(own: Response) -> (Parts, Bytes) {
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
