//! Reading a list by its pages, several at a time, although it may change meanwhile.
//!
//! ```text
//!  places   0 ········· 99 ········· 198 ········· 297 ···
//!  pages    [──────────]
//!                      [────────────]              each page begins with the last record of the one before
//!                                   [────────────]
//! ```
//!
//! A record that is there all the time cannot be missed as long as neighbours agree on the record they share,
//! whatever was inserted or removed in between, and whenever each page was read: to be behind the end of one page
//! and before the begin of the next, it would have to change places with the shared one. So a reading holds what
//! the server holds when neighbours agree, the last page was the end of the list when it was read, and there are as
//! many different records as the server counts. Otherwise something moved, and all is read once more; when that
//! does not add up either, the list says so.

use std::collections::HashMap;

use super::places::Places;
use crate::app::effect::{RequestId, RequestIds};
use crate::domain::{Failure, FailureKind, Moment, Window};

/// Pages asked for at a time. Fewer than a client sends at a time: a record that the operator waits for gets its
/// turn.
const AT_ONCE: usize = 4;

/// A list being read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// When the first page was asked for.
    pub since: Moment,
    /// Records read by themselves since the reading began: what a page says of them may be older.
    pub newer: Places,
    /// The pages being waited for.
    waiting: Vec<(RequestId, Window)>,
    pass: Pass,
    /// Whether this is the second reading, because the first did not add up.
    again: bool,
    /// Most records asked for at a time.
    most: usize,
}

/// How a list ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All that the server has.
    Whole,
    /// The server gave other than the number of different records that it counts, twice.
    Incomplete {
        /// Different records given.
        given: usize,
        /// What the server counts.
        total: usize,
    },
    /// There are as many as the server counts, but they moved while they were read, twice.
    Moved,
}

impl Ended {
    /// What is wrong with the list, as a clause; none when it is whole.
    pub fn trouble(self) -> Option<String> {
        match self {
            Self::Whole => None,
            Self::Incomplete { given, total } => Some(format!("incomplete: {given} of the server's {total}")),
            Self::Moved => Some("may be incomplete: it changed while it was read".to_owned()),
        }
    }
}

/// One reading from begin to end. A place is a number of the server's order, from zero on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Pass {
    /// The rows received.
    seen: Places,
    /// The server's latest total.
    total: Option<usize>,
    /// Records asked for at a time.
    size: usize,
    /// The first place that nothing was asked for.
    next: usize,
    /// Where, as far as is known, the list ends.
    end: usize,
    /// Places that were asked for and not given.
    left: Vec<(usize, usize)>,
    /// The records at the ends of pages.
    ends: HashMap<usize, u32>,
    /// The end of the page that came farthest, and whether that was the end of the list when it was read.
    farthest: (usize, bool),
    /// Whether neighbours disagreed, or the server gave more than it counts.
    moved: bool,
    /// Whether a page brought nothing new: a server that repeats itself would be asked for ever.
    stuck: bool,
}

impl Load {
    /// A list whose first page is to be asked for, and whose later ones have at most so many records.
    pub fn new(since: Moment, most: usize) -> Self {
        let pass = Pass::new(Window::PAGE.min(most), 1);
        Self { since, newer: Places::default(), waiting: Vec::new(), pass, again: false, most }
    }

    /// The pages to be asked for now: as many as may be waited for at a time, as far as there are any.
    pub fn ask(&mut self, requests: &mut RequestIds) -> Vec<(RequestId, Window)> {
        let before = self.waiting.len();
        while self.waiting.len() < AT_ONCE
            && let Some(window) = self.pass.ask()
        {
            self.waiting.push((requests.next(), window));
        }
        self.waiting.get(before..).unwrap_or_default().to_vec()
    }

    /// Whether the answer to this is waited for.
    pub fn waits_for(&self, request: RequestId) -> bool {
        self.waiting.iter().any(|(waiting, _)| *waiting == request)
    }

    /// The requests that are waited for.
    pub fn requests(&self) -> impl Iterator<Item = RequestId> {
        self.waiting.iter().map(|(request, _)| *request)
    }

    /// Different records received in this reading.
    pub fn received(&self) -> usize {
        self.pass.seen.len()
    }

    /// What the server counts.
    pub const fn total(&self) -> Option<usize> {
        self.pass.total
    }

    /// Whether the list moved while it was read, and is read once more.
    pub const fn is_again(&self) -> bool {
        self.again
    }

