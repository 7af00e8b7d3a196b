//! One line of the journal: its keys, and how it is hashed.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(super) use crate::domain::Sha256 as Hash;
use crate::domain::{
    Entry, Operation, OperationId, OrganizationId, Outcome, PlanReference, Target, Transition,
};
use crate::text::{Untrusted, escape};

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Something happened to a change.
    Step(OperationId, Transition),
    /// The bytes between the line before and this one are an interrupted write.
    Torn { bytes: u64, hash: String },
}

/// A line that could be read, whether or not it can be believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) sequence: u64,
    pub(super) at: Timestamp,
    /// The hash of the line before, as written.
    pub(super) previous: String,
    pub(super) body: Body,
    /// Whether its own hash fits.
    pub(super) is_as_written: bool,
}

/// The keys, in the order in which they are written; `hash` follows the last.
#[derive(Serialize, Deserialize)]
struct Keys<'a> {
    sequence: u64,
    previous: Cow<'a, str>,
    at: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<Cow<'a, str>>,
    #[serde(flatten)]
    event: Event<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Event<'a> {
    Intent(Box<Intent<'a>>),
    Sent,
    Answered {
        status: u16,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        by_another: bool,
    },
    NoAnswer {
        why: Cow<'a, str>,
    },
    Looked {
        connection: Cow<'a, str>,
    },
    Settled {
        outcome: Cow<'a, str>,
        seen: Cow<'a, str>,
    },
    Corrected {
        outcome: Cow<'a, str>,
        seen: Cow<'a, str>,
    },
    Abandoned {
        why: Cow<'a, str>,
    },
    Torn {
        bytes: u64,
        sha256: Cow<'a, str>,
    },
}

#[derive(Serialize, Deserialize)]
struct Intent<'a> {
    organization: Cow<'a, str>,
    connection_before: Cow<'a, str>,
    connection_after: Cow<'a, str>,
    reason: Cow<'a, str>,
    user: Cow<'a, str>,
    server: Cow<'a, str>,
    server_identity: Cow<'a, str>,
    domain: Cow<'a, str>,
    profile: Cow<'a, str>,
    id: Cow<'a, str>,
    organization_id: Cow<'a, str>,
    updated_at_before: Cow<'a, str>,
    overridden: Cow<'a, str>,
    undo_of: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    plan: Option<PlanKeys<'a>>,
}

/// The plan that a change belongs to.
#[derive(Serialize, Deserialize)]
struct PlanKeys<'a> {
    id: Cow<'a, str>,
    sha256: Cow<'a, str>,
    made_by: Cow<'a, str>,
}

impl Line {
    /// The bytes of a line, without the newline. Printable: what a terminal might obey is written `\uNNNN`.
    pub(super) fn write(
        sequence: u64,
        previous: Hash,
        at: Timestamp,
        body: &Body,
    ) -> serde_json::Result<String> {
        let (operation, event) = match body {
            Body::Step(operation, transition) => (Some(operation.to_string().into()), event(transition)),
            Body::Torn { bytes, hash } => (None, Event::Torn { bytes: *bytes, sha256: hash.into() }),
        };
        let at = format!("{at:.3}").into();
        let keys = Keys { sequence, previous: previous.to_string().into(), at, operation, event };
        let mut line = printable(serde_json::to_string(&keys)?);
        line.truncate(line.len().saturating_sub(1));
        let hash = Hash::of(line.as_bytes());
        line.push_str(&seal(hash));
        Ok(line)
    }

    /// Reads a line, without its newline; the error says why it is none.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let keys: Keys<'_> = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let at = keys.at.parse::<Timestamp>().map_err(|error| format!("`at` is not a time: {error}"))?;
        let body = match (keys.event, keys.operation) {
            (Event::Torn { bytes, sha256 }, _) => Body::Torn { bytes, hash: sha256.into_owned() },
            (_, None) => return Err("no `operation`".to_owned()),
            (event, Some(operation)) => {
                let operation = operation.parse().map_err(|error| format!("`operation` is {error}"))?;
                Body::Step(operation, transition(operation, event)?)
            }
        };
        let is_as_written = is_sealed(bytes);
        Ok(Self { sequence: keys.sequence, at, previous: keys.previous.into_owned(), body, is_as_written })
    }

    /// The entry, if it is one about a change.
    pub(super) fn entry(self) -> Option<Entry> {
        match self.body {
            Body::Step(operation, transition) => {
                Some(Entry { sequence: self.sequence, at: self.at, operation, transition })
            }
            Body::Torn { .. } => None,
        }
    }
}

