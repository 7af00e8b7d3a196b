//! Many changes as one plan: what is to become of which organizations, where, until when, and in which order.
//!
//! A plan is made at one place and holds only there: the same server with the same identity, the same domain, and
//! not after its end. Whoever reads it elsewhere, later or altered is told why it is refused
//! ([`Plan::refusal`]). Its hash is taken of everything in it, so that two people can say that they mean the same.

use std::collections::{BTreeMap, HashSet};
use std::fmt::{self, Write as _};
use std::str::FromStr;

use jiff::Timestamp;

use super::{OperationId, OrganizationId, RunId, Sha256};
use crate::text::Untrusted;

/// The name of a plan, such as `p7f3a9c-2`: the run that made it, and how many plans that run had made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanId(OperationId);

impl PlanId {
    /// The plan number `count` of a run.
    pub const fn new(run: RunId, count: u64) -> Self {
        Self(OperationId::new(run, count))
    }
}

impl fmt::Display for PlanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("p{}", self.0))
    }
}

/// A text that is not the name of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a plan, such as p7f3a9c-2")]
pub struct PlanIdError;

/// Reads what `Display` writes, and nothing else.
impl FromStr for PlanId {
    type Err = PlanIdError;

    fn from_str(text: &str) -> Result<Self, PlanIdError> {
        let numbers = text.strip_prefix('p').and_then(|numbers| numbers.parse().ok());
        numbers.map(Self).ok_or(PlanIdError)
    }
}

/// Where a plan may be applied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanPlace {
    /// The server's address.
    pub server: Untrusted,
    /// What identifies the server besides its address: the fingerprint of its certificate; empty with plain http.
    pub server_identity: Untrusted,
    /// The domain signed in to; empty for the root domain.
    pub domain: Untrusted,
}

/// In which order the rows are changed, and when that stops by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// So many of the first rows are changed one by one, each verified before anything else is sent.
    pub canaries: usize,
    /// So many at a time after that, at most; the server's answers decide how many it is.
    pub concurrency: usize,
    /// Stops when so many rows have failed.
    pub stop_after: usize,
}

impl Order {
    /// The most changes that are ever under way at a time.
    pub const MOST_AT_A_TIME: usize = 4;
}

/// One canary, at most four at a time, and the first failure stops.
impl Default for Order {
    fn default() -> Self {
        Self { canaries: 1, concurrency: Self::MOST_AT_A_TIME, stop_after: 1 }
    }
}

/// What is to become of one organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanRow {
    /// The record.
    pub id: OrganizationId,
    /// Its name when the plan was made.
    pub name: Untrusted,
    /// Its Salesforce organization id.
    pub organization_id: Untrusted,
    /// Its connection when the plan was made: it is changed from this one, and from no other.
    pub now: Untrusted,
    /// The connection it is to have.
    pub new: Untrusted,
    /// The change that this one takes back.
    pub undo_of: Option<OperationId>,
}

/// Many changes, to be made in the order of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Its name.
    pub id: PlanId,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: Untrusted,
    /// From then on it is refused.
    pub valid_until: Timestamp,
    /// Where it holds.
    pub place: PlanPlace,
    /// The reason or ticket that goes on record with every row; may be empty.
    pub reason: Untrusted,
    /// How it is applied.
    pub order: Order,
    /// The changes.
    pub rows: Vec<PlanRow>,
}

/// Which plan a change belongs to, as the journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanReference {
    /// Its name.
    pub id: PlanId,
    /// Its hash.
    pub hash: Sha256,
    /// Who made it: whoever applies it may be another.
    pub made_by: Untrusted,
}

/// Why a plan is not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It does not say what its hash was taken of.
    Edited,
    /// It changes nothing.
    Empty,
    /// This organization stands in it twice.
    Twice(OrganizationId),
    /// This row does not say which connection is to be changed into which other.
    Pointless(OrganizationId),
    /// It was made for another server: that one.
    OtherServer(Untrusted),
    /// The server at its address has another certificate than when it was made.
    OtherIdentity,
    /// It was made for another domain: that one.
    OtherDomain(Untrusted),
    /// Its time is over, since then.
    Expired(Timestamp),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Edited => f.write_str("the plan was altered: it is not what its hash was taken of"),
            Self::Empty => f.write_str("the plan has no rows: there is nothing to change"),
            Self::Twice(id) => write!(f, "organization {id} stands in the plan twice"),
            Self::Pointless(id) => {
                write!(f, "the row of organization {id} names no connection to change it to")
            }
            Self::OtherServer(server) => {
                write!(f, "the plan was made for another server: {}", server.brief())
            }
            Self::OtherIdentity => {
                f.write_str("the server has another certificate than when the plan was made")
            }
            Self::OtherDomain(domain) if domain.is_empty() => {
                f.write_str("the plan was made for another domain: root")
            }
            Self::OtherDomain(domain) => {
                write!(f, "the plan was made for another domain: {}", domain.brief())
            }
            Self::Expired(at) => write!(f, "the plan was valid until {}", at.strftime("%Y-%m-%d %H:%M:%SZ")),
        }
    }
}

