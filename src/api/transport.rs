//! One exchange with the server: at most six at a time, each with a deadline and a cap on its answer.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{
    ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, DATE, HeaderMap,
};
use reqwest::header::{HeaderName, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::{Client, Method, Response, StatusCode};
use rustls::ClientConfig;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, timeout};
use url::Url;

use super::base_url::address;
use super::client_certificate::ClientCertificate;
use super::error::{Circumstances, ClientError, classify};
use super::proxy::Proxy;
use super::retry::{RetryAfter, Setback};
use super::tls::{Look, Trust, tls};
use super::wire::Text;
use super::{Limits, Server};
use crate::domain::{Call, Failure, FailureKind, Pin, Shown, Verified};
use crate::redact::Secrets;

/// Characters of a redirect's target that are shown.
const TARGET: usize = 300;

/// The way to one server.
pub(super) struct Transport {
    base: Url,
    proxy: Option<Proxy>,
    certificate: Option<ClientCertificate>,
    clients: RwLock<Arc<Clients>>,
    limits: Limits,
    slots: Semaphore,
    connect: Duration,
    pub(super) secrets: Secrets,
    /// What the server showed.
    shown: watch::Sender<Shown>,
    /// Unpacked bytes of the page of a list that came last: the next one is about as long.
    page: AtomicUsize,
}

/// The clients of the HTTP library, for as long as trust stays what it is: a connection that was kept alive would
/// outlive it.
struct Clients {
    reads: Client,
    /// The library repeats a request that met a connection the server had just closed. A write must never be
    /// repeated, so it never rides on a connection that was kept alive.
    writes: Client,
}

impl Clients {
    fn new(
        server: &Server,
        proxy: Option<&Proxy>,
        certificate: Option<&ClientCertificate>,
        limits: &Limits,
        shown: &watch::Sender<Shown>,
    ) -> Result<Self, ClientError> {
        let Server { base, trust } = server;
        let mut tls = tls(trust, address(base).into(), shown.clone())?;
        if let Some(certificate) = certificate {
            certificate.show_with(&mut tls)?;
        }
        let client = |idle: usize| client(base, proxy, tls.clone(), limits, idle);
        Ok(Self { reads: client(limits.in_flight)?, writes: client(0)? })
    }
}

/// A request before it is sent.
pub(super) struct Ask<'a> {
    pub(super) call: Call,
    pub(super) method: Method,
    /// From `/api/v1/` on, already fit for a URL.
    pub(super) path: &'a str,
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) bearer: Option<&'a HeaderValue>,
    /// JSON.
    pub(super) body: Option<String>,
    /// For sending, and receiving the whole answer.
    pub(super) within: Duration,
    /// Most decoded bytes of the answer.
    pub(super) most: usize,
}

/// A whole answer, whatever its status but a redirect.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) took: Duration,
    pub(super) retry_after: Option<RetryAfter>,
    /// Wiped when it is freed, as all memory is: tokens come in one.
    body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub(super) fn text(&self) -> Text<'_> {
        Text::new(&self.body)
    }
}

impl Transport {
    pub(super) fn new(
        server: Server,
        proxy: Option<Proxy>,
        certificate: Option<ClientCertificate>,
        limits: &Limits,
    ) -> Result<Self, ClientError> {
        let shown = watch::Sender::default();
        let clients = Clients::new(&server, proxy.as_ref(), certificate.as_ref(), limits, &shown)?;
        Ok(Self {
            clients: RwLock::new(Arc::new(clients)),
            slots: Semaphore::new(limits.in_flight.clamp(1, Semaphore::MAX_PERMITS)),
            connect: limits.connect,
            secrets: Secrets::default(),
            limits: limits.clone(),
            shown,
            page: AtomicUsize::new(0),
            base: server.base,
            proxy,
            certificate,
        })
    }

    /// Believes one certificate from here on and no other. Every connection that was kept is given up.
    pub(super) fn pin(&self, pin: Pin) -> Result<(), ClientError> {
        let server = Server { base: self.base.clone(), trust: Trust::Pinned(pin) };
        let clients =
            Clients::new(&server, self.proxy.as_ref(), self.certificate.as_ref(), &self.limits, &self.shown)?;
        self.shown.send_replace(Shown::default());
        *self.clients.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(clients);
        Ok(())
    }

