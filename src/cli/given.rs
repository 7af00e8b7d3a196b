//! Settings on the command line: they cover every other source.

use std::path::PathBuf;

use clap::Args;

use crate::theme;

/// Which server, and in whose name.
#[derive(Clone, Debug, Default, Args)]
pub struct Place {
    /// Read this configuration file.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use this profile of the file.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Address of the CipherTrust Manager, such as cm.example.com.
    #[arg(long)]
    pub url: Option<String>,
    /// Who signs in.
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Domain to sign in to; without it, the root domain.
    #[arg(long, value_name = "NAME")]
    pub domain: Option<String>,
    /// Trust the certificates in this PEM file besides those of the system.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Trust the server with this certificate and no other: its SHA-256, with or without colons.
    #[arg(long, value_name = "SHA256")]
    pub pin: Option<String>,
}

/// Settings on the command line.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct Given {
    /// Which server, and in whose name.
    #[command(flatten)]
    pub place: Place,
    /// Refuse every change.
    #[arg(long)]
    pub read_only: bool,
    /// Colours.
    #[arg(long, value_name = "HOW", value_parser = ["auto", "16", "256", "true", "never"])]
    pub color: Option<String>,
    /// Theme.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(theme::NAMES))]
    pub theme: Option<String>,
    /// Show nothing but ASCII.
    #[arg(long)]
    pub ascii: bool,
    /// Draw as little as possible, for a slow line.
    #[arg(long)]
    pub low_bandwidth: bool,
    /// Listen to the mouse in the list: a click selects, the wheel scrolls, a double click opens.
    #[arg(long)]
    pub mouse: bool,
    /// Where copied text goes: to the terminal (OSC 52), into a file, or nowhere.
    #[arg(long, value_name = "WHERE", value_parser = ["osc52", "file", "off"])]
    pub clipboard: Option<String>,
    /// What to write to the log file.
    #[arg(long, value_name = "LEVEL", value_parser = ["off", "error", "warn", "info", "debug", "trace"])]
    pub log_level: Option<String>,
}

impl Given {
    /// The values given, by the keys of the configuration file. A path that is not UTF-8 counts as
    /// [`to_string_lossy`](std::path::Path::to_string_lossy) has it, and will not be found.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let place = &self.place;
        let ca_file = place.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
        let given = [
            ("url", place.url.clone()),
            ("username", place.username.clone()),
            ("domain", place.domain.clone()),
            ("ca_file", ca_file),
            ("pin", place.pin.clone()),
            ("read_only", self.read_only.then(|| "true".to_owned())),
            ("color", self.color.clone()),
            ("theme", self.theme.clone()),
            ("ascii", self.ascii.then(|| "true".to_owned())),
            ("low_bandwidth", self.low_bandwidth.then(|| "true".to_owned())),
            ("mouse", self.mouse.then(|| "true".to_owned())),
            ("clipboard", self.clipboard.clone()),
            ("log_level", self.log_level.clone()),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}
