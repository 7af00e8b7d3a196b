//! Trouble by name: one table for the command line and for tests.

use std::fmt::Write as _;
use std::time::Duration;

use axum::http::StatusCode;
use thiserror::Error;

use super::{Another, Answer, Apply, Rule, When};
use crate::demo::error::Problem;

/// Where the changes of organizations go.
pub(super) const ORGANIZATIONS: &str = "/api/v1/cckm/sfdc/organizations";

/// What `html` answers with unless told otherwise.
const HTML_STATUS: u16 = 503;
/// What `429` asks for unless told otherwise, in seconds.
const COME_AGAIN: u64 = 5;
/// What `truncated` leaves of a body unless told otherwise, in bytes.
const KEPT: usize = 20;
/// Neither UTF-8 nor JSON.
const GARBAGE: &[u8] = b"\xff\xfe{\"id\": nonsense\r\n";

/// A kind of trouble that has a name.
#[derive(Debug)]
pub struct Fault {
    /// The name.
    pub name: &'static str,
    /// How its argument is written, `:MS` for instance; in brackets where it may be left out; empty without.
    pub argument: &'static str,
    /// What becomes of the request, and what the client gets.
    pub story: &'static str,
    make: fn(Argument<'_>) -> Option<Rule>,
}

/// The kinds of trouble with names. Without a scope of its own each hits every PATCH of an organization.
pub const FAULTS: &[Fault] = &[
    fault("apply-then-close", "", "carried out; the connection closes without an answer", |argument| {
        argument.none(applied(Answer::Close))
    }),
    fault("apply-then-hang", "", "carried out; never answered", |argument| {
        argument.none(applied(Answer::Hang))
    }),
    fault("apply-then-401", "", "carried out; answered 401", |argument| {
        argument.none(applied(unauthorized()))
    }),
    fault("apply-then-500", "", "carried out; answered 500", |argument| {
        argument.none(applied(Answer::refusal(&Problem::internal())))
    }),
    fault("apply-late", ":MS", "answered 504 at once; carried out MS milliseconds later", |argument| {
        argument.milliseconds().map(|delay| rule(Apply::Later(delay), Answer::html(504)))
    }),
    fault(
        "stale-read",
        ":MS",
        "carried out; readers see the former record for MS milliseconds",
        |argument| argument.milliseconds().map(|span| applied(Answer::Own).stale(span)),
    ),
    fault(
        "changed-by-another-before",
        "[:CONNECTION]",
        "somebody else changes the organization's connection just before it is carried out",
        |argument| argument.another(When::JustBefore),
    ),
    fault(
        "changed-by-another-after",
        "[:CONNECTION]",
        "somebody else changes the organization's connection just after it was carried out",
        |argument| argument.another(When::JustAfter),
    ),
    fault("close", "", "not carried out; the connection closes without an answer", |argument| {
        argument.none(refused(Answer::Close))
    }),
    fault("hang", "", "not carried out; never answered", |argument| argument.none(refused(Answer::Hang))),
    fault("401", "", "not carried out; answered 401", |argument| argument.none(refused(unauthorized()))),
    fault("403", "", "not carried out; answered 403", |argument| {
        argument.none(refused(Answer::refusal(&Problem::forbidden("Insufficient permissions"))))
    }),
    fault("409", "", "not carried out; answered 409", |argument| {
        argument.none(refused(Answer::refusal(&Problem::conflict("The organization is being changed"))))
    }),
    fault("422", "", "not carried out; answered 422", |argument| {
        let problem = Problem::validation("connection: connection is not valid");
        argument.none(refused(Answer::refusal(&problem)))
    }),
    fault("429", "[:SECONDS]", "not carried out; answered 429 with Retry-After, 5 unless told", |argument| {
        argument.number(COME_AGAIN).map(|seconds| refused(Answer::too_many(seconds)))
    }),
    fault("500", "", "not carried out; answered 500", |argument| {
        argument.none(refused(Answer::refusal(&Problem::internal())))
    }),
    fault("502", "", "not carried out; answered 502", |argument| {
        argument.none(starting(StatusCode::BAD_GATEWAY))
    }),
    fault("503", "", "not carried out; answered 503", |argument| {
        argument.none(starting(StatusCode::SERVICE_UNAVAILABLE))
    }),
    fault("504", "", "not carried out; answered 504", |argument| {
        argument.none(starting(StatusCode::GATEWAY_TIMEOUT))
    }),
    fault(
        "html",
        "[:STATUS]",
        "not carried out; a gateway's page under STATUS, 503 unless told",
        |argument| {
            let status = argument.number(HTML_STATUS).filter(|status| (200..600).contains(status));
            status.map(|status| refused(Answer::html(status)))
        },
    ),
    fault("slow", ":MS", "carried out; answered MS milliseconds later", |argument| {
        argument.milliseconds().map(|time| applied(Answer::Own).hold(time))
    }),
    fault(
        "truncated",
        "[:BYTES]",
        "carried out; the answer breaks off after BYTES of its body, 20 unless told",
        |argument| argument.number(KEPT).map(|keep| applied(Answer::Truncated { keep })),
    ),
    fault("garbage", "", "carried out; answered 200 with a body that is no JSON", |argument| {
        argument.none(applied(Answer::raw(200, "application/json; charset=UTF-8", GARBAGE)))
    }),
    fault("wrong-record", "", "carried out; answered with another organization's record", |argument| {
        argument.none(applied(Answer::WrongRecord))
    }),
    fault("empty-body", "", "carried out; answered with its status and no body", |argument| {
        argument.none(applied(Answer::Empty))
    }),
];

/// Why a text names no fault.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FaultError {
    /// There is none of that name.
    #[error("no fault is called `{0}`; there are: {names}", names = names())]
    Unknown(String),
    /// Its argument is missing, too much, or not what it should be.
    #[error("this fault is written {0}")]
    Argument(String),
    /// It would never happen.
    #[error("a fault happens once at least")]
    Never,
    /// What stands after the `@` is no scope.
    #[error("after `@` comes a method (or *) and how a path begins, such as `@GET /api/v1/cckm`")]
    Scope,
}