    /// What the server shows.
    pub(super) fn shown(&self) -> watch::Receiver<Shown> {
        self.shown.subscribe()
    }

    fn clients(&self) -> Arc<Clients> {
        Arc::clone(&self.clients.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The server's address.
    pub(super) const fn base(&self) -> &Url {
        &self.base
    }

    /// Sends a read, or a request for a token.
    pub(super) async fn read(&self, ask: Ask<'_>) -> Result<Answer, Setback> {
        let _slot = self.slots.acquire().await.map_err(|closed| lost(ask.call, &closed))?;
        self.exchange(&self.clients().reads, ask).await
    }

    /// Sends once, on a connection of its own: a write, or a read that must not be repeated. The deadline starts
    /// when it is its turn.
    pub(super) async fn write(&self, ask: Ask<'_>) -> Result<Answer, Setback> {
        let _slot = self.slots.acquire().await.map_err(|closed| lost(ask.call, &closed))?;
        self.exchange(&self.clients().writes, ask).await
    }

    /// Sends without waiting for a turn: for the way out.
    pub(super) async fn send_now(&self, ask: Ask<'_>) -> Result<Answer, Setback> {
        self.exchange(&self.clients().reads, ask).await
    }

    async fn exchange(&self, client: &Client, ask: Ask<'_>) -> Result<Answer, Setback> {
        let started = Instant::now();
        let (call, within) = (ask.call, ask.within);
        let (method, path) = (ask.method.clone(), ask.path.to_owned());
        let outcome = match timeout(within, self.send(client, ask, started)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => Err(Setback::final_one(timed_out(call, within))),
        };
        let took = started.elapsed();
        match &outcome {
            Ok(answer) => tracing::debug!(%method, path, status = answer.status.as_u16(), ?took, "answered"),
            Err(setback) => tracing::debug!(%method, path, failure = ?setback.failure, ?took, "no answer"),
        }
        outcome
    }

    async fn send(&self, client: &Client, ask: Ask<'_>, started: Instant) -> Result<Answer, Setback> {
        let proxy = self.proxy.as_ref();
        let plain = self.base.scheme() == "http";
        let at = Circumstances { call: ask.call, connect: self.connect, plain, proxy };
        let (call, most) = (ask.call, ask.most);
        let request = self.request(client, ask).map_err(|error| classify(error, at))?;
        let response = client.execute(request).await.map_err(|error| classify(error, at))?;
        let status = response.status();
        let headers = response.headers().clone();
        if status.is_redirection() {
            return Err(Setback::final_one(self.redirected(call, status, &headers)));
        }
        if status.is_informational() {
            let detail = format!("the answer has the status {status}");
            return Err(Setback::final_one(Failure::new(call, FailureKind::NotUnderstood, detail)));
        }
        if let Some(encoding) = text_of(&headers, &CONTENT_ENCODING).filter(|name| name != "identity") {
            let detail = format!("the answer is packed as {encoding}, which was not asked for");
            return Err(Setback::final_one(Failure::new(call, FailureKind::NotUnderstood, detail)));
        }
        let is_page = call == Call::ListOrganizations;
        let usual = if is_page { self.page.load(Ordering::Relaxed) } else { 0 };
        let body = read_body(response, usual, most, at).await?;
        if is_page {
            self.page.store(body.len(), Ordering::Relaxed);
        }
        let date = text_of(&headers, &DATE);
        let retry_after =
            text_of(&headers, &RETRY_AFTER).and_then(|value| RetryAfter::read(&value, date.as_deref()));
        Ok(Answer { status, took: started.elapsed(), retry_after, body })
    }

    fn request(&self, client: &Client, ask: Ask<'_>) -> Result<reqwest::Request, reqwest::Error> {
        let mut url = self.base.clone();
        url.set_path(ask.path);
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query);
        }
        let mut request = client
            .request(ask.method, url)
            .header(ACCEPT, "application/json")
            .header(CACHE_CONTROL, "no-store");
        if let Some(bearer) = ask.bearer {
            request = request.header(AUTHORIZATION, bearer);
        }
        if let Some(body) = ask.body {
            request = request.header(CONTENT_TYPE, "application/json").body(body);
        }
        request.build()
    }

