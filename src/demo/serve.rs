//! Connections: accepted one by one, so that scripted trouble can drop one without an answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustls::ServerConfig;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::faults::Closed;

/// Connections served at the same time; more wait to be accepted.
const CONNECTIONS: usize = 512;
/// How long a request's head, and a handshake, may take to arrive; also how long an idle connection lives.
const HEAD_TIME: Duration = Duration::from_mins(1);
/// The pause after a failed accept: out of file descriptors, as a rule.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The connection is to be closed without an answer.
#[derive(Debug, Error)]
#[error("closed as scripted")]
struct Dropped;

/// Serves until the task is aborted; its connections end with it.
pub(super) async fn run(listener: TcpListener, tls: Option<Arc<ServerConfig>>, router: Router) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _peer)) = listener.accept().await else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (tls, router) = (tls.clone(), router.clone());
        connections.spawn(async move {
            let served = connection(stream, tls, router).await;
            if let Err(why) = served {
                tracing::debug!("demo connection ended: {why}");
            }
            drop(place);
        });
    }
}

async fn connection(stream: TcpStream, tls: Option<Arc<ServerConfig>>, router: Router) -> io::Result<()> {
    // Nagle's algorithm would cost about 40 ms for each round trip.
    stream.set_nodelay(true)?;
    let Some(config) = tls else { return exchange(stream, router).await };
    let handshake = TlsAcceptor::from(config).accept(stream);
    exchange(tokio::time::timeout(HEAD_TIME, handshake).await??, router).await
}

async fn exchange<S>(stream: S, router: Router) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = TowerToHyperService::new(router);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service_fn(move |request| answer(service.clone(), request)))
        .await
        .map_err(io::Error::other)
}

async fn answer(
    service: TowerToHyperService<Router>,
    request: Request<Incoming>,
) -> Result<Response<Body>, Dropped> {
    let response = service.call(request).await.map_err(|never| match never {})?;
    if response.extensions().get::<Closed>().is_some() { Err(Dropped) } else { Ok(response) }
}
