//! What the configuration asks of a change before it may be sent: of each one, and of those whose organization has a
//! certain name.

use wildmatch::WildMatch;

use crate::domain::Organization;
use crate::text::Untrusted;

/// What the place asks of every change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// A change needs a reason or a ticket.
    pub reason_required: bool,
    /// A change is confirmed by typing this name of the profile.
    pub confirm_by_name: Option<Untrusted>,
    /// Organizations that are never changed here.
    pub denied: Names,
    /// Organizations whose change is confirmed by typing their name, where the profile's is not asked for.
    pub guarded: Names,
}

/// What is typed instead of one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation<'a> {
    /// The name of the profile.
    Profile(&'a Untrusted),
    /// The name of the organization, or its Salesforce id where the name cannot be typed as it is shown.
    Organization(&'a Untrusted),
}

impl<'a> Confirmation<'a> {
    /// What has to be typed, exactly.
    pub const fn word(self) -> &'a Untrusted {
        match self {
            Self::Profile(word) | Self::Organization(word) => word,
        }
    }

    /// Whose it is, after "the name of".
    pub const fn whose(self) -> &'static str {
        match self {
            Self::Profile(_) => "the profile",
            Self::Organization(_) => "the organization",
        }
    }

    /// The same at the beginning of a sentence.
    pub const fn this(self) -> &'static str {
        match self {
            Self::Profile(_) => "This profile",
            Self::Organization(_) => "This organization",
        }
    }
}

impl Rules {
    /// Why an organization is not changed here at all.
    pub fn denial(&self, name: &Untrusted) -> Option<&'static str> {
        let denied = self.denied.hold(name);
        denied.then_some("the configuration denies changes of this organization (denied_organizations)")
    }

    /// What has to be typed to change this organization; none: a key is enough.
    pub fn confirmation<'a>(&'a self, target: &'a Organization) -> Option<Confirmation<'a>> {
        if let Some(name) = &self.confirm_by_name {
            return Some(Confirmation::Profile(name));
        }
        self.guarded.hold(&target.name).then(|| {
            let is_typable =
                !target.name.is_empty() && target.name.display().as_str() == target.name.as_sent();
            let word = if is_typable { &target.name } else { &target.organization_id };
            Confirmation::Organization(word)
        })
    }
}

/// Patterns of names: `*` is any text, `?` one character; upper and lower case are alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Names(Vec<WildMatch>);

/// They hold nothing but characters.
impl Eq for Names {}

impl Names {
    /// Patterns with commas between them, such as `Acme *,*-prod`; blanks around one do not count.
    pub fn parse(text: &str) -> Self {
        let patterns = text.split(',').map(str::trim).filter(|pattern| !pattern.is_empty());
        Self(patterns.map(WildMatch::new_case_insensitive).collect())
    }

    /// Whether one of them fits a whole name.
    pub fn hold(&self, name: &Untrusted) -> bool {
        self.0.iter().any(|pattern| pattern.matches(name.as_sent()))
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e35_a_pattern_fits_the_whole_name_in_any_case() {
        let names = Names::parse(" Acme *, *-prod ,, Über?");
        for fits in ["Acme Italia", "ACME ", "sales-PROD", "-prod", "über1"] {
            assert!(names.hold(&fits.into()), "{fits}");
        }
        for other in ["", "Acme", "My Acme Italia", "sales-prod2", "über", "Über12"] {
            assert!(!names.hold(&other.into()), "{other}");
        }
        assert!(!Names::parse(" , ").hold(&"".into()), "no pattern fits nothing");
        assert!(Names::parse("*").hold(&"".into()));
    }
}
