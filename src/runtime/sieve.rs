//! The second line of defence: of our own output only what we mean to send gets through.
//!
//! Text, carriage return, line feed, backspace, and these sequences: moves of the cursor, SGR, erasing, rows
//! moved within margins, and the modes for the cursor, the mouse, the other screen, pasted text and whole frames. The
//! display rule keeps everything else away from here; what comes all the same is a fault of ours. A debug
//! build stops at it; a release replaces it with `?` and logs it.
//!
//! A text for the clipboard is let through by itself, in its own few forms, and never within a frame.

use std::borrow::Cow;

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

/// Finals of the sequences with at most a few numbers.
const FINALS: &[u8] = b"ABCDGHJKLMXdmr";
/// The private modes that are set and reset.
const MODES: [&[u8]; 6] = [b"25", b"1000", b"1006", b"1049", b"2004", b"2026"];
/// Longest sequence: three colours of twenty-four bits and all attributes take less.
const LONGEST: usize = 64;

/// The bytes with everything replaced that is not allowed.
pub(super) fn strained(bytes: &[u8]) -> Cow<'_, [u8]> {
    let clean = sieve(bytes);
    if matches!(clean, Cow::Owned(_)) {
        tracing::error!(bytes = %bytes.escape_ascii(), "bytes for the terminal that are not allowed");
    }
    debug_assert!(matches!(clean, Cow::Borrowed(_)), "not allowed: {}", bytes.escape_ascii());
    clean
}

/// Whether this is nothing but a request to the terminal's clipboard: the plain one, or one that is wrapped for
/// tmux or cut for screen.
pub(super) fn asks_for_the_clipboard(bytes: &[u8]) -> bool {
    let wrapped = bytes.strip_prefix(b"\x1bPtmux;\x1b").and_then(|rest| rest.strip_suffix(b"\x1b\\"));
    is_osc_52(wrapped.unwrap_or(bytes)) || joined(bytes).is_some_and(|whole| is_osc_52(&whole))
}

fn is_osc_52(bytes: &[u8]) -> bool {
    let text = bytes.strip_prefix(b"\x1b]52;c;").and_then(|rest| rest.strip_suffix(b"\x07"));
    text.is_some_and(|text| {
        text.iter().all(|byte| matches!(byte, b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'='))
    })
}

/// What stands in strings that follow each other, if there is nothing else.
fn joined(bytes: &[u8]) -> Option<Vec<u8>> {
    let (mut whole, mut rest) = (Vec::new(), bytes);
    while !rest.is_empty() {
        let string = rest.strip_prefix(b"\x1bP")?;
        let end = string.windows(2).position(|two| two == b"\x1b\\")?;
        whole.extend_from_slice(head(string, end));
        rest = string.get(end + 2..)?;
    }
    Some(whole)
}

