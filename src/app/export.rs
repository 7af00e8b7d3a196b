//! What leaves the screen for a file: which rows, under which name, and what is said of it.

use std::sync::Arc;

use jiff::Timestamp;

use super::effect::Effect;
use super::modal::Modal;
use super::notice::Notice;
use super::settings::{Badge, Settings};
use super::state::State;
use crate::domain::{Organization, Record};
use crate::export::Format;
use crate::text::Untrusted;

/// Most characters of a profile or host in the name of a file.
const LONGEST: usize = 60;

/// What is to be written to a new file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Organizations, in this order; shared with the list.
    Organizations {
        /// How.
        format: Format,
        /// Which.
        records: Arc<[Record<Arc<Organization>>]>,
    },
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where it is.
    pub path: Untrusted,
    /// Records in it.
    pub records: usize,
    /// Damaged records that have no place in a sheet.
    pub left_out: usize,
}

/// What would be written, in words: how many rows, and why these.
pub fn scope(state: &State) -> String {
    let rows = state.list.rows.shown();
    let narrowed = if state.list.filter.is_empty() { "all rows" } else { "the rows that match the filter" };
    format!("{rows} organizations: {narrowed}, in the order of the screen")
}

/// `E`: opens the picker of a format, or says why not.
pub(super) fn open(state: &mut State) {
    if state.list.rows.shown() == 0 {
        state.notice = Some(Notice::info("there is no row to export", state.now));
        return;
    }
    state.modals.push(Modal::Export(Format::Csv));
}

/// Writes what is shown, off the loop.
pub(super) fn write(state: &mut State, format: Format) -> Vec<Effect> {
    let rows = &state.list.rows;
    let records: Arc<[_]> = (0..rows.shown()).filter_map(|at| Some(rows.at(at)?.record.clone())).collect();
    let name = file_name("organizations", &state.settings, state.wall_clock(), format.extension());
    state.notice =
        Some(Notice::info(format!("writing {} organizations to {name} …", records.len()), state.now));
    let request = state.requests.next();
    vec![Effect::Save { request, name, content: Content::Organizations { format, records } }]
}

/// The file is there, or could not be written.
pub(super) fn saved(state: &mut State, result: Result<Saved, Untrusted>) {
    state.notice = Some(match result {
        Ok(Saved { path, records, left_out }) => {
            let left_out = match left_out {
                0 => String::new(),
                1 => "; 1 damaged record left out, which JSON has".to_owned(),
                more => format!("; {more} damaged records left out, which JSON has"),
            };
            Notice::lasting(format!("{records} organizations in {}{left_out}", path.display()))
        }
        Err(why) => Notice::warning(format!("nothing was written: {}", why.display())),
    });
}

/// A name of our own parts only, such as `organizations-prod-eu-20261125T184500Z.csv` (FS-13).
pub fn file_name(what: &str, settings: &Settings, wall_clock: i64, extension: &str) -> String {
    let place = match &settings.badge {
        Badge::Demo => "demo".to_owned(),
        Badge::Profile(name) => harmless(name.as_sent()),
        Badge::Unnamed => harmless(host(settings.server.as_sent())),
    };
    let at = Timestamp::from_second(wall_clock).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ");
    format!("{what}-{place}-{at}.{extension}")
}

/// The host of a server's address.
fn host(server: &str) -> &str {
    let address = server.split_once("://").map_or(server, |(_, address)| address);
    address.split(['/', ':']).next().unwrap_or_default()
}

/// Lower-case letters, digits, `-`, `_` and single dots within; everything else is a `-`.
fn harmless(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = text.chars().take(LONGEST).map(|c| if kept(c) { c } else { '-' }).collect();
    name.to_ascii_lowercase().replace("..", "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fs_13_no_part_of_a_name_leads_elsewhere() {
        let table = [
            ("cm1.example.com", "cm1.example.com"),
            ("../../etc/passwd", "--------etc-passwd"),
            ("a/b\0c\u{1b}[2J\n", "a-b-c--2j-"),
            ("é\u{202e}x", "--x"),
            ("..", "-"),
            ("", ""),
        ];
        for (text, expected) in table {
            let name = harmless(text);
            assert!(!name.contains(['/', '\0']) && !name.contains(".."), "{name:?}");
            if !text.starts_with("../") {
                assert_eq!(name, expected, "{text:?}");
            }
        }
        assert_eq!(harmless(&"a".repeat(1000)).len(), LONGEST);
        assert_eq!(host("https://cm1.example.com:8443/x"), "cm1.example.com");
    }
}
