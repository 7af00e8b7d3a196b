//! What is wrong with the settings, all of it at once.

use std::fmt;

/// Why the settings cannot be used: every mistake, each with its place.
#[derive(Debug, thiserror::Error)]
pub struct ConfigError {
    mistakes: Vec<Mistake>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// File with line and key, flag, or variable; escaped.
    pub place: String,
    /// What is wrong, and what was expected. Never a value that could be a secret.
    pub reason: String,
}

impl Mistake {
    pub(super) fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { place: place.into(), reason: reason.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason)
    }
}

impl ConfigError {
    pub(super) fn new(place: impl Into<String>, reason: impl Into<String>) -> Self {
        Mistake::new(place, reason).into()
    }

    /// What is wrong; at least one thing.
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }

    /// Nothing, when there is no mistake.
    pub(super) fn unless_empty(mistakes: Vec<Mistake>) -> Result<(), Self> {
        if mistakes.is_empty() { Ok(()) } else { Err(Self { mistakes }) }
    }
}

impl From<Mistake> for ConfigError {
    fn from(mistake: Mistake) -> Self {
        Self { mistakes: vec![mistake] }
    }
}

/// One line each.
impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.mistakes.iter().enumerate() {
            let end = if index == 0 { "" } else { "\n" };
            write!(f, "{end}{mistake}")?;
        }
        Ok(())
    }
}
