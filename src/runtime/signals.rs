//! Signals that end a program without a screen; one with a screen has a [`guard`](super::guard).

use std::io;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// The signals that end a program.
fn ending() -> [SignalKind; 4] {
    [SignalKind::terminate(), SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit()]
}

/// The numbers of the signals that ask a program without a screen to end.
///
/// # Errors
///
/// When a handler cannot be installed.
pub fn ends() -> io::Result<mpsc::Receiver<i32>> {
    let (queue, numbers) = mpsc::channel(1);
    for kind in ending() {
        let (mut signal, queue) = (signal(kind)?, queue.clone());
        tokio::spawn(async move {
            while signal.recv().await.is_some() {
                if queue.send(kind.as_raw_value()).await.is_err() {
                    return;
                }
            }
        });
    }
    Ok(numbers)
}
