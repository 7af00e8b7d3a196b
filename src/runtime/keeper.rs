//! The one task that writes down how lists are shown: the latest of each profile, off the loop.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::app::remembered::Remembered;
use crate::memory::Memory;

/// What waits to be written, by profile; a later one takes the place of one before.
type Waiting = Arc<Mutex<BTreeMap<Option<String>, Remembered>>>;

/// The task, and the way to it.
#[derive(Debug)]
pub(super) struct Keeper {
    waiting: Waiting,
    bell: watch::Sender<()>,
    task: JoinHandle<()>,
}

impl Keeper {
    pub(super) fn start(memory: Memory) -> Self {
        let (bell, mut rung) = watch::channel(());
        let waiting = Waiting::default();
        let inbox = Arc::clone(&waiting);
        let task = tokio::spawn(async move {
            while rung.changed().await.is_ok() {
                write(&memory, &inbox).await;
            }
            write(&memory, &inbox).await;
        });
        Self { waiting, bell, task }
    }

    /// Writes this down soon.
    pub(super) fn keep(&self, profile: Option<String>, remembered: Remembered) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(profile, remembered);
        self.bell.send_replace(());
    }

    /// Returns when everything is written.
    pub(super) async fn close(self) {
        drop(self.bell);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "the task that remembers ended early");
        }
    }
}

async fn write(memory: &Memory, waiting: &Waiting) {
    let all = take(&mut *waiting.lock().unwrap_or_else(PoisonError::into_inner));
    let memory = memory.clone();
    let written = spawn_blocking(move || {
        for (profile, remembered) in all {
            if let Err(error) = memory.write(profile.as_deref(), &remembered) {
                tracing::warn!(%error, "how the list is shown is not remembered");
            }
        }
    });
    if let Err(error) = written.await {
        tracing::error!(%error, "how the list is shown is not remembered");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_to_be_remembered_is_on_the_disk_when_the_program_ends() {
        let home = tempfile::tempdir().unwrap();
        let memory = Memory::new(home.path().join("cckm-tui"));
        let keeper = Keeper::start(memory.clone());
        let sorted = |sort: &str| Remembered { sort: sort.to_owned(), ..Remembered::default() };
        for n in 0..50 {
            keeper.keep(Some("prod".to_owned()), sorted(&format!("name:{n}")));
            keeper.keep(None, sorted("updated"));
        }
        keeper.close().await;
        assert_eq!(memory.read(Some("prod")), Ok(sorted("name:49")));
        assert_eq!(memory.read(None), Ok(sorted("updated")));
    }
}
