//! Reading a list page by page, until the server's total is reached or no progress is made.

use std::collections::HashSet;

use super::row::RowKey;
use crate::app::effect::RequestId;
use crate::domain::{Moment, Window};

/// A list being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// The page being waited for.
    pub request: RequestId,
    /// When the first page was asked for.
    pub since: Moment,
    /// The window of that page.
    pub window: Window,
    /// Records received, those that came twice included: what `skip` counts.
    pub received: usize,
    /// The server's latest total.
    pub total: Option<usize>,
    /// Every key received.
    pub seen: HashSet<RowKey>,
    /// Records read by themselves since the reading began: what a page says of them may be older.
    pub newer: HashSet<RowKey>,
}

/// How a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All that the server counts.
    Whole,
    /// The server gave fewer different records than it counts.
    Incomplete {
        /// What the server counts.
        total: usize,
    },
}

impl Load {
    /// A list whose first page is asked for.
    pub fn new(request: RequestId, since: Moment) -> Self {
        let (seen, newer) = (HashSet::new(), HashSet::new());
        Self { request, since, window: Window::FIRST, received: 0, total: None, seen, newer }
    }

    /// Takes a page into account; says how the list ended, or nothing when the next window is to be asked for.
    ///
    /// A short page does not end a list whose total says more. A page that brings nothing new does: a
    /// server that repeats itself would be asked for ever.
    pub fn page(&mut self, keys: Vec<RowKey>, total: Option<usize>) -> Option<Ended> {
        let records = keys.len();
        let known = self.seen.len();
        self.received += records;
        self.total = total;
        self.seen.extend(keys);
        let no_progress = self.seen.len() == known;
        let done = match total {
            Some(total) => self.received >= total,
            None => records < self.window.limit,
        };
        self.window.skip = self.received;
        if !done && !no_progress {
            return None;
        }
        Some(match total {
            Some(total) if self.seen.len() < total => Ended::Incomplete { total },
            _ => Ended::Whole,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::effect::RequestIds;

    fn keys(range: std::ops::Range<u64>) -> Vec<RowKey> {
        range.map(RowKey::Damaged).collect()
    }

    fn load() -> Load {
        Load::new(RequestIds::default().next(), Moment::START)
    }

    #[test]
    fn a_short_page_is_not_the_end_while_the_total_says_more() {
        let mut load = load();
        assert_eq!(load.page(keys(0..10), Some(25)), None);
        assert_eq!(load.window, Window { skip: 10, limit: 100 });
        assert_eq!(load.page(keys(10..20), Some(25)), None);
        assert_eq!(load.page(keys(20..25), Some(25)), Some(Ended::Whole));
    }

    #[test]
    fn js_04_without_a_total_a_short_page_is_the_end() {
        let mut load = load();
        assert_eq!(load.page(keys(0..100), None), None);
        assert_eq!(load.page(keys(100..130), None), Some(Ended::Whole));
    }

    #[test]
    fn js_05_a_server_that_repeats_itself_is_not_asked_for_ever() {
        let mut same = load();
        assert_eq!(same.page(keys(0..100), Some(500)), None);
        assert_eq!(same.page(keys(0..100), Some(500)), Some(Ended::Incomplete { total: 500 }));
        let mut empty = load();
        assert_eq!(empty.page(keys(0..0), Some(500)), Some(Ended::Incomplete { total: 500 }));
    }

    #[test]
    fn js_06_records_that_came_twice_count_once() {
        let mut load = load();
        assert_eq!(load.page(keys(0..100), Some(150)), None);
        assert_eq!(load.page(keys(99..149), Some(150)), Some(Ended::Incomplete { total: 150 }));
        assert_eq!(load.seen.len(), 149);
    }

    #[test]
    fn js_04_a_total_that_shrinks_or_grows_is_followed() {
        let mut load = load();
        assert_eq!(load.page(keys(0..100), Some(150)), None);
        assert_eq!(load.page(keys(100..120), Some(120)), Some(Ended::Whole));
    }
}
