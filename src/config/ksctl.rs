//! What the vendor's command line tool `ksctl` would use: its variables and `~/.ksctl/config.yaml`.
//!
//! Both have the same names (API contract §9.2) and are only read. They are the last to be asked, so an
//! operator who uses `ksctl` needs no settings here. Two of them are not followed, and a warning says so:
//! `KSCTL_NOSSLVERIFY`, since certificates are always verified, and `KSCTL_JWT`, since a token that cannot be
//! renewed would end in the middle of a change.

use std::path::{Path, PathBuf};

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError};

use super::error::Mistake;
use super::layer::Layer;
use super::{Config, PasswordSource, Sources, shown, text_variable, typed};
use crate::domain::Password;
use crate::files::{self, Demands};

/// Longest file that is read, in bytes.
const LARGEST_FILE: u64 = 64 << 10;

/// The names whose values are taken over, and our keys for them.
const KEYS: [(&str, &str); 5] = [
    ("KSCTL_URL", "url"),
    ("KSCTL_USERNAME", "username"),
    ("KSCTL_DOMAIN", "domain"),
    ("KSCTL_AUTH_DOMAIN", "auth_domain"),
    ("KSCTL_TIMEOUT", "timeout_seconds"),
];

const PASSWORD: &str = "KSCTL_PASSWORD";
const NO_VERIFY: &str = "KSCTL_NOSSLVERIFY";
const TOKEN: &str = "KSCTL_JWT";

/// What is set for `ksctl`.
pub(super) struct Ksctl {
    /// First those of the file, then the variables, which cover them.
    found: Vec<Found>,
    /// What could not be read.
    warnings: Vec<Mistake>,
}

/// A value as it stands.
struct Found {
    name: String,
    text: zeroize::Zeroizing<String>,
    place: String,
}

impl Ksctl {
    /// Reads both. What is wrong with the file is a warning: it is not ours.
    pub(super) fn read(sources: &Sources<'_>) -> Self {
        let mut ksctl = Self { found: Vec::new(), warnings: Vec::new() };
        if let Some(path) = usual_file(sources).filter(|path| path.symlink_metadata().is_ok()) {
            let read = ksctl.read_file(&path);
            ksctl.warnings.extend(read.err());
        }
        for name in KEYS.map(|(name, _)| name).into_iter().chain([PASSWORD, NO_VERIFY, TOKEN]) {
            match text_variable(sources, name) {
                Ok(text) => ksctl.found.extend(text.map(|text| Found {
                    name: name.to_owned(),
                    text: text.into(),
                    place: name.to_owned(),
                })),
                Err(warning) => ksctl.warnings.push(warning),
            }
        }
        ksctl
    }

    fn read_file(&mut self, path: &Path) -> Result<(), Mistake> {
        let place = shown(path);
        let contents = files::read(path, Demands::any(LARGEST_FILE))
            .map_err(|error| Mistake::new(&place, format!("not used: {}", error.problem)))?;
        let text = std::str::from_utf8(&contents.bytes)
            .map_err(|_text| Mistake::new(&place, "not used: not UTF-8 text"))?;
        let values = flat(text).map_err(|error| {
            let line = error.marker().line();
            Mistake::new(format!("{place}:{line}"), format!("not used: not YAML: {}", error.info()))
        })?;
        let privacy = files::read(path, Demands::secret(LARGEST_FILE).following_links());
        for (name, text, line) in values {
            let place = format!("{place}:{line}");
            match &privacy {
                Err(error) if name == PASSWORD => {
                    let reason = format!("the password is not used: {}", error.problem);
                    self.warnings.push(Mistake::new(place, reason));
                }
                _ => self.found.push(Found { name, text, place }),
            }
        }
        Ok(())
    }

    fn last(&self, name: &str) -> Option<&Found> {
        self.found.iter().rev().find(|found| found.name == name)
    }

    /// The values that we have keys for.
    pub(super) fn layer(&self) -> Layer {
        let mut layer = Layer::default();
        for (name, key) in KEYS {
            if let Some(found) = self.last(name) {
                layer.put(key, found.text.to_string(), &found.place);
            }
        }
        layer
    }

