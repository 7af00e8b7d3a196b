//! The rows of the windows about who the server proved to be: first contact, the whole certificate, and the end.

use jiff::Timestamp;

use super::identity::{Before, Changed, FirstContact};
use super::line::{Line, labelled, wrapped};
use crate::domain::{Doubt, Fingerprint, Identity, Pin, day};
use crate::text;
use crate::theme::Role;

/// The rows of the first-contact window, the buttons and the field not among them: the fingerprint first and in
/// full, each of the others on one row, so that all of them are in sight at the smallest size.
pub fn first_contact_lines(window: &FirstContact, profile: &str, width: usize) -> Vec<Line> {
    let offered = &window.distrust.offered;
    let mut lines = fingerprint_lines("SHA-256", offered.fingerprint, width);
    lines.extend(about(offered, width));
    if let Doubt::Unknown(why) = &window.distrust.doubt {
        lines.push(Line::new(Role::Warning, cut(&format!("Not trusted: {}.", why.brief()), width)));
    }
    lines.push(Line::new(
        Role::Text,
        cut("Compare it with the value from your CipherTrust administrator.", width),
    ));
    let ask = format!("To trust this server{profile}, paste the SHA-256 here:");
    lines.push(Line::new(Role::Text, cut(&ask, width)));
    lines
}

/// Cells of a label: with half a fingerprint beside it, as wide as the narrowest window.
const LABEL: usize = 9;

fn field_line(label: &str, role: Role, value: &str, width: usize) -> Line {
    let room = width.saturating_sub(LABEL);
    Line::new(Role::Dim, text::pad(label, LABEL, '…')).and(role, cut(value, room))
}

fn cut(shown: &str, width: usize) -> String {
    match text::clip_for_mark(shown, width) {
        (whole, false) => whole.to_owned(),
        (head, true) => format!("{head}…"),
    }
}

/// Subject, issuer, validity and name, one row each.
fn about(identity: &Identity, width: usize) -> Vec<Line> {
    let issuer = if identity.self_issued {
        "itself (made by the appliance, or by somebody else)".to_owned()
    } else {
        identity.issuer.brief().into_string()
    };
    let (role, matches) = name_match(identity);
    vec![
        field_line("Subject", Role::Text, identity.subject.brief().as_str(), width),
        field_line("Issuer", Role::Text, &issuer, width),
        field_line("Valid", Role::Text, &validity(identity), width),
        field_line("Name", role, &matches, width),
    ]
}

fn validity(identity: &Identity) -> String {
    let shown = |at: Option<Timestamp>| at.map_or_else(|| "?".to_owned(), |at| day(at).to_string());
    format!("{} to {}", shown(identity.not_before), shown(identity.not_after))
}

fn name_match(identity: &Identity) -> (Role, String) {
    if identity.name_matches {
        return (Role::Text, "matches".to_owned());
    }
    let names: Vec<_> = identity.names.iter().take(3).map(|name| name.brief().into_string()).collect();
    let names = if names.is_empty() { "it names no server".to_owned() } else { names.join(", ") };
    (Role::Warning, format!("matches: NO ({names})"))
}

/// A certificate in full, at most `width` cells wide.
pub fn certificate_lines(identity: &Identity, width: usize) -> Vec<Line> {
    let row = |label: &str, value: &str| labelled(label, (Role::Text, value), 12, width);
    let mut lines = fingerprint_lines("SHA-256", identity.fingerprint, width);
    lines.extend(row("Subject", identity.subject.display().as_str()));
    lines.extend(row("Issuer", identity.issuer.display().as_str()));
    let exact = |at: Option<Timestamp>| at.map_or_else(|| "cannot be read".to_owned(), |at| at.to_string());
    lines.extend(row("Valid from", &exact(identity.not_before)));
    lines.extend(row("Valid until", &exact(identity.not_after)));
    lines.extend(row("Key", identity.key.display().as_str()));
    lines.extend(row("Signed by", identity.signature.display().as_str()));
    lines.extend(row("Serial", identity.serial.display().as_str()));
    let matches = if identity.name_matches {
        "the name of the server is among them"
    } else {
        "the name of the server is not among them"
    };
    lines.extend(row("Names", matches));
    for name in &identity.names {
        lines.extend(row("", name.display().as_str()));
    }
    lines
}

/// The window of a changed identity, at most `width` cells wide.
pub fn stop_lines(changed: &Changed, profile: Option<&str>, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let (word, fingerprint, remark) = match &changed.before {
        Before::Pinned(Pin { fingerprint, since: Some(since) }) => {
            ("pinned", fingerprint, format!("since {since}"))
        }
        Before::Pinned(Pin { fingerprint, since: None }) => {
            ("given", fingerprint, "by --pin, CCKM_PIN or the profile".to_owned())
        }
        Before::Vouched(fingerprint, _) => ("before", fingerprint, "vouched for by an authority".to_owned()),
    };
    lines.extend(both(word, *fingerprint, &remark, width));
    let issuer = format!("issuer {}", changed.offered.issuer.brief());
    lines.extend(both("offered", changed.offered.fingerprint, &issuer, width));
    if let Before::Vouched(_, why) = &changed.before {
        lines.extend(wrapped(
            Role::Warning,
            &format!("No authority vouches for it: {}.", why.brief()),
            width,
        ));
    }
    lines.push(Line::default());
    lines.push(Line::new(Role::Title, "Nothing was sent to it. No password, no token."));
    let target = profile.map_or_else(|| changed.address.brief().into_string(), str::to_owned);
    let advice = match &changed.before {
        Before::Pinned(Pin { since: Some(_), .. }) => format!(
            "If the appliance was given a new certificate, re-pin outside: cckm-tui trust replace {target}"
        ),
        Before::Pinned(Pin { since: None, .. }) => {
            "If the appliance was given a new certificate, give its fingerprint instead.".to_owned()
        }
        Before::Vouched(..) => {
            "If the appliance was given a new certificate, start again and compare its fingerprint."
                .to_owned()
        }
    };
    lines.extend(wrapped(Role::Text, &advice, width));
    lines
}

fn both(label: &str, fingerprint: Fingerprint, remark: &str, width: usize) -> Vec<Line> {
    let mut lines = fingerprint_lines(label, fingerprint, width);
    lines.push(field_line("", Role::Dim, remark, width));
    lines
}

/// A fingerprint in full: on one row where there is room, else on two.
fn fingerprint_lines(label: &str, fingerprint: Fingerprint, width: usize) -> Vec<Line> {
    let whole = fingerprint.to_string();
    if width >= LABEL + whole.len() {
        return vec![field_line(label, Role::Value, &whole, width)];
    }
    let rows = [label, ""].into_iter().zip(fingerprint.halves());
    rows.map(|(label, half)| field_line(label, Role::Value, &half, width)).collect()
}
