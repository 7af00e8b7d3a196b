//! What an operator feels, measured from outside: the program in a pseudo-terminal of 120x40 against a demo
//! server in another process. Prints one table.
//!
//! `cargo bench --bench pty`, then optionally the numbers of organizations (10000 and 100000 without), and
//! `--idle SECONDS` (60). Times end with the last byte of the first frame; an update ends when nothing was written for
//! 40 ms, and where many keys were sent its time ends there.
//! `CCKM_BENCH_PROGRAM=/path/to/cckm-tui` measures another build.
//! On a busy machine the times are noise; the bytes are not.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a bench: it stops at the first thing that is not as it should be, prints, and reads the clock"
)]

mod figures;
mod program;

use std::time::{Duration, Instant};

use figures::{Series, Table};
use program::{Program, Server};

/// Keys in a series.
const KEYS: usize = 100;
/// Filters typed.
const FILTERS: usize = 10;
/// Keys sent at once.
const FLOOD: usize = 2000;
/// Keys a second that are tried, for a second each.
const RATES: [usize; 5] = [500, 1000, 2000, 5000, 10_000];

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut counts, mut idle, mut is_bench) = (Vec::new(), 60, false);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--bench" => is_bench = true,
            "--idle" => idle = arguments.next().and_then(|seconds| seconds.parse().ok()).unwrap(),
            count => counts.extend(count.parse::<usize>()),
        }
    }
    if !is_bench {
        // `cargo test --all-targets` runs benches too.
        return;
    }
    if counts.is_empty() {
        counts = vec![10_000, 100_000];
    }
    let mut table = Table::default();
    for count in counts {
        measure(&mut table, count, Duration::from_secs(idle));
    }
    println!("{table}");
}

/// Everything, with so many organizations.
fn measure(table: &mut Table, count: usize, idle: Duration) {
    let server = Server::start(count);
    table.begin(&format!("{count} rows"));
    start(table, &server, count);
    let base = Program::loaded(&Server::start(1), &[]).memory_mib();
    let mut program = Program::loaded(&server, &[]);
    let loaded = program.memory_mib();
    table.add("memory with one row / when loaded, MiB", format!("{base:.1} / {loaded:.1}"));
    let (_, record) = server.own_time(count);
    let a_row = (loaded - base) * 1024.0 * 1024.0 / count as f64;
    table.add("memory a row, its JSON among it / the JSON, B", format!("{a_row:.0} / {record}"));
    keys(table, &mut program, "");
    for (nth, (before, last)) in [("", "s"), ("s", "f"), ("sf", "d")].into_iter().enumerate() {
        let series = Series::of((0..FILTERS).map(|_| {
            program.press("/");
            program.press(before);
            let update = program.press(last);
            program.press("\x1b");
            program.press("\x1b");
            update
        }));
        table.add(&format!("filter, character {}: p50 / p99 ms", nth + 1), series.times());
        table.add(&format!("filter, character {}: bytes a key", nth + 1), series.bytes());
    }
    flood(table, &mut program);
    held(table, &mut program);
    rest(table, &mut program, idle, "");
    server.stop();
    program.press("r");
    let series = Series::of((0..KEYS).map(|nth| program.press(if nth % 2 == 0 { "j" } else { "k" })));
    table.add("move while the server hangs: p50 / p99 ms", series.times());
    table.add("move while the server hangs: p95 ms", series.p95());
    server.go_on();
    mouse(table, &server);
    let mut low = Program::loaded(&server, &["--low-bandwidth"]);
    keys(table, &mut low, "low bandwidth: ");
    rest(table, &mut low, idle, "low bandwidth: ");
}

