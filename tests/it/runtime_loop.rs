//! The loop on a paused clock: when it draws, when it wakes, how it ends.

use std::io;
use std::time::Duration;

use cckm_tui::app::change::Rules;
use cckm_tui::app::{Badge, Destination, Effect, Message, Reply, Session, Settings, State};
use cckm_tui::domain::{Moment, Page};
use cckm_tui::input::Key;
use cckm_tui::keymap::Keymap;
use cckm_tui::runtime::{self, ClientNumber, Clock, End, Ended, Event, Parts, Perform, Screen};
use cckm_tui::theme::{Depth, Surface};
use cckm_tui::ui::Look;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

const SIZE: Size = Size { width: 80, height: 24 };

/// A sixtieth of a second, rounded down: less than a frame takes up.
const FRAME: Duration = Duration::from_millis(16);

/// A screen that remembers when frames were shown, and can fail.
#[derive(Debug, Default)]
struct Watched {
    frames: Vec<Instant>,
    forgotten: usize,
    fails: bool,
    mouse: Vec<bool>,
    /// How long the program works to apply another size.
    work: Duration,
}

impl Screen for Watched {
    type Error = io::Error;

    fn show(&mut self, _: &Buffer, _: &[u16], _: Option<Position>) -> io::Result<usize> {
        if self.fails {
            return Err(io::Error::other("no terminal"));
        }
        self.frames.push(Instant::now());
        Ok(1)
    }

    fn take_mouse(&mut self, take: bool) -> io::Result<()> {
        if self.mouse.last() != Some(&take) {
            self.mouse.push(take);
        }
        Ok(())
    }

    fn forget(&mut self) {
        self.forgotten += 1;
    }

    fn size(&self) -> Size {
        let begun = Instant::now();
        while begun.elapsed() < self.work {
            std::hint::spin_loop();
        }
        Size::new(300, 100)
    }
}

/// A server that is never reached: answers at once, with nothing in its lists, and remembers the questions.
#[derive(Debug)]
struct Script {
    queue: mpsc::WeakSender<Event>,
    asked: Vec<(Instant, Effect)>,
}

impl Perform for Script {
    fn is_present(&self, _: ClientNumber) -> bool {
        true
    }

    fn perform(&mut self, effect: Effect) {
        let until = Moment::after_start(Duration::from_hours(1));
        let reply = match &effect {
            Effect::SignIn { request, .. } => Some((*request, Reply::SignedIn(Ok(())))),
            Effect::ListOrganizations { request, window, .. } => {
                let page = Page::new(window.skip, Some(0), Vec::new());
                Some((*request, Reply::Listed(Ok(page.into()))))
            }
            Effect::ListConnections { request } => Some((*request, Reply::ConnectionsListed(Ok(Vec::new())))),
            _ => None,
        };
        self.asked.push((Instant::now(), effect));
        let Some((queue, (request, reply))) = self.queue.upgrade().zip(reply) else { return };
        if matches!(reply, Reply::SignedIn(_)) {
            let session = Message::SessionChanged(Session::SignedIn { until });
            queue.try_send(Event::Happened(session)).unwrap();
        }
        let message = Message::Replied { request, reply, took: Duration::ZERO };
        queue.try_send(Event::Happened(message)).unwrap();
    }
}

/// What a run came to.
struct Run {
    ended: io::Result<Ended>,
    frames: Vec<Instant>,
    forgotten: usize,
    asked: Vec<(Instant, Effect)>,
}

fn settings(password_known: bool) -> Settings {
    Settings {
        destination: Destination::default(),
        badge: Badge::Demo,
        badge_word: "".into(),
        badge_role: cckm_tui::theme::Role::Badge,
        theme: cckm_tui::theme::Theme::default(),
        read_only: false,
        server: "http://127.0.0.1:1".into(),
        domain: "".into(),
        user: "admin".into(),
        password_known,
        keep_password: true,
        refresh_every: Some(Duration::from_secs(30)),
        bulk: cckm_tui::app::Bulk::default(),
        rules: Rules::default(),
        memory: None,
        views: Vec::new(),
        effective: Vec::new(),
        ca_file: "".into(),
        warnings: Vec::new(),
    }
}

async fn run_on(screen: Watched, size: Size, story: impl AsyncFnOnce(mpsc::Sender<Event>)) -> Run {
    run_with(settings(false), screen, size, story).await
}

