//! The lines that are printed at each place, and its prompt.

mod change;
mod list;
mod plan;

pub(super) use self::change::{choose, review, review_foot};
pub(super) use self::list::list;
pub(super) use self::plan::{consent, every_result, every_row, plan};
use super::place::{Place, Step};
use super::typed::asks_for;
use crate::app::change::{Phase, response};
use crate::app::identity::profile_of;
use crate::app::identity_view::{certificate_lines, first_contact_lines, stop_lines};
use crate::app::line::Line;
use crate::app::modal::Modal;
use crate::app::{Settings, State, identity, modal_lines, problem};
use crate::domain::Identity;
use crate::keymap::Keymap;
use crate::ui::{badge, domain, mode};

/// Cells of a line that is broken by us: what most terminals and every serial console have.
pub(super) const WIDTH: usize = 78;

/// Cells of a line that is not broken: an id in two pieces cannot be copied.
pub(super) const UNBROKEN: usize = 4096;

pub(super) const GONE: &str = "That organization is not in the list any more.";
pub(super) const TOO_EARLY: &str =
    "What was typed before this question is not used. Nothing was done with it.";
pub(super) const LAST_PAGE: &str = "That was the last page.";
pub(super) const FIRST_PAGE: &str = "That is the first page.";

/// What is said when the input ends while something is under way.
pub(super) fn ending(state: &State) -> String {
    let what = if state.is_applying() {
        "The plan goes on; this ends when it does."
    } else {
        "The change is not settled yet; this ends when it is."
    };
    format!("There is no more input. {what}")
}

/// Text lines without their roles.
fn plain(lines: &[Line]) -> Vec<String> {
    lines.iter().map(Line::text).collect()
}

/// What this is.
pub(super) fn title(state: &State) -> Vec<String> {
    vec![format!("cckm-tui {}, line by line", env!("CARGO_PKG_VERSION")), header(state)]
}

/// Whose data, what may be done, where, as whom.
pub(super) fn header(state: &State) -> String {
    let Settings { server, user, .. } = &state.settings;
    let (domain, identity) = (domain(state), identity::words(state));
    format!("{} server {} ({identity}), domain {domain}, user {}", whose(state), server.brief(), user.brief())
}

/// `[DEMO] WRITE`: at the head of every prompt.
fn whose(state: &State) -> String {
    format!("{} {}", badge(state), mode(state))
}

/// What is told on arrival at a place that has no numbers.
pub(super) fn of(state: &State, keymap: &Keymap, place: Place) -> Vec<String> {
    match place {
        Place::Waiting(words) => vec![words.to_owned()],
        Place::Organization => organization(state),
        Place::Flight(step) => flight(state, step),
        Place::Result | Place::Problem | Place::Recovery => window(state, keymap, place),
        Place::Question => match state.modals.last() {
            Some(Modal::Question(question)) => vec![question.words()],
            _ => Vec::new(),
        },
        Place::Password => password(state),
        Place::FirstContact => first_contact(state),
        Place::Stopped => stopped(state),
        Place::Applied => plan::applied(state),
        Place::List
        | Place::Choose
        | Place::Review
        | Place::Plan
        | Place::Applying
        | Place::Note(_)
        | Place::Elsewhere => Vec::new(),
    }
}

fn organization(state: &State) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(plain(&state.detail_lines(state.detail.view, UNBROKEN)));
    lines
}

fn flight(state: &State, step: Step) -> Vec<String> {
    let Some(change) = &state.change else { return Vec::new() };
    let words = match step {
        Step::Recording => {
            "The intent is being written to the journal. Nothing is sent before it is on the disk.".to_owned()
        }
        Step::Sending(1) => "Sent once; waiting for the answer. It is not repeated by itself.".to_owned(),
        Step::Sending(_) => {
            "Sent a second time: the first was proven not applied. Waiting for the answer.".to_owned()
        }
        Step::Settling => {
            let answer = match &change.phase {
                Phase::Settling { evidence, .. } => crate::ui::answer(evidence),
                _ => String::new(),
            };
            format!("Answer: {answer}. Reading the record back.")
        }
        Step::Closing => "Writing the outcome to the journal.".to_owned(),
    };
    vec![words]
}

