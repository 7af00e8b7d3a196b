//! Reading lines in order: which are whole, whether each follows from the one before, what is left at the end.

use super::line::{Body, Hash, Line};
use super::{BadLine, Torn};
use crate::domain::Entry;
use crate::text::Untrusted;

/// How far the journal has been read: what the next line has to follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Position {
    /// Number of the last line read, from 1.
    pub(super) line: usize,
    /// Bytes up to here.
    pub(super) offset: u64,
    /// Sequence of the last line that could be read.
    pub(super) sequence: u64,
    /// Its hash.
    pub(super) hash: Hash,
    /// Whether its newline is there.
    pub(super) is_ended: bool,
}

impl Position {
    pub(super) const START: Self = Self { line: 0, offset: 0, sequence: 0, hash: Hash::NONE, is_ended: true };
}

/// What was found after a position.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) entries: Vec<Entry>,
    /// Interrupted writes that are marked as such.
    pub(super) marked: Vec<Torn>,
    /// What is after the last line that could be read.
    pub(super) tail: Option<Torn>,
    pub(super) bad: Option<BadLine>,
    /// Behind the last line that could be read.
    pub(super) end: Position,
}

/// Lines that cannot be read, until something says what they are.
struct Unread {
    line: usize,
    start: usize,
    why: String,
}

/// Reads `bytes`, which begin at `from`.
pub(super) fn scan(bytes: &[u8], from: &Position) -> Scan {
    let mut scan = Scan { entries: Vec::new(), marked: Vec::new(), tail: None, bad: None, end: from.clone() };
    let mut unread: Option<Unread> = None;
    let mut at = 0;
    if !from.is_ended && bytes.first() == Some(&b'\n') {
        // Somebody ended that line since.
        at = 1;
        scan.end.is_ended = true;
        scan.end.offset += 1;
    }
    let mut number = from.line;
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr::memchr(b'\n', rest);
        let text = length.and_then(|length| rest.get(..length)).unwrap_or(rest);
        let start = at;
        at += text.len() + usize::from(length.is_some());
        number += 1;
        let line = match Line::read(text) {
            Ok(line) => line,
            Err(why) => {
                unread.get_or_insert(Unread { line: number, start, why });
                continue;
            }
        };
        scan.judge(&line, number, unread.take().as_ref(), bytes, start);
        scan.end = Position {
            line: number,
            offset: from.offset + at as u64,
            sequence: line.sequence,
            hash: Hash::of(text),
            is_ended: length.is_some(),
        };
        scan.entries.extend(line.entry());
    }
    scan.tail = unread.map(|unread| Torn { line: unread.line, bytes: (bytes.len() - unread.start) as u64 });
    scan
}

impl Scan {
    /// Notes what is wrong with a line, if it is the first with which something is.
    fn judge(&mut self, line: &Line, number: usize, unread: Option<&Unread>, bytes: &[u8], start: usize) {
        let before = &self.end;
        let gap = unread.and_then(|unread| bytes.get(unread.start..start)).unwrap_or_default();
        let is_marked = match &line.body {
            Body::Torn { bytes, hash } => *bytes == gap.len() as u64 && *hash == Hash::of(gap).to_string(),
            Body::Step(..) => false,
        };
        let bad = match unread {
            Some(unread) if !is_marked => {
                Some((unread.line, format!("cannot be read: {}", brief(&unread.why))))
            }
            _ if !line.is_as_written => Some((number, "was altered: its hash is another".to_owned())),
            _ if before.sequence.checked_add(1) != Some(line.sequence) => Some((
                number,
                format!(
                    "has sequence {} and follows {}: lines were removed, doubled or moved",
                    line.sequence, before.sequence
                ),
            )),
            _ if line.previous != before.hash.to_string() && before.line == 0 => {
                Some((number, "is the first and names a line before it".to_owned()))
            }
            _ if line.previous != before.hash.to_string() => {
                Some((before.line, format!("was altered: line {number} has another hash of it")))
            }
            None if matches!(line.body, Body::Torn { .. }) => {
                Some((number, "tells of an interrupted write that is not there".to_owned()))
            }
            _ => None,
        };
        if let (Some(unread), true) = (unread, is_marked) {
            self.marked.push(Torn { line: unread.line, bytes: gap.len() as u64 });
        }
        if let (Some((line, what)), None) = (bad, &self.bad) {
            self.bad = Some(BadLine { line, what });
        }
    }
}

/// The head of a reason that may repeat what stands in the file.
fn brief(why: &str) -> String {
    Untrusted::from(why).display_head(200).0.into_string()
}
