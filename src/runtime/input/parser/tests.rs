//! Keyboards as terminals send them, whole, split, cut off and mixed with noise.

use proptest::prelude::*;

use super::*;

/// What every terminal is known to send for a key, by the name of the key in a keymap; `-` for no key.
const SEQUENCES: &[(&str, &str)] = &[
    // Bytes of their own.
    ("\r", "enter"),
    ("\t", "tab"),
    ("\x7f", "backspace"),
    ("\x08", "backspace"),
    ("\x00", "ctrl-space"),
    ("\x01", "ctrl-a"),
    ("\x03", "ctrl-c"),
    ("\n", "ctrl-j"),
    ("\x0c", "ctrl-l"),
    ("\x12", "ctrl-r"),
    ("\x1a", "ctrl-z"),
    ("\x1c", "ctrl-4"),
    ("\x1f", "ctrl-7"),
    ("q", "q"),
    ("G", "G"),
    (" ", "space"),
    ("-", "minus"),
    ("~", "~"),
    ("[", "["),
    ("\u{f1}", "\u{f1}"),
    ("\u{20ac}", "\u{20ac}"),
    ("\u{1f511}", "\u{1f511}"),
    ("\u{9b}", "-"),
    // With Alt.
    ("\x1bq", "alt-q"),
    ("\x1bQ", "alt-Q"),
    ("\x1b ", "alt-space"),
    ("\x1b\r", "alt-enter"),
    ("\x1b\t", "alt-tab"),
    ("\x1b\x7f", "alt-backspace"),
    ("\x1b\x01", "ctrl-alt-a"),
    ("\x1b\u{f1}", "alt-\u{f1}"),
    ("\x1b\u{20ac}", "alt-\u{20ac}"),
    ("\x1b1", "alt-1"),
    ("\x1b/", "alt-/"),
    // vt100 and xterm: cursor keys, both modes.
    ("\x1b[A", "up"),
    ("\x1b[B", "down"),
    ("\x1b[C", "right"),
    ("\x1b[D", "left"),
    ("\x1b[H", "home"),
    ("\x1b[F", "end"),
    ("\x1bOA", "up"),
    ("\x1bOB", "down"),
    ("\x1bOC", "right"),
    ("\x1bOD", "left"),
    ("\x1bOH", "home"),
    ("\x1bOF", "end"),
    ("\x1b[Z", "backtab"),
    // xterm: function keys.
    ("\x1bOP", "f1"),
    ("\x1bOQ", "f2"),
    ("\x1bOR", "f3"),
    ("\x1bOS", "f4"),
    ("\x1b[15~", "f5"),
    ("\x1b[17~", "f6"),
    ("\x1b[18~", "f7"),
    ("\x1b[19~", "f8"),
    ("\x1b[20~", "f9"),
    ("\x1b[21~", "f10"),
    ("\x1b[23~", "f11"),
    ("\x1b[24~", "f12"),
    ("\x1b[25~", "-"),
    ("\x1b[2~", "-"),
    ("\x1b[3~", "delete"),
    ("\x1b[5~", "pgup"),
    ("\x1b[6~", "pgdn"),
    // xterm: modifiers.
    ("\x1b[1;2A", "up"),
    ("\x1b[1;3A", "alt-up"),
    ("\x1b[1;5A", "ctrl-up"),
    ("\x1b[1;6B", "ctrl-down"),
    ("\x1b[1;7A", "ctrl-alt-up"),
    ("\x1b[1;8D", "ctrl-alt-left"),
    ("\x1b[1;5H", "ctrl-home"),
    ("\x1b[1;5F", "ctrl-end"),
    ("\x1b[1;9A", "-"),
    ("\x1b[1;33A", "-"),
    ("\x1b[1;65A", "up"),
    ("\x1b[1;129A", "up"),
    ("\x1b[1;2P", "f1"),
    ("\x1b[1;5P", "ctrl-f1"),
    ("\x1b[1;3Q", "alt-f2"),
    ("\x1b[1;5S", "ctrl-f4"),
    ("\x1b[15;5~", "ctrl-f5"),
    ("\x1b[24;3~", "alt-f12"),
    ("\x1b[3;5~", "ctrl-delete"),
    ("\x1b[3;2~", "delete"),
    ("\x1b[5;5~", "ctrl-pgup"),
    ("\x1b[6;3~", "alt-pgdn"),
    ("\x1b[27;5;9~", "ctrl-tab"),
    ("\x1b[27;2;9~", "backtab"),
    ("\x1b[27;5;13~", "ctrl-enter"),
    ("\x1b[27;6;68~", "ctrl-d"),
    ("\x1b[27;2;65~", "A"),
    ("\x1bO5P", "ctrl-f1"),
    ("\x1bO1;5P", "ctrl-f1"),
    ("\x1bO2A", "up"),
    // vt100: the keypad in its application mode.
    ("\x1bOM", "enter"),
    ("\x1bOI", "tab"),
    ("\x1bO ", "space"),
    ("\x1bOX", "="),
    ("\x1bOj", "*"),
    ("\x1bOk", "+"),
    ("\x1bOl", ","),
    ("\x1bOm", "minus"),
    ("\x1bOn", "."),
    ("\x1bOo", "/"),
    ("\x1bOp", "0"),
    ("\x1bOq", "1"),
    ("\x1bOy", "9"),
    // screen and tmux, and the VT220 they copy.
    ("\x1b[1~", "home"),
    ("\x1b[4~", "end"),
    ("\x1b[11~", "f1"),
    ("\x1b[12~", "f2"),
    ("\x1b[13~", "f3"),
    ("\x1b[14~", "f4"),
    // The Linux console.
    ("\x1b[[A", "f1"),
    ("\x1b[[B", "f2"),
    ("\x1b[[C", "f3"),
    ("\x1b[[D", "f4"),
    ("\x1b[[E", "f5"),
    // rxvt.
    ("\x1b[7~", "home"),
    ("\x1b[8~", "end"),
    ("\x1b[a", "up"),
    ("\x1b[b", "down"),
    ("\x1b[c", "right"),
    ("\x1b[d", "left"),
    ("\x1bOa", "ctrl-up"),
    ("\x1bOb", "ctrl-down"),
    ("\x1bOc", "ctrl-right"),
    ("\x1bOd", "ctrl-left"),
    ("\x1b\x1b[A", "alt-up"),
    ("\x1b\x1b[D", "alt-left"),
    ("\x1b\x1bOA", "alt-up"),
    ("\x1b\x1b[5~", "alt-pgup"),
    ("\x1b[3$", "delete"),
    ("\x1b[5$", "pgup"),
    ("\x1b[7$", "home"),
    ("\x1b[3^", "ctrl-delete"),
    ("\x1b[5^", "ctrl-pgup"),
    ("\x1b[7^", "ctrl-home"),
    ("\x1b[3@", "ctrl-delete"),
    ("\x1b[11^", "ctrl-f1"),
    ("\x1b[23$", "f11"),
    // kitty.
    ("\x1b[27u", "esc"),
    ("\x1b[13u", "enter"),
    ("\x1b[9u", "tab"),
    ("\x1b[9;2u", "backtab"),
    ("\x1b[127u", "backspace"),
    ("\x1b[127;5u", "ctrl-backspace"),
    ("\x1b[97u", "a"),
    ("\x1b[97;2u", "A"),
    ("\x1b[97:65;2u", "A"),
    ("\x1b[49:33;2u", "!"),
    ("\x1b[97;5u", "ctrl-a"),
    ("\x1b[97;6u", "ctrl-a"),
    ("\x1b[97;3u", "alt-a"),
    ("\x1b[113;7u", "ctrl-alt-q"),
    ("\x1b[99;5u", "ctrl-c"),
    ("\x1b[97;9u", "-"),
    ("\x1b[97;17u", "-"),
    ("\x1b[241u", "\u{f1}"),
    ("\x1b[241;2u", "\u{d1}"),
    ("\x1b[97;1:1u", "a"),
    ("\x1b[97;1:2u", "-"),
    ("\x1b[97;1:3u", "-"),
    ("\x1b[13;1:3u", "-"),
    ("\x1b[1;1:1A", "up"),
    ("\x1b[1;1:3A", "-"),
    ("\x1b[1;5:1B", "ctrl-down"),
    ("\x1b[3;1:3~", "-"),
    ("\x1b[57399u", "0"),
    ("\x1b[57408u", "9"),
    ("\x1b[57410u", "/"),
    ("\x1b[57414u", "enter"),
    ("\x1b[57417u", "left"),
    ("\x1b[57420u", "down"),
    ("\x1b[57421u", "pgup"),
    ("\x1b[57424u", "end"),
    ("\x1b[57426u", "delete"),
    ("\x1b[57358u", "-"),
    ("\x1b[57441u", "-"),
    ("\x1b[57428;5u", "-"),
    // Focus.
    ("\x1b[I", "-"),
    ("\x1b[O", "-"),
    // Replies to questions that were not asked here: attributes, place, colours, modes, keyboard, versions.
    ("\x1b[?1;2c", "-"),
    ("\x1b[?62;22c", "-"),
    ("\x1b[>0;276;0c", "-"),
    ("\x1b[24;80R", "-"),
    ("\x1b[1;5R", "-"),
    ("\x1b[?1;1R", "-"),
    ("\x1b[0n", "-"),
    ("\x1b[?0u", "-"),
    ("\x1b[?2026;2$y", "-"),
    ("\x1b[4;1$y", "-"),
    ("\x1b[8;24;80t", "-"),
    ("\x1b]11;rgb:0000/0000/0000\x07", "-"),
    ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\", "-"),
    ("\x1b]4;1;rgb:cdcd/0000/0000\x1b\\", "-"),
    ("\x1bP>|xterm(380)\x1b\\", "-"),
    ("\x1bP1$r0m\x1b\\", "-"),
    ("\x1bP!|00000000\x1b\\", "-"),
    ("\x1b_Gi=31;OK\x1b\\", "-"),
    ("\u{9b}", "-"),
    // A paste of nothing, and an end without a beginning.
    ("\x1b[201~", "-"),
];