fn window(state: &State, keymap: &Keymap, place: Place) -> Vec<String> {
    let title = match place {
        Place::Result => "Result",
        Place::Problem => "Problem",
        _ => "Left open by an earlier run",
    };
    let mut lines = vec![String::new(), format!("{title} {}", header(state))];
    lines.extend(match state.change.as_ref().map(|change| &change.phase) {
        // The server's own words, unbroken: an id in two pieces cannot be copied.
        Some(Phase::Settled { evidence, response: true, .. }) if place == Place::Result => {
            plain(&response(evidence, UNBROKEN))
        }
        _ => plain(&modal_lines(state, keymap).0),
    });
    lines
}

fn password(state: &State) -> Vec<String> {
    let mut lines = vec![String::new()];
    lines.extend(state.banner.iter().flat_map(|(_, banner)| banner.rows(WIDTH)));
    if let Some(Modal::SignIn(window)) = state.modals.last()
        && let Some(failure) = &window.failure
    {
        lines.push("Not signed in.".to_owned());
        lines.extend(plain(&problem::lines(failure, &state.settings.server, WIDTH)));
    }
    lines.push(format!("Sign in to {} as {}", state.settings.server.brief(), state.settings.user.brief()));
    lines
}

/// Where nobody can type a password unseen.
pub(super) fn no_password(state: &State) -> Vec<String> {
    let mut lines = password(state);
    lines.push("A password is needed, and is read from a terminal only. Without one give it by".to_owned());
    lines.push("CCKM_PASSWORD_FILE or CCKM_PASSWORD_COMMAND.".to_owned());
    lines
}

fn first_contact(state: &State) -> Vec<String> {
    let Some(Modal::FirstContact(window)) = state.modals.last() else { return Vec::new() };
    let profile = profile_of(state).map(|name| format!(" for profile {name}")).unwrap_or_default();
    let mut lines = vec![format!(
        "First contact with {}: not yet trusted. Nothing was sent.",
        window.distrust.address.brief()
    )];
    lines.extend(plain(&first_contact_lines(window, &profile, WIDTH)));
    lines.extend(window.wrong.clone());
    lines
}

/// A certificate in full.
pub(super) fn certificate(identity: &Identity) -> Vec<String> {
    plain(&certificate_lines(identity, WIDTH))
}

fn stopped(state: &State) -> Vec<String> {
    let Some(changed) = &state.stopped else { return Vec::new() };
    let mut lines = vec![format!("STOP: the identity of {} CHANGED", changed.address.brief())];
    lines.extend(plain(&stop_lines(changed, profile_of(state).as_deref(), WIDTH)));
    lines
}

/// What the last line came to, where it led nowhere else.
pub(super) fn remark(state: &State, place: Place) -> Vec<String> {
    match (place, state.change.as_ref().map(|change| &change.phase)) {
        (Place::Review, Some(Phase::Reviewing(review))) => {
            review.note.iter().map(|note| format!("{note}.")).collect()
        }
        (Place::Choose, Some(Phase::Choosing)) => change::remark(state),
        (Place::Plan, _) => plan::remark(state),
        _ => Vec::new(),
    }
}

/// The prompt: whose data, and what can be typed here.
pub(super) fn prompt(state: &State, place: Place) -> String {
    format!("{} {}", whose(state), choices(state, place))
}

