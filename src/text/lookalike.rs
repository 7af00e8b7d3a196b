//! Names made to be taken for others: letters of one alphabet that look like those of another (UTS 39).
//!
//! The display rule makes names that differ look different where a character is hidden or obeyed. `Αcme` with a
//! Greek alpha it leaves alone, because Greek is no trouble; such names get a sign and a word instead.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use foldhash::quality::FixedState;
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
        SCRATCH.with_borrow_mut(|scratch| {
            if !scratch.prototypes(text) {
                scratch.skeleton.clear();
                scratch.skeleton.extend(unicode_security::skeleton(text));
            }
            Self(FixedState::default().hash_one(scratch.skeleton.as_str()))
        })
    }

    /// A number for tables; it tells no more than whether two are the same.
    pub const fn digest(self) -> u64 {
        self.0
    }
}

thread_local! {
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// What is at hand to make skeletons: every row of a list has two.
#[derive(Default)]
struct Scratch {
    /// The skeleton being made.
    skeleton: String,
    /// What single characters look like; none where that hangs on their neighbours. Names of one list are written in
    /// few characters, and the tables are slow.
    known: HashMap<char, Option<Box<str>>, RandomState>,
}

/// Most characters remembered.
const MOST_KNOWN: usize = 16_384;

impl Scratch {
    /// Makes the skeleton of a text whose characters have nothing to do with one another; says whether it is such.
    fn prototypes(&mut self, text: &str) -> bool {
        if self.known.len() > MOST_KNOWN {
            self.known.clear();
        }
        self.skeleton.clear();
        for c in text.chars() {
            let prototype = match c {
                '"' => "''",
                '0' => "O",
                '1' | 'I' | '|' => "l",
                '`' => "'",
                'm' => "rn",
                '%' => return false,
                '\0'..='\x7f' => {
                    self.skeleton.push(c);
                    continue;
                }
                c => match self.known.entry(c).or_insert_with(|| prototype_alone(c)) {
                    Some(prototype) => &**prototype,
                    None => return false,
                },
            };
            self.skeleton.push_str(prototype);
        }
        true
    }
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
    fn a25_what_is_known_of_single_characters_is_what_unicode_makes_of_the_text() {
        let marks = ["\u{301}", "\u{327}", "\u{345}", "\u{f39}", "\u{3099}", "\u{1100}\u{1161}\u{11a8}"];
        let mut scratch = Scratch::default();
        let mut alone = 0;
        for c in ('\0'..=char::MAX).filter(|c| *c < '\u{20000}') {
            for text in marks.iter().flat_map(|mark| [format!("{c}{mark}"), format!("{mark}{c}e{c}")]) {
                if scratch.prototypes(&text) {
                    let whole: String = unicode_security::skeleton(&text).collect();
                    assert_eq!(scratch.skeleton, whole, "{text:?}");
                    alone += 1;
                }
            }
        }
        assert!(alone > 100_000, "{alone}");
        for byte in (0..=0x7f_u8).map(char::from).filter(|c| *c != '%') {
            assert!(scratch.prototypes(&byte.to_string()));
            assert_eq!(scratch.skeleton, unicode_security::skeleton(&byte.to_string()).collect::<String>());
        }
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
