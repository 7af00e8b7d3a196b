//! From what is typed to a query.

use regex::RegexBuilder;

use crate::domain::{Criteria, Parameter};

use super::Query;
use super::term::{Glob, Letters, Pattern, Term, Test, Vocabulary};

/// Most bytes a compiled expression may take: `(a{1000}){1000}` is refused instead of filling the memory.
const LARGEST_PATTERN: usize = 1 << 20;

/// Why a text is no query, in words for the line it is typed in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// The regular expression cannot be used.
    #[error("not a regular expression: {0}")]
    Pattern(String),
    /// A column that there is none of.
    #[error("no column {name}: {known}")]
    Field {
        /// As typed.
        name: String,
        /// What there is.
        known: String,
    },
    /// A comparison without a value.
    #[error("{0} what? \"\" is an empty value")]
    NoValue(String),
    /// Nothing in it that the server can filter by.
    #[error("{}", not_for_server(.0))]
    NotForServer(String),
    /// A span of time that is none.
    #[error("{0}: expected a span of time such as 30m, 12h, 7d or 2w")]
    Span(String),
}

fn not_for_server(names: &str) -> String {
    if names.is_empty() {
        return "// is for the organizations: the connections are all read".to_owned();
    }
    format!("the server takes whole values: {names}")
}

/// The query of a text about rows that have these columns; `now` is the wall clock, in seconds since 1970.
///
/// # Errors
///
/// [`QueryError`] names the first term that cannot be understood.
pub fn parse(text: &str, vocabulary: &Vocabulary, now: i64) -> Result<Query, QueryError> {
    let (text, ask) = for_the_server(text).map_or((text, false), |rest| (rest, true));
    let mut query = Query::default();
    for piece in pieces(text) {
        let Some(mut term) = term(&piece, vocabulary, now)? else { continue };
        if ask {
            term.asked = asked(&piece, vocabulary, &mut query.criteria);
        }
        query.here += usize::from(term.asked.is_none());
        query.terms.push(term);
    }
    if ask && query.criteria.is_empty() && !query.is_empty() {
        return Err(QueryError::NotForServer(vocabulary.for_the_server()));
    }
    Ok(query)
}

/// What follows the slash before a filter that the server is asked for, be it typed with that of the filter's key.
pub(super) fn for_the_server(text: &str) -> Option<&str> {
    text.strip_prefix('/').map(|rest| rest.strip_prefix('/').unwrap_or(rest))
}

/// Asks the server for what a piece says, where that is the whole value of a column that it can filter by.
///
/// What was read before it is asked is looked at here meanwhile; of its answer it alone knows why.
fn asked(piece: &Piece, vocabulary: &Vocabulary, criteria: &mut Criteria) -> Option<(Parameter, String)> {
    let (name, _) = piece.text.split_once('=').filter(|(name, _)| piece.open().len() > name.len())?;
    let (from, _) = piece.value_after(name.len());
    let value = piece.text.get(from..).unwrap_or_default();
    let is_one =
        piece.signs.iter().all(|at| piece.text.get(*at..).is_some_and(|sign| !sign.starts_with('|')));
    let parameter = vocabulary.column(&name.to_lowercase()).and_then(|column| vocabulary.parameter(column));
    let parameter = parameter.filter(|parameter| is_one && criteria.add(*parameter, value))?;
    Some((parameter, value.to_owned()))
}

/// A term as typed: its text without the quotes, where the first quote stood, and where signs stand that no quotes
/// enclose.
#[derive(Debug, Default)]
struct Piece {
    text: String,
    quoted_from: Option<usize>,
    signs: Vec<usize>,
}

impl Piece {
    /// The part before the first quote, in which signs mean something.
    fn open(&self) -> &str {
        self.text.get(..self.quoted_from.unwrap_or(self.text.len())).unwrap_or_default()
    }

