//! Commands that take words after their name: what they are called, what completes them, and what they would do.
//!
//! A new one is a variant here, with an arm in each of these functions; what running it does is an arm in
//! `keys/palette.rs`. The compiler names every place.

use super::{Action, Entry};
use crate::app::list::{Columns, Filter, Sort};
use crate::app::plan::outside;
use crate::app::query::{self, QueryError};
use crate::app::state::State;
use crate::app::view::View;
use crate::text;
use crate::theme::Theme;

/// A command that takes words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phrase {
    /// Choose the columns.
    Columns,
    /// Narrow the list.
    Filter,
    /// Have the server give only what matches.
    ServerFilter,
    /// Order the list.
    Sort,
    /// Wear another theme.
    Theme,
    /// Show the list by a saved view.
    View,
    /// Plan one change for every organization that matches.
    SetConnection,
    /// Open a plan that was written to a file.
    Plan,
}

impl Phrase {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Columns,
        Self::Filter,
        Self::ServerFilter,
        Self::Sort,
        Self::Theme,
        Self::View,
        Self::SetConnection,
        Self::Plan,
    ];

    /// What is typed before the words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Columns => "columns",
            Self::Filter => "filter",
            Self::ServerFilter => "server filter",
            Self::Sort => "sort",
            Self::Theme => "theme",
            Self::View => "view",
            Self::SetConnection => "set conn",
            Self::Plan => "plan",
        }
    }

    /// The words that follow, for the eye.
    pub const fn form(self) -> &'static str {
        match self {
            Self::Columns => "NAME:WIDTH,…",
            Self::Filter | Self::ServerFilter => "EXPRESSION",
            Self::Sort => "COLUMN,-COLUMN",
            Self::Theme | Self::View => "NAME",
            Self::SetConnection => "NEW where EXPRESSION",
            Self::Plan => "FILE",
        }
    }

    /// What it does.
    pub const fn help(self) -> &'static str {
        match self {
            Self::Columns => "show these columns, in this order",
            Self::Filter => "show only the rows that match",
            Self::ServerFilter => "read only what matches: the same as // before the expression",
            Self::Sort => "order the list by one column or two; - before one: largest first",
            Self::Theme => "wear this theme, for this run",
            Self::View => "show the list by a saved view: its filter, order and columns",
            Self::SetConnection => "plan this change for every match; nothing is sent",
            Self::Plan => "open the plan in this file and check it anew; nothing is sent",
        }
    }

    /// What `words` can be completed to, the likeliest first: whole texts in place of `words`.
    fn offers(self, state: &State, words: &str) -> Vec<String> {
        match self {
            Self::Columns | Self::Sort => columns(state, words),
            Self::Filter | Self::ServerFilter => {
                query::completions(words, state.filter().vocabulary(), |column| state.values(column))
            }
            Self::Theme => named(words, Theme::all().map(Theme::name)),
            Self::View => named(words, state.settings.views.iter().map(|view| view.name.as_str())),
            Self::SetConnection => destinations(state, words),
            // Looking for files is not for the core, which does nothing but think.
            Self::Plan => Vec::new(),
        }
    }

    /// What running it with these words comes to, in words for the operator.
    ///
    /// # Errors
    ///
    /// Why it cannot be run with them, or not yet.
    pub fn weigh(self, state: &State, words: &str) -> Result<String, String> {
        if self.is_about_the_list() && !state.windows_under().is_empty() {
            return Err("not while a window is open".to_owned());
        }
        if self.is_about_organizations() && state.view == View::Connections {
            return Err("this is about the organizations: c shows them".to_owned());
        }
        match self {
            Self::Columns => Columns::parse(words, state.list.rows.others()).map(|_| self.help().to_owned()),
            Self::Filter => match state.view {
                View::Organizations => filtered(state, words),
                View::Connections => filtered_connections(state, words),
            },
            Self::ServerFilter => filtered(state, &format!("/{words}")),
            Self::Sort => {
                let others = state.list.rows.others();
                Sort::parse(words, others).map(|sort| format!("order the list by {}", sort.told(others)))
            }
            Self::Theme if Theme::named(words).is_some() => Ok(self.help().to_owned()),
            Self::Theme => Err("there is no such theme".to_owned()),
            Self::View => match state.settings.view(words) {
                Some(view) => Ok(text::one_line(&view.words())),
                None if state.settings.views.is_empty() => {
                    Err("there is none: a view is a table [views.NAME] of the configuration".to_owned())
                }
                None => Err("there is no such view".to_owned()),
            },
            Self::SetConnection => moved(state, words),
            Self::Plan => match outside::obstacle(state) {
                Some(why) => Err(why),
                None if words.is_empty() => Err("type the name of the file".to_owned()),
                None => Ok(self.help().to_owned()),
            },
        }
    }

    const fn is_about_the_list(self) -> bool {
        match self {
            Self::Columns
            | Self::Filter
            | Self::ServerFilter
            | Self::Sort
            | Self::View
            | Self::SetConnection
            | Self::Plan => true,
            Self::Theme => false,
        }
    }

    const fn is_about_organizations(self) -> bool {
        match self {
            Self::Columns | Self::ServerFilter | Self::Sort | Self::View | Self::SetConnection => true,
            Self::Filter | Self::Theme | Self::Plan => false,
        }
    }

    /// The phrase that `line` begins with, and the words after it; none before the blank that ends its name.
    pub(super) fn of(line: &str) -> Option<(Self, &str)> {
        let line = line.trim_start();
        Self::ALL.into_iter().find_map(|phrase| {
            let rest = line.strip_prefix(phrase.name())?;
            rest.starts_with(' ').then(|| (phrase, rest.trim()))
        })
    }

    /// A line of the palette for this phrase with these words, of which `weighed` is known.
    fn entry(self, words: &str, weighed: Result<String, String>) -> Entry {
        let (help, obstacle) = match weighed {
            Ok(help) => (help, None),
            Err(why) => (self.help().to_owned(), Some(why)),
        };
        let action = Action::Say(self, words.to_owned());
        Entry { name: self.line(words), keys: String::new(), help, action, obstacle }
    }

    /// What is typed for it with these words.
    pub fn line(self, words: &str) -> String {
        format!("{} {words}", self.name())
    }

    /// The line of the palette with these words, weighed.
    pub(super) fn with(self, state: &State, words: &str) -> Entry {
        self.entry(words, self.weigh(state, words))
    }

    /// The line of the palette while no words are typed.
    pub(super) fn bare(self) -> Entry {
        Entry {
            name: self.name().to_owned(),
            keys: self.form().to_owned(),
            help: self.help().to_owned(),
            action: Action::Say(self, String::new()),
            obstacle: None,
        }
    }
}

