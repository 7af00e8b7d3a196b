//! The display rule: which characters are shown as they are, and how the others are written.
//!
//! Shown as they are: letters, marks on a base (at most four), numbers, punctuation, symbols and single
//! inner spaces. Everything a terminal may obey, hide, join or draw at a width of its own choosing is
//! written in ASCII as `\x1b` (below U+0100) or `\u{202e}`. A backslash of the text itself is escaped only
//! where it would read as one of these, so paths stay readable and the rule stays reversible. So is `…`, which is
//! our mark of a text that was cut: no text can end in it of its own.
//!
//! What is shown is in one spelling (NFC): a mark that would melt with its base into another character, and a
//! character that is only another spelling of one, are escaped, since a terminal draws both the same.
//!
//! A terminal that shows ASCII only gets the same rule with everything above 0x7E escaped, and `~`, the mark of a
//! cut there.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use unicode_normalization::{IsNormalized, is_nfc, is_nfc_quick};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use super::disputed::is_disputed;

/// Most marks one base character carries on the screen; more are escaped (a name of 100,000 combining marks
/// is one cell of 200 kB otherwise).
const MARKS_A_BASE: usize = 4;

/// Whether the terminal shows ASCII only: a fact of the process like its locale, told once, before anything is shown.
/// No value handed to the painters, because lines of the core, errors and the log display text as well, and know none.
static ONLY_ASCII: AtomicBool = AtomicBool::new(false);

/// From here on [`escape`] leaves ASCII only, for a terminal that shows nothing else.
pub fn show_only_ascii() {
    ONLY_ASCII.store(true, Ordering::Relaxed);
}

/// `text` with every character that a terminal could obey, hide or misplace written as `\xNN` or `\u{N…}`.
///
/// ```
/// # use cckm_tui::text::escape;
/// assert_eq!(escape("Acme España"), "Acme España");
/// assert_eq!(escape("pr\u{7}od"), r"pr\x07od");
/// assert_eq!(escape("a  b"), r"a \x20b");
/// assert_eq!(escape(r"C:\temp"), r"C:\temp");
/// assert_eq!(escape(r"\x41"), r"\x5cx41");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    escaped(text, ONLY_ASCII.load(Ordering::Relaxed))
}

/// [`escape`] for a terminal that shows ASCII only.
///
/// ```
/// # use cckm_tui::text::escape_ascii;
/// assert_eq!(escape_ascii("Acme España ~ 日"), r"Acme Espa\xf1a \x7e \u{65e5}");
/// ```
pub fn escape_ascii(text: &str) -> Cow<'_, str> {
    escaped(text, true)
}

fn escaped(text: &str, ascii: bool) -> Cow<'_, str> {
    let plain = if ascii { is_plain_ascii(text) && !text.contains('~') } else { is_plain(text) };
    if plain {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = Before::Nothing;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let follows = rest.as_str();
        let cluster = shown.get(before.start()..).unwrap_or_default();
        if is_shown(c, before, cluster, follows, ascii) {
            before = before.then(c, shown.len());
            shown.push(c);
        } else {
            push_escaped(&mut shown, c);
            before = Before::Escaped;
        }
    }
    Cow::Owned(shown)
}

/// [`escape`] for the field in which a text is being typed: a blank is a blank there, also at the end.
pub fn escape_typed(text: &str) -> String {
    let words: Vec<_> = text.split(' ').map(escape).collect();
    words.join(" ")
}

