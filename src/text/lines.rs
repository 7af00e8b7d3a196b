//! Text for a log or for standard error, where lines are read as they are and nothing is aligned.

use super::escape;

/// One printable line: every word escaped, blanks kept, a newline written as `\x0a`.
///
/// ```
/// # use cckm_tui::text::one_line;
/// assert_eq!(one_line("  a  b\nINFO approved \u{1b}[2J"), "  a  b\\x0aINFO approved \\x1b[2J");
/// ```
pub fn one_line(text: &str) -> String {
    text.split(' ').map(escape).collect::<Vec<_>>().join(" ")
}

/// The lines of `text`, each printable, each ended.
pub fn printable_lines(text: &str) -> String {
    text.lines().map(|line| one_line(line) + "\n").collect()
}
