//! Files of this program, and files it is told to read: opened so that nobody else decides what is in them.
//!
//! A [`Directory`] is checked once and held open; a file in it is reached through it by its bare name, so that
//! what happens to the path above it in the meantime does not matter. Nothing is believed of a name: a file
//! is looked at before it is opened (opening a device can have effects), opened without following links and
//! without waiting (a pipe would wait for its other end), and looked at again through what was opened.
//!
//! What is written is complete or absent: a [`Draft`] is removed unless it is kept, and it is kept only once
//! its bytes and its name are on the disk. When that fails, it counts as not written.
//!
//! Files that the operator named elsewhere ([`read()`]) are held to what their use asks for: see [`Demands`].

mod about;
mod directory;
mod draft;
mod error;
mod fault;
mod home;
mod read;
#[cfg(test)]
mod tests;

pub use self::directory::Directory;
pub use self::draft::Draft;
pub use self::error::{FileError, Problem};
#[cfg(test)]
pub(crate) use self::fault::{Fault, Step};
pub use self::home::from_home;
pub use self::read::{Contents, Demands, Links, Who, open, read};
