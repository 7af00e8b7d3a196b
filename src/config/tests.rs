//! Tables of what is accepted, what is refused, and who has the last word.

mod ksctl;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::domain::Password;

/// A home directory with a configuration file, an environment and flags.
struct Case {
    home: tempfile::TempDir,
    environment: BTreeMap<String, String>,
    flags: Vec<(&'static str, String)>,
    profile: Option<String>,
}

impl Case {
    fn new(file: impl AsRef<[u8]>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).unwrap();
        Self { home, environment: BTreeMap::new(), flags: Vec::new(), profile: None }
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    fn flag(mut self, key: &'static str, value: &str) -> Self {
        self.flags.push((key, value.to_owned()));
        self
    }

    fn profile(mut self, name: &str) -> Self {
        self.profile = Some(name.to_owned());
        self
    }

    fn path(&self) -> PathBuf {
        self.home.path().join("config.toml")
    }

    fn load(&self) -> Result<Config, ConfigError> {
        Config::load(&Sources {
            flags: self.flags.clone(),
            profile: self.profile.clone(),
            password_stdin: false,
            file: None,
            usual_file: Some(self.path()),
            environment: &|name| self.environment.get(name).map(OsString::from),
        })
    }

    #[track_caller]
    fn refused(&self) -> String {
        self.load().unwrap_err().to_string()
    }
}

const FILE: &str = r#"
url = "https://file.example.com"
username = "file"
domain = "file"
refresh_seconds = 60
[profiles.prod-eu]
url = "https://profile.example.com"
username = "profile"
read_only = true
ca_file = "ca.pem"
[profiles.test]
"#;

#[test]
fn a_flag_covers_the_environment_covers_the_profile_covers_the_file() {
    let case = Case::new(FILE);
    let name = |case: &Case| case.load().unwrap().username.unwrap();
    assert_eq!(name(&case), "file");
    let case = case.profile("prod-eu");
    assert_eq!(name(&case), "profile");
    let case = case.env("CCKM_USERNAME", "environment");
    assert_eq!(name(&case), "environment");
    let case = case.flag("username", "flag");
    assert_eq!(name(&case), "flag");
    let config = case.load().unwrap();
    assert_eq!(config.url.unwrap().as_str(), "https://profile.example.com/");
    assert_eq!(config.domain.unwrap(), "file", "what a profile does not say, the file says");
    assert_eq!((config.read_only, config.refresh_every), (true, Some(Duration::from_mins(1))));
    assert_eq!(config.ca_file, Some(case.home.path().join("ca.pem")), "paths begin at the file");
}

#[test]
fn the_profile_is_named_by_flag_or_environment() {
    assert_eq!(Case::new(FILE).env("CCKM_PROFILE", "test").load().unwrap().profile.unwrap(), "test");
    let both = Case::new(FILE).env("CCKM_PROFILE", "test").profile("prod-eu");
    assert_eq!(both.load().unwrap().profile.unwrap(), "prod-eu");
}

#[test]
fn a_name_of_digits_stays_as_it_is_written() {
    assert_eq!(Case::new("").env("CCKM_USERNAME", "0123").load().unwrap().username.unwrap(), "0123");
    assert_eq!(Case::new("").env("CCKM_DOMAIN", "1e5").load().unwrap().domain.unwrap(), "1e5");
    let password = Case::new("").env("CCKM_PASSWORD", "0123").load().unwrap().password;
    assert_eq!(password, PasswordSource::Given(Password::new("0123")));
}

#[test]
fn an_empty_variable_is_not_set() {
    let case = Case::new(FILE).env("CCKM_URL", "").env("CCKM_PROFILE", "").env("CCKM_PASSWORD", "");
    assert_eq!(case.load().unwrap().url.unwrap().host_str(), Some("file.example.com"));
}

#[test]
fn no_file_gives_the_defaults() {
    let case = Case::new("");
    std::fs::remove_file(case.path()).unwrap();
    assert_eq!(case.load().unwrap(), Config::default());
    assert!(case.load().unwrap().target().unwrap_err().to_string().contains("--demo"));
}

#[test]
fn fs_10_what_is_wrong_is_named_with_its_place() {
    let at = |line: usize| format!("config.toml:{line}: ");
    let cases = [
        (Case::new("\nurl = \"http://cm.example.com\""), at(2) + "key `url`: plain http"),
        (Case::new("").flag("url", "http://cm.example.com"), "--url: plain http".to_owned()),
        (Case::new("").env("CCKM_URL", "ftp://cm"), "CCKM_URL: the server address begins with".to_owned()),
        (Case::new("color = \"8\""), at(1) + "key `color`: expected \"auto\", \"16\", \"256\""),
        (Case::new("").env("CCKM_READ_ONLY", "yes"), "CCKM_READ_ONLY: expected true or false".to_owned()),
        (Case::new("refresh_seconds = 86401"), at(1) + "key `refresh_seconds`: expected a whole number of"),
        (Case::new("timeout_seconds = 0"), at(1) + "key `timeout_seconds`: expected a whole number of"),
        (Case::new("pin = \"abc\""), at(1) + "key `pin`: expected a SHA-256 fingerprint"),
        (Case::new("proxy = \"ftp://p\""), at(1) + "key `proxy`: expected \"none\", or the address"),
        (Case::new("badge = \"\""), at(1) + "key `badge`: expected 1 to 16 printable"),
        (Case::new("badge = \"12345678901234567\""), at(1) + "key `badge`: expected 1 to 16 printable"),
        (Case::new("badge = \"a\\u202eb\""), at(1) + "key `badge`: expected 1 to 16 printable"),
        (Case::new("badge_color = \"red\""), at(1) + "key `badge_color`: expected \"plain\", \"good\""),
        (
            Case::new("theme = \"x\""),
            at(1)
                + "key `theme`: expected one of auto, default, light, dark, high-contrast, deuteranopia, tritanopia, mono",
        ),
        (Case::new("ascii = \"yes\""), at(1) + "key `ascii`: expected \"auto\", true or false"),
        (Case::new("client_key = \"k\""), at(1) + "key `client_key`: needs `client_certificate` too"),
        (
            Case::new("connection = \"a\"\nusername = \"b|ops\""),
            at(2) + "key `username`: names another identity source",
        ),
        (Case::new("username = \"ldap|\""), at(1) + "key `username`: expected a user name"),
        (Case::new("username = \"\""), at(1) + "key `username`: expected a user name"),
        (Case::new("\n\n\u{1}"), at(3) + "not TOML"),
        (Case::new(b"a\n\xff"), at(2) + "not UTF-8 text"),
        (
            Case::new(vec![b'#'; (1 << 20) + 1]),
            "config.toml: it is larger than expected: at most 1048576 bytes".to_owned(),
        ),
        (Case::new("[profiles.Prod]"), at(1) + "profile `Prod`: a profile name has lower case"),
        (Case::new(FILE).profile("prod-ue"), "--profile: no profile `prod-ue` in".to_owned()),
        (Case::new(FILE).profile("prod-ue"), "did you mean `prod-eu`?".to_owned()),
        (Case::new(FILE).profile("x"), "it has prod-eu, test".to_owned()),
        (Case::new("").profile("x"), "it has no [profiles.<name>] table".to_owned()),
        (Case::new(FILE).env("CCKM_PROFILE", "Prod-EU"), "CCKM_PROFILE: a profile name has lower".to_owned()),
        (Case::new("password_command = \"a 'b\""), at(1) + "key `password_command`: expected a command"),
        (
            Case::new("password_file = \"a\"\npassword_command = \"b\""),
            at(2) + "key `password_command`: give either this or",
        ),
        (
            Case::new("").env("CCKM_PASSWORD", "a").env("CCKM_PASSWORD_FILE", "b"),
            "CCKM_PASSWORD_FILE: give either this or CCKM_PASSWORD".to_owned(),
        ),
    ];
    for (case, words) in cases {
        let message = case.refused();
        assert!(message.contains(&words), "{message}\nlacks {words}");
    }
}

#[test]
fn fs_02_a_directory_in_the_place_of_the_file_is_named() {
    let case = Case::new("");
    std::fs::remove_file(case.path()).unwrap();
    std::fs::create_dir(case.path()).unwrap();
    assert!(case.refused().contains("config.toml: it is a directory"));
}

#[test]
fn sk_08_a_secret_in_the_wrong_place_is_not_repeated() {
    for case in [
        Case::new("url = \"https://ops:canary@cm.example.com\""),
        Case::new("password = \"canary\""),
        Case::new("color = \"canary\""),
        Case::new("").env("CCKM_READ_ONLY", "canary"),
        Case::new("").env("CCKM_PASSWORD", "canary").env("CCKM_PASSWORD_COMMAND", "canary"),
        Case::new("").env("CCKM_PASSWORD_COMMAND", "'canary"),
    ] {
        assert!(!case.refused().contains("canary"), "{}", case.refused());
    }
    let config = Case::new("").env("CCKM_PASSWORD", "canary").load().unwrap();
    assert!(!format!("{config:?}").contains("canary"));
}

#[test]
fn fs_11_a_command_from_a_file_that_others_can_write_is_refused() {
    let case = Case::new("password_command = \"pass show cm\"");
    assert_eq!(
        case.load().unwrap().password,
        PasswordSource::Command(["pass", "show", "cm"].map(str::to_owned).to_vec())
    );
    std::fs::set_permissions(case.path(), PermissionsExt::from_mode(0o664)).unwrap();
    assert!(case.refused().contains("key `password_command`: not run, because others can write this file"));
}

#[test]
fn fs_11_a_command_from_a_file_of_somebody_else_is_refused() {
    let case = Case::new("password_command = \"pass show cm\"");
    // Root may, unless it is root of a namespace alone.
    if let Err(why) = std::os::unix::fs::chown(case.path(), Some(65_534), None) {
        writeln!(std::io::stderr(), "NOT TESTED: a file cannot be given away: {why}").unwrap();
        return;
    }
    assert!(case.refused().contains("key `password_command`: not run, because others can write this file"));
    std::fs::write(case.path(), "url = 'cm'").unwrap();
    assert!(case.load().is_ok(), "what starts nothing is taken");
}

#[test]
fn a_password_source_of_a_profile_replaces_that_of_the_file() {
    let file = "password_command = \"a\"\n[profiles.p]\npassword_file = \"b\"";
    let case = Case::new(file).profile("p");
    assert_eq!(case.load().unwrap().password, PasswordSource::File(case.home.path().join("b")));
    let case = case.env("CCKM_PASSWORD", "c");
    assert_eq!(case.load().unwrap().password, PasswordSource::Given(Password::new("c")));
}

const EXAMPLE: &str = include_str!("../../config.example.toml");

#[test]
fn the_example_file_says_what_the_defaults_are() {
    let example = Case::new(EXAMPLE).load().unwrap();
    assert_eq!(Config { origins: BTreeMap::new(), ..example }, Config::default());
}

#[test]
fn the_example_file_has_every_key_and_no_other() {
    // A line that could be a setting is `# key = value` or `# [table]`; prose is `## …`.
    let uncommented = |other: &str| {
        let lines = EXAMPLE.lines().map(|line| line.strip_prefix("# ").unwrap_or(line));
        lines.filter(|line| !line.starts_with(other)).collect::<Vec<_>>().join("\n")
    };
    // Of the two ways to a password, only one can be given.
    for way in ["password_command", "password_file"] {
        let case = Case::new(uncommented(way)).profile("prod-eu");
        assert!(case.load().is_ok(), "{}", case.refused());
    }
    let table: toml::Table = uncommented("##").parse().unwrap();
    let profile = table["profiles"]["prod-eu"].as_table().unwrap();
    for key in KEYS {
        assert!(table.contains_key(key.name), "{} is not in the example", key.name);
        assert_eq!(profile.contains_key(key.name), key.in_profiles, "{} of the example's profile", key.name);
    }
}

#[test]
fn every_key_has_a_variable_and_a_row_of_its_own_with_the_place_it_was_written_in() {
    let case = Case::new("url = \"cm\"\n[profiles.p]\nbadge = \"PROD\"\n[profiles.q]")
        .profile("p")
        .env("CCKM_AUTH_DOMAIN", "sales")
        .env("CCKM_PASSWORD", "canary")
        .env("CCKM_USERNAME", "ldap|ops1")
        .flag("color", "256");
    let rows = case.load().unwrap().effective();
    let row = |key: &str| {
        let row = rows.iter().find(|row| row.key == key).expect(key);
        (row.value.clone(), row.origin.rsplit('/').next().unwrap().to_owned())
    };
    for (key, value, origin) in [
        ("profile", "p", "--profile"),
        ("url", "https://cm", "config.toml:1"),
        ("badge", "PROD", "config.toml:3, profile p"),
        ("auth_domain", "sales", "CCKM_AUTH_DOMAIN"),
        ("username", "ops1", "CCKM_USERNAME"),
        ("connection", "ldap", "CCKM_USERNAME"),
        ("color", "256", "--color"),
        ("password", "(hidden)", "CCKM_PASSWORD"),
        ("ascii", "auto", "default"),
        ("log_level", "info", "default"),
    ] {
        assert_eq!(row(key), (value.to_owned(), origin.to_owned()), "{key}");
    }
    for key in KEYS
        .iter()
        .filter(|key| !matches!(key.name, "profiles" | "views" | "password_file" | "password_command"))
    {
        assert!(rows.iter().any(|row| row.key == key.name), "{} has no row", key.name);
    }
}

#[test]
fn every_key_of_the_table_reaches_the_settings() {
    let pin = "ab".repeat(32);
    let values = [
        ("url", "https://cm"),
        ("username", "u"),
        ("connection", "c"),
        ("domain", "d"),
        ("auth_domain", "a"),
        ("ca_file", "f"),
        ("pin", &pin),
        ("client_certificate", "f"),
        ("client_key", "f"),
        ("proxy", "none"),
        ("no_proxy", "h"),
        ("read_only", "true"),
        ("protected", "true"),
        ("reason_required", "true"),
        ("denied_organizations", "*-legacy"),
        ("guarded_organizations", "Acme *,*-prod"),
        ("plan_concurrency", "2"),
        ("plan_stop_after", "3"),
        ("plan_minutes", "30"),
        ("plan_maximum_rows", "400"),
        ("badge", "B"),
        ("badge_color", "bad"),
        ("theme", "light"),
        ("timeout_seconds", "5"),
        ("change_timeout_seconds", "9"),
        ("refresh_seconds", "7"),
        ("keep_password", "false"),
        ("color", "true"),
        ("ascii", "true"),
        ("low_bandwidth", "false"),
        ("mouse", "true"),
        ("clipboard", "file"),
        ("log_level", "trace"),
        ("export_directory", "d"),
    ];
    let case = values
        .iter()
        .fold(Case::new(""), |case, (key, value)| case.env(&format!("CCKM_{}", key.to_uppercase()), value));
    let (config, defaults) = (case.load().unwrap(), Config::default().effective());
    for (row, default) in config.effective().into_iter().zip(defaults) {
        if !["profile", "password"].contains(&row.key) {
            assert_eq!(row.origin, format!("CCKM_{}", row.key.to_uppercase()));
            assert!(row.value != default.value, "{} stays {}", row.key, row.value);
        }
    }
}

async fn failure(source: PasswordSource) -> String {
    source.read().await.unwrap_err().to_string()
}

fn command(words: &[&str]) -> PasswordSource {
    PasswordSource::Command(words.iter().map(|word| (*word).to_owned()).collect())
}

#[tokio::test]
async fn a_password_file_gives_its_first_line() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("password");
    for (content, expected) in [("s3cret", "s3cret"), ("s3cret\n", "s3cret"), ("a b \r\nmore", "a b ")] {
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        let password = PasswordSource::File(path.clone()).read().await.unwrap();
        assert_eq!(password, Some(Password::new(expected)));
    }
}

