//! The keymap as a file: read, laid over another, checked, written.

use std::fmt;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Binding, Command, Context, Keymap};
use crate::input::{KeyCode, KeySequence};
use crate::text::escape;

/// What is wrong with a line of a keymap file, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The words; printable.
    pub words: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.line, self.words)
    }
}

/// Keys that terminals send as another key, and that key.
const THE_SAME: [(&str, &str); 5] =
    [("ctrl-i", "tab"), ("ctrl-m", "enter"), ("ctrl-[", "esc"), ("ctrl-h", "backspace"), ("ctrl-j", "enter")];

/// What one line of a file gives.
struct Given {
    line: usize,
    context: Context,
    what: What,
}

enum What {
    Keys(Command, Vec<(usize, KeySequence)>),
    Hints(Vec<Command>),
}

/// A file by itself.
pub(super) fn parse(text: &str) -> Result<Keymap, Vec<Mistake>> {
    laid_over(Keymap { bindings: Vec::new(), hints: Vec::new() }, text)
}

/// A file over a map: the keys it gives for a command are all the keys of that command in that context.
pub(super) fn laid_over(mut map: Keymap, text: &str) -> Result<Keymap, Vec<Mistake>> {
    let (given, mut mistakes) = read(text);
    for Given { context, what, .. } in &given {
        match what {
            What::Keys(command, _) => {
                map.bindings.retain(|one| (one.context, one.command) != (*context, *command));
            }
            What::Hints(_) => map.hints.retain(|(place, _)| place != context),
        }
    }
    for Given { context, what, .. } in given {
        match what {
            What::Hints(hints) => map.hints.extend(hints.into_iter().map(|hint| (context, hint))),
            What::Keys(command, keys) => {
                for (line, keys) in keys {
                    let binding = Binding { context, command, keys };
                    match obstacle(&map, &binding) {
                        Some(words) => mistakes.push(Mistake { line, words }),
                        None => map.bindings.push(binding),
                    }
                }
            }
        }
    }
    if !mistakes.is_empty() {
        mistakes.sort_by_key(|mistake| mistake.line);
        return Err(mistakes);
    }
    map.bindings.sort_by_key(|binding| (binding.context, binding.command));
    map.hints.sort_by_key(|(context, _)| *context);
    Ok(map)
}

/// Why a binding cannot join a map: it would never be reached, or mean two things, or agree to something by a
/// key that is pressed without thinking.
fn obstacle(map: &Keymap, binding: &Binding) -> Option<String> {
    let Binding { context, command, keys } = binding;
    let (place, name) = (context.name(), command.name());
    let told = |words: &str| Some(format!("[{place}] {name}: `{keys}` {words}"));
    let twin = THE_SAME.iter().find(|(key, _)| keys.keys().iter().any(|one| one.to_string() == *key));
    if let Some((key, twin)) = twin {
        return told(&format!("is never seen: terminals send {key} as {twin}"));
    }
    let first = keys.keys().first()?;
    // The field of the first contact takes only what can stand in a fingerprint.
    let is_text = |c: char| *context != Context::FirstContact || c.is_ascii_hexdigit();
    if context.takes_text() && first.typed().is_some_and(is_text) {
        return told("is never seen: it is typed into the text there");
    }
    if *context == Context::List && first.typed().is_some_and(|c| matches!(c, '1'..='9')) {
        return told("is never seen: a number there is a count before a movement");
    }
    if matches!(command, Command::Submit | Command::Confirm) && !deliberate(keys) {
        return told("agrees to a change too easily: choose a letter");
    }
    let hides = |other: &&Binding| {
        other.context == *context && (other.keys.starts_with(keys) || keys.starts_with(&other.keys))
    };
    let other = map.bindings.iter().find(hides)?;
    let (theirs, other) = (&other.keys, other.command.name());
    if other == name {
        return told(&format!("and `{theirs}` begin alike"));
    }
    told(&format!("is taken: `{theirs}` is {other}; give {other} other keys in [{place}], or [] for none"))
}

