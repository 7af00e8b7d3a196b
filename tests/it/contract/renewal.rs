//! Renewals that meet trouble, and what must not make one.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cckm_tui::api::Session;
use cckm_tui::domain::{Call, FailureKind, Window};

use super::*;

/// A server that takes no token but the password's first, and answers renewals with `renewal`.
async fn answers_renewals(renewal: impl Fn(usize) -> Reply + Send + Sync + 'static) -> Scripted {
    let renewals = AtomicUsize::new(0);
    Scripted::plain(move |request| match request {
        request if !request.is_token() => unauthorized(),
        request if request.json()["grant_type"] == "refresh_token" => {
            renewal(renewals.fetch_add(1, Ordering::SeqCst) + 1)
        }
        _ => token("jwt.1", "300"),
    })
    .await
}

/// A client that keeps no password.
async fn forgetful(server: &Scripted, limits: Limits) -> Reader {
    let at = Server { base: base_url(&server.http()).unwrap(), trust: Trust::System };
    let credentials = Credentials { keep_password: false, ..credentials() };
    let reader = Reader::new(at, credentials, limits).unwrap();
    reader.sign_in(Some(password())).await.unwrap();
    reader
}

#[tokio::test]
async fn au_03_a_refresh_token_whose_answer_was_lost_leads_to_the_operator_and_into_no_loop() {
    // The server made the new token and told nobody: the old one is dead.
    let server = answers_renewals(|renewal| match renewal {
        1 => Reply::Close(Vec::new()),
        _ => unauthorized(),
    })
    .await;
    let reader = forgetful(&server, limits()).await;
    let lost = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
    assert_eq!((lost.call, lost.kind), (Call::Renew, FailureKind::CutOff));
    for _ in 0..5 {
        let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::SignInNeeded);
    }
    assert_eq!(server.count(Request::is_token), 3, "one sign-in, one lost renewal, one refused");
    assert_eq!(*reader.session().borrow(), Session::SignedOut);
}

#[tokio::test]
async fn au_05_thirty_two_401s_for_ever_are_one_renewal_and_two_tries_each() {
    let server = Arc::new(answers_renewals(|_| token("jwt.2", "300")).await);
    let reader = forgetful(&server, Limits { in_flight: 32, ..limits() }).await;
    let all = Criteria::NONE;
    let lists = (0..32).map(|_| reader.organizations(Window::FIRST, &all));
    for failure in futures_util::future::join_all(lists).await {
        assert_eq!(failure.unwrap_err().kind, FailureKind::Refused { status: 401 });
    }
    assert_eq!((server.count(Request::is_token), server.lines().len()), (2, 64));
}

#[tokio::test]
async fn au_07_a_renewal_that_hangs_breaks_or_is_not_understood_keeps_the_session_for_later() {
    let replies = [
        (Reply::Hang(Vec::new()), FailureKind::TimedOut { after: short().sign_in }),
        (Reply::with(500, &[], b""), FailureKind::Refused { status: 500 }),
        (Reply::with(200, &[], b"<html>busy</html>"), FailureKind::NotUnderstood),
        (Reply::with(401, &[], b"<html>Proxy login</html>"), FailureKind::NotUnderstood),
    ];
    for (reply, kind) in replies {
        let server = answers_renewals(move |_| reply.clone()).await;
        // The renewal's deadline, not the read's, is the one that passes.
        let reader = forgetful(&server, Limits { sign_in: short().sign_in, ..limits() }).await;
        let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
        assert_eq!((failure.call, failure.kind), (Call::Renew, kind));
        assert!(matches!(*reader.session().borrow(), Session::SignedIn { .. }), "{kind:?}");
        assert_eq!(server.count(Request::is_token), 2, "{kind:?}");
    }
}

#[tokio::test]
async fn au_09_no_clock_but_our_own_says_how_long_a_token_lasts() {
    // {"alg":"none"} . {"iat":0,"exp":1}: long over, by its own word.
    let jwt = "eyJhbGciOiJub25lIn0.eyJpYXQiOjAsImV4cCI6MX0.x";
    for date in ["Thu, 01 Jan 1970 00:00:00 GMT", "Fri, 01 Jan 2100 00:00:00 GMT", "yesterday"] {
        let server = Scripted::plain(move |request| {
            let body = format!(r#"{{"jwt":"{jwt}","duration":300,"refresh_token":"r"}}"#);
            let date = format!("date: {date}");
            let body = if request.is_token() { body } else { page(1, &["a"]) };
            Reply::with(200, &["content-type: application/json", &date], body.as_bytes())
        })
        .await;
        let reader = signed_in(&server, limits()).await;
        for _ in 0..3 {
            assert_eq!(reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap().records.len(), 1);
        }
        assert_eq!(server.count(Request::is_token), 1, "{date}");
    }
}

#[tokio::test]
async fn au_12_only_a_401_is_one() {
    for status in [400, 402, 403, 404, 407, 418, 500] {
        let server = with_tokens(move |_| {
            Reply::json(status, r#"{"code":6,"codeDesc":"NCERRForbidden: not for you"}"#)
        })
        .await;
        let failure = signed_in(&server, limits())
            .await
            .organizations(Window::FIRST, &Criteria::NONE)
            .await
            .unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused { status });
        assert_eq!(server.count(Request::is_token), 1, "{status}");
    }
}

#[tokio::test]
async fn nt_09_a_renewal_that_is_sent_elsewhere_does_not_go_there() {
    let thief = Arc::new(Scripted::plain(|_| token("jwt.9", "300")).await);
    let location = format!("location: {}/api/v1/auth/tokens/", thief.http());
    let server = answers_renewals(move |_| Reply::with(307, &[&location], b"")).await;
    let reader = signed_in(&server, limits()).await;
    let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
    assert_eq!((failure.call, failure.kind), (Call::Renew, FailureKind::Redirected));
    assert_eq!((thief.connections(), server.count(Request::is_token)), (0, 2));
}

#[tokio::test]
async fn a_refresh_token_that_was_replaced_is_the_one_presented_next() {
    let server = answers_renewals(|renewal| {
        let body =
            format!(r#"{{"jwt":"jwt.{renewal}x","duration":300,"refresh_token":"rotated-{renewal}"}}"#);
        Reply::json(200, &body)
    })
    .await;
    let reader = forgetful(&server, limits()).await;
    for _ in 0..3 {
        assert!(reader.organizations(Window::FIRST, &Criteria::NONE).await.is_err());
    }
    let presented = server.requests().into_iter().filter(Request::is_token).skip(1);
    let presented: Vec<_> = presented.map(|request| request.json()["refresh_token"].clone()).collect();
    assert_eq!(presented, ["canary-refresh-1", "rotated-1", "rotated-2"]);
}