    fn redirected(&self, call: Call, status: StatusCode, headers: &HeaderMap) -> Failure {
        let target = text_of(headers, &LOCATION).unwrap_or_default();
        // Masked before it is cut: the head of a secret is not recognized.
        let target: String = self.secrets.mask_words(target.into()).chars().take(TARGET).collect();
        let detail = match target.as_str() {
            "" => format!("the server answered {status} without saying where to go"),
            target => format!("the server answered {status} and points to {target}; it was not followed"),
        };
        Failure::new(call, FailureKind::Redirected, detail)
    }
}

/// A client that keeps at most `idle` connections alive.
fn client(
    base: &Url,
    proxy: Option<&Proxy>,
    tls: ClientConfig,
    limits: &Limits,
    idle: usize,
) -> Result<Client, ClientError> {
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .https_only(base.scheme() == "https")
        .user_agent(concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .gzip(true)
        // The handshake counts as well: a server that stalls in it is given up.
        .connect_timeout(limits.connect)
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(idle)
        // A connection of HTTP/2 outlives the requests that time out on it: notice when it is dead.
        .http2_keep_alive_interval(Duration::from_secs(10))
        .http2_keep_alive_timeout(Duration::from_secs(10))
        .tcp_nodelay(true)
        // Which proxy it is was decided before, so that it can be named.
        .no_proxy();
    let builder = match proxy {
        Some(proxy) => builder.proxy(proxy.for_https().map_err(ClientError::Http)?),
        None => builder,
    };
    builder.build().map_err(ClientError::Http)
}

/// Looks at the certificate of a server and has its key proved. The connection ends with the handshake,
/// whatever the certificate is: nothing is sent.
///
/// # Errors
///
/// Why the server is not believed, or cannot be reached; with plain http, that there is nothing to look at.
pub async fn look(server: &Server, proxy: Option<&Proxy>, limits: &Limits) -> Result<Verified, Failure> {
    let Server { base, trust } = server;
    let refused = |words: String| Failure::new(Call::Look, FailureKind::NotTrusted, words);
    if base.scheme() != "https" {
        return Err(refused("plain http has no certificate".to_owned()));
    }
    let set_up = || {
        let look = Look::new(trust, address(base).into())?;
        let client = client(base, proxy, look.config.clone(), limits, 0)?;
        Ok::<_, ClientError>((look, client))
    };
    let (look, client) = set_up().map_err(|error| refused(error.to_string()))?;
    let at = Circumstances { call: Call::Look, connect: limits.connect, plain: false, proxy };
    match client.head(base.clone()).send().await {
        Ok(_) => Err(refused("the server answered before its certificate was looked at".to_owned())),
        Err(error) => look.found(*classify(error, at).failure),
    }
}

/// A failure to answer within `after`.
pub(super) fn timed_out(call: Call, after: Duration) -> Failure {
    let detail = format!("no whole answer within {after:?}");
    Failure::new(call, FailureKind::TimedOut { after }, detail)
}

fn lost(call: Call, error: &dyn std::error::Error) -> Setback {
    Setback::final_one(Failure::new(call, FailureKind::Lost, error.to_string()))
}

/// Reads a body by its pieces; `usual`: the bytes it is expected to have. The cap counts unpacked bytes: 200 kB of gzip
/// can hold 200 MB (measured).
async fn read_body(
    mut response: Response,
    usual: usize,
    most: usize,
    at: Circumstances<'_>,
) -> Result<Vec<u8>, Setback> {
    // A body that grows is copied, and wiped where it was, again and again.
    let mut body = Vec::with_capacity((usual + usual / 16).clamp(16 << 10, 1 << 20));
    while let Some(piece) = response.chunk().await.map_err(|error| classify(error, at))? {
        if body.len() + piece.len() > most {
            let detail = format!("the answer is larger than {most} bytes");
            let failure = Failure::new(at.call, FailureKind::TooLarge { most }, detail);
            return Err(Setback::final_one(failure));
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn text_of(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}