    /// The rows of this reading, by their places in the store.
    pub const fn seen(&self) -> &Places {
        &self.pass.seen
    }

    /// Takes a page into account: the rows that it brought, by their places in the store.
    pub fn page(&mut self, request: RequestId, rows: Vec<u32>, total: Option<usize>) {
        let Some(window) = self.answered(request) else { return };
        self.pass.page(window, rows, total, &mut self.most);
    }

    /// Whether a page that failed is asked for once more, in smaller ones: how large a page may be, no document
    /// says.
    pub fn in_smaller_pages(&mut self, request: RequestId, failure: &Failure) -> bool {
        let too_large = match failure.kind {
            FailureKind::TooLarge { .. } => true,
            FailureKind::Refused { status } => matches!(status, 400 | 413 | 422),
            _ => false,
        };
        let large =
            self.waiting.iter().any(|(asked, window)| *asked == request && window.limit > Window::PAGE);
        let Some(window) = (too_large && large).then(|| self.answered(request)).flatten() else {
            return false;
        };
        self.most = Window::PAGE;
        self.pass.size = self.pass.size.min(Window::PAGE);
        self.pass.left.push((window.skip, window.skip.saturating_add(window.limit).min(self.pass.end)));
        true
    }

    /// How the list ended; none while it goes on, be it because it begins once more.
    pub fn settle(&mut self) -> Option<Ended> {
        if !self.waiting.is_empty() || self.pass.has_more() {
            return None;
        }
        let (given, size) = (self.pass.seen.len(), self.pass.size);
        let moved = self.pass.moved || !self.pass.farthest.1;
        match self.pass.total {
            Some(total) if total != given && self.again => Some(Ended::Incomplete { given, total }),
            _ if moved && self.again => Some(Ended::Moved),
            Some(total) if total != given || moved => self.begin_again(size, total),
            None if moved => self.begin_again(size, 1),
            _ => Some(Ended::Whole),
        }
    }

    fn begin_again(&mut self, size: usize, end: usize) -> Option<Ended> {
        (self.pass, self.again) = (Pass::new(size, end.max(1)), true);
        self.newer.clear();
        None
    }

    fn answered(&mut self, request: RequestId) -> Option<Window> {
        let at = self.waiting.iter().position(|(waiting, _)| *waiting == request)?;
        Some(self.waiting.swap_remove(at).1)
    }
}

impl Pass {
    fn new(size: usize, end: usize) -> Self {
        Self {
            seen: Places::default(),
            total: None,
            size,
            next: 0,
            end,
            left: Vec::new(),
            ends: HashMap::new(),
            farthest: (0, false),
            moved: false,
            stuck: false,
        }
    }

    fn has_more(&self) -> bool {
        !self.stuck && (!self.left.is_empty() || self.next < self.end)
    }

    /// The next window. It begins one place early, where there is one and a page can hold two.
    fn ask(&mut self) -> Option<Window> {
        if !self.has_more() {
            return None;
        }
        let (from, to) = self.left.pop().unwrap_or((self.next, usize::MAX));
        let skip = if self.size > 1 { from.saturating_sub(1) } else { from };
        let end = skip.saturating_add(self.size).min(to);
        if end < to && to != usize::MAX {
            self.left.push((end, to));
        }
        self.next = self.next.max(end);
        Some(Window { skip, limit: end - skip })
    }

