//! A line to the server that can be cut, and that counts the changes which pass.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What every request for a change begins with; no body holds it.
const PATCH: &[u8] = b"PATCH /api/v1/cckm/sfdc/organizations/";
/// Length of an organization's id.
const ID: usize = 36;

/// The line. It ends with the runtime it runs on.
#[derive(Debug)]
pub(super) struct Relay {
    address: SocketAddr,
    line: Arc<Line>,
}

#[derive(Debug, Default)]
struct Line {
    is_cut: AtomicBool,
    cut: Notify,
    /// Requests for a change that passed, by the organization's id.
    patches: Mutex<BTreeMap<String, usize>>,
}

impl Relay {
    /// A line to `server`, such as `127.0.0.1:8080`.
    pub(super) async fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let line = Arc::new(Line::default());
        let shared = Arc::clone(&line);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                // Whoever calls while it is cut is turned away.
                if !shared.is_cut.load(Ordering::SeqCst) {
                    tokio::spawn(carry(client, server.clone(), Arc::clone(&shared)));
                }
            }
        });
        Self { address, line }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Ends every connection, and lets nobody in.
    pub(super) fn cut(&self) {
        self.line.is_cut.store(true, Ordering::SeqCst);
        self.line.cut.notify_waiters();
    }

    /// Lets everybody in again.
    pub(super) fn mend(&self) {
        self.line.is_cut.store(false, Ordering::SeqCst);
    }

    /// Requests for a change that passed, by the organization's id.
    pub(super) fn patches(&self) -> BTreeMap<String, usize> {
        self.line.patches.lock().unwrap().clone()
    }
}

/// Carries one connection until one side closes it, or the line is cut.
async fn carry(client: TcpStream, server: String, line: Arc<Line>) {
    let cut = line.cut.notified();
    tokio::pin!(cut);
    cut.as_mut().enable();
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, mut to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    tokio::select! {
        () = cut => {}
        () = count(from_client, to_server, &line) => {}
        _ = copy(&mut from_server, &mut to_client) => {}
    }
}

async fn count(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, line: &Line) {
    let mut buffer = vec![0; 16 << 10];
    let mut seen: Vec<u8> = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut buffer).await {
        seen.extend_from_slice(&buffer[..length]);
        while let Some(at) = seen.windows(PATCH.len()).position(|bytes| bytes == PATCH) {
            let Some(id) = seen.get(at + PATCH.len()..at + PATCH.len() + ID) else { break };
            let id = String::from_utf8_lossy(id).into_owned();
            *line.patches.lock().unwrap().entry(id).or_default() += 1;
            seen.drain(..at + PATCH.len());
        }
        // No more than the beginning of the next one.
        let keep = seen.len().min(PATCH.len() + ID);
        seen.drain(..seen.len() - keep);
        if to.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}
