//! A terminal for one program: a pseudo-terminal, an emulator behind it, and a home directory of its own.
//!
//! Nothing here waits for time to pass: [`Terminal::wait_for`] waits for a condition on the screen, and
//! prints the whole screen when the deadline comes first.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::process::{Pid, Signal, kill_process};

use crate::secrets::Secrets;

/// How long a condition may take. Far more than it takes, because machines are busy.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_cckm-tui");

/// What came out of the program so far.
struct Output {
    bytes: Vec<u8>,
    parser: vt100::Parser,
    closed: bool,
    reading: Reading,
    /// Most bytes that are read in a second.
    pace: Option<usize>,
}

/// Whether what the program writes is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Goes,
    Rests,
    Ends,
}

/// How the program is started in its terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// As the first process of its terminal.
    Straight,
    /// With SIGHUP ignored, as `nohup` does.
    HangUpIgnored,
    /// By a shell script that is told when the terminal hangs up, and tells nobody.
    Wrapped,
}

/// A program in a terminal.
pub(crate) struct Terminal {
    /// None once it was closed.
    master: Option<Box<dyn MasterPty + Send>>,
    // Kept open, so that the modes can be looked at after the program is gone.
    _slave: Box<dyn SlavePty + Send>,
    keys: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    output: Arc<(Mutex<Output>, Condvar)>,
    reader: Option<thread::JoinHandle<()>>,
    modes_before: String,
    /// As everybody on the machine can read them.
    arguments: Vec<u8>,
    secrets: Secrets,
    home: tempfile::TempDir,
}

impl Terminal {
    /// Starts the program with these arguments and variables, and no others but `TERM`, `PATH` and those that
    /// lead to its own home directory.
    pub(crate) fn start(args: &[&str], env: &[(&str, &str)], (columns, rows): (u16, u16)) -> Self {
        Self::start_in(tempfile::tempdir().unwrap(), args, env, (columns, rows))
    }

    /// The same with a home directory that was prepared.
    pub(crate) fn start_in(
        home: tempfile::TempDir,
        args: &[&str],
        env: &[(&str, &str)],
        size: (u16, u16),
    ) -> Self {
        Self::start_program(PROGRAM, home, args, env, size)
    }

