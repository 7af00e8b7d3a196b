//! What an error body says, and what stands in a body that is none of this API.

use crate::domain::ServerWords;
use crate::domain::json::{fields, text_of};

/// Characters shown of a body that is not JSON (API contract §3.6).
const HEAD: usize = 300;

/// What an error body says, in either of its shapes, or whatever it is (API contract §3.6).
pub(in crate::api) fn words(body: &str) -> ServerWords {
    let Some(fields) = serde_json::from_str(body).ok().and_then(|raw| fields(raw).ok()) else {
        return ServerWords { message: head_without_tags(body).into(), ..ServerWords::default() };
    };
    let text = |key: &str| {
        let found = fields.iter().find(|(name, _)| name == key);
        found.and_then(|(_, raw)| text_of(raw).ok()).unwrap_or_default()
    };
    let code_desc = text("codeDesc");
    let (code, rest) = code_desc.split_once(':').unwrap_or((&code_desc, ""));
    let message = text("message");
    let message = if message.is_empty() { rest.trim() } else { &message };
    ServerWords {
        code: code.trim().into(),
        message: message.into(),
        request_id: text("requestID").into_owned().into(),
    }
}

/// Whether an error body is one of this API, and not of something in between.
pub(in crate::api) fn is_ours(body: &str) -> bool {
    let ours = |key: &str| matches!(key, "code" | "codeDesc" | "message");
    body.trim().is_empty()
        || serde_json::from_str(body)
            .ok()
            .and_then(|raw| fields(raw).ok())
            .is_some_and(|fields| fields.iter().any(|(key, _)| ours(key)))
}

/// The first line of a body, for telling what came instead of JSON.
pub(in crate::api) fn first_line(body: &str) -> String {
    let line = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(HEAD).collect()
}

/// The first characters of a page without its tags, blanks run together.
pub(super) fn head_without_tags(body: &str) -> String {
    let mut inside = false;
    // Read no more than it can take to fill the head: a page may be megabytes of tags.
    let text: String = body
        .chars()
        .take(64 * HEAD)
        .filter_map(|c| match c {
            '<' => {
                inside = true;
                Some(' ')
            }
            '>' if inside => {
                inside = false;
                None
            }
            c => (!inside).then_some(c),
        })
        .collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(HEAD).collect()
}