    fn page(&mut self, window: Window, rows: Vec<u32>, total: Option<usize>, most: &mut usize) {
        let (given, asked) = (rows.len(), window.skip.saturating_add(window.limit));
        let (end, known) = (window.skip.saturating_add(given), self.seen.len());
        let mut disagrees = false;
        if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
            disagrees = self.disagrees(window.skip, *first) | self.disagrees(end - 1, *last);
        }
        self.seen.extend(rows);
        let new = self.seen.len() > known;
        self.total = total;
        let full = given >= window.limit;
        // A full page may be followed by another where nothing is counted, or where more came than is counted.
        let beyond = end + usize::from(full && new);
        self.end = match total {
            Some(total) if end <= total => total,
            Some(_) => {
                self.moved |= given > 0;
                beyond
            }
            None => beyond,
        };
        let short = end < asked.min(self.end);
        if end >= self.farthest.0 {
            self.farthest = (end, end >= self.end);
        }
        // Neighbours on both sides may have been there before.
        let shared = if window.limit > 1 { 2 } else { 0 };
        self.stuck |= !new && (given > shared || disagrees || short);
        let neighbour_is_gone = given == 0 && window.skip > 0 && window.limit > 1;
        self.moved |= self.stuck || disagrees || neighbour_is_gone;
        if short && new {
            // The server gives no more than this at a time.
            *most = given.min(*most);
            self.left.push((end, asked.min(self.end)));
        }
        // How many there are is known: larger pages are worth their while.
        self.size = if full && window.skip == 0 && end < self.end && total.is_some() {
            *most
        } else {
            self.size.min(*most)
        };
    }

    /// Both pages that hold a place must hold the same record there.
    fn disagrees(&mut self, place: usize, row: u32) -> bool {
        self.ends.insert(place, row).is_some_and(|other| other != row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Call;

    fn rows(range: std::ops::Range<u32>) -> Vec<u32> {
        range.collect()
    }

    /// A reading, and what it asked for and was not answered yet.
    struct Reading {
        load: Load,
        requests: RequestIds,
        asked: Vec<(RequestId, Window)>,
        /// Every window so far.
        windows: Vec<Window>,
    }

    impl Reading {
        fn new() -> Self {
            let load = Load::new(Moment::START, Window::LARGE);
            let mut reading =
                Self { load, requests: RequestIds::default(), asked: Vec::new(), windows: Vec::new() };
            reading.ask();
            reading
        }

        fn ask(&mut self) {
            let asked = self.load.ask(&mut self.requests);
            self.windows.extend(asked.iter().map(|(_, window)| *window));
            self.asked.extend(asked);
        }

        /// Answers the page asked for first.
        fn page(&mut self, rows: Vec<u32>, total: Option<usize>) -> Option<Ended> {
            let (request, _) = self.asked.remove(0);
            self.load.page(request, rows, total);
            let ended = self.load.settle();
            self.ask();
            ended
        }

        /// Answers everything as a list of so many does that gives at most `cap` at a time and counts `total`.
        fn served(mut self, held: u32, cap: usize, total: Option<usize>) -> (Option<Ended>, Vec<Window>) {
            for _ in 0..10_000 {
                let (_, Window { skip, limit }) = self.asked[0];
                let from = u32::try_from(skip).unwrap().min(held);
                let to = u32::try_from(skip.saturating_add(limit.min(cap))).unwrap().min(held);
                let ended = self.page(rows(from..to), total);
                if ended.is_some() {
                    return (ended, self.windows);
                }
            }
            panic!("it does not end: {:?}", self.load);
        }
    }

    fn pairs(windows: &[Window]) -> Vec<(usize, usize)> {
        windows.iter().map(|window| (window.skip, window.limit)).collect()
    }

    #[test]
    fn nt_29_after_the_first_page_four_larger_ones_are_asked_for_at_a_time() {
        let mut reading = Reading::new();
        assert_eq!(pairs(&reading.windows), [(0, 100)]);
        assert_eq!(reading.page(rows(0..100), Some(9000)), None);
        let four = [(99, 1000), (1098, 1000), (2097, 1000), (3096, 1000)];
        assert_eq!(pairs(&reading.windows[1..]), four);
        assert_eq!(reading.page(rows(99..1099), Some(9000)), None);
        assert_eq!(pairs(&reading.windows[5..]), [(4095, 1000)]);
        let (ended, windows) = Reading::new().served(9000, 5000, Some(9000));
        assert_eq!((ended, windows.len()), (Some(Ended::Whole), 10));
    }

    #[test]
    fn js_04_a_short_page_is_not_the_end_while_the_total_says_more() {
        let (ended, windows) = Reading::new().served(25, 10, Some(25));
        assert_eq!(ended, Some(Ended::Whole));
        assert_eq!(pairs(&windows), [(0, 100), (9, 10), (18, 7)]);
    }

    #[test]
    fn js_04_without_a_total_a_short_page_is_the_end() {
        for (held, pages) in [(0, 1), (40, 1), (99, 1), (100, 2), (130, 2), (199, 3)] {
            let (ended, windows) = Reading::new().served(held, 1000, None);
            assert_eq!((ended, windows.len()), (Some(Ended::Whole), pages), "{held}");
        }
    }

    #[test]
    fn js_04_a_total_that_is_wrong_is_told_and_asked_for_no_longer_than_something_comes() {
        for (held, total, most) in [(120, 500, 20), (120, usize::MAX, 20), (120, 50, 8), (0, 7, 8), (1, 0, 8)]
        {
            let (ended, windows) = Reading::new().served(held, 1000, Some(total));
            let given = usize::try_from(held).unwrap();
            assert_eq!(ended, Some(Ended::Incomplete { given, total }));
            assert!(windows.len() <= most, "{held} of {total}: {windows:?}");
        }
    }

    #[test]
    fn js_05_a_limit_cut_to_one_comes_to_its_end() {
        let (ended, windows) = Reading::new().served(7, 1, Some(7));
        assert_eq!((ended, windows.len()), (Some(Ended::Whole), 7));
        let (ended, windows) = Reading::new().served(7, 2, Some(7));
        assert_eq!((ended, windows.len()), (Some(Ended::Whole), 6));
    }

    #[test]
    fn js_05_a_server_that_repeats_itself_is_not_asked_for_ever() {
        for repeated in [rows(0..100), rows(0..1), rows(0..0)] {
            let mut reading = Reading::new();
            let given = repeated.len();
            let ended = (0..20).find_map(|_| reading.page(repeated.clone(), Some(500)));
            assert_eq!(ended, Some(Ended::Incomplete { given, total: 500 }));
        }
    }

    #[test]
    fn pages_of_two_may_hold_what_both_neighbours_gave() {
        let mut reading = Reading::new();
        reading.page(rows(0..2), Some(6));
        assert_eq!(pairs(&reading.windows[1..]), [(1, 2), (2, 2), (3, 2), (4, 2)]);
        reading.asked.rotate_left(2);
        for first in [3, 4, 1] {
            assert_eq!(reading.page(rows(first..first + 2), Some(6)), None);
        }
        assert_eq!(reading.page(rows(2..4), Some(6)), Some(Ended::Whole));
    }

    #[test]
    fn js_07_a_record_removed_before_the_next_page_is_found_by_the_one_that_neighbours_share() {
        let mut reading = Reading::new();
        assert_eq!(reading.page(rows(0..100), Some(150)), None);
        // 5 is gone, and 200 came: as many as before.
        assert_eq!(reading.page(rows(100..150).into_iter().chain(rows(200..201)).collect(), Some(150)), None);
        assert!(reading.load.is_again(), "a second reading");
        let all = || rows(0..5).into_iter().chain(rows(6..150)).chain(rows(200..201)).collect();
        assert_eq!(reading.page(all(), Some(150)), Some(Ended::Whole));
    }

    #[test]
    fn js_07_without_a_total_a_shared_record_that_is_gone_is_noticed() {
        let mut reading = Reading::new();
        assert_eq!(reading.page(rows(0..100), None), None);
        assert_eq!(reading.page(Vec::new(), None), None);
        assert!(reading.load.is_again());
    }

    #[test]
    fn js_08_a_list_that_moves_twice_says_so() {
        let mut reading = Reading::new();
        for _ in 0..2 {
            assert_eq!(reading.page(rows(0..100), Some(150)), None);
            let shuffled = || rows(100..150).into_iter().chain(rows(99..100)).collect();
            let ended = reading.page(shuffled(), Some(150));
            if reading.load.received() == 150 {
                assert_eq!(ended, Some(Ended::Moved));
            }
        }
    }

    #[test]
    fn js_04_a_total_that_shrinks_or_grows_is_followed() {
        for end in [120, 180] {
            let mut reading = Reading::new();
            assert_eq!(reading.page(rows(0..100), Some(150)), None);
            let total = usize::try_from(end).unwrap();
            assert_eq!(reading.page(rows(99..end), Some(total)), Some(Ended::Whole));
        }
    }

    #[test]
    fn a_page_that_is_too_large_for_the_server_is_asked_for_in_smaller_ones() {
        let refusals = [FailureKind::Refused { status: 400 }, FailureKind::TooLarge { most: 1 }];
        for kind in refusals {
            let refused = Failure::new(Call::ListOrganizations, kind, "");
            let mut reading = Reading::new();
            assert!(!reading.load.in_smaller_pages(reading.asked[0].0, &refused), "the first is small");
            reading.page(rows(0..100), Some(250));
            let (request, _) = reading.asked.remove(0);
            assert!(reading.load.in_smaller_pages(request, &refused));
            reading.ask();
            assert_eq!(pairs(&reading.windows[2..]), [(98, 100), (197, 53)]);
            assert_eq!(reading.page(rows(98..198), Some(250)), None);
            assert_eq!(reading.page(rows(197..250), Some(250)), Some(Ended::Whole));
        }
    }
}