/// What stands between a name and its scope.
#[derive(Clone, Copy)]
struct Argument<'a>(Option<&'a str>);

impl Rule {
    /// The fault that `text` names: `NAME[xN][:ARG][@METHOD PATHPREFIX]`. With `xN` it happens N times, else to
    /// every request in its scope, which is `PATCH` of organizations unless it is given; `*` is any method.
    ///
    /// # Errors
    /// [`FaultError`]
    pub fn named(text: &str) -> Result<Self, FaultError> {
        let (text, scope) = match text.rsplit_once('@') {
            Some((text, scope)) => (text, Some(read_scope(scope)?)),
            None => (text, None),
        };
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (text, None),
        };
        let (name, times) = read_times(name);
        if times == 0 {
            return Err(FaultError::Never);
        }
        let fault = FAULTS.iter().find(|fault| fault.name == name);
        let fault = fault.ok_or_else(|| FaultError::Unknown(name.to_owned()))?;
        let rule = (fault.make)(Argument(argument)).ok_or_else(|| FaultError::Argument(fault.form()))?;
        let (method, path) = scope.unwrap_or_else(|| (rule.method.clone(), rule.path.clone()));
        Ok(Self { method, path, times, ..rule })
    }
}

impl Fault {
    fn form(&self) -> String {
        format!("{}{}", self.name, self.argument)
    }
}

/// The help of the flag that takes faults.
pub fn fault_help() -> String {
    let mut help = "Play this trouble: NAME[xN][:ARG][@METHOD PATHPREFIX]; can be given again\n\n\
        It happens to every PATCH of an organization, or to every request of METHOD (* is any) whose path begins \
        with PATHPREFIX; with xN to the first N of them. Of several faults that fit a request, the first one \
        given happens. For instance: --fault apply-then-closex1 --fault '429:7@GET /api/v1/cckm'\n\n\
        The names:"
        .to_owned();
    for fault in FAULTS {
        let _a_string_takes_everything = write!(help, "\n  {}: {}", fault.form(), fault.story);
    }
    help
}

fn names() -> String {
    let forms: Vec<String> = FAULTS.iter().map(Fault::form).collect();
    forms.join(", ")
}

/// `closex2` is `close`, twice.
fn read_times(name: &str) -> (&str, usize) {
    let counted = name.rsplit_once('x').filter(|(_, count)| count.bytes().all(|byte| byte.is_ascii_digit()));
    match counted.and_then(|(name, count)| Some((name, count.parse().ok()?))) {
        Some((name, times)) => (name, times),
        None => (name, usize::MAX),
    }
}

