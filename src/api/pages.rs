//! The pages of the latest reading, so that one that is the same again is not taken apart again: most of what a list
//! that is read over and over costs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Organization, OrganizationId, Page, Record, Sha256, Window};
use crate::text::Untrusted;

/// A page as it was understood.
type Understood = Page<Arc<Organization>>;

/// A page, and what it was made of.
struct Known {
    source: Source,
    /// How many secrets had been learned by then: they are masked in it.
    learned: u64,
    page: Understood,
}

/// What tells the body of a page from any other.
enum Source {
    /// Itself: the records are parts of it, so that it is in memory anyway.
    Text(Untrusted),
    /// Its digest, where the records have memory of their own.
    Digest(Sha256),
}

impl Source {
    fn of(body: &str, page: &Understood) -> Self {
        let mut sound = page.records.iter().filter_map(sound);
        let text = sound.next().map(|organization| organization.json.whole());
        match text.filter(|text| text.as_sent() == body) {
            Some(text) => Self::Text(text),
            None => Self::Digest(Sha256::of(body.as_bytes())),
        }
    }

    fn is(&self, body: &str) -> bool {
        match self {
            Self::Text(text) => text.as_sent() == body,
            Self::Digest(digest) => *digest == Sha256::of(body.as_bytes()),
        }
    }
}

fn sound(record: &Record<Arc<Organization>>) -> Option<&Arc<Organization>> {
    match record {
        Record::Sound(organization) => Some(organization),
        Record::Damaged(_) => None,
    }
}

/// Pages by what was asked for. Their records are those that the list shows.
#[derive(Default)]
pub(super) struct Pages(Mutex<HashMap<Window, Arc<Known>>>);

/// Most pages remembered: a million records at a thousand each.
const MOST: usize = 1_000;

impl Pages {
    /// The page that was made of the same body when as many secrets had been learned.
    pub(super) fn get(&self, window: Window, body: &str, learned: u64) -> Option<Understood> {
        let known = self.known(window).filter(|known| known.learned == learned)?;
        known.source.is(body).then(|| known.page.clone())
    }

    /// Remembers a page, in the place of what the same window held before. A record that is the same as it was stays
    /// the one that the list has, and the others do not keep the page: of a list that is read over and over, no more
    /// stays in memory than it holds.
    pub(super) fn put(&self, window: Window, body: &str, learned: u64, page: Understood) -> Understood {
        let page = match self.known(window) {
            Some(before) => renewed(&before.page, page),
            None => page,
        };
        let known = Arc::new(Known { source: Source::of(body, &page), learned, page: page.clone() });
        let mut pages = self.lock();
        if pages.len() >= MOST && !pages.contains_key(&window) {
            pages.clear();
        }
        pages.insert(window, known);
        page
    }

    fn known(&self, window: Window) -> Option<Arc<Known>> {
        self.lock().get(&window).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Window, Arc<Known>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page, with the records of the one before where they are the same.
fn renewed(before: &Understood, page: Understood) -> Understood {
    let before = before.records.iter().filter_map(sound).map(|organization| (&organization.id, organization));
    let before: HashMap<&OrganizationId, &Arc<Organization>> = before.collect();
    let Page { skip, total, records, others } = page;
    let renew = |record: Record<Arc<Organization>>| match record {
        Record::Sound(mut organization) => {
            let known = before.get(&organization.id).filter(|known| **known == &organization);
            Record::Sound(if let Some(known) = known {
                Arc::clone(known)
            } else {
                Arc::make_mut(&mut organization).gather();
                organization
            })
        }
        damaged @ Record::Damaged(_) => damaged,
    };
    Page { skip, total, records: records.into_iter().map(renew).collect(), others }
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
        let page = pages.put(Window::FIRST, "{}", 3, Page::new(0, Some(7), Vec::new()).shared());
        assert_eq!(pages.get(Window::FIRST, "{}", 3), Some(page));
        let second = Window { skip: 100, ..Window::FIRST };
        for (window, body, learned) in
            [(second, "{}", 3), (Window::FIRST, "{ }", 3), (Window::FIRST, "{}", 4)]
        {
            assert_eq!(pages.get(window, body, learned), None);
        }
    }

    #[test]
    fn a_list_that_is_read_over_and_over_keeps_no_page_for_one_record() {
        let organization = |id: &str, note: &str, page: &Untrusted| {
            let part = |text: &str| {
                let at = page.as_sent().find(text).unwrap();
                page.part(page.as_sent().get(at..at + text.len()).unwrap())
            };
            let json = part(&format!(r#"{{"id":"{id}","note":"{note}"}}"#));
            Organization {
                id: OrganizationId::of(part(id)).unwrap(),
                name: part(note),
                organization_id: Untrusted::default(),
                connection: Untrusted::default(),
                cloud_name: Untrusted::default(),
                kind: Untrusted::default(),
                created_at: Untrusted::default(),
                updated_at: Untrusted::default(),
                uri: Untrusted::default(),
                json,
            }
        };
        let body = |note: &str| format!(r#"[{{"id":"a","note":"x"}},{{"id":"b","note":"{note}"}}]"#);
        let page = |note: &str| {
            let text = Untrusted::from(body(note));
            let records = [organization("a", "x", &text), organization("b", note, &text)];
            Page::new(0, None, records.map(Record::Sound).into()).shared()
        };
        let pages = Pages::default();
        let put = |note: &str| {
            let page = pages.put(Window::FIRST, &body(note), 0, page(note));
            assert_eq!(pages.get(Window::FIRST, &body(note), 0).as_ref(), Some(&page));
            assert_eq!(pages.get(Window::FIRST, &body("else"), 0), None);
            let [Record::Sound(one), Record::Sound(other)] = &page.records[..] else { panic!("{page:?}") };
            (Arc::clone(one), Arc::clone(other))
        };
        let (first, second) = (put("first"), put("second"));
        assert!(Arc::ptr_eq(&first.0, &second.0), "it is the same");
        assert_eq!(second.1.name, "second".into());
        assert!(first.1.json.held() > first.1.json.as_sent().len(), "a part of its page");
        let own = second.1.json.as_sent().len();
        assert_eq!((second.1.json.held(), second.1.name.held(), second.1.id.held()), (own, own, own));
    }

    #[test]
    fn a_server_with_ever_new_windows_fills_no_memory() {
        let pages = Pages::default();
        for skip in 0..3 * MOST {
            pages.put(Window { skip, limit: 1 }, "", 0, Page::new(skip, None, Vec::new()).shared());
        }
        assert!(pages.0.lock().unwrap().len() <= MOST);
    }
}
