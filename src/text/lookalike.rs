//! Names made to be taken for others: letters of one alphabet that look like those of another (UTS 39).
//!
//! The display rule makes names that differ look different where a character is hidden or obeyed. `Αcme` with a
//! Greek alpha it leaves alone, because Greek is no trouble; such names get a sign and a word instead.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher as _};

use foldhash::fast::RandomState;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;
use unicode_security::mixed_script::AugmentedScriptSet;
use unicode_security::{GeneralSecurityProfile, RestrictionLevel, RestrictionLevelDetection as _};

/// Bytes of a name that are looked at.
const HEAD: usize = 1024;

/// What a text looks like: two texts of the same skeleton are easily taken for one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Skeleton(u64);

impl Skeleton {
    /// The skeleton of a text, or of the head of a long one: a digest of what UTS 39, section 4, makes of it.
    pub fn of(text: &str) -> Self {
        let text = head(text);
        let mut digest = DefaultHasher::new();
        if text.is_ascii() && !text.contains('%') {
            text.bytes().for_each(|b| ascii(b, &mut digest));
        } else {
            let known = KNOWN.with_borrow_mut(|known| prototypes(text, known));
            let prototypes = known.unwrap_or_else(|| unicode_security::skeleton(text).collect());
            prototypes.chars().for_each(|c| digest.write_u32(u32::from(c)));
        }
        Self(digest.finish())
    }
}

/// What single characters look like; none where that hangs on their neighbours.
type Known = HashMap<char, Option<Box<str>>, RandomState>;

thread_local! {
    /// Names of one list are written in few characters, and the tables are slow.
    static KNOWN: RefCell<Known> = RefCell::default();
}

/// Most characters remembered.
const MOST_KNOWN: usize = 16_384;

/// The skeleton of a text whose characters have nothing to do with one another; none of any other.
fn prototypes(text: &str, known: &mut Known) -> Option<String> {
    if known.len() > MOST_KNOWN {
        known.clear();
    }
    let mut all = String::with_capacity(2 * text.len());
    for c in text.chars() {
        all.push_str(known.entry(c).or_insert_with(|| prototype_alone(c)).as_deref()?);
    }
    Some(all)
}

/// What a character looks like whatever stands beside it: neither it nor what it looks like begins with a mark that
/// could change places with others.
fn prototype_alone(c: char) -> Option<Box<str>> {
    let stays = |chars: &mut dyn Iterator<Item = char>| {
        chars.next().is_some_and(|first| canonical_combining_class(first) == 0)
    };
    let text = c.to_string();
    let prototype: String = unicode_security::skeleton(&text).collect();
    (stays(&mut text.nfd()) && stays(&mut prototype.chars())).then(|| prototype.into())
}

/// The prototypes of ASCII, most of which are themselves; a test holds them to the table of Unicode.
fn ascii(byte: u8, digest: &mut DefaultHasher) {
    let prototype = match byte {
        b'"' => "''",
        b'0' => "O",
        b'1' | b'I' | b'|' => "l",
        b'`' => "'",
        b'm' => "rn",
        other => return digest.write_u32(u32::from(other)),
    };
    prototype.chars().for_each(|c| digest.write_u32(u32::from(c)));
}

/// Whether a word of the text mixes alphabets as no language does, or all that is not Latin in it is spelled in letters
/// that look Latin. One such word beside others is none: `ООО` is how Russian companies begin.
pub fn imitates(text: &str) -> bool {
    let text = head(text);
    if text.is_ascii() || is_plain_latin(text) {
        return false;
    }
    JUDGED.with_borrow_mut(|judged| {
        if let Some(imitates) = judged.get(text) {
            return *imitates;
        }
        if judged.len() > MOST_JUDGED {
            judged.clear();
        }
        *judged.entry(text.into()).or_insert_with(|| mixes_or_passes(text))
    })
}

thread_local! {
    /// The same names are asked for in every frame.
    static JUDGED: RefCell<HashMap<Box<str>, bool, RandomState>> = RefCell::default();
}

/// Most names remembered.
const MOST_JUDGED: usize = 1024;

fn mixes_or_passes(text: &str) -> bool {
    let words = text.split(|c: char| !c.is_alphanumeric());
    let words = words.map(|word| word.chars().filter(|c| c.is_alphabetic()).collect::<String>());
    let foreign: Vec<String> = words.filter(|letters| !letters.is_ascii()).collect();
    let passes = |letters: &String| {
        let no_latin = !letters.contains(|c: char| c.is_ascii());
        no_latin && unicode_security::skeleton(letters).all(|c| c.is_ascii())
    };
    foreign.iter().any(|letters| mixes(letters)) || (!foreign.is_empty() && foreign.iter().all(passes))
}