async fn run_with(
    settings: Settings,
    mut screen: Watched,
    size: Size,
    story: impl AsyncFnOnce(mpsc::Sender<Event>),
) -> Run {
    let (queue, events) = runtime::queue();
    let mut shell = Script { queue: queue.downgrade(), asked: Vec::new() };
    let (keymap, surface) = (Keymap::shipped(), Surface { depth: Depth::None, ..Surface::default() });
    let parts = Parts {
        screen: &mut screen,
        events,
        shell: &mut shell,
        clock: Clock::starting_now(),
        look: Look { surface, keymap: &keymap },
    };
    let state = State::new(size, crate::support::app::run(), settings);
    let (ended, ()) = tokio::join!(runtime::run(parts, state), story(queue));
    Run { ended, frames: screen.frames, forgotten: screen.forgotten, asked: shell.asked }
}

async fn run(story: impl AsyncFnOnce(mpsc::Sender<Event>)) -> Run {
    run_on(Watched::default(), SIZE, story).await
}

fn key(name: &str) -> Event {
    Event::Happened(Message::Key(name.parse::<Key>().unwrap()))
}

fn signal() -> Event {
    Event::End(End::Signal(15))
}

#[tokio::test(start_paused = true)]
async fn the_first_frame_comes_at_once_and_an_idle_loop_draws_nothing_more() {
    let start = Instant::now();
    let run = run(async |queue| {
        sleep(Duration::from_secs(10)).await;
        queue.send(signal()).await.unwrap();
    })
    .await;
    assert_eq!(run.frames.first(), Some(&start));
    assert!(run.frames.len() <= 2, "one frame, and one more if the core set a deadline: {:?}", run.frames);
    assert_eq!(run.ended.unwrap().why, End::Signal(15));
}

#[tokio::test(start_paused = true)]
async fn the_loop_wakes_at_the_core_s_deadlines_and_sleeps_between_them() {
    let start = Instant::now();
    let run = run_with(settings(true), Watched::default(), SIZE, async |queue| {
        sleep(Duration::from_secs(95)).await;
        queue.send(signal()).await.unwrap();
    })
    .await;
    let refreshes = run.asked.iter().filter(|(_, effect)| matches!(effect, Effect::ListOrganizations { .. }));
    let seconds: Vec<_> = refreshes.map(|(at, _)| (*at - start).as_secs()).collect();
    assert_eq!(seconds, [0, 30, 60, 90]);
    assert!(run.frames.len() < 2 * 95 + 20, "a frame a second or two for the ages: {}", run.frames.len());
}

