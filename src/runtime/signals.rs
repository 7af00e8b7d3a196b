//! Signals: four that end the program, one that says the terminal has another size, two for suspending.

use std::io;
use std::time::Duration;

use rustix::process::{Signal as Sent, getpid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::sleep;

use super::terminal::{Restorer, size};
use super::{End, Event};
use crate::app::Message;

/// How long the loop may take to end in order; it takes longer only when the terminal takes no output.
const GRACE: Duration = Duration::from_millis(250);

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
            if signal.recv().await.is_some() {
                let _the_first_one_counts = queue.send(kind.as_raw_value()).await;
            }
        });
    }
    Ok(numbers)
}

/// Starts to listen. From here on no signal leaves the terminal as it is.
///
/// # Errors
///
/// When a handler cannot be installed.
pub fn start(queue: &mpsc::Sender<Event>, restorer: Restorer) -> io::Result<()> {
    for kind in ending() {
        tokio::spawn(end(signal(kind)?, kind.as_raw_value(), queue.clone(), restorer.clone()));
    }
    tokio::spawn(resize(signal(SignalKind::window_change())?, queue.clone()));
    let (stop, go_on) =
        (SignalKind::from_raw(Sent::TSTP.as_raw()), SignalKind::from_raw(Sent::CONT.as_raw()));
    tokio::spawn(suspend(signal(stop)?, restorer.clone()));
    tokio::spawn(resume(signal(go_on)?, queue.clone(), restorer));
    Ok(())
}

/// Asks the loop to end. Where it cannot, because it is stuck writing to a terminal that takes no output,
/// or when the signal comes again, ends the program from here.
async fn end(mut signal: Signal, number: i32, queue: mpsc::Sender<Event>, restorer: Restorer) {
    if signal.recv().await.is_none() {
        return;
    }
    let ask = async {
        let _the_loop_may_be_gone = queue.send(Event::End(End::Signal(number))).await;
        sleep(GRACE).await;
    };
    tokio::select! {
        () = ask => {}
        _ = signal.recv() => {}
        () = sleep(GRACE) => {}
    }
    restorer.restore();
    #[expect(clippy::exit, reason = "the main thread is stuck; the terminal is restored")]
    std::process::exit(128 + number);
}

/// Tells the core every new size; of several at once, the last.
async fn resize(mut signal: Signal, queue: mpsc::Sender<Event>) {
    while signal.recv().await.is_some() {
        if queue.send(Event::Happened(Message::Resized(size()))).await.is_err() {
            return;
        }
    }
}

/// Gives the terminal back and stops, as a program without a screen would.
async fn suspend(mut signal: Signal, restorer: Restorer) {
    while signal.recv().await.is_some() {
        restorer.suspend();
        if let Err(error) = kill_process(getpid(), Sent::STOP) {
            tracing::error!(%error, "cannot stop");
        }
    }
}

/// Takes the terminal again after a stop, and draws everything: its size and modes may be others.
async fn resume(mut signal: Signal, queue: mpsc::Sender<Event>, restorer: Restorer) {
    while signal.recv().await.is_some() {
        if let Err(error) = restorer.resume() {
            tracing::error!(%error, "the terminal cannot be set up again");
        }
        for event in [Event::Happened(Message::Resized(size())), Event::ScreenLost] {
            if queue.send(event).await.is_err() {
                return;
            }
        }
    }
}
