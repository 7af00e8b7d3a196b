//! Which letters a text holds, in one number.

/// Letters that have a number of their own: those that names and ids are made of.
const OWN: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789-_. ()&,:/'+@";

/// What the others share.
const OTHERS: u64 = 1 << OWN.len();

/// The number of each byte; letters have one in either case.
#[expect(clippy::indexing_slicing, reason = "what is out of range is told by the compiler")]
const NUMBERS: [u64; 256] = {
    let (mut numbers, mut nth) = ([OTHERS; 256], 0);
    while nth < OWN.len() {
        numbers[OWN[nth] as usize] = 1 << nth;
        numbers[OWN[nth].to_ascii_uppercase() as usize] = 1 << nth;
        nth += 1;
    }
    numbers
};

/// The bytes of some texts, be they in lower case or not. It never denies one that is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Letters(u64);

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let bit = |byte: u8| NUMBERS.get(usize::from(byte)).copied().unwrap_or(OTHERS);
        Self(text.bytes().fold(0, |letters, byte| letters | bit(byte)))
    }

    pub(super) const fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    /// Whether it may hold all of these.
    pub(super) const fn has_all(self, others: Self) -> bool {
        others.0 & !self.0 == 0
    }

    /// What a word of one letter is, where that is known of each text for certain.
    pub(super) fn only(word: &str) -> Option<Self> {
        let letter = Self::of(word);
        (word.len() == 1 && letter.0 != OTHERS).then_some(letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_known_by_those_that_stand_there() {
        let letters = Letters::of("2f-é");
        for (asked, has) in [("f2", true), ("é", true), ("", true), ("-", true), ("s2", false), (" ", false)]
        {
            assert_eq!(letters.has_all(Letters::of(asked)), has, "{asked}");
        }
        assert!(letters.has_all(Letters::of("日")), "others are one");
        assert_eq!((Letters::only("é"), Letters::only("%"), Letters::only("ab")), (None, None, None));
        assert_eq!(Letters::only("f"), Some(Letters::of("ff")));
    }
}
