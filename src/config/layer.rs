//! Values of one origin, to be laid over those of another.

use config::{ConfigError, Map, Source, Value};

/// What one place (command line, environment, profile, file) says: keys to texts, each with the words that
/// name where it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer(Map<String, Value>);

impl Layer {
    /// Adds a value; `place` is what a message about it begins with.
    pub(super) fn put(&mut self, key: &'static str, text: String, place: &str) {
        self.0.insert(key.to_owned(), Value::new(Some(&place.to_owned()), text));
    }

    /// The text of `key` and its place.
    pub(super) fn text(&self, key: &str) -> Option<(String, String)> {
        let value = self.0.get(key)?;
        let place = value.origin().unwrap_or_default().to_owned();
        Some((value.clone().into_string().ok()?, place))
    }

    /// The layers as one: what a later layer says counts.
    pub(super) fn merged(layers: Vec<Self>) -> Result<Self, ConfigError> {
        let mut builder = config::Config::builder();
        for layer in layers {
            builder = builder.add_source(layer);
        }
        builder.build()?.collect().map(Self)
    }
}

impl Source for Layer {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        Ok(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_layer_covers_an_earlier_one_key_by_key_and_keeps_the_place() {
        let (mut low, mut high) = (Layer::default(), Layer::default());
        low.put("url", "a".to_owned(), "file");
        low.put("username", "0123".to_owned(), "file");
        high.put("url", "b".to_owned(), "--url");
        let merged = Layer::merged(vec![low, high]).unwrap();
        assert_eq!(merged.text("url"), Some(("b".to_owned(), "--url".to_owned())));
        assert_eq!(merged.text("username"), Some(("0123".to_owned(), "file".to_owned())), "no number of it");
        assert_eq!(merged.text("domain"), None);
    }
}
