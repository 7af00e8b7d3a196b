//! The demo server alone.

use std::io::{self, Write as _};
use std::process::ExitCode;

use color_eyre::eyre::{Report, WrapErr as _};
use tokio::runtime::Runtime;

use super::{Problem, SHUTDOWN, killed_by};
use crate::cli::DemoServer;
use crate::demo::{self, Demo};
use crate::runtime::signals;

/// Serves the demo until a signal comes.
pub(super) fn serve_demo(flags: &DemoServer) -> Result<ExitCode, Problem> {
    let runtime = Runtime::new().wrap_err("no threads")?;
    let number = runtime.block_on(async {
        let mut ends = signals::ends().wrap_err("signals cannot be handled")?;
        let defaults = demo::Options::default();
        let demo = Demo::start(demo::Options {
            listen: flags.listen,
            organizations: flags.organizations.unwrap_or(defaults.organizations),
            token_seconds: flags.token_seconds.unwrap_or(defaults.token_seconds),
            latency: flags.latency.unwrap_or(defaults.latency),
            tls: !flags.http,
            discovery: flags.discovery,
            banner: flags.banner.clone(),
            ..defaults
        });
        let demo = demo.await.wrap_err("the demo server did not start")?;
        flags.faults.iter().for_each(|fault| demo.faults().add(fault.clone()));
        announce(&demo).wrap_err("nobody reads where the demo server is")?;
        Ok::<_, Report>(ends.recv().await.unwrap_or_default())
    })?;
    runtime.shutdown_timeout(SHUTDOWN);
    Ok(killed_by(number))
}

/// The four lines that scripts read: base URL, user, password, and the certificate's fingerprint with TLS.
fn announce(demo: &Demo) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}\nuser {}\npassword {}", demo.base(), demo.user(), demo.password())?;
    if let Some(fingerprint) = demo.certificate_sha256() {
        writeln!(out, "certificate sha256 {fingerprint}")?;
    }
    out.flush()
}
