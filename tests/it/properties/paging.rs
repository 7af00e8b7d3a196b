//! Lists that change while they are read, against a server that remembers what was when.

use std::collections::BTreeSet;

use cckm_tui::app::list::{Chosen, Ended, ListPane, Row, RowKey};
use cckm_tui::app::{Effect, Reply, RequestId};
use cckm_tui::domain::{Listed, Organization, Page, Window};
use proptest::prelude::*;

use super::config;
use crate::support::app::App;
use crate::support::records::{named, page};

#[derive(Clone, Debug)]
enum Step {
    /// The server reads a page for one of the requests; the answer is on its way.
    Serve(usize),
    /// An answer arrives, not always in the order of the requests.
    Deliver(usize),
    Insert(usize),
    Delete(usize),
    /// Two records change places: a server that sorts by what changes, or does not sort.
    Swap(usize, usize),
    Rename(usize, u8),
    Key(&'static str),
}

fn step(reorders: bool) -> impl Strategy<Value = Step> {
    let which = any::<usize>;
    prop_oneof![
        12 => which().prop_map(Step::Serve),
        12 => which().prop_map(Step::Deliver),
        2 => which().prop_map(Step::Insert),
        2 => which().prop_map(Step::Delete),
        2 => (which(), which()).prop_map(move |(one, two)| {
            if reorders { Step::Swap(one, two) } else { Step::Serve(one) }
        }),
        1 => (which(), any::<u8>()).prop_map(|(which, name)| Step::Rename(which, name)),
        2 => prop::sample::select(&["j", "k", "G", "g", "pgdn", "s", "esc", "S"][..]).prop_map(Step::Key),
    ]
}

fn steps(reorders: bool) -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(reorders), 0..120)
}

/// A server that gives at most so many records at a time, and an operator who looks on.
struct Model {
    /// None only while something happens to it.
    app: Option<App>,
    held: Vec<Organization>,
    made: usize,
    cap: usize,
    counts: bool,
    open: Vec<(RequestId, Window)>,
    on_their_way: Vec<(RequestId, Page<Organization>)>,
    /// Ids of the records that were there all the time since the reading began, and at any time.
    throughout: BTreeSet<String>,
    ever: BTreeSet<String>,
    windows: usize,
}

impl Model {
    fn new(size: usize, cap: usize, counts: bool) -> Self {
        let held: Vec<_> = (0..size).map(|n| named(n, &format!("Acme {}", n * 7 % 40), "one")).collect();
        let app = App::new(80, 24).signed_in();
        let mut model = Self {
            open: requests(app.effects.iter()),
            app: Some(app),
            held,
            made: size,
            cap,
            counts,
            on_their_way: Vec::new(),
            throughout: BTreeSet::new(),
            ever: BTreeSet::new(),
            windows: 0,
        };
        model.begin();
        model
    }

    fn begin(&mut self) {
        self.throughout = self.held.iter().map(|one| one.id.to_string()).collect();
        self.ever.clone_from(&self.throughout);
        self.windows = 0;
    }

    /// The operator's or the network's part of the story; what is selected stays selected as long as it is shown. Before
    /// anybody did anything, and while the first list comes, that is the first row.
    fn app(&mut self, act: impl FnOnce(App) -> App, by_key: bool) {
        let app = self.app.take().unwrap().onwards();
        let selected = app.state.list.selected.clone();
        let follows = app.state.list.chosen == Chosen::ByOperator || app.state.list.loaded_at.is_some();
        let app = act(app);
        let asked = requests(app.asked().iter());
        self.windows += asked.len();
        self.open.extend(asked);
        let list = &app.state.list;
        let is_shown = |key: &RowKey| list.rows.position(key, 0).is_some();
        if !follows && !by_key {
            assert_eq!((list.position, list.offset), (0, 0));
        } else if let Some(selected) = selected.filter(|selected| !by_key && is_shown(selected)) {
            assert_eq!(list.selected.as_ref(), Some(&selected), "M17");
        }
        assert_eq!(list.rows.at(list.position).map(Row::key), list.selected);
        self.app = Some(app);
    }

    fn list(&self) -> &ListPane {
        &self.app.as_ref().unwrap().state.list
    }

    fn is_loading(&self) -> bool {
        self.list().load.is_some()
    }

    fn serve(&mut self, which: usize) {
        if self.open.is_empty() {
            return;
        }
        let (request, Window { skip, limit }) = self.open.swap_remove(which % self.open.len());
        let records = self.held.iter().skip(skip).take(limit.min(self.cap)).cloned().collect();
        let mut answer = page(skip, self.held.len(), records);
        answer.total = answer.total.filter(|_| self.counts);
        self.on_their_way.push((request, answer));
    }

