//! Tokens: got, renewed, refused, given back.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cckm_tui::api::Session;
use cckm_tui::domain::{Call, FailureKind, Window};

use super::*;

const REFUSED: &str =
    r#"{"code":5,"codeDesc":"NCERRUnauthorizedAccess","message":"Invalid token","requestID":"r-2"}"#;

/// A server that gives `jwt.1`, `jwt.2`, … and takes only those `accepts` takes.
async fn numbered(accepts: impl Fn(&str) -> bool + Send + Sync + 'static) -> Scripted {
    let tokens = AtomicUsize::new(0);
    Scripted::plain(move |request| {
        if request.is_token() {
            return token(&format!("jwt.{}", tokens.fetch_add(1, Ordering::SeqCst) + 1), "300");
        }
        let sent = request.header("authorization").trim_start_matches("Bearer ");
        if accepts(sent) { Reply::json(200, &page(1, &["a"])) } else { unauthorized() }
    })
    .await
}

fn grants(server: &Scripted) -> Vec<String> {
    let tokens = server.requests().into_iter().filter(Request::is_token);
    tokens.map(|request| request.json()["grant_type"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn au_01_a_401_in_the_middle_is_one_renewal_and_one_repetition() {
    let server = numbered(|sent| sent == "jwt.2").await;
    let reader = signed_in(&server, limits()).await;
    assert_eq!(reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap().records.len(), 1);
    assert_eq!(grants(&server), ["password", "refresh_token"]);
    assert_eq!(server.lines().len(), 2);
    let renewal = server.requests().into_iter().filter(Request::is_token).nth(1).unwrap();
    assert_eq!(
        renewal.json(),
        serde_json::json!({"grant_type": "refresh_token", "refresh_token": "canary-refresh-1"})
    );
    assert_eq!(renewal.header("authorization"), "");
}

#[tokio::test]
async fn au_02_thirty_two_401s_at_once_are_one_renewal() {
    let server = Arc::new(numbered(|sent| sent == "jwt.2").await);
    let wide = Limits { in_flight: 32, ..limits() };
    let reader = signed_in(&server, wide).await;
    let lists: Vec<_> = (0..32)
        .map(|_| {
            let reader = reader.clone();
            tokio::spawn(async move { reader.organizations(Window::FIRST, &Criteria::NONE).await.is_ok() })
        })
        .collect();
    for list in lists {
        assert!(list.await.unwrap());
    }
    assert_eq!(grants(&server), ["password", "refresh_token"]);
}

#[tokio::test]
async fn au_02_a_renewal_that_fails_fails_for_all_who_wait_for_it() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let server = {
        let gate = Arc::clone(&gate);
        Scripted::plain(move |request| match request {
            request if !request.is_token() => unauthorized(),
            request if request.body.contains("refresh_token\",") => {
                Reply::Gate(Arc::clone(&gate), Box::new(Reply::with(500, &[], b"")))
            }
            _ => token("jwt.1", "300"),
        })
        .await
    };
    let reader = signed_in(&server, Limits { in_flight: 9, ..limits() }).await;
    let lists: Vec<_> = (0..8)
        .map(|_| {
            let reader = reader.clone();
            tokio::spawn(
                async move { reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err() },
            )
        })
        .collect();
    server.until(|requests| requests.len() >= 10).await;
    gate.notify_one();
    for list in lists {
        let failure = list.await.unwrap();
        assert_eq!((failure.call, failure.kind), (Call::Renew, FailureKind::Refused { status: 500 }));
    }
    assert_eq!(grants(&server), ["password", "refresh_token"]);
}

#[tokio::test]
async fn au_03_a_renewal_goes_on_when_nobody_waits_for_it_any_more() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let server = {
        let gate = Arc::clone(&gate);
        Scripted::plain(move |request| match request {
            request if request.is_token() && request.body.contains("canary-refresh-1") => {
                let rotated = r#"{"jwt":"jwt.2","duration":300,"refresh_token":"canary-refresh-2"}"#;
                Reply::Gate(Arc::clone(&gate), Box::new(Reply::json(200, rotated)))
            }
            request if request.is_token() => token("jwt.1", "300"),
            request if request.header("authorization") == "Bearer jwt.2" => Reply::json(200, "[]"),
            _ => unauthorized(),
        })
        .await
    };
    let reader = signed_in(&server, limits()).await;
    let abandoned = {
        let reader = reader.clone();
        tokio::spawn(async move { reader.organizations(Window::FIRST, &Criteria::NONE).await })
    };
    server.until(|requests| requests.len() == 3).await;
    abandoned.abort();
    gate.notify_one();
    assert!(reader.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert_eq!(grants(&server), ["password", "refresh_token"]);
}

#[tokio::test]
async fn au_05_a_401_for_ever_stops_after_one_renewal() {
    let server = numbered(|_| false).await;
    let reader = signed_in(&server, limits()).await;
    let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused { status: 401 });
    assert_eq!(failure.words.message.as_sent(), "Token is expired");
    assert_eq!((server.lines().len(), server.requests().len()), (2, 4));
}

#[tokio::test]
async fn au_06_a_wrong_password_is_sent_exactly_once_and_forgotten() {
    let wrong = r#"{"code":5,"codeDesc":"NCERRUnauthorizedAccess","message":"Wrong username or password."}"#;
    let server = Scripted::plain(move |_| Reply::json(401, wrong)).await;
    let base = base_url(&server.http()).unwrap();
    let credentials = Credentials { password: Some(password()), ..credentials() };
    let reader = Reader::new(Server { base, trust: Trust::System }, credentials, limits()).unwrap();
    let failure = reader.sign_in(None).await.unwrap_err();
    assert_eq!((failure.call, failure.kind), (Call::SignIn, FailureKind::Refused { status: 401 }));
    assert_eq!(failure.words.message.as_sent(), "Wrong username or password.");
    assert_eq!(reader.sign_in(None).await.unwrap_err().kind, FailureKind::SignInNeeded);
    assert_eq!(
        reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err().kind,
        FailureKind::SignInNeeded
    );
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn au_06_a_sign_in_is_not_repeated_whatever_is_answered() {
    for reply in [
        Reply::with(503, &["retry-after: 0"], b""),
        Reply::Close(Vec::new()),
        Reply::Reset(Vec::new()),
        Reply::json(200, "{}"),
        Reply::json(200, r#"{"jwt":""}"#),
        Reply::with(401, &[], b"<html>"),
    ] {
        let server = Scripted::plain(move |_| reply.clone()).await;
        let reader = reader_at(&server.http(), limits());
        assert!(reader.sign_in(Some(password())).await.is_err());
        assert_eq!(server.requests().len(), 1);
        assert_eq!(*reader.session().borrow(), Session::SignedOut);
    }
}

/// A server whose refresh tokens are refused and whose tokens are good from the second on.
async fn refuses_renewals(password_works_again: bool) -> Scripted {
    let passwords = AtomicUsize::new(0);
    Scripted::plain(move |request| {
        if !request.is_token() {
            let good = request.header("authorization") == "Bearer jwt.2";
            return if good { Reply::json(200, "[]") } else { unauthorized() };
        }
        if request.json()["grant_type"] == "refresh_token" {
            return Reply::json(401, REFUSED);
        }
        match passwords.fetch_add(1, Ordering::SeqCst) {
            0 => token("jwt.1", "300"),
            _ if password_works_again => token("jwt.2", "300"),
            _ => Reply::json(401, REFUSED),
        }
    })
    .await
}

#[tokio::test]
async fn a_refused_renewal_falls_back_to_the_password_that_was_accepted_before() {
    let server = refuses_renewals(true).await;
    let reader = signed_in(&server, limits()).await;
    assert!(reader.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert_eq!(grants(&server), ["password", "refresh_token", "password"]);
}

#[tokio::test]
async fn a_kept_password_that_is_refused_is_not_tried_again() {
    let server = refuses_renewals(false).await;
    let reader = signed_in(&server, limits()).await;
    for _ in 0..3 {
        let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
        assert_eq!((failure.call, failure.kind), (Call::Renew, FailureKind::SignInNeeded));
    }
    assert_eq!(grants(&server), ["password", "refresh_token", "password"]);
    assert_eq!(*reader.session().borrow(), Session::SignedOut);
}

#[tokio::test]
async fn a_password_that_is_not_to_be_kept_is_not() {
    let server = refuses_renewals(true).await;
    let base = base_url(&server.http()).unwrap();
    let credentials = Credentials { keep_password: false, ..credentials() };
    let reader = Reader::new(Server { base, trust: Trust::System }, credentials, limits()).unwrap();
    reader.sign_in(Some(password())).await.unwrap();
    let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::SignInNeeded);
    assert_eq!(failure.words.message.as_sent(), "Invalid token");
    assert_eq!(grants(&server), ["password", "refresh_token"]);
}

#[tokio::test]
async fn au_08_odd_durations_work_and_make_no_storm() {
    for duration in ["0", "-1", "1", "1e12", "\"300\"", "null", "{}", "\"soon\""] {
        let server =
            Scripted::plain(
                move |request| {
                    if request.is_token() { token("jwt", duration) } else { Reply::json(200, "[]") }
                },
            )
            .await;
        let reader = signed_in(&server, limits()).await;
        for _ in 0..5 {
            reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap();
        }
        assert_eq!(server.lines().len(), 5);
        assert!(server.count(Request::is_token) <= 6, "{duration}");
    }
}

#[tokio::test]
async fn au_08_a_token_of_one_second_is_renewed_before_the_next_request() {
    let server = {
        let tokens = AtomicUsize::new(0);
        Scripted::plain(move |request| {
            if request.is_token() {
                return token(&format!("jwt.{}", tokens.fetch_add(1, Ordering::SeqCst) + 1), "1");
            }
            Reply::json(200, &organization(ID))
        })
        .await
    };
    let writer = writer(&server, limits()).await;
    let reader = writer.reader();
    tokio::time::sleep_until(reader.renew_at().unwrap()).await;
    reader.organization(&id()).await.unwrap();
    assert_eq!(grants(&server), ["password", "refresh_token"]);
    tokio::time::sleep_until(reader.renew_at().unwrap()).await;
    reader.renew_if_due().await.unwrap();
    assert_eq!(grants(&server).len(), 3);
    tokio::time::sleep_until(reader.renew_at().unwrap()).await;
    writer.patch_organization(&id(), &patch()).await.unwrap();
    let last = server.requests().split_off(4);
    let lines: Vec<_> = last.iter().map(|request| request.method.as_str()).collect();
    assert_eq!(lines, ["POST", "PATCH"], "renewed before, sent once");
    assert_eq!(last[1].header("authorization"), "Bearer jwt.4");
}

#[tokio::test]
async fn a_patch_whose_token_cannot_be_renewed_was_never_sent() {
    let server = {
        let tokens = AtomicUsize::new(0);
        Scripted::plain(move |_| match tokens.fetch_add(1, Ordering::SeqCst) {
            0 => token("jwt.1", "1"),
            _ => Reply::Close(Vec::new()),
        })
        .await
    };
    let writer = writer(&server, limits()).await;
    let Session::SignedIn { until } = *writer.reader().session().borrow() else { panic!("signed in") };
    tokio::time::sleep_until(until).await;
    let failure = writer.patch_organization(&id(), &patch()).await.unwrap_err();
    assert_eq!((failure.call, failure.kind), (Call::Renew, FailureKind::CutOff));
    assert!(!failure.may_have_arrived());
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn au_11_a_token_that_no_header_may_hold_is_refused() {
    for jwt in [r"a\r\nX-Evil: 1", r"a\u0000b", "a b", "ä", &"x".repeat(100_000)] {
        let reply = token(jwt, "300");
        let server = Scripted::plain(move |_| reply.clone()).await;
        let failure = reader_at(&server.http(), limits()).sign_in(Some(password())).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotUnderstood);
        assert!(failure.detail.as_sent().starts_with("the token"), "{failure:?}");
    }
}

#[tokio::test]
async fn au_13_a_401_that_is_not_the_server_s_own_renews_nothing() {
    let server = with_tokens(|_| Reply::with(401, &[], b"<html><h1>Proxy login</h1></html>")).await;
    let reader = signed_in(&server, limits()).await;
    let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused { status: 401 });
    assert_eq!(failure.words.message.as_sent(), "Proxy login");
    assert!(failure.detail.as_sent().contains("a gateway in between"), "{failure:?}");
    assert_eq!((server.lines().len(), server.count(Request::is_token)), (1, 1));
}

#[tokio::test]
async fn au_15_signing_out_revokes_our_own_refresh_token() {
    let server = with_tokens(|_| Reply::with(204, &[], b"")).await;
    let reader = signed_in(&server, limits()).await;
    reader.sign_out().await;
    assert_eq!(server.lines(), ["DELETE /api/v1/auth/tokens/67223300-b56d"]);
    assert_eq!(server.requests().pop().unwrap().header("authorization"), "Bearer canary.jwt.1");
    assert_eq!(*reader.session().borrow(), Session::SignedOut);
    assert_eq!(
        reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err().kind,
        FailureKind::SignInNeeded
    );
    assert_eq!(reader.sign_in(None).await.unwrap_err().kind, FailureKind::SignInNeeded);
}

#[tokio::test]
async fn au_15_signing_out_does_not_wait_for_a_server_that_is_silent() {
    let server = with_tokens(|_| Reply::Hang(Vec::new())).await;
    let reader = signed_in(&server, Limits { sign_out: Duration::from_millis(50), ..limits() }).await;
    reader.sign_out().await;
    assert_eq!(*reader.session().borrow(), Session::SignedOut);
}

#[tokio::test]
async fn au_15_a_renewal_that_is_answered_after_signing_out_brings_no_session_back() {
    let gate = Arc::new(tokio::sync::Notify::new());
    let server = {
        let gate = Arc::clone(&gate);
        Scripted::plain(move |request| match request {
            request if request.body.contains("canary-refresh-1") => {
                Reply::Gate(Arc::clone(&gate), Box::new(token("jwt.2", "300")))
            }
            request if request.is_token() => token("jwt.1", "300"),
            _ => unauthorized(),
        })
        .await
    };
    let reader = signed_in(&server, Limits { sign_out: Duration::from_millis(50), ..limits() }).await;
    let list = {
        let reader = reader.clone();
        tokio::spawn(async move { reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err() })
    };
    server.until(|requests| requests.len() == 3).await;
    reader.sign_out().await;
    gate.notify_one();
    assert_eq!(list.await.unwrap().kind, FailureKind::SignInNeeded);
    assert_eq!(*reader.session().borrow(), Session::SignedOut);
}

#[tokio::test]
async fn au_15_an_id_that_is_no_segment_of_a_path_is_not_asked_for() {
    let odd = r#"{"jwt":"jwt.1","refresh_token":"r","refresh_token_id":"../../x"}"#;
    let server = Scripted::plain(move |_| Reply::json(200, odd)).await;
    let reader = signed_in(&server, limits()).await;
    reader.sign_out().await;
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_session_is_told_as_it_changes() {
    let server = with_tokens(|_| Reply::json(200, "{}")).await;
    let reader = reader_at(&server.http(), limits());
    let mut session = reader.session();
    assert_eq!(*session.borrow_and_update(), Session::SignedOut);
    assert_eq!(reader.renew_at(), None);
    reader.sign_in(Some(password())).await.unwrap();
    session.changed().await.unwrap();
    let Session::SignedIn { until } = *session.borrow_and_update() else { panic!("signed in") };
    assert_eq!(until - reader.renew_at().unwrap(), Duration::from_mins(1));
    reader.sign_out().await;
    session.changed().await.unwrap();
    assert_eq!(*session.borrow(), Session::SignedOut);
}
