//! `y`: parts of the selected row for the clipboard.

use crate::app::clipboard;
use crate::app::effect::Effect;
use crate::app::export::connection_row;
use crate::app::list::Row;
use crate::app::notice::Notice;
use crate::app::state::State;
use crate::app::view::View;
use crate::domain::{Connection, Listed};
use crate::export::{ConnectionRow, tsv_row};
use crate::keymap::Command;
use crate::text::{escape_for_file, json_line};

const AS_JSON: &str = "the record as JSON, as the server sent it";
const AS_ROW: &str = "the row, with tabs between its cells";

/// What a command copies and what that is called; none for what is no copy of a part.
fn part(listed: &Listed, command: Command) -> Option<(String, &'static str)> {
    Some(match command {
        Command::CopyName => (one_line(listed.name()), "the name"),
        Command::CopyId => (listed.id().as_str().to_owned(), "the id"),
        Command::CopyOrgId => (one_line(listed.organization_id()), "the Salesforce id"),
        Command::CopyConnection => (one_line(listed.connection()), "the connection"),
        Command::CopyUri => (one_line(listed.uri()), "the uri"),
        Command::CopyJson => (json_line(listed.json()).into_owned(), AS_JSON),
        Command::CopyTsv => (tsv_row(listed), AS_ROW),
        _ => return None,
    })
}

/// A text that is one line wherever it is pasted, with nothing in it that a shell or a terminal would obey unseen.
fn one_line(text: &str) -> String {
    escape_for_file(text).replace('\n', r"\x0a").replace('\t', r"\x09")
}

/// The same of a connection; none for what it has no such part of.
fn part_of_connection(connection: &ConnectionRow, command: Command) -> Option<(String, &'static str)> {
    let Connection { id, name, uri, json, .. } = &*connection.connection;
    Some(match command {
        Command::CopyName => (one_line(name.as_sent()), "the name"),
        Command::CopyId => (one_line(id.as_sent()), "the id"),
        Command::CopyUri => (one_line(uri.as_sent()), "the uri"),
        Command::CopyJson => (json_line(json.as_sent()).into_owned(), AS_JSON),
        Command::CopyTsv => (connection.tsv(), AS_ROW),
        _ => return None,
    })
}

/// Copies a part of the selected row, or the command that reads it.
pub(super) fn copy(state: &mut State, command: Command) -> Vec<Effect> {
    let part = match state.view {
        View::Organizations => match state.list.row().and_then(Row::listed) {
            Some(listed) => match part(listed, command) {
                Some(part) => Ok(part),
                None => return super::copy_command(state, "GET", &listed.id().to_id().path(), None),
            },
            None if state.list.row().is_some() => {
                Err("a damaged record has no parts to copy: E writes it as JSON")
            }
            None => Err("there is no organization to copy from"),
        },
        View::Connections => {
            let list = &state.connection_list;
            match list.row().map(|row| connection_row(row, list.complete)) {
                Some(Some(row)) if command == Command::CopyCurl => {
                    let Connection { id, name, .. } = &*row.connection;
                    let path = [id, name].into_iter().find_map(Connection::path);
                    match path {
                        Some(path) => return super::copy_command(state, "GET", &path, None),
                        None => Err("neither its id nor its name can stand in an address"),
                    }
                }
                Some(Some(row)) => part_of_connection(&row, command).ok_or("a connection has no such part"),
                Some(None) => Err("a damaged record has no parts to copy"),
                None => Err("there is no connection to copy from"),
            }
        }
    };
    let words = match part {
        Ok((text, what)) if !text.is_empty() => return clipboard::copy(what, &text),
        Ok((_, what)) => format!("{what} is empty: nothing was copied"),
        Err(why) => why.to_owned(),
    };
    state.notice = Some(Notice::info(words, state.now));
    Vec::new()
}
