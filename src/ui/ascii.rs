//! Our own signs for a terminal that shows ASCII only, each as wide as what it stands for.
//!
//! Text from outside comes here escaped already ([`text::show_only_ascii`](crate::text::show_only_ascii)); what is
//! left over 0x7E is escaped here, so that no such byte is ever written.

use std::borrow::Cow;

use crate::text::escape_ascii;

/// Mark of a text that was cut.
pub(super) const CUT: &str = "~";

/// `shown` without a character over 0x7E.
pub(crate) fn spelled(shown: &str) -> Cow<'_, str> {
    if shown.is_ascii() {
        return Cow::Borrowed(shown);
    }
    Cow::Owned(shown.chars().fold(String::with_capacity(shown.len()), |mut spelled, c| {
        match sign(c) {
            Some(sign) => spelled.push(sign),
            None => spelled.push_str(&escape_ascii(c.encode_utf8(&mut [0; 4]))),
        }
        spelled
    }))
}

const fn sign(c: char) -> Option<char> {
    Some(match c {
        ' '..='~' => c,
        '─' | '–' | '—' | '○' => '-',
        '│' => '|',
        '┌' | '┐' | '└' | '┘' | '●' => '+',
        '═' | '≈' => '=',
        'Δ' => '!',
        '…' => '~',
        '▲' | '↑' => '^',
        '▼' | '↓' => 'v',
        '→' => '>',
        '←' => '<',
        '·' => '.',
        '•' => '*',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pf_04_every_sign_of_ours_has_one_of_ascii_and_all_else_is_escaped() {
        assert_eq!(spelled("─ Δ 2 changed · ● 12s ▲"), "- ! 2 changed . + 12s ^");
        assert_eq!(spelled("plain"), "plain");
        assert_eq!(spelled("é日"), r"\xe9\u{65e5}");
        for c in ('\0'..=char::MAX).filter(|c| !c.is_control()) {
            assert!(spelled(c.encode_utf8(&mut [0; 4])).bytes().all(|b| (0x20..=0x7e).contains(&b)), "{c:?}");
        }
    }
}