/// From the start to the screen.
fn start(table: &mut Table, server: &Server, count: usize) {
    let mut series = [const { Vec::new() }; 3];
    for _ in 0..5 {
        let begun = Instant::now();
        let mut program = Program::start(server, &[]);
        let milestones = [program.wait_for_output(), program.wait_for("00D"), program.wait_until_loaded()];
        for (series, reached) in series.iter_mut().zip(milestones) {
            series.push(reached - begun);
        }
    }
    let names = ["start to first frame, ms", "start to first rows, ms", "start to all rows, ms"];
    let mut middle = Duration::ZERO;
    for (name, mut times) in names.into_iter().zip(series) {
        times.sort_unstable();
        middle = times[times.len() / 2];
        table.add(name, format!("{:.1}", figures::ms(middle)));
    }
    let mut own: Vec<_> = (0..5).map(|_| server.own_time(count).0).collect();
    own.sort_unstable();
    let ratio = middle.as_secs_f64() / own[2].as_secs_f64();
    table.add("the pages alone, ms / all rows to that", format!("{:.1} / {ratio:.1}", figures::ms(own[2])));
}

/// Movements: within the screen, past its edge, by pages.
fn keys(table: &mut Table, program: &mut Program, mode: &str) {
    program.press("g");
    program.press("10j");
    let moved = Series::of((0..KEYS).map(|nth| program.press(if nth / 10 % 2 == 0 { "j" } else { "k" })));
    program.press("g");
    program.press("100j");
    let scrolled = Series::of((0..KEYS).map(|_| program.press("j")));
    let (mut sent, mut needed) = (0, 0);
    let paged = Series::of((0..KEYS).map(|_| {
        let (update, cells) = program.press_and_weigh("\x1b[6~");
        (sent, needed) = (sent + update.bytes, needed + cells);
        update
    }));
    for (name, series) in [("move", moved), ("scroll", scrolled), ("page", paged)] {
        table.add(&format!("{mode}{name}: p50 / p99 ms"), series.times());
        table.add(&format!("{mode}{name}: bytes a key"), series.bytes());
    }
    let ratio = sent as f64 / needed.max(1) as f64;
    table.add(&format!("{mode}page: bytes to what its new cells need"), format!("{ratio:.2}"));
}

/// Keys at once.
fn flood(table: &mut Table, program: &mut Program) {
    program.press("g");
    let update = program.press(&"j".repeat(FLOOD));
    let told = format!("{:.2} / {}", figures::ms(update.drained), update.bytes);
    table.add(&format!("{FLOOD} keys at once: drained, ms / bytes"), told);
    let there = program.press("k");
    assert!(there.bytes > 0, "the list still answers");
}

/// A key that repeats.
fn held(table: &mut Table, program: &mut Program) {
    let mut kept_up = 0;
    for rate in RATES {
        program.press("g");
        let (lag, _) = program.hold("j", rate, Duration::from_secs(1));
        if lag > Duration::from_millis(100) {
            break;
        }
        kept_up = rate;
    }
    table.add("held key, most keys a second kept up with", kept_up.to_string());
}

/// Ten thousand reports of the wheel in a second, up and down, for two seconds.
fn mouse(table: &mut Table, server: &Server) {
    let mut program = Program::loaded(server, &["--mouse"]);
    let before = program.cpu();
    let reports = "\x1b[<65;10;9M\x1b[<64;10;9M";
    let (lag, _) = program.hold(reports, 5_000, Duration::from_secs(2));
    let cpu = program.cpu().saturating_sub(before).as_secs_f64() / 2.0;
    table.add(
        "10,000 reports of the mouse a second: CPU %, lag ms",
        format!("{:.0} / {:.1}", cpu * 100.0, figures::ms(lag)),
    );
}

/// Nothing, with the list read again every thirty seconds, and without.
fn rest(table: &mut Table, program: &mut Program, time: Duration, mode: &str) {
    program.press("g");
    at_rest(table, program, time, mode);
    program.press("p");
    at_rest(table, program, time, &format!("{mode}refresh paused, "));
    program.press("p");
}

fn at_rest(table: &mut Table, program: &mut Program, time: Duration, mode: &str) {
    // What passes by itself has passed: the notice of a key, and the detail that follows.
    program.bytes_within(Duration::from_secs(6));
    let before = (program.cpu(), program.wakeups());
    let bytes = program.bytes_within(time);
    let cpu = program.cpu().saturating_sub(before.0);
    let wakeups = program.wakeups() - before.1;
    let seconds = time.as_secs();
    table.add(
        &format!("{mode}idle for {seconds} s: bytes / CPU s / wake-ups"),
        format!("{bytes} / {:.2} / {wakeups}", cpu.as_secs_f64()),
    );
}
