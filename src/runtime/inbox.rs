//! The two ways to the loop: the queue, which makes its writers wait, and the bell, which waits for nobody.

use tokio::sync::mpsc;

use super::Event;

/// Room in the queue. A full one makes the readers wait, and the kernel keeps what is typed.
const QUEUE: usize = 256;

/// Room behind the bell. What is rung for twice is done once, except for the end, which has a place of its own.
const RINGS: usize = 8;

/// The loop's end of both.
#[derive(Debug)]
pub struct Inbox {
    queue: mpsc::Receiver<Event>,
    rings: mpsc::Receiver<Event>,
    bell: mpsc::Sender<Event>,
}

/// Tells the loop of signals, past everything that waits in the queue.
#[derive(Clone, Debug)]
pub struct Bell(mpsc::Sender<Event>);

/// The queue to the loop, and the loop's end of it.
pub fn queue() -> (mpsc::Sender<Event>, Inbox) {
    let (sender, queue) = mpsc::channel(QUEUE);
    let (bell, rings) = mpsc::channel(RINGS);
    (sender, Inbox { queue, rings, bell })
}

impl Inbox {
    /// A bell of this loop.
    pub fn bell(&self) -> Bell {
        Bell(self.bell.clone())
    }

    /// The next event; none when the queue has no writer any more.
    pub async fn recv(&mut self) -> Option<Event> {
        tokio::select! {
            biased;
            Some(event) = self.rings.recv() => Some(event),
            event = self.queue.recv() => event,
        }
    }

    /// The next event that is there.
    pub fn try_recv(&mut self) -> Option<Event> {
        self.rings.try_recv().or_else(|_nothing| self.queue.try_recv()).ok()
    }
}

impl Bell {
    /// Rings, unless the loop has not yet come for what it was rung for before: every event but the end says
    /// no more than "look again".
    pub(super) fn ring(&self, event: Event) {
        if matches!(event, Event::End(_)) || self.0.capacity() > 1 {
            let _the_loop_may_be_gone = self.0.try_send(event);
        }
    }

    /// Whether the loop has ended.
    pub(super) fn is_deaf(&self) -> bool {
        self.0.is_closed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::End;

    #[test]
    fn sg_10_a_storm_of_rings_leaves_room_for_the_end() {
        let (_queue, mut inbox) = queue();
        let bell = inbox.bell();
        (0..1000).for_each(|_| bell.ring(Event::SizeChanged));
        bell.ring(Event::End(End::Signal(15)));
        let events: Vec<_> = std::iter::from_fn(|| inbox.try_recv()).collect();
        assert_eq!(events.len(), RINGS);
        assert_eq!(events.last(), Some(&Event::End(End::Signal(15))));
    }

    #[test]
    fn rings_go_past_what_waits_in_the_queue() {
        let (queue, mut inbox) = queue();
        queue.try_send(Event::ScreenLost).unwrap();
        inbox.bell().ring(Event::SizeChanged);
        assert_eq!(inbox.try_recv(), Some(Event::SizeChanged));
        assert_eq!(inbox.try_recv(), Some(Event::ScreenLost));
        drop((queue, inbox.bell()));
        assert_eq!(inbox.try_recv(), None);
    }
}
