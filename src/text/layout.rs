//! Measuring, cutting and wrapping of displayed text, in terminal cells.
//!
//! The unit is one grapheme cluster or one whole escape, so that nothing is cut inside an escape or a wide
//! character. Widths are those ratatui uses for the same clusters.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::escape::read_escape;

/// The units of a displayed text: grapheme clusters and whole escapes, in order.
pub fn graphemes(shown: &str) -> impl Iterator<Item = &str> {
    units(shown).map(|(unit, _)| unit)
}

/// The same, each with its width.
fn units(shown: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = shown;
    std::iter::from_fn(move || {
        if let Some((letter, width, others)) = split_letter(rest) {
            rest = others;
            return Some((letter, width));
        }
        let (unit, width) = if let Some((_, length)) = read_escape(rest) {
            (rest.get(..length)?, length)
        } else {
            let unit = rest.graphemes(true).next()?;
            (unit, if unit.is_ascii() { unit.len() } else { unit.width() })
        };
        rest = rest.get(unit.len()..)?;
        Some((unit, width))
    })
}

/// A letter at the start that nothing can join, as nearly all are, with its width: it needs no table. An escape is none.
fn split_letter(shown: &str) -> Option<(&str, usize, &str)> {
    let (length, width) = if let [b' '..=b'[' | b']'..=b'~', ..=0x7f, ..] = shown.as_bytes() {
        (1, 1)
    } else {
        let mut chars = shown.chars();
        let first = chars.next().filter(|c| *c != '\\')?;
        let width = width_alone(first)?;
        let is_alone = chars.next().is_none_or(|next| next.is_ascii() || width_alone(next).is_some());
        is_alone.then_some((first.len_utf8(), width))?
    };
    let (letter, others) = shown.split_at_checked(length)?;
    Some((letter, width, others))
}

/// The width of a character that joins no other of these: letters of Latin, Greek and Cyrillic, dashes and dots, arrows,
/// rules; syllables and ideographs of China, Japan and Korea.
const fn width_alone(c: char) -> Option<usize> {
    match c {
        ' '..='~'
        | '¡'..='¬'
        | '®'..='ɏ'
        | 'Α'..='Ρ'
        | 'Σ'..='ω'
        | 'Ѐ'..='џ'
        | '‐'..='‧'
        | '←'..='⇿'
        | '─'..='╿' => Some(1),
        'ぁ'..='ゖ' | 'ァ'..='ヺ' | '一'..='鿿' | '가'..='힣' => Some(2),
        _ => None,
    }
}

/// A displayed text in the pieces that terminals place by themselves, each with its width: a character of one
/// or two cells with the marks over it.
///
/// A cluster such as `भा` is one grapheme of two such pieces. As one cell of a screen it would leave its second
/// half behind when it is painted over, since terminals put the two side by side.
pub fn cells(shown: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = shown;
    std::iter::from_fn(move || {
        if let Some((letter, width, others)) = split_letter(rest) {
            rest = others;
            return Some((letter, width));
        }
        let wide = |c: char| c.width().unwrap_or(0) > 0;
        let mut starts = rest.char_indices().filter(|(_, c)| wide(*c));
        let first = starts.next().map_or(0, |(at, _)| at);
        let end = starts.next().map_or(rest.len(), |(at, _)| at);
        let piece = rest.get(..end).filter(|piece| !piece.is_empty())?;
        let width = piece.get(first..).and_then(|piece| piece.chars().next()?.width()).unwrap_or(0);
        rest = rest.get(end..)?;
        Some((piece, width))
    })
}

/// Width of a displayed text, in cells.
pub fn width(shown: &str) -> usize {
    if shown.is_ascii() { shown.len() } else { units(shown).map(|(_, width)| width).sum() }
}

/// The longest head of `shown` that fits `cells`; the flag says whether something was left out.
pub fn clip(shown: &str, cells: usize) -> (&str, bool) {
    clip_beside(0, shown, cells)
}

/// The same where the mark of a cut, one cell wide, has to fit as well.
pub fn clip_for_mark(shown: &str, cells: usize) -> (&str, bool) {
    clip_beside(1, shown, cells)
}

fn clip_beside(mark: usize, shown: &str, cells: usize) -> (&str, bool) {
    // No character is wider than its bytes are many.
    if shown.len() <= cells {
        return (shown, false);
    }
    let room = cells.saturating_sub(mark);
    if shown.is_ascii() && !shown.contains('\\') {
        return (shown.get(..room).unwrap_or(shown), true);
    }
    let (mut used, mut end, mut fits) = (0, 0, 0);
    for (unit, width) in units(shown) {
        used += width;
        end += unit.len();
        if used > cells {
            return (shown.get(..fits).unwrap_or_default(), true);
        }
        if used <= room {
            fits = end;
        }
    }
    (shown, false)
}

/// `shown` in exactly `cells` cells: padded with blanks, or cut with `mark` (one cell) as its last cell.
pub fn pad(shown: &str, cells: usize, mark: char) -> String {
    let (head, cut) = clip_for_mark(shown, cells);
    let mut padded = head.to_owned();
    if cut && cells > 0 {
        padded.push(mark);
    }
    let missing = cells.saturating_sub(width(&padded));
    padded.extend(std::iter::repeat_n(' ', missing));
    padded
}

/// The longest tail of `shown` that fits `cells`: what a text field shows when its end is being typed.
pub fn clip_end(shown: &str, cells: usize) -> &str {
    let mut rest = shown;
    let mut excess = width(shown).saturating_sub(cells);
    for unit in graphemes(shown) {
        if excess == 0 {
            break;
        }
        excess = excess.saturating_sub(width(unit));
        rest = rest.get(unit.len()..).unwrap_or_default();
    }
    rest
}

