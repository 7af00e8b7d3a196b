//! A password on its way from the keyboard to the server.

use std::fmt;

use secrecy::{ExposeSecret as _, SecretString};

/// A password; wiped when dropped, never printed.
///
/// Equality compares the texts, so that effects that carry one can be compared in tests.
#[derive(Clone)]
pub struct Password(SecretString);

impl Password {
    /// Takes the text.
    pub fn new(text: impl Into<SecretString>) -> Self {
        Self(text.into())
    }

    /// The text, for the body of a sign-in and nothing else.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl PartialEq for Password {
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for Password {}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