/// How many organizations use a connection before and after.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionEffect {
    /// The connection.
    pub connection: Untrusted,
    /// Organizations that use it now.
    pub before: usize,
    /// Organizations that use it when every row is applied.
    pub after: usize,
}

impl Plan {
    /// The hash of everything in it.
    pub fn hash(&self) -> Sha256 {
        Sha256::of(self.canonical().as_bytes())
    }

    /// What the journal keeps of it.
    pub fn reference(&self) -> PlanReference {
        PlanReference { id: self.id, hash: self.hash(), made_by: self.made_by.clone() }
    }

    /// One text for one plan: a line for each field, with its length in bytes, so that no text can pass for
    /// another field.
    fn canonical(&self) -> String {
        let Self { id, made_at, made_by, valid_until, place, reason, order, rows } = self;
        let PlanPlace { server, server_identity, domain } = place;
        let Order { canaries, concurrency, stop_after } = order;
        let mut text = String::from("cckm-tui plan 1\n");
        let mut put = |key: &str, value: &str| {
            let written = writeln!(text, "{key} {} {value}", value.len());
            debug_assert!(written.is_ok(), "writing to a String cannot fail");
        };
        put("id", &id.to_string());
        put("made-at", &made_at.to_string());
        put("made-by", made_by.as_sent());
        put("valid-until", &valid_until.to_string());
        put("server", server.as_sent());
        put("server-identity", server_identity.as_sent());
        put("domain", domain.as_sent());
        put("reason", reason.as_sent());
        put("canaries", &canaries.to_string());
        put("concurrency", &concurrency.to_string());
        put("stop-after", &stop_after.to_string());
        for PlanRow { id, name, organization_id, now, new, undo_of } in rows {
            put("row", id.as_str());
            put("name", name.as_sent());
            put("organization-id", organization_id.as_sent());
            put("now", now.as_sent());
            put("new", new.as_sent());
            put("undo-of", &undo_of.map(|undone| undone.to_string()).unwrap_or_default());
        }
        text
    }

    /// Why it is not applied here and now; `sealed` is the hash that came with it.
    pub fn refusal(&self, sealed: Sha256, here: &PlanPlace, now: Timestamp) -> Option<Refusal> {
        if self.hash() != sealed {
            return Some(Refusal::Edited);
        }
        self.elsewhere(here).or_else(|| self.unsound()).or_else(|| self.expired(now))
    }

    /// Why it does not hold here.
    pub fn elsewhere(&self, here: &PlanPlace) -> Option<Refusal> {
        let PlanPlace { server, server_identity, domain } = &self.place;
        if *server != here.server {
            Some(Refusal::OtherServer(server.clone()))
        } else if *server_identity != here.server_identity {
            Some(Refusal::OtherIdentity)
        } else if *domain != here.domain {
            Some(Refusal::OtherDomain(domain.clone()))
        } else {
            None
        }
    }

    /// Whether its time is over.
    pub fn expired(&self, now: Timestamp) -> Option<Refusal> {
        (now >= self.valid_until).then_some(Refusal::Expired(self.valid_until))
    }

    /// What is wrong with its rows.
    pub fn unsound(&self) -> Option<Refusal> {
        if self.rows.is_empty() {
            return Some(Refusal::Empty);
        }
        let mut seen = HashSet::new();
        self.rows.iter().find_map(|row| {
            if row.new.is_empty() || row.new == row.now {
                Some(Refusal::Pointless(row.id.clone()))
            } else if seen.insert(&row.id) {
                None
            } else {
                Some(Refusal::Twice(row.id.clone()))
            }
        })
    }
}