/// Whether a key is one that nobody presses to get on.
fn deliberate(keys: &KeySequence) -> bool {
    keys.keys()
        .iter()
        .all(|key| key.typed().is_some_and(char::is_alphanumeric) || key.ctrl && key.code != KeyCode::Enter)
}

fn read(text: &str) -> (Vec<Given>, Vec<Mistake>) {
    let mut mistakes = Vec::new();
    let mut given = Vec::new();
    let tables = match DeTable::parse(text) {
        Ok(tables) => tables.into_inner(),
        Err(error) => {
            let line = error.span().map_or(1, |span| line_of(text, span.start));
            mistakes.push(Mistake { line, words: escape(error.message()).into_owned() });
            return (given, mistakes);
        }
    };
    for (name, table) in &tables {
        let line = line_of(text, name.span().start);
        let Some(context) = Context::named(name.get_ref()) else {
            let words = format!("[{}] is no place for keys; places are {}", escape(name.get_ref()), places());
            mistakes.push(Mistake { line, words });
            continue;
        };
        let Some(commands) = table.get_ref().as_table() else {
            let words = format!("expected a table [{}]", context.name());
            mistakes.push(Mistake { line, words });
            continue;
        };
        for (name, value) in commands {
            match one(text, context, name, value) {
                Ok(one) => given.push(one),
                Err(mut wrong) => mistakes.append(&mut wrong),
            }
        }
    }
    given.sort_by_key(|given| given.line);
    (given, mistakes)
}

/// One line: `command = ["key", …]`, or `hints = ["command", …]`.
fn one(
    text: &str,
    context: Context,
    name: &Spanned<std::borrow::Cow<'_, str>>,
    value: &Spanned<DeValue<'_>>,
) -> Result<Given, Vec<Mistake>> {
    let (place, written) = (context.name(), name.get_ref());
    let at = |span: std::ops::Range<usize>| line_of(text, span.start);
    let line = at(name.span());
    let wrong = |line: usize, words: String| vec![Mistake { line, words }];
    let expected = |what: &str| format!("[{place}] {}: expected a list of {what}", escape(written));
    let Some(values) = value.get_ref().as_array() else {
        return Err(wrong(line, expected("texts, such as [\"x\", \"ctrl-x\"]")));
    };
    let texts = values.iter().map(|value| match value.get_ref().as_str() {
        Some(word) => Ok((at(value.span()), word)),
        None => Err(wrong(at(value.span()), expected("texts"))),
    });
    let texts = texts.collect::<Result<Vec<_>, _>>()?;
    let known = |line: usize, name: &str| {
        Command::named(name).ok_or_else(|| {
            wrong(line, format!("[{place}] {}: no such command; cckm-tui keys lists them", escape(name)))
        })
    };
    if written == "hints" {
        let hints = texts.into_iter().map(|(line, name)| known(line, name)).collect::<Result<_, _>>()?;
        return Ok(Given { line, context, what: What::Hints(hints) });
    }
    let command = known(line, written)?;
    let keys = texts.into_iter().map(|(line, key)| {
        let parsed = key.parse().map_err(|error| wrong(line, format!("[{place}] {written}: {error}")));
        parsed.map(|keys| (line, keys))
    });
    let keys = keys.collect::<Result<_, _>>()?;
    Ok(Given { line, context, what: What::Keys(command, keys) })
}

fn places() -> String {
    Context::ALL.iter().map(|context| context.name()).collect::<Vec<_>>().join(", ")
}

/// The line of a byte, from 1.
fn line_of(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    memchr::memchr_iter(b'\n', before).count() + 1
}

/// The whole map as a file.
pub(super) fn write(map: &Keymap) -> String {
    let places = Context::ALL.iter().map(|context| place(map, *context));
    let head = "# The keys of cckm-tui. Lines that are not changed can be left out.\n".to_owned();
    [head].into_iter().chain(places).collect()
}

