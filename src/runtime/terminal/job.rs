//! Stopping as a job of a shell, and whether there is one.

use rustix::process::{
    Pid, Signal, getpgid, getpid, getppid, getsid, kill_current_process_group, kill_process,
};

/// Nobody could let a stopped program go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no shell to go back to")]
pub struct NoShell;

/// Whether some ancestor, outside of this job and in this session, controls it: what POSIX calls a process
/// group that is not orphaned. The kernel lets Ctrl-Z do nothing otherwise, and so do we.
pub(super) fn has_a_shell() -> Result<(), NoShell> {
    let known = |found: Result<Pid, _>| found.map_err(|_nobody: rustix::io::Errno| NoShell);
    let (group, session) = (known(getpgid(None))?, known(getsid(None))?);
    let mut ancestor = getppid();
    // A chain of parents ends at process 1, long before this many.
    for _ in 0..64 {
        let pid = ancestor.ok_or(NoShell)?;
        if known(getsid(Some(pid)))? != session {
            return Err(NoShell);
        }
        if known(getpgid(Some(pid)))? != group {
            return Ok(());
        }
        ancestor = parent(pid);
    }
    Err(NoShell)
}

/// The parent of a process: the second number after the name, which stands in parentheses.
fn parent(pid: Pid) -> Option<Pid> {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    Pid::from_raw(rest.split_whitespace().nth(1)?.parse().ok()?)
}

/// Stops every process of the job, this one last: the shell waits for all of them.
pub(super) fn stop() {
    if let Err(error) = kill_current_process_group(Signal::TSTP) {
        tracing::error!(%error, "the job cannot be stopped");
    }
}

/// Stops this process.
pub(in crate::runtime) fn stop_self() {
    if let Err(error) = kill_process(getpid(), Signal::STOP) {
        tracing::error!(%error, "cannot stop");
    }
}
