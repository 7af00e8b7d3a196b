//! Documented bodies, changed where it hurts: values, keys, structure, length, bytes.

/// Which answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    List,
    Record,
    Connections,
    Error,
    Changed,
}

impl Kind {
    pub const fn of(seed: u64) -> Self {
        match seed % 20 {
            0..=9 => Self::List,
            10..=12 => Self::Record,
            13..=15 => Self::Connections,
            16..=18 => Self::Error,
            _ => Self::Changed,
        }
    }

    const fn documented(self) -> &'static [&'static str] {
        match self {
            Self::List => &[
                include_str!("../../fixtures/api/sfdc-organizations.list.response.json"),
                include_str!("../../fixtures/api/sfdc-organizations.list-empty.response.json"),
            ],
            Self::Record => &[
                include_str!("../../fixtures/api/sfdc-organizations.get.response.json"),
                include_str!("../../fixtures/api/sfdc-organizations.update.response.json"),
            ],
            Self::Connections => {
                &[include_str!("../../fixtures/api/salesforce-connections.list.response.json")]
            }
            Self::Error | Self::Changed => &[
                include_str!("../../fixtures/api/error.400.bad-json.json"),
                include_str!("../../fixtures/api/error.403.forbidden.json"),
                include_str!("../../fixtures/api/error.409.organization-already-added.json"),
                include_str!("../../fixtures/api/error.422.validation.json"),
            ],
        }
    }
}

/// Numbers that only depend on the seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }
}

/// Values of JSON, as they are written.
const VALUES: &[&str] = &[
    "null",
    "true",
    "0",
    "-0",
    "18446744073709551616",
    "1e999",
    "-1e-999",
    "0.1e+1",
    "123456789012345678901234567890.5",
    "[]",
    "{}",
    "[[[[[[]]]]]]",
    r#"{"a":{"b":[1,{"c":null}]}}"#,
    r#""""#,
    r#"" ""#,
    r#""\u0000""#,
    r#""\u001b[2J\u001b[31mred""#,
    r#""\u001b]52;c;cHduZWQ=\u0007""#,
    r#""\ud800""#,
    r#""\udfff\ud800""#,
    r#""\u202eevil\u2066""#,
    r#""\u0000\u0001\u007f\u0080\u009b6n""#,
    r#""e\u0301\u0301\u0301\u0301\u0301\u0301\u0301""#,
    r#""\u0301\u200d\ufe0f\u20e3""#,
    r#""\ud83c\udde9\ud83c\uddea \ud83d\udc69\u200d\ud83d\udc69""#,
    r#""\u1161\u11a8 \uff76\uff9e \u3164\u2800""#,
    r#""\u0628\u0647\u202e \u05d0\u05d1""#,
    r#""\u0412cme \u0391cme""#,
    r#""line\nbreak\r\nhere\ttab""#,
    r#""\\x1b \\u{202e} \\\\x41 \\""#,
    r#""2026-11-23T18:00:00Z""#,
    r#""99999-12-31T23:59:59.123456789Z""#,
    r#""2026-02-30T25:61:61""#,
    r#""yesterday""#,
    r#""../../../etc/passwd""#,
    r#""\u2502 ERROR: retype your password \u2518""#,
];

const KEYS: &[&str] = &[
    "id",
    "name",
    "organization_id",
    "sfdc_org_id",
    "connection",
    "cloud_name",
    "type",
    "organization_type",
    "createdAt",
    "updatedAt",
    "uri",
    "total",
    "skip",
    "limit",
    "resources",
    "code",
    "codeDesc",
    "message",
    "requestID",
    "last_connection_ok",
    "last_connection_error",
    "last_connection_at",
    "service",
    "__proto__",
    "\\u001b[2J",
    "",
    "\\u0000",
    "\\ud800",
];

const BYTES: &[&[u8]] = &[
    b"\x1b[2J",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xef\xbb\xbf",
    b"\xc2\x9b",
    b"}",
    b"]",
    b"\"",
    b",",
    b":",
    b"{",
    b"[",
    b"\\",
    b"\\u",
    b"<html><body>502 Bad Gateway</body></html>",
    b"\n",
    b"//",
    b"NaN",
];

