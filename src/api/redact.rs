//! Secrets masked wherever a server may repeat them: by value, and by the key they stand under.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::Password;

/// What stands where a secret stood.
const MASK: &str = "•••";

/// Tokens remembered: a server may still repeat the one before the last renewal.
const MOST_TOKENS: usize = 8;

/// Shorter values are not masked by value: that would tell them apart from ordinary words.
const SHORTEST: usize = 4;

/// JSON keys whose text never leaves this module, whatever it is.
const SECRET_KEYS: [&str; 8] = [
    "client_secret",
    "password",
    "jwt",
    "refresh_token",
    "access_token",
    "tls_client_private_key_password",
    "tls_client_certificate_with_private_key",
    "private_key",
];

/// The secrets of the session, for masking only.
#[derive(Default)]
pub(super) struct Secrets(Mutex<Known>);

#[derive(Default)]
struct Known {
    tokens: Vec<SecretString>,
    password: Option<Password>,
}

impl Secrets {
    /// A token or refresh token to mask from now on.
    pub(super) fn learn_token(&self, token: &str) {
        let mut known = self.known();
        if token.len() < SHORTEST || known.tokens.iter().any(|one| one.expose_secret() == token) {
            return;
        }
        if known.tokens.len() >= MOST_TOKENS {
            known.tokens.remove(0);
        }
        known.tokens.push(SecretString::from(token));
    }

    /// The password last sent.
    pub(super) fn learn_password(&self, password: &Password) {
        self.known().password = Some(password.clone());
    }

    /// Forgets the password, when it is kept nowhere else either.
    pub(super) fn forget_password(&self) {
        self.known().password = None;
    }

    /// Forgets everything.
    pub(super) fn forget(&self) {
        *self.known() = Known::default();
    }

    /// A record or list without tokens and without the values of secret keys.
    ///
    /// The password is left alone here: a connection that happens to be called like it must stay comparable.
    pub(super) fn mask_data<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let masked =
            self.known().tokens.iter().fold(text, |text, token| replace(text, token.expose_secret()));
        mask_keys(masked)
    }

    /// Words for the operator without tokens, without the values of secret keys and without the password.
    pub(super) fn mask_words<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let text = self.mask_data(text);
        let known = self.known();
        let Some(password) =
            known.password.as_ref().map(Password::expose).filter(|one| one.len() >= SHORTEST)
        else {
            return text;
        };
        let as_json = serde_json::to_string(password).unwrap_or_default();
        replace(replace(text, password), as_json.trim_matches('"'))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

fn replace<'a>(text: Cow<'a, str>, secret: &str) -> Cow<'a, str> {
    if secret.is_empty() || !text.contains(secret) { text } else { Cow::Owned(text.replace(secret, MASK)) }
}

/// `"client_secret": "…"` anywhere in a JSON text becomes `"client_secret": "•••"`.
fn mask_keys(text: Cow<'_, str>) -> Cow<'_, str> {
    // Five quick looks spare nearly every page the slow one.
    if !["secret", "password", "jwt", "_token", "private_key"].iter().any(|part| text.contains(part)) {
        return text;
    }
    let mut masked = String::with_capacity(text.len());
    let mut rest: &str = &text;
    while let Some((before, value, after)) = next_secret_value(rest) {
        masked.push_str(before);
        masked.push_str(if value.is_empty() { "" } else { MASK });
        rest = after;
    }
    masked.push_str(rest);
    Cow::Owned(masked)
}

/// What stands before the next secret value, the value itself, and what follows (from its closing quote on).
fn next_secret_value(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    while let Some(quote) = text.get(from..)?.find('"').map(|at| from + at) {
        let inside = quote + 1;
        from = match text.get(inside..).and_then(secret_value_after_quote) {
            Some((start, end)) => {
                return Some((
                    text.get(..inside + start)?,
                    text.get(inside + start..inside + end)?,
                    text.get(inside + end..)?,
                ));
            }
            None => inside,
        };
    }
    None
}

/// For text after an opening quote that reads `key" : "value"…` with a secret key: where the value lies.
fn secret_value_after_quote(text: &str) -> Option<(usize, usize)> {
    let key = SECRET_KEYS
        .iter()
        .find(|key| text.starts_with(**key) && text.as_bytes().get(key.len()) == Some(&b'"'))?;
    let colon = text.get(key.len() + 1..)?.trim_start().strip_prefix(':')?.trim_start();
    let value = colon.strip_prefix('"')?;
    let start = text.len() - value.len();
    Some((start, start + string_end(value)))
}

/// Length of a JSON string's content up to its closing quote, or to the end of a text that was cut.
fn string_end(value: &str) -> usize {
    let mut escaped = false;
    value
        .bytes()
        .position(|byte| {
            let ends = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            ends
        })
        .unwrap_or(value.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sk_06_secrets_are_masked_by_value() {
        let secrets = Secrets::default();
        secrets.learn_token("eyJ.canary.jwt");
        secrets.learn_password(&Password::new("can\"ary"));
        assert_eq!(secrets.mask_data("Bearer eyJ.canary.jwt!".into()), "Bearer •••!");
        assert_eq!(secrets.mask_words(r#"{"got":"can\"ary"}"#.into()), r#"{"got":"•••"}"#);
        assert_eq!(secrets.mask_words("can\"ary".into()), "•••");
        assert_eq!(secrets.mask_data("can\"ary".into()), "can\"ary");
        secrets.forget();
        assert_eq!(secrets.mask_words("eyJ.canary.jwt can\"ary".into()), "eyJ.canary.jwt can\"ary");
    }

    #[test]
    fn sk_06_secrets_are_masked_by_key() {
        let secrets = Secrets::default();
        let mask = |text: &'static str| secrets.mask_data(text.into()).into_owned();
        assert_eq!(
            mask(r#"{"a":1,"client_secret" : "x\"y","b":{"password":"z"}}"#),
            r#"{"a":1,"client_secret" : "•••","b":{"password":"•••"}}"#
        );
        assert_eq!(mask(r#"{"password":""}"#), r#"{"password":""}"#);
        assert_eq!(mask(r#"{"password":null,"x":"password"}"#), r#"{"password":null,"x":"password"}"#);
        assert_eq!(mask(r#"{"jwt":"cut off"#), r#"{"jwt":"•••"#);
        assert_eq!(mask("\"password"), "\"password");
    }

    #[test]
    fn only_the_last_tokens_are_remembered() {
        let secrets = Secrets::default();
        (0..20).for_each(|n| secrets.learn_token(&format!("token-{n:02}")));
        assert_eq!(secrets.mask_data("token-11 token-12 token-19".into()), "token-11 ••• •••");
    }
}
