//! `cckm-tui snapshot` and `diff`: which organization uses which connection, kept and compared.
//!
//! A snapshot is JSON Lines. The first line says of what it is and how many organizations follow, so that a file
//! that was cut off is noticed:
//!
//! ```text
//! {"format":"cckm-tui snapshot 1","server":"https://cm1.example.com","server_identity":"sha256:…","domain":"","user":"ops1","taken_at":"2026-11-25T18:00:00Z","organizations":412}
//! {"id":"2473e846-…","name":"Acme","organization_id":"00D…","connection":"sfdc-eu-01"}
//! ```

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::lists::Row;
use crate::domain::{OrganizationId, PlanPlace, Record};
use crate::files::{self, Demands, FileError};
use crate::text::{Untrusted, json_line, one_line};

/// The first value of the first line.
const FORMAT: &str = "cckm-tui snapshot 1";

/// Largest snapshot that is read, in bytes: two million organizations.
const LARGEST: u64 = 512 << 20;

/// Which organization used which connection, where and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// Where.
    pub place: PlanPlace,
    /// Who asked.
    pub user: Untrusted,
    /// When, as RFC 3339 text.
    pub taken_at: Untrusted,
    /// The organizations, by id.
    pub organizations: BTreeMap<OrganizationId, Entry>,
}

/// One organization of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: Untrusted,
    /// Its Salesforce id.
    pub organization_id: Untrusted,
    /// Its connection.
    pub connection: Untrusted,
}

/// Why there is no snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is in it.
    #[error("{path}:{line}: {what}; take a new snapshot")]
    Line {
        /// The file, printable.
        path: String,
        /// From 1.
        line: usize,
        /// What is wrong.
        what: String,
    },
    /// Two snapshots that say nothing of each other.
    #[error("the two are of different places: {0} and {1}; compare two of one server and domain")]
    Places(String, String),
}

#[derive(Serialize, Deserialize)]
struct Head {
    format: String,
    server: String,
    server_identity: String,
    domain: String,
    user: String,
    taken_at: String,
    organizations: usize,
}

#[derive(Serialize, Deserialize)]
struct Line {
    id: String,
    name: String,
    organization_id: String,
    connection: String,
}

impl Snapshot {
    /// What the rows say; damaged records have no id to be known by, and are counted.
    pub fn of(place: PlanPlace, user: Untrusted, taken_at: &str, rows: &[Row]) -> (Self, usize) {
        let mut organizations = BTreeMap::new();
        let mut left_out = 0;
        for row in rows {
            match row {
                Record::Sound(listed) => {
                    let entry = Entry {
                        name: listed.part(listed.name()),
                        organization_id: listed.part(listed.organization_id()),
                        connection: listed.part(listed.connection()),
                    };
                    organizations.insert(listed.id().to_id(), entry);
                }
                Record::Damaged(_) => left_out += 1,
            }
        }
        (Self { place, user, taken_at: taken_at.into(), organizations }, left_out)
    }

