//! Making the rows: the connections that the server lists, and those that only organizations name.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::Connections;
use super::row::{Of, Row, RowKey};
use crate::app::list::{Ended, ListPane, LookAlike};
use crate::app::query::{Time, Vocabulary};
use crate::domain::Connection;
use crate::text::Untrusted;

/// What a filter of connections can name.
pub const VOCABULARY: Vocabulary = Vocabulary {
    columns: &[
        &["name", "connection", "conn"],
        &["state", "last_connection_ok"],
        &["kind", "type", "product", "cloud", "cloud_name"],
        &["used", "uses"],
        &["error", "last_connection_error"],
        &["id"],
    ],
    // All of them are read at once: there is nothing to spare.
    parameters: &[],
    times: &[
        (Time::Tested, &["tested", "last_connection_at"]),
        (Time::Updated, &["updated", "updatedat"]),
        (Time::Created, &["created", "createdat"]),
    ],
};

/// Whether the numbers of organizations are those of all organizations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Completeness {
    /// The list of organizations was read to its end.
    Whole,
    /// It is being read for the first time, or was never read to its end.
    #[default]
    Unread,
    /// The server gave fewer than it counts.
    Incomplete,
    /// The server was asked to leave some out.
    Filtered,
}

impl Completeness {
    /// How much is known of the organizations.
    pub fn of(list: &ListPane) -> Self {
        match (list.loaded_at, list.ended) {
            _ if !list.asked.is_empty() => Self::Filtered,
            (Some(_), Some(Ended::Whole)) => Self::Whole,
            (Some(_), Some(Ended::Incomplete { .. })) => Self::Incomplete,
            _ => Self::Unread,
        }
    }

    /// Why the numbers are not all; none when they are.
    pub const fn words(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Unread => Some("the organizations are not all read yet"),
            Self::Incomplete => Some("the server gave fewer organizations than it counts"),
            Self::Filtered => Some("only what matches the server filter is read"),
        }
    }

    /// A number of organizations: `27+` where there may be more, `?` where none is known.
    pub fn number(self, count: usize) -> String {
        match (self, count) {
            (Self::Whole, count) => count.to_string(),
            (Self::Unread | Self::Incomplete | Self::Filtered, 0) => "?".to_owned(),
            (Self::Unread | Self::Incomplete | Self::Filtered, count) => format!("{count}+"),
        }
    }

    /// The same with its noun.
    pub fn organizations(self, count: usize) -> String {
        let noun = if (self, count) == (Self::Whole, 1) { "organization" } else { "organizations" };
        format!("{} {noun}", self.number(count))
    }
}

/// The words on the organizations that one connection is named by, and how many name it.
#[derive(Default)]
struct Users {
    named: Vec<Untrusted>,
    count: usize,
}

/// How many of the listed organizations use each known connection, by its name or its id, in the order of those.
pub fn uses(connections: &Connections, list: &ListPane) -> Vec<usize> {
    let (by_place, _) = users(connections, list);
    let count = |place: usize| by_place.get(&place).map_or(0, |users| users.count);
    (0..connections.known.len()).map(count).collect()
}

/// The users of the known connections, by their places, and what organizations name that is none of them.
fn users(connections: &Connections, list: &ListPane) -> (HashMap<usize, Users>, Vec<(Untrusted, usize)>) {
    let index = Index::new(&connections.known);
    let mut by_place: HashMap<usize, Users> = HashMap::new();
    let mut unknown: Vec<(Untrusted, usize)> = Vec::new();
    for named in list.rows.connections() {
        let count = list.rows.uses(named);
        match index.find(named) {
            Some(place) => {
                let known = by_place.entry(place).or_default();
                known.named.push(named.clone());
                known.count += count;
            }
            None => unknown.push((named.clone(), count)),
        }
    }
    (by_place, unknown)
}

