//! The program in a pseudo-terminal, its bytes with the times at which they came, and what the system says of it.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::StreamExt as _;
use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

/// The program of this build, or another one to compare with.
fn program() -> String {
    std::env::var("CCKM_BENCH_PROGRAM").unwrap_or_else(|_| env!("CARGO_BIN_EXE_cckm-tui").to_owned())
}

const SIZE: PtySize = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };
/// Silence that ends an update.
const GAP: Duration = Duration::from_millis(40);
/// The bytes of a frame come together; the next frame comes no sooner than a sixtieth of a second.
const WITHIN_A_FRAME: Duration = Duration::from_millis(5);
/// How long something may take that has to come.
const DEADLINE: Duration = Duration::from_mins(1);

/// A demo server in a process of its own.
pub(crate) struct Server {
    child: Child,
    url: String,
    user: String,
    password: String,
}

impl Server {
    pub(crate) fn start(organizations: usize) -> Self {
        let mut command = Command::new(program());
        let organizations = organizations.to_string();
        command.args(["demo-server", "--http", "--listen", "127.0.0.1:0", "--organizations", &organizations]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.next().unwrap();
        let mut word = |name| lines.next().unwrap().strip_prefix(name).unwrap().to_owned();
        let (user, password) = (word("user "), word("password "));
        Self { child, url, user, password }
    }

    /// How long the pages take that the dashboard asks for, for a client that does nothing with them; and the bytes
    /// of a record.
    pub(crate) fn own_time(&self, count: usize) -> (Duration, usize) {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().gzip(true).build().unwrap();
            let who = serde_json::json!({"username": self.user, "password": self.password}).to_string();
            let tokens = format!("{}/api/v1/auth/tokens", self.url);
            let answer = client.post(tokens).body(who).send().await.unwrap().text().await.unwrap();
            let answer: serde_json::Value = serde_json::from_str(&answer).unwrap();
            let jwt = answer["jwt"].as_str().unwrap();
            let page = async |skip: usize, limit: usize| {
                let list = format!("{}/api/v1/cckm/sfdc/organizations", self.url);
                let url = format!("{list}?skip={skip}&limit={limit}&sort=createdAt");
                client.get(url).bearer_auth(jwt).send().await.unwrap().bytes().await.unwrap().len()
            };
            // The first answer of a server may have to be sorted.
            page(0, 1).await;
            let begun = Instant::now();
            let first = page(0, 100).await;
            let rest = futures_util::stream::iter((99..count).step_by(999)).map(|skip| page(skip, 1000));
            let rest: usize = rest.buffer_unordered(4).fold(0, async |sum, bytes| sum + bytes).await;
            (begun.elapsed(), (first + rest) / count)
        })
    }

    /// Stops answering, without closing anything.
    pub(crate) fn stop(&self) {
        kill_process(pid(self.child.id()), Signal::STOP).unwrap();
    }

    pub(crate) fn go_on(&self) {
        kill_process(pid(self.child.id()), Signal::CONT).unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

fn pid(id: u32) -> Pid {
    Pid::from_raw(id.try_into().unwrap()).unwrap()
}

/// What came of a key.
pub(crate) struct Update {
    /// From the key to the last byte of the first frame; nothing when none came.
    pub(crate) took: Duration,
    /// From the key to the last byte of all.
    pub(crate) drained: Duration,
    /// All bytes, of a frame that time passed by for too.
    pub(crate) bytes: usize,
}

/// The dashboard.
pub(crate) struct Program {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    keys: Box<dyn Write + Send>,
    chunks: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    spacing: Spacing,
    _master: Box<dyn MasterPty + Send>,
    _home: tempfile::TempDir,
}

impl Program {
    pub(crate) fn start(server: &Server, flags: &[&str]) -> Self {
        let home = tempfile::tempdir().unwrap();
        let pair = native_pty_system().openpty(SIZE).unwrap();
        let mut command = CommandBuilder::new(program());
        command.args(["--url", &server.url, "--username", &server.user]);
        command.args(flags);
        command.env_clear();
        command.env("TERM", "xterm-256color");
        command.env("HOME", home.path());
        command.env("LC_ALL", "C.UTF-8");
        command.env("CCKM_PASSWORD", &server.password);
        command.cwd(home.path());
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let (sender, chunks) = channel();
        thread::spawn(move || {
            let mut some = vec![0; 65536];
            while let Ok(read @ 1..) = reader.read(&mut some) {
                if sender.send((Instant::now(), some[..read].to_vec())).is_err() {
                    return;
                }
            }
        });
        let screen = vt100::Parser::new(SIZE.rows, SIZE.cols, 0);
        Self { child, keys, chunks, screen, spacing: Spacing(1), _master: pair.master, _home: home }
    }

    /// With all rows, and quiet.
    pub(crate) fn loaded(server: &Server, flags: &[&str]) -> Self {
        let mut program = Self::start(server, flags);
        program.wait_until_loaded();
        program.settle();
        program
    }

    /// When the first byte came that draws.
    pub(crate) fn wait_for_output(&mut self) -> Instant {
        self.wait_for("cckm-tui")
    }

    pub(crate) fn wait_until_loaded(&mut self) -> Instant {
        self.wait_until(|text| text.contains("● 0s") || text.contains("● <1m"))
    }

    /// When a text was on the screen.
    pub(crate) fn wait_for(&mut self, text: &str) -> Instant {
        self.wait_until(|screen| screen.contains(text))
    }

    fn wait_until(&mut self, condition: impl Fn(&str) -> bool) -> Instant {
        let deadline = Instant::now() + DEADLINE;
        let mut at = Instant::now();
        while !condition(&self.screen.screen().contents()) {
            assert!(Instant::now() < deadline, "it did not come:\n{}", self.screen.screen().contents());
            if let Ok((came, bytes)) = self.chunks.recv_timeout(DEADLINE) {
                at = came;
                self.screen.process(&bytes);
            }
        }
        at
    }

    /// Waits until nothing comes any more: the detail follows the selection after a rest.
    fn settle(&mut self) {
        while let Ok((_, bytes)) = self.chunks.recv_timeout(Duration::from_millis(700)) {
            self.screen.process(&bytes);
        }
    }

    /// Sends keys at once, after a short time of a length that varies, and waits for the end of the update.
    pub(crate) fn press(&mut self, keys: &str) -> Update {
        thread::sleep(self.spacing.next());
        while let Ok((_, bytes)) = self.chunks.try_recv() {
            self.screen.process(&bytes);
        }
        let begun = Instant::now();
        // A pseudo-terminal takes a few kilobytes; the rest waits until the program has read.
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
        self.update(begun)
    }

    fn update(&mut self, begun: Instant) -> Update {
        let (mut first, mut last, mut bytes) = (None, begun, 0);
        let mut patience = Duration::from_millis(300);
        while let Ok((at, some)) = self.chunks.recv_timeout(patience) {
            if bytes > 0 && at.saturating_duration_since(last) > WITHIN_A_FRAME {
                first.get_or_insert(last);
            }
            (last, bytes, patience) = (at, bytes + some.len(), GAP);
            self.screen.process(&some);
        }
        let since = |at: Instant| at.saturating_duration_since(begun);
        Update { took: since(first.unwrap_or(last)), drained: since(last), bytes }
    }

    /// Sends keys, and says beside the bytes that came what the cells need that are others afterwards.
    pub(crate) fn press_and_weigh(&mut self, keys: &str) -> (Update, usize) {
        let before = self.screen.screen().clone();
        let update = self.press(keys);
        (update, needed(&before, self.screen.screen()))
    }

    /// Sends a key so often a second; says how long after the last one the last byte came, and how many.
    pub(crate) fn hold(&mut self, key: &str, rate: usize, time: Duration) -> (Duration, usize) {
        let begun = Instant::now();
        let mut sent = 0;
        while begun.elapsed() < time {
            let due = usize::try_from(begun.elapsed().as_micros()).unwrap() * rate / 1_000_000;
            if due > sent {
                self.keys.write_all(key.repeat(due - sent).as_bytes()).unwrap();
                sent = due;
            }
            thread::sleep(Duration::from_micros(500));
        }
        let ended = Instant::now();
        let update = self.update(ended);
        (update.drained, update.bytes)
    }

    /// Bytes that come by themselves.
    pub(crate) fn bytes_within(&mut self, time: Duration) -> usize {
        self.settle();
        let (end, mut bytes) = (Instant::now() + time, 0);
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            if let Ok((_, some)) = self.chunks.recv_timeout(left) {
                bytes += some.len();
                self.screen.process(&some);
            }
        }
        bytes
    }

    fn about(&self, file: &str) -> String {
        fs::read_to_string(format!("/proc/{}/{file}", self.child.process_id().unwrap())).unwrap()
    }

    /// Resident memory.
    pub(crate) fn memory_mib(&self) -> f64 {
        let status = self.about("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// Time on a processor, of all threads.
    pub(crate) fn cpu(&self) -> Duration {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.process_id().unwrap())).unwrap();
        let nanos = threads.map(|thread| {
            let path = thread.unwrap().path().join("schedstat");
            let text = fs::read_to_string(path).unwrap_or_default();
            text.split(' ').next().and_then(|nanos| nanos.parse::<u64>().ok()).unwrap_or_default()
        });
        Duration::from_nanos(nanos.sum())
    }

    /// How often a thread woke up.
    pub(crate) fn wakeups(&self) -> u64 {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.process_id().unwrap())).unwrap();
        let switches = threads.map(|thread| {
            let path = thread.unwrap().path().join("status");
            let text = fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            line.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default()
        });
        switches.sum()
    }
}

/// Bytes for the cells that differ: their characters, and a way of six bytes to each run of them. Colours are not
/// counted.
fn needed(before: &vt100::Screen, after: &vt100::Screen) -> usize {
    let mut bytes = 0;
    for row in 0..SIZE.rows {
        let mut same = usize::MAX;
        for column in 0..SIZE.cols {
            let cell = after.cell(row, column).unwrap();
            if before.cell(row, column) == Some(cell) {
                same = same.saturating_add(1);
                continue;
            }
            // A short gap is written again sooner than passed over.
            bytes += if same > 6 { 6 } else { same } + cell.contents().len().max(1);
            same = 0;
        }
    }
    bytes
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// Times from 2 to 18 ms, so that keys meet timers at every phase.
struct Spacing(u64);

impl Spacing {
    fn next(&mut self) -> Duration {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Duration::from_micros(2000 + (self.0 >> 33) % 16_000)
    }
}
