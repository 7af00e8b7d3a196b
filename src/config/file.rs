//! The configuration file: found, read within bounds, and made layers of.

use std::path::{Path, PathBuf};

use super::error::{ConfigError, Mistake};
use super::keys::Form;
use super::layer::Layer;
use super::raw::{self, RawFile, RawTable};
use super::{Sources, shown};
use crate::app::SavedView;
use crate::files::{self, Demands, from_home};

/// Longest configuration file that is read, in bytes.
const LARGEST_FILE: u64 = 1 << 20;

/// A file that was read.
pub(super) struct File {
    pub(super) path: PathBuf,
    raw: RawFile,
    home: Option<PathBuf>,
    /// Whether somebody else could have written it.
    pub(super) is_writable_by_others: bool,
    /// What is wrong with its form.
    pub(super) mistakes: Vec<Mistake>,
}

impl File {
    /// The file that is named, or the one in the usual place if there is one.
    pub(super) fn find(sources: &Sources<'_>) -> Result<Option<Self>, ConfigError> {
        let home = sources.home();
        match (&sources.file, &sources.usual_file) {
            (Some(path), _) => Self::read(path, home).map(Some),
            (None, Some(path)) if path.symlink_metadata().is_ok() => Self::read(path, home).map(Some),
            (None, _) => Ok(None),
        }
    }

    /// Reads the file at `path`; `home` is what `~/` stands for.
    pub(super) fn read(path: &Path, home: Option<PathBuf>) -> Result<Self, ConfigError> {
        let contents = files::read(path, Demands::any(LARGEST_FILE))
            .map_err(|error| ConfigError::new(error.path, error.problem.to_string()))?;
        let text = std::str::from_utf8(&contents.bytes).map_err(|error| {
            let good = contents.bytes.iter().take(error.valid_up_to());
            let line = good.filter(|byte| **byte == b'\n').count() + 1;
            ConfigError::new(format!("{}:{line}", shown(path)), "not UTF-8 text")
        })?;
        let (raw, mistakes) = RawFile::parse(text);
        let mistakes = mistakes
            .into_iter()
            .map(|mistake| Mistake::new(format!("{}:{}", shown(path), mistake.line), mistake.reason))
            .collect();
        let is_writable_by_others = contents.is_writable_by_others;
        Ok(Self { path: path.to_owned(), raw, home, is_writable_by_others, mistakes })
    }

    /// The values outside the profiles.
    pub(super) fn layer(&self) -> Layer {
        self.layer_of(&self.raw.top, "")
    }

    /// The values of a profile.
    pub(super) fn profile(&self, name: &str) -> Option<Layer> {
        Some(self.layer_of(self.raw.profiles.get(name)?, &format!(", profile {name}")))
    }

    /// The names of the profiles, in order.
    pub(super) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.raw.profiles.keys().map(String::as_str)
    }

    /// The saved views, by name.
    pub(super) fn views(&self) -> &[SavedView] {
        &self.raw.views
    }

    /// Why there is no profile `name`.
    pub(super) fn no_profile(&self, name: &str) -> String {
        let hint = match raw::nearest(name, self.profiles()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.raw.profiles.is_empty() => "it has no [profiles.<name>] table".to_owned(),
            None => format!("it has {}", self.profiles().collect::<Vec<_>>().join(", ")),
        };
        format!("no profile `{name}` in {}; {hint}", shown(&self.path))
    }

    /// Whether a value with that place stands in this file.
    pub(super) fn wrote(&self, place: &str) -> bool {
        self.line(place).is_some()
    }

    /// The line that a place in this file names.
    pub(super) fn line(&self, place: &str) -> Option<usize> {
        let rest = place.strip_prefix(shown(&self.path).as_str())?.strip_prefix(':')?;
        rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
    }

    fn layer_of(&self, table: &RawTable, whose: &str) -> Layer {
        let mut layer = Layer::default();
        for value in &table.0 {
            let name = value.key.name;
            let place = format!("{}:{}{whose}: key `{name}`", shown(&self.path), value.line);
            let text =
                if value.key.form == Form::Path { self.whole(&value.text) } else { value.text.clone() };
            layer.put(name, text, &place);
        }
        layer
    }

    /// A path in a file begins at the file's directory, or with `~/` at the home directory.
    fn whole(&self, path: &str) -> String {
        let directory = self.path.parent().unwrap_or(Path::new(""));
        if path.is_empty() {
            return String::new();
        }
        let whole = directory.join(from_home(path, self.home.as_deref()));
        whole.to_str().unwrap_or(path).to_owned()
    }
}
