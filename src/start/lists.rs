//! The read commands: what they wait for, what they print, and how they end.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use color_eyre::eyre::{Report, WrapErr as _, eyre};

use super::headless::{Core, Rights, Stop, listed, with_core};
use super::{Problem, print, remark, setting};
use crate::api::Writer;
use crate::app::connections::uses;
use crate::app::field::Field;
use crate::app::list::Narrowed as _;
use crate::app::{State, export, identity};
use crate::cli::{Connections, Diff, Get, List, Snapshot as SnapshotFlags};
use crate::commands::lists::{self, Row};
use crate::commands::snapshot::{Difference, Snapshot, difference};
use crate::domain::{Connection, Record};
use crate::export::ConnectionRow;
use crate::files::Directory;
use crate::runtime::client::Access;
use crate::runtime::clock;
use crate::text::one_line;

/// The exit code of two maps that differ. Not 2, which is wrong usage: a mistyped flag must not pass for drift.
const DIFFERENT: u8 = 3;

/// Prints the organizations.
pub(super) fn list(flags: &List) -> Result<ExitCode, Problem> {
    let filter = |state: &mut State| narrow(state, flags.filter.as_deref());
    let (rows, missing) = with_core(&flags.source, Rights::Read, filter, async |core, _| {
        let missing = listed(core).await?;
        Ok((shown(core.state()), missing))
    })?;
    let mut text = Vec::new();
    let left_out = lists::organizations(flags.format, &rows, &mut text).map_err(Report::new)?;
    print(&text)?;
    if left_out > 0 {
        remark(&format!("{left_out} damaged records are left out; --format json has them"));
    }
    Ok(match missing {
        Some(trouble) => {
            remark(&not_whole(&trouble));
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    })
}

fn not_whole(trouble: &str) -> String {
    format!("the list of organizations is not known to be whole, {trouble}; try again")
}

/// Has the list show what matches; a filter that cannot be understood is wrong usage.
pub(super) fn narrow(state: &mut State, filter: Option<&str>) -> Result<(), Problem> {
    let Some(filter) = filter else { return Ok(()) };
    state.list.filter.field = Field::holding(filter);
    let wall_clock = state.wall_clock();
    state.list.filter_changed(wall_clock);
    match &state.list.filter.error {
        Some(error) => Err(setting(eyre!("--filter: {error}"))),
        None => Ok(()),
    }
}

/// The rows that match, in the order of their names.
fn shown(state: &State) -> Vec<Row> {
    let rows = &state.list.rows;
    (0..rows.shown()).filter_map(|at| Some(rows.at(at)?.record.clone())).collect()
}

/// Prints one organization.
pub(super) fn get(flags: &Get) -> Result<ExitCode, Problem> {
    let wanted = flags.organization.as_str();
    let found = with_core(
        &flags.source,
        Rights::Read,
        |_| Ok(()),
        async |core, _| {
            listed(core).await?;
            let rows = shown(core.state()).into_iter().filter_map(|row| match row {
                Record::Sound(listed) => Some(listed),
                Record::Damaged(_) => None,
            });
            Ok(rows.filter(|row| row.id().as_str() == wanted || row.name() == wanted).collect::<Vec<_>>())
        },
    )?;
    match found.as_slice() {
        [organization] => {
            let mut text = Vec::new();
            lists::organization(flags.format, organization, &mut text).map_err(Report::new)?;
            print(&text)
        }
        [] => {
            Err(eyre!("no organization has the id or the name `{wanted}`; `cckm-tui list` shows them").into())
        }
        several => {
            let ids: Vec<String> =
                several.iter().map(|organization| organization.id().as_str().to_owned()).collect();
            Err(eyre!("{} organizations are called `{wanted}`: give an id: {}", ids.len(), ids.join(", "))
                .into())
        }
    }
}

/// Prints the connections, tested before if asked for.
pub(super) fn connections(flags: &Connections) -> Result<ExitCode, Problem> {
    let (known, uses, damaged) = with_core(
        &flags.source,
        Rights::Read,
        |_| Ok(()),
        async |core, access| {
            listed(core).await?;
            let read = core.until(|state| match &state.connections.failure {
                Some(failure) => Some(Err(failure.clone())),
                None => state.connections.read_at.map(|_| Ok(())),
            });
            read.await?.map_err(|failure| super::headless::failed(&failure))?;
            let state = core.state();
            let known: Vec<Connection> =
                state.connections.known.iter().map(|known| known.as_ref().clone()).collect();
            let uses = uses(&state.connections, &state.list);
            let damaged = state.connections.damaged.len();
            let known = if flags.test { tested(known, &access).await? } else { known };
            Ok((known, uses, damaged))
        },
    )?;
    let row = |(connection, uses): (Connection, usize)| {
        let state = connection.state.word();
        ConnectionRow { connection: Arc::new(connection), state, organizations: Some(uses) }
    };
    let rows: Vec<_> = known.into_iter().zip(uses).map(row).collect();
    let mut text = Vec::new();
    lists::connections(flags.format, &rows, &mut text).map_err(Report::new)?;
    print(&text)?;
    if damaged > 0 {
        remark(&format!("{damaged} damaged records are left out"));
    }
    Ok(ExitCode::SUCCESS)
}

/// The connections as they are after a test of each, one after the other.
async fn tested(known: Vec<Connection>, access: &Access) -> Result<Vec<Connection>, Stop> {
    let writer: Writer = match access {
        Access::ReadWrite(writer) => writer.clone(),
        Access::ReadOnly(_) => {
            let words = "--test: this place is read-only, and the server stores the result of a test";
            return Err(Stop::Problem(setting(eyre!("{words}"))));
        }
    };
    let mut after = Vec::with_capacity(known.len());
    for connection in known {
        after.push(match writer.test_connection(&connection).await {
            Ok(connection) => connection,
            Err(failure) => {
                remark(&format!("{}: {}", connection.name.brief(), crate::headless::told(&failure)));
                connection
            }
        });
    }
    Ok(after)
}

/// Reads the map from the server; a list that is not whole is none.
async fn live(core: &mut Core<'_>) -> Result<Snapshot, Stop> {
    if let Some(trouble) = listed(core).await? {
        return Err(Stop::Problem(eyre!("{}", not_whole(&trouble)).into()));
    }
    let state = core.state();
    let now = format!("{:.0}", clock::wall());
    let (snapshot, left_out) =
        Snapshot::of(identity::place(state), state.settings.user.clone(), &now, &shown(state));
    if left_out > 0 {
        remark(&format!("{left_out} damaged records are not in the map: they have no id to be known by"));
    }
    Ok(snapshot)
}

/// Saves the map.
pub(super) fn snapshot(flags: &SnapshotFlags) -> Result<ExitCode, Problem> {
    let (snapshot, usual) = with_core(
        &flags.source,
        Rights::Read,
        |_| Ok(()),
        async |core, _| {
            let snapshot = live(core).await?;
            let state = core.state();
            Ok((snapshot, export::file_name("snapshot", &state.settings, state.wall_clock(), "jsonl")))
        },
    )?;
    let file = flags.file.clone().unwrap_or_else(|| PathBuf::from(usual));
    let mut bytes = Vec::new();
    snapshot.write(&mut bytes).map_err(Report::new)?;
    new_file(&file, &bytes)?;
    let path = one_line(&file.to_string_lossy());
    print(format!("{} organizations in {path}\n", snapshot.organizations.len()))
}

/// Makes a file that is the operator's alone; none is overwritten.
pub(super) fn new_file(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name =
        name.ok_or_else(|| setting(eyre!("{}: not the name of a file", one_line(&path.to_string_lossy()))))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let directory = Directory::for_new_files(parent).map_err(Report::new)?;
    let mut draft = directory.create(name).map_err(Report::new)?;
    draft.write_all(bytes).wrap_err_with(|| one_line(&path.to_string_lossy()))?;
    draft.keep().map_err(Report::new)?;
    Ok(())
}

/// Compares two maps, or one with the server.
pub(super) fn diff(flags: &Diff) -> Result<ExitCode, Problem> {
    let before = Snapshot::read(&flags.before).map_err(Report::new)?;
    let after = match &flags.after {
        Some(after) => Snapshot::read(after).map_err(Report::new)?,
        None => with_core(&flags.source, Rights::Read, |_| Ok(()), async |core, _| live(core).await)?,
    };
    let Difference { text, is_same } = difference(&before, &after).map_err(Report::new)?;
    let printed = print(text)?;
    Ok(if is_same { printed } else { ExitCode::from(DIFFERENT) })
}