#[tokio::test(start_paused = true)]
async fn quitting_ends_the_loop_with_the_operator_s_reason() {
    let run = run_with(settings(true), Watched::default(), SIZE, async |queue| {
        sleep(Duration::from_secs(1)).await;
        queue.send(key("q")).await.unwrap();
        queue.closed().await;
    })
    .await;
    assert_eq!(run.ended.unwrap().why, End::Quit);
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_drawn_once() {
    let mut before = Instant::now();
    let run = run(async |queue| {
        sleep(Duration::from_secs(1)).await;
        before = Instant::now();
        for _ in 0..200 {
            queue.try_send(key("f12")).unwrap();
        }
        sleep(Duration::from_secs(1)).await;
        queue.send(signal()).await.unwrap();
    })
    .await;
    let after: Vec<_> = run.frames.iter().filter(|at| **at >= before).collect();
    assert_eq!(after, [&before], "one frame, at once");
}

#[tokio::test]
async fn what_takes_long_to_apply_does_not_keep_the_screen_from_its_turn() {
    let screen = Watched { work: Duration::from_millis(10), ..Watched::default() };
    let run = run_on(screen, SIZE, async |queue| {
        (0..40).for_each(|_| queue.try_send(Event::SizeChanged).unwrap());
        queue.send(signal()).await.unwrap();
    })
    .await;
    assert!(run.frames.len() > 5, "{} frames in 400 ms of work", run.frames.len());
}

#[tokio::test(start_paused = true)]
async fn sg_10_there_are_at_most_sixty_frames_a_second() {
    let run = run(async |queue| {
        for _ in 0..1000 {
            queue.send(key("f12")).await.unwrap();
            queue.send(Event::Happened(Message::Resized(SIZE))).await.unwrap();
            sleep(Duration::from_millis(1)).await;
        }
        queue.send(signal()).await.unwrap();
    })
    .await;
    assert!(run.frames.len() > 30, "it does draw: {}", run.frames.len());
    for second in run.frames.windows(61) {
        assert!(second[60] - second[0] >= Duration::from_secs(1), "{:?}", second[60] - second[0]);
    }
    for seven in run.frames.windows(7) {
        assert!(seven[6] - seven[0] >= FRAME, "five in advance, and no more: {:?}", seven[6] - seven[0]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_happened_last_is_drawn_even_when_it_had_to_wait() {
    let mut pressed = Vec::new();
    let run = run(async |queue| {
        sleep(Duration::from_secs(1)).await;
        for _ in 0..7 {
            queue.send(key("f12")).await.unwrap();
            pressed.push(Instant::now());
            sleep(Duration::from_millis(3)).await;
        }
        sleep(Duration::from_secs(1)).await;
        queue.send(signal()).await.unwrap();
    })
    .await;
    let (last, others) = pressed.split_last().unwrap();
    let after: Vec<_> = run.frames.iter().filter(|at| *at > last).collect();
    assert_eq!(after.len(), 1);
    assert!(*after[0] - *last <= FRAME);
    assert!(
        others.iter().all(|at| run.frames.contains(at)),
        "five more than their time allows are drawn at once: {:?}",
        run.frames
    );
}

#[tokio::test(start_paused = true)]
async fn sg_11_a_screen_of_no_size_is_not_drawn_on_until_it_has_one() {
    let mut grown = Instant::now();
    let run = run_on(Watched::default(), Size::ZERO, async |queue| {
        for size in [Size::new(0, 24), Size::new(80, 0)] {
            queue.send(Event::Happened(Message::Resized(size))).await.unwrap();
            sleep(Duration::from_secs(1)).await;
        }
        grown = Instant::now();
        queue.send(Event::Happened(Message::Resized(SIZE))).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        queue.send(signal()).await.unwrap();
    })
    .await;
    assert_eq!(run.frames.first(), Some(&grown));
}

#[tokio::test(start_paused = true)]
async fn a_lost_screen_is_drawn_again_as_a_whole() {
    let run = run(async |queue| {
        sleep(Duration::from_secs(1)).await;
        queue.send(Event::ScreenLost).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        queue.send(signal()).await.unwrap();
    })
    .await;
    assert!(run.frames.len() >= 2);
    assert_eq!(run.forgotten, 1);
}

#[tokio::test(start_paused = true)]
async fn sg_19_after_a_long_stop_the_list_is_read_once_and_nothing_is_asked_for_twice() {
    let run = run_with(settings(true), Watched::default(), Size::new(80, 24), async |queue| {
        sleep(Duration::from_secs(5)).await;
        // Nobody ran for ten minutes: every deadline of that time has passed at once.
        tokio::time::advance(Duration::from_mins(10)).await;
        sleep(Duration::from_secs(1)).await;
        queue.send(signal()).await.unwrap();
    })
    .await;
    let late = run.asked.iter().filter(|(at, _)| at.elapsed() < Duration::from_mins(5));
    let lists = late.filter(|(_, effect)| matches!(effect, Effect::ListOrganizations { .. })).count();
    assert_eq!(lists, 1, "{:?}", run.asked);
}

#[tokio::test(start_paused = true)]
async fn nothing_is_applied_after_the_end() {
    let run = run(async |queue| {
        queue.send(signal()).await.unwrap();
        queue.send(Event::Happened(Message::Resized(Size::new(1, 1)))).await.unwrap();
        queue.send(Event::End(End::Quit)).await.unwrap();
    })
    .await;
    let ended = run.ended.unwrap();
    assert_eq!(ended.why, End::Signal(15));
    assert_eq!(run.frames.len(), 1, "and nothing is drawn");
}

#[tokio::test(start_paused = true)]
async fn the_loop_ends_when_nothing_can_happen_any_more() {
    let run = run(async |queue| drop(queue)).await;
    assert!(matches!(run.ended.unwrap().why, End::InputLost(_)));
}

#[tokio::test(start_paused = true)]
async fn sg_07_a_screen_that_cannot_be_written_ends_the_loop() {
    let screen = Watched { fails: true, ..Watched::default() };
    let run = run_on(screen, SIZE, async |queue| drop(queue)).await;
    assert_eq!(run.ended.unwrap_err().to_string(), "no terminal");
}
