//! `cckm-tui plan` and `apply`: many changes made by one person and applied by another, without a screen.
//!
//! Both drive the core that the dashboard drives, and press the keys that would be pressed there: the checks, the
//! consent and the one way to a PATCH are the same.

use std::collections::{BTreeMap, HashSet};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::eyre;
use tokio::time::Instant;

use super::headless::{Core, Rights, Stop, listed, with_core};
use super::lists::{narrow, new_file};
use super::{Problem, print, remark, setting, state_directory};
use crate::app::modal::Modal;
use crate::app::plan::outside::{Closed, Offered, make, moving, reopen};
use crate::app::plan::{Applying, Planned, RowResult, RowState, Writing};
use crate::app::{Effect, Message, State, consent_of};
use crate::cli;
use crate::commands::plans::{Ended, ended_line, rows_of_csv, summary};
use crate::domain::{Listed, Plan, PlanRow};
use crate::files::{self, Demands};
use crate::keymap::Command;
use crate::plans::{self, Store};
use crate::text::Untrusted;

/// Largest CSV file that is read, in bytes.
const LARGEST_CSV: u64 = 64 << 20;

/// Time between two lines about the progress.
const PROGRESS: Duration = Duration::from_secs(1);

/// Something that is refused before anything is sent.
fn refused(words: impl std::fmt::Display) -> Stop {
    Stop::Problem(setting(eyre!("{words}")))
}

/// Makes a plan and writes it to a file.
pub(super) fn plan(flags: &cli::Plan) -> Result<ExitCode, Problem> {
    let csv = flags.csv.as_ref().map(|path| files::read(path, Demands::any(LARGEST_CSV))).transpose();
    let csv = csv.map_err(setting)?;
    let prepare = |state: &mut State| {
        state.settings.bulk.valid_for = flags.valid;
        narrow(state, flags.filter.as_deref())
    };
    let (text, told) = with_core(&flags.source, Rights::Check, prepare, async |core, _| {
        ready(core).await?;
        let (rows, already) = match (&csv, &flags.set_connection) {
            (Some(csv), _) => rows_of_csv(&csv.bytes, organizations(core.state()))
                .map(|wanted| of_csv(core.state(), &wanted))
                .map_err(refused)?,
            (None, Some(new)) => moving(core.state(), &shown(core.state()), &new.as_str().into()),
            (None, None) => return Err(refused("give --set-connection or --csv")),
        };
        if rows.is_empty() {
            return Err(refused(format!(
                "nothing to change: {already} organizations have that connection already"
            )));
        }
        let reason = flags.reason.as_deref().unwrap_or_default();
        core.act(|state| make(state, rows, already, reason));
        let planned = checked(core).await?;
        if planned.plan.rows.is_empty() {
            let why = planned.rows.first().map(|row| row.words.clone()).unwrap_or_default();
            return Err(refused(format!("every row is left out, the first because of: {why}")));
        }
        Ok((plans::text(&planned.plan), summary(&planned)))
    })?;
    new_file(&flags.out, text.as_bytes())?;
    print(told)
}

/// The organizations that the filter leaves.
fn shown(state: &State) -> Vec<Listed> {
    let rows = &state.list.rows;
    (0..rows.shown()).filter_map(|at| rows.at(at)?.listed().cloned()).collect()
}

fn organizations(state: &State) -> impl Iterator<Item = &Listed> {
    state.list.rows.organizations()
}

/// Each organization to the connection that its line names.
fn of_csv(state: &State, wanted: &[(Listed, Untrusted)]) -> (Vec<PlanRow>, usize) {
    let (mut rows, mut already) = (Vec::new(), 0);
    for (organization, new) in wanted {
        let (row, right) = moving(state, std::slice::from_ref(organization), new);
        rows.extend(row);
        already += right;
    }
    (rows, already)
}