/// The rows, in no order.
pub(super) fn rows(connections: &Connections, list: &ListPane) -> Vec<Row> {
    let (mut by_place, unknown) = users(connections, list);
    let complete = Completeness::of(list);
    let mut rows: Vec<Row> = Vec::with_capacity(connections.known.len() + unknown.len());
    for (place, connection) in connections.known.iter().enumerate() {
        let users = by_place.remove(&place).unwrap_or_default();
        rows.push(row(RowKey::of(connection), Of::Known(Arc::clone(connection)), users, complete));
    }
    let is_certain = connections.read_at.is_some() && connections.damaged.is_empty();
    for (named, count) in unknown {
        let of = if is_certain { Of::Missing } else { Of::Unlisted };
        rows.push(row(RowKey::Name(named.clone()), of, Users { named: vec![named], count }, complete));
    }
    for (json, reason) in &connections.damaged {
        let of = Of::Damaged { json: json.clone(), reason: reason.clone() };
        rows.push(row(RowKey::of_damaged(json), of, Users::default(), complete));
    }
    let names: Vec<&Untrusted> = rows.iter().map(|row| &row.name).collect();
    let found = LookAlike::among(&names);
    for (row, look_alike) in rows.iter_mut().zip(found) {
        row.look_alike = look_alike;
    }
    rows
}

fn row(key: RowKey, of: Of, mut users: Users, complete: Completeness) -> Row {
    users.named.sort();
    let name = match &of {
        Of::Known(connection) if connection.name.is_empty() => connection.id.clone(),
        Of::Known(connection) => connection.name.clone(),
        Of::Missing | Of::Unlisted => users.named.first().cloned().unwrap_or_default(),
        Of::Damaged { .. } => Untrusted::default(),
    };
    let Users { named, count } = users;
    let (shown, words) = (String::new(), String::new());
    let mut row = Row { key, name, of, named, uses: count, look_alike: None, shown, words };
    row.shown = columns(&row, complete);
    row.words = row.shown.to_lowercase();
    row
}

/// How many organizations use it, as the list shows it: `?` while that is not known.
pub fn used(uses: usize, complete: Completeness) -> String {
    match (complete, uses) {
        (Completeness::Whole, 0) => "unused".to_owned(),
        (Completeness::Whole, uses) => uses.to_string(),
        (Completeness::Unread | Completeness::Incomplete | Completeness::Filtered, _) => "?".to_owned(),
    }
}

fn columns(row: &Row, complete: Completeness) -> String {
    if let Of::Damaged { json, reason: _ } = &row.of {
        return json.brief().into_string();
    }
    let none = Untrusted::default();
    let of =
        |field: fn(&Connection) -> &Untrusted| row.connection().map_or(&none, |one| field(one)).display();
    let mut columns = row.name.display().into_string();
    let rest = [
        row.standing().word().to_owned(),
        of(|one| &one.cloud_name).into_string(),
        used(row.uses, complete),
        of(|one| &one.error).into_string(),
        of(|one| &one.id).into_string(),
    ];
    for word in rest {
        // Writing to a text cannot fail.
        let _ok = write!(columns, "\n{word}");
    }
    columns
}

/// Which connection a name or id on an organization means: a name goes before an id.
struct Index<'a> {
    by_name: HashMap<&'a Untrusted, usize>,
    by_id: HashMap<&'a Untrusted, usize>,
}

impl<'a> Index<'a> {
    fn new(known: &'a [Arc<Connection>]) -> Self {
        let (mut by_name, mut by_id) = (HashMap::new(), HashMap::new());
        for (place, connection) in known.iter().enumerate() {
            by_name.entry(&connection.name).or_insert(place);
            by_id.entry(&connection.id).or_insert(place);
        }
        Self { by_name, by_id }
    }

    fn find(&self, named: &Untrusted) -> Option<usize> {
        self.by_name.get(named).or_else(|| self.by_id.get(named)).copied()
    }
}
