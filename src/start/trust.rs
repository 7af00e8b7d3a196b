//! The commands on trusted certificates: which server is meant, where the pins are, and what is asked.

use std::io::{self, BufRead as _, Write as _};
use std::path::Path;
use std::process::ExitCode;

use color_eyre::eyre::{Report, WrapErr as _, eyre};
use tokio::runtime::Runtime;
use url::Url;

use super::connector::server;
use super::{Problem, SHUTDOWN, config_directory, print, setting, state_directory};
use crate::api::{Limits, address, base_url, look};
use crate::cli;
use crate::commands::trust as told;
use crate::config::{Config, FILE_NAME, Sources};
use crate::domain::{Fingerprint, day};
use crate::runtime::clock;
use crate::trust::Store;

/// Runs one of them.
pub(super) fn run(command: cli::Trust) -> Result<ExitCode, Problem> {
    let store = Store::new(state_directory());
    match command {
        cli::Trust::List => print(&told::list(&store).map_err(Report::new)?),
        cli::Trust::Show { server, config } => show(&server, config.as_deref(), &store),
        cli::Trust::Replace { server, sha256, config } => {
            let address = address(&place(&server, config.as_deref())?.1);
            let fingerprint = match sha256 {
                Some(text) => parsed(&text)?,
                None => asked(&address, &store)?,
            };
            let today = day(clock::wall());
            print(&told::replace(&store, &address, fingerprint, today).map_err(Report::new)?)
        }
        cli::Trust::Remove { server, config } => {
            let address = address(&place(&server, config.as_deref())?.1);
            match told::remove(&store, &address).map_err(Report::new)? {
                Some(text) => print(&text),
                None => {
                    Err(eyre!("{address} is not trusted by its certificate; `trust list` names all").into())
                }
            }
        }
    }
}

/// The settings and the address of the server that is meant: a profile of this name, or else an address.
fn place(named: &str, file: Option<&Path>) -> Result<(Config, Url), Problem> {
    let load = |profile: Option<String>| {
        Config::load(&Sources {
            flags: Vec::new(),
            profile,
            file: file.map(Path::to_owned),
            password_stdin: false,
            usual_file: config_directory().map(|directory| directory.join(FILE_NAME)),
            environment: &|_| None,
        })
    };
    let plain = load(None).map_err(setting)?;
    if plain.profiles.iter().any(|profile| profile == named) {
        let config = load(Some(named.to_owned())).map_err(setting)?;
        let no_server = || setting(eyre!("profile {named} has no key `url`"));
        let url = config.url.clone().ok_or_else(no_server)?;
        return Ok((config, url));
    }
    Ok((plain, base_url(named).map_err(setting)?))
}

fn show(named: &str, file: Option<&Path>, store: &Store) -> Result<ExitCode, Problem> {
    let (config, url) = place(named, file)?;
    let (server, proxy) = server(&config, &url, store).map_err(setting)?;
    let runtime = Runtime::new().wrap_err("no threads")?;
    let looked = runtime.block_on(look(&server, proxy.as_ref(), &Limits::default()));
    runtime.shutdown_timeout(SHUTDOWN);
    let (text, believed) = told::show(&address(&url), looked)
        .map_err(|failure| eyre!("{}: {}", address(&url), failure.detail.display()))?;
    print(&text).map(|done| if believed { done } else { ExitCode::FAILURE })
}

fn parsed(text: &str) -> Result<Fingerprint, Problem> {
    Fingerprint::parse(text).map_err(setting)
}

/// The fingerprint that is typed. What is trusted so far is shown before.
fn asked(address: &str, store: &Store) -> Result<Fingerprint, Problem> {
    let before = match store.find(address).map_err(Report::new)? {
        Some(pin) => format!("{address} is trusted by\n  sha256 {}\n", pin.fingerprint),
        None => format!("{address} is not trusted by its certificate yet\n"),
    };
    let ask = "Compare with your CipherTrust administrator, then type or paste the new SHA-256:\n> ";
    let mut err = io::stderr().lock();
    err.write_all((before + ask).as_bytes())
        .and_then(|()| err.flush())
        .wrap_err("nobody reads the question")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line).wrap_err("nothing can be read from standard input")?;
    parsed(line.trim())
}
