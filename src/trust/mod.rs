//! The certificate each server was trusted with, by host and port, in `trust.toml`.
//!
//! ```toml
//! ["cm1.example.com:443"]
//! sha256 = "9F:2C:…:41"
//! since = "2026-03-02"
//! ```
//!
//! A file that somebody else could have written, or that cannot be read for whatever reason, is an error and
//! never "nothing is pinned": the difference would be made by whoever broke it. Where nothing can be stored, a
//! certificate is trusted for this run.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;

use crate::domain::{Fingerprint, Pin};
use crate::files::{Demands, Directory, FileError};
use crate::text::escape;

/// Name of the file.
const FILE: &str = "trust.toml";

/// Longest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// What is written above the entries.
const HEAD: &str = "\
# The certificates that servers are known by to cckm-tui. `cckm-tui trust` lists, replaces and removes them.
";

/// Certificates by server.
pub type Pins = BTreeMap<String, Pin>;

/// The pins of this user.
#[derive(Debug)]
pub struct Store {
    /// None: there is no place to store anything.
    directory: Option<PathBuf>,
    /// Trusted, but not stored.
    held: Mutex<Pins>,
}

/// Whether a certificate that is trusted from here on is so in the next run.
#[derive(Debug)]
pub enum Kept {
    /// It is on the disk.
    Stored,
    /// It is trusted until the program ends; why it could not be stored.
    ForThisRun(TrustError),
}

/// Why the pins cannot be read, or one cannot be stored.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file or its directory is not as it has to be.
    #[error(transparent)]
    File(#[from] FileError),
    /// It is not what this program writes.
    #[error("{}:{line}: {reason}; mend it, or remove it and compare the fingerprints again", escape(&path.to_string_lossy()))]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// No home directory.
    #[error("no home directory: set HOME or XDG_STATE_HOME")]
    Nowhere,
}

impl Store {
    /// The pins in a directory, which need not exist yet; without one they are kept in memory.
    pub fn new(directory: Option<PathBuf>) -> Self {
        Self { directory, held: Mutex::default() }
    }

    /// Where the file is, or would be.
    pub fn path(&self) -> Option<PathBuf> {
        self.directory.as_ref().map(|directory| directory.join(FILE))
    }

    /// The pin of a server.
    ///
    /// # Errors
    ///
    /// [`TrustError`] when it cannot be told whether there is one.
    pub fn find(&self, address: &str) -> Result<Option<Pin>, TrustError> {
        if let Some(pin) = self.held().get(address) {
            return Ok(Some(*pin));
        }
        Ok(self.stored()?.get(address).copied())
    }

    /// Every pin that is stored.
    ///
    /// # Errors
    ///
    /// [`TrustError`] when they cannot be read.
    pub fn stored(&self) -> Result<Pins, TrustError> {
        let Some(directory) = &self.directory else { return Ok(Pins::new()) };
        match Directory::open(directory) {
            Ok(directory) => read(&directory),
            Err(error) if error.leads_nowhere() => Ok(Pins::new()),
            Err(error) => Err(error.into()),
        }
    }

    /// Trusts a certificate from here on, instead of another one of this server if there was one. What cannot
    /// be stored is trusted for this run.
    pub fn trust(&self, address: &str, fingerprint: Fingerprint, today: Date) -> Kept {
        let pin = Pin { fingerprint, since: Some(today) };
        let stored = self.change(|pins| {
            pins.insert(address.to_owned(), pin);
        });
        match stored {
            Ok(()) => {
                self.held().remove(address);
                Kept::Stored
            }
            Err(error) => {
                self.held().insert(address.to_owned(), pin);
                Kept::ForThisRun(error)
            }
        }
    }

    /// Stores a certificate.
    ///
    /// # Errors
    ///
    /// [`TrustError`] when it is not on the disk.
    pub fn replace(
        &self,
        address: &str,
        fingerprint: Fingerprint,
        today: Date,
    ) -> Result<Option<Pin>, TrustError> {
        let mut before = None;
        self.change(|pins| {
            before = pins.insert(address.to_owned(), Pin { fingerprint, since: Some(today) });
        })?;
        Ok(before)
    }

