//! What has to be settled with the system before the first frame.

use std::fs::File;
use std::io::{self, IsTerminal as _};

use color_eyre::config::HookBuilder;
use color_eyre::eyre::{Report, eyre};

use super::{Problem, setting};

/// What is printed goes through the display rule, and may go into a file.
pub(super) fn errors_without_colours() -> Result<(), Report> {
    let hooks = HookBuilder::new().theme(color_eyre::config::Theme::new()).display_env_section(false);
    let (_panics, errors) = hooks.try_into_hooks()?;
    Ok(errors.install()?)
}

/// A dashboard needs a terminal to read from and to draw on.
///
/// With the password on standard input, the keys come from the controlling terminal.
pub(super) fn refuse_what_is_no_terminal(password_stdin: bool) -> Result<(), Problem> {
    let advice = "start it in a terminal, or with --plain, which asks and answers line by line; `cckm-tui list`, `get`, \
                  `connections`, `snapshot`, `diff`, `plan`, `apply` and `demo-server` need none";
    let keys = if password_stdin { File::open("/dev/tty").is_ok() } else { io::stdin().is_terminal() };
    let stdio = [("input", keys), ("output", io::stdout().is_terminal())];
    for (name, is_terminal) in stdio {
        if !is_terminal {
            return Err(setting(eyre!("standard {name} is not a terminal: {advice}")));
        }
    }
    match std::env::var_os("TERM") {
        Some(term) if term != "dumb" && !term.is_empty() => Ok(()),
        Some(term) if term == "dumb" => Err(setting(eyre!(
            "this terminal cannot move its cursor (TERM is dumb): use --plain, which asks and answers line by line"
        ))),
        _ => Err(setting(eyre!(
            "TERM is not set, so the terminal is unknown: set it, to xterm for instance, or use --plain"
        ))),
    }
}

/// Work that needs no rights of the whole machine is better done without them.
pub(super) fn mention_root() {
    if rustix::process::geteuid().is_root() {
        tracing::warn!("running as root: an account of its own is enough for this program");
    }
}
