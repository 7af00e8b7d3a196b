//! Text from outside, made fit for a terminal.
//!
//! Whatever a server, a file or the environment says is [`Untrusted`]: it has no `Display` and cannot be
//! passed where a `&str` is wanted. The one way to a screen, a log or standard error is
//! [`Untrusted::display`], which escapes visibly and never strips: two strings that differ always look
//! different, and [`unescape`] gives the original back.

mod disputed;
mod escape;
mod layout;
mod lines;
mod lookalike;
mod percent;
mod untrusted;

pub use escape::{escape, escape_ascii, escape_for_file, escape_typed, json_line, show_only_ascii, unescape};
pub use layout::{cells, clip, clip_end, clip_for_mark, graphemes, pad, rows, width, wrap};
pub use lines::{one_line, printable_lines};
pub use lookalike::{Skeleton, imitates};
pub use percent::percent_encoded;
pub use untrusted::{DisplayText, Untrusted};
pub(crate) use untrusted::{brief, displayed};
