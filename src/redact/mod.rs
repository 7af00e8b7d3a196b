//! Secrets masked wherever text may carry them out: by value, by form, and by the key they stand under.
//!
//! A session teaches its [`Secrets`] what to look for; the client masks with them whatever a server says.
//! [`mask`] knows those of every session, and masks what the program itself says: its log, the report of a
//! crash, its complaints on standard error. Those belong to the process, and so does the list of sessions that
//! is behind it: who makes a session need not remember to tell them. Secrets are looked for as they are and as
//! JSON and URLs spell them.
//!
//! Two kinds of text are told apart. **Words** are for people only: every secret is masked in them, the
//! password too. **Data** is compared and sent back: an organization or connection that happens to be called
//! like the password must stay what it is, so in data only tokens, things in the form of tokens, and the
//! values of secret keys are masked; the password also where nothing depends on the value.

mod form;
mod key;
mod value;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError, Weak};

use self::value::Secret;
use memchr::{memchr, memchr2, memmem};
use regex::Regex;

use crate::domain::json::{each_field, range_within, text_of};
use crate::domain::{Connection, Listed, Organization, Password, Record};
use crate::text::Untrusted;

/// What stands where a secret stood.
pub const MASK: &str = "•••";

/// Tokens remembered: a server may still repeat the one before the last renewal.
const MOST_TOKENS: usize = 8;

/// Shorter values are not masked by value: that would tell them apart from ordinary words.
const SHORTEST: usize = 4;

/// The secrets of every session that is alive.
static ALL: Mutex<Vec<Weak<Mutex<Known>>>> = Mutex::new(Vec::new());

/// The secrets of one session, for masking only. All of it is wiped when forgotten.
pub struct Secrets(Arc<Mutex<Known>>);

#[derive(Default)]
struct Known {
    tokens: VecDeque<Arc<Secret>>,
    password: Option<Arc<Secret>>,
    /// How often one was learned.
    learned: u64,
}

impl Default for Secrets {
    fn default() -> Self {
        let known = Arc::default();
        let mut all = all();
        all.retain(|one| one.strong_count() > 0);
        all.push(Arc::downgrade(&known));
        Self(known)
    }
}

