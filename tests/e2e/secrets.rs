//! Looks for secrets in everything that a run of the program leaves behind; every test in a terminal ends so.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What may never turn up, and where it is looked for.
pub(crate) struct Secrets {
    values: Vec<String>,
    /// Files the test itself put there.
    put_there: HashSet<PathBuf>,
}

impl Secrets {
    /// The passwords among these variables; what lies in `home` by now is the test's own.
    pub(crate) fn new(home: &Path, env: &[(&str, &str)]) -> Self {
        let is_one = |name: &str| name.ends_with("PASSWORD") || name.ends_with("TOKEN");
        let values = env.iter().filter(|(name, _)| is_one(name)).map(|(_, value)| (*value).to_owned());
        let proxies = env.iter().filter(|(name, _)| name.to_uppercase().ends_with("_PROXY"));
        let proxies = proxies.filter_map(|(_, url)| {
            let (user, _) = url.rsplit_once('@')?;
            user.rsplit_once(':').map(|(_, password)| password.to_owned())
        });
        // Shorter ones are not told from ordinary words, here and in the program.
        let values = values.chain(proxies).filter(|value| value.len() >= 4);
        Self { values: values.collect(), put_there: files(home).into_iter().collect() }
    }

    /// Another secret of this run.
    pub(crate) fn add(&mut self, secret: &str) {
        self.values.push(secret.to_owned());
    }

    /// Every secret that is in `bytes`, plain or in a copy to the clipboard; and whatever has the form of a token.
    pub(crate) fn found_in(&self, what: &str, bytes: &[u8]) -> Vec<String> {
        let copies = copied(bytes).concat();
        let looked_at = [("", bytes), (" (clipboard)", copies.as_slice())];
        let values = || self.values.iter().map(String::as_str).chain(["eyJhbGciOi", "Bearer eyJ"]);
        let found = |bytes: &[u8], value: &str| memchr::memmem::find(bytes, value.as_bytes()).is_some();
        let finds = looked_at.into_iter().flat_map(|(how, bytes)| {
            values()
                .filter(move |value| found(bytes, value))
                .map(move |value| format!("{value} in {what}{how}"))
        });
        finds.collect()
    }

    /// The same in the files of the program.
    pub(crate) fn found_in_files(&self, home: &Path) -> Vec<String> {
        let ours = files(home).into_iter().filter(|path| !self.put_there.contains(path));
        ours.flat_map(|path| self.found_in(&path.display().to_string(), &fs::read(&path).unwrap_or_default()))
            .collect()
    }
}

/// All files in a directory.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => left.push(entry.path()),
                Ok(kind) if kind.is_file() => found.push(entry.path()),
                _ => {}
            }
        }
    }
    found
}

/// What was copied to the clipboard with OSC 52.
fn copied(bytes: &[u8]) -> Vec<Vec<u8>> {
    memchr::memmem::find_iter(bytes, b"\x1b]52;c;")
        .map(|at| {
            let coded = &bytes[at + 7..];
            let end = coded.iter().position(|byte| matches!(byte, 7 | 0x1b)).unwrap_or(coded.len());
            from_base64(&coded[..end])
        })
        .collect()
}

fn from_base64(text: &[u8]) -> Vec<u8> {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<_> =
        text.iter().filter_map(|byte| ALPHABET.iter().position(|known| known == byte)).collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let bits = four.iter().fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - four.len()));
        [16, 8, 0].map(|shift| u8::try_from(bits >> shift & 0xff).unwrap()).into_iter().take(four.len() - 1)
    });
    bytes.collect()
}

#[test]
fn sk_14_what_is_planted_is_found() {
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("mine"), "canary-1").unwrap();
    let env = [("CCKM_PASSWORD", "canary-1"), ("HTTPS_PROXY", "http://u:canary-2@p:1"), ("TERM", "xterm")];
    let mut secrets = Secrets::new(home.path(), &env);
    secrets.add("canary-3");
    assert_eq!(secrets.found_in("x", b"xterm canary-4"), [""; 0]);
    assert_eq!(secrets.found_in("x", b"a canary-1 canary-2 canary-3").len(), 3);
    assert_eq!(secrets.found_in("x", b"\x1b]52;c;YSBjYW5hcnktMQ==\x07"), ["canary-1 in x (clipboard)"]);
    assert_eq!(secrets.found_in("x", b"eyJhbGciOiJIUzI1NiJ9.x"), ["eyJhbGciOi in x"]);
    assert_eq!(secrets.found_in_files(home.path()), [""; 0]);
    fs::create_dir(home.path().join("state")).unwrap();
    fs::write(home.path().join("state/log"), "canary-2").unwrap();
    assert_eq!(secrets.found_in_files(home.path()).len(), 1);
}