fn sieve(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut clean: Option<Vec<u8>> = None;
    let mut rest = bytes;
    while let Some((first, others)) = rest.split_first() {
        let length = allowed(*first, rest);
        if length.is_none() || clean.is_some() {
            let clean = clean.get_or_insert_with(|| head(bytes, bytes.len() - rest.len()).to_vec());
            clean.extend_from_slice(length.map_or(b"?", |length| head(rest, length)));
        }
        rest = length.map_or(others, |length| rest.get(length..).unwrap_or_default());
    }
    clean.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

fn head(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(..length).unwrap_or(bytes)
}

/// Length of the text, control or sequence at the start of `rest`, if it is allowed.
fn allowed(first: u8, rest: &[u8]) -> Option<usize> {
    match first {
        0x20..=0x7e => Some(rest.iter().take_while(|byte| matches!(byte, 0x20..=0x7e)).count()),
        b'\r' | b'\n' | 0x08 => Some(1),
        0x1b => sequence(rest),
        0x80.. => character(rest),
        _ => None,
    }
}

/// Length of the character of more than one byte at the start.
fn character(rest: &[u8]) -> Option<usize> {
    let c = head(rest, 4).utf8_chunks().next()?.valid().chars().next()?;
    let obeyed = c.is_control() || c.general_category() == GeneralCategory::Format;
    (!obeyed).then(|| c.len_utf8())
}

/// Length of the sequence at the start.
fn sequence(rest: &[u8]) -> Option<usize> {
    let body = rest.strip_prefix(b"\x1b[")?;
    let (private, body) = body.strip_prefix(b"?").map_or((false, body), |body| (true, body));
    let numbers = body.iter().take(LONGEST).take_while(|byte| matches!(byte, b'0'..=b'9' | b';')).count();
    let (numbers, last) = (head(body, numbers), *body.get(numbers)?);
    let known = if private {
        matches!(last, b'h' | b'l') && MODES.contains(&numbers)
    } else {
        FINALS.contains(&last)
    };
    known.then(|| rest.len() - body.len() + numbers.len() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tx_26_what_we_mean_to_send_gets_through_untouched() {
        for bytes in [
            "Acme España ─ 株式会社 e\u{301} …".as_bytes(),
            b"\r\n\x08",
            b"\x1b[m\x1b[0;1;36m\x1b[38;2;1;2;3mx\x1b[27m",
            b"\x1b[3;35r\x1b[3H\x1b[2M\x1b[L\x1b[r",
            b"\x1b[2J\x1b[K\x1b[12X\x1b[5C\x1b[5D\x1b[2A\x1b[2B\x1b[7G\x1b[9d",
            b"\x1b[?25h\x1b[?25l\x1b[?2026h\x1b[?2026l\x1b[?1049h\x1b[?2004l",
        ] {
            assert!(matches!(sieve(bytes), Cow::Borrowed(_)), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn d4_everything_else_is_replaced_and_never_obeyed() {
        for (bytes, expected) in [
            (&b"a\x07b"[..], "a?b"),
            (b"\x1b]0;title\x07", "?]0;title?"),
            (b"\x1b[6n", "?[6n"),
            (b"\x1b[?1003h", "?[?1003h"),
            (b"\x1b[?25;1049h", "?[?25;1049h"),
            (b"\x1bP+q\x1b\\", "?P+q?\\"),
            (b"\x1bc", "?c"),
            (b"\x1b[", "?["),
            (b"\x1b", "?"),
            (b"\x7f\x00\x0e", "???"),
            (b"\xc2\x9b31m", "??31m"),
            (b"\x9b31m\xff", "?31m?"),
            ("a\u{202e}b".as_bytes(), "a???b"),
            (b"\xe6\xa0", "??"),
        ] {
            assert_eq!(sieve(bytes), expected.as_bytes(), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn d4_only_a_whole_request_to_the_clipboard_is_one() {
        for asks in [
            &b"\x1b]52;c;YWJj\x07"[..],
            b"\x1b]52;c;\x07",
            b"\x1bPtmux;\x1b\x1b]52;c;YWJj\x07\x1b\\",
            b"\x1bP\x1b]52;c;YW\x1b\\\x1bPJj\x07\x1b\\",
        ] {
            assert!(asks_for_the_clipboard(asks), "{}", asks.escape_ascii());
        }
        for other in [
            &b""[..],
            b"abc",
            b"\x1b]52;c;YWJj",
            b"\x1b]52;c;?\x07",
            b"\x1b]52;c;YWJj\x07\x1b[6n",
            b"\x1b]52;c;YW\x1b[31mJj\x07",
            b"\x1b]0;title\x07",
            b"\x1bPtmux;\x1b\x1b[31m\x1b\\",
            b"\x1bP\x1b]0;title\x07\x1b\\",
            b"\x1bP\x1b]52;c;YW\x1b\\x\x1bPJj\x07\x1b\\",
        ] {
            assert!(!asks_for_the_clipboard(other), "{}", other.escape_ascii());
        }
    }

    #[test]
    #[should_panic(expected = "not allowed")]
    fn d4_a_debug_build_stops_at_it() {
        strained(b"\x1b]52;c;AAAA\x07");
    }
}
