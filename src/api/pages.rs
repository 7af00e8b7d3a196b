//! The pages of the latest reading, so that one that is the same again is not taken apart again: most of what a list
//! that is read over and over costs.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::{IdRef, Listed, Page, Record, Sha256, Sheet, Window};
use crate::text::Untrusted;

/// A page as it was understood.
type Understood = Page<Listed>;

/// A page, and what it was made of.
struct Known {
    source: Source,
    /// How many secrets had been learned by then: they are masked in it.
    learned: u64,
    page: Kept,
}

/// What tells the body of a page from any other.
enum Source {
    /// Itself: the records are parts of it, so that it is in memory anyway.
    Text(Arc<Sheet>),
    /// Its digest, where the records have memory of their own.
    Digest(Sha256),
}

impl Source {
    fn of(body: &str, page: &Understood) -> Self {
        let mut sound = page.records.iter().filter_map(sound);
        let sheet = sound.find_map(|listed| listed.place().map(|(sheet, _)| sheet));
        match sheet.filter(|sheet| sheet.page() == body) {
            Some(sheet) => Self::Text(Arc::clone(sheet)),
            None => Self::Digest(Sha256::of(body.as_bytes())),
        }
    }

    fn is(&self, body: &str) -> bool {
        match self {
            Self::Text(sheet) => sheet.page() == body,
            Self::Digest(digest) => *digest == Sha256::of(body.as_bytes()),
        }
    }
}

const fn sound(record: &Record<Listed>) -> Option<&Listed> {
    match record {
        Record::Sound(listed) => Some(listed),
        Record::Damaged(_) => None,
    }
}

/// A page in little memory: beside the list, which holds its records as well.
struct Kept {
    skip: usize,
    total: Option<usize>,
    others: Vec<Untrusted>,
    runs: Vec<Run>,
}

/// Records of a page, one behind the other.
enum Run {
    /// Parts of one sheet: nearly always all that it has.
    Parts { sheet: Arc<Sheet>, from: u32, count: u32 },
    /// One that is no part, or is damaged.
    One(Record<Listed>),
}

impl Kept {
    fn of(page: &Understood) -> Self {
        let mut runs = Vec::new();
        for record in &page.records {
            let place = sound(record).and_then(Listed::place);
            match (runs.last_mut(), place) {
                (Some(Run::Parts { sheet, from, count }), Some((of, nth)))
                    if Arc::ptr_eq(sheet, of) && nth.checked_sub(*from) == Some(*count) =>
                {
                    *count += 1;
                }
                (_, Some((sheet, from))) => {
                    runs.push(Run::Parts { sheet: Arc::clone(sheet), from, count: 1 });
                }
                (_, None) => runs.push(Run::One(record.clone())),
            }
        }
        runs.shrink_to_fit();
        Self { skip: page.skip, total: page.total, others: page.others.clone(), runs }
    }

    fn page(&self) -> Understood {
        let mut records = Vec::with_capacity(self.runs.iter().map(Run::len).sum());
        for run in &self.runs {
            match run {
                Run::Parts { sheet, from, count } => {
                    let parts = (*from..).take(*count as usize).filter_map(|nth| Listed::of(sheet, nth));
                    records.extend(parts.map(Record::Sound));
                }
                Run::One(record) => records.push(record.clone()),
            }
        }
        Page { skip: self.skip, total: self.total, records, others: self.others.clone() }
    }
}

impl Run {
    const fn len(&self) -> usize {
        match self {
            Self::Parts { count, .. } => *count as usize,
            Self::One(_) => 1,
        }
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
        known.source.is(body).then(|| known.page.page())
    }

    /// Remembers a page, in the place of what the same window held before. A record that is the same as it was stays
    /// the one that the list has, and the others do not keep the page: of a list that is read over and over, no more
    /// stays in memory than it holds.
    pub(super) fn put(&self, window: Window, body: &str, learned: u64, page: Understood) -> Understood {
        let page = match self.known(window) {
            Some(before) => renewed(&before.page.page(), page),
            None => page,
        };
        let known = Arc::new(Known { source: Source::of(body, &page), learned, page: Kept::of(&page) });
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
    let before = before.records.iter().filter_map(sound).map(|listed| (listed.id(), listed));
    let before: HashMap<IdRef<'_>, &Listed> = before.collect();
    let Page { skip, total, records, others } = page;
    let renew = |record: Record<Listed>| match record {
        Record::Sound(listed) => {
            let known = before.get(&listed.id()).filter(|known| ***known == listed);
            Record::Sound(known.map_or_else(|| listed.clone().gathered(), |known| (*known).clone()))
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
    use crate::api::wire;

    #[test]
    fn a_page_is_known_again_by_what_was_asked_for_and_what_it_was_made_of() {
        let pages = Pages::default();
        let page = pages.put(Window::FIRST, "{}", 3, Page::new(0, Some(7), Vec::new()).listed());
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
        let body = |note: &str| format!(r#"[{{"id":"a","name":"x"}},{{"id":"b","name":"{note}"}}]"#);
        let page = |note: &str| wire::organizations(&wire::Text::new(body(note).as_bytes()), 0).unwrap();
        let pages = Pages::default();
        let put = |note: &str| {
            let page = pages.put(Window::FIRST, &body(note), 0, page(note));
            assert_eq!(pages.get(Window::FIRST, &body(note), 0).as_ref(), Some(&page));
            assert_eq!(pages.get(Window::FIRST, &body("else"), 0), None);
            let [Record::Sound(one), Record::Sound(other)] = &page.records[..] else { panic!("{page:?}") };
            (one.clone(), other.clone())
        };
        let (first, second) = (put("first"), put("second"));
        assert!(first.0.is_the_same_as(&second.0), "it is the same");
        assert_eq!(second.1.name(), "second");
        assert_eq!(
            first.0.place().map(|(sheet, _)| sheet.page()),
            Some(&*body("first")),
            "a part of its page"
        );
        assert!(second.1.place().is_none());
        let gathered = second.1.organization();
        let own = gathered.json.as_sent().len();
        assert_eq!((gathered.json.held(), gathered.name.held(), gathered.id.held()), (own, own, own));
    }

    #[test]
    fn a_page_is_kept_in_runs_and_given_again_as_it_was() {
        let body = r#"[{"id":"a"},{"id":"b"},7,{"id":"c"},{"id":"d","name":"\u0064"},{"id":"e"},{"id":"f"}]"#;
        let page = wire::organizations(&wire::Text::new(body.as_bytes()), 0).unwrap();
        let kept = Kept::of(&page);
        assert_eq!(kept.runs.iter().map(Run::len).collect::<Vec<_>>(), [2, 1, 1, 1, 2]);
        assert_eq!(kept.page(), page);
        let again = Kept::of(&kept.page());
        assert_eq!(again.runs.len(), kept.runs.len(), "they are the same records");
        let mut others = page;
        others.records.remove(0);
        others.records.swap(0, 2);
        assert_eq!(Kept::of(&others).page(), others);
    }

    #[test]
    fn a_server_with_ever_new_windows_fills_no_memory() {
        let pages = Pages::default();
        for skip in 0..3 * MOST {
            pages.put(Window { skip, limit: 1 }, "", 0, Page::new(skip, None, Vec::new()).listed());
        }
        assert!(pages.0.lock().unwrap().len() <= MOST);
    }
}
