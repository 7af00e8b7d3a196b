//! The saved views of the file: tables of three texts, each held against what the palette would take.

use toml::Spanned;
use toml::de::{DeString, DeValue};

use super::raw::{is_profile_name, nearest, shortened};
use crate::app::SavedView;
use crate::app::list::{Column, Columns, OtherFields, Sort};
use crate::app::query::{ORGANIZATIONS, QueryError, parse};
use crate::text::one_line;

/// The keys of a view, each with what is expected of it and what it does.
pub(super) const KEYS: [(&str, &str, &str); 3] = [
    (
        "filter",
        "a filter as text, such as \"connection=sfdc-eu-* updated<7d\"",
        "What rows have to be like, as it is typed after /; with // before it, the server filters.",
    ),
    ("sort", "one column or two as text, such as \"connection,-updated\"", "The order of the rows."),
    (
        "columns",
        "names of columns as text, such as \"name:30,connection\"",
        "The columns, each with its width after a colon where it is to have one.",
    ),
];

/// A mistake: the byte it begins at, and what is wrong.
type Wrong = (usize, String);

/// The view of a table, if there is one, and every mistake in it.
pub(super) fn view(
    name: &Spanned<DeString<'_>>,
    table: &Spanned<DeValue<'_>>,
) -> (Option<SavedView>, Vec<Wrong>) {
    let (offset, shown) = (name.span().start, shortened(name.get_ref()));
    let DeValue::Table(entries) = table.get_ref() else {
        return (None, vec![(offset, format!("view `{shown}`: expected a table such as [views.eu]"))]);
    };
    let mut view = SavedView { name: name.get_ref().clone().into_owned(), ..SavedView::default() };
    let mut wrong = Vec::new();
    if !is_profile_name(&view.name) {
        let names = "a name has lower case letters, digits, - and _ only, such as eu-sandboxes";
        wrong.push((offset, format!("view `{shown}`: {names}")));
    }
    if entries.is_empty() {
        wrong.push((offset, format!("view `{shown}`: nothing in it; give it filter, sort or columns")));
    }
    for (key, value) in entries {
        wrong.extend(put(&mut view, key, value).err());
    }
    (Some(view), wrong)
}