/// `text` for a file that another program reads, and that somebody may print: only what a terminal could obey, or
/// what turns text around or hides in it, is written as [`escape`] does. Line breaks (`\n`) and tabs stay.
///
/// ```
/// # use cckm_tui::text::escape_for_file;
/// assert_eq!(escape_for_file("a  b…\n\tc"), "a  b…\n\tc");
/// assert_eq!(escape_for_file("a\r\u{1b}[2J\u{202e}"), r"a\x0d\x1b[2J\u{202e}");
/// assert_eq!(escape_for_file(r"C:\temp \x1b"), r"C:\temp \x5cx1b");
/// ```
pub fn escape_for_file(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|b| matches!(b, 0x20..=0x7e | b'\n' | b'\t') && b != b'\\') {
        return Cow::Borrowed(text);
    }
    let mut written = String::with_capacity(text.len() + 16);
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let stays = match c {
            '\n' | '\t' => true,
            '\\' => read_escape_tail(rest.as_str()).is_none(),
            c => !is_obeyed(c),
        };
        if stays {
            written.push(c);
        } else {
            push_escaped(&mut written, c);
        }
    }
    Cow::Owned(written)
}

/// JSON text on one line that can be printed: what a terminal could obey is written `\uNNNN`, which only a string can
/// hold, and a line break between two tokens is a blank. Everything else is as it was.
///
/// ```
/// # use cckm_tui::text::json_line;
/// assert_eq!(json_line("{\n\t\"a\": \"Español…\u{9b}\"}"), "{  \"a\": \"Español…\\u009b\"}");
/// ```
pub fn json_line(json: &str) -> Cow<'_, str> {
    if json.bytes().all(|b| matches!(b, 0x20..=0x7e)) {
        return Cow::Borrowed(json);
    }
    let mut line = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match c {
            '\n' | '\r' | '\t' => line.push(' '),
            c if is_obeyed(c) => {
                line.extend(c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
            }
            c => line.push(c),
        }
    }
    Cow::Owned(line)
}

/// Whether a character is for a terminal or a layout to obey, and not to be seen.
fn is_obeyed(c: char) -> bool {
    use GeneralCategory as G;
    if matches!(c, ' '..='~') || is_common_letter(c) {
        return false;
    }
    matches!(c.general_category(), G::Control | G::Format | G::LineSeparator | G::ParagraphSeparator)
}

/// The text that [`escape`] was given.
pub fn unescape(shown: &str) -> String {
    let mut text = String::with_capacity(shown.len());
    let mut rest = shown;
    while let Some(c) = rest.chars().next() {
        let (c, length) = read_escape(rest).unwrap_or((c, c.len_utf8()));
        text.push(c);
        rest = rest.get(length..).unwrap_or_default();
    }
    text
}

/// The character an escape at the start of `text` stands for, and the escape's length in bytes.
pub(super) fn read_escape(text: &str) -> Option<(char, usize)> {
    let body = text.strip_prefix('\\')?;
    let (digits, length) = if let Some(hex) = body.strip_prefix('x') {
        (hex.get(..2)?, 4)
    } else {
        let hex = body.strip_prefix("u{")?;
        let end = hex.find('}').filter(|end| (3..=6).contains(end))?;
        (hex.get(..end)?, end + 4)
    };
    let lower_hex = digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    let value = u32::from_str_radix(digits, 16).ok().filter(|_| lower_hex)?;
    Some((char::from_u32(value)?, length))
}

/// What stands before a character on the screen, as far as the rule cares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Nothing,
    Space,
    Escaped,
    /// A base that starts there in what is shown, and its marks.
    Base {
        start: usize,
        marks: usize,
    },
}

impl Before {
    fn then(self, c: char, at: usize) -> Self {
        match (self, c) {
            (_, ' ') => Self::Space,
            (Self::Base { start, marks }, c) if !is_common_letter(c) && is_mark(c) => {
                Self::Base { start, marks: marks + 1 }
            }
            _ => Self::Base { start: at, marks: 0 },
        }
    }

    /// Where the base stands; past every end without one.
    const fn start(self) -> usize {
        match self {
            Self::Base { start, .. } => start,
            Self::Nothing | Self::Space | Self::Escaped => usize::MAX,
        }
    }
}

fn is_plain_ascii(text: &str) -> bool {
    stays(text.bytes().map(char::from), |_| false)
}

