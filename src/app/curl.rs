//! A request as a command that runs as pasted, without a secret in it.
//!
//! The token comes from `$CM_TOKEN` and reaches `curl` over standard input, so that it is in no list of
//! processes; `printf` is part of the shell.

use crate::text::Untrusted;

/// The command line. `base` has no slash at its end; `path` begins with one; an empty `ca_file` means the
/// system's authorities.
pub(super) fn command(
    base: &Untrusted,
    ca_file: &Untrusted,
    method: &str,
    path: &str,
    body: Option<&str>,
) -> String {
    let mut command = String::from("printf 'Authorization: Bearer %s\\n' \"$CM_TOKEN\" | curl -sS -H @-");
    if !ca_file.is_empty() {
        command.push_str(" --cacert ");
        command.push_str(&quoted(ca_file.as_sent()));
    }
    if method != "GET" {
        command.push_str(" -X ");
        command.push_str(method);
    }
    if let Some(body) = body {
        command.push_str(" -H 'Content-Type: application/json' --data-binary ");
        command.push_str(&quoted(body));
    }
    command.push(' ');
    command.push_str(&quoted(&format!("{}{path}", base.as_sent().trim_end_matches('/'))));
    command
}

/// One word for a POSIX shell, whatever it holds.
fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_quoted_and_no_token_is_named() {
        let base = "https://cm.example.com".into();
        let shown = command(&base, &"it's a ca.pem".into(), "PATCH", "/x", Some(r#"{"connection":"a'b"}"#));
        assert_eq!(
            shown,
            r#"printf 'Authorization: Bearer %s\n' "$CM_TOKEN" | curl -sS -H @- --cacert 'it'\''s a ca.pem' -X PATCH -H 'Content-Type: application/json' --data-binary '{"connection":"a'\''b"}' 'https://cm.example.com/x'"#
        );
        assert!(
            command(&base, &"".into(), "GET", "/y", None)
                .ends_with("curl -sS -H @- 'https://cm.example.com/y'")
        );
    }
}
