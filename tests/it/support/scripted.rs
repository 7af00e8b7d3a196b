//! A server that does exactly what a test says, byte by byte, and remembers what it was asked.
//!
//! It knows nothing of the API: replies are raw bytes, so that it can also be wrong, slow or silent.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// Longest wait for a condition, before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    /// Names in lower case.
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
    /// Number of the connection it came on, from 0.
    pub(crate) connection: usize,
}

impl Request {
    /// `GET /path`, without the query.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap_or_default())
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn is_token(&self) -> bool {
        self.target == "/api/v1/auth/tokens/"
    }
}

/// What is done with a request.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Sends, and keeps the connection.
    Send(Vec<u8>),
    /// Sends, and closes the connection.
    Close(Vec<u8>),
    /// Sends, and resets the connection.
    Reset(Vec<u8>),
    /// Sends, and then nothing until the client goes away.
    Hang(Vec<u8>),
    /// Sends one byte, waits, sends the next.
    Drip(Vec<u8>, Duration),
    /// Sends the same piece for ever.
    Flood(Vec<u8>, Vec<u8>),
    /// Waits until the test opens the gate, then does as told.
    Gate(Arc<Notify>, Box<Self>),
}

impl Reply {
    /// A whole answer of HTTP/1.1 with a JSON body.
    pub(crate) fn json(status: u16, body: &str) -> Self {
        Self::with(status, &["content-type: application/json"], body.as_bytes())
    }

    /// A whole answer of HTTP/1.1.
    pub(crate) fn with(status: u16, headers: &[&str], body: &[u8]) -> Self {
        let mut bytes = format!("HTTP/1.1 {status} Said\r\ncontent-length: {}\r\n", body.len());
        for header in headers {
            bytes.push_str(header);
            bytes.push_str("\r\n");
        }
        bytes.push_str("\r\n");
        Self::Send([bytes.as_bytes(), body].concat())
    }

    /// The bytes of an answer that would be sent whole.
    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Send(bytes) => bytes,
            other => panic!("{other:?} has no bytes"),
        }
    }
}

/// A listening server; it ends with the test.
pub(crate) struct Scripted {
    pub(crate) address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

struct State {
    script: Box<dyn Fn(&Request) -> Reply + Send + Sync>,
    requests: Mutex<Vec<Request>>,
    arrived: Notify,
    at_a_time: AtomicUsize,
    most_at_a_time: AtomicUsize,
    connections: AtomicUsize,
}

impl Scripted {
    /// Plain HTTP on a free port of 127.0.0.1.
    pub(crate) async fn plain(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, script).await
    }

    /// HTTPS with the certificate of `acceptor`.
    pub(crate) async fn tls(
        acceptor: TlsAcceptor,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(acceptor), script).await
    }

    async fn start(
        acceptor: Option<TlsAcceptor>,
        script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            script: Box::new(script),
            requests: Mutex::default(),
            arrived: Notify::new(),
            at_a_time: AtomicUsize::new(0),
            most_at_a_time: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
        });
        let task = tokio::spawn(accept(listener, acceptor, Arc::clone(&state)));
        Self { address, state, task }
    }

    /// `http://127.0.0.1:port`.
    pub(crate) fn http(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Everything asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap().clone()
    }

    /// The lines of the requests that are not for a token.
    pub(crate) fn lines(&self) -> Vec<String> {
        self.requests().iter().filter(|request| !request.is_token()).map(Request::line).collect()
    }

    /// How many requests satisfy `rule`.
    pub(crate) fn count(&self, rule: impl Fn(&Request) -> bool) -> usize {
        self.requests().iter().filter(|request| rule(request)).count()
    }

    /// Most requests that were being answered at the same time.
    pub(crate) fn most_at_a_time(&self) -> usize {
        self.state.most_at_a_time.load(Ordering::SeqCst)
    }

    /// Connections accepted so far.
    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    /// Waits until `rule` holds for the requests so far.
    pub(crate) async fn until(&self, rule: impl Fn(&[Request]) -> bool) {
        let met = async {
            loop {
                let arrived = self.state.arrived.notified();
                if rule(&self.requests()) {
                    return;
                }
                arrived.await;
            }
        };
        tokio::time::timeout(PATIENCE, met).await.expect("the server was not asked for it");
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, acceptor: Option<TlsAcceptor>, state: Arc<State>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        let number = state.connections.fetch_add(1, Ordering::SeqCst);
        let (state, acceptor) = (Arc::clone(&state), acceptor.clone());
        tokio::spawn(async move {
            match acceptor {
                None => serve(Stream::Plain(stream), number, &state).await,
                Some(acceptor) => {
                    let Ok(stream) = acceptor.accept(stream).await else { return };
                    serve(Stream::Tls(Box::new(stream)), number, &state).await;
                }
            }
        });
    }
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<tokio_rustls::server::TlsStream<TcpStream>>),
}

async fn serve(stream: Stream, number: usize, state: &State) {
    match stream {
        Stream::Plain(mut stream) => {
            if converse(&mut stream, number, state).await == After::Reset {
                stream.set_zero_linger().unwrap();
            }
        }
        Stream::Tls(mut stream) => {
            converse(&mut *stream, number, state).await;
            let _closed = stream.shutdown().await;
        }
    }
}

#[derive(PartialEq, Eq)]
enum After {
    Next,
    Close,
    Reset,
}

async fn converse(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), number: usize, state: &State) -> After {
    let mut stream = BufReader::new(stream);
    while let Some(request) = read_request(&mut stream, number).await {
        let now = state.at_a_time.fetch_add(1, Ordering::SeqCst) + 1;
        state.most_at_a_time.fetch_max(now, Ordering::SeqCst);
        state.requests.lock().unwrap().push(request.clone());
        state.arrived.notify_waiters();
        let after = perform((state.script)(&request), &mut stream).await;
        state.at_a_time.fetch_sub(1, Ordering::SeqCst);
        if after != After::Next {
            return after;
        }
    }
    After::Close
}

async fn perform<S: AsyncRead + AsyncWrite + Unpin>(reply: Reply, stream: &mut BufReader<S>) -> After {
    match reply {
        Reply::Gate(gate, reply) => {
            gate.notified().await;
            Box::pin(perform(*reply, stream)).await
        }
        Reply::Send(bytes) => send(stream, &bytes, After::Next).await,
        Reply::Close(bytes) => send(stream, &bytes, After::Close).await,
        Reply::Reset(bytes) => send(stream, &bytes, After::Reset).await,
        Reply::Hang(bytes) => {
            send(stream, &bytes, After::Next).await;
            let mut rest = Vec::new();
            let _gone = stream.read_to_end(&mut rest).await;
            After::Close
        }
        Reply::Drip(bytes, every) => {
            for byte in bytes {
                if send(stream, &[byte], After::Next).await == After::Close {
                    return After::Close;
                }
                tokio::time::sleep(every).await;
            }
            After::Next
        }
        Reply::Flood(head, piece) => {
            send(stream, &head, After::Next).await;
            while send(stream, &piece, After::Next).await == After::Next {}
            After::Close
        }
    }
}

async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    stream: &mut BufReader<S>,
    bytes: &[u8],
    after: After,
) -> After {
    let sent = async {
        stream.write_all(bytes).await?;
        stream.flush().await
    };
    if sent.await.is_ok() { after } else { After::Close }
}

async fn read_request<S: AsyncRead + Unpin>(stream: &mut BufReader<S>, connection: usize) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).ok()?;
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: HashMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some(Request { method, target, headers, body: String::from_utf8(body).ok()?, connection })
}