fn put(view: &mut SavedView, key: &Spanned<DeString<'_>>, value: &Spanned<DeValue<'_>>) -> Result<(), Wrong> {
    let typed = key.get_ref().as_ref();
    let Some((name, expected, _)) = KEYS.into_iter().find(|(name, ..)| *name == typed) else {
        let shown = shortened(typed);
        let hint = match nearest(typed, KEYS.iter().map(|(name, ..)| *name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "a view has filter, sort and columns".to_owned(),
        };
        return Err((key.span().start, format!("unknown key `{shown}`; {hint}")));
    };
    let at = value.span().start;
    let DeValue::String(text) = value.get_ref() else {
        return Err((at, format!("key `{name}`: expected {expected}")));
    };
    let text = text.clone().into_owned();
    let (place, checked) = match name {
        "filter" => (&mut view.filter, filter(&text)),
        "sort" => (&mut view.sort, columns(&text, |others| Sort::parse(&text, others).map(|_| ()))),
        _ => (&mut view.columns, columns(&text, |others| Columns::parse(&text, others).map(|_| ()))),
    };
    *place = text;
    checked.map_err(|why| (at, format!("key `{name}`: {}", one_line(&why))))
}

/// Whether the text is a filter.
fn filter(text: &str) -> Result<(), String> {
    let error = match parse(text, &ORGANIZATIONS, 0) {
        Ok(query) if query.is_empty() => return Err("expected a filter, found nothing".to_owned()),
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let near = match &error {
        QueryError::Field { name, known: _ } => nearest(bare(name), words()),
        _ => None,
    };
    Err(near.map_or_else(|| error.to_string(), |near| format!("{}; did you mean `{near}`?", brief(&error))))
}

/// A name without the sign that may follow it.
fn bare(name: &str) -> &str {
    name.trim_end_matches(['=', ':', '<', '>'])
}

/// The error without the list of all there is.
fn brief(error: &QueryError) -> String {
    match error {
        QueryError::Field { name, known: _ } => format!("no column {}", bare(name)),
        other => other.to_string(),
    }
}

/// Every name that a filter understands.
fn words() -> impl Iterator<Item = &'static str> {
    let times = ORGANIZATIONS.times.iter().flat_map(|(_, names)| *names);
    ORGANIZATIONS.columns.iter().copied().flatten().chain(times).copied()
}

/// Whether the text names columns. One that is no column is a field of the server's, which no record has shown yet:
/// unless it is nearly the name of a column.
fn columns(text: &str, parse: impl Fn(&OtherFields) -> Result<(), String>) -> Result<(), String> {
    let mut others = OtherFields::default();
    for word in text.split([',', ' ']) {
        let word = word.trim().trim_start_matches('-');
        let name = word.split(':').next().unwrap_or_default();
        let near = nearest(name, Column::KNOWN.iter().filter_map(|column| column.word()));
        // Short names are near to everything: only one that is cut short is taken for a slip.
        let near = near.filter(|near| name.len() > 4 || near.starts_with(name));
        if let Some(near) = near.filter(|_| !name.is_empty() && others.named(name).is_none()) {
            return Err(format!("there is no column {name}; did you mean `{near}`?"));
        }
    }
    others.learn(text);
    parse(&others)
}

#[cfg(test)]
mod tests {
    use crate::config::raw::RawFile;

    #[test]
    fn a_view_is_three_texts_each_as_the_palette_takes_it() {
        let text = "[views.eu]\nfilter = \"//connection=sfdc-eu-01\"\nsort = \"-updated\"\n\
                    columns = \"name:30,connection,account\"\n[views.all]\nsort = \"account\"";
        let (file, mistakes) = RawFile::parse(text);
        assert_eq!(mistakes, []);
        let words: Vec<_> =
            file.views.iter().map(|view| format!("{}: {}", view.name, view.words())).collect();
        assert_eq!(
            words,
            [
                "all: sort account",
                "eu: filter //connection=sfdc-eu-01 · sort -updated · columns name:30,connection,account",
            ]
        );
    }

    #[test]
    fn fs_10_what_is_no_view_is_told_with_its_line_and_the_nearest_word() {
        for (text, line, words) in [
            ("views = 3", 1, "key `views`: expected tables such as [views.eu]"),
            ("[views]\neu = 3", 2, "view `eu`: expected a table such as [views.eu]"),
            ("[views.EU]\nsort = \"name\"", 1, "view `EU`: a name has lower case letters"),
            ("[views.eu]", 1, "view `eu`: nothing in it"),
            ("[views.eu]\nfiltr = \"a\"", 2, "unknown key `filtr`; did you mean `filter`?"),
            ("[views.eu]\ntheme = \"a\"", 2, "unknown key `theme`; a view has filter, sort and columns"),
            ("[views.eu]\nfilter = [1]", 2, "key `filter`: expected a filter as text"),
            ("[views.eu]\nfilter = \" \"", 2, "key `filter`: expected a filter, found nothing"),
            ("[views.eu]\nsort = \"name\"\nfilter = \"conection=a\"", 3, "did you mean `connection`?"),
            ("[views.eu]\nfilter = \"frobnicate=a\"", 2, "no column frobnicate=: name, org"),
            ("[views.eu]\nfilter = \"re:[\"", 2, "key `filter`: not a regular expression"),
            ("[views.eu]\nfilter = \"//acme\"", 2, "key `filter`: the server takes whole values"),
            ("[views.eu]\nsort = \"-updatd\"", 2, "no column updatd; did you mean `updated`?"),
            ("[views.eu]\nsort = \"name,name\"", 2, "key `sort`: that is the same column twice"),
            ("[views.eu]\ncolumns = \"connectoin:20\"", 2, "did you mean `connection`?"),
            ("[views.eu]\ncolumns = \"connection:1\"", 2, "a width is a number of cells"),
            ("[views.eu]\ncolumns = \"\"", 2, "key `columns`: which columns?"),
        ] {
            let (_, mistakes) = RawFile::parse(text);
            let told: Vec<_> = mistakes.iter().map(|mistake| (mistake.line, &*mistake.reason)).collect();
            let [(at, reason)] = told[..] else { panic!("{text:?}: {told:?}") };
            assert_eq!(at, line, "{text:?}: {reason}");
            assert!(reason.contains(words), "{text:?}: {reason}");
        }
    }
}
