//! The client against the documented contract and against servers that break it.

mod calls;
mod certificate;
mod checks;
mod demo;
mod faults;
mod memory;
mod renewal;
mod secrets;
mod session;
mod storm;
mod trust;

use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, RetryPolicy, Server, Trust, Writer, base_url};
use cckm_tui::domain::{Criteria, OrganizationId, OrganizationPatch, Password};

use crate::support::scripted::{Reply, Request, Scripted};

const ID: &str = "2473e846-31a8-4ee6-8299-17025548b4e2";
const PASSWORD: &str = "canary-Passw0rd!";

/// Fast, but patient enough for a busy machine.
fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(5),
        read: Duration::from_secs(15),
        write: Duration::from_secs(15),
        external: Duration::from_secs(15),
        sign_in: Duration::from_secs(15),
        retry: RetryPolicy {
            base: Duration::from_millis(1),
            cap: Duration::from_millis(5),
            ..RetryPolicy::default()
        },
        ..Limits::default()
    }
}

/// Deadlines that are meant to pass.
fn short() -> Limits {
    let soon = Duration::from_millis(300);
    Limits { read: soon, write: soon, external: soon, sign_in: soon, ..limits() }
}

fn credentials() -> Credentials {
    Credentials::new("admin")
}

fn password() -> Password {
    Password::new(PASSWORD)
}

fn reader_at(base: &str, limits: Limits) -> Reader {
    let server = Server { base: base_url(base).unwrap(), trust: Trust::System };
    Reader::new(server, credentials(), limits).unwrap()
}

/// A client with a session.
async fn signed_in(server: &Scripted, limits: Limits) -> Reader {
    let reader = reader_at(&server.http(), limits);
    reader.sign_in(Some(password())).await.unwrap();
    reader
}

async fn writer(server: &Scripted, limits: Limits) -> Writer {
    Writer::new(signed_in(server, limits).await)
}

/// Tokens for everybody; `script` for the rest.
async fn with_tokens(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Scripted {
    Scripted::plain(
        move |request| if request.is_token() { token("canary.jwt.1", "300") } else { script(request) },
    )
    .await
}

fn token(jwt: &str, duration: &str) -> Reply {
    Reply::json(
        200,
        &format!(
            r#"{{"jwt":"{jwt}","duration":{duration},"token_type":"Bearer","client_id":"c",
                "refresh_token_id":"67223300-b56d","refresh_token":"canary-refresh-1"}}"#
        ),
    )
}

fn organization(id: &str) -> String {
    format!(r#"{{"id":"{id}","name":"Thales","connection":"new-sfdc-connection","updatedAt":"2021"}}"#)
}

fn page(total: usize, ids: &[&str]) -> String {
    let rows: Vec<_> = ids.iter().map(|id| organization(id)).collect();
    format!(r#"{{"skip":0,"limit":100,"total":{total},"resources":[{}]}}"#, rows.join(","))
}

fn id() -> OrganizationId {
    OrganizationId::new(ID).unwrap()
}

fn patch() -> OrganizationPatch {
    OrganizationPatch { connection: "new-sfdc-connection".into() }
}

/// An error of the first shape.
fn unauthorized() -> Reply {
    Reply::json(
        401,
        r#"{"code":5,"codeDesc":"NCERRUnauthorizedAccess","message":"Token is expired","requestID":"r-1"}"#,
    )
}
