//! `y`: parts of the selected organization for the clipboard.

use crate::app::clipboard;
use crate::app::effect::Effect;
use crate::app::notice::Notice;
use crate::app::state::State;
use crate::domain::Organization;
use crate::export::tsv_row;
use crate::keymap::Command;
use crate::text::{escape_for_file, json_line};

/// What a command copies and what that is called; none for what is no copy of a part.
fn part(organization: &Organization, command: Command) -> Option<(String, &'static str)> {
    Some(match command {
        Command::CopyName => (one_line(organization.name.as_sent()), "the name"),
        Command::CopyId => (organization.id.to_string(), "the id"),
        Command::CopyOrgId => (one_line(organization.organization_id.as_sent()), "the Salesforce id"),
        Command::CopyConnection => (one_line(organization.connection.as_sent()), "the connection"),
        Command::CopyUri => (one_line(organization.uri.as_sent()), "the uri"),
        Command::CopyJson => {
            (json_line(organization.json.as_sent()).into_owned(), "the record as JSON, as the server sent it")
        }
        Command::CopyTsv => (tsv_row(organization), "the row, with tabs between its cells"),
        _ => return None,
    })
}

/// A text that is one line wherever it is pasted, with nothing in it that a shell or a terminal would obey unseen.
fn one_line(text: &str) -> String {
    escape_for_file(text).replace('\n', r"\x0a").replace('\t', r"\x09")
}

/// Copies a part of the selected organization, or the command that reads it.
pub(super) fn copy(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(organization) = state.list.organization().cloned() else {
        let words = if state.list.row().is_some() {
            "a damaged record has no parts to copy: E writes it as JSON"
        } else {
            "there is no organization to copy from"
        };
        state.notice = Some(Notice::info(words, state.now));
        return Vec::new();
    };
    let Some((text, what)) = part(&organization, command) else {
        return super::copy_command(state, "GET", &organization.id.path(), None);
    };
    if text.is_empty() {
        state.notice = Some(Notice::info(format!("{what} is empty: nothing was copied"), state.now));
        return Vec::new();
    }
    clipboard::copy(what, &text)
}
