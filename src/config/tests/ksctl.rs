//! What is taken over from the vendor's own command line, and what is not.

use super::*;

/// A home directory with a file of `ksctl`, private to its owner, and nothing of ours.
fn with_ksctl(text: impl AsRef<[u8]>) -> Case {
    let case = Case::new("");
    let folder = case.home.path().join(".ksctl");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("config.yaml"), text).unwrap();
    std::fs::set_permissions(folder.join("config.yaml"), PermissionsExt::from_mode(0o600)).unwrap();
    let home = case.home.path().to_str().unwrap().to_owned();
    case.env("HOME", &home)
}

fn warnings(config: &Config) -> Vec<String> {
    config.warnings.iter().map(ToString::to_string).collect()
}

const KSCTL: &str = "KSCTL_URL: https://ks.example.com\nKSCTL_USERNAME: ks\nKSCTL_PASSWORD: canary\n\
                     KSCTL_DOMAIN: sales\nKSCTL_AUTH_DOMAIN: root\nKSCTL_TIMEOUT: 7\n";

#[test]
fn who_uses_ksctl_is_connected_without_a_setting() {
    let config = with_ksctl(KSCTL).load().unwrap();
    let (url, user) = config.target().unwrap();
    assert_eq!((url.as_str(), user), ("https://ks.example.com/", "ks"));
    assert_eq!((config.domain.as_deref(), config.auth_domain.as_deref()), (Some("sales"), Some("root")));
    assert_eq!(config.timeout, Duration::from_secs(7));
    assert_eq!(config.password, PasswordSource::Given(Password::new("canary")));
    assert_eq!(warnings(&config), <[String; 0]>::default());
    let rows = config.effective();
    let origin = |key: &str| rows.iter().find(|row| row.key == key).unwrap().origin.clone();
    assert!(origin("url").ends_with(".ksctl/config.yaml:1"), "{}", origin("url"));
    assert!(origin("password").ends_with(".ksctl/config.yaml:3"), "{}", origin("password"));
    assert!(!format!("{rows:?}{config:?}").contains("canary"));
}

#[test]
fn ksctl_is_asked_last_its_variables_before_its_file() {
    let user = |case: &Case| {
        let config = case.load().unwrap();
        let rows = config.effective();
        rows.into_iter().find(|row| row.key == "username").map(|row| (row.value, row.origin)).unwrap()
    };
    let case = with_ksctl(KSCTL).env("KSCTL_USERNAME", "variable");
    assert_eq!(user(&case), ("variable".to_owned(), "KSCTL_USERNAME".to_owned()));
    std::fs::write(case.path(), "username = 'file'").unwrap();
    assert_eq!(user(&case).0, "file");
    let case = case.env("CCKM_USERNAME", "ours");
    assert_eq!(user(&case).0, "ours");
}

#[test]
fn a_password_of_ksctl_goes_to_no_other_server_and_no_other_user() {
    for (case, whose) in [
        (with_ksctl(KSCTL).flag("url", "https://other.example.com"), "KSCTL_URL"),
        (with_ksctl(KSCTL).flag("username", "somebody"), "KSCTL_USERNAME"),
        (with_ksctl(KSCTL).env("CCKM_CONNECTION", "ldap"), "KSCTL_USERNAME"),
    ] {
        let config = case.load().unwrap();
        assert_eq!(config.password, PasswordSource::AskLater, "{whose}");
        let words = warnings(&config);
        assert!(words.len() == 1 && words[0].contains(&format!("it belongs to {whose}")), "{words:?}");
    }
    let same = with_ksctl(KSCTL).flag("url", "ks.example.com/api/v1/").flag("username", "ks");
    assert_eq!(same.load().unwrap().password, PasswordSource::Given(Password::new("canary")));
    let bare = Case::new("").env("KSCTL_PASSWORD", "canary").flag("url", "cm").flag("username", "ops");
    assert_eq!(bare.load().unwrap().password, PasswordSource::Given(Password::new("canary")));
}

#[test]
fn what_of_ksctl_is_not_followed_is_named_with_the_way_to_go() {
    let case = Case::new("").env("KSCTL_NOSSLVERIFY", "true").env("KSCTL_JWT", "canary");
    let words = warnings(&case.load().unwrap());
    assert!(words[0].starts_with("KSCTL_NOSSLVERIFY: ") && words[0].contains("--pin"), "{words:?}");
    assert!(words[1].starts_with("KSCTL_JWT: ") && words[1].contains("password"), "{words:?}");
    assert!(words.len() == 2 && !words.concat().contains("canary"), "{words:?}");
    let none = <[String; 0]>::default();
    let trusting = case.env("CCKM_PIN", &"ab".repeat(32)).env("CCKM_PASSWORD", "x");
    assert_eq!(warnings(&trusting.load().unwrap()), none, "there is nothing left to do");
    let verifying = Case::new("").env("KSCTL_NOSSLVERIFY", "false");
    assert_eq!(warnings(&verifying.load().unwrap()), none);
    let in_file = with_ksctl("KSCTL_NOSSLVERIFY: true").load().unwrap();
    assert!(warnings(&in_file)[0].contains("config.yaml:1: KSCTL_NOSSLVERIFY is not obeyed"));
}

#[test]
fn sk_08_a_ksctl_file_that_others_can_read_gives_no_password_and_all_the_rest() {
    for mode in [0o644, 0o640, 0o606] {
        let case = with_ksctl(KSCTL);
        let path = case.home.path().join(".ksctl/config.yaml");
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
        let config = case.load().unwrap();
        assert_eq!((config.username.as_deref(), config.domain.as_deref()), (Some("ks"), Some("sales")));
        assert_eq!(config.password, PasswordSource::AskLater);
        let words = warnings(&config);
        let told =
            format!("config.yaml:3: the password is not used: others have access to it (mode {mode:03o})");
        assert!(words.len() == 1 && words[0].contains(&told), "{words:?}");
    }
}

#[test]
fn fs_10_a_ksctl_file_that_cannot_be_used_is_a_warning_and_no_obstacle() {
    for (text, told) in [
        (b"KSCTL_URL: a: canary".to_vec(), "config.yaml:1: not used: not YAML"),
        (b"KSCTL_URL: \xff".to_vec(), "config.yaml: not used: not UTF-8 text"),
        (vec![b'#'; 65 << 10], "config.yaml: not used: it is larger than expected"),
    ] {
        let config = with_ksctl(text).load().unwrap();
        let words = warnings(&config);
        assert!(words.len() == 1 && words[0].contains(told) && !words[0].contains("canary"), "{words:?}");
    }
    let wrong = with_ksctl("KSCTL_URL: ftp://ks").refused();
    assert!(wrong.contains("config.yaml:1: the server address begins with ftp://"), "{wrong}");
}

#[test]
fn nothing_of_ksctl_is_written() {
    let case = with_ksctl(KSCTL);
    let path = case.home.path().join(".ksctl/config.yaml");
    let before = (std::fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap());
    case.load().unwrap();
    assert_eq!((std::fs::read(&path).unwrap(), path.metadata().unwrap().modified().unwrap()), before);
}
