//! The profiles that can be switched to, and the window in which one is chosen.

use super::{ConnectFailure, Destination};
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::app::field::Field;
use crate::app::settings::Settings;
use crate::text::Untrusted;

/// A destination that the configuration knows, and what would hold there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Where it leads.
    pub to: Destination,
    /// What would hold there, the password not asked for; or what is wrong with it.
    pub settings: Result<Settings, ConnectFailure>,
}

impl Profile {
    /// Its name in displayed text.
    pub fn name(&self) -> String {
        self.to.profile.as_deref().map_or_else(
            || "(flags and environment)".to_owned(),
            |name| Untrusted::from(name).brief().into_string(),
        )
    }

    /// The words that a filter looks at, in lower case.
    fn words(&self) -> String {
        let mut words = self.name();
        if let Ok(settings) = &self.settings {
            for part in [&settings.server, &settings.domain, &settings.user] {
                words.push(' ');
                words.push_str(part.brief().as_str());
            }
        }
        words.to_lowercase()
    }
}

/// The profiles as the file has them, read whenever they are about to be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profiles {
    /// The reading that is waited for.
    request: Option<RequestId>,
    /// In the order of the file's names; the place without a profile first, if there is one.
    pub known: Vec<Profile>,
    /// Why they could not be read.
    pub failure: Option<ConnectFailure>,
}

impl Profiles {
    /// Whether they are being read.
    pub const fn is_loading(&self) -> bool {
        self.request.is_some()
    }

    /// Reads them again.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        if self.request.is_some() {
            return Vec::new();
        }
        let request = cx.requests.next();
        self.request = Some(request);
        vec![Effect::ListProfiles { request }]
    }

    /// They were read; says whether anybody waited for it.
    pub fn listed(&mut self, request: RequestId, result: Result<Vec<Profile>, ConnectFailure>) -> bool {
        let waited = self.request.take_if(|waited| *waited == request).is_some();
        match result {
            Ok(known) if waited => (self.known, self.failure) = (known, None),
            // What is wrong with the file is said; a list from before it was edited would be a guess.
            Err(failure) if waited => (self.known, self.failure) = (Vec::new(), Some(failure)),
            Ok(_) | Err(_) => {}
        }
        waited
    }
}

/// The window in which a profile is chosen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProfilesWindow {
    /// Words that a profile must hold.
    pub filter: Field,
    /// Whether the keyboard is in the filter.
    pub editing: bool,
    /// The selected one.
    pub selected: Destination,
}

impl ProfilesWindow {
    /// The window with the place that is shown selected.
    pub fn at(here: &Destination) -> Self {
        Self {
            selected: Destination { profile: here.profile.clone(), ..Destination::default() },
            ..Self::default()
        }
    }

    /// The profiles that hold every word of the filter.
    pub fn shown<'a>(&self, profiles: &'a Profiles) -> Vec<&'a Profile> {
        let typed = self.filter.text().to_lowercase();
        let words: Vec<&str> = typed.split_whitespace().collect();
        let holds = |profile: &&Profile| {
            let text = profile.words();
            words.iter().all(|word| text.contains(word))
        };
        profiles.known.iter().filter(holds).collect()
    }

    /// Which of the shown ones is selected: the first, where the selected one is not shown.
    pub fn place(&self, shown: &[&Profile]) -> usize {
        shown.iter().position(|profile| profile.to == self.selected).unwrap_or(0)
    }

    /// Selects one of the shown.
    pub fn select(&mut self, shown: &[&Profile], place: usize) {
        if let Some(profile) = shown.get(place) {
            self.selected = profile.to.clone();
        }
    }
}
