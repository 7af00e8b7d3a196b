//! What keys do in the windows of a plan.

use jiff::Timestamp;

use super::modal_extent;
use crate::app::change::{Accepted, Chooser, candidates};
use crate::app::cursor::moved;
use crate::app::cx::Cx;
use crate::app::detail::scrolled;
use crate::app::effect::Effect;
use crate::app::export;
use crate::app::field::{Field, PasteRefused};
use crate::app::identity;
use crate::app::list::Row;
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::plan::{Applying, Draft, Frame, Planned, Stage, Writing, moves};
use crate::app::query::Query;
use crate::app::settings::Badge;
use crate::app::state::State;
use crate::domain::PlanRow;
use crate::input::Key;
use crate::keymap::{Command, Keymap};
use crate::layout::{full_window, inside};
use crate::text::Untrusted;

/// The name of the profile that is typed with the number of changes; none where there is none.
fn profile_to_type(state: &State) -> Option<&Untrusted> {
    state.settings.rules.confirm_by_name.as_ref().or(match &state.settings.badge {
        Badge::Profile(name) => Some(name),
        Badge::Demo | Badge::Unnamed => None,
    })
}

/// What is typed to apply a plan, displayed: the number of changes, and the profile where there is one.
pub fn consent_of(state: &State, planned: &Planned) -> String {
    let profile = profile_to_type(state).map(|name| name.brief().into_string());
    planned.consent_asked(profile.as_deref())
}

