//! What can stand in a column of the list, what it is called, and what it is ordered by.

use std::borrow::Cow;

use crate::app::query::{Field, ORGANIZATIONS, Time};
use crate::domain::{Listed, RecordText, RecordTexts};
use crate::text::Untrusted;

/// A column of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    /// Name in Salesforce.
    #[default]
    Name,
    /// Salesforce organization id.
    OrgId,
    /// Type.
    Type,
    /// Connection.
    Connection,
    /// When it was last changed.
    Updated,
    /// Cloud.
    Cloud,
    /// When it was created.
    Created,
    /// Resource id.
    Id,
    /// `uri` as sent.
    Uri,
    /// A field that we have no name for: its place in [`OtherFields`].
    Other(u8),
}

impl Column {
    /// Those that every record has, in the order in which they are offered.
    pub const KNOWN: [Self; 9] = [
        Self::Name,
        Self::OrgId,
        Self::Type,
        Self::Connection,
        Self::Updated,
        Self::Cloud,
        Self::Created,
        Self::Id,
        Self::Uri,
    ];

    /// What is typed for it, and stands in files; none for a field that we have no name for.
    pub const fn word(self) -> Option<&'static str> {
        Some(match self {
            Self::Name => "name",
            Self::OrgId => "org",
            Self::Type => "type",
            Self::Connection => "connection",
            Self::Updated => "updated",
            Self::Cloud => "cloud",
            Self::Created => "created",
            Self::Id => "id",
            Self::Uri => "uri",
            Self::Other(_) => return None,
        })
    }

    /// The column of a word as typed: ours, the server's, or a short one.
    pub(super) fn known(word: &str) -> Option<Self> {
        if let Some(place) = ORGANIZATIONS.column(word) {
            let of_place = |column: &Self| column.field().is_some_and(|field| field.column() == place);
            return Self::KNOWN.into_iter().find(of_place);
        }
        match ORGANIZATIONS.time(word) {
            Some(Time::Updated) => Some(Self::Updated),
            Some(Time::Created) => Some(Self::Created),
            Some(Time::Tested) | None => (word == "uri").then_some(Self::Uri),
        }
    }

    /// The column as the filter knows it; none for one that it cannot point at.
    pub const fn field(self) -> Option<Field> {
        match self {
            Self::Name => Some(Field::Name),
            Self::OrgId => Some(Field::OrgId),
            Self::Type => Some(Field::Type),
            Self::Connection => Some(Field::Connection),
            Self::Id => Some(Field::Id),
            Self::Cloud => Some(Field::Cloud),
            Self::Updated | Self::Created | Self::Uri | Self::Other(_) => None,
        }
    }

    /// Whether it holds a time, which is shown as an age.
    pub const fn is_time(self) -> bool {
        matches!(self, Self::Updated | Self::Created)
    }

    /// What a record has in it, as sent; none for a field it does not have.
    pub fn of<'a>(self, listed: &'a Listed, others: &OtherFields) -> Option<Cow<'a, str>> {
        match self.record_text() {
            Some(text) => Some(listed.text(text).into()),
            None => self.other(listed, others),
        }
    }

    /// The same among the texts of the record, where more than one column is looked at.
    pub fn among<'a>(
        self,
        texts: &RecordTexts<'a>,
        listed: &'a Listed,
        others: &OtherFields,
    ) -> Option<Cow<'a, str>> {
        match self.record_text() {
            Some(text) => Some(texts.of(text).into()),
            None => self.other(listed, others),
        }
    }

    fn other<'a>(self, listed: &'a Listed, others: &OtherFields) -> Option<Cow<'a, str>> {
        let Self::Other(place) = self else { return None };
        listed.other(others.key(place)?.as_sent())
    }

    /// Which text of a record stands in it; none for a field that we have no name for.
    fn record_text(self) -> Option<RecordText> {
        match self {
            Self::Updated => Some(RecordText::UpdatedAt),
            Self::Created => Some(RecordText::CreatedAt),
            Self::Uri => Some(RecordText::Uri),
            _ => self.field().map(Field::text),
        }
    }

    /// The text that it is ordered by.
    pub(super) fn text<'a>(self, listed: &'a Listed, others: &OtherFields) -> Cow<'a, str> {
        self.of(listed, others).unwrap_or_default()
    }
}

