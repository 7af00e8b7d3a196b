//! Salesforce organization ids compared: `00D…`, 15 or 18 characters (API contract §4.1).
//!
//! The 15-character form tells upper from lower case. The 18-character form ends in a checksum of that case:
//! one character for each group of five, whose bit *k* is set where character *k* is upper-case, written as
//! `A…Z0…5`. So it may lose its case on the way and still say the same.

use std::collections::HashSet;

/// Salesforce organization ids among which one is looked for, however many they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SalesforceIds {
    as_sent: HashSet<Box<str>>,
    plain: HashSet<Plain>,
    /// Whether one of them cannot be read.
    unreadable: bool,
}

/// The 15 characters in their true case.
type Plain = [u8; 15];

impl SalesforceIds {
    /// Whether one of them means the same organization as `id`; `None` where none does, and one of both sides cannot be
    /// read, so that nobody can tell.
    ///
    /// Equal texts are the same whatever they are, unless they are empty: nothing is known then.
    pub fn hold(&self, id: &str) -> Option<bool> {
        if self.as_sent.is_empty() {
            return Some(false);
        }
        if !id.is_empty() && self.as_sent.contains(id) {
            return Some(true);
        }
        match self.plain.contains(&plain(id)?) {
            false if self.unreadable => None,
            holds => Some(holds),
        }
    }
}

impl<'a> FromIterator<&'a str> for SalesforceIds {
    fn from_iter<I: IntoIterator<Item = &'a str>>(ids: I) -> Self {
        let mut all = Self::default();
        for id in ids {
            all.as_sent.insert(id.into());
            match plain(id) {
                Some(plain) => _ = all.plain.insert(plain),
                None => all.unreadable = true,
            }
        }
        all
    }
}

fn plain(id: &str) -> Option<Plain> {
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let (plain, check) = id.as_bytes().split_first_chunk::<15>()?;
    let mut plain = *plain;
    match check.len() {
        0 => Some(plain),
        3 => {
            plain.chunks_mut(5).zip(check).try_for_each(|(group, check)| set_case(group, *check))?;
            Some(plain)
        }
        _ => None,
    }
}

/// Gives five characters the case that their check character says. Only a letter can be upper-case.
fn set_case(group: &mut [u8], check: u8) -> Option<()> {
    let bits = match check.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => letter - b'A',
        digit @ b'0'..=b'5' => digit - b'0' + 26,
        _ => return None,
    };
    for (place, byte) in group.iter_mut().enumerate() {
        match (bits >> place & 1 == 1, byte.is_ascii_alphabetic()) {
            (true, false) => return None,
            (true, true) => byte.make_ascii_uppercase(),
            (false, _) => byte.make_ascii_lowercase(),
        }
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same_organization(a: &str, b: &str) -> Option<bool> {
        [a].into_iter().collect::<SalesforceIds>().hold(b)
    }

    #[test]
    fn among_many_one_that_is_the_same_is_found_and_one_that_cannot_be_read_leaves_a_doubt() {
        let ids = |ids: &[&str]| ids.iter().copied().collect::<SalesforceIds>();
        let (one, other) = ("00DB000000040bIMAQ", "00D5g0000071QxKEAU");
        assert_eq!(ids(&[]).hold(one), Some(false));
        assert_eq!(ids(&[]).hold(""), Some(false));
        assert_eq!(ids(&[other, "00DB000000040bI"]).hold(one), Some(true));
        assert_eq!(ids(&[other]).hold(one), Some(false));
        assert_eq!(ids(&[other, "nonsense"]).hold(one), None);
        assert_eq!(ids(&[one, "nonsense"]).hold("00db000000040bimaq"), Some(true));
        assert_eq!(ids(&[one, "nonsense"]).hold("nonsense"), Some(true));
        assert_eq!(ids(&[one, ""]).hold(""), None);
    }

    #[test]
    fn ids_are_compared_by_the_rules_of_their_forms() {
        let table = [
            ("00DB000000040bIMAQ", "00DB000000040bIMAQ", Some(true)),
            ("00DB000000040bIMAQ", "00db000000040bimaq", Some(true)),
            ("00DB000000040BIMAQ", "00db000000040bimaq", Some(true)),
            ("00DB000000040bI", "00DB000000040bI", Some(true)),
            ("00DB000000040bI", "00DB000000040BI", Some(false)),
            ("00DB000000040bI", "00DB000000040bi", Some(false)),
            ("00DB000000040bI", "00DB000000040bIMAQ", Some(true)),
            ("00DB000000040bI", "00db000000040bimaq", Some(true)),
            ("00DB000000040BI", "00DB000000040bIMAQ", Some(false)),
            ("00db000000040bi", "00DB000000040bIMAQ", Some(false)),
            ("00D5g0000071QxKEAU", "00D8c0000021BzEEAU", Some(false)),
            ("00DQ30000009fToMAI", "00DQ30000009fTo", Some(true)),
            // The same letters, and checksums that say different case.
            ("00DB000000040bIMAQ", "00DB000000040bIMAA", Some(false)),
            // A checksum that calls a digit upper-case, or is none at all.
            ("00DB000000040bIMAQ", "00DB000000040bIBAQ", None),
            ("00DB000000040bIMAQ", "00DB000000040bIMA9", None),
            ("00DB000000040bIMAQ", "00DB000000040b", None),
            ("00DB000000040bIMAQ", " 00DB000000040bIMAQ", None),
            ("00DB000000040bIMAQ", "00DB000000040bÄMAQ", None),
            ("00DB000000040bIMAQ", "", None),
            ("", "", None),
            ("nonsense", "nonsense", Some(true)),
            ("nonsense", "Nonsense", None),
            ("00DB000000040bIMA9", "00DB000000040bIMA9", Some(true)),
        ];
        for (a, b, expected) in table {
            assert_eq!(same_organization(a, b), expected, "{a} {b}");
            assert_eq!(same_organization(b, a), expected, "{b} {a}");
        }
    }

    /// The 18-character form of 15 characters, straight from the rule.
    fn full(plain: &str) -> String {
        let letters: Vec<char> = ('A'..='Z').chain('0'..='5').collect();
        let groups: Vec<char> = plain.chars().collect();
        let check = groups.chunks(5).map(|group| {
            let bits: usize = group.iter().enumerate().map(|(k, c)| usize::from(c.is_uppercase()) << k).sum();
            letters[bits]
        });
        plain.chars().chain(check).collect()
    }

    fn random_case(text: &str, seed: u32) -> String {
        let flip = |(place, c): (usize, char)| match seed >> (place % 32) & 1 {
            0 => c.to_ascii_lowercase(),
            _ => c.to_ascii_uppercase(),
        };
        text.chars().enumerate().map(flip).collect()
    }

    proptest! {
        #[test]
        fn two_ids_are_the_same_exactly_if_their_true_15_characters_are(
            a in "00D[0-9A-Ca-c]{12}",
            other in "00D[0-9A-Ca-c]{12}",
            recase in any::<bool>(),
            seed in any::<u32>(),
        ) {
            let b = if recase { random_case(&a, seed) } else { other };
            let expected = Some(a == b);
            prop_assert_eq!(same_organization(&a, &b), expected);
            prop_assert_eq!(same_organization(&full(&a), &b), expected);
            prop_assert_eq!(same_organization(&full(&a), &random_case(&full(&b), seed)), expected);
        }

        #[test]
        fn any_two_texts_can_be_asked_about_in_either_order(a in ".{0,20}", b in ".{0,20}") {
            prop_assert_eq!(same_organization(&a, &b), same_organization(&b, &a));
        }
    }
}
