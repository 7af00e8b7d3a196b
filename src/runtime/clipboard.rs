//! Ways to a clipboard: the terminal's own (OSC 52), also through tmux and screen, or a file instead of it.
//!
//! ```text
//!  the terminal itself   ESC ]52;c;BASE64 BEL
//!  through tmux          the same, which `set-clipboard on` takes, and then for `allow-passthrough on`
//!                        ESC Ptmux; (the same, every ESC twice) ESC \
//!  through screen        ESC P (252 bytes of the same) ESC \, again and again: screen takes no longer strings,
//!                        and prints the rest of an OSC that is longer as text, so it never gets the plain one
//! ```
//!
//! What stands in between is known from the environment alone; nobody is asked. `sudo` and `ssh` drop `TMUX` and
//! `STY`; then the name of the terminal tells: `tmux*` is tmux, and `screen*` is taken for screen, whose form
//! tmux ignores.

use std::path::PathBuf;

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use super::terminal::Restorer;
use crate::app::{Copied, Multiplexer};
use crate::config::ClipboardChoice;
use crate::files::Directory;

/// Most bytes of a text that a terminal is asked to take: with its base64 and its frame it stays within the
/// 100,000 bytes beyond which terminals drop all of it.
const MOST: usize = 74_994;

/// Bytes of a string that every screen takes, without what opens and closes it.
const PIECE: usize = 252;

/// Terminals that are known to have no clipboard.
const WITHOUT: [&str; 5] = ["linux", "dumb", "cons25", "vt", "sun"];

/// Name of the file in its directory.
const FILE: &str = "clipboard.txt";

/// How texts are copied in this run.
#[derive(Clone, Debug)]
pub struct Clipboard {
    way: Way,
    /// Where the file goes; none where none is written.
    directory: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    Terminal(Option<Multiplexer>),
    /// For this reason.
    File(&'static str),
    Off,
}

impl Clipboard {
    /// As it was chosen, and as the environment allows. Files go into `directory`.
    pub fn find(
        choice: ClipboardChoice,
        variable: impl Fn(&str) -> Option<String>,
        directory: Option<PathBuf>,
    ) -> Self {
        let way = match choice {
            ClipboardChoice::Osc52 => terminal(&variable),
            ClipboardChoice::File => Way::File("as the setting clipboard says"),
            ClipboardChoice::Off => Way::Off,
        };
        Self { way, directory }
    }

    /// Copies a text: through `terminal`, or into the file. Takes as long as the terminal or the disk does.
    pub(super) fn copy(&self, text: &str, terminal: Option<&Restorer>) -> Copied {
        match (&self.way, terminal) {
            (Way::Off, _) => Copied::Lost("clipboard is off in the settings".into()),
            (Way::File(why), _) => self.keep(text, why),
            (Way::Terminal(_), _) if text.len() > MOST => {
                self.keep(text, "too long for a terminal's clipboard")
            }
            (Way::Terminal(_), None) => self.keep(text, "no terminal"),
            (Way::Terminal(through), Some(terminal)) => {
                let asked = sequences(text, *through).iter().try_for_each(|bytes| terminal.copy(bytes));
                match asked {
                    Ok(()) => Copied::Asked(*through),
                    Err(error) => Copied::Lost(error.to_string().into()),
                }
            }
        }
    }

    fn keep(&self, text: &str, why: &str) -> Copied {
        let Some(directory) = &self.directory else {
            return Copied::Lost(format!("{why}, and there is no directory for a file").into());
        };
        match Directory::ensure(directory).and_then(|held| held.replace(FILE, text.as_bytes())) {
            Ok(()) => Copied::Kept {
                file: directory.join(FILE).to_string_lossy().into_owned().into(),
                why: why.into(),
            },
            Err(error) => Copied::Lost(error.to_string().into()),
        }
    }
}

fn terminal(variable: &impl Fn(&str) -> Option<String>) -> Way {
    let set = |name| variable(name).is_some_and(|value| !value.is_empty());
    let term = variable("TERM").unwrap_or_default();
    let (tmux, screen) = (set("TMUX"), set("STY"));
    if term.starts_with("tmux") || (tmux && !screen) {
        Way::Terminal(Some(Multiplexer::Tmux))
    } else if screen || term.starts_with("screen") {
        Way::Terminal(Some(Multiplexer::Screen))
    } else if term.is_empty() || WITHOUT.iter().any(|name| term.starts_with(name)) {
        Way::File("this terminal has no clipboard")
    } else {
        Way::Terminal(None)
    }
}

/// What asks for it, one write each.
fn sequences(text: &str, through: Option<Multiplexer>) -> Vec<Vec<u8>> {
    let plain = osc_52(text);
    match through {
        None => vec![plain],
        Some(Multiplexer::Tmux) => {
            let wrapped = [b"\x1bPtmux;\x1b", &*plain, b"\x1b\\"].concat();
            vec![plain, wrapped]
        }
        Some(Multiplexer::Screen) => {
            let pieces = plain.chunks(PIECE).map(|piece| [b"\x1bP", piece, b"\x1b\\"].concat());
            vec![pieces.collect::<Vec<_>>().concat()]
        }
    }
}

/// The plain sequence. It ends with BEL: the other end, ESC and a backslash, would end what it is wrapped in.
fn osc_52(text: &str) -> Vec<u8> {
    let mut sequence = String::new();
    let _writing_to_a_string_cannot_fail = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut sequence);
    let body = sequence.trim_end_matches("\x1b\\").trim_end_matches('\x07');
    [body.as_bytes(), b"\x07"].concat()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::super::sieve;
    use super::*;

