//! Servers that speak something else, or nothing.

use std::time::Duration;

use cckm_tui::api::{Limits, Trust, look};
use cckm_tui::domain::{Failure, FailureKind};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;

/// A server that answers the first bytes of a client with these, and then waits.
async fn answering(bytes: Vec<u8>, limits: Limits) -> Failure {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            let bytes = bytes.clone();
            tokio::spawn(async move {
                let mut some = [0; 4096];
                let _hello = stream.read(&mut some).await;
                let _sent = stream.write_all(&bytes).await;
                let _until_the_client_goes = stream.read(&mut some).await;
            });
        }
    });
    let failure = look(&server(address, Trust::System), None, &limits).await.unwrap_err();
    serving.abort();
    failure
}

/// A record of TLS.
fn record(kind: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3][..], &length, content].concat()
}

/// A `ServerHello` of this version, with a cipher of its time.
fn hello(minor: u8) -> Vec<u8> {
    let body = [&[3, minor][..], &[7; 32], &[0], &[0xc0, 0x13], &[0]].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    record(22, &[&[2][..], &length[1..], &body].concat())
}

#[tokio::test]
async fn tl_06_tls_1_1_and_older_is_refused_with_the_reason() {
    let protocol_version = record(21, &[2, 70]);
    for bytes in [protocol_version, hello(1), hello(2), hello(0)] {
        let failure = answering(bytes, limits()).await;
        assert_eq!(failure.kind, FailureKind::NotTrusted);
        assert!(failure.detail.as_sent().contains("TLS 1.1 or older"), "{failure:?}");
    }
}

#[tokio::test]
async fn tl_06_a_server_without_a_safe_cipher_is_refused_with_the_reason() {
    let failure = answering(record(21, &[2, 40]), limits()).await;
    assert!(failure.detail.as_sent().contains("no kind of TLS that is safe enough"), "{failure:?}");
}

#[tokio::test]
async fn nt_14_tls_to_a_port_of_plain_http_says_so() {
    let failure =
        answering(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n".to_vec(), limits()).await;
    assert_eq!(failure.kind, FailureKind::NotTrusted);
    assert!(failure.detail.as_sent().contains("perhaps it speaks plain http"), "{failure:?}");
}

#[tokio::test]
async fn tl_07_a_handshake_that_stalls_ends_at_the_deadline() {
    let limits = Limits { connect: Duration::from_millis(300), ..limits() };
    for bytes in [Vec::new(), hello(3)[..20].to_vec()] {
        let failure = answering(bytes, limits.clone()).await;
        assert_eq!(failure.kind, FailureKind::Unreachable, "{failure:?}");
        assert!(failure.detail.as_sent().contains("within 300ms"), "{failure:?}");
    }
}

#[tokio::test]
async fn tl_07_a_chain_of_a_megabyte_is_not_read() {
    let mut chain = good();
    let filler = [0x42; 10_000].to_vec();
    chain.certificates.extend(std::iter::repeat_n(filler.into(), 100));
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let witness = Witness::with(&chain, version).await;
        let failure = look(&server(witness.address, Trust::System), None, &limits()).await.unwrap_err();
        assert!(failure.detail.as_sent().contains("more certificates than are read"), "{failure:?}");
    }
}