#[tokio::test]
async fn a_password_file_that_others_can_read_or_that_is_none_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("password");
    std::fs::write(&path, "canary").unwrap();
    for mode in [0o640, 0o604, 0o620] {
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let message = failure(PasswordSource::File(path.clone())).await;
        assert!(message.contains(&format!("mode {mode:03o}")) && !message.contains("canary"), "{message}");
    }
    std::fs::write(&path, "\n").unwrap();
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    assert!(failure(PasswordSource::File(path)).await.contains("found nothing"));
    assert!(failure(PasswordSource::File(place.path().into())).await.contains("it is a directory"));
    assert!(failure(PasswordSource::File(place.path().join("none"))).await.contains("there is no such file"));
}

#[tokio::test]
async fn sk_11_a_password_command_is_run_without_a_shell_and_its_first_line_taken() {
    let password = |words: &'static [&'static str]| async { command(words).read().await.unwrap() };
    assert_eq!(password(&["printf", "a $HOME;b\nmore\n"]).await, Some(Password::new("a $HOME;b")));
    let megabyte = "head -c 1000000 /dev/zero | tr '\\0' x; echo; head -c 1000000 /dev/zero";
    let long = command(&["sh", "-c", &format!("echo s3cret; {megabyte}")]);
    assert_eq!(long.read().await.unwrap(), Some(Password::new("s3cret")));
}

