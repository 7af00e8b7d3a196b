//! `cckm-tui trust`: the certificates that servers are known by, listed, looked at, replaced and removed.

use std::fmt::Write as _;

use jiff::civil::Date;

use crate::app::identity_view::certificate_lines;
use crate::domain::{Belief, Distrust, Doubt, Failure, Fingerprint, Identity, Verified};
use crate::trust::{Store, TrustError};

/// Cells of a line that is printed.
const WIDTH: usize = 120;

/// What `trust list` prints.
///
/// # Errors
///
/// When the pins cannot be read.
pub fn list(store: &Store) -> Result<String, TrustError> {
    let pins = store.stored()?;
    if pins.is_empty() {
        return Ok("no server is trusted by its certificate\n".to_owned());
    }
    let mut text = String::new();
    for (address, pin) in pins {
        let since = pin.since.unwrap_or_default();
        add(&mut text, format_args!("{address}\n  sha256 {}\n  since  {since}\n", pin.fingerprint));
    }
    Ok(text)
}

/// What `trust replace` prints: what was stored instead of what.
///
/// # Errors
///
/// When it could not be stored.
pub fn replace(
    store: &Store,
    address: &str,
    fingerprint: Fingerprint,
    today: Date,
) -> Result<String, TrustError> {
    let before = store.replace(address, fingerprint, today)?;
    let mut text = format!("{address} is trusted by\n  sha256 {fingerprint}\n");
    match before {
        Some(before) if before.fingerprint == fingerprint => text.push_str("as before\n"),
        Some(before) => {
            let since = before.since.unwrap_or_default();
            add(
                &mut text,
                format_args!("and no more by\n  sha256 {}\n  since  {since}\n", before.fingerprint),
            );
        }
        None => {}
    }
    Ok(text)
}

/// What `trust remove` prints.
///
/// # Errors
///
/// When it is still stored.
pub fn remove(store: &Store, address: &str) -> Result<Option<String>, TrustError> {
    let before = store.remove(address)?;
    Ok(before.map(|before| format!("{address} is no more trusted by\n  sha256 {}\n", before.fingerprint)))
}

/// What `trust show` prints, and whether the server is believed; the failure itself when there was no
/// certificate to look at.
///
/// # Errors
///
/// The failure.
pub fn show(address: &str, looked: Result<Verified, Failure>) -> Result<(String, bool), Failure> {
    match looked {
        Ok(Verified { identity, belief }) => {
            let words = match belief {
                Belief::System => "believed: an authority of this host vouches for it".to_owned(),
                Belief::CaFile => "believed: an authority of the CA file vouches for it".to_owned(),
                Belief::Pinned(pin) => match pin.since {
                    Some(since) => format!("believed: pinned since {since}"),
                    None => "believed: it is the given one".to_owned(),
                },
            };
            Ok((certificate(address, &identity, &words), true))
        }
        Err(failure) => match failure.distrust.as_deref() {
            Some(Distrust { address: _, offered, doubt }) => {
                let words = match doubt {
                    Doubt::Unknown(why) | Doubt::Weak(why) => format!("not believed: {}", why.display()),
                    Doubt::Changed(pin) => format!(
                        "NOT BELIEVED: another certificate is pinned\n  sha256 {}{}",
                        pin.fingerprint,
                        pin.since.map(|since| format!("\n  since  {since}")).unwrap_or_default()
                    ),
                };
                Ok((certificate(address, offered, &words), false))
            }
            None => Err(failure),
        },
    }
}

fn certificate(address: &str, identity: &Identity, words: &str) -> String {
    let mut text = format!("{address}\n");
    for line in certificate_lines(identity, WIDTH) {
        add(&mut text, format_args!("  {}\n", line.text().trim_end()));
    }
    add(&mut text, format_args!("{words}\n"));
    text
}

fn add(text: &mut String, more: std::fmt::Arguments<'_>) {
    let written = text.write_fmt(more);
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
}