    /// Gives the settings the password, if they have none and are about the same server and user, and adds
    /// the warnings.
    pub(super) fn complete(mut self, config: &mut Config) {
        if config.password == PasswordSource::AskLater {
            self.give_password(config);
        }
        let says_no = |text: &str| matches!(text.to_ascii_lowercase().as_str(), "false" | "0" | "no" | "off");
        if let Some(found) = self.last(NO_VERIFY).filter(|found| !says_no(&found.text)) {
            let reason = format!(
                "{NO_VERIFY} is not obeyed, certificates are always verified: trust the server's at the first \
                 contact or with --pin"
            );
            let warning = Mistake::new(&found.place, reason);
            if config.pin.is_none() && config.ca_file.is_none() {
                self.warnings.push(warning);
            }
        }
        if let Some(found) = self.last(TOKEN).filter(|_| config.password == PasswordSource::AskLater) {
            let reason = format!("{TOKEN} is not used, since it cannot be renewed: sign in with a password");
            let warning = Mistake::new(&found.place, reason);
            self.warnings.push(warning);
        }
        config.warnings.append(&mut self.warnings);
    }

    /// A password is for one server and one user: it is never sent to another.
    fn give_password(&mut self, config: &mut Config) {
        let Some(found) = self.last(PASSWORD) else { return };
        let (theirs, _) = typed::config(&self.layer());
        let is_same_server = theirs.url.is_none() || theirs.url == config.url;
        let is_same_user = theirs.username.is_none()
            || (theirs.username == config.username && theirs.connection == config.connection);
        if is_same_server && is_same_user {
            config.password = PasswordSource::Given(Password::new(found.text.as_str()));
            config.origins.insert("password", found.place.clone());
        } else {
            let whose = if is_same_server { "KSCTL_USERNAME" } else { "KSCTL_URL" };
            let reason = format!("the password is not used: it belongs to {whose}, which is not used either");
            let warning = Mistake::new(&found.place, reason);
            self.warnings.push(warning);
        }
    }
}

fn usual_file(sources: &Sources<'_>) -> Option<PathBuf> {
    let home = (sources.environment)("HOME").filter(|home| !home.is_empty())?;
    Some(PathBuf::from(home).join(".ksctl").join("config.yaml"))
}

/// The texts of a YAML file that is one mapping: name in capitals, text, line. What is nested deeper is not
/// ours, nor is what is empty.
fn flat(text: &str) -> Result<Vec<(String, zeroize::Zeroizing<String>, usize)>, ScanError> {
    let mut values = Vec::new();
    let mut depth = 0_usize;
    let mut key: Option<String> = None;
    for event in Parser::new_from_str(text) {
        let (event, span) = event?;
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                depth += 1;
            }
            Event::MappingEnd | Event::SequenceEnd => {
                depth = depth.saturating_sub(1);
                if depth == 1 {
                    key = None;
                }
            }
            Event::Scalar(text, style, ..) if depth == 1 => match key.take() {
                None => key = Some(text.to_ascii_uppercase()),
                Some(name) => {
                    let is_null =
                        style == ScalarStyle::Plain && matches!(&*text, "~" | "null" | "Null" | "NULL");
                    if !text.is_empty() && !is_null {
                        values.push((name, text.into_owned().into(), span.start.line()));
                    }
                }
            },
            Event::Alias(_) if depth == 1 => key = None,
            _ => {}
        }
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_yaml_file_is_read_as_texts_with_their_lines() {
        let text = "---\n# ksctl\nKSCTL_URL: https://cm  # the server\nksctl_username: \"ops 1\"\n\
                    KSCTL_PASSWORD: '0123: #x'\nKSCTL_TIMEOUT: 30\nKSCTL_JWT:\nKSCTL_RESP: null\nother:\n  \
                    KSCTL_DOMAIN: no\n  list: [a, {b: c}]\nKSCTL_DOMAIN: yes\n";
        let values = flat(text).unwrap();
        let values: Vec<_> =
            values.iter().map(|(name, text, line)| (&**name, text.as_str(), *line)).collect();
        assert_eq!(
            values,
            [
                ("KSCTL_URL", "https://cm", 3),
                ("KSCTL_USERNAME", "ops 1", 4),
                ("KSCTL_PASSWORD", "0123: #x", 5),
                ("KSCTL_TIMEOUT", "30", 6),
                ("KSCTL_DOMAIN", "yes", 12),
            ]
        );
        assert_eq!(flat("").unwrap(), []);
        assert_eq!(flat("- KSCTL_URL").unwrap().len(), 0, "a list has no names");
    }

    #[test]
    fn fs_10_a_file_that_is_no_yaml_is_an_error_and_depth_does_no_harm() {
        assert!(flat("a: b: c").is_err());
        assert!(flat("a: \"b").is_err());
        assert!(flat(&"[".repeat(50_000)).is_err());
        assert!(flat(&"- ".repeat(50_000)).is_ok_and(|values| values.is_empty()));
        assert!(flat(&format!("a: {}{}", "[".repeat(100), "]".repeat(100))).is_ok());
    }
}