fn place(map: &Keymap, context: Context) -> String {
    let keys = |command| map.keys(context, command).map(ToString::to_string).collect::<Vec<_>>();
    let commands = map.commands(context).map(|command| format!("{} = {:?}\n", command.name(), keys(command)));
    let hints: Vec<_> = map.hints(context).map(Command::name).collect();
    let hints = if hints.is_empty() { String::new() } else { format!("hints = {hints:?}\n") };
    format!("\n# {}\n[{}]\n{}{hints}", context.help(), context.name(), commands.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::Resolution;

    fn wrong(text: &str) -> Vec<String> {
        Keymap::with(text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn e18_what_is_wrong_is_named_with_its_line_all_of_it() {
        for (text, expected) in [
            ("[list]\nfly = [\"x\"]", "2: [list] fly: no such command"),
            ("\n[moon]\nquit = [\"q\"]", "2: [moon] is no place for keys; places are global, list"),
            ("[list]\nedit = [\"ctrl-\"]", "2: [list] edit: `ctrl-` is not a key"),
            ("[list]\nsort = [\n  \"e\",\n]", "3: [list] sort: `e` is taken: `e` is edit; give edit"),
            ("[list]\nsort = [\"y\"]", "2: [list] sort: `y` is taken: `y n` is copy-name"),
            ("[list]\nsort = [\"u\", \"u y\"]", "2: [list] sort: `u y` and `u` begin alike"),
            ("[list]\nsort = 7", "2: [list] sort: expected a list of texts"),
            ("[list]\nsort = [7]", "2: [list] sort: expected a list of texts"),
            ("list = 3", "1: expected a table [list]"),
            (
                "[list]\nsort = [\"ctrl-i\"]",
                "2: [list] sort: `ctrl-i` is never seen: terminals send ctrl-i as tab",
            ),
            ("[list]\nsort = [\"3\"]", "2: [list] sort: `3` is never seen: a number there"),
            ("[filter-field]\naccept = [\"x\"]", "2: [filter-field] accept: `x` is never seen: it is typed"),
            (
                "[review]\nback = []\nsubmit = [\"enter\"]",
                "3: [review] submit: `enter` agrees to a change too easily",
            ),
            ("[list]\nsort = [\"x\"", "2: "),
        ] {
            let told = wrong(text);
            assert!(told.first().is_some_and(|told| told.starts_with(expected)), "{text:?}: {told:?}");
        }
        let both = wrong("[list]\nfly = []\n[detail]\nwalk = []\n");
        assert_eq!(both.len(), 2, "{both:?}");
        assert!(!wrong("[\"a\\u001bb\"]\n")[0].contains('\u{1b}'));
    }

    #[test]
    fn e18_the_operators_keys_replace_those_of_a_command_in_one_place_only() {
        let map = Keymap::with("[list]\nedit = [\"u\"]\nsort = []\nhints = [\"edit\"]\n").unwrap();
        let means = |context: Context, key: &str| map.resolve(&[context], &key.parse().unwrap());
        assert_eq!(means(Context::List, "u"), Resolution::Command(Command::Edit));
        assert_eq!(means(Context::List, "e"), Resolution::Unbound);
        assert_eq!(means(Context::List, "s"), Resolution::Unbound);
        assert_eq!(means(Context::Detail, "e"), Resolution::Command(Command::Edit));
        assert_eq!(map.hints(Context::List).collect::<Vec<_>>(), [Command::Edit]);
        let freed = Keymap::with("[list]\nedit = []\nsort = [\"e\"]\n").unwrap();
        assert_eq!(
            freed.resolve(&[Context::List], &"e".parse().unwrap()),
            Resolution::Command(Command::Sort)
        );
    }

    #[test]
    fn the_written_file_is_read_back_as_the_same_map() {
        let map = Keymap::with("[list]\nedit = [\"u\"]\n").unwrap();
        let (again, shipped) = (Keymap::with(&map.toml()).unwrap(), Keymap::shipped());
        assert_eq!(again, map);
        assert_ne!(again, shipped);
        assert_eq!(parse(&shipped.toml()).unwrap(), shipped);
    }
}
