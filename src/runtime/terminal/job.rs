//! Stopping as a job of a shell, and whether there is one.

use rustix::process::{Signal, getpid, kill_current_process_group, kill_process};

/// Nobody could let a stopped program go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no shell to go back to")]
pub struct NoShell;

/// Whether some ancestor, outside of this job and in this session, controls it: what POSIX calls a process
/// group that is not orphaned. The kernel lets Ctrl-Z do nothing otherwise, and so do we.
pub(super) fn has_a_shell() -> Result<(), NoShell> {
    if is_controlled(getpid().as_raw_nonzero().get(), look_up) { Ok(()) } else { Err(NoShell) }
}

/// Where a process stands. 0 is a process, group or session outside of this container: `getsid` of rustix does
/// not expect it, so all three are read from the same line of the kernel.
#[derive(Clone, Copy)]
struct Standing {
    parent: i32,
    group: i32,
    session: i32,
}

fn is_controlled(pid: i32, look_up: impl Fn(i32) -> Option<Standing>) -> bool {
    let Some(own) = look_up(pid) else { return false };
    // A chain of parents ends at process 1, long before this many.
    std::iter::successors(look_up(own.parent), |child| look_up(child.parent))
        .take(64)
        .take_while(|ancestor| ancestor.session == own.session)
        .any(|ancestor| ancestor.group != own.group)
}

fn look_up(pid: i32) -> Option<Standing> {
    parse(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The numbers two to four after the name, which stands in parentheses and may hold some itself (proc(5)).
fn parse(stat: &str) -> Option<Standing> {
    let (_, rest) = stat.rsplit_once(')')?;
    let mut numbers = rest.split_whitespace().skip(1).map_while(|word| word.parse().ok());
    Some(Standing { parent: numbers.next()?, group: numbers.next()?, session: numbers.next()? })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the last of these, each the child of the one before, has a shell.
    fn last_is_controlled(chain: &[(i32, i32)]) -> bool {
        is_controlled(i32::try_from(chain.len()).unwrap(), |pid| {
            let (group, session) = *chain.get(usize::try_from(pid).ok()?.checked_sub(1)?)?;
            Some(Standing { parent: pid - 1, group, session })
        })
    }

    #[test]
    fn sg_08_a_shell_is_an_ancestor_of_another_group_in_the_same_session() {
        assert!(last_is_controlled(&[(1, 1), (2, 2), (3, 2)]), "a shell");
        assert!(last_is_controlled(&[(1, 1), (2, 2), (3, 2), (3, 2)]), "a script of its own group between");
        assert!(!last_is_controlled(&[(1, 1), (2, 2)]), "started as the leader of a session");
        assert!(!last_is_controlled(&[(1, 1), (2, 2), (2, 2)]), "in the group of that leader");
    }

    #[test]
    fn sg_08_groups_and_sessions_outside_of_a_container_are_no_shell() {
        assert!(!last_is_controlled(&[(0, 0), (0, 0), (3, 3)]));
        assert!(!last_is_controlled(&[(0, 0), (0, 0)]));
        assert!(last_is_controlled(&[(0, 0), (2, 0)]), "a shell whose session began outside");
        assert!(parse("7 (a) b (c) S 0 0 0 34816").is_some_and(|own| own.session == 0));
    }
}
