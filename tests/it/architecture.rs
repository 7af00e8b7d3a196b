//! The shape of the source: who may import whom, what a module may not contain, and what is kept in step.

use std::fs;
use std::path::{Path, PathBuf};

use cckm_tui::keymap::Keymap;

/// Modules by rank, lowest first: each imports only from lower ranks.
const RANKS: [&[&str]; 9] = [
    &["text", "input"],
    &["domain", "files", "layout"],
    &["export", "keymap", "redact", "theme"],
    &["app"],
    &["ui", "api", "demo", "journal", "memory", "plans", "trust"],
    &["config"],
    &["runtime", "commands"],
    &["cli", "headless", "logging", "plain"],
    &["start", "main", "lib"],
];

/// Where a word may not stand, and why.
struct Ban {
    word: &'static str,
    /// In these modules; none named means everywhere.
    within: &'static [&'static str],
    /// But not in these.
    except: &'static [&'static str],
    because: &'static str,
}

const PURE: &[&str] = &["text", "input", "domain", "layout", "keymap", "theme", "export", "app", "ui"];

const BANS: &[Ban] = &[
    Ban { word: "crossterm", within: &[], except: &["runtime"], because: "one module talks to the terminal" },
    Ban { word: "tokio", within: PURE, except: &[], because: "the core and the painters wait for nothing" },
    Ban { word: "async", within: PURE, except: &[], because: "the core and the painters wait for nothing" },
    Ban { word: "Instant", within: PURE, except: &[], because: "one clock: the runtime stamps messages" },
    Ban { word: "SystemTime", within: PURE, except: &[], because: "one clock: the runtime stamps messages" },
    Ban {
        word: "Timestamp::now",
        within: PURE,
        except: &[],
        because: "one clock: the runtime stamps messages",
    },
    Ban { word: "rand", within: PURE, except: &[], because: "the same story gives the same screen" },
    Ban {
        word: "crate::files",
        within: PURE,
        except: &[],
        because: "the core and the painters open nothing",
    },
    Ban { word: "&mut State", within: &["ui"], except: &[], because: "painting changes nothing" },
    Ban { word: "RefCell", within: &["ui", "app"], except: &[], because: "painting changes nothing" },
    Ban {
        word: "as_sent(",
        within: &["ui"],
        except: &[],
        because: "text reaches a screen only through display",
    },
    Ban { word: "rows.at(", within: &["ui"], except: &[], because: "painters look only at rows in sight" },
    Ban {
        word: ".organizations()",
        within: &["ui"],
        except: &[],
        because: "painters look only at rows in sight",
    },
    Ban {
        word: "Color::",
        within: &[],
        except: &["theme", "runtime"],
        because: "one file chooses colours, and the encoder spells them",
    },
    Ban {
        word: "println!",
        within: &[],
        except: &["cli", "main", "demo"],
        because: "standard output belongs to the terminal's owner",
    },
    Ban {
        word: "eprintln!",
        within: &[],
        except: &["cli", "main"],
        because: "standard error would tear the screen",
    },
    Ban {
        word: "ratatui::text",
        within: &[],
        except: &[],
        because: "its types take any text by `into`; ui::canvas writes what was displayed",
    },
    Ban {
        word: "ratatui::widgets",
        within: &[],
        except: &[],
        because: "they take any text by `into`; ui::canvas writes what was displayed",
    },
    Ban { word: "set_string", within: &[], except: &["runtime"], because: "ui::canvas writes cells" },
    Ban { word: "set_symbol", within: &[], except: &["ui", "runtime"], because: "ui::canvas writes cells" },
    Ban { word: "unsafe", within: &[], except: &[], because: "nothing here needs it" },
];

/// A source file: its module directly under `src`, and its code without comments.
struct Source {
    path: String,
    module: String,
    code: String,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let module = path.split('/').next().unwrap_or_default().trim_end_matches(".rs").to_owned();
        Self { path: path.to_owned(), module, code: without_comments(text) }
    }
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    lines.fold(String::new(), |code, line| code + line + "\n")
}

/// All source files.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
                found.push(Source::new(&name, &fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found
}

fn rank(module: &str) -> Option<usize> {
    RANKS.iter().position(|modules| modules.contains(&module))
}

/// The modules named after each `crate::`, those of a group included.
fn imports(code: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let (before, rest) = code.split_at(at);
        if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let rest = rest.strip_prefix(path).unwrap_or(rest);
        match rest.strip_prefix('{') {
            Some(group) => found.extend(heads(group)),
            None => found.push(word(rest)),
        }
    }
    // A name with a capital is an item of the crate root, not a module.
    found.retain(|name| name.starts_with(|c: char| c.is_lowercase()));
    found
}