/// `shown` in rows of at most `cells` cells, broken anywhere between units. At least one row.
pub fn rows(shown: &str, cells: usize) -> Vec<&str> {
    let mut rows = Vec::new();
    let mut rest = shown;
    loop {
        let (head, cut) = clip(rest, cells.max(10));
        rows.push(head);
        if !cut || head.is_empty() {
            return rows;
        }
        rest = rest.get(head.len()..).unwrap_or_default();
    }
}

/// `shown` in rows of at most `cells` cells, broken at spaces where there are any. At least one row.
pub fn wrap(shown: &str, cells: usize) -> Vec<String> {
    let cells = cells.max(1);
    // No character is wider than its bytes are many.
    if shown.len() <= cells || width(shown) <= cells {
        return vec![shown.trim_end().to_owned()];
    }
    let mut rows = Vec::new();
    let (mut row, mut used) = (String::new(), 0);
    for word in shown.split_inclusive(' ') {
        let length = width(word.strip_suffix(' ').unwrap_or(word));
        let with_blank = length + usize::from(word.ends_with(' '));
        // A word that fits no row is begun where the text before it ends.
        if !row.is_empty() && length <= cells && used + length > cells {
            rows.push(std::mem::take(&mut row).trim_end().to_owned());
            used = 0;
        }
        if used + with_blank <= cells {
            row.push_str(word);
            used += with_blank;
            continue;
        }
        let mut rest = word;
        while !rest.is_empty() {
            let (mut head, _) = clip(rest, cells.saturating_sub(used));
            if head.is_empty() && row.is_empty() {
                head = graphemes(rest).next().unwrap_or(rest);
            }
            row.push_str(head);
            used += width(head);
            rest = rest.get(head.len()..).unwrap_or_default();
            match rest {
                "" | " " => break,
                _ => rows.push(std::mem::take(&mut row)),
            }
            used = 0;
        }
    }
    if !row.is_empty() || rows.is_empty() {
        rows.push(row.trim_end().to_owned());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::escape;

    #[test]
    fn tx_17_a_cut_never_falls_inside_an_escape_or_a_wide_character() {
        let shown = escape("a\u{1b}日本\u{202e}ñ\\x41").into_owned();
        let units: Vec<_> = graphemes(&shown).collect();
        for cells in 0..=40 {
            let (head, cut) = clip(&shown, cells);
            assert!(width(head) <= cells);
            assert_eq!(cut, head.len() < shown.len());
            let mut whole = String::new();
            assert!(
                head.is_empty()
                    || units.iter().any(|unit| {
                        whole.push_str(unit);
                        whole == head
                    }),
                "{head:?} is not a row of whole units"
            );
            assert_eq!(width(&pad(&shown, cells, '…')), cells);
            let marked = if cut { clip(&shown, cells.saturating_sub(1)).0 } else { head };
            assert_eq!(clip_for_mark(&shown, cells), (marked, cut));
        }
    }

    #[test]
    fn tx_14_the_pieces_of_a_cluster_are_placed_side_by_side() {
        let pieces: Vec<_> = cells("भात日e\u{301}x").collect();
        assert_eq!(pieces, [("भ", 1), ("ा", 1), ("त", 1), ("日", 2), ("e\u{301}", 1), ("x", 1)]);
        for text in ["बीमा निगम", "ขนส่งสยาม จำกัด", "Công ty Cổ phần", "日本", ""]
        {
            let whole: String = cells(text).map(|(piece, _)| piece).collect();
            assert_eq!(whole, text);
            assert_eq!(cells(text).map(|(_, cells)| cells).sum::<usize>(), width(text), "{text}");
        }
    }

    #[test]
    fn tx_14_what_needs_no_table_is_what_the_tables_say() {
        let alone: Vec<char> = ('\0'..='\u{ffff}').filter(|c| width_alone(*c).is_some()).collect();
        for c in &alone {
            assert_eq!(c.width(), width_alone(*c), "{c:?}");
            for other in alone.iter().step_by(alone.len() / 64) {
                let pair: String = [*c, *other].iter().collect();
                assert_eq!(pair.graphemes(true).count(), 2, "{pair:?}");
            }
        }
        for c in '\0'..=char::MAX {
            assert!(c.width().unwrap_or(0) <= c.len_utf8(), "{c:?}");
        }
    }

    #[test]
    fn a_cut_text_ends_with_the_mark_and_a_whole_one_does_not() {
        assert_eq!(pad("Deutschland", 5, '…'), "Deut…");
        assert_eq!(pad("Acme", 6, '…'), "Acme  ");
        assert_eq!(pad("日本語", 4, '…'), "日… ");
        assert_eq!(pad("x", 0, '…'), "");
    }

    #[test]
    fn wrapping_breaks_at_spaces_and_splits_only_what_is_too_long() {
        assert_eq!(wrap("the quick brown fox", 9), ["the quick", "brown fox"]);
        assert_eq!(wrap("2473e846-31a8-4ee6", 8), ["2473e846", "-31a8-4e", "e6"]);
        assert_eq!(wrap("12345678 90 日本", 8), ["12345678", "90 日本"]);
        assert_eq!(wrap("a 12345678901 b", 5), ["a 123", "45678", "901 b"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn the_end_of_a_long_text_is_what_a_field_shows() {
        assert_eq!(clip_end("new-sfdc-connection", 10), "connection");
        assert_eq!(clip_end("short", 10), "short");
    }
}
