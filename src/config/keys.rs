//! The keys: what each is for and what is expected of it. The file, the variables, the schema and the
//! messages all follow this table.

/// A key of the file; also the variable [`variable`](Key::variable).
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// Whether a profile can set it, because it is about a server and not about this program.
    pub(super) in_profiles: bool,
    /// What is expected, as the end of "expected …".
    pub(super) expected: &'static str,
    /// What it does, as a sentence.
    pub(super) about: &'static str,
}

/// How a value is written in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// A path, from the directory of the file or with `~/` from the home directory.
    Path,
    /// A command as one text or as an array: its name and arguments.
    Command,
    /// `true` or `false`.
    Switch,
    /// `true`, `false` or `"auto"`.
    AutoSwitch,
    /// A whole number from the first up to the second.
    Number(u64, u64),
    /// One of these texts.
    Choice(&'static [&'static str]),
    /// Tables of keys.
    Profiles,
    /// Tables of other keys.
    Views,
}

impl Form {
    /// Whether it is written as tables, in the file alone.
    pub(super) const fn is_table(self) -> bool {
        matches!(self, Self::Profiles | Self::Views)
    }
}

impl Key {
    /// The key of that name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        KEYS.iter().find(|key| key.name == name)
    }

    /// The environment variable that gives the value too.
    pub(super) fn variable(&self) -> String {
        format!("CCKM_{}", self.name.to_ascii_uppercase())
    }

    /// The words for a value that is not one.
    pub(super) fn expectation(&self) -> String {
        format!("expected {}", self.expected)
    }
}

const fn key(
    name: &'static str,
    form: Form,
    in_profiles: bool,
    expected: &'static str,
    about: &'static str,
) -> Key {
    Key { name, form, in_profiles, expected, about }
}

/// A key about a server, which a profile can set.
const fn server(name: &'static str, form: Form, expected: &'static str, about: &'static str) -> Key {
    key(name, form, true, expected, about)
}

/// A key about this program.
const fn program(name: &'static str, form: Form, expected: &'static str, about: &'static str) -> Key {
    key(name, form, false, expected, about)
}

const TRUE_OR_FALSE: &str = "true or false";
const AUTO_OR: &str = "\"auto\", true or false";

