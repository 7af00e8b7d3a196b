use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use super::*;

fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    set_mode(home.path(), 0o700);
    home
}

fn directory(home: &TempDir) -> Directory {
    Directory::open(home.path()).unwrap()
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o777
}

/// What lies in a directory, by name.
fn names(home: &TempDir) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(home.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Puts something that is no file of ours in the place of `path`; `beside` is the path of another file.
type Plant = fn(&Path, &Path);

/// What may stand in the place of a file, and how it is named when it is refused.
const PLANTED: [(&str, Plant, &str); 7] = [
    ("link", |path, beside| symlink(beside, path).unwrap(), "a symbolic link"),
    ("link to nothing", |path, _| symlink("nowhere", path).unwrap(), "a symbolic link"),
    ("link to a device", |path, _| symlink("/dev/zero", path).unwrap(), "a symbolic link"),
    ("hard link", |path, beside| fs::hard_link(beside, path).unwrap(), "a second name"),
    ("pipe", |path, _| mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap(), "a pipe"),
    ("socket", |path, _| drop(UnixListener::bind(path).unwrap()), "a socket"),
    ("directory", |path, _| fs::create_dir(path).unwrap(), "a directory"),
];

#[test]
fn fs_02_what_is_no_file_of_ours_is_refused_by_name_and_left_alone() {
    for (what, plant, named) in PLANTED {
        let home = home();
        let (path, beside) = (home.path().join("it"), home.path().join("beside"));
        fs::write(&beside, "before").unwrap();
        set_mode(&beside, 0o600);
        plant(&path, &beside);
        let directory = directory(&home);
        let refusals = [
            directory.read("it", Demands::secret(100)).map(drop).unwrap_err(),
            directory.read("it", Demands::trusted(100)).map(drop).unwrap_err(),
            directory.append("it").map(drop).unwrap_err(),
            directory.replace("it", b"after").unwrap_err(),
        ];
        for refusal in refusals.map(|refusal| refusal.to_string()) {
            assert!(refusal.contains(named) && refusal.contains(path.to_str().unwrap()), "{what}: {refusal}");
        }
        let error = directory.create("it").map(drop).unwrap_err();
        assert!(matches!(error.problem, Problem::Exists), "{what}: {error}");
        assert_eq!(fs::read_to_string(&beside).unwrap(), "before", "{what}");
        assert_eq!(names(&home), ["beside", "it"], "{what}: nothing is left behind");
    }
}

#[test]
fn fs_02_a_device_is_not_opened() {
    let dev = Directory::open(Path::new("/dev")).unwrap();
    let error = dev.read("null", Demands::any(1)).map(drop).unwrap_err();
    assert_eq!(error.to_string(), "/dev/null: it is a device; move it out of the way");
    assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());
}

#[test]
fn fs_02_a_link_that_the_operator_named_leads_to_a_file_that_is_held_to_the_demands() {
    let home = home();
    let (path, link) = (home.path().join("it"), home.path().join("link"));
    fs::write(&path, "text").unwrap();
    symlink(&path, &link).unwrap();
    let secret = Demands::secret(100).following_links();
    set_mode(&path, 0o640);
    let refusal = read(&link, secret).map(drop).unwrap_err().to_string();
    assert!(refusal.ends_with("others have access to it (mode 640); run chmod 600 on it"), "{refusal}");
    set_mode(&path, 0o600);
    assert_eq!(*read(&link, secret).unwrap().bytes, b"text");
    assert!(read(&link, Demands::secret(100)).is_err());
}

#[test]
fn fs_03_a_directory_that_others_can_write_is_refused() {
    for open in [0o720, 0o702, 0o777, 0o1777] {
        let home = home();
        let place = home.path().join("state");
        fs::create_dir(&place).unwrap();
        set_mode(&place, open);
        let refusal = Directory::ensure(&place).unwrap_err().to_string();
        assert!(refusal.contains("others can write it") && refusal.contains("chmod go-w"), "{refusal}");
    }
}

#[test]
fn fs_02_a_directory_that_is_a_link_or_a_file_is_refused_by_name() {
    let home = home();
    let (real, link, file) = (home.path().join("real"), home.path().join("link"), home.path().join("file"));
    fs::create_dir(&real).unwrap();
    symlink(&real, &link).unwrap();
    fs::write(&file, "").unwrap();
    for (path, named) in [
        (&link, "it is a symbolic link"),
        (&file, "it is a file"),
        (&file.join("below"), "a part of this path is not a directory"),
    ] {
        let refusal = Directory::ensure(path).unwrap_err().to_string();
        assert!(refusal.contains(named), "{refusal}");
    }
    assert!(Directory::open(&home.path().join("none")).unwrap_err().is_missing());
}

#[test]
fn fs_01_what_is_made_is_private() {
    let home = home();
    let place = home.path().join("a/b");
    let directory = Directory::ensure(&place).unwrap();
    directory.append("log").unwrap().write_all(b"x").unwrap();
    directory.create("new").unwrap().keep().unwrap();
    directory.replace("store", b"y").unwrap();
    assert_eq!([home.path().join("a"), place.clone()].map(|path| mode(&path)), [0o700; 2]);
    assert_eq!(["log", "new", "store"].map(|name| mode(&place.join(name))), [0o600; 3]);
    set_mode(&place.join("log"), 0o644);
    directory.append("log").unwrap();
    assert_eq!(mode(&place.join("log")), 0o600, "an older file is made private again");
}

