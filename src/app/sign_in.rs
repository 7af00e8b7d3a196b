//! The sign-in window: where, as whom, with which password, and what becomes of the password afterwards.
//!
//! It lies on top of whatever is open, and what lies under it stays as it is.

use super::field::{Field, HiddenField, PasteRefused};
use super::settings::Settings;
use crate::domain::{Failure, Password};
use crate::input::{Key, KeyCode};
use crate::text::{Untrusted, one_line, wrap};

/// Most bytes of a banner that are shown, and most of its lines (TX-24).
const BANNER_BYTES: usize = 64 << 10;
const BANNER_LINES: usize = 1_000;

/// The row that has the keyboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignInRow {
    /// The domain to sign in to.
    Domain,
    /// Who signs in.
    User,
    /// The password.
    #[default]
    Password,
    /// What becomes of the password.
    Keep,
}

impl SignInRow {
    /// The rows from top to bottom.
    pub const ALL: [Self; 4] = [Self::Domain, Self::User, Self::Password, Self::Keep];

    /// Whether it says where to sign in, which an open change does not allow to be altered.
    pub const fn is_place(self) -> bool {
        matches!(self, Self::Domain | Self::User)
    }
}

/// The window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SignIn {
    /// The domain, as it will be asked for; empty is the root domain.
    pub domain: Field,
    /// The account; `connection|user` for one of another identity source.
    pub user: Field,
    /// The password being typed.
    pub password: HiddenField,
    /// Whether the password is kept in memory for this session, to sign in again without a question.
    pub keep: bool,
    /// The row that has the keyboard.
    pub row: SignInRow,
    /// Why the last sign-in failed.
    pub failure: Option<Failure>,
    /// Whether a sign-in is under way.
    pub busy: bool,
    /// First line of the banner on the screen.
    pub scroll: usize,
}

impl SignIn {
    /// A window for the place and the account that the settings name, with the keyboard in the password.
    pub fn new(settings: &Settings) -> Self {
        Self {
            domain: Field::holding(settings.domain.as_sent()),
            user: Field::holding(settings.user.as_sent()),
            keep: settings.keep_password,
            ..Self::default()
        }
    }

    /// Whether it names another place or another account than `settings`.
    pub fn leads_elsewhere(&self, settings: &Settings) -> bool {
        self.domain.text() != settings.domain.as_sent() || self.user.text() != settings.user.as_sent()
    }

    /// The row after or before this one; those that say where only where they may be altered.
    pub(super) fn step(&mut self, forward: bool, place_is_fixed: bool) {
        let rows: Vec<_> =
            SignInRow::ALL.into_iter().filter(|row| !(place_is_fixed && row.is_place())).collect();
        let at = rows.iter().position(|row| *row == self.row).unwrap_or(0);
        let next = if forward { at + 1 } else { at + rows.len() - 1 };
        self.row = rows.get(next % rows.len()).copied().unwrap_or_default();
    }

    /// An editing key goes to the row that has the keyboard.
    pub(super) fn key(&mut self, key: Key) {
        match self.row {
            SignInRow::Domain => {
                self.domain.key(key);
            }
            SignInRow::User => {
                self.user.key(key);
            }
            SignInRow::Password => self.password.key(key),
            SignInRow::Keep => {
                let turns = key.typed() == Some(' ')
                    || [KeyCode::Left, KeyCode::Right].map(Key::plain).contains(&key);
                self.keep ^= turns;
            }
        }
    }

    /// Pasted text goes there too.
    pub(super) fn paste(&mut self, text: &str) -> Result<(), PasteRefused> {
        match self.row {
            SignInRow::Domain => self.domain.paste(text),
            SignInRow::User => self.user.paste(text),
            SignInRow::Password => self.password.paste(text),
            SignInRow::Keep => Ok(()),
        }
    }

    /// Takes the password out, to be tried once.
    pub(super) fn take_password(&mut self) -> Password {
        (self.busy, self.failure) = (true, None);
        self.password.take()
    }
}

/// What the appliance wants to be read before anybody signs in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Banner {
    /// Its lines, displayed; none until the appliance has answered.
    lines: Option<Vec<String>>,
}

impl Banner {
    /// The lines of a text: a newline is a row, anything else that is no plain character is visible. Of one that is
    /// too long the head, and a line that says so.
    pub fn new(text: &Untrusted) -> Self {
        let text = text.as_sent().trim_end();
        let head = text.get(..text.floor_char_boundary(BANNER_BYTES)).unwrap_or_default();
        let mut lines: Vec<_> = head.lines().take(BANNER_LINES).map(one_line).collect();
        if head.len() < text.len() || head.lines().nth(BANNER_LINES).is_some() {
            lines.push("… the rest of this text is not shown: it is too long".to_owned());
        }
        Self { lines: Some(lines) }
    }

    /// Whether the appliance has not said yet what it wants to be read.
    pub const fn is_awaited(&self) -> bool {
        self.lines.is_none()
    }

    /// Its rows at this width.
    pub fn rows(&self, width: usize) -> Vec<String> {
        self.lines.iter().flatten().flat_map(|line| wrap(line, width)).collect()
    }
}