/// All keys, in the order in which they are shown.
pub(super) const KEYS: &[Key] = &[
    server(
        "url",
        Form::Text,
        "the server's address as text, such as \"https://cm.example.com\"",
        "The server: https, or http to this machine only.",
    ),
    server(
        "username",
        Form::Text,
        "a user name as text, such as \"ops1\" or \"ldap-corp|ops1\"",
        "Who signs in; connection|user names the identity source too.",
    ),
    server(
        "connection",
        Form::Text,
        "the name of an identity source as text, such as \"ldap-corp\"",
        "The identity source (LDAP connection) of the user; without one, a local account.",
    ),
    server(
        "domain",
        Form::Text,
        "the name of a domain as text",
        "The domain to sign in to; without one, the root domain.",
    ),
    server(
        "auth_domain",
        Form::Text,
        "the name of a domain as text",
        "The domain in which the account was created; without one, the root domain.",
    ),
    server(
        "ca_file",
        Form::Path,
        "the path of a PEM file as text",
        "Certificates to trust besides those of the system (PEM).",
    ),
    server(
        "pin",
        Form::Text,
        "a SHA-256 fingerprint as text: 64 hexadecimal digits, with or without colons",
        "The SHA-256 of the server's certificate: no other is trusted, and this one needs no authority.",
    ),
    server(
        "client_certificate",
        Form::Path,
        "the path of a PEM file as text",
        "A certificate to sign in with instead of a password (PEM, with its chain); needs client_key.",
    ),
    server(
        "client_key",
        Form::Path,
        "the path of a PEM file as text",
        "The private key of client_certificate (PEM, not encrypted).",
    ),
    server(
        "proxy",
        Form::Text,
        "\"none\", or the address of an http, https or socks5 proxy as text, without a password",
        "The proxy to the server, or \"none\"; without this key, HTTPS_PROXY and NO_PROXY hold.",
    ),
    server(
        "no_proxy",
        Form::Text,
        "hosts with commas between them as text, such as \"cm.example.com,10.0.0.0/8\"",
        "Hosts that are reached without the proxy.",
    ),
    server("read_only", Form::Switch, TRUE_OR_FALSE, "Refuse every change."),
    server(
        "protected",
        Form::Switch,
        TRUE_OR_FALSE,
        "A change is confirmed by typing the profile's name (without a profile: the server's) instead of y.",
    ),
    server(
        "reason_required",
        Form::Switch,
        TRUE_OR_FALSE,
        "A change needs a reason or a ticket, which goes into the journal.",
    ),
    server(
        "denied_organizations",
        Form::Text,
        "patterns of names with commas between them as text, such as \"*-legacy,Acme ?\"",
        "Organizations that are never changed: their whole name, * for any text, ? for one character.",
    ),
    server(
        "guarded_organizations",
        Form::Text,
        "patterns of names with commas between them as text, such as \"*-prod\"",
        "Organizations whose change is confirmed by typing their name instead of y.",
    ),
    server(
        "plan_concurrency",
        Form::Number(1, 4),
        "a whole number from 1 to 4",
        "Most changes of a plan under way at a time; the server's answers decide how many it is.",
    ),
    server(
        "plan_stop_after",
        Form::Number(1, 100_000),
        "a whole number from 1 to 100000",
        "A plan stops when so many of its rows have failed; a row that goes first stops it by itself.",
    ),
    server(
        "plan_minutes",
        Form::Number(1, 1440),
        "a whole number of minutes from 1 to 1440, which is a day",
        "Minutes that a plan made in the dashboard holds.",
    ),
    server(
        "plan_maximum_rows",
        Form::Number(0, 1_000_000),
        "a whole number, at most 1000000; 0 is no limit",
        "Most changes in a plan made in the dashboard; 0 for no limit.",
    ),
    server(
        "badge",
        Form::Text,
        "1 to 16 printable characters as text, such as \"PROD\"",
        "A word that stands on every screen.",
    ),
    server(
        "badge_color",
        Form::Choice(&["plain", "good", "warning", "bad"]),
        "\"plain\", \"good\", \"warning\" or \"bad\"",
        "The colour of the badge, by what it says of the place.",
    ),
    server(
        "theme",
        Form::Choice(crate::theme::NAMES),
        "the name of a theme as text",
        "The theme; \"auto\" is light or dark where the terminal tells its background, else default.",
    ),
    server(
        "timeout_seconds",
        Form::Number(1, 600),
        "a whole number of seconds from 1 to 600",
        "Seconds that a reading or a sign-in may take, repetitions included.",
    ),
    server(
        "change_timeout_seconds",
        Form::Number(1, 600),
        "a whole number of seconds from 1 to 600",
        "Seconds that the answer to a change, or to a test of a connection, is waited for.",
    ),
    server(
        "refresh_seconds",
        Form::Number(0, 86_400),
        "a whole number of seconds, at most 86400, which is a day; 0 is off",
        "Seconds between automatic refreshes; 0 for none.",
    ),
    server(
        "keep_password",
        Form::Switch,
        TRUE_OR_FALSE,
        "Keep an accepted password in memory, to sign in again when the server ends the session.",
    ),
    server(
        "password_file",
        Form::Path,
        "the path of a file as text",
        "A file whose first line is the password; readable by its owner only.",
    ),
    server(
        "password_command",
        Form::Command,
        "a command with its arguments as text or array of texts, quotes closed; no shell runs it",
        "A program whose first line of output is the password; run without a shell, within 10 seconds.",
    ),
    program(
        "color",
        Form::Choice(&["auto", "16", "256", "true", "never"]),
        "\"auto\", \"16\", \"256\", \"true\" or \"never\"",
        "Colours: \"auto\" follows NO_COLOR and the terminal's name, \"never\" leaves attributes.",
    ),
    program("ascii", Form::AutoSwitch, AUTO_OR, "Show nothing but ASCII; \"auto\" follows the locale."),
    program(
        "low_bandwidth",
        Form::AutoSwitch,
        AUTO_OR,
        "Draw as little as possible; \"auto\" does when the line is slow.",
    ),
    program(
        "mouse",
        Form::Switch,
        TRUE_OR_FALSE,
        "Listen to the mouse in the list: select, scroll, open; never where text is read.",
    ),
    program(
        "clipboard",
        Form::Choice(&["osc52", "file", "off"]),
        "\"osc52\", \"file\" or \"off\"",
        "Where copied text goes: to the terminal (OSC 52), or into clipboard.txt in the state directory.",
    ),
    program(
        "log_level",
        Form::Choice(&["off", "error", "warn", "info", "debug", "trace"]),
        "\"off\", \"error\", \"warn\", \"info\", \"debug\" or \"trace\"",
        "What goes into the log file.",
    ),
    program(
        "export_directory",
        Form::Path,
        "the path of a directory as text",
        "Where exported files go; without it, the directory the program was started in.",
    ),
    program(
        "views",
        Form::Views,
        "tables such as [views.eu]",
        "Views by name, for `view NAME` in the palette: filter, sort and columns as they are typed there.",
    ),
    program(
        "profiles",
        Form::Profiles,
        "tables such as [profiles.prod-eu]",
        "Settings by name, chosen with --profile or CCKM_PROFILE.",
    ),
];
