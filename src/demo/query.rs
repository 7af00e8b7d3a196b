//! What a list request asks for: paging, sort and filters.

use std::cmp::Ordering;

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use serde_json::Value;
use url::form_urlencoded;

use super::documents::{Column, Documents, Page};
use super::error::{Problem, json};

/// The page size where the request names none, or 0.
const DEFAULT_LIMIT: usize = 10;

/// The parsed query of a list request.
#[derive(Debug)]
pub(super) struct Query {
    skip: usize,
    limit: Limit,
    sort: Option<Vec<SortKey>>,
    parameters: Vec<(String, String)>,
}

#[derive(Debug, Clone, Copy)]
enum Limit {
    Rows(usize),
    All,
}

/// Which records a list shows and in which order; orders are kept under it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct View {
    pub(super) filters: Vec<Filter>,
    pub(super) sort: Vec<SortKey>,
    /// Whose eyes look; `None` sees everything.
    pub(super) viewer: Option<Viewer>,
}

/// One condition; all must hold.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Filter {
    pub(super) property: &'static str,
    pub(super) test: Test,
}

/// What a filter wants of a property.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Test {
    /// Equal, letter case included, with `*` for any run of characters.
    Matches(String),
    /// One of these texts, exactly.
    OneOf(Vec<String>),
    /// A list that holds this text.
    Holds(String),
    /// Absent or null.
    Absent,
    Before(Timestamp),
    After(Timestamp),
}

/// One property to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct SortKey {
    pub(super) property: String,
    pub(super) descending: bool,
}

/// A user whom only access lists let in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Viewer {
    pub(super) user_id: String,
    pub(super) groups: Vec<String>,
}

/// How a list parameter filters: its name, the property it looks at, and how its value is read.
pub(super) type Rule = (&'static str, &'static str, fn(&str) -> Option<Test>);

impl Query {
    /// # Errors
    /// 400 where `skip` or `limit` is no number, or negative (`limit=-1` means all).
    pub(super) fn parse(raw: Option<&str>) -> Result<Self, Problem> {
        let mut query =
            Self { skip: 0, limit: Limit::Rows(DEFAULT_LIMIT), sort: None, parameters: Vec::new() };
        for (name, value) in form_urlencoded::parse(raw.unwrap_or_default().as_bytes()) {
            if value.is_empty() {
                continue;
            }
            match name.as_ref() {
                "skip" => query.skip = value.parse().map_err(|_wrong| Problem::invalid("skip"))?,
                "limit" => query.limit = Limit::parse(&value)?,
                "sort" => query.sort = Some(SortKey::parse(&value)),
                _ => query.parameters.push((name.into_owned(), value.into_owned())),
            }
        }
        Ok(query)
    }

    /// The last value of a parameter that is no filter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The view this query asks for; parameters without a rule are ignored.
    ///
    /// # Errors
    /// 400 where a rule can not read its value.
    pub(super) fn view(&self, rules: &[Rule], default_sort: &str) -> Result<View, Problem> {
        let mut filters = Vec::new();
        for (name, value) in &self.parameters {
            let Some((_, property, read)) = rules.iter().find(|(known, _, _)| known == name) else {
                continue;
            };
            let test = read(value).ok_or_else(|| Problem::invalid(name))?;
            filters.push(Filter { property, test });
        }
        let sort = self.sort.clone().unwrap_or_else(|| SortKey::parse(default_sort));
        Ok(View { filters, sort, viewer: None })
    }

    /// The asked page of `documents`.
    pub(super) fn page(&self, documents: &mut Documents, view: &View) -> Page {
        let limit = match self.limit {
            Limit::Rows(rows) => rows,
            Limit::All => usize::MAX,
        };
        documents.page(view, self.skip, limit)
    }

    /// The list envelope around `page`, echoing the values in effect.
    pub(super) fn envelope(&self, page: &Page) -> Response {
        let limit = match self.limit {
            Limit::Rows(rows) => rows,
            Limit::All => page.total,
        };
        let length: usize = page.rows.iter().map(|(_, text)| text.len() + 1).sum();
        let mut body = String::with_capacity(length + 80);
        let head =
            format!("{{\"skip\":{},\"limit\":{limit},\"total\":{},\"resources\":[", self.skip, page.total);
        body.push_str(&head);
        for (place, (_, text)) in page.rows.iter().enumerate() {
            if place > 0 {
                body.push(',');
            }
            body.push_str(text);
        }
        body.push_str("]}");
        json(StatusCode::OK, Body::from(body))
    }

    /// Page and envelope in one go, for lists without a twist.
    pub(super) fn answer(&self, documents: &mut Documents, view: &View) -> Response {
        let page = self.page(documents, view);
        self.envelope(&page)
    }
}

