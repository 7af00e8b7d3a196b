//! Flags of `demo-server`.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

use crate::demo::{Discovery, FaultError, Rule, fault_help};

/// Shown for `--fault` in the short help.
const FAULT_HELP: &str =
    "Play this trouble: NAME[xN][:ARG][@METHOD PATHPREFIX]; can be given again. --help lists the names";

/// Flags of the demo server.
#[derive(Debug, Args)]
pub struct DemoServer {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// How many organizations it has.
    #[arg(long, value_name = "N")]
    pub organizations: Option<usize>,
    /// How long a token lives, in seconds.
    #[arg(long, value_name = "S")]
    pub token_seconds: Option<u64>,
    /// How long every answer waits, in milliseconds.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub latency: Option<Duration>,
    /// Serve plain http instead of TLS.
    #[arg(long)]
    pub http: bool,
    /// What is to be read before signing in.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub banner: String,
    /// Trouble to play.
    #[arg(long = "fault", value_name = "FAULT", value_parser = fault, help = FAULT_HELP, long_help = fault_help())]
    pub faults: Vec<Rule>,
    /// The shape in which get-organizations answers: documented, array or envelope.
    #[arg(long, value_name = "SHAPE", value_parser = discovery, default_value = "documented", hide = true)]
    pub discovery: Discovery,
}

fn fault(text: &str) -> Result<Rule, FaultError> {
    Rule::named(text)
}

fn discovery(text: &str) -> Result<Discovery, &'static str> {
    match text {
        "documented" => Ok(Discovery::Documented),
        "array" => Ok(Discovery::Array),
        "envelope" => Ok(Discovery::Envelope),
        _ => Err("documented, array or envelope"),
    }
}

fn milliseconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
}