/// The words for what was said.
fn names(said: &[Said]) -> Vec<String> {
    let name = |said: &Said| match said {
        Said::Key(key) => key.to_string(),
        Said::Pasted(text) => format!("paste {text:?}"),
        Said::Mouse(mouse) => format!("{:?} {},{}", mouse.action, mouse.column, mouse.row),
        Said::Garbled => "garbled".to_owned(),
    };
    said.iter().map(name).collect()
}

/// What the parser makes of these parts, each read a second after the one before, without the silence that
/// would be noticed in between; and of the silence at the end.
fn parse(parts: &[&[u8]]) -> Vec<String> {
    let (mut parser, mut said) = (Parser::default(), Vec::new());
    let mut at = Duration::ZERO;
    for part in parts {
        parser.feed(at, part, &mut said);
        at += Duration::from_secs(1);
    }
    while parser.patience().is_some() {
        parser.silence(at, &mut said);
    }
    names(&said)
}

fn expected(name: &str) -> Vec<String> {
    if name == "-" { Vec::new() } else { vec![name.to_owned()] }
}

#[test]
fn in_18_keys_have_the_names_of_the_keymap_however_they_are_split() {
    assert!(SEQUENCES.len() >= 200, "{}", SEQUENCES.len());
    for (sequence, name) in SEQUENCES {
        let bytes = sequence.as_bytes();
        assert_eq!(parse(&[bytes]), expected(name), "{sequence:?}");
        for cut in 1..bytes.len() {
            let (first, second) = bytes.split_at(cut);
            assert_eq!(parse(&[first, second]), expected(name), "{sequence:?} cut at {cut}");
        }
        let single: Vec<_> = bytes.chunks(1).collect();
        assert_eq!(parse(&single), expected(name), "{sequence:?} byte by byte");
    }
}

