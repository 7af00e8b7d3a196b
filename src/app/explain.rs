//! What a failure usually means, and what to do next, in plain words (API contract §3.6, §3.7, §4.8).

use crate::domain::{Call, Failure, FailureKind};

/// A failure in words of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The headline: `HTTP 403 Forbidden`, `NO ANSWER`, …
    pub title: String,
    /// What it usually means.
    pub cause: &'static str,
    /// What the operator can do.
    pub next: &'static str,
}

/// The standard reason phrase of a status code; empty for an unassigned one.
pub const fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        303 => "See Other",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        408 => "Request Timeout",
        409 => "Conflict",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "",
    }
}

/// `HTTP 404 Not Found`.
pub fn status_line(status: u16) -> String {
    format!("HTTP {status} {}", reason(status)).trim_end().to_owned()
}

/// A failure explained.
pub fn explain(failure: &Failure) -> Explanation {
    let (title, cause, next): (String, _, _) = match failure.kind {
        FailureKind::Refused { status } => {
            let (cause, next) = refusal(failure.call, status);
            (status_line(status), cause, next)
        }
        FailureKind::Unreachable => (
            "CANNOT REACH THE SERVER".into(),
            "No connection was made, so nothing was sent.",
            "Check the address, the port and the network, then try again.",
        ),
        FailureKind::NotTrusted => (
            "THE SERVER IS NOT TRUSTED".into(),
            "Its certificate could not be verified. Nothing was sent, no password and no token.",
            "If the appliance uses a certificate of its own, start with --ca-file and that certificate's authority.",
        ),
        FailureKind::NotRecognized => (
            "THE SERVER DOES NOT ACCEPT OUR CERTIFICATE".into(),
            "It asks for a client certificate, and got none or one that it does not accept. It did nothing.",
            "Check client_certificate and client_key of the profile; the appliance must trust their issuer.",
        ),
        FailureKind::TimedOut { after: _ } => (
            "NO ANSWER IN TIME".into(),
            "The server took the request and did not answer within the limit.",
            "Try again; if it stays so, look at the appliance's services.",
        ),
        FailureKind::CutOff => (
            "THE ANSWER WAS CUT OFF".into(),
            "The connection ended before the whole answer was there.",
            "Try again; a proxy or a restarting service may be in between.",
        ),
        FailureKind::TooLarge { most: _ } => (
            "THE ANSWER IS TOO LARGE".into(),
            "The answer was larger than this program accepts, and was not read to its end.",
            "Check that the address is that of a CipherTrust Manager.",
        ),
        FailureKind::NotUnderstood => (
            "NOT A CIPHERTRUST MANAGER'S ANSWER".into(),
            "What came back is not what this API answers.",
            "Check that the address is that of a CipherTrust Manager and not of a proxy or another service.",
        ),
        FailureKind::Redirected => (
            "THE SERVER POINTS ELSEWHERE".into(),
            "A redirect could carry the password to another place, so it was not followed.",
            "Start with the address it points to, if that is the right one.",
        ),
        FailureKind::SignInNeeded => (
            "SIGN-IN NEEDED".into(),
            "The session has ended and could not be renewed.",
            "Sign in again; nothing you typed is lost.",
        ),
        FailureKind::Lost => (
            "NO ANSWER FROM WITHIN".into(),
            "The task that made this request ended early: a fault of this program.",
            "Try again, and report it with the log file.",
        ),
    };
    Explanation { title, cause, next }
}

