//! What holds for a token, whatever a server says of it: how it is sent, how long it lasts, when it is renewed.

use std::time::Duration;

use reqwest::header::HeaderValue;

/// The `Authorization` header of a token, when it can be one at all (AU-11). Tokens are opaque (§2.2).
pub(super) fn bearer_header(jwt: &str) -> Result<HeaderValue, &'static str> {
    const LONGEST: usize = 64 * 1024;
    if jwt.len() > LONGEST {
        return Err("the token is too long to be sent back");
    }
    if !jwt.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token holds characters that no header may hold");
    }
    let mut header = HeaderValue::try_from(format!("Bearer {jwt}"))
        .map_err(|_illegal| "the token cannot be put in a header")?;
    header.set_sensitive(true);
    Ok(header)
}

/// How long a token lasts, from whatever the server says: 1 s to 24 h, and 300 s when it says nothing that can
/// be read (AU-08).
pub(super) fn lifetime(duration: &str) -> Duration {
    const DEFAULT: f64 = 300.0;
    let seconds = duration.trim().parse().ok().filter(|seconds: &f64| seconds.is_finite()).unwrap_or(DEFAULT);
    Duration::from_secs_f64(seconds.clamp(1.0, 86_400.0))
}

/// How long before its end a token is renewed: max(20 s, 20 %), but never more than half of a short life; a
/// fifth of a life of 20 s and less (§2.8).
pub(super) fn margin(lasts: Duration) -> Duration {
    const AT_LEAST: Duration = Duration::from_secs(20);
    let fifth = lasts / 5;
    if lasts <= AT_LEAST { fifth } else { fifth.max(AT_LEAST).min(lasts / 2) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn au_08_odd_durations_have_sane_bounds() {
        let table = [
            ("300", 300),
            ("300.0", 300),
            ("", 300),
            ("soon", 300),
            ("NaN", 300),
            ("0", 1),
            ("-1", 1),
            ("1", 1),
            ("1e12", 86_400),
            ("999999999999999999999", 86_400),
        ];
        for (sent, seconds) in table {
            assert_eq!(lifetime(sent), Duration::from_secs(seconds), "{sent:?}");
        }
    }

    #[test]
    fn au_08_renewal_leaves_time_to_work_and_time_to_spare() {
        let table =
            [(1, 200), (5, 1_000), (20, 4_000), (24, 12_000), (60, 20_000), (300, 60_000), (600, 120_000)];
        for (seconds, margin_ms) in table {
            assert_eq!(margin(Duration::from_secs(seconds)), Duration::from_millis(margin_ms), "{seconds} s");
        }
    }

    #[test]
    fn au_11_a_token_is_opaque_if_legal_in_a_header_and_refused_otherwise() {
        assert!(bearer_header("not-a-jwt").is_ok_and(|header| header.is_sensitive()));
        for jwt in ["a\r\nX-Evil: 1", "a\0b", "a b", "ä", "a\tb"] {
            assert!(bearer_header(jwt).is_err(), "{jwt:?}");
        }
        assert!(bearer_header(&"x".repeat(1 << 20)).is_err());
    }
}