    /// Where the value of the `=` at this place begins, and whether a second one there has letter case count.
    fn value_after(&self, at: usize) -> (usize, bool) {
        let exact = self.open().get(at + 1..).is_some_and(|rest| rest.starts_with('='));
        (at + 1 + usize::from(exact), exact)
    }

    /// What stands from here on, as whole values: `|` stands between them, `*` for any text.
    fn globs(&self, from: usize) -> Vec<Glob> {
        let value = self.text.get(from..).unwrap_or_default();
        let mut globs = vec![vec![String::new()]];
        for (at, c) in value.char_indices() {
            let is_sign = self.signs.contains(&(from + at));
            match (c, globs.last_mut()) {
                ('|', _) if is_sign => globs.push(vec![String::new()]),
                ('*', Some(parts)) if is_sign => parts.push(String::new()),
                (c, Some(parts)) => parts.last_mut().into_iter().for_each(|part| part.push(c)),
                (_, None) => {}
            }
        }
        globs.into_iter().map(Glob).collect()
    }
}

/// Splits at blanks that no quotes enclose. Within quotes two stand for one. A quote that is not closed yet ends with
/// the text.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut piece: Option<Piece> = None;
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => {
                piece.get_or_insert_default().text.push('"');
            }
            '"' => {
                quoted = !quoted;
                let piece = piece.get_or_insert_default();
                piece.quoted_from.get_or_insert(piece.text.len());
            }
            c if c.is_whitespace() && !quoted => pieces.extend(piece.take()),
            c => {
                let piece = piece.get_or_insert_default();
                if !quoted && matches!(c, '*' | '|') {
                    piece.signs.push(piece.text.len());
                }
                piece.text.push(c);
            }
        }
    }
    pieces.extend(piece);
    pieces
}

/// A value as it has to be typed to mean itself.
pub fn quoted(value: &str) -> String {
    let needs = value.is_empty()
        || value.starts_with('=')
        || value.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '*' | '|'));
    if needs { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}

/// The term of a piece; none for one that asks nothing yet, such as a single `!`.
fn term(piece: &Piece, vocabulary: &Vocabulary, now: i64) -> Result<Option<Term>, QueryError> {
    let (inverse, asked) = match piece.text.strip_prefix('!') {
        Some(rest) if !piece.open().is_empty() => (true, rest),
        _ => (false, piece.text.as_str()),
    };
    let open = piece.open().len().saturating_sub(usize::from(inverse));
    let signs = asked.get(..open).unwrap_or_default();
    let test = if signs.starts_with("re:") {
        let pattern = asked.strip_prefix("re:").unwrap_or_default();
        if pattern.is_empty() { None } else { Some(Test::Regex(compile(pattern)?)) }
    } else if signs.starts_with('~') {
        let letters = asked.strip_prefix('~').unwrap_or_default().to_lowercase();
        (!letters.is_empty()).then(|| Test::Fuzzy(Letters::new(&letters)))
    } else if let Some(at) = signs.find(['=', '<', '>', ':']) {
        return comparison(piece, usize::from(inverse), at, vocabulary, now)
            .map(|(not, test)| Some(Term { inverse: inverse != not, asked: None, test }));
    } else {
        (!asked.is_empty()).then(|| Test::Word(asked.to_lowercase()))
    };
    Ok(test.map(|test| Term { inverse, asked: None, test }))
}