#[test]
fn keys_in_one_burst_are_all_seen() {
    let burst: String = SEQUENCES.iter().map(|(sequence, _)| *sequence).collect();
    let all: Vec<_> = SEQUENCES.iter().flat_map(|(_, name)| expected(name)).collect();
    assert_eq!(parse(&[burst.as_bytes()]), all);
}

#[test]
fn in_08_after_half_a_key_and_silence_the_next_key_is_itself() {
    for (sequence, _) in SEQUENCES {
        let bytes = sequence.as_bytes();
        for length in 1..bytes.len() {
            let (mut parser, mut said) = (Parser::default(), Vec::new());
            parser.feed(Duration::ZERO, &bytes[..length], &mut said);
            let patience = parser.patience().unwrap_or_else(|| panic!("{:?} is done", &bytes[..length]));
            assert!(patience <= AFTER_REPLY);
            parser.silence(patience, &mut said);
            assert_eq!(parser.patience(), None, "one silence is enough: {:?}", &bytes[..length]);
            said.clear();
            parser.feed(patience, b"q", &mut said);
            assert_eq!(names(&said), ["q"], "after {:?}", &bytes[..length]);
        }
    }
}

#[test]
fn in_08_after_half_a_key_ctrl_c_arrives_without_any_silence() {
    for (sequence, _) in SEQUENCES {
        let bytes = sequence.as_bytes();
        for length in 0..bytes.len() {
            let said = parse(&[&bytes[..length], b"\x03"]);
            assert!(
                said.last().is_some_and(|last| last == "ctrl-c" || last == "ctrl-alt-c"),
                "{:?}: {said:?}",
                &bytes[..length]
            );
        }
    }
}