fn all() -> MutexGuard<'static, Vec<Weak<Mutex<Known>>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Secrets {
    /// A token or refresh token to mask from now on.
    pub fn learn_token(&self, token: &str) {
        let mut known = self.known();
        if token.len() < SHORTEST || known.tokens.iter().any(|one| one.is(token)) {
            return;
        }
        if known.tokens.len() >= MOST_TOKENS {
            known.tokens.pop_front();
        }
        known.tokens.push_back(Arc::new(Secret::new(token)));
        known.learned += 1;
    }

    /// The password last sent.
    pub fn learn_password(&self, password: &Password) {
        let secret = (password.expose().len() >= SHORTEST).then(|| Arc::new(Secret::new(password.expose())));
        let mut known = self.known();
        known.password = secret;
        known.learned += 1;
    }

    /// How many secrets were learned so far: what was masked before another one came may hold that one.
    pub fn learned(&self) -> u64 {
        self.known().learned
    }

    /// Forgets the password, when it is kept nowhere else either.
    pub fn forget_password(&self) {
        self.known().password = None;
    }

    /// Forgets everything.
    pub fn forget(&self) {
        let mut known = self.known();
        *known = Known { learned: known.learned, ..Known::default() };
    }

    /// A record or list without tokens and without the values of secret keys.
    pub fn mask_data<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let tokens = self.known().tokens();
        data(text, &tokens)
    }

    /// Words for the operator, without any secret.
    pub fn mask_words<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let all = self.known().all();
        words(text, &all)
    }

    /// Masks what is only shown of records as words are: the values under keys without a meaning here, and
    /// everything of a damaged one. `page`: what they were read from; nearly every one is clean as a whole.
    pub fn mask_records(&self, page: &str, records: &mut [Record<Listed>]) {
        let mut masked = !is_clean(page, self.known().password.clone().as_deref());
        if !masked && is_spelled_out(page) {
            return;
        }
        for record in &mut *records {
            masked |= match record {
                Record::Sound(listed) => self.mask_listed(listed),
                Record::Damaged(damaged) => self.mask_damaged(&mut damaged.json),
            };
        }
        if masked {
            // What is masked in one record of the page, or stands beside them, is kept by none.
            for record in records {
                if let Record::Sound(listed) = record {
                    *listed = listed.clone().gathered();
                }
            }
        }
    }

    /// Says whether anything was masked.
    fn mask_listed(&self, listed: &mut Listed) -> bool {
        if is_spelled_out(listed.json()) && is_clean(listed.json(), self.known().password.as_deref()) {
            return false;
        }
        let mut organization = Arc::unwrap_or_clone(listed.organization());
        let masked = self.mask_organization(&mut organization);
        if masked {
            *listed = organization.into();
        }
        masked
    }

    /// The text of a record that cannot be understood. Says whether anything was masked.
    pub fn mask_damaged(&self, json: &mut Untrusted) -> bool {
        mask_shown(json, self.known().password.as_deref())
    }

    /// The same for a record that is sound. In its text as sent the password is left alone when a field that
    /// means something holds it: there it is on the screen as a name, and the text must say the same.
    pub fn mask_organization(&self, organization: &mut Organization) -> bool {
        let Organization { name, organization_id, connection, cloud_name, kind, uri, .. } = &*organization;
        let named = [name, organization_id, connection, cloud_name, kind, uri].map(Clone::clone);
        let masked = self.mask_beside(&named, &mut organization.json, Organization::has_name_for);
        if masked {
            organization.detach();
        }
        masked
    }

    /// The same for a connection. What Salesforce said of its last test is only shown.
    pub fn mask_connection(&self, connection: &mut Connection) {
        let Connection { id, name, cloud_name, uri, .. } = &*connection;
        let named = [id, name, cloud_name, uri].map(Clone::clone);
        if self.mask_beside(&named, &mut connection.json, Connection::has_name_for) {
            connection.detach();
        }
        mask_shown(&mut connection.error, self.known().password.as_deref());
    }

    /// Says whether anything was masked: then the fields are not to keep the record in memory of which they are parts.
    fn mask_beside(&self, named: &[Untrusted], json: &mut Untrusted, known: impl Fn(&str) -> bool) -> bool {
        let password = self.known().password.clone();
        if is_spelled_out(json.as_sent()) && is_clean(json.as_sent(), password.as_deref()) {
            return false;
        }
        let is_no_name = |secret: &&Secret| !named.iter().any(|text| secret.is_in(text.as_sent()));
        let mut masked = mask_shown(json, password.as_deref().filter(is_no_name));
        if let Cow::Owned(others) = mask_others(json.as_sent(), known, password.as_deref()) {
            *json = others.into();
            masked = true;
        }
        masked
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn tokens(&self) -> Vec<Arc<Secret>> {
        self.tokens.iter().cloned().collect()
    }

    fn all(&self) -> Vec<Arc<Secret>> {
        self.tokens.iter().chain(&self.password).cloned().collect()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secrets(…)")
    }
}

/// Words without the secrets of any session.
pub fn mask(text: Cow<'_, str>) -> Cow<'_, str> {
    // No lock is held while masking: a panic there is reported through here.
    let alive: Vec<_> = all().iter().filter_map(Weak::upgrade).map(Secrets).collect();
    let all: Vec<_> = alive.iter().flat_map(|secrets| secrets.known().all()).collect();
    words(text, &all)
}

/// Whether what stands in a field of a record stands in the record: no character of that is spelled otherwise.
fn is_spelled_out(json: &str) -> bool {
    memchr(b'\\', json.as_bytes()).is_none()
}

/// Whether there is nothing to mask in what is only shown. A few quick looks, because nearly every record is clean.
fn is_clean(text: &str, password: Option<&Secret>) -> bool {
    let mut spellings = password.into_iter().flat_map(Secret::spellings);
    // An address with a password has the one, a form or a query the other.
    memchr2(b'@', b'=', text.as_bytes()).is_none()
        && SCHEMES.as_ref().is_some_and(|schemes| !schemes.is_match(text))
        && !spellings.any(|spelling| memmem::find(text.as_bytes(), spelling.as_bytes()).is_some())
}

/// Masks what is only shown; tokens are masked already, in the text that it was read from. Says whether anything was.
fn mask_shown(text: &mut Untrusted, password: Option<&Secret>) -> bool {
    if is_clean(text.as_sent(), password) {
        return false;
    }
    let Cow::Owned(masked) = masked_words(text.as_sent(), password) else { return false };
    *text = masked.into();
    true
}

fn masked_words<'a>(text: &'a str, password: Option<&Secret>) -> Cow<'a, str> {
    let shown = password.into_iter().flat_map(Secret::spellings).fold(text.into(), value::mask);
    key::mask_in_words(form::mask_credentials(shown))
}

