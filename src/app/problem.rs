//! The lines of the problem window: the code, the server's words, the usual cause and the next step.

use super::change::server_words;
use super::explain::explain;
use super::line::{Line, wrapped};
use crate::domain::Failure;
use crate::theme::Role;

/// A failure to be read, at most `width` cells wide.
pub fn lines(failure: &Failure, width: usize) -> Vec<Line> {
    let words = explain(failure);
    let mut lines = vec![Line::new(Role::Bad, words.title).and(Role::Dim, format!("   {}", failure.call))];
    lines.extend(server_words(&failure.words, width));
    lines.push(Line::default());
    lines.push(Line::new(Role::Title, "What this usually means"));
    lines.extend(wrapped(Role::Text, words.cause, width));
    lines.extend(wrapped(Role::Text, words.next, width));
    if !failure.detail.is_empty() {
        lines.push(Line::default());
        lines.extend(wrapped(Role::Dim, failure.detail.brief().as_str(), width));
    }
    if let Some(wait) = failure.retry_after {
        lines.push(Line::new(Role::Warning, format!("the server asks to wait {} s", wait.as_secs())));
    }
    lines
}