/// What an error status usually means for a call, and what to do next.
pub const fn refusal(call: Call, status: u16) -> (&'static str, &'static str) {
    match (call, status) {
        (Call::SignIn, 400 | 401 | 422) => (
            "The user name, the password or the domain is not accepted.",
            "Type the password again. It was tried once only, because the server may lock the account.",
        ),
        (Call::SignInByCertificate, 400..=403 | 422) => (
            "The appliance gives no session for this client certificate.",
            "Its issuer must be trusted by the web interface, its subject be that of a user. A password works too.",
        ),
        (Call::DiscoverOrganizations, 400 | 422) => (
            "Salesforce does not let this connection in, or the server could not ask it.",
            "Read the server's words, test the connection, then try again.",
        ),
        (Call::TestConnection, 400 | 422) => (
            "The server could not test this connection.",
            "Read the server's words, and check the connection's settings.",
        ),
        (_, 400) => (
            "The server refuses the value: it may not know the connection, or the connection has no access to this organization.",
            "Check the connection's name and its test result, then edit again.",
        ),
        (_, 401) => ("The session was not accepted.", "Sign in again; nothing you typed is lost."),
        (Call::PatchOrganization, 403) => (
            "Your account may not change this organization.",
            "Membership of CCKM Admins, or rights on this organization, are needed: ask your administrator.",
        ),
        (Call::ListConnections, 403) => (
            "Your account may not read the connections.",
            "Type the connection's name instead of choosing it.",
        ),
        (Call::GetConnection, 403) => (
            "Your account may not read the connections.",
            "Ask a member of Connection Admins how this one stands.",
        ),
        (Call::TestConnection, 403) => (
            "Only members of Connection Admins and admin may test connections.",
            "Ask one of them for a test, or go by the result of the last one.",
        ),
        (Call::DiscoverOrganizations, 403) => (
            "Your account may not ask which organizations a connection reaches (policy GetOrganizationsCCKM).",
            "Ask a member of CCKM Admins to check the connection.",
        ),
        (_, 403) => (
            "Your account may not do this (policy ReadOrganizationsCCKM).",
            "Ask for membership of CCKM Admins or for rights on the organizations.",
        ),
        (Call::PatchOrganization, 404) => (
            "The organization or the connection does not exist, or your account may not see it in this domain.",
            "Refresh the list and check the connection's name.",
        ),
        (Call::GetConnection | Call::TestConnection | Call::DiscoverOrganizations, 404) => (
            "The connection does not exist, or your account may not see it in this domain.",
            "Read the connections again, and check the name.",
        ),
        (_, 404) => (
            "The record does not exist any more, or your account may not see it in this domain.",
            "Refresh the list; check the domain.",
        ),
        (_, 405) => ("The server knows no such operation.", "Check the version of the CipherTrust Manager."),
        (_, 409) => (
            "The server says that the change is at odds with its present state.",
            "Refresh, look at the record and try again.",
        ),
        (_, 412) => ("A condition of the server was not met.", "Refresh, look at the record and try again."),
        (_, 413 | 415) => (
            "The server, or something in between, does not take the request's form.",
            "Check that the address is that of a CipherTrust Manager.",
        ),
        (_, 422) => (
            "The server checked the value and refuses it: the connection may be of another kind or may not reach this organization.",
            "Test the connection, then edit again.",
        ),
        (_, 429) => ("The server asks to slow down.", "Wait a moment and try again."),
        (_, 500) => {
            ("The server met an error of its own.", "Try again; if it stays so, look at the appliance's log.")
        }
        (_, 502..=504) => {
            ("The node or one of its services is starting or stopping.", "Wait a minute and try again.")
        }
        (_, 300..=399) => (
            "A redirect could carry the password to another place, so it was not followed.",
            "Start with the address it points to, if that is the right one.",
        ),
        _ => ("The server refuses the request.", "Read its words above, then try again."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_cause_and_a_next_step() {
        let calls = [
            Call::SignIn,
            Call::ListOrganizations,
            Call::PatchOrganization,
            Call::ListConnections,
            Call::GetConnection,
            Call::TestConnection,
            Call::DiscoverOrganizations,
        ];
        for call in calls {
            for status in 300..600 {
                let (cause, next) = refusal(call, status);
                assert!(!cause.is_empty() && !next.is_empty(), "{call} {status}");
            }
        }
    }

    #[test]
    fn a_refused_test_says_who_may_test() {
        let (cause, _) = refusal(Call::TestConnection, 403);
        assert_eq!(cause, "Only members of Connection Admins and admin may test connections.");
        assert_ne!(refusal(Call::DiscoverOrganizations, 404), refusal(Call::GetOrganization, 404));
    }

    #[test]
    fn the_headline_of_a_refusal_is_its_status_line() {
        let failure = Failure::new(Call::GetOrganization, FailureKind::Refused { status: 404 }, "");
        assert_eq!(explain(&failure).title, "HTTP 404 Not Found");
        assert_eq!(status_line(599), "HTTP 599");
    }
}