#[test]
fn fs_03_a_file_that_others_can_write_or_a_secret_that_they_can_read_is_refused() {
    let home = home();
    let path = home.path().join("it");
    fs::write(&path, "text").unwrap();
    let directory = directory(&home);
    for mode in [0o620, 0o602, 0o666] {
        set_mode(&path, mode);
        for refusal in [
            directory.append("it").map(drop).unwrap_err(),
            directory.replace("it", b"").unwrap_err(),
            directory.read("it", Demands::trusted(100)).map(drop).unwrap_err(),
        ] {
            assert!(matches!(refusal.problem, Problem::WritableByOthers { .. }), "{mode:o} {refusal}");
        }
        assert!(directory.read("it", Demands::any(100)).unwrap().is_writable_by_others);
    }
    for mode in [0o640, 0o604] {
        set_mode(&path, mode);
        let refusal = directory.read("it", Demands::secret(100)).map(drop).unwrap_err();
        assert!(matches!(refusal.problem, Problem::ReadableByOthers { .. }), "{mode:o} {refusal}");
        let contents = directory.read("it", Demands::trusted(100)).unwrap();
        assert!(!contents.is_writable_by_others);
    }
}

#[test]
fn fs_10_a_file_is_read_up_to_its_cap_and_refused_above() {
    let home = home();
    let directory = directory(&home);
    directory.replace("it", &[7; 100]).unwrap();
    assert_eq!(directory.read("it", Demands::secret(100)).unwrap().bytes.len(), 100);
    let refusal = directory.read("it", Demands::secret(99)).map(drop).unwrap_err();
    assert!(matches!(refusal.problem, Problem::TooLarge { most: 99 }), "{refusal}");
    directory.replace("it", b"").unwrap();
    assert_eq!(*directory.read("it", Demands::secret(0)).unwrap().bytes, b"");
    fs::File::create(home.path().join("huge")).unwrap().set_len(1 << 40).unwrap();
    assert!(directory.read("huge", Demands::any(1 << 20)).is_err());
}

#[test]
fn fs_13_a_name_stays_in_its_directory() {
    let home = home();
    let directory = directory(&home);
    for name in ["", ".", "..", "../x", "a/b", "/etc/passwd", "a\0b"] {
        let refusals = [
            directory.read(name, Demands::any(1)).map(drop),
            directory.append(name).map(drop),
            directory.create(name).map(drop),
            directory.replace(name, b""),
            directory.remove(name),
        ];
        for refusal in refusals {
            assert!(matches!(refusal.unwrap_err().problem, Problem::Name), "{name:?}");
        }
    }
    assert_eq!(names(&home), [""; 0]);
}

#[test]
fn fs_05_a_draft_that_is_not_kept_is_removed() {
    let home = home();
    let directory = directory(&home);
    let mut draft = directory.create("it").unwrap();
    draft.write_all(b"half").unwrap();
    assert_eq!(names(&home), ["it"]);
    drop(draft);
    assert_eq!(names(&home), [""; 0]);
    directory.create("it").unwrap().keep().unwrap();
    assert_eq!(names(&home), ["it"]);
    directory.remove("it").unwrap();
    directory.remove("it").unwrap();
    assert_eq!(names(&home), [""; 0]);
}

#[test]
fn fs_07_a_disk_that_fails_at_any_step_leaves_the_old_file_and_nothing_else() {
    for step in [Step::Create, Step::Write, Step::Sync, Step::Rename] {
        for kind in [ErrorKind::Other, ErrorKind::StorageFull, ErrorKind::ReadOnlyFilesystem] {
            let home = home();
            let mut directory = directory(&home);
            directory.replace("it", b"old").unwrap();
            directory.fault = Fault { planned: Some((step, kind)) };
            directory.replace("it", b"new").unwrap_err();
            assert_eq!(fs::read(home.path().join("it")).unwrap(), b"old", "{step:?}");
            assert_eq!(names(&home), ["it"], "{step:?}");
        }
    }
}

#[test]
fn fs_07_a_name_that_is_not_known_to_be_on_the_disk_counts_as_not_written() {
    let home = home();
    let mut directory = directory(&home);
    directory.fault = Fault { planned: Some((Step::SyncDirectory, ErrorKind::Other)) };
    directory.replace("it", b"new").unwrap_err();
    directory.create("other").unwrap().keep().unwrap_err();
    assert_eq!(names(&home), ["it"], "what had no name before has none");
}

#[test]
fn a_name_leads_to_the_open_file_until_it_is_replaced() {
    let home = home();
    let directory = directory(&home);
    let file = directory.append("it").unwrap();
    assert!(directory.leads_to("it", &file).unwrap());
    directory.replace("it", b"other").unwrap();
    assert!(!directory.leads_to("it", &file).unwrap());
    directory.remove("it").unwrap();
    assert!(!directory.leads_to("it", &file).unwrap());
}
