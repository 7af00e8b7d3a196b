//! Networks and servers at their worst.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cckm_tui::api::{Repeat, Repeats};
use cckm_tui::domain::{FailureKind, Window};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use super::*;

/// The failure of a list when the server replies so.
async fn list_failure(limits: Limits, reply: Reply) -> cckm_tui::domain::Failure {
    let server = with_tokens(move |_| reply.clone()).await;
    signed_in(&server, limits).await.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err()
}

fn good() -> Vec<u8> {
    Reply::json(200, &page(1, &["a"])).bytes()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(bytes).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn nt_01_silence_ends_at_the_deadline() {
    let failure = list_failure(short(), Reply::Hang(Vec::new())).await;
    assert_eq!(failure.kind, FailureKind::TimedOut { after: short().read });
    assert_eq!(failure.detail.as_sent(), "no whole answer within 300ms");
}

#[tokio::test]
async fn nt_01_a_silent_patch_is_sent_once_and_may_have_arrived() {
    let server = with_tokens(|_| Reply::Hang(Vec::new())).await;
    let failure = writer(&server, short()).await.patch_organization(&id(), &patch()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimedOut { after: short().write });
    assert!(failure.may_have_arrived());
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn nt_01_a_silent_sign_in_ends_at_the_deadline() {
    let server = Scripted::plain(|_| Reply::Hang(Vec::new())).await;
    let failure = reader_at(&server.http(), short()).sign_in(Some(password())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimedOut { after: short().sign_in });
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn nt_02_half_a_header_block_ends_at_the_deadline() {
    let half = good()[..30].to_vec();
    assert_eq!(
        list_failure(short(), Reply::Hang(half)).await.kind,
        FailureKind::TimedOut { after: short().read }
    );
}

#[tokio::test]
async fn nt_03_a_drip_does_not_outlast_the_deadline() {
    let failure = list_failure(short(), Reply::Drip(good(), Duration::from_millis(20))).await;
    assert_eq!(failure.kind, FailureKind::TimedOut { after: short().read });
}

#[tokio::test]
async fn nt_04_nt_13_an_answer_cut_anywhere_is_cut_off_and_asked_again() {
    let whole = good();
    for cut in [0, 1, 20, whole.len() / 2, whole.len() - 1] {
        let head = whole[..cut].to_vec();
        for reply in [Reply::Close(head.clone()), Reply::Reset(head)] {
            let server = with_tokens(move |_| reply.clone()).await;
            let failure = signed_in(&server, limits())
                .await
                .organizations(Window::FIRST, &Criteria::NONE)
                .await
                .unwrap_err();
            assert_eq!(failure.kind, FailureKind::CutOff, "{cut}: {failure:?}");
            assert_eq!(server.lines().len(), 4, "{cut}");
        }
    }
}

#[tokio::test]
async fn nt_04_a_cut_chunk_and_a_cut_body_without_length_are_noticed() {
    let chunk = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{\"resources\"".to_vec();
    assert_eq!(list_failure(limits(), Reply::Close(chunk)).await.kind, FailureKind::CutOff);
    let open = b"HTTP/1.1 200 OK\r\n\r\n{\"resources\":[{\"id\":\"a\"".to_vec();
    let failure = list_failure(limits(), Reply::Close(open)).await;
    assert_eq!(failure.kind, FailureKind::NotUnderstood);
    assert!(failure.detail.as_sent().contains("damaged JSON"), "{failure:?}");
}

#[tokio::test]
async fn nt_04_a_list_that_comes_whole_at_the_second_try_is_a_list() {
    let tries = AtomicUsize::new(0);
    let server = with_tokens(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::Reset(good()[..40].to_vec()),
        _ => Reply::Send(good()),
    })
    .await;
    assert!(signed_in(&server, limits()).await.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert_eq!(server.lines().len(), 2);
}

#[tokio::test]
async fn nt_04_nt_13_a_patch_cut_anywhere_is_sent_once() {
    let whole = Reply::json(200, &organization(ID)).bytes();
    for cut in [0, 10, whole.len() - 1] {
        let head = whole[..cut].to_vec();
        let server = with_tokens(move |_| Reply::Reset(head.clone())).await;
        let failure = writer(&server, limits()).await.patch_organization(&id(), &patch()).await.unwrap_err();
        assert_eq!((failure.kind, failure.may_have_arrived()), (FailureKind::CutOff, true));
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn nt_05_success_without_a_body_is_no_list_and_other_successes_with_one_are() {
    for status in [200, 204] {
        let failure = list_failure(limits(), Reply::with(status, &[], b"")).await;
        assert_eq!(failure.kind, FailureKind::NotUnderstood);
        assert_eq!(failure.detail.as_sent(), "the answer is empty");
    }
    for status in [201, 206, 299] {
        let server = with_tokens(move |_| Reply::json(status, &page(1, &["a"]))).await;
        assert!(
            signed_in(&server, limits()).await.organizations(Window::FIRST, &Criteria::NONE).await.is_ok()
        );
    }
}

#[tokio::test]
async fn nt_06_a_body_is_read_to_its_cap_and_no_further() {
    let caps = || Limits { list_body: 10_000, ..limits() };
    let by_length = Reply::with(200, &[], &[b' '; 10_001]);
    let endless = Reply::Flood(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
        [b"400\r\n".as_slice(), &[b' '; 0x400], b"\r\n"].concat(),
    );
    for reply in [by_length, endless] {
        let failure = list_failure(caps(), reply).await;
        assert_eq!(failure.kind, FailureKind::TooLarge { most: 10_000 });
    }
}

#[tokio::test]
async fn nt_07_packed_answers_are_read_and_the_cap_counts_unpacked_bytes() {
    let packed = |body: &[u8]| Reply::with(200, &["content-encoding: gzip"], body);
    let server = {
        let body = gzip(page(1, &["a"]).as_bytes());
        with_tokens(move |_| packed(&body)).await
    };
    assert!(signed_in(&server, limits()).await.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());

    let bomb = list_failure(limits(), packed(&gzip(&vec![b' '; 17 << 20]))).await;
    assert_eq!(bomb.kind, FailureKind::TooLarge { most: 16 << 20 });

    let twice = list_failure(limits(), packed(&gzip(&gzip(page(1, &["a"]).as_bytes())))).await;
    assert_eq!(twice.kind, FailureKind::NotUnderstood);

    let other = Reply::with(200, &["content-encoding: br"], b"??");
    let other = list_failure(limits(), other).await;
    assert_eq!(other.detail.as_sent(), "the answer is packed as br, which was not asked for");

    let mut wrong = gzip(page(1, &["a"]).as_bytes());
    let checksum = wrong.len() - 8;
    wrong[checksum] ^= 0xff;
    let wrong = list_failure(limits(), packed(&wrong)).await;
    assert_eq!(wrong.kind, FailureKind::NotUnderstood, "{wrong:?}");
    assert!(wrong.detail.as_sent().contains("cannot be unpacked"), "{wrong:?}");
}

#[tokio::test]
async fn nt_08_a_page_is_no_answer_and_json_by_another_name_is_one() {
    let html = Reply::with(200, &["content-type: text/html"], b"\n<html>\x1b[2J\n<p>Sign in");
    let failure = list_failure(limits(), html).await;
    assert_eq!(failure.kind, FailureKind::NotUnderstood);
    assert_eq!(
        failure.detail.display().as_str(),
        r"the answer is not one of CipherTrust Manager; it begins: <html>\x1b[2J"
    );
    let server =
        with_tokens(|_| Reply::with(200, &["content-type: text/html"], page(1, &["a"]).as_bytes())).await;
    assert!(signed_in(&server, limits()).await.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
}

#[tokio::test]
async fn nt_09_a_redirect_is_never_followed_by_anything() {
    let thief = Arc::new(Scripted::plain(|_| Reply::json(200, "{}")).await);
    for status in [301, 302, 303, 307, 308] {
        let location = format!("location: {}/x", thief.http());
        let redirect = move |_: &Request| Reply::with(status, &[&location], b"");
        let server = Scripted::plain(redirect.clone()).await;
        let failure = reader_at(&server.http(), limits()).sign_in(Some(password())).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Redirected, "{status}");
        assert!(failure.detail.as_sent().contains(&thief.http()), "{failure:?}");

        let server = with_tokens(redirect).await;
        let writer = writer(&server, limits()).await;
        let list = writer.reader().organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
        let change = writer.patch_organization(&id(), &patch()).await.unwrap_err();
        assert_eq!((list.kind, change.kind), (FailureKind::Redirected, FailureKind::Redirected));
        assert_eq!(server.lines().len(), 2, "neither is asked again");
    }
    assert_eq!(thief.connections(), 0);
}

#[tokio::test]
async fn nt_10_odd_targets_of_a_redirect_are_shown_shortened_and_escaped() {
    let long = format!("location: /{}", "x".repeat(20_000));
    for location in
        ["location: file:///etc/passwd", "location: /api/v1/cckm", "location: \u{9b}2J", &long, "x: y"]
    {
        let failure = list_failure(limits(), Reply::with(302, &[location], b"")).await;
        assert_eq!(failure.kind, FailureKind::Redirected);
        let shown = failure.detail.display();
        assert!(shown.as_str().len() < 600 && !shown.as_str().chars().any(char::is_control), "{shown}");
    }
}

#[tokio::test]
async fn nt_11_a_flood_of_early_hints_ends_at_the_deadline() {
    let hints = Reply::Flood(Vec::new(), b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100));
    let failure = list_failure(short(), hints).await;
    assert_eq!(failure.kind, FailureKind::TimedOut { after: short().read });
}

#[tokio::test]
async fn nt_12_tx_04_answers_that_are_not_http_are_named_so() {
    let many = "x: y\r\n".repeat(10_000);
    let heads = [
        format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "y".repeat(1 << 20)),
        format!("HTTP/1.1 200 OK\r\n{many}\r\n"),
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\ncontent-length: -2\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 \u{1b}[2J\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        "HTTP/1.1 200 OK\r\nx: a\0b\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
        "SSH-2.0-OpenSSH_9.2\r\n\r\n".to_owned(),
    ];
    for head in heads {
        let failure = list_failure(limits(), Reply::Hang(head.clone().into_bytes())).await;
        assert_eq!(failure.kind, FailureKind::NotUnderstood, "{head:.60}: {failure:?}");
        let told = failure.detail.as_sent();
        assert!(
            told.starts_with("the answer is not valid HTTP; if the port speaks TLS, use https"),
            "{told}"
        );
        assert!(!told.contains('\u{1b}'));
    }
}

#[tokio::test]
async fn nt_12_a_body_with_a_length_and_chunks_is_not_misread() {
    let both =
        b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec();
    let failure = list_failure(limits(), Reply::Close(both)).await;
    assert!(matches!(failure.kind, FailureKind::NotUnderstood | FailureKind::CutOff), "{failure:?}");
}

#[tokio::test]
async fn nt_13_a_refused_connection_is_unreachable_and_nothing_was_sent() {
    let server = with_tokens(|_| Reply::json(200, "{}")).await;
    let address = server.http();
    drop(server);
    // The port is free again once the listener is gone.
    let mut failure = reader_at(&address, limits()).sign_in(Some(password())).await.unwrap_err();
    while failure.kind != FailureKind::Unreachable {
        failure = reader_at(&address, limits()).sign_in(Some(password())).await.unwrap_err();
    }
    assert!(!failure.may_have_arrived());
    assert!(failure.detail.as_sent().starts_with("no connection: "), "{failure:?}");
    assert!(!failure.detail.as_sent().contains("http://"), "the address is not repeated: {failure:?}");
}

#[tokio::test]
async fn nt_14_plain_http_on_a_tls_port_says_which() {
    let server = with_tokens(|_| Reply::json(200, "{}")).await;
    // The client's greeting is no HTTP request: a server of plain HTTP answers it so.
    let told = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = told.local_addr().unwrap();
    let answering = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let (mut stream, _) = told.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await.unwrap();
        stream
    });
    let failure =
        reader_at(&format!("https://{address}"), limits()).sign_in(Some(password())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotTrusted);
    assert!(failure.detail.as_sent().contains("perhaps it speaks plain http"), "{failure:?}");
    drop((answering.await, server));
}

#[tokio::test]
async fn nt_16_a_read_survives_a_kept_connection_that_is_closed_as_it_is_sent() {
    let asked = AtomicUsize::new(0);
    let server = with_tokens(move |_| match asked.fetch_add(1, Ordering::SeqCst) {
        1 => Reply::Close(Vec::new()),
        _ => Reply::Send(good()),
    })
    .await;
    let reader = signed_in(&server, limits()).await;
    assert!(reader.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert!(reader.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert_eq!(server.lines().len(), 3);
    let requests = server.requests();
    assert_eq!(requests[1].connection, requests[2].connection, "the connection was a kept one");
}

#[tokio::test]
async fn nt_16_a_patch_never_rides_on_a_kept_connection() {
    let server = with_tokens(|_| Reply::json(200, &organization(ID))).await;
    let writer = writer(&server, limits()).await;
    for _ in 0..3 {
        writer.reader().organization(&id()).await.unwrap();
        writer.patch_organization(&id(), &patch()).await.unwrap();
    }
    let of = |method: &str| -> Vec<usize> {
        server.requests().iter().filter(|one| one.method == method).map(|one| one.connection).collect()
    };
    assert_eq!(of("GET"), [0, 0, 0]);
    assert_eq!(of("PATCH"), [1, 2, 3]);
}

#[tokio::test]
async fn nt_16_a_patch_closed_without_an_answer_is_sent_once_and_may_have_arrived() {
    let server = with_tokens(|request| match request.method.as_str() {
        "PATCH" => Reply::Close(Vec::new()),
        _ => Reply::json(200, &organization(ID)),
    })
    .await;
    let writer = writer(&server, limits()).await;
    writer.reader().organization(&id()).await.unwrap();
    let failure = writer.patch_organization(&id(), &patch()).await.unwrap_err();
    assert_eq!((failure.kind, failure.may_have_arrived()), (FailureKind::CutOff, true));
    assert_eq!(server.count(|request| request.method == "PATCH"), 1);
}

#[tokio::test]
async fn nt_21_a_wait_the_server_asks_for_is_kept_to_and_told() {
    let table: [(&str, usize, Option<u64>); 5] = [
        ("0", 4, Some(0)),
        ("-1", 4, None),
        ("soon", 4, None),
        // Longer than the whole read may take: told instead of waited for.
        ("50", 1, Some(50)),
        ("1000000000", 1, Some(60)),
    ];
    for (value, tries, told) in table {
        for status in [429, 502, 503, 504] {
            let header = format!("retry-after: {value}");
            let server = with_tokens(move |_| Reply::with(status, &[&header], b"")).await;
            let failure = signed_in(&server, limits())
                .await
                .organizations(Window::FIRST, &Criteria::NONE)
                .await
                .unwrap_err();
            assert_eq!(failure.kind, FailureKind::Refused { status });
            assert_eq!(failure.retry_after, told.map(Duration::from_secs), "{value}");
            assert_eq!(server.lines().len(), tries, "{status} {value}");
        }
    }
}

#[tokio::test]
async fn nt_22_a_server_that_comes_back_is_read_at_the_next_try() {
    let tries = AtomicUsize::new(0);
    let server = with_tokens(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0..=2 => Reply::with(503, &[], b"starting"),
        _ => Reply::Send(good()),
    })
    .await;
    assert!(signed_in(&server, limits()).await.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert_eq!(server.lines().len(), 4);
}

#[tokio::test]
async fn nt_21_a_read_that_is_sent_again_is_told_until_it_is_answered_or_given_up() {
    async fn until(repeats: &mut watch::Receiver<Repeats>, is_so: impl Fn(Option<&Repeat>) -> bool) {
        let change = repeats.wait_for(|repeats| is_so(repeats.first()));
        tokio::time::timeout(Duration::from_secs(20), change).await.expect("told").unwrap();
    }
    let tries = Arc::new(AtomicUsize::new(0));
    let server = {
        let tries = Arc::clone(&tries);
        with_tokens(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::with(503, &["retry-after: 9"], b""),
            1 => Reply::with(429, &["retry-after: 1"], b""),
            _ => Reply::Send(good()),
        })
        .await
    };
    let reader = signed_in(&server, limits()).await;
    let mut repeats = reader.repeats();
    let list = || {
        let reader = reader.clone();
        tokio::spawn(async move { reader.organizations(Window::FIRST, &Criteria::NONE).await })
    };
    assert!(repeats.borrow().first().is_none());
    let given_up = list();
    until(&mut repeats, |first| first.is_some()).await;
    let first = repeats.borrow().first().cloned().unwrap();
    assert_eq!(first.failure.kind, FailureKind::Refused { status: 503 });
    let wait = first.at.saturating_duration_since(Instant::now());
    assert!(wait > Duration::from_secs(1) && wait <= Duration::from_secs(9), "{wait:?}");
    let answered = list();
    let is_429 = |repeat: &Repeat| repeat.failure.kind == FailureKind::Refused { status: 429 };
    until(&mut repeats, |first| first.is_some_and(is_429)).await;
    answered.await.unwrap().unwrap();
    until(&mut repeats, |first| first.is_some_and(|repeat| !is_429(repeat))).await;
    given_up.abort();
    until(&mut repeats, |first| first.is_none()).await;
}

#[tokio::test]
async fn nt_23_a_server_in_trouble_is_hardly_asked_more_than_usual() {
    let server = with_tokens(|_| Reply::with(503, &[], b"")).await;
    let limits = Limits { retry: RetryPolicy { spare: 0, ..limits().retry }, ..limits() };
    let reader = signed_in(&server, limits).await;
    for _ in 0..50 {
        reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
    }
    assert!(server.lines().len() <= 60, "{}", server.lines().len());
}

#[tokio::test]
async fn nt_29_at_most_six_requests_are_in_flight() {
    let gate = Arc::new(Notify::new());
    let server = {
        let gate = Arc::clone(&gate);
        with_tokens(move |_| Reply::Gate(Arc::clone(&gate), Box::new(Reply::Send(good())))).await
    };
    let reader = signed_in(&server, limits()).await;
    let lists: Vec<_> = (0..50)
        .map(|_| {
            let reader = reader.clone();
            tokio::spawn(async move { reader.organizations(Window::FIRST, &Criteria::NONE).await.is_ok() })
        })
        .collect();
    for round in 1..=50 {
        server.until(|requests| requests.len() > (round + 5).min(50)).await;
        gate.notify_one();
    }
    for list in lists {
        assert!(list.await.unwrap());
    }
    assert_eq!(server.most_at_a_time(), 6);
}
