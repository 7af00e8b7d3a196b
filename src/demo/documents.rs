//! A collection of JSON documents that can be filtered, sorted and paged without reading them again.
//!
//! A record keeps its text, which is what goes out, and the few columns that lists sort and filter
//! by. The order of a list is worked out once for each filter and sort, and kept until a document
//! changes: paging through 100,000 rows then costs no more than copying their text.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::query::{Filter, SortKey, View};

/// The number of orders kept at the same time.
const VIEWS: usize = 16;

/// Documents under a unique key.
#[derive(Debug)]
pub(super) struct Documents {
    key: &'static str,
    columns: &'static [&'static str],
    records: Vec<Record>,
    places: HashMap<Box<str>, usize>,
    views: HashMap<View, Arc<[u32]>>,
}

/// One document: its text, and the columns named by the collection, in that order.
#[derive(Debug, Clone)]
pub(super) struct Record {
    key: Box<str>,
    text: Box<str>,
    columns: Box<[Column]>,
}

/// A value as lists compare it. Missing sorts last in both directions.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Missing,
    Bool(bool),
    Number(i64),
    Moment(Timestamp),
    Text(Box<str>),
    List(Vec<Box<str>>),
}

/// Some rows of a list.
#[derive(Debug)]
pub(super) struct Page {
    /// All matches, not only these.
    pub(super) total: usize,
    /// The keys and texts of the rows, in order.
    pub(super) rows: Vec<(Box<str>, Box<str>)>,
}

impl Documents {
    pub(super) fn new(key: &'static str, columns: &'static [&'static str]) -> Self {
        Self { key, columns, records: Vec::new(), places: HashMap::new(), views: HashMap::new() }
    }

    /// A collection of `documents`; those that are no objects or lack the key are left out.
    pub(super) fn from_values(
        key: &'static str,
        columns: &'static [&'static str],
        documents: impl IntoIterator<Item = Value>,
    ) -> Self {
        let mut collection = Self::new(key, columns);
        documents.into_iter().for_each(|document| {
            if let Value::Object(document) = document {
                collection.put(&document);
            }
        });
        collection
    }

    pub(super) fn len(&self) -> usize {
        self.records.len()
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.records.reserve(more);
        self.places.reserve(more);
    }

    /// Keeps the first `count` documents only.
    pub(super) fn truncate(&mut self, count: usize) {
        self.records.truncate(count);
        self.places.retain(|_, place| *place < count);
        self.views.clear();
    }

