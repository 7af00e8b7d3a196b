//! Cutting, padding, wrapping and naming keys.

use cckm_tui::input::{Key, KeyCode, KeySequence};
use cckm_tui::text::{clip, clip_end, escape, graphemes, pad, rows, unescape, width, wrap};
use proptest::prelude::*;

use super::config;

/// Text with everything in it that cutting could stumble over.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{0,12}",
        1 => "[\\x00-\\x1f]{1,3}",
        1 => "\\PC{0,6}",
        1 => any::<char>().prop_map(String::from),
        1 => Just("日本語".to_owned()),
        1 => Just("e\u{301}\u{301}\u{301}\u{301}\u{301}".to_owned()),
        1 => Just(r"\x41 \u{202e} C:\temp".to_owned()),
        1 => Just("👩\u{200d}👩\u{200d}👧 🇩🇪".to_owned()),
    ];
    prop::collection::vec(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn key() -> impl Strategy<Value = Key> {
    let named = prop::sample::select(vec![
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Char(' '),
        KeyCode::Char('-'),
    ]);
    let typed = any::<char>().prop_filter("printable", |c| !c.is_control() && !c.is_whitespace());
    let code = prop_oneof![named, typed.prop_map(KeyCode::Char), (1..=12_u8).prop_map(KeyCode::F)];
    (code, any::<bool>(), any::<bool>()).prop_map(|(code, ctrl, alt)| Key { code, ctrl, alt })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_escaped_can_be_read_back(text in text()) {
        prop_assert_eq!(unescape(&escape(&text)), text);
    }

    #[test]
    fn tx_17_a_cut_text_fits_its_cells_and_is_made_of_whole_units(text in text(), cells in 0..40_usize) {
        let shown = escape(&text).into_owned();
        let (head, cut) = clip(&shown, cells);
        prop_assert!(width(head) <= cells && shown.starts_with(head));
        prop_assert_eq!(cut, head.len() < shown.len());
        prop_assert!(is_a_row_of_units(&shown, head.len()), "{:?} of {:?}", head, shown);
        let tail = clip_end(&shown, cells);
        prop_assert!(width(tail) <= cells && shown.ends_with(tail));
        prop_assert!(is_a_row_of_units(&shown, shown.len() - tail.len()), "{:?} of {:?}", tail, shown);
        prop_assert_eq!(width(&pad(&shown, cells, '…')), cells);
    }

    #[test]
    fn rows_fit_their_cells_and_lose_nothing(text in text(), cells in 10..60_usize) {
        let shown = escape(&text).into_owned();
        let broken = rows(&shown, cells);
        prop_assert!(!broken.is_empty() && broken.iter().all(|row| width(row) <= cells));
        prop_assert_eq!(broken.concat(), shown.clone());
        let wrapped = wrap(&shown, cells);
        prop_assert!(!wrapped.is_empty());
        for row in &wrapped {
            prop_assert!(width(row) <= cells, "{:?} in {} cells", row, cells);
        }
        let without_blanks = |text: &str| text.replace(' ', "");
        prop_assert_eq!(without_blanks(&wrapped.concat()), without_blanks(&shown));
    }

    #[test]
    fn printing_and_parsing_keys_are_inverse(keys in prop::collection::vec(key(), 1..4)) {
        let mut sequence = KeySequence::default();
        for key in &keys {
            prop_assert_eq!(key.to_string().parse::<Key>(), Ok(*key));
            sequence.push(*key);
        }
        prop_assert_eq!(sequence.to_string().parse::<KeySequence>(), Ok(sequence));
    }
}

fn is_a_row_of_units(shown: &str, at: usize) -> bool {
    let mut end = 0;
    at == 0
        || graphemes(shown).any(|unit| {
            end += unit.len();
            end == at
        })
}