    /// Writes it.
    ///
    /// # Errors
    ///
    /// When `to` cannot be written.
    pub fn write(&self, mut to: impl Write) -> io::Result<()> {
        let head = Head {
            format: FORMAT.to_owned(),
            server: owned(&self.place.server),
            server_identity: owned(&self.place.server_identity),
            domain: owned(&self.place.domain),
            user: owned(&self.user),
            taken_at: owned(&self.taken_at),
            organizations: self.organizations.len(),
        };
        put(&mut to, &head)?;
        for (id, entry) in &self.organizations {
            let line = Line {
                id: id.to_string(),
                name: owned(&entry.name),
                organization_id: owned(&entry.organization_id),
                connection: owned(&entry.connection),
            };
            put(&mut to, &line)?;
        }
        to.flush()
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// [`SnapshotError`] when it cannot be read, is none, or is not whole.
    pub fn read(path: &Path) -> Result<Self, SnapshotError> {
        let contents = files::read(path, Demands::any(LARGEST))?;
        Self::parse(&contents.bytes).map_err(|(line, what)| SnapshotError::Line {
            path: one_line(&path.to_string_lossy()),
            line,
            what: one_line(&what),
        })
    }

    fn parse(bytes: &[u8]) -> Result<Self, (usize, String)> {
        let mut lines = bytes.split(|b| *b == b'\n').zip(1..).filter(|(line, _)| !line.is_empty());
        let no_head = || (1, "not a snapshot of this program".to_owned());
        let (first, _) = lines.next().ok_or_else(no_head)?;
        let head: Head = serde_json::from_slice(first).map_err(|_not_ours| no_head())?;
        if head.format != FORMAT {
            return Err((1, format!("expected `{FORMAT}`, found `{}`", head.format)));
        }
        let mut organizations = BTreeMap::new();
        for (line, number) in lines {
            let line: Line = serde_json::from_slice(line).map_err(|error| (number, error.to_string()))?;
            let id =
                OrganizationId::new(&line.id).ok_or_else(|| (number, "not the id of a record".to_owned()))?;
            let entry = Entry {
                name: line.name.into(),
                organization_id: line.organization_id.into(),
                connection: line.connection.into(),
            };
            if organizations.insert(id, entry).is_some() {
                return Err((number, "an organization stands in it twice".to_owned()));
            }
        }
        if organizations.len() != head.organizations {
            let found = organizations.len();
            return Err((1, format!("it is not whole: {found} of {} organizations", head.organizations)));
        }
        let (server, server_identity, domain) =
            (head.server.into(), head.server_identity.into(), head.domain.into());
        Ok(Self {
            place: PlanPlace { server, server_identity, domain },
            user: head.user.into(),
            taken_at: head.taken_at.into(),
            organizations,
        })
    }

    /// Where it is of, printable.
    fn place_words(&self) -> String {
        let domain = if self.place.domain.is_empty() {
            "root".to_owned()
        } else {
            self.place.domain.brief().into_string()
        };
        format!("{}, domain {domain}", self.place.server.brief())
    }
}

fn owned(text: &Untrusted) -> String {
    text.as_sent().to_owned()
}

fn put(to: &mut impl Write, line: &impl Serialize) -> io::Result<()> {
    let json = serde_json::to_string(line)?;
    to.write_all(json_line(&json).as_bytes())?;
    to.write_all(b"\n")
}

/// What differs between two maps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// One line for each organization, and one with the counts; printable.
    pub text: String,
    /// Whether nothing differs.
    pub is_same: bool,
}

/// Compares two maps of one place. Names do not count: the map is from organization to connection.
///
/// # Errors
///
/// [`SnapshotError::Places`] when they are of different servers or domains. A certificate may be renewed in between.
pub fn difference(before: &Snapshot, after: &Snapshot) -> Result<Difference, SnapshotError> {
    let at = |snapshot: &Snapshot| (snapshot.place.server.clone(), snapshot.place.domain.clone());
    if at(before) != at(after) {
        return Err(SnapshotError::Places(before.place_words(), after.place_words()));
    }
    let mut text = String::new();
    let (mut changed, mut added, mut removed, mut same) = (0, 0, 0, 0);
    let ids: std::collections::BTreeSet<_> =
        before.organizations.keys().chain(after.organizations.keys()).collect();
    for id in ids {
        let line = match (before.organizations.get(id), after.organizations.get(id)) {
            (Some(was), Some(is)) if was.connection == is.connection => {
                same += 1;
                continue;
            }
            (Some(was), Some(is)) => {
                changed += 1;
                let (from, to) = (named(&was.connection), named(&is.connection));
                format!("changed  {} ({id})  {from} -> {to}", is.name.brief())
            }
            (None, Some(is)) => {
                added += 1;
                format!("added    {} ({id})  {}", is.name.brief(), named(&is.connection))
            }
            (Some(was), None) => {
                removed += 1;
                format!("removed  {} ({id})  {}", was.name.brief(), named(&was.connection))
            }
            (None, None) => continue,
        };
        text.push_str(&line);
        text.push('\n');
    }
    let (from, to) = (before.taken_at.brief(), after.taken_at.brief());
    let counts = format!(
        "{changed} changed, {added} added, {removed} removed, {same} the same, from {from} to {to}\n"
    );
    text.push_str(&counts);
    Ok(Difference { text, is_same: changed + added + removed == 0 })
}

