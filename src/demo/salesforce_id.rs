//! Salesforce organization ids: 15 characters that tell upper from lower case, or 18 that need not.

/// The letters of the last three characters, by the value of five bits.
const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";

/// The 18-character form of a well-formed id of 15 or 18 characters.
///
/// In each group of five, bit *k* is set where character *k* is an upper-case letter.
pub(super) fn complete(id: &str) -> Option<String> {
    let plain = id.len() == 15 || id.len() == 18;
    if !plain || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let mut full: String = id.chars().take(15).collect();
    let check: Option<String> = full.as_bytes().chunks(5).map(check_letter).collect();
    full.push_str(&check?);
    (id.len() == 15 || full.eq_ignore_ascii_case(id)).then_some(full)
}

fn check_letter(group: &[u8]) -> Option<char> {
    let bits =
        group.iter().rev().fold(0_usize, |bits, byte| bits << 1 | usize::from(byte.is_ascii_uppercase()));
    LETTERS.get(bits).copied().map(char::from)
}

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn the_documented_ids_are_well_formed() {
        for id in ["00DB000000040bIMAQ", "00D5g0000071QxKEAU", "00D8c0000021BzEEAU", "00DQ30000009fToMAI"] {
            assert_eq!(complete(id).as_deref(), Some(id));
        }
    }

    #[test]
    fn fifteen_characters_are_completed() {
        assert_eq!(complete("00DB000000040bI").as_deref(), Some("00DB000000040bIMAQ"));
    }

    #[test]
    fn a_wrong_check_or_length_is_refused() {
        for id in ["00DB000000040bIMAA", "00DB000000040b", "", "00DB000000040b!MAQ"] {
            assert_eq!(complete(id), None, "{id}");
        }
    }
}