    /// The same with this text on standard input, so that the keys come from the terminal by another way.
    pub(crate) fn start_piped(input: &str, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Self {
        let script = "printf '%s' \"$PIPED\" | \"$0\" \"$@\"";
        let args = [&["-c", script, PROGRAM], args].concat();
        let env = [&[("PIPED", input)], env].concat();
        Self::start_program("/bin/sh", tempfile::tempdir().unwrap(), &args, &env, size)
    }

    /// The same, started in this way.
    pub(crate) fn start_by(way: Way, args: &[&str], env: &[(&str, &str)], size: (u16, u16)) -> Self {
        let script = match way {
            Way::Straight => return Self::start(args, env, size),
            Way::HangUpIgnored => r#"trap '' HUP; exec "$0" "$@""#,
            Way::Wrapped => r#"trap : HUP; "$0" "$@"; exit $?"#,
        };
        let args = [&["-c", script, PROGRAM], args].concat();
        Self::start_program("/bin/sh", tempfile::tempdir().unwrap(), &args, env, size)
    }

    /// An interactive shell, to type into.
    pub(crate) fn start_shell(size: (u16, u16)) -> Self {
        let args = ["--norc", "--noprofile", "-i"];
        Self::start_program("/bin/bash", tempfile::tempdir().unwrap(), &args, &[("PS1", "READY> ")], size)
    }

    /// The same of any program that becomes this one.
    pub(crate) fn start_program(
        program: &str,
        home: tempfile::TempDir,
        args: &[&str],
        env: &[(&str, &str)],
        (columns, rows): (u16, u16),
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in environment(home.path()) {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        command.cwd(home.path());
        let secrets = Secrets::new(home.path(), env);
        let modes_before = modes(&*pair.master);
        let mut reader = pair.master.try_clone_reader().unwrap();
        let keys = pair.master.take_writer().unwrap();
        let child = pair.slave.spawn_command(command).unwrap();
        let arguments = std::fs::read(format!("/proc/{}/cmdline", child.process_id().unwrap())).unwrap();
        // The emulator cannot be of no size; the program's terminal can.
        let parser = vt100::Parser::new(rows.max(1), columns.max(1), 0);
        let output = Arc::new((
            Mutex::new(Output {
                bytes: Vec::new(),
                parser,
                closed: false,
                reading: Reading::Goes,
                pace: None,
            }),
            Condvar::new(),
        ));
        let filled = Arc::clone(&output);
        let reader = thread::spawn(move || {
            let mut some = [0; 4096];
            loop {
                let pace = filled.0.lock().unwrap().pace;
                let most = pace.map_or(some.len(), |pace| pace.div_ceil(50));
                if pace.is_some() {
                    // The line itself: fifty times a second it has carried so much.
                    thread::sleep(Duration::from_millis(20));
                }
                let read = reader.read(&mut some[..most]).unwrap_or(0);
                let mut output = filled.0.lock().unwrap();
                output.bytes.extend_from_slice(&some[..read]);
                output.parser.process(&some[..read]);
                output.closed = read == 0;
                filled.1.notify_all();
                while output.reading == Reading::Rests {
                    output = filled.1.wait(output).unwrap();
                }
                if read == 0 || output.reading == Reading::Ends {
                    return;
                }
            }
        });
        Self {
            master: Some(pair.master),
            _slave: pair.slave,
            keys: Some(keys),
            child,
            output,
            reader: Some(reader),
            modes_before,
            arguments,
            secrets,
            home,
        }
    }

    /// The program's home directory.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// A secret that must be found nowhere when this terminal is done with.
    pub(crate) fn may_not_show(&mut self, secret: &str) {
        self.secrets.add(secret);
    }

    /// Types these bytes in one go.
    pub(crate) fn send(&mut self, keys: &str) {
        let to = self.keys.as_mut().unwrap();
        to.write_all(keys.as_bytes()).unwrap();
        to.flush().unwrap();
    }

    /// Makes the terminal another size, which the program is told by signal.
    pub(crate) fn resize(&self, columns: u16, rows: u16) {
        self.output().parser.screen_mut().set_size(rows.max(1), columns.max(1));
        self.master().resize(size(columns, rows)).unwrap();
    }

    /// The same, unseen by the emulator, which not every size is fit for.
    pub(crate) fn resize_unseen(&self, columns: u16, rows: u16) {
        self.master().resize(size(columns, rows)).unwrap();
    }

    /// The program's process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Sends a signal to the program.
    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Kills the program, which is told nothing of it, and returns when it is gone.
    pub(crate) fn kill(&mut self) {
        self.signal(Signal::KILL);
        self.child.wait().unwrap();
    }

    /// Processor time that the program has used so far.
    pub(crate) fn cpu(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.program())).unwrap();
        let (_, rest) = stat.rsplit_once(')').unwrap();
        // Fields 14 and 15, counted from the first; a tick is a hundredth of a second.
        let ticks = |at: usize| rest.split_whitespace().nth(at).unwrap().parse::<u64>().unwrap();
        Duration::from_millis(10 * (ticks(11) + ticks(12)))
    }

    /// Waits until the screen is so, and gives its text.
    #[track_caller]
    pub(crate) fn wait_for(&self, what: &str, is_so: impl Fn(&vt100::Screen) -> bool) -> String {
        self.wait_within(DEADLINE, what, is_so)
    }

    /// The same for what takes its time by design.
    #[track_caller]
    pub(crate) fn wait_within(
        &self,
        longest: Duration,
        what: &str,
        is_so: impl Fn(&vt100::Screen) -> bool,
    ) -> String {
        let until = Instant::now() + longest;
        let mut output = self.output();
        loop {
            if is_so(output.parser.screen()) {
                return output.parser.screen().contents();
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !output.closed, "no {what} on this screen:\n{}", drawn(&output));
            output = self.output.1.wait_timeout(output, left).unwrap().0;
        }
    }

