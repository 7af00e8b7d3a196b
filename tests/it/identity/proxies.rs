//! A proxy between this program and the server.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use cckm_tui::api::{Proxy, Reader, Route, base_url, look};
use cckm_tui::domain::{Criteria, FailureKind, Window};
use rustls::version::TLS13;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;

/// What a proxy does with a request.
#[derive(Clone, Copy)]
enum Manner {
    /// Connects everything to one server.
    Connects(SocketAddr),
    /// The same, and speaks SOCKS5.
    Socks(SocketAddr),
    /// Answers with these bytes.
    Says(&'static str),
}

/// A proxy that remembers every byte of its clients that it could read.
struct Between {
    address: SocketAddr,
    read: Arc<Mutex<Vec<u8>>>,
    task: JoinHandle<()>,
}

impl Between {
    async fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let read = Arc::<Mutex<Vec<u8>>>::default();
        let seen = Arc::clone(&read);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let seen = Arc::clone(&seen);
                tokio::spawn(async move {
                    let _the_client_went = serve(stream, manner, &seen).await;
                });
            }
        });
        Self { address, read, task }
    }

    /// The proxy, by an address with a user and a password in it.
    fn proxy(&self, scheme: &str, base: &str) -> Option<Proxy> {
        let url = format!("{scheme}://ops:canary-proxy@{}", self.address).parse().unwrap();
        let base = base_url(base).unwrap();
        Proxy::before(&base, &Route::Through(url), None, &|_| None).unwrap()
    }

    fn read(&self) -> String {
        String::from_utf8_lossy(&self.read.lock().unwrap()).into_owned()
    }
}

impl Drop for Between {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, manner: Manner, seen: &Mutex<Vec<u8>>) -> std::io::Result<()> {
    let target = match manner {
        Manner::Socks(target) => {
            socks(&mut stream, seen).await?;
            target
        }
        Manner::Connects(target) => {
            head(&mut stream, seen).await?;
            stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            target
        }
        Manner::Says(answer) => {
            head(&mut stream, seen).await?;
            stream.write_all(answer.as_bytes()).await?;
            // Nothing more comes, and what the client still says is read: a reset could overtake the answer.
            stream.shutdown().await?;
            let _hello = stream.read_u8().await;
            return Ok(());
        }
    };
    // What goes through is kept as well: nothing of it may be readable.
    let mut server = TcpStream::connect(target).await?;
    let mut hello = [0; 4096];
    let read = stream.read(&mut hello).await?;
    seen.lock().unwrap().extend_from_slice(&hello[..read]);
    server.write_all(&hello[..read]).await?;
    copy_bidirectional(&mut stream, &mut server).await.map(|_| ())
}

async fn head(stream: &mut TcpStream, seen: &Mutex<Vec<u8>>) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    seen.lock().unwrap().extend_from_slice(&head);
    Ok(())
}

/// User and password, then a connection to whatever was asked for (RFC 1928, 1929).
async fn socks(stream: &mut TcpStream, seen: &Mutex<Vec<u8>>) -> std::io::Result<()> {
    let mut some = [0; 512];
    let read = stream.read(&mut some).await?;
    assert_eq!(some[0], 5);
    if some[2..read].contains(&2) {
        stream.write_all(&[5, 2]).await?;
        let read = stream.read(&mut some).await?;
        seen.lock().unwrap().extend_from_slice(&some[..read]);
        stream.write_all(&[1, 0]).await?;
    } else {
        stream.write_all(&[5, 0]).await?;
    }
    let read = stream.read(&mut some).await?;
    seen.lock().unwrap().extend_from_slice(&some[..read]);
    stream.write_all(&[5, 0, 0, 1, 127, 0, 0, 1, 0, 80]).await
}

/// A client of a server that only the proxy can find.
fn through(proxy: Option<Proxy>, trust: Trust) -> Reader {
    let base = base_url("cm.example.com:8443").unwrap();
    Reader::through(proxy, Server { base, trust }, Credentials::new("admin"), limits()).unwrap()
}

