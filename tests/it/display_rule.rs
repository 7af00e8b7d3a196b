//! The display rule, proven: over every character there is, by an inverse of its own, and by two width tables.

use std::collections::HashMap;
use std::sync::LazyLock;
use std::thread;

use cckm_tui::text::{Untrusted, clip, escape, graphemes, pad, width};
use unicode_normalization::UnicodeNormalization as _;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory as _};
use unicode_segmentation::UnicodeSegmentation as _;

/// Widths by another hand: glibc, which terminals and multiplexers use.
static WCWIDTH: LazyLock<Vec<(u32, u32, i8)>> = LazyLock::new(|| {
    let text = include_str!("../fixtures/wcwidth.txt");
    let rows = text.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut words = line.split(' ');
        let width = words.next().unwrap().parse().unwrap();
        let mut hex = || u32::from_str_radix(words.next().unwrap(), 16).unwrap();
        (hex(), hex(), width)
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort_unstable();
    rows
});

fn wcwidth(c: char) -> i8 {
    let code = u32::from(c);
    let after = WCWIDTH.partition_point(|(first, _, _)| *first <= code);
    let range = after.checked_sub(1).map(|index| WCWIDTH[index]).filter(|(_, last, _)| code <= *last);
    range.map_or(1, |(_, _, width)| width)
}

fn is_mark(c: char) -> bool {
    c.general_category_group() == GeneralCategoryGroup::Mark
}

/// Default-ignorable and blank-looking characters, and those terminals join with their neighbours.
fn hides(c: char) -> bool {
    use GeneralCategory as G;
    let category = matches!(
        c.general_category(),
        G::Control
            | G::Format
            | G::LineSeparator
            | G::ParagraphSeparator
            | G::PrivateUse
            | G::Unassigned
            | G::Surrogate
            | G::SpaceSeparator
            | G::EnclosingMark
    );
    let blank = ['\u{34f}', '\u{115f}', '\u{1160}', '\u{2800}', '\u{3164}', '\u{ffa0}'].contains(&c);
    let selector = matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e0fff}' | '\u{180b}'..='\u{180f}');
    let joined = matches!(c, '\u{1f1e6}'..='\u{1f1ff}' | '\u{1f3fb}'..='\u{1f3ff}' | '\u{ff9e}' | '\u{ff9f}');
    c != ' ' && (category || blank || selector || joined)
}

/// Reads an escaped text back, with nothing of the program's.
fn inverse(shown: &str) -> String {
    let mut text = String::new();
    let mut rest = shown;
    while let Some(c) = rest.chars().next() {
        let hex = |digits: &str| {
            let lower = digits.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
            u32::from_str_radix(digits, 16).ok().filter(|_| lower).and_then(char::from_u32)
        };
        let short = rest.strip_prefix(r"\x").and_then(|rest| rest.get(..2)).and_then(hex).map(|c| (c, 4));
        let long = rest.strip_prefix(r"\u{").and_then(|rest| rest.split_once('}')).and_then(|(digits, _)| {
            let c = hex(digits).filter(|_| (3..=6).contains(&digits.len()))?;
            Some((c, digits.len() + 4))
        });
        let (c, length) = short.or(long).unwrap_or((c, c.len_utf8()));
        text.push(c);
        rest = rest.split_at(length).1;
    }
    text
}

/// What is wrong with how a text is shown.
fn wrong(text: &str) -> Option<String> {
    let shown = escape(text);
    if inverse(&shown) != text {
        return Some("it cannot be read back".to_owned());
    }
    if shown.starts_with(' ') || shown.ends_with(' ') || shown.contains("  ") {
        return Some("a blank cannot be seen".to_owned());
    }
    // Every fifth takes the long way of the others.
    if !shown.len().is_multiple_of(5) && shown.bytes().all(|b| (b' '..=b'~').contains(&b)) {
        return None;
    }
    let mut marks = 0;
    let mut before = None;
    for c in shown.chars() {
        if hides(c) || c.is_control() || c == '…' {
            return Some(format!("U+{:04X} is shown", u32::from(c)));
        }
        marks = if is_mark(c) { marks + 1 } else { 0 };
        let on_a_base = before.is_some_and(|before| before != ' ');
        if marks > 4 || (is_mark(c) && !on_a_base) {
            return Some(format!("mark U+{:04X} hangs on {before:?} as number {marks}", u32::from(c)));
        }
        before = Some(c);
    }
    let by_glibc: i32 = shown.chars().map(|c| i32::from(wcwidth(c))).sum();
    if usize::try_from(by_glibc) != Ok(width(&shown)) {
        return Some(format!("{} cells, or {by_glibc} by glibc", width(&shown)));
    }
    let piece = cckm_tui::text::cells(&shown).find(|(piece, _)| piece.len() > 64);
    if piece.is_some() || shown.graphemes(true).any(|cluster| cluster.len() > 64) {
        return Some("a cell of more than 64 bytes".to_owned());
    }
    None
}