    fn deliver(&mut self, which: usize) {
        if self.on_their_way.is_empty() {
            return;
        }
        let (request, answer) = self.on_their_way.swap_remove(which % self.on_their_way.len());
        let was_loading = self.is_loading();
        self.app(|app| app.answer(request, Reply::Listed(Ok(answer.into()))), false);
        if was_loading && !self.is_loading() {
            self.ended();
        }
    }

    /// What is shown when the reading ends.
    fn ended(&self) {
        let list = self.list();
        let shown: BTreeSet<String> =
            list.rows.organizations().map(|one| one.id().as_str().to_owned()).collect();
        assert_eq!(shown.len(), list.rows.len(), "JS-06: a record twice");
        let missed: Vec<_> = self.throughout.difference(&shown).collect();
        match list.ended {
            Some(Ended::Whole) => {
                assert!(missed.is_empty(), "JS-07: called whole without {missed:?}");
                let gone: Vec<_> = shown.difference(&self.ever).collect();
                assert!(gone.is_empty(), "called whole with {gone:?}, gone before it was read");
            }
            Some(Ended::Incomplete { .. } | Ended::Moved) | None => {}
        }
    }

    fn apply(&mut self, step: &Step) {
        let at = |which: usize| which % self.held.len().max(1);
        match *step {
            Step::Serve(which) => self.serve(which),
            Step::Deliver(which) => self.deliver(which),
            Step::Insert(which) => {
                let one = named(self.made, &format!("New {}", self.made), "two");
                self.made += 1;
                self.ever.insert(one.id.to_string());
                self.held.insert(which % (self.held.len() + 1), one);
            }
            Step::Delete(which) if !self.held.is_empty() => {
                let gone = self.held.remove(at(which));
                self.throughout.remove(&gone.id.to_string());
            }
            Step::Swap(one, two) if !self.held.is_empty() => {
                let (one, two) = (at(one), at(two));
                self.held.swap(one, two);
            }
            Step::Rename(which, name) if !self.held.is_empty() => {
                let at = at(which);
                self.held[at].name = format!("Renamed {name}").into();
            }
            Step::Delete(_) | Step::Swap(..) | Step::Rename(..) => {}
            Step::Key(key) => self.app(|app| app.keys(key), true),
        }
    }

    /// Nothing changes any more: what is asked for is answered, in order.
    fn calm(&mut self) {
        for _ in 0..2000 {
            if !self.is_loading() {
                return;
            }
            self.serve(0);
            self.deliver(0);
        }
        panic!("JS-05: it does not end: {:?}", self.list().load);
    }
}

fn requests<'a>(effects: impl Iterator<Item = &'a Effect>) -> Vec<(RequestId, Window)> {
    let pages = effects.filter_map(|effect| match effect {
        Effect::ListOrganizations { request, window, .. } => Some((*request, *window)),
        _ => None,
    });
    pages.collect()
}

/// The story, its calm end, and a refresh in which nothing moves.
fn told(size: usize, cap: usize, counts: bool, steps: &[Step], refreshed: &[Step], reorders: bool) {
    let mut model = Model::new(size, cap, counts);
    if reorders {
        // Nothing is promised of what moves but that nothing is there twice and that it ends.
        model.throughout.clear();
    }
    for step in steps {
        model.apply(step);
    }
    model.calm();
    // A refresh that meets more changes, and one that meets none.
    model.begin();
    model.app(|app| app.keys("esc esc r"), true);
    if reorders {
        model.throughout.clear();
    }
    for step in refreshed {
        model.apply(step);
    }
    model.calm();
    model.begin();
    model.app(|app| app.keys("esc esc r"), true);
    model.calm();
    let list = model.list();
    assert_eq!(list.ended, Some(Ended::Whole), "JS-08");
    let shown: BTreeSet<String> = list.rows.organizations().map(|one| one.id().as_str().to_owned()).collect();
    assert_eq!(shown, model.throughout, "a calm reading shows what the server has");
    for one in &model.held {
        assert_eq!(list.rows.listed(&one.id).map(Listed::name), Some(one.name.as_sent()));
    }
    let pages = model.held.len() / cap.saturating_sub(1).max(1) + 6;
    assert!(model.windows <= pages, "NT-23: {} pages where {pages} are enough", model.windows);
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn js_04_to_js_08_m17_inserts_and_deletes_between_pages_lose_nothing_and_double_nothing(
        (size, cap, counts) in (0..60_usize, 1..20_usize, any::<bool>()),
        first in steps(false),
        refreshed in steps(false),
    ) {
        // A page of one shares no record with its neighbour; without a count nothing else tells of a change.
        let cap = if counts { cap.max(2) } else { 100 };
        told(size, cap, counts, &first, &refreshed, false);
    }

    #[test]
    fn js_08_reorders_between_pages_double_nothing_and_a_calm_reading_is_whole(
        (size, cap) in (0..60_usize, 1..20_usize),
        first in steps(true),
        refreshed in steps(true),
    ) {
        told(size, cap, true, &first, &refreshed, true);
    }
}
