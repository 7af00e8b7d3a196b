//! A TLS server that counts what it is told: every byte of a request that reached it in the clear of its own
//! end, which is what a thief in its place would have.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, SupportedProtocolVersion};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::certificates::Chain;

/// Shows whatever it is given, whether the key belongs to it or not.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn config(chain: &Chain, version: &'static SupportedProtocolVersion) -> Arc<ServerConfig> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let key = provider.key_provider.load_private_key(chain.key.clone_key()).unwrap();
    let shown = CertifiedKey::new(chain.certificates.clone(), key);
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[version])
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Shown(Arc::new(shown))));
    Arc::new(config)
}

/// The server; it ends with the test.
pub(crate) struct Witness {
    pub(crate) address: SocketAddr,
    shown: Arc<Mutex<Arc<ServerConfig>>>,
    told: Arc<Mutex<Vec<u8>>>,
    handshakes: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Witness {
    /// A server with a certificate, of one version of TLS.
    pub(crate) async fn with(chain: &Chain, version: &'static SupportedProtocolVersion) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shown = Arc::new(Mutex::new(config(chain, version)));
        let (told, handshakes) = (Arc::default(), Arc::default());
        let task =
            tokio::spawn(accept(listener, Arc::clone(&shown), Arc::clone(&told), Arc::clone(&handshakes)));
        Self { address, shown, told, handshakes, task }
    }

    /// Shows another certificate to every connection from here on.
    pub(crate) fn swap(&self, chain: &Chain, version: &'static SupportedProtocolVersion) {
        *self.shown.lock().unwrap() = config(chain, version);
    }

    /// What it was told so far.
    pub(crate) fn told(&self) -> Vec<u8> {
        self.told.lock().unwrap().clone()
    }

    /// Connections so far.
    pub(crate) fn handshakes(&self) -> usize {
        self.handshakes.load(Ordering::SeqCst)
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(
    listener: TcpListener,
    shown: Arc<Mutex<Arc<ServerConfig>>>,
    told: Arc<Mutex<Vec<u8>>>,
    handshakes: Arc<AtomicUsize>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { return };
        handshakes.fetch_add(1, Ordering::SeqCst);
        let acceptor = TlsAcceptor::from(Arc::clone(&shown.lock().unwrap()));
        let told = Arc::clone(&told);
        tokio::spawn(async move {
            let Ok(mut stream) = acceptor.accept(stream).await else { return };
            let mut some = [0; 4096];
            let mut request = Vec::new();
            while let Ok(read @ 1..) = stream.read(&mut some).await {
                told.lock().unwrap().extend_from_slice(&some[..read]);
                request.extend_from_slice(&some[..read]);
                if let Some(answer) = answer(&request) {
                    request.clear();
                    if stream.write_all(answer.as_bytes()).await.is_err() {
                        return;
                    }
                }
            }
        });
    }
}

/// A token for whoever asks, an empty list for the rest; none while the request is not whole.
fn answer(request: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head
        .lines()
        .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    if body.len() < length.unwrap_or(0) {
        return None;
    }
    let json = if head.contains("/auth/tokens") {
        r#"{"jwt":"j.w.t","duration":300,"token_type":"Bearer","refresh_token":"r","refresh_token_id":"i"}"#
    } else {
        r#"{"skip":0,"limit":100,"total":0,"resources":[]}"#
    };
    Some(format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{json}",
        json.len()
    ))
}
