//! A plan being applied against any server and any operator: what is sent, and what never is.

use std::collections::HashMap;

use cckm_tui::app::modal::Modal;
use cckm_tui::app::plan::RowResult;
use cckm_tui::app::{Bulk, Effect, Reply, RequestId, Settings};
use cckm_tui::domain::{Call, FailureKind, OperationId, Organization, OrganizationId, Transition};
use proptest::prelude::*;

use super::config;
use crate::support::app::{App, JournalOf, answer, failure, refused, settings};
use crate::support::records::{id, moved, named};

const NEW: &str = "new-sfdc-connection";
const ROWS: usize = 8;

/// What happens next. The number chooses among the requests that are out.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The server does what it is asked for.
    Fine(usize),
    /// It applies the change, and the answer is lost.
    LostAnswer(usize),
    /// It refuses with this status; nothing is applied.
    Refuses(usize, u16),
    /// It cannot be reached.
    Away(usize),
    /// Somebody else changes the record that is asked for, before it is answered.
    ChangedByOthers(usize),
    /// Time goes by, in seconds.
    Wait(u64),
    /// A key is pressed.
    Key(&'static str),
    /// The disk is full, or not any more.
    Disk(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let which = 0..4_usize;
    let statuses = prop::sample::select(vec![401, 403, 404, 409, 422, 429, 500, 503]);
    prop_oneof![
        12 => which.clone().prop_map(Step::Fine),
        1 => which.clone().prop_map(Step::LostAnswer),
        2 => (which.clone(), statuses).prop_map(|(which, status)| Step::Refuses(which, status)),
        1 => which.clone().prop_map(Step::Away),
        1 => which.prop_map(Step::ChangedByOthers),
        3 => prop::sample::select(vec![1, 10, 70]).prop_map(Step::Wait),
        1 => prop::sample::select(vec!["p", "p", "p", "s", "esc", "b", "j", "r"]).prop_map(Step::Key),
        1 => any::<bool>().prop_map(Step::Disk),
    ]
}

/// The server's side, and what was seen of the program.
struct World {
    app: App,
    records: HashMap<OrganizationId, Organization>,
    /// Effects that were looked at.
    looked_at: usize,
    out: Vec<Effect>,
    /// Lines of the journal that were looked at, and intents that are durable.
    lines: usize,
    intents: HashMap<OrganizationId, usize>,
    patches: HashMap<OrganizationId, usize>,
}

impl World {
    fn new(stop_after: usize) -> Self {
        let all: Vec<_> = (0..ROWS).map(|n| named(n, &format!("Row {n}"), "old")).collect();
        let bulk = Bulk { stop_after, ..Bulk::default() };
        let app = App::with(Settings { bulk, refresh_every: None, ..settings() }, 80, 24).loaded(all.clone());
        let app = app.keys("* e").text(NEW).keys("enter");
        let app = app.probed(NEW, &all).drawn().wait(600).keys("y").text(&ROWS.to_string());
        let looked_at = app.effects.len();
        let records = all.into_iter().map(|organization| (organization.id.clone(), organization)).collect();
        let (out, intents, patches) = (Vec::new(), HashMap::new(), HashMap::new());
        let world = Self { app, records, looked_at, out, lines: 0, intents, patches };
        world.then(|app| app.keys("enter"))
    }

    /// Lets something happen, and looks at what the program did.
    fn then(mut self, happens: impl FnOnce(App) -> App) -> Self {
        let stopped = self.app.state.applying.as_ref().is_some_and(|run| run.stop.is_some());
        self.app = happens(self.app);
        for (_, _, transition) in &self.app.records[self.lines..] {
            if let Transition::Intent(intent) = transition
                && self.app.journal == JournalOf::Working
            {
                *self.intents.entry(intent.target.id.clone()).or_default() += 1;
                assert!(!stopped, "an intent after the stop");
            }
        }
        self.lines = self.app.records.len();
        for effect in &self.app.effects[self.looked_at..] {
            match effect {
                Effect::FetchOrganization { .. } => self.out.push(effect.clone()),
                Effect::PatchOrganization { id, .. } => {
                    *self.patches.entry(id.clone()).or_default() += 1;
                    self.out.push(effect.clone());
                }
                _ => {}
            }
        }
        self.looked_at = self.app.effects.len();
        self.check();
        self
    }

    fn check(&self) {
        let mut sent: HashMap<OperationId, (usize, bool)> = HashMap::new();
        for (_, operation, transition) in &self.app.records {
            let (times, refused) = sent.entry(*operation).or_default();
            match transition {
                Transition::Sent => *times += 1,
                Transition::Answered { status: 401, by_another: false } => *refused = true,
                _ => {}
            }
        }
        for (operation, (times, unauthorized)) in sent {
            assert!(times <= 1 + usize::from(unauthorized), "{operation} was sent {times} times");
        }
        for (id, patches) in &self.patches {
            let intents = self.intents.get(id).copied().unwrap_or_default();
            assert!(*patches == 0 || intents > 0, "{id} was sent without an intent");
        }
        let run = self.app.state.applying.as_ref().unwrap();
        assert!(run.flights.len() <= 4);
        let failed = run.rows().filter(|(_, result)| result.is_failure()).count();
        assert_eq!(failed, run.counts.failed);
        assert!(run.counts.failed < run.plan.order.stop_after || run.stop.is_some());
        // What is said to be applied was on the server.
        for (row, result) in run.rows() {
            if matches!(result, RowResult::Done { outcome, .. } if outcome.word() == "VERIFIED") {
                assert!(self.patches.contains_key(&row.id));
            }
        }
    }

    fn take(&mut self, which: usize) -> Option<Effect> {
        (!self.out.is_empty()).then(|| self.out.remove(which % self.out.len()))
    }

    fn applied(&mut self, id: &OrganizationId, value: &str) -> Organization {
        let record = self.records.get_mut(id).unwrap();
        *record = moved(record, value);
        record.clone()
    }

    fn reply(self, request: RequestId, reply: Reply) -> Self {
        self.then(|app| app.answer(request, reply))
    }

    fn fine(mut self, which: usize) -> Self {
        match self.take(which) {
            Some(Effect::FetchOrganization { request, id }) => {
                let seen = self.records[&id].clone();
                self.reply(request, Reply::Fetched(Box::new(Ok(seen))))
            }
            Some(Effect::PatchOrganization { request, id, patch }) => {
                let now = self.applied(&id, patch.connection.as_sent());
                self.reply(request, Reply::Patched(Box::new(Ok(answer(200, Some(now))))))
            }
            _ => self,
        }
    }

    fn fails(mut self, which: usize, kind: FailureKind, applies: bool) -> Self {
        match self.take(which) {
            Some(Effect::FetchOrganization { request, .. }) => {
                let failure = failure(Call::GetOrganization, kind);
                self.reply(request, Reply::Fetched(Box::new(Err(failure))))
            }
            Some(Effect::PatchOrganization { request, id, patch }) => {
                if applies {
                    self.applied(&id, patch.connection.as_sent());
                }
                self.reply(request, Reply::Patched(Box::new(Err(failure(Call::PatchOrganization, kind)))))
            }
            _ => self,
        }
    }

    fn step(mut self, step: Step) -> Self {
        match step {
            Step::Fine(which) => self.fine(which),
            Step::LostAnswer(which) => self.fails(which, FailureKind::CutOff, true),
            Step::Away(which) => self.fails(which, FailureKind::Unreachable, false),
            Step::Refuses(which, status) => match self.take(which) {
                Some(Effect::FetchOrganization { request, .. }) => {
                    // A read that finds no session asks for a password: that is another story.
                    let status = if status == 401 { 500 } else { status };
                    let refusal = refused(Call::GetOrganization, status);
                    self.reply(request, Reply::Fetched(Box::new(Err(refusal))))
                }
                Some(Effect::PatchOrganization { request, .. }) => {
                    self.reply(request, Reply::Patched(Box::new(Ok(answer(status, None)))))
                }
                _ => self,
            },
            Step::ChangedByOthers(which) => {
                if let Some(Effect::FetchOrganization { id, .. } | Effect::PatchOrganization { id, .. }) =
                    self.out.get(which).cloned()
                {
                    self.applied(&id, "other");
                }
                self
            }
            Step::Wait(seconds) => self.then(|app| app.wait(seconds * 1000)),
            Step::Key(keys) => self.then(|app| app.keys(keys)),
            Step::Disk(works) => {
                self.app.journal = if works { JournalOf::Working } else { JournalOf::Failing };
                self
            }
        }
    }

    /// The server is well, the disk has room and the operator waits: the plan comes to its end.
    fn end(mut self) -> Self {
        self.app.journal = JournalOf::Working;
        for _ in 0..400 {
            if !self.app.state.is_applying() {
                return self;
            }
            let run = self.app.state.applying.as_ref().unwrap();
            let waits_for_a_key = run.paused || run.hold.as_ref().is_some_and(|hold| hold.until.is_none());
            if waits_for_a_key {
                let keys = match self.app.state.modals.last() {
                    Some(Modal::Progress) => "p",
                    None => "b p",
                    Some(_) => "esc",
                };
                self = self.then(|app| app.keys(keys));
            } else if self.out.is_empty() {
                self = self.then(|app| app.wait(70_000));
            } else {
                self = self.fine(0);
            }
        }
        panic!("the plan does not come to an end: {}", self.app.state.applying.unwrap().summary());
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn wr_20_a_plan_sends_each_change_once_after_its_intent_obeys_its_stop_rule_and_ends(
        steps in prop::collection::vec(step(), 0..120),
        stop_after in 1..4_usize,
    ) {
        let world = steps.into_iter().fold(World::new(stop_after), World::step).end();
        let run = world.app.state.applying.as_ref().unwrap();
        let waiting = run.rows().filter(|(_, result)| **result == RowResult::Waiting).count();
        prop_assert_eq!(run.counts.finished() + waiting, ROWS);
        prop_assert!(waiting == 0 || run.stop.is_some());
        for (row, result) in run.rows() {
            if let RowResult::Done { outcome, .. } = result {
                // A change that is said to be refused or not applied was not applied by this program.
                let on_server = &world.records[&row.id].connection;
                if matches!(outcome.word(), "REFUSED" | "NOT APPLIED") {
                    prop_assert!(on_server.as_sent() != NEW, "{} is {}", row.id, outcome.word());
                }
            }
        }
        prop_assert!(world.patches.len() <= ROWS && world.patches.keys().all(|patched| (0..ROWS).any(|n| *patched == id(n))));
    }
}
