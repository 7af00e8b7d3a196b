//! Salesforce organization ids compared: `00D…`, 15 or 18 characters (API contract §4.1).
//!
//! The 15-character form tells upper from lower case. The 18-character form ends in a checksum of that case:
//! one character for each group of five, whose bit *k* is set where character *k* is upper-case, written as
//! `A…Z0…5`. So it may lose its case on the way and still say the same.

/// Whether both ids mean the same organization; `None` where one of them cannot be read, so that nobody can
/// tell.
///
/// Equal texts are the same whatever they are, unless they are empty: nothing is known then.
pub fn same_organization(a: &str, b: &str) -> Option<bool> {
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if a == b {
        return Some(true);
    }
    Some(plain(a)? == plain(b)?)
}

/// The 15 characters in their true case.
fn plain(id: &str) -> Option<String> {
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    match id.len() {
        15 => Some(id.to_owned()),
        18 => {
            let (plain, check) = id.split_at_checked(15)?;
            let groups = plain.as_bytes().chunks(5).zip(check.bytes());
            let cased: Option<Vec<String>> = groups.map(|(group, check)| cased(group, check)).collect();
            cased.map(|groups| groups.concat())
        }
        _ => None,
    }
}

/// Five characters in the case that their check character says. Only a letter can be upper-case.
fn cased(group: &[u8], check: u8) -> Option<String> {
    let bits = match check.to_ascii_uppercase() {
        letter @ b'A'..=b'Z' => letter - b'A',
        digit @ b'0'..=b'5' => digit - b'0' + 26,
        _ => return None,
    };
    let upper = |place: usize| bits >> place & 1 == 1;
    group
        .iter()
        .enumerate()
        .map(|(place, byte)| match (upper(place), byte.is_ascii_alphabetic()) {
            (true, false) => None,
            (true, true) => Some(char::from(byte.to_ascii_uppercase())),
            (false, _) => Some(char::from(byte.to_ascii_lowercase())),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
