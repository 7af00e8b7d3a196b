//! Which servers are believed, and that not one byte is said to the others.

mod certificates;
mod matrix;
mod mid_session;
mod proxies;
mod versions;
mod witness;

use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, RetryPolicy, Server, Trust, base_url};
use cckm_tui::domain::{Failure, Password, Pin};

use certificates::{fingerprint, good};
use witness::Witness;

/// What must never reach a server that is not believed.
const PASSWORD: &str = "canary-Passw0rd!";

fn limits() -> Limits {
    let patience = Duration::from_secs(30);
    Limits {
        connect: patience,
        read: patience,
        write: patience,
        external: patience,
        sign_in: patience,
        retry: RetryPolicy {
            base: Duration::from_millis(1),
            cap: Duration::from_millis(5),
            ..RetryPolicy::default()
        },
        ..Limits::default()
    }
}

fn server(address: std::net::SocketAddr, trust: Trust) -> Server {
    Server { base: base_url(&format!("https://{address}")).unwrap(), trust }
}

fn pinned(certificate: &[u8]) -> Trust {
    Trust::Pinned(Pin { fingerprint: fingerprint(certificate), since: None })
}

fn reader(witness: &Witness, trust: Trust) -> Reader {
    Reader::new(server(witness.address, trust), Credentials::new("admin"), limits()).unwrap()
}

async fn sign_in(reader: &Reader) -> Result<(), Failure> {
    reader.sign_in(Some(Password::new(PASSWORD))).await
}

/// A pin of something else.
fn wrong_pin() -> Trust {
    pinned(b"another certificate")
}