/// A record in which what stands under other keys than the known ones is masked, however the record spells it.
fn mask_others<'a>(json: &'a str, known: impl Fn(&str) -> bool, password: Option<&Secret>) -> Cow<'a, str> {
    let mut parts = Vec::new();
    let read = each_field(json, |key, value| {
        let text = text_of(value).ok().filter(|_| !known(&key));
        if let Some(Cow::Owned(masked)) = text.as_deref().map(|text| masked_words(text, password)) {
            let value = value.get();
            let shown =
                if value.starts_with('"') { serde_json::Value::String(masked).to_string() } else { masked };
            parts.extend(range_within(json, value).map(|range| (range, shown)));
        }
        Ok(())
    });
    // What is no record was masked as a text.
    if read.is_ok() { replace_parts(json.into(), parts.into_iter()) } else { json.into() }
}

fn data<'a>(text: Cow<'a, str>, secrets: &[Arc<Secret>]) -> Cow<'a, str> {
    let text = mask_values(text, secrets);
    // Nearly every page is clean: one look at it spares one for each of the signs.
    if SIGNS.as_ref().is_some_and(|signs| !signs.is_match(&text)) {
        return text;
    }
    key::mask_in_json(form::mask_tokens(text))
}

/// What a token or the key of a secret has in it.
static SIGNS: LazyLock<Option<Regex>> = LazyLock::new(|| any_of(key::SIGNS.iter().chain([&form::TOKEN])));

/// What stands before the credentials of a header.
static SCHEMES: LazyLock<Option<Regex>> = LazyLock::new(|| any_of(form::SCHEMES.iter()));

/// Several texts are looked for at once.
fn any_of<'s>(signs: impl Iterator<Item = &'s &'s str>) -> Option<Regex> {
    let signs: Vec<_> = signs.map(|sign| regex::escape(sign)).collect();
    Regex::new(&signs.join("|")).ok()
}

fn words<'a>(text: Cow<'a, str>, secrets: &[Arc<Secret>]) -> Cow<'a, str> {
    key::mask_in_words(form::mask_credentials(data(text, secrets)))
}

/// Longer secrets first: a short one may be part of them.
fn mask_values<'a>(text: Cow<'a, str>, secrets: &[Arc<Secret>]) -> Cow<'a, str> {
    let mut spellings: Vec<_> = secrets.iter().flat_map(|secret| secret.spellings()).collect();
    spellings.sort_unstable_by_key(|spelling| std::cmp::Reverse(spelling.len()));
    spellings.into_iter().fold(text, value::mask)
}

/// Replaces parts of a text, in its order; what they are replaced with is chosen per part.
fn replace_parts(
    text: Cow<'_, str>,
    parts: impl Iterator<Item = (std::ops::Range<usize>, impl AsRef<str>)>,
) -> Cow<'_, str> {
    let mut masked = String::new();
    let mut from = 0;
    for (part, mask) in parts {
        masked.push_str(text.get(from..part.start).unwrap_or_default());
        masked.push_str(mask.as_ref());
        from = part.end;
    }
    if from == 0 {
        return text;
    }
    masked.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(masked)
}

#[cfg(test)]
mod tests;
