mod any;

use std::io;
use std::sync::{Arc, Mutex};

use super::*;
use crate::domain::{Operation, OrganizationId, Outcome, RunId, Target};
use crate::text::Untrusted;

fn id(count: u64) -> OperationId {
    OperationId::new(RunId::new(0x7f_3a9c), count)
}

fn operation(count: u64, name: &str, reason: &str) -> Operation {
    Operation {
        id: id(count),
        target: Target {
            server: "https://cm1.example.com".into(),
            server_identity: "".into(),
            domain: "root".into(),
            user: "ops1".into(),
            profile: "prod-eu".into(),
            id: OrganizationId::new("2473e846-31a8-4ee6-8a1e-000000000001").unwrap(),
            name: name.into(),
            organization_id: "00D5g000004xyz".into(),
        },
        before: "sfdc-eu-2024".into(),
        before_updated_at: "2026-11-20T08:00:00Z".into(),
        after: "sfdc-eu-2026".into(),
        reason: reason.into(),
        overridden: "".into(),
        undo_of: None,
        plan: None,
    }
}

fn intent(count: u64) -> Transition {
    Transition::Intent(Box::new(operation(count, "Acme España", "CHG-1042")))
}

fn settled(outcome: Outcome) -> Transition {
    Transition::Settled { outcome, seen: "sfdc-eu-2026".into() }
}

/// The life of one change that went well.
fn life(count: u64) -> [Transition; 5] {
    let looked = Transition::Looked { connection: "sfdc-eu-2026".into() };
    [
        intent(count),
        Transition::Sent,
        Transition::Answered { status: 200, by_another: false },
        looked,
        settled(Outcome::Verified),
    ]
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_795_456_800 + second).unwrap()
}

/// Memory that two journals can share, and that fails when it is told to.
#[derive(Clone, Debug, Default)]
struct Shared(Arc<Mutex<Bytes>>);

#[derive(Debug, Default)]
struct Bytes {
    all: Vec<u8>,
    /// Writes and syncs left until one fails.
    left: Option<usize>,
    /// How many bytes of a failing write get through.
    through: usize,
    cannot_cut: bool,
    /// Bytes known to be durable.
    synced: usize,
}

impl Shared {
    fn of(bytes: &[u8]) -> Self {
        let shared = Self::default();
        shared.0.lock().unwrap().all = bytes.to_vec();
        shared
    }

    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().all.clone()
    }

    fn open(&self) -> (Journal, Contents) {
        Journal::on(Box::new(self.clone()), "shared".into()).unwrap()
    }
}