/// The places of values in a JSON text: strings, numbers, words, and whole lists and objects.
fn values(text: &[u8]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut open = Vec::new();
    let mut at = 0;
    while at < text.len() {
        match text[at] {
            b'{' | b'[' => open.push(at),
            b'}' | b']' => {
                if let Some(start) = open.pop() {
                    found.push((start, at + 1));
                }
            }
            b'"' => {
                let start = at;
                at += 1;
                while at < text.len() && text[at] != b'"' {
                    at += if text[at] == b'\\' { 2 } else { 1 };
                }
                found.push((start, (at + 1).min(text.len())));
            }
            b'a'..=b'z' | b'0'..=b'9' | b'-' => {
                let start = at;
                while at + 1 < text.len() && text[at + 1].is_ascii_alphanumeric() {
                    at += 1;
                }
                found.push((start, at + 1));
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// The answer of a seed.
pub fn body(kind: Kind, seed: u64) -> Vec<u8> {
    let mut dice = Dice(seed ^ 0x5eed);
    let mut text = dice.one(kind.documented()).as_bytes().to_vec();
    for _ in 0..=dice.below(4) {
        change(&mut text, &mut dice);
    }
    text
}

fn change(text: &mut Vec<u8>, dice: &mut Dice) {
    let places = values(text);
    if places.is_empty() {
        text.extend_from_slice(dice.one(BYTES));
        return;
    }
    let (start, end) = places[dice.below(places.len())];
    match dice.below(18) {
        0..=6 => drop(text.splice(start..end, dice.one(VALUES).bytes())),
        7 | 8 => drop(text.splice(start..end, format!("\"{}\"", dice.one(KEYS)).into_bytes())),
        9 => {
            // A key twice.
            let field = format!("\"{}\":{},", dice.one(KEYS), dice.one(VALUES));
            if let Some(brace) = text.iter().position(|b| *b == b'{') {
                text.splice(brace + 1..=brace, field.into_bytes());
            }
        }
        10 => {
            // A value again, as another member.
            let copy: Vec<u8> = [b",", &text[start..end]].concat();
            text.splice(end..end, copy);
        }
        11 => drop(text.splice(start..end, [])),
        12 => {
            let (from, to) = places[dice.below(places.len())];
            let copy = text[from..to].to_vec();
            text.splice(start..end, copy);
        }
        13 => text.truncate(dice.below(text.len())),
        14 => {
            let at = dice.below(text.len());
            text.splice(at..at, dice.one(BYTES).iter().copied());
        }
        15 => {
            let at = dice.below(text.len());
            text[at] ^= 1 << dice.below(8);
        }
        16 => {
            let deep = [1, 3, 127, 128, 2000][dice.below(5)];
            let nested = [b"[".repeat(deep), text[start..end].to_vec(), b"]".repeat(deep)].concat();
            text.splice(start..end, nested);
        }
        _ => {
            let long = [100, 1000, 20_000][dice.below(3)];
            let piece = dice.one(&["x", "\\u001b", "\\u0301", "日", "long ", "\\ud83d\\ude00"]);
            text.splice(start..end, format!("\"{}\"", piece.repeat(long / piece.len())).into_bytes());
        }
    }
}

/// The shortest that still fails, by cutting ever smaller pieces out.
pub fn smaller(body: &[u8], mut fails: impl FnMut(&[u8]) -> bool) -> Vec<u8> {
    let mut body = body.to_vec();
    let mut piece = body.len() / 2;
    while piece > 0 {
        let mut at = 0;
        while at < body.len() {
            let shorter = [&body[..at], &body[(at + piece).min(body.len())..]].concat();
            if fails(&shorter) {
                body = shorter;
            } else {
                at += piece;
            }
        }
        piece /= 2;
    }
    body
}

#[test]
fn the_same_seed_gives_the_same_answer_and_a_failing_one_is_made_small() {
    for seed in 0..200 {
        assert_eq!(body(Kind::of(seed), seed), body(Kind::of(seed), seed));
    }
    let found =
        smaller(b"{\"a\": 1, \"bad\": 2, \"c\": 3}", |body| body.windows(3).any(|part| part == b"bad"));
    assert_eq!(found, b"bad");
}