    fn way(environment: &[(&str, &str)]) -> Way {
        let variable = |name: &str| {
            let found = environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        Clipboard::find(ClipboardChoice::Osc52, variable, None).way
    }

    #[test]
    fn e11_the_environment_tells_what_stands_in_between() {
        let (tmux, screen) =
            (Way::Terminal(Some(Multiplexer::Tmux)), Way::Terminal(Some(Multiplexer::Screen)));
        let none = Way::File("this terminal has no clipboard");
        for (environment, expected) in [
            (&[("TERM", "xterm-256color")][..], Way::Terminal(None)),
            (&[("TERM", "screen-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")], tmux.clone()),
            (&[("TERM", "xterm"), ("TMUX", "/tmp/tmux-0/default,1,0")], tmux.clone()),
            // From within tmux over ssh, or with sudo.
            (&[("TERM", "tmux-256color")], tmux.clone()),
            (&[("TERM", "tmux-256color"), ("TMUX", "")], tmux.clone()),
            (&[("TERM", "screen.xterm-256color"), ("STY", "1.pts-0.host")], screen.clone()),
            (&[("TERM", "xterm"), ("STY", "1.pts-0.host")], screen.clone()),
            (&[("TERM", "screen")], screen.clone()),
            // One within the other: only the form that neither prints as text.
            (&[("TERM", "screen"), ("STY", "1.pts-0.host"), ("TMUX", "x")], screen),
            (&[("TERM", "tmux"), ("STY", "1.pts-0.host"), ("TMUX", "x")], tmux),
            (&[("TERM", "linux")], none.clone()),
            (&[("TERM", "vt100")], none.clone()),
            (&[], none),
        ] {
            assert_eq!(way(environment), expected, "{environment:?}");
        }
    }

    #[test]
    fn e11_every_way_is_one_that_the_sieve_knows_and_gives_the_text_back() {
        let text = format!("curl -sS 'https://cm.example.com/é'\n{}", "x".repeat(1000));
        let plain = osc_52(&text);
        assert!(plain.starts_with(b"\x1b]52;c;") && plain.ends_with(b"\x07"));
        for through in [None, Some(Multiplexer::Tmux), Some(Multiplexer::Screen)] {
            for sequence in sequences(&text, through) {
                assert!(sieve::asks_for_the_clipboard(&sequence), "{}", sequence.escape_ascii());
            }
        }
        let tmux = &sequences(&text, Some(Multiplexer::Tmux))[1];
        assert!(tmux.starts_with(b"\x1bPtmux;\x1b\x1b]52;c;") && tmux.ends_with(b"\x07\x1b\\"));
        let screen = &sequences(&text, Some(Multiplexer::Screen))[0];
        let pieces: Vec<_> = screen.split(|byte| *byte == 0x1b).filter(|piece| piece.len() > 1).collect();
        assert!(pieces.len() > 4 && pieces.iter().all(|piece| piece.len() <= PIECE + 2), "{pieces:?}");
    }

    #[test]
    fn e11_what_no_terminal_takes_goes_into_a_private_file_and_is_replaced_by_the_next() {
        let home = tempfile::tempdir().unwrap();
        let directory = home.path().join("state");
        let file = directory.join(FILE);
        let clipboard =
            |choice| Clipboard::find(choice, |_| Some("xterm".to_owned()), Some(directory.clone()));
        let long = "x".repeat(MOST + 1);
        let copied = clipboard(ClipboardChoice::Osc52).copy(&long, None);
        assert!(matches!(&copied, Copied::Kept { why, .. } if why.as_sent().starts_with("too long")));
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), long);
        let copied = clipboard(ClipboardChoice::File).copy("short", None);
        assert!(matches!(copied, Copied::Kept { .. }), "{copied:?}");
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "short");
        assert!(matches!(clipboard(ClipboardChoice::Off).copy("", None), Copied::Lost(_)));
        let nowhere = Clipboard { way: Way::File("this terminal has no clipboard"), directory: None };
        assert!(matches!(nowhere.copy("x", None), Copied::Lost(_)), "the demo writes no file");
        std::fs::remove_file(&file).unwrap();
        std::os::unix::fs::symlink("/dev/null", &file).unwrap();
        let copied = clipboard(ClipboardChoice::File).copy("short", None);
        assert!(matches!(copied, Copied::Lost(_)), "a link is not followed: {copied:?}");
    }

    #[test]
    fn e11_the_longest_text_for_a_terminal_stays_under_what_terminals_drop() {
        assert!(osc_52(&"x".repeat(MOST)).len() <= 100_000);
    }

    #[test]
    fn sg_17_nothing_is_copied_through_a_terminal_that_was_given_back() {
        let file = tempfile::tempfile().unwrap();
        let restorer = Restorer::of_paper(file.try_clone().unwrap());
        let clipboard = Clipboard { way: Way::Terminal(None), directory: None };
        assert_eq!(clipboard.copy("x", Some(&restorer)), Copied::Asked(None));
        let written = file.metadata().unwrap().len();
        assert!(written > 0);
        restorer.restore();
        let left = file.metadata().unwrap().len();
        clipboard.copy("x", Some(&restorer));
        assert_eq!(file.metadata().unwrap().len(), left);
    }
}
