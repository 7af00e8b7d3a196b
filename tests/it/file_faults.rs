//! Every file of ours with everything in its place that should not be there: nothing hangs, nothing else is
//! touched, and whoever refuses says which file and why.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use cckm_tui::config::{Config, PasswordSource, Sources};
use cckm_tui::domain::RunId;
use cckm_tui::files::{Demands, Directory};
use cckm_tui::journal::{self, Journal};
use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::geteuid;

/// A file, and what uses it: in a directory of ours, or where the operator said.
struct Use {
    name: &'static str,
    is_named: bool,
    run: fn(&Path, &str) -> Result<(), String>,
}

const USES: [Use; 6] = [
    Use {
        name: "journal.jsonl",
        is_named: false,
        run: |place, _| Journal::open(place).map(drop).map_err(|error| error.to_string()),
    },
    Use {
        name: "run-000007.lock",
        is_named: false,
        run: |place, _| journal::claim(place, RunId::new(7)).map(drop).map_err(|error| error.to_string()),
    },
    Use {
        name: "store",
        is_named: false,
        run: |place, name| {
            let store = Directory::ensure(place).and_then(|place| place.replace(name, b"new"));
            store.map_err(|error| error.to_string())
        },
    },
    Use {
        name: "store",
        is_named: false,
        run: |place, name| {
            let store = Directory::open(place).and_then(|place| place.read(name, Demands::trusted(1 << 20)));
            store.map(drop).map_err(|error| error.to_string())
        },
    },
    Use {
        name: "config.toml",
        is_named: true,
        run: |place, name| {
            let sources = Sources {
                flags: Vec::new(),
                profile: None,
                password_stdin: false,
                file: Some(place.join(name)),
                usual_file: None,
                environment: &|_| None,
            };
            Config::load(&sources).map(drop).map_err(|error| error.to_string())
        },
    },
    Use {
        name: "password",
        is_named: true,
        run: |place, name| {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let password = runtime.block_on(PasswordSource::File(place.join(name)).read());
            password.map(drop).map_err(|error| error.to_string())
        },
    },
];

/// Something that is wrong with a file or its directory, and who must refuse it.
struct Fault {
    what: &'static str,
    /// Given the place of the file, and another file that nobody may touch.
    plant: fn(&Path, &Path),
    /// In a directory of ours; where the operator said.
    refused: (bool, bool),
}

const fn fault(what: &'static str, refused: (bool, bool), plant: fn(&Path, &Path)) -> Fault {
    Fault { what, plant, refused }
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn put(file: &Path, bytes: &[u8], mode: u32) {
    fs::write(file, bytes).unwrap();
    set_mode(file, mode);
}

/// Only root can; without it the file stays ours.
fn give_away(path: &Path) {
    if geteuid().is_root() {
        chown(path, Some(65_534), None).unwrap();
    }
}

const FAULTS: [Fault; 20] = [
    fault("a link", (true, false), |file, beside| symlink(beside, file).unwrap()),
    fault("a link to nothing", (true, true), |file, _| symlink("nowhere", file).unwrap()),
    fault("a link to a device", (true, true), |file, _| symlink("/dev/zero", file).unwrap()),
    fault("a link to itself", (true, true), |file, _| symlink(file, file).unwrap()),
    fault("a hard link", (true, false), |file, beside| fs::hard_link(beside, file).unwrap()),
    fault("a pipe", (true, true), |file, _| mkfifoat(CWD, file, Mode::RWXU).unwrap()),
    fault("a socket", (true, true), |file, _| drop(UnixListener::bind(file).unwrap())),
    fault("a directory", (true, true), |file, _| fs::create_dir(file).unwrap()),
    fault("writable by the group", (true, false), |file, _| put(file, b"", 0o620)),
    fault("writable by everybody", (true, false), |file, _| put(file, b"", 0o666)),
    fault("somebody else's", (true, false), |file, _| {
        put(file, b"", 0o600);
        give_away(file);
    }),
    fault("empty", (false, false), |file, _| put(file, b"", 0o600)),
    fault("zeros", (false, false), |file, _| put(file, &[0; 100], 0o600)),
    fault("not text", (false, true), |file, _| put(file, b"\xff\xfe\n", 0o600)),
    fault("without end of line", (false, false), |file, _| put(file, b"#", 0o600)),
    fault("in a directory that everybody can write", (true, false), |file, _| {
        put(file, b"", 0o600);
        set_mode(file.parent().unwrap(), 0o777);
    }),
    fault("in a directory that the group can write", (true, false), |file, _| {
        put(file, b"", 0o600);
        set_mode(file.parent().unwrap(), 0o770);
    }),
    fault("in somebody else's directory", (true, false), |file, _| {
        put(file, b"", 0o600);
        give_away(file.parent().unwrap());
    }),
    fault("below a file", (true, true), |file, _| {
        fs::remove_dir(file.parent().unwrap()).unwrap();
        fs::write(file.parent().unwrap(), "").unwrap();
    }),
    fault("in a directory that is a link", (true, false), |file, beside| {
        let (place, real) = (file.parent().unwrap(), beside.with_file_name("real"));
        fs::rename(place, &real).unwrap();
        symlink(&real, place).unwrap();
    }),
];

#[test]
fn fs_02_fs_03_whatever_is_in_the_place_of_a_file_nothing_hangs_and_nothing_else_is_touched() {
    if !geteuid().is_root() {
        eprintln!("NOT TESTED: what belongs to somebody else; only root can give a file away");
    }
    for Use { name, is_named, run } in &USES {
        for Fault { what, plant, refused } in &FAULTS {
            let home = tempfile::tempdir().unwrap();
            let (place, beside) = (home.path().join("place"), home.path().join("beside"));
            fs::create_dir(&place).unwrap();
            set_mode(&place, 0o700);
            put(&beside, b"", 0o600);
            plant(&place.join(name), &beside);
            let (done, heard) = mpsc::channel();
            thread::spawn({
                let (place, run, name) = (place.clone(), *run, *name);
                move || done.send(run(&place, name))
            });
            let Ok(outcome) = heard.recv_timeout(Duration::from_secs(20)) else {
                panic!("{name}, {what}: it hangs");
            };
            let is_possible = geteuid().is_root() || !what.contains("somebody else's");
            let must_refuse = is_possible && if *is_named { refused.1 } else { refused.0 };
            assert!(!must_refuse || outcome.is_err(), "{name}, {what}: it is used");
            if let Err(words) = outcome {
                assert!(words.contains(place.to_str().unwrap()), "{name}, {what}: which file? {words}");
                assert!(!words.lines().any(|line| line.contains(char::is_control)), "{words:?}");
            }
            assert_eq!(fs::read(&beside).unwrap(), b"", "{name}, {what}");
            assert_eq!(beside.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{name}, {what}");
        }
    }
}
