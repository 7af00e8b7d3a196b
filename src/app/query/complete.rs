//! What `Tab` makes of a filter that is being typed: names of columns, then values that are there.

use super::parse::{for_the_server, quoted};
use super::term::Vocabulary;

/// Most values offered for one column.
const MOST: usize = 50;

/// The texts that `text` can be completed to, the likeliest first. `values` gives what stands in a column, by its
/// place.
pub fn completions(
    text: &str,
    vocabulary: &Vocabulary,
    values: impl Fn(usize) -> Vec<String>,
) -> Vec<String> {
    let asked = for_the_server(text).map_or(0, |rest| text.len() - rest.len());
    let at = last_term(text).max(asked);
    let (before, term) = text.split_at(at);
    let sign = term.len() - term.trim_start_matches('!').len();
    let (sign, term) = term.split_at(sign);
    let whole = |rest: &str| format!("{before}{sign}{rest}");
    let Some((name, typed)) = term.split_once('=') else {
        let names = vocabulary.column_names().map(|name| format!("{name}="));
        let names = names.chain(vocabulary.time_names().map(|name| format!("{name}<")));
        let term = term.to_lowercase();
        return names
            .filter(|name| !term.is_empty() && name.starts_with(&term))
            .map(|name| whole(&name))
            .collect();
    };
    let (equals, typed) = typed.strip_prefix('=').map_or(("=", typed), |typed| ("==", typed));
    let Some(column) = vocabulary.column(name.trim_end_matches('!')) else { return Vec::new() };
    let typed = typed.trim_matches('"').to_lowercase();
    let fits = |value: &String| value.to_lowercase().starts_with(&typed);
    let mut values: Vec<String> = values(column).into_iter().filter(fits).collect();
    values.sort();
    values.dedup();
    values.truncate(MOST);
    values.iter().map(|value| whole(&format!("{name}{equals}{}", quoted(value)))).collect()
}

/// Where the last term begins: after the last blank that no quotes enclose.
fn last_term(text: &str) -> usize {
    let mut quoted = false;
    let mut start = 0;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            c if c.is_whitespace() && !quoted => start = at + c.len_utf8(),
            _ => {}
        }
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::query::{Field, ORGANIZATIONS};

    fn completed(text: &str) -> Vec<String> {
        completions(text, &ORGANIZATIONS, |column| {
            if column == Field::Connection.column() {
                ["sfdc-eu-02", "sfdc-eu-01", "a b", "the \"old\" one"].map(str::to_owned).to_vec()
            } else {
                Vec::new()
            }
        })
    }

    #[test]
    fn names_of_columns_and_values_that_are_there_complete_a_term() {
        for (text, expected) in [
            ("co", &["connection="][..]),
            ("acme !ty", &["acme !type="]),
            ("up", &["updated<"]),
            ("conn=sf", &["conn=sfdc-eu-01", "conn=sfdc-eu-02"]),
            ("conn==a", &["conn==\"a b\""]),
            ("x connection!=A", &["x connection!=\"a b\""]),
            ("connection=\"a", &["connection=\"a b\""]),
            ("connection=th", &["connection=\"the \"\"old\"\" one\""]),
            ("colour=", &[]),
            ("/conn", &["/connection="]),
            ("/connection=a", &["/connection=\"a b\""]),
            ("acme ", &[]),
            ("zzz", &[]),
        ] {
            assert_eq!(completed(text), expected, "{text}");
        }
    }
}