    /// What `look` makes of the screen as it is now.
    pub(crate) fn with_screen<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.output().parser.screen())
    }

    /// Waits until the text stands on the screen.
    #[track_caller]
    pub(crate) fn wait_for_text(&self, text: &str) -> String {
        self.wait_for(text, |screen| screen.contents().contains(text))
    }

    /// Waits until the program has written this so often, on whichever screen.
    #[track_caller]
    pub(crate) fn wait_for_count(&self, bytes: &[u8], times: usize) {
        let until = Instant::now() + DEADLINE;
        let mut output = self.output();
        while count(&output.bytes, bytes) < times {
            let left = until.saturating_duration_since(Instant::now());
            assert!(!left.is_zero() && !output.closed, "no {bytes:?}; this screen:\n{}", drawn(&output));
            output = self.output.1.wait_timeout(output, left).unwrap().0;
        }
    }

    /// Waits for something that is not on the screen.
    #[track_caller]
    pub(crate) fn wait_until(&self, what: &str, is_so: impl Fn() -> bool) {
        let until = Instant::now() + DEADLINE;
        while !is_so() {
            assert!(Instant::now() < until, "no {what}; this screen:\n{}", drawn(&self.output()));
            thread::yield_now();
        }
    }

    /// Waits until the program has written for a while nothing more: only long frames have a mark at their end.
    #[track_caller]
    pub(crate) fn wait_for_whole_frame(&self) {
        let until = Instant::now() + DEADLINE;
        let mut output = self.output();
        loop {
            let (written, quiet) = (output.bytes.len(), Duration::from_millis(300));
            let (waited, timeout) = self.output.1.wait_timeout(output, quiet).unwrap();
            output = waited;
            if timeout.timed_out() && output.bytes.len() == written {
                return;
            }
            assert!(Instant::now() < until && !output.closed, "half a frame:\n{}", drawn(&output));
        }
    }

    /// Waits until the program has taken the terminal.
    #[track_caller]
    pub(crate) fn wait_until_taken(&self) {
        self.wait_for("alternate screen", vt100::Screen::alternate_screen);
    }

    /// Waits until the program is stopped, as by Ctrl-Z.
    #[track_caller]
    pub(crate) fn wait_until_stopped(&self) {
        let status = format!("/proc/{}/status", self.child.process_id().unwrap());
        let until = Instant::now() + DEADLINE;
        while !std::fs::read_to_string(&status).unwrap().contains("State:\tT") {
            assert!(Instant::now() < until, "the program is not stopped");
            thread::yield_now();
        }
    }

    /// Whether the program has not ended yet.
    pub(crate) fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Waits for the end of the program and gives its exit code as a shell sees it: 128 and the number of the
    /// signal that ended it.
    #[track_caller]
    pub(crate) fn wait_for_exit(&mut self) -> u32 {
        let until = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.has_ended() {
                let code = status.code().or_else(|| Some(128 + status.signal()?)).unwrap();
                return u32::try_from(code).unwrap();
            }
            assert!(
                Instant::now() < until,
                "the program does not end; its screen:\n{}",
                drawn(&self.output())
            );
            thread::yield_now();
        }
    }

    /// How the program ended, if it did: with a code, or by a signal.
    pub(crate) fn has_ended(&mut self) -> Option<ExitStatus> {
        let child: &mut dyn Child = &mut *self.child;
        child.downcast_mut::<std::process::Child>().unwrap().try_wait().unwrap()
    }

    /// Waits for the end of a program that was killed.
    pub(crate) fn wait_for_end(&mut self) {
        self.child.wait().unwrap();
    }

    /// Waits until the terminal is usable again, whatever is written after that.
    #[track_caller]
    pub(crate) fn assert_modes_are_back(&self) {
        self.wait_for("normal screen", |screen| !screen.alternate_screen() && !screen.hide_cursor());
        self.wait_for_cooked(Instant::now());
    }

    /// Checks that the terminal is as it was before the program (reliability case O4).
    #[track_caller]
    pub(crate) fn assert_given_back(&self) {
        // What the program wrote last may still be on its way: wait for the last thing it writes.
        self.wait_for("normal screen", |screen| !screen.alternate_screen());
        // The line settings come after the last byte.
        self.assert_line_settings_as_before();
        let output = self.output();
        let screen = output.parser.screen();
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "bracketed paste is on");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let (taken, given_back) =
            (count(&output.bytes, b"\x1b[?1049h"), count(&output.bytes, b"\x1b[?1049l"));
        assert_eq!(taken, given_back, "taken and given back as often");
        let last = output.bytes.windows(8).rposition(|window| window == b"\x1b[?1049l");
        assert_eq!(last, output.bytes.len().checked_sub(8), "nothing is drawn after it was given back");
    }

    /// Checks that what is typed is treated as before the program.
    #[track_caller]
    pub(crate) fn assert_line_settings_as_before(&self) {
        let until = Instant::now() + DEADLINE;
        while modes(self.master()) != self.modes_before && Instant::now() < until {
            thread::yield_now();
        }
        assert_eq!(modes(self.master()), self.modes_before, "the line settings differ");
    }

    /// Reads nothing more of what the program writes, and makes it write until the terminal takes no more.
    pub(crate) fn block(&mut self) {
        self.set(Reading::Rests);
        let line = self.line();
        let until = Instant::now() + DEADLINE;
        loop {
            self.send("\x0c");
            let mut fds = [PollFd::new(&line, PollFlags::OUT)];
            if poll(&mut fds, Some(&Timespec::default())).unwrap() == 0 {
                return;
            }
            assert!(Instant::now() < until, "the terminal takes everything");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Reads no more than so many bytes a second from here on, as a slow line does.
    pub(crate) fn throttle(&self, bytes_a_second: usize) {
        self.output().pace = Some(bytes_a_second);
    }

    /// Reads again.
    pub(crate) fn unblock(&self) {
        self.set(Reading::Goes);
    }

    /// The terminal goes away: nobody holds its other end any more.
    pub(crate) fn hang_up(&mut self) {
        self.set(Reading::Ends);
        // A byte from anybody wakes the reader.
        let _it_may_be_full = File::from(self.line()).write(b" ");
        self.reader.take().unwrap().join().unwrap();
        self.keys = None;
        self.master = None;
    }

    /// Waits until the line settings are as before the program; gives how long that is after `start`.
    #[track_caller]
    pub(crate) fn wait_for_cooked(&self, start: Instant) -> Duration {
        while modes(self.master()) != self.modes_before {
            assert!(start.elapsed() < DEADLINE, "the line settings differ:\n{}", drawn(&self.output()));
            thread::yield_now();
        }
        start.elapsed()
    }

    /// The number of the program's process, whatever started it.
    pub(crate) fn program(&self) -> u32 {
        let first = self.child.process_id().unwrap();
        child_of(first).unwrap_or(first)
    }

    /// The terminal as the program sees it, opened so that nothing waits.
    fn line(&self) -> OwnedFd {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        rustix::fs::open(self.master().tty_name().unwrap(), flags, Mode::empty()).unwrap()
    }

    fn set(&self, reading: Reading) {
        self.output().reading = reading;
        self.output.1.notify_all();
    }

    fn master(&self) -> &dyn MasterPty {
        &**self.master.as_ref().unwrap()
    }

    /// Everything the program wrote.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.output().bytes.clone()
    }

    fn output(&self) -> MutexGuard<'_, Output> {
        self.output.0.lock().unwrap()
    }
}