/// Now, as plans keep time.
pub fn timestamp(state: &State) -> Timestamp {
    Timestamp::from_second(state.wall_clock()).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// `e` with marks: the connection they are to have is chosen.
pub(super) fn plan_marked(state: &mut State) -> Vec<Effect> {
    let targets = state.list.marked();
    let chooser = Chooser::new(candidates(&state.connections, &state.list));
    state.draft = Some(Box::new(Draft::new(targets, chooser)));
    state.modals.push(Modal::Plan);
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.connections.refresh(&mut cx)
}

/// A plan that moves every organization that is like `query` to the connection `new`.
pub(in crate::app) fn plan_for(state: &mut State, new: &Untrusted, query: &Query) -> Vec<Effect> {
    if let Some(why) = super::change::obstacle(state) {
        state.notice = Some(Notice::warning(why));
        return Vec::new();
    }
    let matching = state.list.rows.that_match(query, &state.list.filter);
    let targets: Vec<_> = matching.into_iter().filter_map(Row::listed).cloned().collect();
    let (rows, already) = moves(&targets, new, &accepted(state, new));
    if rows.is_empty() {
        let words =
            format!("{already} match, and all of them have that connection: there is nothing to change");
        state.notice = Some(Notice::info(words, state.now));
        return Vec::new();
    }
    open(state, rows, already)
}

/// What a record may show that has this connection: the text, and the name of a connection given by its id.
fn accepted(state: &State, new: &Untrusted) -> Vec<Untrusted> {
    let known = state.connections.find(new).map(|connection| connection.name.clone());
    [new.clone()].into_iter().chain(known).collect()
}

/// Opens the window of a plan of these rows.
pub(in crate::app) fn open(state: &mut State, rows: Vec<PlanRow>, already: usize) -> Vec<Effect> {
    let frame = Frame {
        id: state.ledger.next_plan(state.run.id),
        made_at: timestamp(state),
        made_by: state.settings.user.clone(),
        place: identity::place(state),
        bulk: state.settings.bulk.clone(),
    };
    let connections = &state.connections;
    let named = |new: &Untrusted| {
        let id = connections.find(new).map(|connection| &connection.id).filter(|id| !id.is_empty());
        id.unwrap_or(new).clone()
    };
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let (mut planned, effects) = Planned::start(rows, already, frame, named, &mut cx);
    planned.weigh(&state.list.rows, &state.settings.rules);
    match state.draft.as_mut() {
        Some(draft) => draft.stage = Stage::Planned(Box::new(planned)),
        None => {
            state.draft =
                Some(Box::new(Draft { targets: Vec::new(), stage: Stage::Planned(Box::new(planned)) }));
        }
    }
    if !state.modals.contains(&Modal::Plan) {
        state.modals.push(Modal::Plan);
    }
    effects
}

/// An editing key in the window.
pub(super) fn edit(state: &mut State, key: Key) {
    match state.draft.as_mut().map(|draft| &mut draft.stage) {
        Some(Stage::Choosing(chooser)) => chooser.key(key),
        Some(Stage::Planned(planned)) => {
            if let Some(field) = planned.field() {
                field.key(key);
            }
        }
        None => {}
    }
}

/// Pasted text in the window.
pub(super) fn paste(state: &mut State, text: &str) -> Result<(), PasteRefused> {
    match state.draft.as_mut().map(|draft| &mut draft.stage) {
        Some(Stage::Choosing(chooser)) => chooser.paste(text),
        Some(Stage::Planned(planned)) => planned.field().map_or(Ok(()), |field| field.paste(text)),
        None => Ok(()),
    }
}

pub(super) fn on_plan(state: &mut State, command: Command) -> Vec<Effect> {
    match state.draft.as_mut().map(|draft| &mut draft.stage) {
        Some(Stage::Choosing(_)) => on_choosing(state, command),
        Some(Stage::Planned(planned)) if planned.writing.is_some() => on_field(state, command),
        Some(Stage::Planned(_)) => on_planned(state, command),
        None => {
            close(state);
            Vec::new()
        }
    }
}

fn close(state: &mut State) {
    state.draft = None;
    state.modals.retain(|modal| *modal != Modal::Plan);
}

fn on_choosing(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(draft) = state.draft.as_mut() else { return Vec::new() };
    let Stage::Choosing(chooser) = &mut draft.stage else { return Vec::new() };
    match command {
        Command::Accept => match chooser.accept_any() {
            Accepted::Value(new) => return choose(state, &new),
            Accepted::Not(note) => chooser.note = Some(note),
        },
        Command::Complete => chooser.complete(),
        Command::MoveDown => chooser.go(true),
        Command::MoveUp => chooser.go(false),
        Command::Back => close(state),
        _ => {}
    }
    Vec::new()
}

/// A connection was chosen: the rows that do not have it yet become a plan.
fn choose(state: &mut State, new: &Untrusted) -> Vec<Effect> {
    let accepted = accepted(state, new);
    let Some(draft) = state.draft.as_mut() else { return Vec::new() };
    let (rows, already) = moves(&draft.targets, new, &accepted);
    if rows.is_empty() {
        if let Stage::Choosing(chooser) = &mut draft.stage {
            chooser.note = Some("all of them have that connection: there is nothing to change".to_owned());
        }
        return Vec::new();
    }
    open(state, rows, already)
}

/// A key in the window of a plan; none before it was drawn and read.
fn on_planned(state: &mut State, command: Command) -> Vec<Effect> {
    let (now, list) = (state.now, &state.list.rows);
    let Some(planned) = state.draft.as_mut().and_then(|draft| draft.planned_mut()) else { return Vec::new() };
    match command {
        Command::Back => close(state),
        _ if !planned.sight.listens(now) => {}
        Command::Submit => return ask_for_consent(state),
        Command::Reason => (planned.writing, planned.note) = (Some(Writing::Reason), None),
        Command::DropRow => {
            if let Some(id) = planned.drop_row(list) {
                state.list.unmark([id].iter());
            }
        }
        Command::Canaries => planned.next_canaries(),
        Command::WritePlan => return write(state),
        movement => {
            let page = usize::from(inside(full_window(state.size)).height) / 2;
            let extent = (planned.rows.len(), page);
            if let Some(place) = moved(planned.selected, movement, None, extent) {
                planned.selected = place.min(planned.rows.len().saturating_sub(1));
            }
        }
    }
    Vec::new()
}

/// `y`: says what stands against it, or lets the number of changes be typed.
fn ask_for_consent(state: &mut State) -> Vec<Effect> {
    let obstacle = obstacle(state);
    if let Some(planned) = state.planned() {
        planned.note = obstacle;
        if planned.note.is_none() {
            (planned.writing, planned.consent) = (Some(Writing::Consent), Field::default());
        }
    }
    Vec::new()
}

/// `w`: writes the plan as it was checked, or says why not.
fn write(state: &mut State) -> Vec<Effect> {
    let now = timestamp(state);
    let Some(planned) = state.planned() else { return Vec::new() };
    planned.note = planned.unwritable(now);
    if planned.note.is_some() {
        return Vec::new();
    }
    let plan = planned.whole().unwrap_or(&planned.plan).clone();
    vec![export::write_plan(state, plan)]
}

/// Why the plan on the screen cannot be applied now. Every row is looked at once more for it.
fn obstacle(state: &mut State) -> Option<String> {
    crate::app::plan::weigh(state);
    let now = timestamp(state);
    let here = identity::place(state);
    let present = super::change::obstacle(state);
    let open = state.change.as_ref().is_some_and(|change| !change.is_settled());
    let planned = state.draft.as_ref()?.planned()?;
    present
        .or_else(|| open.then(|| "a change is open: send it or close it first".to_owned()))
        .or_else(|| planned.plan.elsewhere(&here).map(|refusal| refusal.to_string()))
        .or_else(|| planned.obstacle(&state.settings.rules, &state.settings.bulk, now))
}

/// A key in a text of the window.
fn on_field(state: &mut State, command: Command) -> Vec<Effect> {
    let list = &state.list.rows;
    let Some(planned) = state.draft.as_mut().and_then(|draft| draft.planned_mut()) else { return Vec::new() };
    match (planned.writing, command) {
        (Some(Writing::Reason), Command::Accept | Command::Back) => {
            planned.writing = None;
            planned.seal(list);
        }
        (Some(Writing::Consent), Command::Accept) => return apply(state),
        (Some(Writing::Consent), Command::Back) => {
            (planned.writing, planned.consent) = (None, Field::default());
        }
        _ => {}
    }
    Vec::new()
}

/// The number was typed: the plan is applied, or what is wrong is said. The rows may be others by now than when
/// the number was asked for; then it is the wrong number.
fn apply(state: &mut State) -> Vec<Effect> {
    let before = state.draft.as_ref().and_then(|draft| draft.planned()).map(|planned| planned.hash);
    let obstacle = obstacle(state);
    let profile = profile_to_type(state).map(|name| name.as_sent().to_owned());
    let now = state.now;
    let Some(planned) = state.planned() else { return Vec::new() };
    if let Some(obstacle) = obstacle {
        (planned.writing, planned.note) = (None, Some(obstacle));
        return Vec::new();
    }
    if before != Some(planned.hash) {
        planned.writing = None;
        planned.note =
            Some("the rows have changed meanwhile: look at them, then y; nothing was sent".to_owned());
        planned.sight.covered();
        return Vec::new();
    }
    if planned.consent.text().trim() != planned.consent_asked(profile.as_deref()) {
        planned.note = Some("that is not the number of changes as asked for: nothing was sent".to_owned());
        return Vec::new();
    }
    let (plan, probes) = (&planned.plan, &planned.probes);
    let mut applying = match planned.whole() {
        Some(whole) => Applying::resumed(whole.clone(), &plan.rows, probes, now).on_record_of(&state.run),
        None => Applying::new(plan.clone(), probes, now),
    };
    let mut cx = Cx { now, requests: &mut state.requests };
    let keep = applying.keep_on_disk(&mut cx);
    close(state);
    (state.change, state.applying) = (None, Some(Box::new(applying)));
    state.modals.push(Modal::Progress);
    vec![keep]
}

/// `b`: the plan being applied, or the last one.
pub(super) fn show_progress(state: &mut State) {
    if state.applying.is_none() {
        let words = "no plan was applied in this run: space marks organizations, e plans their change";
        state.notice = Some(Notice::info(words, state.now));
        return;
    }
    state.notice = None;
    if !state.modals.contains(&Modal::Progress) {
        state.modals.push(Modal::Progress);
    }
}

pub(super) fn on_progress(state: &mut State, command: Command) -> Vec<Effect> {
    let page = usize::from(inside(full_window(state.size)).height) / 2;
    let Some(applying) = state.applying.as_mut() else {
        state.modals.pop();
        return Vec::new();
    };
    if let Some(why) = applying.refusal(command, &state.list.rows) {
        state.notice = Some(Notice::info(why, state.now));
        return Vec::new();
    }
    match command {
        Command::Close => {
            state.modals.pop();
            if applying.is_active() {
                state.notice = Some(Notice::info("the plan goes on; b shows it again", state.now));
            }
        }
        Command::PausePlan => applying.pause(),
        Command::StopPlan => applying.stop(),
        Command::Open => {
            let row = applying.in_sight();
            state.modals.push(Modal::RowResult { row, scroll: 0 });
        }
        Command::WriteReport => {
            let id = applying.plan.id;
            return vec![export::write_report(state, id)];
        }
        Command::RetryPlan => return follow_up(state, false),
        Command::RollBack => return follow_up(state, true),
        movement => {
            let extent = (applying.plan.rows.len(), page);
            if let Some(place) = moved(applying.in_sight(), movement, None, extent) {
                applying.selected = Some(place.min(applying.plan.rows.len().saturating_sub(1)));
            }
        }
    }
    Vec::new()
}

/// A new plan out of what became of this one: for what is left, or back.
fn follow_up(state: &mut State, back: bool) -> Vec<Effect> {
    if let Some(why) = super::change::obstacle(state) {
        state.notice = Some(Notice::warning(why));
        return Vec::new();
    }
    let Some(applying) = state.applying.as_ref() else { return Vec::new() };
    let list = &state.list.rows;
    let rows = if back { applying.rollback(list) } else { applying.left_over(list) };
    let unknown = applying.counts.unknown;
    if unknown > 0 {
        let words = format!("{unknown} UNKNOWN not among them: see first what became of them");
        state.notice = Some(Notice::warning(words));
    }
    state.modals.retain(|modal| *modal != Modal::Progress);
    state.draft = None;
    open(state, rows, 0)
}

pub(super) fn on_row_result(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    if command == Command::Close {
        state.modals.pop();
        return Vec::new();
    }
    let (rows, height) = modal_extent(state, keymap);
    if let Some(Modal::RowResult { scroll, .. }) = state.modals.last_mut() {
        *scroll = scrolled(*scroll, command, 1, rows, height);
    }
    Vec::new()
}