    /// Trusts the certificate of a server no more; gives what was trusted.
    ///
    /// # Errors
    ///
    /// [`TrustError`] when it is still stored.
    pub fn remove(&self, address: &str) -> Result<Option<Pin>, TrustError> {
        let mut before = None;
        if self.stored()?.contains_key(address) {
            self.change(|pins| before = pins.remove(address))?;
        }
        Ok(self.held().remove(address).or(before))
    }

    /// Reads, changes and writes; what other instances stored meanwhile stays.
    fn change(&self, change: impl FnOnce(&mut Pins)) -> Result<(), TrustError> {
        let directory = self.directory.as_ref().ok_or(TrustError::Nowhere)?;
        let directory = Directory::ensure(directory)?;
        let mut pins = read(&directory)?;
        change(&mut pins);
        Ok(directory.replace(FILE, text(&pins).as_bytes())?)
    }

    fn held(&self) -> MutexGuard<'_, Pins> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(directory: &Directory) -> Result<Pins, TrustError> {
    match directory.read(FILE, Demands::trusted(LARGEST)) {
        Ok(contents) => parse(&contents.bytes, &directory.path().join(FILE)),
        Err(error) if error.is_missing() => Ok(Pins::new()),
        Err(error) => Err(error.into()),
    }
}

/// One table of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    sha256: Spanned<String>,
    since: Spanned<String>,
}

fn parse(bytes: &[u8], path: &Path) -> Result<Pins, TrustError> {
    let damaged = |text: &[u8], at: usize, reason: String| TrustError::Damaged {
        path: path.to_owned(),
        line: text.iter().take(at).filter(|byte| **byte == b'\n').count() + 1,
        reason,
    };
    let text = std::str::from_utf8(bytes)
        .map_err(|error| damaged(bytes, error.valid_up_to(), "not UTF-8 text".to_owned()))?;
    let entries: BTreeMap<Spanned<String>, Entry> = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        damaged(bytes, at, format!("not a list of certificates: {}", escape(error.message())))
    })?;
    let mut pins = Pins::new();
    for (address, entry) in entries {
        if !is_address(address.get_ref()) {
            let reason = "expected a server such as [\"cm1.example.com:443\"]".to_owned();
            return Err(damaged(bytes, address.span().start, reason));
        }
        let fingerprint = Fingerprint::parse(entry.sha256.get_ref())
            .map_err(|error| damaged(bytes, entry.sha256.span().start, error.to_string()))?;
        let since = entry.since.get_ref().parse::<Date>().map_err(|_not_a_day| {
            damaged(bytes, entry.since.span().start, "expected a day such as 2026-03-02".to_owned())
        })?;
        pins.insert(address.into_inner(), Pin { fingerprint, since: Some(since) });
    }
    Ok(pins)
}

