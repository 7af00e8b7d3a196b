//! The commands on the settings: what they read, and where they print it.

use std::path::PathBuf;
use std::process::ExitCode;

use color_eyre::eyre::eyre;

use super::connector::Configured;
use super::{Problem, config_directory, print, remark, setting};
use crate::config::FILE_NAME;
use crate::{cli, commands};

/// Shows, begins or checks the settings.
pub(super) fn show_settings(command: cli::Config) -> Result<ExitCode, Problem> {
    let directory =
        || config_directory().ok_or_else(|| setting(eyre!("no home directory: set HOME or XDG_CONFIG_HOME")));
    let text = match command {
        cli::Config::Show { given } => {
            let config = Configured::new(&given, false).first().map_err(setting)?;
            for warning in &config.warnings {
                remark(&format!("warning: {warning}"));
            }
            commands::config::show(&config)
        }
        cli::Config::Init => commands::config::init(&directory()?).map_err(|error| eyre!("{error}"))?,
        cli::Config::Check { file } => {
            let file = file.map_or_else(|| Ok(directory()?.join(FILE_NAME)), Ok::<_, Problem>)?;
            let home = std::env::var_os("HOME").map(PathBuf::from);
            commands::config::check(&file, home).map_err(setting)?
        }
        cli::Config::Schema => commands::config::schema(),
    };
    print(&text)
}