/// The lines for a phrase that is being typed: what was typed when it can be run, then what completes it; what
/// cannot be run yet comes last, with the reason. None: `line` is no phrase.
pub(super) fn spoken(state: &State, line: &str) -> Option<Vec<Entry>> {
    let (phrase, words) = Phrase::of(line)?;
    let as_typed = phrase.entry(words, phrase.weigh(state, words));
    let offers = phrase.offers(state, words).into_iter().filter(|offer| offer != words);
    // Offers are not weighed: some would look at every row, and one that is not whole leads on.
    let offers = offers.map(|offer| phrase.entry(&offer, Ok(phrase.help().to_owned())));
    let mut entries = Vec::new();
    if as_typed.obstacle.is_none() {
        entries.push(as_typed);
        entries.extend(offers);
    } else {
        entries.extend(offers);
        entries.push(as_typed);
    }
    Some(entries)
}

/// The names that have what is typed in them, those that begin with it first.
fn named<'a>(typed: &str, names: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<&str> = names.filter(|name| name.contains(typed)).collect();
    names.sort_by_key(|name| !name.starts_with(typed));
    names.into_iter().map(str::to_owned).collect()
}

/// What the last of some names of columns can be: each column that is not named yet.
fn columns(state: &State, words: &str) -> Vec<String> {
    let others = state.list.rows.others();
    let start = words.rfind([',', ' ', '-']).map_or(0, |at| at + 1);
    let (before, last) = words.split_at(start);
    let named = |word: &String| before.split([',', ' ', '-']).any(|named| named == word);
    let all = state.list.rows.columns().map(|column| others.word(column));
    let fits = all.filter(|word| word.starts_with(last) && !named(word));
    fits.map(|word| format!("{before}{word}")).collect()
}

