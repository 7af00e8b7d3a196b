//! Signals: four that end the program, one that says the terminal has another size, two for suspending.

use std::io;
use std::time::Duration;

use rustix::process::{Signal as Sent, getpid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

use super::terminal::{Restorer, size};
use super::{End, Event};
use crate::app::Message;

/// How long the loop may take to give the terminal back; it takes longer only when that takes no output.
const GRACE: Duration = Duration::from_millis(75);

/// How long the program may then take to write its journal to the end and to give its session back: a little
/// more than either has.
const FAREWELL: Duration = Duration::from_millis(2_500);

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

/// Starts to listen. From here on no signal leaves the terminal as it is.
///
/// # Errors
///
/// When a handler cannot be installed.
pub fn start(queue: &mpsc::Sender<Event>, restorer: Restorer) -> io::Result<()> {
    tokio::spawn(end(ends()?, queue.clone(), restorer.clone()));
    tokio::spawn(resize(signal(SignalKind::window_change())?, queue.clone()));
    let (stop, go_on) =
        (SignalKind::from_raw(Sent::TSTP.as_raw()), SignalKind::from_raw(Sent::CONT.as_raw()));
    tokio::spawn(suspend(signal(stop)?, restorer.clone()));
    tokio::spawn(resume(signal(go_on)?, queue.clone(), restorer));
    Ok(())
}

/// Asks the loop to end, and sees that it does:
///
/// ```text
/// signal ─▶ the loop ends, the terminal is given back ─▶ journal and session are closed ─▶ the end
///           within GRACE, else from here                 within FAREWELL, else from here
///           └───────────────── a second signal: the end, at once ─────────────────────┘
/// ```
///
/// A hang-up hastens nothing: nobody types it, and it comes twice, from the kernel and from the shell.
async fn end(mut numbers: mpsc::Receiver<i32>, queue: mpsc::Sender<Event>, restorer: Restorer) {
    let Some(number) = numbers.recv().await else { return };
    let in_order = async {
        let asked = timeout(GRACE, queue.send(Event::End(End::Signal(number)))).await;
        let was_ending_already = matches!(asked, Ok(Err(_)));
        if was_ending_already && is_meant(number) {
            return;
        }
        if asked.is_ok() {
            sleep(GRACE).await;
        }
        restorer.restore();
        sleep(FAREWELL).await;
    };
    tokio::select! {
        () = in_order => {}
        () = another(&mut numbers) => {}
    }
    restorer.restore();
    #[expect(clippy::exit, reason = "the main thread is stuck or not waited for; the terminal is restored")]
    std::process::exit(128 + number);
}

/// Waits for a signal that somebody means.
async fn another(numbers: &mut mpsc::Receiver<i32>) {
    while let Some(number) = numbers.recv().await {
        if is_meant(number) {
            return;
        }
    }
}

fn is_meant(number: i32) -> bool {
    number != SignalKind::hangup().as_raw_value()
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