impl Limit {
    fn parse(value: &str) -> Result<Self, Problem> {
        match value.parse::<i64>() {
            Ok(-1) => Ok(Self::All),
            Ok(0) => Ok(Self::Rows(DEFAULT_LIMIT)),
            Ok(rows) => usize::try_from(rows).map(Self::Rows).map_err(|_negative| Problem::invalid("limit")),
            Err(_) => Err(Problem::invalid("limit")),
        }
    }
}

impl Test {
    pub(super) fn accepts(&self, column: &Column) -> bool {
        match self {
            Self::Matches(pattern) => column_text(column).is_some_and(|text| matches(pattern, &text)),
            Self::OneOf(texts) => column_text(column).is_some_and(|text| texts.contains(&text)),
            Self::Holds(wanted) => {
                matches!(column, Column::List(values) if values.iter().any(|value| matches(wanted, value)))
            }
            Self::Absent => *column == Column::Missing,
            Self::Before(limit) => matches!(column, Column::Moment(moment) if moment < limit),
            Self::After(limit) => matches!(column, Column::Moment(moment) if moment > limit),
        }
    }

    /// Equality with `*`.
    #[expect(clippy::unnecessary_wraps, reason = "one signature for every rule")]
    pub(super) fn equal(value: &str) -> Option<Self> {
        Some(Self::Matches(value.to_owned()))
    }

    /// Member of a list.
    #[expect(clippy::unnecessary_wraps, reason = "one signature for every rule")]
    pub(super) fn holds(value: &str) -> Option<Self> {
        Some(Self::Holds(value.to_owned()))
    }

    /// `true`, `false`, or `null` for never.
    pub(super) fn truth(value: &str) -> Option<Self> {
        match value {
            "null" => Some(Self::Absent),
            "true" | "false" => Self::equal(value),
            _ => None,
        }
    }

    pub(super) fn before(value: &str) -> Option<Self> {
        value.parse().ok().map(Self::Before)
    }

    pub(super) fn after(value: &str) -> Option<Self> {
        value.parse().ok().map(Self::After)
    }
}

fn column_text(column: &Column) -> Option<String> {
    match column {
        Column::Missing | Column::List(_) => None,
        Column::Bool(value) => Some(value.to_string()),
        Column::Number(value) => Some(value.to_string()),
        Column::Moment(moment) => Some(moment.to_string()),
        Column::Text(text) => Some(text.to_string()),
    }
}

/// Whether `text` is `pattern`, where `*` stands for any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(head) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let tail = pieces.pop().unwrap_or_default();
    for piece in pieces {
        let Some((_, after)) = left.split_once(piece) else { return false };
        left = after;
    }
    left.ends_with(tail)
}

impl SortKey {
    /// `name,-createdAt`: a dash means downwards.
    fn parse(list: &str) -> Vec<Self> {
        list.split(',').map(str::trim).filter(|name| !name.is_empty()).map(Self::parse_one).collect()
    }

    fn parse_one(name: &str) -> Self {
        let property = name.strip_prefix('-').unwrap_or(name).to_owned();
        Self { property, descending: name.starts_with('-') }
    }

    /// By each key in turn. A property no record has leaves all equal, hence is ignored.
    pub(super) fn compare(keys: &[Self], left: &[Column], right: &[Column]) -> Ordering {
        keys.iter()
            .zip(left.iter().zip(right))
            .map(|(key, (left, right))| key.compare_one(left, right))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    fn compare_one(&self, left: &Column, right: &Column) -> Ordering {
        match (left, right) {
            (Column::Missing, Column::Missing) => Ordering::Equal,
            (Column::Missing, _) => Ordering::Greater,
            (_, Column::Missing) => Ordering::Less,
            _ if self.descending => right.cmp(left),
            _ => left.cmp(right),
        }
    }
}

impl Viewer {
    /// Whether the access list in `text`, an organization, grants `view`.
    pub(super) fn sees(&self, text: &str) -> bool {
        if !text.contains("\"acls\"") {
            return false;
        }
        let document: Value = serde_json::from_str(text).unwrap_or_default();
        let entries = document.get("acls").and_then(Value::as_array);
        entries.is_some_and(|entries| entries.iter().any(|entry| self.is_granted(entry)))
    }

    fn is_granted(&self, entry: &Value) -> bool {
        let is_me = entry.get("user_id").and_then(Value::as_str) == Some(&self.user_id);
        let group = entry.get("group").and_then(Value::as_str);
        let is_mine = group.is_some_and(|group| self.groups.iter().any(|own| own == group));
        let actions = entry.get("actions").and_then(Value::as_array);
        (is_me || is_mine) && actions.is_some_and(|actions| actions.iter().any(|action| action == "view"))
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        for (pattern, text, expected) in [
            ("sfdc", "sfdc", true),
            ("sfdc", "sfdc-eu", false),
            ("sfdc*", "sfdc-eu", true),
            ("*eu", "sfdc-eu", true),
            ("*-*-2024", "sfdc-eu-2024", true),
            ("*-*-2024", "sfdc-2024", false),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*b", "ab", false),
            ("Müll*", "Müller", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }
}