#[test]
fn escape_alone_is_a_key_after_a_moment_and_keeps_what_follows_at_once_as_alt() {
    assert_eq!(parse(&[b"\x1b"]), ["esc"]);
    assert_eq!(parse(&[b"\x1b\x1b"]), ["esc", "esc"]);
    assert_eq!(parse(&[b"\x1b\x1b\x1b"]), ["esc", "esc", "esc"]);
    assert_eq!(parse(&[b"\x1b\x1bq"]), ["esc", "alt-q"]);
    assert_eq!(parse(&[b"\x1b["]), ["alt-["]);
    assert_eq!(parse(&[b"\x1bO"]), ["alt-O"]);
    assert_eq!(parse(&[b"\x1b]"]), ["alt-]"]);
    assert_eq!(parse(&[b"\x1bPj"]), ["alt-P", "j"]);
    assert!(AFTER_ESCAPE >= Duration::from_millis(25) && AFTER_ESCAPE <= Duration::from_millis(50));
}

#[test]
fn in_09_bytes_of_another_encoding_cost_no_other_key() {
    assert_eq!(parse(&[b"\xe9q"]), ["garbled", "q"]);
    assert_eq!(parse(&[b"\xe9"]), ["garbled"]);
    assert_eq!(parse(&[b"\xff\xfe\xc0\xafj"]), ["garbled", "garbled", "garbled", "garbled", "j"]);
    assert_eq!(parse(&[b"\xed\xa0\x80j"]), ["garbled", "j"], "half of a surrogate pair");
    assert_eq!(parse(&[b"\xe2\x82\x03"]), ["garbled", "ctrl-c"]);
}

#[test]
fn in_05_the_rest_of_a_paste_with_an_end_mark_in_it_is_not_typed() {
    let (mut parser, mut said) = (Parser::default(), Vec::new());
    parser.feed(Duration::ZERO, b"\x1b[200~name\x1b[201~\rqdy\x1b[201~", &mut said);
    assert_eq!(names(&said), ["paste \"name\""]);
    // The rest of a long one goes on as long as it comes without a pause.
    for step in 1..40_u32 {
        parser.feed(Duration::from_millis(20) * step, b"y", &mut said);
    }
    assert_eq!(said.len(), 1);
    parser.feed(Duration::from_millis(20 * 39) + PAUSE, b"j", &mut said);
    assert_eq!(names(&said), ["paste \"name\"", "j"]);
    parser.feed(Duration::from_secs(9), b"k", &mut said);
    assert_eq!(said.len(), 3);
}

#[test]
fn in_06_a_paste_without_end_is_ended_by_ctrl_c_or_by_silence() {
    let (mut parser, mut said) = (Parser::default(), Vec::new());
    parser.feed(Duration::ZERO, b"\x1b[200~never ends", &mut said);
    assert_eq!(parser.patience(), Some(Duration::from_secs(2)));
    parser.feed(Duration::from_secs(1), b"\x03yes", &mut said);
    assert_eq!(names(&said), ["ctrl-c"], "and nothing of it is typed");
    assert_eq!(parser.patience(), None);
    said.clear();
    parser.feed(Duration::from_secs(2), b"\x1b[200~never ends", &mut said);
    parser.silence(Duration::from_secs(4), &mut said);
    assert_eq!(names(&said), ["paste \"never ends\""]);
    parser.feed(Duration::from_secs(5), b"q", &mut said);
    assert_eq!(names(&said)[1..], ["q"]);
}