/// Whether every letter is of western Europe, and none of them could stand for one of ASCII: that is nearly every name,
/// and no table is needed to see it.
fn is_plain_latin(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii() || (matches!(c, 'À'..='ÿ') && !matches!(c, 'Æ' | '×' | 'æ' | 'þ')))
}

/// Unusual letters are no trouble of their own; those of two alphabets in one word are.
fn mixes(letters: &str) -> bool {
    // Most words are of one alphabet, and need no closer look.
    if !AugmentedScriptSet::for_str(letters).is_empty() {
        return false;
    }
    let usual: String = letters.chars().filter(|c| GeneralSecurityProfile::identifier_allowed(*c)).collect();
    usual.detect_restriction_level() > RestrictionLevel::HighlyRestrictive
}

fn head(text: &str) -> &str {
    text.get(..text.floor_char_boundary(HEAD)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a25_the_prototypes_of_ascii_are_those_of_unicode() {
        for byte in (0..=0x7f_u8).filter(|byte| *byte != b'%') {
            let mut slow = DefaultHasher::new();
            unicode_security::skeleton(&char::from(byte).to_string())
                .for_each(|c| slow.write_u32(u32::from(c)));
            let mut fast = DefaultHasher::new();
            ascii(byte, &mut fast);
            assert_eq!(fast.finish(), slow.finish(), "{:?}", char::from(byte));
        }
    }

    #[test]
    fn a25_what_is_known_of_single_characters_is_what_unicode_makes_of_the_text() {
        let marks = ["\u{301}", "\u{327}", "\u{345}", "\u{f39}", "\u{3099}", "\u{1100}\u{1161}\u{11a8}"];
        let mut known = Known::default();
        let mut alone = 0;
        for c in ('\0'..=char::MAX).filter(|c| *c < '\u{20000}') {
            for text in marks.iter().flat_map(|mark| [format!("{c}{mark}"), format!("{mark}{c}e{c}")]) {
                if let Some(prototypes) = prototypes(&text, &mut known) {
                    assert_eq!(prototypes, unicode_security::skeleton(&text).collect::<String>(), "{text:?}");
                    alone += 1;
                }
            }
        }
        assert!(alone > 100_000, "{alone}");
    }

    #[test]
    fn a25_names_that_look_the_same_have_the_same_skeleton() {
        for (one, two) in [
            ("Acme", "Αcme"),
            ("Acme", "Аcme"),
            ("prod-1", "prod-l"),
            ("OIL", "0lL"),
            ("modern", "modem"),
            ("sfdc-eu-01", "sfdc-eu-O1"),
            ("paypal", "раураӏ"),
            ("España", "Espan\u{303}a"),
        ] {
            assert_eq!(Skeleton::of(one), Skeleton::of(two), "{one} {two}");
        }
        for (one, two) in [("Acme", "Acne"), ("España", "Espana"), ("sfdc-eu-01", "sfdc-eu-02"), ("", " ")] {
            assert_ne!(Skeleton::of(one), Skeleton::of(two), "{one} {two}");
        }
    }

    #[test]
    fn tx_15_letters_that_need_no_table_imitate_nothing() {
        for c in ('\u{80}'..='\u{24f}').filter(|c| is_plain_latin(&c.to_string())) {
            let text = c.to_string();
            assert!(!mixes(&text) && !mixes(&format!("a{text}")), "{c}");
            assert!(!unicode_security::skeleton(&text).all(|c| c.is_ascii()), "{c}");
        }
    }

    #[test]
    fn tx_15_words_that_mix_alphabets_or_imitate_latin_are_told() {
        for name in [
            "Αcme",
            "Аcme Benelux",
            "Acme Веnelux",
            "рroduction",
            "Асе Benelux",
            "sfdс-eu",
            "РОСА",
            "ｓｆｄｃ",
        ] {
            assert!(imitates(name), "{name}");
        }
        for name in [
            "Acme España",
            "Zürich — Holding AG",
            "Công ty Cổ phần",
            "アクメ株式会社",
            "Acme アクメ",
            "Acme株式会社",
            "삼성 SDS",
            "Газпром Export",
            "ООО Газпром",
            "Ελληνικά Πετρέλαια",
            "ไทย บริษัท",
            "बीमा निगम",
            "شركة Acme",
            "Altın Işık",
            "Æther ® 2026 №5",
            "Straße",
            "",
        ] {
            assert!(!imitates(name), "{name}");
        }
    }
}
