//! One line for the operator at the bottom of the screen.

use std::time::Duration;

use crate::domain::Moment;

/// How long a passing notice stays.
const STAY: Duration = Duration::from_secs(5);

/// How a notice is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// For information; it goes by itself.
    Info,
    /// Something went wrong or needs a look; it stays until `Esc` or something newer.
    Warning,
}

/// A short message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it says: text of ours and displayed text only.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
    /// When it goes by itself.
    pub until: Option<Moment>,
}

impl Notice {
    /// A notice that goes by itself.
    pub fn info(text: impl Into<String>, now: Moment) -> Self {
        Self { text: text.into(), tone: Tone::Info, until: Some(now + STAY) }
    }

    /// For information that is to be read in peace: it stays as a warning does.
    pub fn lasting(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Info, until: None }
    }

    /// A notice that stays.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Warning, until: None }
    }
}
