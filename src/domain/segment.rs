//! Names as one segment of a path.

use crate::text::percent_encoded;

/// Longest name accepted, in bytes.
const LONGEST: usize = 1024;

/// The name percent-encoded, as one segment that can mean nothing else; `None` where there is none.
///
/// Whatever is between the client and the server may decode before it looks at the path, so a name that holds
/// `.` or `..` between slashes of either kind is refused too (JS-13).
pub(super) fn segment(name: &str) -> Option<String> {
    let wanders = name.split(['/', '\\']).any(|piece| matches!(piece, "." | ".."));
    if name.is_empty() || name.len() > LONGEST || wanders {
        return None;
    }
    Some(percent_encoded(name))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use url::Url;

    use super::*;

    #[test]
    fn js_13_a_name_is_one_segment_or_refused() {
        let table = [
            ("7f1f3c52-2a0a-4d3e-8a0d-4d0a0f3b9a11", "7f1f3c52-2a0a-4d3e-8a0d-4d0a0f3b9a11"),
            ("sfdc.eu_2024~x", "sfdc.eu_2024~x"),
            ("Salesforce Zürich (Pilot)", "Salesforce%20Z%C3%BCrich%20%28Pilot%29"),
            ("kylo:kylo:x", "kylo%3Akylo%3Ax"),
            ("a/b?c#d%2fe+f", "a%2Fb%3Fc%23d%252fe%2Bf"),
            ("\r\n\0\u{1b}", "%0D%0A%00%1B"),
            ("...", "..."),
            ("%2e%2e", "%252e%252e"),
        ];
        for (name, expected) in table {
            assert_eq!(segment(name).as_deref(), Some(expected), "{name:?}");
        }
        let long = "x".repeat(LONGEST + 1);
        for name in ["", ".", "..", "../x", "x/../../tokens", "x/.", r"x\..\y", "/..", &long] {
            assert_eq!(segment(name), None, "{name:?}");
        }
    }

    proptest! {
        #[test]
        fn js_13_a_url_has_the_segment_where_it_was_put_and_nothing_else_changes(name in any::<String>()) {
            let Some(segment) = segment(&name) else { return Ok(()) };
            let mut url = Url::parse("https://cm.example.com").unwrap();
            url.set_path(&format!("/a/{segment}/b"));
            let parts: Vec<_> = url.path_segments().unwrap().collect();
            prop_assert_eq!(parts, ["a", segment.as_str(), "b"]);
            prop_assert_eq!((url.query(), url.fragment()), (None, None));
        }
    }
}