/// The test of `name OPERATOR value` that begins at `start` and whose operator stands `at` bytes further; the flag
/// says `!=`.
fn comparison(
    piece: &Piece,
    start: usize,
    at: usize,
    vocabulary: &Vocabulary,
    now: i64,
) -> Result<(bool, Test), QueryError> {
    let (name, rest) = piece.text.get(start..).unwrap_or_default().split_at(at);
    let (not, name) = name.strip_suffix('!').map_or((false, name), |name| (true, name));
    let (operator, _) = rest.split_at(1);
    let at = start + at;
    let (from, exact) = if operator == "=" { piece.value_after(at) } else { (at + 1, false) };
    let value = piece.text.get(from..).unwrap_or_default();
    let sign = if exact { "==" } else { operator };
    let name = name.to_lowercase();
    let (time, column) = (vocabulary.time(&name), vocabulary.column(&name));
    let unknown = |name: String| QueryError::Field { name, known: vocabulary.words() };
    if value.is_empty() && piece.quoted_from.is_none() {
        let known = time.is_some() || column.is_some();
        return Err(if known { QueryError::NoValue(format!("{name}{sign}")) } else { unknown(name) });
    }
    match (operator, time, column) {
        ("<" | ">", Some(time), _) => {
            let span = span(&value.to_lowercase()).ok_or_else(|| QueryError::Span(value.to_lowercase()))?;
            let than = i128::from(now) * 1_000_000_000 - span;
            Ok((not, Test::Age { time, younger: operator == "<", than }))
        }
        ("=", None, Some(column)) => {
            let typed = piece.globs(from);
            let lower = typed.iter().map(Glob::in_lower_case).collect();
            Ok((not, if exact { Test::Exact { column, lower, typed } } else { Test::Whole(column, lower) }))
        }
        (":", None, Some(column)) => Ok((not, Test::Part(column, value.to_lowercase()))),
        _ => Err(unknown(format!("{name}{sign}"))),
    }
}

/// A span of time in nanoseconds.
fn span(text: &str) -> Option<i128> {
    let unit = text.chars().next_back()?;
    let number: u32 = text.strip_suffix(unit)?.parse().ok()?;
    let seconds: i128 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 7 * 86_400,
        'y' => 365 * 86_400,
        _ => return None,
    };
    Some(i128::from(number) * seconds * 1_000_000_000)
}

/// A pattern over a column: case does not matter, `^` and `$` are its ends.
fn compile(pattern: &str) -> Result<Pattern, QueryError> {
    let regex = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(LARGEST_PATTERN)
        .dfa_size_limit(LARGEST_PATTERN)
        .nest_limit(100)
        .build()
        .map_err(|error| QueryError::Pattern(brief(&error)))?;
    Ok(Pattern { text: pattern.to_owned(), regex })
}

