//! How a change ended.

/// What became of a change. The words are part of the contract with the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The server said yes, and a read afterwards shows the new value.
    Verified,
    /// The new value is on the server, though its answer did not say so, or has been replaced since.
    Applied,
    /// The record was read and shows the old value; nobody said yes.
    NotApplied,
    /// It cannot be told.
    Unknown,
    /// The server said no.
    Refused,
}

impl Outcome {
    /// Every outcome there is.
    pub const ALL: [Self; 5] =
        [Self::Verified, Self::Applied, Self::NotApplied, Self::Unknown, Self::Refused];

    /// The word on the screen.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Verified => "VERIFIED",
            Self::Applied => "APPLIED",
            Self::NotApplied => "NOT APPLIED",
            Self::Unknown => "UNKNOWN",
            Self::Refused => "REFUSED",
        }
    }

    /// The word in files, which never changes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Verified => "verified",
            Self::Applied => "applied",
            Self::NotApplied => "not-applied",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
        }
    }
}
