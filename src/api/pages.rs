//! The pages of the latest reading, so that one that is the same again is not taken apart again: most of what a list
//! that is read over and over costs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{Organization, Page, Sha256, Window};

/// A page as it was understood.
type Understood = Page<Arc<Organization>>;

/// What a page was made of: its body, and how many secrets had been learned by then, since those are masked in it.
pub(super) type Source = (Sha256, u64);

/// Pages by what was asked for. Their records are those that the list shows.
#[derive(Default)]
pub(super) struct Pages(Mutex<HashMap<Window, (Source, Understood)>>);

/// Most pages remembered: a million records at a thousand each.
const MOST: usize = 1_000;

impl Pages {
    /// The page that was made of the same.
    pub(super) fn get(&self, window: Window, source: Source) -> Option<Understood> {
        let pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        pages.get(&window).filter(|(known, _)| *known == source).map(|(_, page)| page.clone())
    }

    /// Remembers a page, in the place of what the same window held before.
    pub(super) fn put(&self, window: Window, source: Source, page: &Understood) {
        let mut pages = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if pages.len() >= MOST && !pages.contains_key(&window) {
            pages.clear();
        }
        pages.insert(window, (source, page.clone()));
    }
}

impl fmt::Debug for Pages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pages(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_known_again_by_what_was_asked_for_and_what_it_was_made_of() {
        let pages = Pages::default();
        let (page, source) = (Page { skip: 0, total: Some(7), records: Vec::new() }, (Sha256::of(b"{}"), 3));
        pages.put(Window::FIRST, source, &page);
        assert_eq!(pages.get(Window::FIRST, source), Some(page));
        let second = Window { skip: 100, ..Window::FIRST };
        for (window, source) in
            [(second, source), (Window::FIRST, (Sha256::of(b"{ }"), 3)), (Window::FIRST, (source.0, 4))]
        {
            assert_eq!(pages.get(window, source), None);
        }
    }

    #[test]
    fn a_server_with_ever_new_windows_fills_no_memory() {
        let pages = Pages::default();
        let page = Page { skip: 0, total: None, records: Vec::new() };
        for skip in 0..3 * MOST {
            pages.put(Window { skip, limit: 1 }, (Sha256::NONE, 0), &page);
        }
        assert!(pages.0.lock().unwrap().len() <= MOST);
    }
}