fn text(pins: &Pins) -> String {
    let mut text = HEAD.to_owned();
    for (address, pin) in pins {
        let since = pin.since.unwrap_or_default();
        let written =
            write!(text, "\n[\"{address}\"]\nsha256 = \"{}\"\nsince = \"{since}\"\n", pin.fingerprint);
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    text
}

/// `host:port` as [`address`](crate::api::address) makes it.
fn is_address(text: &str) -> bool {
    let Some((host, port)) = text.rsplit_once(':') else { return false };
    let legal = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'/' | b'@');
    !host.is_empty() && host.bytes().all(legal) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    const SERVER: &str = "cm1.example.com:443";
    const TODAY: Date = jiff::civil::date(2026, 3, 2);

    fn fingerprint(byte: u8) -> Fingerprint {
        Fingerprint::new([byte; 32])
    }

    fn store(folder: &tempfile::TempDir) -> Store {
        Store::new(Some(folder.path().join("state")))
    }

    #[test]
    fn tl_11_what_was_trusted_is_found_again_by_host_and_port() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(store(&folder).find(SERVER).unwrap(), None);
        assert!(!folder.path().join("state").exists(), "looking makes nothing");
        assert!(matches!(store(&folder).trust(SERVER, fingerprint(1), TODAY), Kept::Stored));
        assert!(matches!(store(&folder).trust("[::1]:8443", fingerprint(2), TODAY), Kept::Stored));
        let again = store(&folder);
        let pin = Pin { fingerprint: fingerprint(1), since: Some(TODAY) };
        assert_eq!(again.find(SERVER).unwrap(), Some(pin));
        assert_eq!(again.find("cm1.example.com:8443").unwrap(), None);
        assert_eq!(again.stored().unwrap().len(), 2);
        let mode = again.path().unwrap().metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let left: Vec<_> = fs::read_dir(folder.path().join("state")).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn a_pin_is_replaced_and_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        assert_eq!(store.remove(SERVER).unwrap(), None);
        assert_eq!(store.replace(SERVER, fingerprint(1), TODAY).unwrap(), None);
        let before = store.replace(SERVER, fingerprint(2), TODAY).unwrap().unwrap();
        assert_eq!(before.fingerprint, fingerprint(1));
        assert_eq!(store.remove(SERVER).unwrap().unwrap().fingerprint, fingerprint(2));
        assert_eq!(store.find(SERVER).unwrap(), None);
    }

    #[test]
    fn tl_13_a_file_that_cannot_be_believed_is_an_error_and_never_no_pin() {
        let folder = tempfile::tempdir().unwrap();
        let store = store(&folder);
        store.replace(SERVER, fingerprint(1), TODAY).unwrap();
        let path = store.path().unwrap();
        let good = fs::read_to_string(&path).unwrap();
        let refused = |words: &str| {
            let told = store.find(SERVER).unwrap_err().to_string();
            assert!(told.contains("trust.toml") && told.contains(words), "{told}");
            assert!(matches!(store.trust("other:1", fingerprint(9), TODAY), Kept::ForThisRun(_)));
        };
        for (text, words) in [
            ("garbage".to_owned(), ":1: not a list of certificates"),
            ("\0\0\0".to_owned(), "not a list of certificates"),
            (good.replace("01:01", "01:0"), ":4: expected a SHA-256 fingerprint"),
            (good.replace("2026-03-02", "yesterday"), ":5: expected a day"),
            (good.replace(":443", ""), ":3: expected a server"),
            (good.replace("since", "sinc"), "not a list of certificates"),
            (format!("{good}{}", good.replace(HEAD, "")), "not a list of certificates"),
            ("#".repeat(1 << 21), ""),
        ] {
            fs::write(&path, text).unwrap();
            refused(words);
        }
        fs::write(&path, [0xff, 0xfe]).unwrap();
        refused("not UTF-8");
        fs::write(&path, &good).unwrap();
        for mode in [0o620, 0o602, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            refused("");
        }
        fs::remove_file(&path).unwrap();
        let elsewhere = folder.path().join("elsewhere.toml");
        fs::write(&elsewhere, &good).unwrap();
        symlink(&elsewhere, &path).unwrap();
        refused("");
        fs::remove_file(&path).unwrap();
        fs::create_dir(&path).unwrap();
        refused("");
    }

    #[test]
    fn where_nothing_can_be_stored_a_certificate_is_trusted_for_this_run() {
        let folder = tempfile::tempdir().unwrap();
        // A directory that others can write is as good as none.
        let open = folder.path().join("state");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        for store in [Store::new(None), Store::new(Some(open))] {
            let Kept::ForThisRun(why) = store.trust(SERVER, fingerprint(1), TODAY) else { panic!("stored") };
            assert!(!why.to_string().is_empty());
            assert_eq!(store.find(SERVER).unwrap().unwrap().fingerprint, fingerprint(1));
        }
        assert_eq!(Store::new(None).find(SERVER).unwrap(), None);
    }
}