#[test]
fn tx_25_g2_every_scalar_value_is_safe_reversible_and_of_one_width_in_three_contexts() {
    let threads = thread::available_parallelism().map_or(2, |n| u32::try_from(n.get()).unwrap());
    let step = 0x11_0000 / threads + 1;
    let found: Vec<String> = thread::scope(|scope| {
        let parts: Vec<_> = (0..threads)
            .map(|part| {
                scope.spawn(move || {
                    let all = (part * step..((part + 1) * step).min(0x11_0000)).filter_map(char::from_u32);
                    let contexts = all.flat_map(|c| [format!("{c}"), format!("a{c}b"), format!("{c}{c}")]);
                    let bad = contexts.filter_map(|text| Some(format!("{:?}: {}", text, wrong(&text)?)));
                    bad.take(20).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    assert!(found.is_empty(), "{found:#?}");
}

/// Characters that were met in attacks, and their neighbours.
fn nasty() -> Vec<String> {
    let ranges = [
        0x00..=0x2f,
        0x5b..=0x61,
        0x7b..=0xad,
        0x300..=0x310,
        0x34f..=0x34f,
        0x483..=0x489,
        0x5b0..=0x5c7,
        0x600..=0x605,
        0x61c..=0x61c,
        0x70f..=0x70f,
        0x115f..=0x1162,
        0x180b..=0x180f,
        0x2000..=0x206f,
        0x20d0..=0x20e3,
        0x2028..=0x2029,
        0x2500..=0x2503,
        0x25b2..=0x25b3,
        0x25cb..=0x25cf,
        0x2800..=0x2801,
        0x3000..=0x3001,
        0x3099..=0x309c,
        0x3164..=0x3165,
        0xe000..=0xe003,
        0xfe00..=0xfe0f,
        0xfeff..=0xfeff,
        0xff9d..=0xffa1,
        0xfff0..=0xffff,
        0x1f1e6..=0x1f1ea,
        0x1f3fb..=0x1f3ff,
        0xe0001..=0xe0020,
        0xe0100..=0xe0104,
        0x10_fffd..=0x10_ffff,
    ];
    let chars = ranges.into_iter().flatten().filter_map(char::from_u32);
    let mut texts: Vec<String> =
        chars.flat_map(|c| [format!("{c}"), format!("prod{c}"), format!("pr{c}od")]).collect();
    let words = [
        "",
        " ",
        "  ",
        "prod",
        "prod ",
        " prod",
        "pr od",
        "pr  od",
        "PROD",
        "null",
        "–",
        "-",
        "…",
        "prod…",
        "...",
        r"\x07",
        r"\\x07",
        r"\x5cx07",
        r"\u{7}",
        r"\u{202e}",
        r"\u{00202e}",
        r"\",
        r"\\",
        "prod\\",
        "pr\\x0",
        "\u{1f600}",
        "e\u{301}",
        "é",
        "e\u{301}\u{301}\u{301}\u{301}\u{301}",
        "ｐｒｏｄ",
        "ᴘʀᴏᴅ",
    ];
    texts.extend(words.map(str::to_owned));
    texts.sort();
    texts.dedup();
    texts
}

#[test]
fn tx_15_g2_all_pairs_of_nasty_texts_look_different() {
    let texts = nasty();
    assert!(texts.len() >= 500, "{}", texts.len());
    let mut seen: HashMap<String, &str> = HashMap::new();
    for text in &texts {
        assert_eq!(wrong(text), None, "{text:?}");
        // What is written for an empty value is what an operator sees of it.
        let shown = if text.is_empty() {
            "–".to_owned()
        } else {
            Untrusted::from(text.as_str()).display().into_string()
        };
        // A terminal draws the same for spellings that are equivalent.
        let other = seen.insert(shown.nfc().collect(), text);
        assert_eq!(other, None, "{text:?} looks like it too: {shown}");
        let brief = Untrusted::from(text.as_str()).brief().into_string();
        assert!(text.is_empty() || brief == shown);
    }
}

#[test]
fn tx_17_clipping_at_every_width_keeps_escapes_and_wide_characters_whole_and_its_mark_is_its_own() {
    let long = |piece: &str| piece.repeat(40);
    for text in nasty().iter().map(|text| format!("{text}日{text}x")).chain([
        long("\u{1b}"),
        long("日本語"),
        long("e\u{301}\u{302}"),
        long("\u{202e}ab"),
        long(r"\x41"),
        "…".repeat(50),
    ]) {
        let shown = escape(&text).into_owned();
        let ends: Vec<usize> = graphemes(&shown)
            .scan(0, |end, unit| {
                *end += unit.len();
                Some(*end)
            })
            .collect();
        let most = if shown.len() > 60 { 200 } else { 70 };
        for cells in 0..=most {
            let (head, cut) = clip(&shown, cells);
            assert!(head.is_empty() || ends.binary_search(&head.len()).is_ok(), "{head:?} of {shown:?}");
            assert!(width(head) <= cells);
            let padded = pad(&shown, cells, '…');
            assert_eq!(width(&padded), cells);
            assert_eq!(padded.contains('…'), cut && cells > 0, "{padded:?}");
        }
    }
}

/// A text is cut by its length before it is expanded: of a megabyte, a kilobyte is looked at.
#[test]
fn tx_18_a_text_is_clipped_before_it_is_expanded() {
    for endless in ["\u{1b}".repeat(1 << 20), "\u{301}".repeat(1 << 20), "\u{e000}".repeat(1 << 18)] {
        let brief = Untrusted::from(endless.as_str()).brief().into_string();
        assert!(brief.len() <= 1024 * 10 && brief.ends_with('…'), "{}", brief.len());
    }
}

#[test]
fn tx_12_a_hundred_thousand_marks_are_cells_of_64_bytes_at_most() {
    let shown = escape(&format!("e{}", "\u{301}".repeat(100_000))).into_owned();
    assert!(cckm_tui::text::cells(&shown).all(|(piece, _)| piece.len() <= 64));
}