/// The same with the letters of most other names.
fn is_plain(text: &str) -> bool {
    if text.is_ascii() { is_plain_ascii(text) } else { stays(text.chars(), is_common_letter) }
}

/// Whether nothing of a text is escaped: printable ASCII, single inner blanks, and letters that are known to stay.
fn stays(text: impl Iterator<Item = char>, is_letter: impl Fn(char) -> bool) -> bool {
    let (mut before, mut is_empty) = (' ', true);
    for c in text {
        let is_ascii = matches!(c, ' '..='~') && c != '\\' && (c != ' ' || before != ' ');
        if !is_ascii && !is_letter(c) {
            return false;
        }
        (before, is_empty) = (c, false);
    }
    before != ' ' || is_empty
}

fn is_shown(c: char, before: Before, cluster: &str, follows: &str, ascii: bool) -> bool {
    match c {
        ' ' => matches!(before, Before::Base { .. } | Before::Escaped) && !follows.is_empty(),
        '\\' => read_escape_tail(follows).is_none(),
        '~' => !ascii,
        '\u{21}'..='\u{7d}' => true,
        _ if ascii => false,
        '…' => false,
        c if is_common_letter(c) => true,
        c if is_mark(c) => {
            let has_room = matches!(before, Before::Base { marks, .. } if marks < MARKS_A_BASE);
            has_room && !is_hidden(c) && !is_disputed(c) && stays_apart(cluster, c)
        }
        c => has_a_glyph(c) && !is_hidden(c) && !is_disputed(c) && stays_apart("", c),
    }
}

/// The letters that most names are written in, which are shown wherever they stand: they need no table. A test holds
/// them to the tables.
const fn is_common_letter(c: char) -> bool {
    matches!(c,
        'À'..='Ö' | 'Ø'..='ö' | 'ø'..='\u{17f}' | 'Α'..='Ρ' | 'Σ'..='Ω' | 'ά'..='ώ' | 'Ѐ'..='\u{481}'
        | 'א'..='ת' | 'ء'..='غ' | 'ف'..='ي' | 'अ'..='ह' | 'ก'..='ะ' | 'ぁ'..='ゖ' | 'ァ'..='ヺ'
        | '\u{4e00}'..='\u{9fa5}' | '가'..='힣')
}

/// Whether a character after the others of its cluster is the one spelling of what is drawn.
fn stays_apart(cluster: &str, c: char) -> bool {
    match is_nfc_quick(std::iter::once(c)) {
        IsNormalized::Yes if cluster.is_empty() => true,
        IsNormalized::No => false,
        IsNormalized::Yes | IsNormalized::Maybe => is_nfc(&format!("{cluster}{c}")),
    }
}

fn read_escape_tail(follows: &str) -> Option<(char, usize)> {
    let mut with_backslash = String::with_capacity(12);
    with_backslash.push('\\');
    with_backslash.extend(follows.chars().take(9));
    read_escape(&with_backslash)
}

fn is_mark(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark)
}

fn has_a_glyph(c: char) -> bool {
    use GeneralCategory as G;
    match c.general_category() {
        G::Control
        | G::Format
        | G::LineSeparator
        | G::ParagraphSeparator
        | G::PrivateUse
        | G::Unassigned
        | G::Surrogate
        | G::EnclosingMark
        | G::SpaceSeparator => false,
        G::UppercaseLetter
        | G::LowercaseLetter
        | G::TitlecaseLetter
        | G::ModifierLetter
        | G::OtherLetter
        | G::NonspacingMark
        | G::SpacingMark
        | G::DecimalNumber
        | G::LetterNumber
        | G::OtherNumber
        | G::ConnectorPunctuation
        | G::DashPunctuation
        | G::OpenPunctuation
        | G::ClosePunctuation
        | G::InitialPunctuation
        | G::FinalPunctuation
        | G::OtherPunctuation
        | G::MathSymbol
        | G::CurrencySymbol
        | G::ModifierSymbol
        | G::OtherSymbol => true,
    }
}