/// The last line of the library's message: the others repeat the pattern.
fn brief(error: &regex::Error) -> String {
    let told = error.to_string();
    let last = told.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::app::query::{ORGANIZATIONS, Subject, Time};

    /// name, org id, type, connection, id, cloud.
    const ROWS: [&str; 4] = [
        "acme deutschland\n00d5e000000abc2eaa\nregular\nsfdc-eu-01\n2473e846-31a8\nsfdc",
        "acme uat\n00d5e000000abc3eaa\nsandbox\nsfdc-eu-uat\n11111111-31a8\nsfdc",
        "zenith = co\n00d5e000000abc4eaa\nregular\n\n22222222-0000\nsfdc",
        "españa \"x\"\n00d5e000000abc5eaa\nregular\nsfdc-us-01\n33333333-0000\nsfdc",
    ];

    fn query(text: &str, now: i64) -> Query {
        parse(text, &ORGANIZATIONS, now).unwrap()
    }

    /// A row whose columns are these lines, and its times.
    #[derive(Default)]
    struct Lines<'a> {
        shown: &'a str,
        lower: String,
        asked: Option<Criteria>,
        updated: i128,
    }

    impl Subject for Lines<'_> {
        fn lower(&self, column: usize) -> Option<Cow<'_, str>> {
            self.lower.split('\n').nth(column).map(Cow::Borrowed)
        }

        fn displayed(&self, column: usize) -> Option<Cow<'_, str>> {
            Some(self.shown.split('\n').nth(column).unwrap_or_default().into())
        }

        fn given(&self) -> Option<&Criteria> {
            self.asked.as_ref()
        }

        fn time(&self, time: Time) -> Option<i128> {
            match time {
                Time::Updated => Some(self.updated),
                Time::Created => Some(0),
                Time::Tested => None,
            }
        }
    }

    fn subject(shown: &str) -> Lines<'_> {
        Lines { shown, lower: shown.to_lowercase(), ..Lines::default() }
    }

    /// Which of the rows are like `text`; the n-th was changed n days after 1970, and now is day 10.
    fn hits(text: &str) -> Vec<usize> {
        let query = query(text, 10 * 86_400);
        let hit = |n: &usize| {
            let updated = i128::try_from(*n).unwrap() * 86_400_000_000_000;
            query.matches(&Lines { updated, ..subject(ROWS[*n]) })
        };
        (0..ROWS.len()).filter(hit).collect()
    }

    #[test]
    fn e2_every_form_of_a_term_says_what_it_says() {
        for (text, expected) in [
            ("", &[0, 1, 2, 3][..]),
            ("acme", &[0, 1]),
            ("ACME !uat", &[0]),
            ("!acme !zenith", &[3]),
            ("\"acme uat\"", &[1]),
            ("\"acme de", &[0]),
            ("re:^acme.*(at|nd)$", &[0, 1]),
            ("!re:^acme", &[2, 3]),
            ("re:EU-\\d+", &[0]),
            ("~acdtl", &[0]),
            ("~sfdceu", &[0, 1]),
            ("connection=sfdc-eu-01", &[0]),
            ("conn=SFDC-EU-*", &[0, 1]),
            ("conn=*01", &[0, 3]),
            ("conn=\"\"", &[2]),
            ("conn=sfdc-us-01|sfdc-eu-0*", &[0, 3]),
            ("conn!=sfdc-us-01|\"\"", &[0, 1]),
            ("conn=\"sfdc-eu-*\"", &[]),
            ("conn==sfdc-eu-*|sfdc-us-01", &[0, 1, 3]),
            ("conn==SFDC-EU-01", &[]),
            ("conn!==\"\"|SFDC-EU-01", &[0, 1, 3]),
            ("conn=\"=sfdc-eu-01\"", &[]),
            ("conn=\"sfdc-us-01|\"*", &[]),
            ("name=\"españa \"\"x\"\"\"", &[3]),
            ("connection!=\"\" type!=sandbox", &[0, 3]),
            ("!type=regular", &[1]),
            ("name:eut", &[0]),
            ("id=2473e846-31a8", &[0]),
            ("updated<8d", &[3]),
            ("updated>8d", &[0, 1, 2]),
            ("!updated>8d", &[3]),
            ("created<1y", &[0, 1, 2, 3]),
            ("\"zenith = co\"", &[2]),
            ("!", &[0, 1, 2, 3]),
            ("re: ~", &[0, 1, 2, 3]),
        ] {
            assert_eq!(hits(text), expected, "{text}");
        }
    }

    #[test]
    fn e2_two_equals_signs_have_letter_case_count() {
        let row = subject("A\n\n\nSFDC-prod");
        for (text, holds) in [
            ("connection==SFDC-prod", true),
            ("connection==SFDC-*", true),
            ("connection==sfdc-prod", false),
            ("connection==sfdc-*", false),
            ("connection!==sfdc-prod", true),
            ("connection=sfdc-prod", true),
            ("connection==\"SFDC-prod\"|x", true),
        ] {
            assert_eq!(query(text, 0).matches(&row), holds, "{text}");
        }
        assert_eq!(quoted("=a"), "\"=a\"");
        assert_eq!(query("/connection==SFDC", 0).criteria().to_string(), "connection=SFDC");
    }

    #[test]
    fn e3_what_the_server_gave_for_a_term_is_not_looked_at_again() {
        let mut asked = Criteria::default();
        asked.add(Parameter::Connection, "7ca4");
        let given = Lines { asked: Some(asked), ..subject(ROWS[0]) };
        for (text, holds) in [
            ("/connection=7ca4", true),
            ("/connection=7ca4 acme", true),
            ("/connection=7ca4 zenith", false),
            ("/connection=7ca5", false),
            ("/connection=7ca4 type=sandbox", false),
            ("connection=7ca4", false),
        ] {
            assert_eq!(query(text, 0).matches(&given), holds, "{text}");
            assert!(!query(text, 0).matches(&subject(ROWS[0])), "{text}");
        }
    }

    #[test]
    fn e3_the_server_is_asked_for_whole_values_and_the_rest_is_looked_for_here() {
        for (text, asked, here) in [
            ("connection=sfdc-eu-01", "", 1),
            ("/connection=sfdc-eu-01", "connection=sfdc-eu-01", 0),
            ("//conn=sfdc-eu-01 acme !uat", "connection=sfdc-eu-01", 2),
            ("/ORG=00D1 type=Sandbox", "sfdc_org_id=00D1&organization_type=Sandbox", 0),
            ("/name=\"Acme Süd\" cloud=sfdc*", "name=Acme%20S%C3%BCd&cloud_name=sfdc%2A", 0),
            ("/id=2473e846 id=1111", "id=2473e846", 1),
            ("/name=\"a|b\" conn=a|b", "name=a%7Cb", 1),
            ("/name=a type!=b !conn=c updated<3d name:d conn=\"\"", "name=a", 5),
            ("/", "", 0),
            ("", "", 0),
        ] {
            let query = query(text, 0);
            assert_eq!((query.criteria().to_string().as_str(), query.here()), (asked, here), "{text}");
        }
        let said = |text: &str, vocabulary| parse(text, vocabulary, 0).unwrap_err().to_string();
        assert_eq!(
            said("/acme", &ORGANIZATIONS),
            "the server takes whole values: name= org= type= connection= id= cloud="
        );
        let connections = said("/name=a", &crate::app::connections::VOCABULARY);
        assert!(connections.contains("connections are all read"), "{connections}");
    }

    #[test]
    fn tx_20_what_cannot_be_understood_is_named() {
        let said = |text: &str| parse(text, &ORGANIZATIONS, 0).unwrap_err().to_string();
        assert!(said("re:[").starts_with("not a regular expression: unclosed"), "{}", said("re:["));
        assert!(said("re:(a{1000}){1000}").contains("size limit"), "{}", said("re:(a{1000}){1000}"));
        assert!(said(&format!("re:{}", "(".repeat(10_000))).starts_with("not a regular"));
        assert!(said("colour=red").starts_with("no column colour"));
        assert!(said("connection=").contains("connection= what?"));
        assert!(said("connection==").contains("connection== what?"));
        assert!(said("updated==3d").starts_with("no column updated=="));
        assert!(said("updated<soon").contains("7d"));
        assert!(said("name<3d").starts_with("no column name<"));
        assert!(said("updated=3d").starts_with("no column updated="));
    }

    #[test]
    fn tx_20_an_expression_that_hangs_other_engines_does_not_hang_this_one() {
        let query = query("re:(a+)+$", 0);
        let words = "a".repeat(100_000) + "b";
        assert!(!query.matches(&subject(&words)));
    }

    #[test]
    fn a_query_narrows_another_only_when_it_asks_for_more() {
        let narrows = |new: &str, old: &str| query(new, 0).narrows(&query(old, 0));
        for (new, old) in [
            ("acme", "acm"),
            ("acme uat", "acme"),
            ("!a", "!ab"),
            ("~abc", "~ab"),
            ("name:acme", "acm"),
            ("x", ""),
            ("type=regular acme", "type=regular"),
        ] {
            assert!(narrows(new, old), "{new} after {old}");
        }
        for (new, old) in [
            ("acm", "acme"),
            ("!ab", "!a"),
            ("acme", "!acme"),
            ("re:ab", "re:a"),
            ("type=regu", "type=regular"),
            ("name:acme", "type:acme"),
            ("", "x"),
        ] {
            assert!(!narrows(new, old), "{new} after {old}");
        }
    }
}
