//! The first thing the program does, whatever it was started for: nothing of it can be read from outside.
//!
//! Before a setting is read, a core dump is switched off, the memory is closed to debuggers and to
//! `/proc/<pid>/mem` and `environ` of the same account, files are made for their owner only, and what the
//! parent process left open is closed, so that no password command inherits it.
//!
//! Memory that is freed is wiped, whoever freed it: request bodies, headers and the buffers of the libraries
//! below hold passwords and tokens that no type of ours reaches.
//!
//! `SIGPIPE` stays ignored, as the standard library leaves it: writing to a pipe that nobody reads is an error
//! like any other, which ends `journal report | head` in order, and cannot kill a dashboard between a change
//! and its line in the journal. Children get the default action back.

use std::alloc::System;
use std::fs;
use std::io;
use std::os::fd::RawFd;

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit, umask};
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static WIPING: ZeroAlloc<System> = ZeroAlloc(System);

/// The first descriptor that is not one of the three standard ones.
const FIRST: RawFd = 3;

/// Closes all of them.
///
/// # Errors
///
/// What stays open; then the program should go no further.
pub fn close() -> io::Result<()> {
    umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).map_err(|error| of("core dumps stay on", &error.into()))?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|error| of("the memory stays readable", &error.into()))?;
    close_strays();
    Ok(())
}

fn of(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// Closes what was inherited: at this point nothing beyond the standard three is ours.
fn close_strays() {
    let listed: Vec<RawFd> = fs::read_dir("/proc/self/fd").map_or_else(
        |_no_proc| (FIRST..256).collect(),
        |entries| entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect(),
    );
    for descriptor in listed.into_iter().filter(|descriptor| *descriptor >= FIRST) {
        // The listing itself was among them, and is closed already.
        let _it_may_be_none = nix::unistd::close(descriptor);
    }
}