/// Characters with a glyph by category that are blank, ignorable or joined with their neighbour at a width
/// on which terminals disagree.
fn is_hidden(c: char) -> bool {
    matches!(c,
        // Blank-looking or default-ignorable letters, marks and symbols (Unicode DerivedCoreProperties).
        '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fffc}' | '\u{1d159}'
        | '\u{13441}' | '\u{13442}' | '\u{16fe4}' | '\u{e0100}'..='\u{e01ef}'
        // Joined with the character before: half-width sound marks, emoji modifiers, Hangul vowels and
        // finals; and the halves of flags.
        | '\u{ff9e}' | '\u{ff9f}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{1f1e6}'..='\u{1f1ff}'
        | '\u{1161}'..='\u{11ff}' | '\u{d7b0}'..='\u{d7ff}')
}

fn push_escaped(shown: &mut String, c: char) {
    let code = u32::from(c);
    let written =
        if code < 0x100 { write!(shown, "\\x{code:02x}") } else { write!(shown, "\\u{{{code:x}}}") };
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(text: &str) {
        let shown = escape(text);
        assert_eq!(unescape(&shown), text, "shown as {shown:?}");
    }

    #[test]
    fn tx_01_the_characters_that_made_different_names_look_the_same_are_visible() {
        let names =
            ["prod", "pr\u{7}od", "pr\tod", "prod\u{200b}", "prod\u{feff}", "prod ", " prod", "pr\u{202e}od"];
        let mut shown: Vec<_> = names.iter().map(|name| escape(name).into_owned()).collect();
        shown.sort();
        shown.dedup();
        assert_eq!(shown.len(), names.len());
        for name in names {
            round_trip(name);
        }
    }

    #[test]
    fn a_common_letter_is_a_base_of_its_own_that_is_shown_by_the_tables_too() {
        let common: Vec<char> = ('\u{80}'..=char::MAX).filter(|c| is_common_letter(*c)).collect();
        assert!(common.len() > 30_000, "{}", common.len());
        for c in common {
            let is_shown = has_a_glyph(c) && !is_mark(c) && !is_hidden(c) && !is_disputed(c);
            assert!(is_shown && stays_apart("", c), "{c:?}");
        }
    }

    #[test]
    fn tx_12_at_most_four_marks_stay_on_a_base() {
        let shown = escape(&format!("x{}", "\u{301}".repeat(6))).into_owned();
        assert_eq!(shown, format!("x{}{}", "\u{301}".repeat(4), r"\u{301}\u{301}"));
    }

    #[test]
    fn tx_13_a_mark_without_a_base_is_escaped() {
        assert_eq!(escape("\u{301}a"), r"\u{301}a");
        assert_eq!(escape("a \u{301}"), r"a \u{301}");
    }

    #[test]
    fn tx_14_joiners_selectors_flags_and_keycaps_are_spelled_out() {
        assert_eq!(escape("\u{2764}\u{fe0f}"), "\u{2764}\\u{fe0f}");
        assert_eq!(escape("\u{1f1e9}\u{1f1ea}"), r"\u{1f1e9}\u{1f1ea}");
        assert_eq!(escape("1\u{20e3}"), r"1\u{20e3}");
        assert_eq!(escape("\u{ff76}\u{ff9e}"), "\u{ff76}\\u{ff9e}");
    }

    #[test]
    fn a_backslash_is_escaped_only_where_it_would_read_as_an_escape() {
        assert_eq!(escape(r"a\b\c"), r"a\b\c");
        assert_eq!(escape(r"a\x4"), r"a\x4");
        assert_eq!(escape(r"a\x4f"), r"a\x5cx4f");
        assert_eq!(escape(r"\u{202e}"), r"\x5cu{202e}");
        for text in [r"\x4f", r"\\x4f", r"\u{202e}", r"\u{}", r"\xG0", "\\\u{7}", "\\x\u{1}1"] {
            round_trip(text);
        }
    }
}