fn read_scope(scope: &str) -> Result<(Option<String>, String), FaultError> {
    let (method, path) = scope.split_once(' ').ok_or(FaultError::Scope)?;
    let path = path.trim();
    let is_word = !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_alphabetic());
    if !path.starts_with('/') || !(is_word || method == "*") {
        return Err(FaultError::Scope);
    }
    Ok((is_word.then(|| method.to_ascii_uppercase()), path.to_owned()))
}

const fn fault(
    name: &'static str,
    argument: &'static str,
    story: &'static str,
    make: fn(Argument<'_>) -> Option<Rule>,
) -> Fault {
    Fault { name, argument, story, make }
}

fn rule(apply: Apply, answer: Answer) -> Rule {
    Rule::new("PATCH", ORGANIZATIONS, apply, answer)
}

fn applied(answer: Answer) -> Rule {
    rule(Apply::Now, answer)
}

fn refused(answer: Answer) -> Rule {
    rule(Apply::Never, answer)
}

fn starting(status: StatusCode) -> Rule {
    refused(Answer::refusal(&Problem::starting(status)))
}

fn unauthorized() -> Answer {
    Answer::refusal(&Problem::unauthorized("Token has been revoked"))
}

impl Argument<'_> {
    /// `rule`, where nothing was given.
    fn none(self, rule: Rule) -> Option<Rule> {
        self.0.is_none().then_some(rule)
    }

    fn milliseconds(self) -> Option<Duration> {
        self.0?.parse().ok().map(Duration::from_millis)
    }

    fn number<N: std::str::FromStr>(self, default: N) -> Option<N> {
        self.0.map_or(Some(default), |text| text.parse().ok())
    }

    fn another(self, when: When) -> Option<Rule> {
        let another = Another { when, connection: self.0.map(ToOwned::to_owned) };
        (self.0 != Some("")).then(|| applied(Answer::Own).another(another))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_with_its_times_its_argument_and_its_scope() {
        let table = [
            ("close", refused(Answer::Close).times(usize::MAX)),
            ("closex2", refused(Answer::Close).times(2)),
            ("429", refused(Answer::too_many(5)).times(usize::MAX)),
            ("429x3:7", refused(Answer::too_many(7)).times(3)),
            ("slow:20", applied(Answer::Own).hold(Duration::from_millis(20)).times(usize::MAX)),
            ("hang@get /api/v1", Rule::new("GET", "/api/v1", Apply::Never, Answer::Hang).times(usize::MAX)),
            ("htmlx1:502@* /", Rule { method: None, ..Rule::new("", "/", Apply::Never, Answer::html(502)) }),
        ];
        for (text, expected) in table {
            assert_eq!(Rule::named(text), Ok(expected), "{text}");
        }
        let named = Rule::named("changed-by-another-afterx1:a:b x2@PATCH /api").unwrap();
        assert_eq!(named.another.unwrap().connection.as_deref(), Some("a:b x2"));
    }

    #[test]
    fn what_is_no_fault_is_told() {
        let argument = |form: &str| FaultError::Argument(form.to_owned());
        let unknown = |name: &str| FaultError::Unknown(name.to_owned());
        let table = [
            ("", unknown("")),
            ("nonsense", unknown("nonsense")),
            ("Close", unknown("Close")),
            ("closex", unknown("closex")),
            ("close:1", argument("close")),
            ("slow", argument("slow:MS")),
            ("slow:", argument("slow:MS")),
            ("slow:-1", argument("slow:MS")),
            ("429:soon", argument("429[:SECONDS]")),
            ("html:99", argument("html[:STATUS]")),
            ("changed-by-another-after:", argument("changed-by-another-after[:CONNECTION]")),
            ("closex0", FaultError::Never),
            ("close@", FaultError::Scope),
            ("close@GET", FaultError::Scope),
            ("close@GET x", FaultError::Scope),
            ("close@/api", FaultError::Scope),
            ("close@ /api", FaultError::Scope),
        ];
        for (text, expected) in table {
            assert_eq!(Rule::named(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn a_fault_says_how_it_is_written_and_the_complaint_about_one_lists_them_all() {
        let complaint = FaultError::Unknown(String::new()).to_string();
        for fault in FAULTS {
            assert!(
                complaint.contains(&fault.form()) && fault_help().contains(fault.story),
                "{}",
                fault.name
            );
            assert_eq!(
                read_times(fault.name),
                (fault.name, usize::MAX),
                "no name ends like a number of times"
            );
        }
    }
}
