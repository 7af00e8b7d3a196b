//! Text for the clipboard, and what can be said of where it went.
//!
//! Only a key copies. A terminal that is asked to take a text into its clipboard (OSC 52) never tells whether it
//! did, so the words say that it was asked, and what to do when nothing arrives.

use super::effect::Effect;
use crate::text::{self, Untrusted};

/// What stands between the program and the terminal, and has to let the text pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiplexer {
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// Where a copied text went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The terminal was asked to take it.
    Asked(Option<Multiplexer>),
    /// Into this file, which only its owner can read.
    Kept {
        /// The file.
        file: Untrusted,
        /// Why not to the terminal.
        why: Untrusted,
    },
    /// Nowhere, for this reason.
    Lost(Untrusted),
}

impl Copied {
    /// What is said of a text that is called `what`.
    pub(super) fn words(&self, what: &str) -> String {
        match self {
            Self::Asked(None) => {
                format!("sent to the terminal's clipboard: {what}; not there? --clipboard file")
            }
            Self::Asked(Some(Multiplexer::Tmux)) => {
                format!("sent through tmux: {what}; not there? tmux set -g allow-passthrough on")
            }
            Self::Asked(Some(Multiplexer::Screen)) => {
                format!("sent through screen to the clipboard: {what}; not there? --clipboard file")
            }
            Self::Kept { file, why } => format!("in {}: {what} ({})", file.brief(), why.brief()),
            Self::Lost(why) => format!("nothing was copied: {}", why.brief()),
        }
    }

    /// Whether the text is where it can be had, as far as that can be known.
    pub(super) const fn arrived(&self) -> bool {
        !matches!(self, Self::Lost(_))
    }
}

/// Copies a text that is called `what`. Controls that a shell could obey when it is pasted go as they are shown,
/// and the words say so.
pub(super) fn copy(what: &str, text: &str) -> Vec<Effect> {
    let is_obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.contains(is_obeyed) {
        return vec![Effect::Copy { what: what.to_owned(), text: text.to_owned() }];
    }
    let text = text.split_inclusive(is_obeyed).fold(String::new(), |mut clean, part| {
        let end =
            part.char_indices().next_back().filter(|(_, c)| is_obeyed(*c)).map_or(part.len(), |(at, _)| at);
        let (plain, obeyed) = part.split_at(end);
        clean.push_str(plain);
        clean.push_str(&text::escape(obeyed));
        clean
    });
    vec![Effect::Copy { what: format!("{what}, controls escaped"), text }]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tx_22_controls_are_copied_as_they_are_shown_and_that_is_said() {
        let copied = |text: &str| match copy("the name", text).pop() {
            Some(Effect::Copy { what, text }) => (what, text),
            other => panic!("{other:?}"),
        };
        assert_eq!(copied("prod\teu\n"), ("the name".to_owned(), "prod\teu\n".to_owned()));
        let (what, text) = copied("prod\r\u{1b}[201~rm -rf ~\u{9b}x");
        assert_eq!(what, "the name, controls escaped");
        assert_eq!(text, r"prod\x0d\x1b[201~rm -rf ~\x9bx");
    }

    #[test]
    fn e11_the_words_fit_a_small_screen_and_never_claim_that_it_arrived() {
        for way in [None, Some(Multiplexer::Tmux), Some(Multiplexer::Screen)] {
            let words = Copied::Asked(way).words("a curl command");
            assert!(words.starts_with("sent ") && words.contains("not there?"), "{words}");
            assert!(words.len() <= 84, "{words}");
        }
    }
}