fn named(connection: &Untrusted) -> String {
    if connection.is_empty() { "none".to_owned() } else { connection.brief().into_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(rows: &[(&str, &str)]) -> Snapshot {
        let organizations = rows.iter().map(|(id, connection)| {
            let entry = Entry {
                name: format!("Acme {id}\u{1b}").into(),
                organization_id: "00D".into(),
                connection: (*connection).into(),
            };
            (OrganizationId::new(id).unwrap(), entry)
        });
        Snapshot {
            place: PlanPlace {
                server: "https://cm1".into(),
                server_identity: "sha256:9F".into(),
                domain: "".into(),
            },
            user: "ops1".into(),
            taken_at: "2026-11-25T18:00:00Z".into(),
            organizations: organizations.collect(),
        }
    }

    fn written(snapshot: &Snapshot) -> Vec<u8> {
        let mut bytes = Vec::new();
        snapshot.write(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a15_a_snapshot_reads_as_it_was_written_and_is_printable() {
        let snapshot = snapshot(&[("a", "eu"), ("b", "")]);
        let bytes = written(&snapshot);
        assert!(!bytes.contains(&0x1b));
        assert_eq!(Snapshot::parse(&bytes), Ok(snapshot));
    }

    #[test]
    fn a15_what_is_no_whole_snapshot_is_refused_with_its_line() {
        let bytes = written(&snapshot(&[("a", "eu"), ("b", "us")]));
        let text = String::from_utf8(bytes).unwrap();
        let cut: String = text.lines().take(2).map(|line| line.to_owned() + "\n").collect();
        let twice = text.clone() + text.lines().last().unwrap();
        for (text, line, words) in [
            ("", 1, "not a snapshot"),
            ("{}", 1, "not a snapshot"),
            ("\u{0}\u{1}", 1, "not a snapshot"),
            (&text.replace("snapshot 1", "snapshot 9"), 1, "found `cckm-tui snapshot 9`"),
            (&cut, 1, "1 of 2 organizations"),
            (&twice, 4, "twice"),
            (&text.replace("\"a\"", "\"../a\""), 2, "not the id of a record"),
            (&text.replace("\"eu\"", "7"), 2, "invalid type"),
        ] {
            let (found, what) = Snapshot::parse(text.as_bytes()).unwrap_err();
            assert!(found == line && what.contains(words), "{found} {what}");
        }
    }

    #[test]
    fn a15_a_difference_names_each_organization_and_nothing_else() {
        let before = snapshot(&[("a", "eu"), ("b", "us"), ("c", "eu")]);
        let after = snapshot(&[("a", "eu"), ("b", "eu"), ("d", "")]);
        let Difference { text, is_same } = difference(&before, &after).unwrap();
        assert!(!is_same);
        assert_eq!(
            text.lines().collect::<Vec<_>>(),
            [
                r"changed  Acme b\x1b (b)  us -> eu",
                r"removed  Acme c\x1b (c)  eu",
                r"added    Acme d\x1b (d)  none",
                "1 changed, 1 added, 1 removed, 1 the same, from 2026-11-25T18:00:00Z to 2026-11-25T18:00:00Z",
            ]
        );
        assert!(difference(&before, &before).unwrap().is_same);
    }

    #[test]
    fn a15_snapshots_of_different_places_are_not_compared() {
        let (before, mut after) = (snapshot(&[]), snapshot(&[]));
        after.place.server_identity = "sha256:AA".into();
        assert!(difference(&before, &after).is_ok(), "a certificate may be renewed");
        after.place.domain = "sales".into();
        let words = difference(&before, &after).unwrap_err().to_string();
        assert!(words.contains("https://cm1, domain root and https://cm1, domain sales"), "{words}");
    }
}
