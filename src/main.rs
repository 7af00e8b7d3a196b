//! The program. Everything is in the library; here it is started.

use std::process::ExitCode;

fn main() -> ExitCode {
    cckm_tui::start::run(std::env::args_os())
}