#[tokio::test]
async fn nt_20_the_token_goes_through_a_proxy_only_inside_connect() {
    let chain = good();
    let witness = Witness::with(&chain, &TLS13).await;
    for (scheme, manner) in
        [("http", Manner::Connects(witness.address)), ("socks5h", Manner::Socks(witness.address))]
    {
        let between = Between::new(manner).await;
        let reader = through(between.proxy(scheme, "cm.example.com:8443"), pinned(&chain.certificates[0]));
        sign_in(&reader).await.unwrap();
        reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap();
        let read = between.read();
        assert!(read.contains("cm.example.com"), "{scheme}: {read}");
        for secret in [PASSWORD, "j.w.t", "authorization: Bearer", "/api/v1"] {
            assert!(!read.contains(secret), "{scheme}: {secret}");
        }
    }
}

#[tokio::test]
async fn tl_03_a_server_behind_a_proxy_is_judged_like_any_other() {
    let chain = good();
    let witness = Witness::with(&chain, &TLS13).await;
    let between = Between::new(Manner::Connects(witness.address)).await;
    let failure = sign_in(&through(between.proxy("http", "cm.example.com"), wrong_pin())).await.unwrap_err();
    let distrust = failure.distrust.unwrap();
    assert_eq!(distrust.address.as_sent(), "cm.example.com:8443");
    assert_eq!(distrust.offered.fingerprint, fingerprint(&chain.certificates[0]));
    assert!(witness.told().is_empty());
}

#[tokio::test]
async fn nt_20_a_proxy_that_does_not_connect_is_named_and_its_password_is_not() {
    let html = "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>";
    let portal = "HTTP/1.1 200 OK\r\n\r\n<html><body>Accept the terms of use</body></html>";
    let asks = "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n";
    for (answer, words) in [
        (html, "it refused to connect"),
        (portal, ""),
        (asks, "it asks for a user name and a password (407)"),
        ("garbage\r\n\r\n", ""),
        ("", ""),
    ] {
        let between = Between::new(Manner::Says(answer)).await;
        let proxy = between.proxy("http", "cm.example.com");
        let named = proxy.as_ref().unwrap().to_string();
        let failure = sign_in(&through(proxy, Trust::System)).await.unwrap_err();
        let told = failure.detail.as_sent();
        assert!(matches!(failure.kind, FailureKind::Unreachable | FailureKind::NotTrusted), "{failure:?}");
        assert!(told.contains(&named) && told.contains(words), "{answer:?}: {told}");
        assert!(!told.contains("canary") && !failure.may_have_arrived(), "{told}");
    }
}

#[tokio::test]
async fn nt_20_a_dead_proxy_is_named() {
    let between = Between::new(Manner::Says("")).await;
    between.task.abort();
    let address = {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    for scheme in ["http", "socks5"] {
        let url = format!("{scheme}://ops:canary@{address}").parse().unwrap();
        let base = base_url("cm.example.com").unwrap();
        let proxy = Proxy::before(&base, &Route::Through(url), None, &|_| None).unwrap();
        let server = Server { base, trust: Trust::System };
        let failure = look(&server, proxy.as_ref(), &limits()).await.unwrap_err();
        let told = failure.detail.as_sent();
        assert_eq!(failure.kind, FailureKind::Unreachable);
        assert!(told.contains(&format!("{scheme}://{address}")) && !told.contains("canary"), "{told}");
    }
}

#[tokio::test]
async fn nt_20_a_proxy_that_stalls_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let base = base_url("cm.example.com").unwrap();
    let proxy = Proxy::before(&base, &Route::Through(url), None, &|_| None).unwrap();
    let named = proxy.as_ref().unwrap().to_string();
    let limits = Limits { connect: Duration::from_millis(300), ..limits() };
    let server = Server { base, trust: Trust::System };
    let failure = look(&server, proxy.as_ref(), &limits).await.unwrap_err();
    assert!(failure.detail.as_sent().contains(&named), "{failure:?}");
}