/// The two parts of `NEW where EXPRESSION`; the last is empty while it is not typed.
pub(in crate::app) fn new_and_where(words: &str) -> (&str, Option<&str>) {
    match words.split_once(" where ") {
        Some((new, expression)) => (new.trim(), Some(expression.trim())),
        None => (words.trim_end_matches(" where").trim(), None),
    }
}

/// The connections that can be named, then what the organizations can be asked for.
fn destinations(state: &State, words: &str) -> Vec<String> {
    match new_and_where(words) {
        (new, Some(expression)) => {
            let offers = query::completions(expression, &query::ORGANIZATIONS, |column| {
                state.list.rows.values(column)
            });
            offers.into_iter().map(|offer| format!("{new} where {offer}")).collect()
        }
        (new, None) => {
            let names = state.connections.known.iter().map(|known| known.name.as_sent());
            let mut names: Vec<&str> = names.filter(|name| name.contains(new)).collect();
            names.sort_by_key(|name| !name.starts_with(new));
            names.into_iter().map(|name| format!("{name} where ")).collect()
        }
    }
}

/// How many organizations a plan would be made for.
fn moved(state: &State, words: &str) -> Result<String, String> {
    if let Some(why) = crate::app::keys::obstacle_to_change(state) {
        return Err(why);
    }
    let (new, expression) = new_and_where(words);
    if new.is_empty() {
        return Err("type the name of the new connection".to_owned());
    }
    let Some(expression) = expression.filter(|expression| !expression.is_empty()) else {
        return Err("type where, and what the rows have to hold".to_owned());
    };
    let query = query_of(state, expression, &query::ORGANIZATIONS)?;
    if !query.criteria().is_empty() {
        return Err("a plan is made of rows that are read: the expression without //".to_owned());
    }
    let list = &state.list;
    let count = list.rows.that_match(&query, &list.filter).len();
    let among = if list.asked.is_empty() {
        format!("{} organizations", list.rows.len())
    } else {
        format!("{} organizations shown", list.rows.shown())
    };
    Ok(format!("{count} of {among} match: Enter opens the plan; nothing is sent"))
}

/// How many organizations match, and whether Enter reads others.
fn filtered(state: &State, words: &str) -> Result<String, String> {
    let query = query_of(state, words, &query::ORGANIZATIONS)?;
    let list = &state.list;
    let count = list.rows.that_match(&query, &Filter::default()).len();
    let counted = format!("{count} of {} organizations", list.rows.len());
    Ok(match (query.criteria() == &list.asked, query.criteria().is_empty()) {
        (true, true) => format!("{counted} match"),
        (true, false) => format!("{counted} read by this server filter match"),
        (false, true) => format!("{counted} read so far match: Enter reads all"),
        (false, false) => format!("{counted} read so far match: Enter has the server filter"),
    })
}

/// How many connections match.
fn filtered_connections(state: &State, words: &str) -> Result<String, String> {
    let list = &state.connection_list;
    let query = query_of(state, words, list.filter.vocabulary())?;
    Ok(format!("{} of {} connections match", list.that_match(&query), list.len()))
}

fn query_of(state: &State, words: &str, vocabulary: &query::Vocabulary) -> Result<query::Query, String> {
    let query = query::parse(words, vocabulary, state.wall_clock())
        .map_err(|error: QueryError| text::one_line(&error.to_string()))?;
    if query.is_empty() {
        return Err("type what the rows have to hold".to_owned());
    }
    Ok(query)
}