#[tokio::test]
async fn sk_11_a_password_command_that_fails_says_why_in_escaped_words() {
    let failed = failure(command(&["sh", "-c", "echo canary; printf '\\033[31mlocked' >&2; exit 3"])).await;
    assert!(failed.contains("exit status: 3") && failed.contains(r"\x1b[31mlocked"), "{failed}");
    assert!(!failed.contains("canary") && !failed.contains('\u{1b}'), "{failed}");
    assert!(failure(command(&["/nonexistent/pass"])).await.contains("cannot be started"));
    assert!(failure(command(&["true"])).await.contains("found nothing"));
}

#[tokio::test(start_paused = true)]
async fn sk_11_a_password_command_that_hangs_is_ended_after_ten_seconds() {
    let failed = failure(command(&["sleep", "1000"])).await;
    assert!(failed.ends_with("password command sleep: no answer within 10 s"), "{failed}");
}

#[test]
fn fs_10_a_check_finds_every_mistake_of_every_profile_in_the_order_of_their_lines() {
    let text = "url = 'ftp://cm'\nrefresh_seconds = 86401\nclient_key = 'k'\n[profiles.a]\nusrname = 'x'\n\
                pin = 'abc'\nclient_certificate = 'c'\n[profiles.b]\nurl = 'https://b'\nbadge = ''\n\
                password_file = 'p'\npassword_command = 'c'\n";
    let case = Case::new(text);
    let error = check(&case.path(), None).unwrap_err();
    let lines = error.mistakes().iter().map(|mistake| {
        let place = mistake.place.rsplit_once("config.toml:").unwrap().1;
        place.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse::<u32>().unwrap()
    });
    let lines: Vec<_> = lines.collect();
    assert_eq!(lines, [1, 2, 3, 5, 6, 10, 12], "{error}");
    let good = Case::new("[profiles.a]\nurl = 'cm'\n[profiles.b]\n");
    assert_eq!(check(&good.path(), None).unwrap(), ["a", "b"]);
    assert!(check(&good.home.path().join("none"), None).unwrap_err().to_string().ends_with("no such file"));
}

#[test]
fn fs_10_a_file_without_an_end_is_not_read() {
    let case = Case::new("");
    let file = std::fs::File::create(case.path()).unwrap();
    file.set_len(1 << 30).unwrap();
    assert!(case.refused().contains("larger than expected"));
}
