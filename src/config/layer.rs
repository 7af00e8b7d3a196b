//! Values of one origin, to be laid over those of another.

use config::{ConfigError, Map, Source, Value, ValueKind};

/// What one place (command line, environment, profile, file) says: keys to values, each with the words that
/// name where it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Layer(Map<String, Value>);

impl Layer {
    /// Adds a value; `origin` is what an error message begins with.
    pub(super) fn put(&mut self, key: &'static str, value: impl Into<ValueKind>, origin: &String) {
        self.0.insert(key.to_owned(), Value::new(Some(origin), value));
    }

    /// Adds a value when there is one.
    pub(super) fn put_some(&mut self, key: &'static str, value: Option<impl Into<ValueKind>>, origin: &str) {
        if let Some(value) = value {
            self.put(key, value, &origin.to_owned());
        }
    }

    /// The value of `key` as text and its origin.
    pub(super) fn text(&self, key: &str) -> Option<(String, String)> {
        let value = self.0.get(key)?;
        let origin = value.origin().unwrap_or_default().to_owned();
        Some((value.clone().into_string().ok()?, origin))
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
    fn a_later_layer_covers_an_earlier_one_key_by_key_and_keeps_the_origin() {
        let (mut low, mut high) = (Layer::default(), Layer::default());
        low.put("url", "a", &"file".to_owned());
        low.put("username", "0123", &"file".to_owned());
        high.put("url", "b", &"--url".to_owned());
        let merged = Layer::merged(vec![low, high]).unwrap();
        assert_eq!(merged.text("url"), Some(("b".to_owned(), "--url".to_owned())));
        assert_eq!(merged.text("username"), Some(("0123".to_owned(), "file".to_owned())), "no number of it");
        assert_eq!(merged.text("domain"), None);
    }
}