    pub(super) fn get(&self, key: &str) -> Option<&Record> {
        self.places.get(key).and_then(|place| self.records.get(*place))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Record> {
        self.records.iter()
    }

    /// The first record whose `property` reads `text`.
    pub(super) fn find(&self, property: &'static str, text: &str) -> Option<&Record> {
        self.records.iter().find(|record| self.column(record, property).is(text))
    }

    /// The text of a record's `property`; empty where it is missing or no text.
    pub(super) fn text_of(&self, record: &Record, property: &str) -> String {
        match self.column(record, property) {
            Column::Text(text) => text.into(),
            _ => String::new(),
        }
    }

    /// Inserts `document`, or replaces the one with its key.
    pub(super) fn put(&mut self, document: &Map<String, Value>) {
        let text = Value::Object(document.clone()).to_string();
        self.put_text(document, text);
    }

    /// As [`Documents::put`], with the text to serve given by the caller.
    pub(super) fn put_text(&mut self, document: &Map<String, Value>, text: String) {
        let Some(key) = document.get(self.key).and_then(Value::as_str) else { return };
        let columns = self.columns.iter().map(|name| Column::read(name, document.get(*name))).collect();
        self.put_record(Record { key: key.into(), text: text.into(), columns });
    }

    /// Inserts a record made elsewhere; its columns must be the collection's.
    pub(super) fn put_record(&mut self, record: Record) {
        self.views.clear();
        if let Some(old) = self.places.get(&record.key).and_then(|place| self.records.get_mut(*place)) {
            *old = record;
            return;
        }
        self.places.insert(record.key.clone(), self.records.len());
        self.records.push(record);
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Record> {
        let place = self.places.remove(key)?;
        self.views.clear();
        let removed = self.records.swap_remove(place);
        if let Some(moved) = self.records.get(place) {
            self.places.insert(moved.key.clone(), place);
        }
        Some(removed)
    }

    /// The rows `skip..skip + limit` of `view`.
    pub(super) fn page(&mut self, view: &View, skip: usize, limit: usize) -> Page {
        let order = self.order(view);
        let rows = order.iter().skip(skip).take(limit);
        let rows = rows.filter_map(|place| self.records.get(*place as usize));
        Page {
            total: order.len(),
            rows: rows.map(|record| (record.key.clone(), record.text.clone())).collect(),
        }
    }

    fn order(&mut self, view: &View) -> Arc<[u32]> {
        if let Some(order) = self.views.get(view) {
            return Arc::clone(order);
        }
        let order: Arc<[u32]> = self.sorted(view).into();
        if self.views.len() >= VIEWS {
            self.views.clear();
        }
        self.views.insert(view.clone(), Arc::clone(&order));
        order
    }

    fn sorted(&self, view: &View) -> Vec<u32> {
        let matching: Vec<(u32, &Record)> =
            (0_u32..).zip(&self.records).filter(|(_, record)| self.accepts(view, record)).collect();
        let mut keyed: Vec<(Vec<Column>, &Record, u32)> = matching
            .into_iter()
            .map(|(place, record)| {
                let keys = view.sort.iter().map(|key| self.column(record, &key.property)).collect();
                (keys, record, place)
            })
            .collect();
        keyed.sort_unstable_by(|(a, left, _), (b, right, _)| {
            SortKey::compare(&view.sort, a, b).then_with(|| left.key.cmp(&right.key))
        });
        keyed.into_iter().map(|(_, _, place)| place).collect()
    }

    fn accepts(&self, view: &View, record: &Record) -> bool {
        let wanted = |filter: &Filter| filter.test.accepts(&self.column(record, filter.property));
        view.viewer.as_ref().is_none_or(|viewer| viewer.sees(record.text()))
            && view.filters.iter().all(wanted)
    }

    /// A property of a record: a column where there is one, else read from the text.
    fn column(&self, record: &Record, property: &str) -> Column {
        if let Some(place) = self.columns.iter().position(|name| *name == property) {
            return record.columns.get(place).cloned().unwrap_or(Column::Missing);
        }
        Column::read(property, record.document().get(property))
    }
}

impl Record {
    /// A record whose columns are known already: the generator's short cut.
    pub(super) fn made(key: String, text: String, columns: Vec<Column>) -> Self {
        Self { key: key.into(), text: text.into(), columns: columns.into() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// The document, read from its text.
    pub(super) fn document(&self) -> Map<String, Value> {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

impl Column {
    /// A moment where the property is named like one (`createdAt`, `created_at`) and reads like one.
    pub(super) fn read(property: &str, value: Option<&Value>) -> Self {
        match value {
            Some(Value::Bool(value)) => Self::Bool(*value),
            Some(Value::Number(value)) => value.as_i64().map_or(Self::Missing, Self::Number),
            Some(Value::String(text)) => Self::read_text(property, text),
            Some(Value::Array(values)) => {
                Self::List(values.iter().filter_map(Value::as_str).map(Into::into).collect())
            }
            Some(Value::Null | Value::Object(_)) | None => Self::Missing,
        }
    }

    fn read_text(property: &str, text: &str) -> Self {
        let timed = property.ends_with("At") || property.ends_with("_at");
        match text.parse() {
            Ok(moment) if timed => Self::Moment(moment),
            _ => Self::Text(text.into()),
        }
    }

    fn is(&self, text: &str) -> bool {
        matches!(self, Self::Text(own) if **own == *text)
    }
}