/// Waits for everything a plan is made or applied with: the whole list, the connections, and what an earlier run left
/// open.
async fn ready(core: &mut Core<'_>) -> Result<(), Stop> {
    if let Some(trouble) = listed(core).await? {
        return Err(Stop::Problem(eyre!("{trouble}; nothing was sent").into()));
    }
    core.until(|state| {
        let connections = &state.connections;
        let known = connections.read_at.is_some() || connections.failure.is_some();
        (known && !state.ledger.is_recovering()).then_some(())
    })
    .await?;
    while core.state().modals.last() == Some(&Modal::Recovery) {
        core.press(Command::Close);
    }
    Ok(())
}

/// The plan in the window, when its checks are done.
async fn checked(core: &mut Core<'_>) -> Result<Box<Planned>, Stop> {
    let done = core.until(|state| {
        let planned = state.draft.as_ref().and_then(|draft| draft.planned())?;
        (!planned.is_waiting()).then(|| Box::new(planned.clone()))
    });
    Ok(done.await?)
}

/// Applies a plan from a file, or goes on with one that an earlier run did not finish.
pub(super) fn apply(flags: &cli::Apply) -> Result<ExitCode, Problem> {
    let offered = match &flags.file {
        Some(file) => {
            let sealed = plans::read(file).map_err(setting)?;
            sealed.offered(false)
        }
        None => unfinished()?,
    };
    let results = with_core(
        &flags.source,
        Rights::Write,
        |_| Ok(()),
        async |core, _| {
            if core.state().settings.read_only {
                return Err(refused("this place is read-only: nothing is applied here"));
            }
            ready(core).await?;
            applied(core, &offered, flags.confirm.as_deref()).await
        },
    )?;
    let good = |(result, count): (&&str, &usize)| {
        *count == 0 || matches!(*result, "verified" | "applied" | "unchanged")
    };
    let counts: Vec<String> = results.iter().map(|(result, count)| format!("{count} {result}")).collect();
    remark(&format!("plan {}: {}", offered.plan.id, counts.join(", ")));
    Ok(if results.iter().all(good) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The plan that an earlier run did not finish; there must be one.
fn unfinished() -> Result<Offered, Problem> {
    let directory =
        state_directory().ok_or_else(|| setting(eyre!("no home directory: set HOME or XDG_STATE_HOME")))?;
    let (mut plans, wrong) = Store::new(&directory).unfinished();
    for why in wrong {
        remark(&why);
    }
    match (plans.pop(), plans.len()) {
        (Some(sealed), 0) => Ok(sealed.offered(true)),
        (Some(_), more) => {
            let words = format!("{} plans are unfinished: give the file of one, from", more + 1);
            Err(setting(eyre!("{words} {}", directory.join("plans").display())))
        }
        (None, _) => Err(setting(eyre!("no plan is unfinished: there is nothing to go on with"))),
    }
}

/// What the rows came to: how many for each word.
type Results = BTreeMap<&'static str, usize>;

/// Opens the plan, agrees to it as its operator did, and waits until nothing is left to do.
async fn applied(core: &mut Core<'_>, offered: &Offered, confirm: Option<&str>) -> Result<Results, Stop> {
    let mut results = Results::new();
    let mut tell = |plan: &Plan, row: &PlanRow, ended: &Ended<'_>| {
        *results.entry(ended.result).or_default() += 1;
        // Nobody may be reading; the changes and their journal go on all the same.
        let _told = print(ended_line(plan, row, ended));
    };
    let plan = Arc::clone(&offered.plan);
    let opened = core.act_if(|state| reopen(state, offered));
    match opened {
        Err(Closed::Refused(why)) => return Err(refused(why)),
        Err(Closed::Done) | Ok(()) => {}
    }
    let right = Ended::plain("unchanged", "it has the new connection already");
    if opened == Err(Closed::Done) {
        plan.rows.iter().for_each(|row| tell(&plan, row, &right));
        core.act(|_| vec![Effect::ForgetPlan(plan.id)]);
        return Ok(results);
    }
    let planned = checked(core).await?;
    let blocked = planned.rows.iter().filter(|row| row.state == RowState::Blocked);
    let left_out: HashSet<_> = blocked.clone().map(|row| row.row.id.clone()).collect();
    for row in blocked {
        tell(&plan, &row.row, &Ended::plain("left-out", &row.words));
    }
    agree(core, confirm).await?;
    let begun: HashSet<_> = match &core.state().applying {
        Some(applying) => applying.plan.rows.iter().map(|row| row.id.clone()).collect(),
        None => HashSet::new(),
    };
    let has_its_turn = |row: &PlanRow| begun.contains(&row.id) || left_out.contains(&row.id);
    plan.rows.iter().filter(|row| !has_its_turn(row)).for_each(|row| tell(&plan, row, &right));
    let mut told = vec![false; begun.len()];
    let mut last = (Instant::now(), String::new());
    core.until(|state| {
        let applying = state.applying.as_deref()?;
        tell_finished(applying, &mut told, &mut tell);
        let words = applying.standing().unwrap_or_else(|| applying.summary());
        if last.0.elapsed() >= PROGRESS && words != last.1 {
            remark(&words);
            last = (Instant::now(), words);
        }
        (!applying.is_active() || applying.waits_for_the_operator()).then_some(())
    })
    .await?;
    if core.state().is_applying() {
        let why = core.state().applying.as_ref().and_then(|applying| applying.standing());
        remark(&why.unwrap_or_default());
        core.press(Command::StopPlan);
        core.until(|state| (!state.is_applying()).then_some(())).await?;
        remark("`cckm-tui apply --resume` goes on with the plan");
    }
    if let Some(applying) = core.state().applying.as_deref() {
        tell_finished(applying, &mut told, &mut tell);
        let begun = applying.rows().zip(&told);
        for ((row, _), _) in begun.filter(|(_, told)| !**told) {
            tell(&plan, row, &Ended::plain("not-begun", &applying.standing().unwrap_or_default()));
        }
    }
    Ok(results)
}

fn tell_finished(applying: &Applying, told: &mut [bool], tell: &mut impl FnMut(&Plan, &PlanRow, &Ended<'_>)) {
    if applying.counts.finished() == told.iter().filter(|told| **told).count() {
        return;
    }
    for ((row, result), told) in applying.rows().zip(told) {
        let is_finished = !matches!(result, RowResult::Waiting | RowResult::Underway);
        if is_finished && !*told {
            *told = true;
            tell(&applying.plan, row, &Ended::of(result));
        }
    }
}

/// Gives the consent that is asked for: on a protected profile only what was given with --confirm, elsewhere the plan
/// file is it.
async fn agree(core: &mut Core<'_>, confirm: Option<&str>) -> Result<(), Stop> {
    core.tell(Message::Drawn);
    core.until(|state| {
        let planned = state.draft.as_ref()?.planned()?;
        planned.sight.listens(state.now).then_some(())
    })
    .await?;
    core.press(Command::Submit);
    let state = core.state();
    let planned = state.draft.as_ref().and_then(|draft| draft.planned());
    let Some(planned) = planned else { return Err(refused("the plan was closed")) };
    if planned.writing != Some(Writing::Consent) {
        return Err(refused(planned.note.clone().unwrap_or_default()));
    }
    let asked = consent_of(state, planned);
    let is_protected = state.settings.rules.confirm_by_name.is_some();
    let given = match confirm {
        Some(given) => given.to_owned(),
        None if is_protected => {
            return Err(refused(format!(
                "this profile is protected: give --confirm \"{asked}\"; nothing was sent"
            )));
        }
        None => asked.clone(),
    };
    if given.trim() != asked {
        return Err(refused(format!("--confirm: expected \"{asked}\"; nothing was sent")));
    }
    core.tell(Message::Pasted(given));
    core.press(Command::Accept);
    let state = core.state();
    if state.applying.is_none() {
        let note =
            state.draft.as_ref().and_then(|draft| draft.planned()).and_then(|planned| planned.note.clone());
        return Err(refused(note.unwrap_or_default()));
    }
    Ok(())
}