/// How a line ends: with the hash of everything in it before.
fn seal(hash: Hash) -> String {
    format!(r#","hash":"{hash}"}}"#)
}

fn is_sealed(line: &[u8]) -> bool {
    let body = line.len().checked_sub(seal(Hash::NONE).len()).and_then(|at| line.split_at_checked(at));
    body.is_some_and(|(body, end)| end == seal(Hash::of(body)).as_bytes())
}

/// JSON text with every character that is not shown as it is written as `\uNNNN`: those are in strings only.
fn printable(json: String) -> String {
    if json.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
        return json;
    }
    let (mut safe, mut place) = (String::with_capacity(json.len() * 2), [0; 4]);
    for c in json.chars() {
        let alone: &str = c.encode_utf8(&mut place);
        if matches!(c, ' '..='~') || escape(alone) == alone {
            safe.push(c);
        } else {
            safe.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    safe
}

fn event(transition: &Transition) -> Event<'_> {
    match transition {
        Transition::Intent(operation) => Event::Intent(Box::new(intent(operation))),
        Transition::Sent => Event::Sent,
        Transition::Answered { status, by_another } => {
            Event::Answered { status: *status, by_another: *by_another }
        }
        Transition::NoAnswer { why } => Event::NoAnswer { why: text(why) },
        Transition::Looked { connection } => Event::Looked { connection: text(connection) },
        Transition::Settled { outcome, seen } => {
            Event::Settled { outcome: outcome.name().into(), seen: text(seen) }
        }
        Transition::Corrected { outcome, seen } => {
            Event::Corrected { outcome: outcome.name().into(), seen: text(seen) }
        }
        Transition::Abandoned { why } => Event::Abandoned { why: text(why) },
    }
}

fn intent(operation: &Operation) -> Intent<'_> {
    let Operation { id: _, target, before, before_updated_at, after, reason, overridden, undo_of, plan } =
        operation;
    let Target { server, server_identity, domain, user, profile, id, name, organization_id } = target;
    Intent {
        organization: text(name),
        connection_before: text(before),
        connection_after: text(after),
        reason: text(reason),
        user: text(user),
        server: text(server),
        server_identity: text(server_identity),
        domain: text(domain),
        profile: text(profile),
        id: id.as_str().into(),
        organization_id: text(organization_id),
        updated_at_before: text(before_updated_at),
        overridden: text(overridden),
        undo_of: undo_of.map(|id| id.to_string().into()),
        plan: plan.as_ref().map(|plan| PlanKeys {
            id: plan.id.to_string().into(),
            sha256: plan.hash.to_string().into(),
            made_by: text(&plan.made_by),
        }),
    }
}

fn text(untrusted: &Untrusted) -> Cow<'_, str> {
    untrusted.as_sent().into()
}

fn transition(id: OperationId, event: Event<'_>) -> Result<Transition, String> {
    Ok(match event {
        Event::Intent(intent) => Transition::Intent(Box::new(operation(id, *intent)?)),
        Event::Sent => Transition::Sent,
        Event::Answered { status, by_another } => Transition::Answered { status, by_another },
        Event::NoAnswer { why } => Transition::NoAnswer { why: untrusted(why) },
        Event::Looked { connection } => Transition::Looked { connection: untrusted(connection) },
        Event::Settled { outcome: name, seen } => {
            Transition::Settled { outcome: outcome(&name)?, seen: untrusted(seen) }
        }
        Event::Corrected { outcome: name, seen } => {
            Transition::Corrected { outcome: outcome(&name)?, seen: untrusted(seen) }
        }
        Event::Abandoned { why } => Transition::Abandoned { why: untrusted(why) },
        Event::Torn { .. } => return Err("a torn mark is no step of a change".to_owned()),
    })
}

fn operation(id: OperationId, intent: Intent<'_>) -> Result<Operation, String> {
    let undo_of = intent.undo_of.map(|id| id.parse().map_err(|error| format!("`undo_of` is {error}")));
    let target = Target {
        server: untrusted(intent.server),
        server_identity: untrusted(intent.server_identity),
        domain: untrusted(intent.domain),
        user: untrusted(intent.user),
        profile: untrusted(intent.profile),
        id: OrganizationId::new(&intent.id).ok_or("`id` is not the id of a record")?,
        name: untrusted(intent.organization),
        organization_id: untrusted(intent.organization_id),
    };
    Ok(Operation {
        id,
        target,
        before: untrusted(intent.connection_before),
        before_updated_at: untrusted(intent.updated_at_before),
        after: untrusted(intent.connection_after),
        reason: untrusted(intent.reason),
        overridden: untrusted(intent.overridden),
        undo_of: undo_of.transpose()?,
        plan: intent.plan.map(reference).transpose()?,
    })
}

fn reference(plan: PlanKeys<'_>) -> Result<PlanReference, String> {
    Ok(PlanReference {
        id: plan.id.parse().map_err(|error| format!("`plan.id` is {error}"))?,
        hash: plan.sha256.parse().map_err(|error| format!("`plan.sha256` is {error}"))?,
        made_by: untrusted(plan.made_by),
    })
}

fn outcome(name: &str) -> Result<Outcome, String> {
    let known = Outcome::ALL.into_iter().find(|outcome| outcome.name() == name);
    known.ok_or_else(|| "`outcome` is none that is known".to_owned())
}

fn untrusted(text: Cow<'_, str>) -> Untrusted {
    Untrusted::new(text.into_owned())
}
