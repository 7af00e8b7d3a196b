//! A JSON text laid out for reading, every token as the server sent it.
//!
//! Only white space between tokens is changed, so numbers keep their digits, strings their escapes and keys
//! their order. A text that is no JSON comes out with its own line breaks.

/// Blanks for each level.
const INDENT: usize = 2;
/// Deepest level that is still indented further.
const DEEPEST: usize = 20;

/// `json` in lines.
pub(super) fn laid_out(json: &str) -> Vec<String> {
    let mut layout = Layout::default();
    let mut rest = json.trim();
    while let Some(c) = rest.chars().next() {
        let length = if c == '"' { string_length(rest) } else { c.len_utf8() };
        let (token, tail) = rest.split_at(length);
        layout.token(c, token, tail);
        rest = tail;
    }
    layout.finish()
}

/// Length of the string at the start of `text`, quotes included; the rest when it does not end.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[derive(Default)]
struct Layout {
    lines: Vec<String>,
    line: String,
    level: usize,
    just_opened: bool,
}

impl Layout {
    fn token(&mut self, c: char, token: &str, tail: &str) {
        match c {
            '{' | '[' => {
                self.line.push(c);
                self.level += 1;
                self.just_opened = true;
                if !tail.trim_start().starts_with(['}', ']']) {
                    self.next_line();
                }
                return;
            }
            '}' | ']' => {
                self.level = self.level.saturating_sub(1);
                if !self.just_opened {
                    self.next_line();
                }
                self.line.push(c);
            }
            ',' => {
                self.line.push(c);
                self.next_line();
            }
            ':' => self.line.push_str(": "),
            c if c.is_ascii_whitespace() => return,
            _ => self.line.push_str(token),
        }
        self.just_opened = false;
    }

    fn next_line(&mut self) {
        self.lines.push(std::mem::take(&mut self.line));
        self.line = " ".repeat(INDENT * self.level.min(DEEPEST));
    }

    fn finish(mut self) -> Vec<String> {
        self.lines.push(self.line);
        self.lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_and_arrays_are_indented_and_empty_ones_stay_on_their_line() {
        let lines = laid_out(r#"{"a":1.50,"b":[{"c":null},[]],"d":{ }}"#);
        let expected = [
            "{",
            r#"  "a": 1.50,"#,
            r#"  "b": ["#,
            "    {",
            r#"      "c": null"#,
            "    },",
            "    []",
            "  ],",
            r#"  "d": {}"#,
            "}",
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn no_token_changes_even_where_strings_look_like_structure() {
        let json = r#"{"k\"{,":"a  b\\","n":1e999,"u":"\u001b[2J"}"#;
        let squeezed: String = laid_out(json).iter().map(|line| line.trim_start()).collect();
        assert_eq!(squeezed.replace(": ", ":"), json);
    }

    #[test]
    fn js_02_what_is_no_json_comes_out_whole() {
        assert_eq!(laid_out("\"open"), ["\"open"]);
        assert_eq!(laid_out(""), [""]);
        assert!(laid_out(&"[".repeat(100_000)).len() > 99_000);
    }
}