fn choices(state: &State, place: Place) -> String {
    let write = !state.settings.read_only;
    match place {
        Place::Waiting(_) => String::new(),
        Place::List => {
            let undo = if write { " u undo," } else { "" };
            format!(
                "List: number opens, /text filters, n next, p previous, g number goes there, r refresh,{undo} h help, q quit"
            )
        }
        Place::Organization => {
            let change = if write { "c change connection, u undo, " } else { "" };
            format!("Organization: {change}r refresh, j JSON, f fields, b back, h help, q quit")
        }
        Place::Choose => change::prompt(state),
        Place::Review => change::review_prompt(state),
        Place::Plan => plan::prompt(state),
        Place::Applying => {
            "Plan under way: p pause or go on, s stop, Enter how far, q asks to leave".to_owned()
        }
        Place::Applied => plan::applied_prompt(state),
        Place::Note(note) => asks_for(note).to_owned(),
        Place::Flight(_) => "Under way: q asks whether to leave".to_owned(),
        Place::Result => {
            "Result: Enter closes, r whole answer, v look again, e edit again, u undo, q quit".to_owned()
        }
        Place::Question => "yes or no".to_owned(),
        Place::Password => "Password, not shown as it is typed; Enter alone: not now".to_owned(),
        Place::FirstContact => "SHA-256 in full trusts this server, v whole certificate, q quit".to_owned(),
        Place::Stopped => "q quit".to_owned(),
        Place::Problem => "r try again, Enter closes, q quit".to_owned(),
        Place::Recovery | Place::Elsewhere => "Enter goes on, q quit".to_owned(),
    }
}

/// What can be typed here, at length.
pub(super) fn help(place: Place, state: &State) -> Vec<String> {
    let lines: &[&str] = match place {
        Place::List => &[
            "A number printed before an organization opens it.",
            "/text shows those that hold every word; / alone shows all again.",
            "n and p turn the page, g 400 goes to the page with the 400th, Enter prints it again, r reads the list anew.",
            "u takes back the last change of this run, as a new change with its own review.",
        ],
        Place::Organization => &[
            "c changes its connection: choose, then a review, and nothing is sent before you agree to it.",
            "r reads it anew, j prints the server's JSON, f the fields, b goes back to the list.",
        ],
        Place::Review => &[
            "yes in full sends the change, once. On a protected profile its name does, and yes does not.",
            "r gives a reason or ticket, o overrides a failed check with a reason: both go on record.",
            "c checks again after somebody else changed the record, n goes back and sends nothing.",
        ],
        Place::Plan => &[
            "The number of changes, with the profile's name where there is one, applies the plan; nothing shorter does.",
            "l prints every row, r gives a reason or ticket for the record, w writes the plan to a file, n leaves it.",
        ],
        Place::Applying => &[
            "p begins no row until it is typed again, s begins none any more; what is under way is settled.",
            "To leave now leaves the rest for the next start, which settles what was under way by reading.",
        ],
        Place::Applied => &[
            "l prints what became of every row, w writes the report of the plan as Markdown and CSV.",
            "R makes a new plan of what is left, Z one that takes back what was applied: both to be agreed to first.",
        ],
        Place::Result => &[
            "Enter closes, r prints the server's whole answer or the summary, v reads the record once more.",
            "e goes back to choosing, u takes the change back as a new one.",
        ],
        Place::Problem => {
            &["r does once more what failed: nothing of it changes anything. Enter goes on without."]
        }
        Place::Flight(_) => &[
            "The change was begun and is not settled. To leave now is to leave without knowing what became of it;",
            "the next start reads the record and tells.",
        ],
        Place::Recovery => &["Nothing is sent again: the records are read, and what they show is told here."],
        Place::FirstContact => &[
            "Compare the SHA-256 with the one your CipherTrust administrator has, then paste it in full.",
            "Nothing but the handshake was sent to this server so far.",
        ],
        _ => &[],
    };
    let mut help: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    help.push("q quits; the end of the input does too, and sends nothing.".to_owned());
    if state.settings.read_only {
        help.push("This session is READ-ONLY: changes are refused.".to_owned());
    }
    if !state.run.log_file.is_empty() {
        help.push(format!("log file: {}", state.run.log_file.brief()));
    }
    help
}

/// The same where the connection is chosen.
pub(super) fn help_to_choose() -> Vec<String> {
    [
        "A number takes the connection printed beside it; a name takes that connection, part of a name",
        "shows those that hold it. =text takes the text as it is, even where it is a number or a command.",
        "Nothing is sent here: a review follows. b goes back, q quits.",
    ]
    .map(str::to_owned)
    .to_vec()
}