#[test]
fn in_03_what_is_pasted_is_one_text_however_it_is_split() {
    let bytes = "\x1b[200~q\r\u{1b}[A\u{f1}\n\x1b[201~".as_bytes();
    for cut in 0..=bytes.len() {
        let (first, second) = bytes.split_at(cut);
        assert_eq!(parse(&[first, second]), ["paste \"q\\r\\u{1b}[A\u{f1}\\n\""], "{cut}");
    }
}

#[test]
fn in_15_mice_of_three_kinds_are_understood() {
    for (sequence, name) in [
        ("\x1b[<0;10;5M", "Press 9,4"),
        ("\x1b[<0;10;5m", "-"),
        ("\x1b[<2;10;5M", "-"),
        ("\x1b[<32;10;5M", "-"),
        ("\x1b[<64;1;1M", "WheelUp 0,0"),
        ("\x1b[<65;1;1M", "WheelDown 0,0"),
        ("\x1b[<81;99999999999;1M", "WheelDown 65535,0"),
        ("\x1b[M !!", "Press 0,0"),
        ("\x1b[Ma!!", "WheelDown 0,0"),
        ("\x1b[M#!!", "-"),
        ("\x1b[32;3;4M", "Press 2,3"),
        ("\x1b[96;3;4M", "WheelUp 2,3"),
        ("\x1b[<M", "-"),
        ("\x1b[<;;M", "-"),
    ] {
        assert_eq!(parse(&[sequence.as_bytes()]), expected(name), "{sequence:?}");
    }
}

#[test]
fn a_sequence_longer_than_any_key_is_passed_over() {
    let mut bytes = b"\x1b[".to_vec();
    bytes.extend_from_slice(&[b'1'; 10_000]);
    bytes.extend_from_slice(b"Aj");
    assert_eq!(parse(&[&bytes]), ["j"]);
}

#[test]
fn in_10_ten_megabytes_of_noise_are_survived_in_bounded_memory() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let (mut parser, mut said) = (Parser::default(), Vec::new());
    let mut block = [0; 4096];
    for round in 0..2560_u32 {
        for byte in &mut block {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = seed.to_be_bytes()[0];
        }
        parser.feed(Duration::from_millis(1) * round, &block, &mut said);
        assert!(parser.part.capacity() <= 2 * LONGEST && said.len() <= block.len());
        said.clear();
    }
    while parser.patience().is_some() {
        parser.silence(Duration::from_hours(1), &mut said);
    }
    said.clear();
    parser.feed(Duration::from_hours(2), b"q", &mut said);
    assert_eq!(names(&said), ["q"]);
}

proptest! {
    #[test]
    fn in_08_after_any_bytes_and_silence_a_key_is_a_key(
        bytes in proptest::collection::vec(prop_oneof![Just(b'\x1b'), Just(b'['), any::<u8>()], 0..40),
    ) {
        let (mut parser, mut said) = (Parser::default(), Vec::new());
        parser.feed(Duration::ZERO, &bytes, &mut said);
        if parser.patience().is_some() {
            parser.silence(Duration::from_secs(3), &mut said);
        }
        prop_assert_eq!(parser.patience(), None);
        said.clear();
        parser.feed(Duration::from_secs(9), b"q", &mut said);
        prop_assert_eq!(names(&said), vec!["q".to_owned()]);
    }

    #[test]
    fn how_bytes_are_split_does_not_matter(
        bytes in proptest::collection::vec(prop_oneof![Just(b'\x1b'), Just(b'['), Just(b'~'), any::<u8>()], 0..60),
        cut in 0_usize..60,
    ) {
        let (first, second) = bytes.split_at(cut.min(bytes.len()));
        let once = |parts: &[&[u8]]| {
            let (mut parser, mut said) = (Parser::default(), Vec::new());
            for part in parts {
                parser.feed(Duration::ZERO, part, &mut said);
            }
            (names(&said), parser.patience())
        };
        prop_assert_eq!(once(&[first, second]), once(&[&bytes]));
    }
}
