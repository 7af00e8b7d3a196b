//! What has to be seen before it can be agreed to: a key that was typed before its window could be read is no consent.

use std::time::Duration;

use crate::domain::Moment;

/// How long a window that asks for consent ignores keys after it was drawn.
pub const DEAF: Duration = Duration::from_millis(500);

/// Since when the present contents of a window are in sight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sight(Option<Moment>);

impl Sight {
    /// A frame that shows them was drawn.
    pub fn drawn(&mut self, now: Moment) {
        self.0.get_or_insert(now);
    }

    /// They are not in sight any more, or are others: they have to be drawn, and read, anew.
    pub const fn covered(&mut self) {
        self.0 = None;
    }

    /// Whether they were drawn.
    pub const fn is_drawn(&self) -> bool {
        self.0.is_some()
    }

    /// When the window begins to listen; none while they were not drawn.
    pub fn listens_at(&self) -> Option<Moment> {
        self.0.map(|at| at + DEAF)
    }

    /// Whether the window takes keys at `now`.
    pub fn listens(&self, now: Moment) -> bool {
        self.listens_at().is_some_and(|at| now >= at)
    }
}