/// The first word of each part of a group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut heads = Vec::new();
    let mut part = String::new();
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(word(std::mem::take(&mut part).trim())),
            _ if depth == 0 => part.push(c),
            _ => {}
        }
    }
    heads.push(word(part.trim()));
    heads
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// What is wrong with the imports of a file.
fn upward(source: &Source) -> Vec<String> {
    let Some(own) = rank(&source.module) else {
        return vec![format!("{}: module `{}` has no rank: give it one", source.path, source.module)];
    };
    let wrong = imports(&source.code).into_iter().filter(|name| *name != source.module);
    wrong
        .filter(|name| rank(name).is_none_or(|rank| rank >= own))
        .map(|name| format!("{}: `{}` may not import `{name}`", source.path, source.module))
        .collect()
}

/// The banned words of a file.
fn banned(source: &Source) -> Vec<String> {
    let module = source.module.as_str();
    BANS.iter()
        .filter(|ban| ban.within.is_empty() || ban.within.contains(&module))
        .filter(|ban| !ban.except.contains(&module))
        .filter(|ban| has_word(&source.code, ban.word))
        .map(|ban| format!("{}: `{}` may not stand here: {}", source.path, ban.word, ban.because))
        .collect()
}

fn has_word(code: &str, word: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).any(|(at, _)| {
        let (before, rest) = code.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or(rest);
        let before = before.chars().next_back().filter(|_| word.starts_with(part_of_name));
        let after = after.chars().next().filter(|_| word.ends_with(part_of_name));
        !before.is_some_and(part_of_name) && !after.is_some_and(part_of_name)
    })
}

#[test]
fn modules_import_only_from_lower_ranks() {
    let wrong: Vec<_> = sources().iter().flat_map(upward).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn modules_contain_nothing_that_is_not_theirs() {
    let wrong: Vec<_> = sources().iter().flat_map(banned).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_demo_shares_nothing_with_the_client() {
    let demo = sources().into_iter().filter(|source| source.module == "demo");
    let shared: Vec<_> =
        demo.flat_map(|source| imports(&source.code)).filter(|name| name != "demo").collect();
    assert_eq!(shared, Vec::<String>::new());
}

#[test]
fn the_checks_notice_what_is_planted() {
    let planted = [
        ("app/list/mod.rs", "use crate::ui::view;"),
        ("app/list.rs", "use crate::{\n    domain::{Page, Window},\n    ui,\n};"),
        ("domain/page.rs", "fn f() -> crate::app::State { todo }"),
        ("ui/list.rs", "use crate::api::Reader;"),
        ("demo/mod.rs", "use crate::config::Config;"),
        ("surprise.rs", ""),
    ];
    for (path, text) in planted {
        assert_eq!(upward(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }
    let allowed = [
        ("app/list/mod.rs", "use crate::app::field::Field; use crate::{domain, text::{self, escape}};"),
        ("ui/mod.rs", "// crate::runtime is not imported\nuse crate::theme::Role;"),
        ("text/mod.rs", "macro_rules! m { () => { $crate::ui::x } }"),
    ];
    for (path, text) in allowed {
        assert_eq!(upward(&Source::new(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
    let words = [
        ("ui/list.rs", "fn paint(state: &mut State) {}"),
        ("ui/list.rs", "name.as_sent()"),
        ("app/update.rs", "let now = std::time::Instant::now();"),
        ("app/update.rs", "tokio::spawn(x)"),
        ("api/mod.rs", "use crossterm::event::Event;"),
        ("ui/canvas.rs", "Color::Red"),
        ("runtime/mod.rs", "eprintln!(\"x\")"),
        ("ui/list.rs", "use ratatui::text::Line;"),
        ("ui/list.rs", "ratatui::widgets::Paragraph::new(name)"),
        ("ui/list.rs", "buffer.set_string(0, 0, name, style)"),
    ];
    for (path, text) in words {
        assert_eq!(banned(&Source::new(path, text)).len(), 1, "{path}: {text}");
    }
    for (path, text) in
        [("app/x.rs", "operands random brand"), ("theme.rs", "Color::Red"), ("ui/x.rs", "// tokio")]
    {
        assert_eq!(banned(&Source::new(path, text)), Vec::<String>::new(), "{path}: {text}");
    }
}

/// Where the table of the keys stands in the README.
const START: &str = "<!-- keys -->\n";
const END: &str = "<!-- /keys -->";

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

#[test]
fn the_keys_in_the_readme_are_the_keys_of_the_program() {
    let text = fs::read_to_string(readme()).expect("README.md is there");
    let (before, rest) = text.split_once(START).expect("README.md has a line `<!-- keys -->`");
    let (present, after) = rest.split_once(END).expect("README.md has a line `<!-- /keys -->`");
    let table = Keymap::shipped().markdown();
    if std::env::var_os("UPDATE_README").is_some_and(|value| value == "1") {
        fs::write(readme(), format!("{before}{START}{table}{END}{after}")).unwrap();
    } else {
        assert!(
            present.trim() == table.trim(),
            "the table of the keys in README.md is not that of assets/keymap.toml: \
             run the tests once with UPDATE_README=1"
        );
    }
}