/// The keys of fields that we have no name for, as records brought them or a file remembers them. A key keeps its
/// place for as long as the list is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OtherFields(Vec<Untrusted>);

/// Most of them that can be columns: a server with a key of its own in every record fills no memory.
const MOST: usize = 32;

impl OtherFields {
    /// The columns of all of them.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        (0..=u8::MAX).take(self.0.len()).map(Column::Other)
    }

    /// The key of a field.
    pub fn key(&self, place: u8) -> Option<&Untrusted> {
        self.0.get(usize::from(place))
    }

    /// The column of a key; none when there are too many already, or it could not be typed as one word.
    pub fn column(&mut self, key: &Untrusted) -> Option<Column> {
        if let Some(place) = self.0.iter().position(|known| known == key) {
            return u8::try_from(place).ok().map(Column::Other);
        }
        let is_word = !key.is_empty() && !key.as_sent().contains(|c: char| c.is_whitespace() || c == ',');
        if self.0.len() >= MOST || !is_word {
            return None;
        }
        let column = u8::try_from(self.0.len()).ok().map(Column::Other);
        self.0.push(key.detached());
        column
    }

    /// Takes in what a text names that is no column yet: names with a comma between them, as orders and columns are
    /// written.
    pub fn learn(&mut self, text: &str) {
        for word in text.split(',').map(|word| word.trim().trim_start_matches('-')) {
            let (name, width) = word.rsplit_once(':').unwrap_or((word, ""));
            let has_width = !width.is_empty() && width.bytes().all(|byte| byte.is_ascii_digit());
            let name = if has_width { name } else { word };
            if name != "…" && self.named(name).is_none() {
                self.column(&name.into());
            }
        }
    }

    /// The column of a word as typed, or in a file: one that we know, or the key of a field.
    pub fn named(&self, word: &str) -> Option<Column> {
        let known = Column::known(&word.to_lowercase());
        known.or_else(|| self.columns().find(|column| self.word(*column) == word))
    }

    /// What is typed for a column: displayed text.
    pub fn word(&self, column: Column) -> String {
        match column {
            Column::Other(place) => self.key(place).map(|key| key.brief().into_string()).unwrap_or_default(),
            known => known.word().unwrap_or_default().to_owned(),
        }
    }

    /// The head of a column: displayed text.
    pub fn head(&self, column: Column) -> String {
        match column {
            Column::OrgId => "ORG ID".to_owned(),
            Column::Other(_) => self.word(column),
            known => self.word(known).to_uppercase(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e7_a_field_that_nobody_has_a_name_for_is_a_column_under_its_key() {
        let mut others = OtherFields::default();
        assert_eq!(others.named("account"), None);
        let account = others.column(&"account".into());
        assert_eq!((account, others.column(&"x".into())), (Some(Column::Other(0)), Some(Column::Other(1))));
        assert_eq!(others.column(&"account".into()), account);
        assert_eq!(others.named("account"), account);
        assert_eq!(others.head(Column::Other(1)), "x");
    }

    #[test]
    fn every_known_column_is_found_by_its_word_and_by_the_servers() {
        let others = OtherFields::default();
        for column in Column::KNOWN {
            assert_eq!(others.named(&others.word(column)), Some(column));
            assert_eq!(others.named(&others.head(column).replace(' ', "_")), Some(column));
        }
        assert_eq!(others.named("organization_type"), Some(Column::Type));
        assert_eq!(others.named("updatedAt"), Some(Column::Updated));
    }

    #[test]
    fn a_server_with_a_key_of_its_own_in_every_record_fills_no_memory() {
        let mut others = OtherFields::default();
        let columns: Vec<_> = (0..1000).filter_map(|n| others.column(&n.to_string().into())).collect();
        assert_eq!((columns.len(), others.columns().count()), (MOST, MOST));
    }
}