impl Bytes {
    fn fails(&mut self) -> bool {
        match &mut self.left {
            Some(0) => true,
            Some(left) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }
}

impl Storage for Shared {
    fn lock(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn unlock(&mut self) {}

    fn is_in_place(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn length(&self) -> io::Result<u64> {
        Ok(self.0.lock().unwrap().all.len() as u64)
    }

    fn read_from(&mut self, offset: u64) -> io::Result<Vec<u8>> {
        let offset = usize::try_from(offset).unwrap();
        Ok(self.0.lock().unwrap().all[offset..].to_vec())
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let mut own = self.0.lock().unwrap();
        if own.fails() {
            let through = own.through.min(bytes.len());
            own.all.extend_from_slice(&bytes[..through]);
            return Err(io::ErrorKind::StorageFull.into());
        }
        own.all.extend_from_slice(bytes);
        Ok(())
    }

    fn sync(&mut self) -> io::Result<()> {
        let mut own = self.0.lock().unwrap();
        if own.fails() {
            return Err(io::Error::from_raw_os_error(5));
        }
        own.synced = own.all.len();
        Ok(())
    }

    fn cut(&mut self, length: u64) -> io::Result<()> {
        let mut own = self.0.lock().unwrap();
        if own.cannot_cut {
            return Err(io::Error::from_raw_os_error(1));
        }
        own.all.truncate(usize::try_from(length).unwrap());
        Ok(())
    }
}

/// A journal of whole lives, of at least so many bytes.
fn journal_of(bytes: usize) -> Vec<u8> {
    let shared = Shared::default();
    let (mut journal, _) = shared.open();
    for count in 1.. {
        for (step, transition) in life(count).iter().enumerate() {
            journal.append(at(step.try_into().unwrap()), &id(count), transition).unwrap();
        }
        if shared.bytes().len() >= bytes {
            break;
        }
    }
    shared.bytes()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8(bytes.to_vec()).unwrap().lines().map(str::to_owned).collect()
}

fn bad(lines: &[String]) -> Option<BadLine> {
    match summary((lines.join("\n") + "\n").as_bytes()) {
        Ok(_) => None,
        Err(VerifyError::Bad(bad)) => Some(bad),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_format_is_what_the_documentation_says() {
    let shared = Shared::default();
    let (mut journal, contents) = shared.open();
    assert_eq!(contents, Contents { entries: Vec::new(), torn: None, chain: Ok(()) });
    assert_eq!(journal.append(at(0), &id(1), &intent(1)).unwrap(), 1);
    assert_eq!(
        journal.append(at(1), &id(1), &Transition::Answered { status: 504, by_another: false }).unwrap(),
        2
    );
    let lines = lines(&shared.bytes());
    let zeros = "0".repeat(64);
    let (head, hash) = lines[0].split_once(",\"hash\":\"").unwrap();
    assert_eq!(
        head,
        format!(
            "{{\"sequence\":1,\"previous\":\"{zeros}\",\"at\":\"2026-11-23T18:00:00.000Z\",\
             \"operation\":\"7f3a9c-1\",\"event\":\"intent\",\"organization\":\"Acme España\",\
             \"connection_before\":\"sfdc-eu-2024\",\"connection_after\":\"sfdc-eu-2026\",\
             \"reason\":\"CHG-1042\",\"user\":\"ops1\",\"server\":\"https://cm1.example.com\",\
             \"server_identity\":\"\",\"domain\":\"root\",\"profile\":\"prod-eu\",\
             \"id\":\"2473e846-31a8-4ee6-8a1e-000000000001\",\"organization_id\":\"00D5g000004xyz\",\
             \"updated_at_before\":\"2026-11-20T08:00:00Z\",\"overridden\":\"\",\"undo_of\":null"
        )
    );
    assert_eq!(hash, format!("{}\"}}", Hash::of(head.as_bytes())));
    assert!(
        lines[1].starts_with(&format!("{{\"sequence\":2,\"previous\":\"{}\"", Hash::of(lines[0].as_bytes())))
    );
    assert!(lines[1].contains("\"event\":\"answered\",\"status\":504,\"hash\""));
}

#[test]
fn fs_08_every_prefix_opens_keeps_its_whole_entries_and_takes_more() {
    // Few long lines: each prefix is read twice.
    let shared = Shared::default();
    let (mut journal, _) = shared.open();
    for count in 1..=4 {
        let reason = "CHG-1042 ñ ".repeat(400);
        let intent = Transition::Intent(Box::new(operation(count, "Acme", &reason)));
        for transition in [intent, Transition::Sent, settled(Outcome::Unknown)] {
            journal.append(at(0), &id(count), &transition).unwrap();
        }
    }
    let whole = shared.bytes();
    assert!(whole.len() >= 20_000);
    let (_, all) = Shared::of(&whole).open();
    for length in 0..=whole.len() {
        let prefix = Shared::of(&whole[..length]);
        let (mut journal, contents) = prefix.open();
        let ended = memchr::memchr_iter(b'\n', &whole[..length]).count();
        // A line that lacks only its newline is whole.
        let count = ended + usize::from(whole.get(length) == Some(&b'\n'));
        assert_eq!(contents.entries, all.entries[..count], "{length} bytes");
        assert_eq!(contents.chain, Ok(()));
        let rest = length - whole[..length].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let torn = (rest > 0 && count == ended).then(|| Torn { line: ended + 1, bytes: rest as u64 });
        assert_eq!(contents.torn, torn, "{length} bytes");
        journal.append(at(99), &id(99), &Transition::Sent).unwrap();
        journal.append(at(99), &id(99), &Transition::Sent).unwrap();
        let summary = summary(&prefix.bytes()).unwrap();
        assert_eq!(summary.entries, count + 2, "{length} bytes");
        let marked = torn.map(|torn| Torn { bytes: torn.bytes + 1, ..torn });
        assert_eq!(summary.torn, Vec::from_iter(marked), "{length} bytes");
    }
}

#[test]
fn fs_09_the_first_bad_line_is_named() {
    let good = lines(&journal_of(8_000));
    assert_eq!(bad(&good), None);
    let last = good.len() - 1;
    for at in 0..good.len() {
        let mut edited = good.clone();
        edited[at] = edited[at].replace("7f3a9c", "7f3a9d");
        assert_eq!(bad(&edited).unwrap().line, at + 1, "edited");

        let mut unreadable = good.clone();
        unreadable[at] = "hello".to_owned();
        match summary((unreadable.join("\n") + "\n").as_bytes()) {
            Err(VerifyError::Bad(bad)) => assert_eq!(bad.line, at + 1, "unreadable"),
            Err(VerifyError::Torn(torn)) => assert_eq!((torn.line, at), (at + 1, last)),
            other => panic!("{other:?}"),
        }

        let mut doubled = good.clone();
        doubled.insert(at, good[at].clone());
        assert_eq!(bad(&doubled).unwrap().line, at + 2, "doubled");

        if at < last {
            let mut removed = good.clone();
            removed.remove(at);
            assert_eq!(bad(&removed).unwrap().line, at + 1, "removed");
            let mut swapped = good.clone();
            swapped.swap(at, at + 1);
            assert_eq!(bad(&swapped).unwrap().line, at + 1, "swapped");
        }
    }
}

#[test]
fn fs_09_a_line_rewritten_with_a_fitting_hash_of_its_own_is_named_by_the_next() {
    let good = lines(&journal_of(4_000));
    let mut forged = good.clone();
    let (head, _) = good[2].split_once(",\"hash\":").unwrap();
    let head = head.replace("200", "409");
    forged[2] = format!("{head},\"hash\":\"{}\"}}", Hash::of(head.as_bytes()));
    let bad = bad(&forged).unwrap();
    assert_eq!((bad.line, bad.what.as_str()), (3, "was altered: line 4 has another hash of it"));
}

#[test]
fn fs_09_appending_heals_no_altered_line() {
    let good = journal_of(4_000);
    let altered = String::from_utf8(good).unwrap().replacen("\"status\":200", "\"status\":201", 1);
    let shared = Shared::of(altered.as_bytes());
    let (mut journal, contents) = shared.open();
    assert_eq!(contents.chain.unwrap_err().line, 3);
    journal.append(at(9), &id(9), &Transition::Sent).unwrap();
    assert!(matches!(summary(&shared.bytes()), Err(VerifyError::Bad(bad)) if bad.line == 3));
}

#[test]
fn fs_09_bytes_put_between_two_lines_are_no_interrupted_write() {
    let mut inserted = lines(&journal_of(4_000));
    inserted.insert(2, "{\"sequence\":3".to_owned());
    assert_eq!(bad(&inserted).unwrap().line, 3);
}

#[test]
fn fs_07_whichever_write_or_sync_fails_no_acknowledged_entry_is_lost() {
    let steps: Vec<_> = (1..=2).flat_map(|count| life(count).map(|step| (count, step))).collect();
    for cannot_cut in [false, true] {
        for fails_at in 0..2 * steps.len() {
            for through in [0, 1, 40, 400, usize::MAX] {
                let shared = Shared::default();
                *shared.0.lock().unwrap() =
                    Bytes { left: Some(fails_at), through, cannot_cut, ..Bytes::default() };
                let (mut journal, _) = shared.open();
                let mut acknowledged = Vec::new();
                for (count, step) in &steps {
                    match journal.append(at(0), &id(*count), step) {
                        Ok(sequence) => {
                            acknowledged.push((sequence, step.clone()));
                            let own = shared.0.lock().unwrap();
                            assert_eq!(own.synced, own.all.len(), "durable when it returns");
                        }
                        // The trouble passes.
                        Err(_) => shared.0.lock().unwrap().left = None,
                    }
                }
                assert_eq!(acknowledged.len(), steps.len() - 1);
                journal.append(at(0), &id(9), &Transition::Sent).unwrap();
                let (_, contents) = shared.open();
                let found = contents.entries.into_iter().map(|entry| (entry.sequence, entry.transition));
                let found: Vec<_> = found.filter(|entry| acknowledged.contains(entry)).collect();
                assert_eq!(found, acknowledged);
                let summary = summary(&shared.bytes()).unwrap();
                assert!(cannot_cut || summary.torn.is_empty());
            }
        }
    }
}

#[test]
fn fs_05_a_full_disk_is_named_with_what_to_do() {
    let shared = Shared::default();
    shared.0.lock().unwrap().left = Some(0);
    let (mut journal, _) = shared.open();
    let words = journal.append(at(0), &id(1), &intent(1)).unwrap_err().to_string();
    assert!(
        words.starts_with("journal shared: no room to write (") && words.ends_with("then try again"),
        "{words}"
    );
}

#[test]
fn wr_27_two_journals_on_the_same_bytes_make_one_chain() {
    let shared = Shared::default();
    let (mut first, _) = shared.open();
    let (mut second, _) = shared.open();
    let mut sequences = Vec::new();
    for count in 1..=5 {
        sequences.push(first.append(at(0), &id(count), &intent(count)).unwrap());
        sequences.push(second.append(at(0), &id(count + 10), &intent(count + 10)).unwrap());
        sequences.push(second.append(at(0), &id(count + 10), &Transition::Sent).unwrap());
    }
    assert_eq!(sequences, (1..=15).collect::<Vec<_>>());
    assert_eq!(summary(&shared.bytes()).unwrap().entries, 15);
}

#[test]
fn wr_27_what_another_instance_left_torn_is_accounted_for() {
    for length in 0..700 {
        let shared = Shared::default();
        let (mut first, _) = shared.open();
        first.append(at(0), &id(1), &intent(1)).unwrap();
        // The other dies in the middle of a line, or of ending one and writing another.
        let before = shared.bytes();
        let (mut second, _) = shared.open();
        second.append(at(0), &id(2), &intent(2)).unwrap();
        second.append(at(0), &id(2), &Transition::Sent).unwrap();
        let after = shared.bytes();
        shared.0.lock().unwrap().all.truncate((before.len() + length).min(after.len()));
        first.append(at(0), &id(1), &Transition::Sent).unwrap();
        summary(&shared.bytes()).unwrap();
    }
}

#[test]
fn a_journal_that_was_shortened_while_in_use_takes_nothing_more() {
    let shared = Shared::default();
    let (mut journal, _) = shared.open();
    journal.append(at(0), &id(1), &intent(1)).unwrap();
    shared.0.lock().unwrap().all.clear();
    let error = journal.append(at(0), &id(1), &Transition::Sent).unwrap_err();
    assert!(matches!(error.problem, Problem::Replaced), "{error}");
}

#[test]
fn fs_15_the_order_is_that_of_the_sequence_when_the_clock_goes_back() {
    let shared = Shared::default();
    let (mut journal, _) = shared.open();
    for second in [100, 50, -3000] {
        journal.append(at(second), &id(1), &Transition::Sent).unwrap();
    }
    let (_, contents) = shared.open();
    assert_eq!(contents.entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(summary(&shared.bytes()).is_ok());
}

#[test]
fn tx_08_whatever_a_name_is_it_round_trips_on_one_printable_line() {
    let hostile = format!(
        "x\n{{\"sequence\":1}}\u{1b}[2J\u{202e}\u{7f}\u{85}\0\u{1f600}\\\"ñ{}",
        "é\u{9b}".repeat(300_000)
    );
    let shared = Shared::default();
    let (mut journal, _) = shared.open();
    let operation = operation(1, &hostile, &hostile);
    journal.append(at(0), &id(1), &Transition::Intent(Box::new(operation.clone()))).unwrap();
    journal.append(at(0), &id(1), &Transition::NoAnswer { why: hostile.as_str().into() }).unwrap();
    let bytes = shared.bytes();
    let text = lines(&bytes);
    assert_eq!(text.len(), 2);
    assert!(!text.concat().chars().any(|c| c.is_control() || c == '\u{202e}'));
    let (_, contents) = shared.open();
    assert_eq!(contents.entries[0].transition, Transition::Intent(Box::new(operation)));
    assert_eq!(contents.entries[1].transition, Transition::NoAnswer { why: Untrusted::from(hostile) });
}

#[test]
fn wr_12_an_operation_is_open_from_its_intent_to_its_end() {
    let shared = Shared::default();
    let (mut journal, _) = shared.open();
    let mut add = |count, transitions: &[Transition]| {
        for transition in transitions {
            journal.append(at(7), &id(count), transition).unwrap();
        }
    };
    add(1, &life(1));
    add(2, &life(2)[..1]);
    add(3, &life(3)[..3]);
    add(4, &[intent(4), Transition::Abandoned { why: "no journal".into() }]);
    add(5, &[intent(5), Transition::NoAnswer { why: "cut off".into() }]);
    add(1, &[Transition::Corrected { outcome: Outcome::Applied, seen: "x".into() }]);
    add(6, &[Transition::Sent]);
    // The word of something in between says nothing of what the server did.
    add(7, &[intent(7), Transition::Sent, Transition::Answered { status: 200, by_another: true }]);
    let open = open_operations(&shared.open().1.entries);
    let expected = [(2, false, None), (3, true, Some(200)), (5, true, None), (7, true, None)];
    let expected = expected.map(|(count, sent, answered)| OpenOperation {
        operation: operation(count, "Acme España", "CHG-1042"),
        at: at(7),
        sent,
        answered,
    });
    assert_eq!(open, expected);
}