/// What some rows come to, connection by connection, in the order of their names; `uses` counts the organizations
/// of the whole list that use one.
pub fn effects<'a>(
    rows: impl Iterator<Item = &'a PlanRow>,
    uses: impl Fn(&Untrusted) -> usize,
) -> Vec<ConnectionEffect> {
    let mut moves: BTreeMap<&Untrusted, (usize, usize)> = BTreeMap::new();
    for row in rows {
        moves.entry(&row.now).or_default().0 += 1;
        moves.entry(&row.new).or_default().1 += 1;
    }
    let effect = |(connection, (gone, come)): (&Untrusted, (usize, usize))| {
        let before = uses(connection);
        let after = (before + come).saturating_sub(gone);
        ConnectionEffect { connection: connection.clone(), before, after }
    };
    moves.into_iter().filter(|(connection, _)| !connection.is_empty()).map(effect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(n: usize, now: &str, new: &str) -> PlanRow {
        PlanRow {
            id: OrganizationId::new(&format!("org-{n}")).unwrap(),
            name: format!("Acme {n}").into(),
            organization_id: format!("00D{n:012}").into(),
            now: now.into(),
            new: new.into(),
            undo_of: None,
        }
    }

    fn place() -> PlanPlace {
        PlanPlace {
            server: "https://cm1.example.com".into(),
            server_identity: "sha256:9F".into(),
            domain: "".into(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn plan() -> Plan {
        Plan {
            id: PlanId::new(RunId::new(0x7f_3a9c), 2),
            made_at: at("2026-11-23T18:00:00Z"),
            made_by: "ops1".into(),
            valid_until: at("2026-11-23T18:15:00Z"),
            place: place(),
            reason: "CHG-20417".into(),
            order: Order::default(),
            rows: vec![row(1, "old", "new"), row(2, "old", "new")],
        }
    }

    fn refusal(plan: &Plan) -> Option<Refusal> {
        plan.refusal(plan.hash(), &place(), at("2026-11-23T18:14:59Z"))
    }

    #[test]
    fn the_name_of_a_plan_reads_as_it_is_written() {
        let id = plan().id;
        assert_eq!((id.to_string().as_str(), "p7f3a9c-2".parse()), ("p7f3a9c-2", Ok(id)));
        for wrong in ["", "7f3a9c-2", "p7F3A9C-2", "p7f3a9c-02", "p7f3a9c"] {
            assert_eq!(wrong.parse::<PlanId>(), Err(PlanIdError), "{wrong:?}");
        }
    }

    #[test]
    fn wr_26_whatever_is_edited_in_a_plan_changes_its_hash() {
        let sealed = plan().hash();
        let edits: [fn(&mut Plan); 15] = [
            |plan| plan.id = PlanId::new(RunId::new(1), 2),
            |plan| plan.made_at = at("2026-11-23T18:00:01Z"),
            |plan| plan.made_by = "ops2".into(),
            |plan| plan.valid_until = at("2026-11-24T18:15:00Z"),
            |plan| plan.place.server = "https://cm2.example.com".into(),
            |plan| plan.place.server_identity = "".into(),
            |plan| plan.place.domain = "eu".into(),
            |plan| plan.reason = "".into(),
            |plan| plan.order.canaries = 0,
            |plan| plan.order.stop_after = 9,
            |plan| plan.rows[0].new = "other".into(),
            |plan| plan.rows[1].now = "other".into(),
            |plan| plan.rows.swap(0, 1),
            |plan| plan.rows.truncate(1),
            // The text of one field that goes on as the next one would is another plan all the same.
            |plan| plan.reason = "CHG-20417\ncanaries 1 1".into(),
        ];
        let mut seen = HashSet::from([sealed]);
        for edit in edits {
            let mut edited = plan();
            edit(&mut edited);
            assert!(seen.insert(edited.hash()), "{edited:?}");
            let now = at("2026-11-23T18:01:00Z");
            assert_eq!(edited.refusal(sealed, &edited.place, now), Some(Refusal::Edited));
        }
        assert_eq!(plan().hash(), sealed);
    }

    #[test]
    fn wr_26_a_plan_holds_at_its_place_and_in_its_time_only() {
        assert_eq!(refusal(&plan()), None);
        let plan = plan();
        let here = |change: fn(&mut PlanPlace)| {
            let mut here = place();
            change(&mut here);
            plan.refusal(plan.hash(), &here, at("2026-11-23T18:01:00Z"))
        };
        let server = Refusal::OtherServer("https://cm1.example.com".into());
        assert_eq!(here(|here| here.server = "https://cm2.example.com".into()), Some(server));
        assert_eq!(here(|here| here.server_identity = "sha256:AA".into()), Some(Refusal::OtherIdentity));
        assert_eq!(here(|here| here.domain = "eu".into()), Some(Refusal::OtherDomain("".into())));
        let late = plan.refusal(plan.hash(), &place(), plan.valid_until);
        assert_eq!(late, Some(Refusal::Expired(plan.valid_until)));
    }

    #[test]
    fn a_plan_without_sense_is_refused() {
        let with = |rows| Plan { rows, ..plan() };
        assert_eq!(refusal(&with(Vec::new())), Some(Refusal::Empty));
        let twice = row(1, "old", "other");
        let id = twice.id.clone();
        assert_eq!(refusal(&with(vec![row(1, "old", "new"), twice])), Some(Refusal::Twice(id.clone())));
        assert_eq!(refusal(&with(vec![row(1, "old", "old")])), Some(Refusal::Pointless(id.clone())));
        assert_eq!(refusal(&with(vec![row(1, "old", "")])), Some(Refusal::Pointless(id)));
    }

    #[test]
    fn the_effect_is_counted_over_the_whole_list() {
        let rows = [row(1, "old", "new"), row(2, "old", "new"), row(3, "", "new")];
        let uses = |connection: &Untrusted| if connection.as_sent() == "old" { 27 } else { 5 };
        let effect = |connection: &str, before, after| ConnectionEffect {
            connection: connection.into(),
            before,
            after,
        };
        assert_eq!(effects(rows.iter(), uses), [effect("new", 5, 8), effect("old", 27, 25)]);
    }
}
