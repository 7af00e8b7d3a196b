//! Saved views: a filter, an order and columns under one name, from the configuration.

/// A view: each part in the words in which the palette takes it. A part that is empty leaves the list as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SavedView {
    /// What it is called.
    pub name: String,
    /// What rows have to be like; with a slash before it, the server filters.
    pub filter: String,
    /// The order.
    pub sort: String,
    /// The columns.
    pub columns: String,
}

impl SavedView {
    /// All of it in one line, as it could be typed.
    pub fn words(&self) -> String {
        let parts = [("filter", &self.filter), ("sort", &self.sort), ("columns", &self.columns)];
        let given = parts.into_iter().filter(|(_, words)| !words.is_empty());
        given.map(|(name, words)| format!("{name} {words}")).collect::<Vec<_>>().join(" · ")
    }
}
