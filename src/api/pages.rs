//! The pages of the latest reading, so that one that is the same again is not taken apart again: most of what a list
//! that is read over and over costs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{Organization, OrganizationId, Page, Record, Sha256, Window};

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
        let pages = self.lock();
        pages.get(&window).filter(|(known, _)| *known == source).map(|(_, page)| page.clone())
    }

    /// Remembers a page, in the place of what the same window held before. A record that is the same as it was stays
    /// the one that the list has, and the others do not keep the page: of a list that is read over and over, no more
    /// stays in memory than it holds.
    pub(super) fn put(&self, window: Window, source: Source, page: Understood) -> Understood {
        let before = self.lock().get(&window).map(|(_, page)| page.clone());
        let page = match before {
            Some(before) => renewed(&before, page),
            None => page,
        };
        let mut pages = self.lock();
        if pages.len() >= MOST && !pages.contains_key(&window) {
            pages.clear();
        }
        pages.insert(window, (source, page.clone()));
        page
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Window, (Source, Understood)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A page, with the records of the one before where they are the same.
fn renewed(before: &Understood, page: Understood) -> Understood {
    let sound = before.records.iter().filter_map(|record| match record {
        Record::Sound(organization) => Some((&organization.id, organization)),
        Record::Damaged { .. } => None,
    });
    let before: HashMap<&OrganizationId, &Arc<Organization>> = sound.collect();
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
        Record::Damaged { json, reason } => Record::Damaged { json, reason },
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
    use crate::text::Untrusted;

    #[test]
    fn a_page_is_known_again_by_what_was_asked_for_and_what_it_was_made_of() {
        let pages = Pages::default();
        let (page, source) = (Page::new(0, Some(7), Vec::new()).shared(), (Sha256::of(b"{}"), 3));
        let page = pages.put(Window::FIRST, source, page);
        assert_eq!(pages.get(Window::FIRST, source), Some(page));
        let second = Window { skip: 100, ..Window::FIRST };
        for (window, source) in
            [(second, source), (Window::FIRST, (Sha256::of(b"{ }"), 3)), (Window::FIRST, (source.0, 4))]
        {
            assert_eq!(pages.get(window, source), None);
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
        let page = |note: &str| {
            let text = format!(r#"[{{"id":"a","note":"x"}},{{"id":"b","note":"{note}"}}]"#);
            let (text, note) = (Untrusted::from(text), note.to_owned());
            let records = [organization("a", "x", &text), organization("b", &note, &text)];
            Page::new(0, None, records.map(Record::Sound).into()).shared()
        };
        let pages = Pages::default();
        let put = |digest: u64, note: &str| {
            let page = pages.put(Window::FIRST, (Sha256::NONE, digest), page(note));
            let [Record::Sound(one), Record::Sound(other)] = &page.records[..] else { panic!("{page:?}") };
            (Arc::clone(one), Arc::clone(other))
        };
        let (first, second) = (put(1, "first"), put(2, "second"));
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
            pages.put(
                Window { skip, limit: 1 },
                (Sha256::NONE, 0),
                Page::new(skip, None, Vec::new()).shared(),
            );
        }
        assert!(pages.0.lock().unwrap().len() <= MOST);
    }
}