impl Drop for Terminal {
    /// Looks for secrets in whatever the program showed and left (O8).
    fn drop(&mut self) {
        // Only where a test failed halfway; a program that has ended cannot be killed.
        if let Ok(None) = self.child.try_wait() {
            self.signal(Signal::KILL);
            self.child.wait().unwrap();
        }
        if thread::panicking() {
            return;
        }
        let mut finds = self.secrets.found_in("the terminal", &self.bytes());
        finds.extend(
            self.secrets.found_in("the last screen", self.output().parser.screen().contents().as_bytes()),
        );
        finds.extend(self.secrets.found_in("the arguments", &self.arguments));
        finds.extend(self.secrets.found_in_files(self.home()));
        assert!(finds.is_empty(), "secrets are left: {finds:#?}");
    }
}

/// The first child of a process.
fn child_of(parent: u32) -> Option<u32> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).find(|pid: &u32| {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let rest = stat.rsplit_once(')').map(|(_, rest)| rest.to_owned()).unwrap_or_default();
        rest.split_whitespace().nth(1).and_then(|number| number.parse().ok()) == Some(parent)
    })
}

/// The variables every program under test has.
pub(crate) fn environment(home: &Path) -> Vec<(&'static str, PathBuf)> {
    vec![
        ("HOME", home.to_owned()),
        ("XDG_CONFIG_HOME", home.join("config")),
        ("XDG_STATE_HOME", home.join("state")),
        ("TERM", "xterm-256color".into()),
        ("LANG", "C.UTF-8".into()),
        ("PATH", "/usr/bin:/bin".into()),
    ]
}

fn count(bytes: &[u8], mark: &[u8]) -> usize {
    bytes.windows(mark.len()).filter(|window| *window == mark).count()
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().unwrap())
}

fn drawn(output: &Output) -> String {
    let screen = output.parser.screen();
    let (_, columns) = screen.size();
    let mut text = String::new();
    for row in screen.rows(0, columns) {
        writeln!(text, "│{row:<width$}│", width = usize::from(columns)).unwrap();
    }
    let kind = if screen.alternate_screen() { "alternate" } else { "normal" };
    let open = if output.closed { "closed" } else { "open" };
    writeln!(text, "{kind} screen, {open}, {} bytes written", output.bytes.len()).unwrap();
    text
}
