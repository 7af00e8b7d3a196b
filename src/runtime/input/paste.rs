//! Text between the marks of a paste, of bounded size.

/// What ends a paste.
const MARK: &[u8] = b"\x1b[201~";

/// Ctrl-C, the way out of a paste whose end mark does not come.
const INTERRUPT: u8 = 0x03;

/// Most of a paste that is kept; the rest is thrown away, not typed.
const MOST: usize = 8 << 20;

/// How a paste ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// With its mark.
    Mark,
    /// With Ctrl-C.
    Interrupted,
}

/// A paste while it comes.
#[derive(Debug, Default)]
pub(super) struct Paste {
    text: Vec<u8>,
    /// How much of the end mark has come.
    matched: usize,
}

impl Paste {
    /// Takes bytes up to the end of the paste; gives how it ended, if it did, and what follows.
    pub(super) fn take<'a>(&mut self, bytes: &'a [u8]) -> (Option<End>, &'a [u8]) {
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            if Some(&byte) == MARK.get(self.matched) {
                self.matched += 1;
                rest = after;
                if self.matched == MARK.len() {
                    self.matched = 0;
                    return (Some(End::Mark), rest);
                }
                continue;
            }
            // ESC stands in the mark only at its beginning, so no later beginning was passed over.
            let begun = std::mem::take(&mut self.matched);
            self.keep(MARK.get(..begun).unwrap_or_default());
            if byte == INTERRUPT {
                return (Some(End::Interrupted), after);
            }
            let plain = memchr::memchr2(b'\x1b', INTERRUPT, rest).unwrap_or(rest.len());
            let (text, after) = rest.split_at(plain);
            self.keep(text);
            rest = after;
        }
        (None, rest)
    }

    /// What was kept; the paste is empty afterwards, and the memory given back.
    pub(super) fn text(&mut self) -> String {
        self.matched = 0;
        String::from_utf8_lossy(&std::mem::take(&mut self.text)).into_owned()
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = MOST.saturating_sub(self.text.len()).min(bytes.len());
        self.text.extend_from_slice(bytes.get(..room).unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_mark_is_found_however_it_is_split_and_what_looks_like_it_is_text() {
        let bytes = b"a\x1b[20\x1b\x1b[201\x1b[201~rest";
        for cut in 0..=bytes.len() {
            let mut paste = Paste::default();
            let (first, second) = bytes.split_at(cut);
            let (mut end, mut rest) = paste.take(first);
            if end.is_none() {
                (end, rest) = paste.take(second);
            }
            assert_eq!(end, Some(End::Mark), "{cut}");
            assert!(b"rest".ends_with(rest) || rest == &bytes[bytes.len() - 4..cut], "{cut}: {rest:?}");
            assert_eq!(paste.text(), "a\x1b[20\x1b\x1b[201", "{cut}");
        }
    }

    #[test]
    fn in_06_no_more_than_eight_mebibytes_are_kept_and_ctrl_c_is_the_way_out() {
        let mut paste = Paste::default();
        let block = vec![b'x'; 1 << 20];
        for _ in 0..100 {
            assert_eq!(paste.take(&block), (None, &[][..]));
        }
        assert!(paste.text.capacity() <= 2 * MOST, "{}", paste.text.capacity());
        assert_eq!(paste.take(b"y\x03q"), (Some(End::Interrupted), &b"q"[..]));
        assert_eq!(paste.text().len(), MOST);
        assert_eq!(paste.text.capacity(), 0);
    }
}
