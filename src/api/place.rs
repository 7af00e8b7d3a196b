//! Where we are: the banner before signing in, the account, the appliance, the domains (API contract §2.5, §2.6,
//! §8.1). None of it is needed to work, so none of it is waited for.

use std::collections::HashSet;
use std::time::Duration;

use reqwest::Method;

use super::transport::Ask;
use super::wire::{self, Text};
use super::{Reader, not_understood};
use crate::domain::{Call, Domain, Failure, Introduction, Record, Window};
use crate::text::Untrusted;

/// How long the banner may take.
const BANNER: Duration = Duration::from_secs(5);

/// Domains that are read.
const MOST_DOMAINS: usize = 2_000;

impl Reader {
    /// What the appliance wants to be read before anybody signs in; empty when it wants nothing. It is asked for
    /// once and without a token.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]; none of them is a reason not to sign in.
    pub async fn banner(&self) -> Result<Untrusted, Failure> {
        let call = Call::ReadBanner;
        let ask = Ask {
            call,
            method: Method::GET,
            path: "/api/v1/auth/banners/pre-auth",
            query: &[],
            bearer: None,
            body: None,
            within: BANNER,
            most: self.0.limits.body,
        };
        let answer = self.0.transport.read(ask).await.map_err(|setback| *setback.failure)?;
        if !answer.status.is_success() {
            return Err(*self.refused(call, &answer).failure);
        }
        let text = answer.text();
        let [value] = wire::texts(&text, ["value"]).map_err(|reason| not_understood(call, reason))?;
        Ok(value)
    }

    /// Who signed in, for which domain, and at what. What the account may not read stays empty.
    pub async fn introduction(&self) -> Introduction {
        let (account, appliance) = tokio::join!(self.account(), self.appliance());
        let (username, domain) = account.unwrap_or_default();
        let [appliance, version] = appliance.unwrap_or_default();
        Introduction { username, domain, appliance, version }
    }

    async fn account(&self) -> Result<(Untrusted, Untrusted), Failure> {
        let call = Call::WhoAmI;
        let answer = self.read(call, "/api/v1/auth/self/user", &[], self.0.limits.body).await?;
        let text = answer.text().map(|text| self.mask_data(text));
        wire::account(&text).map_err(|reason| not_understood(call, reason))
    }

    async fn appliance(&self) -> Result<[Untrusted; 2], Failure> {
        let call = Call::ReadAppliance;
        let answer = self.read(call, "/api/v1/system/info", &[], self.0.limits.body).await?;
        let text: Text<'_> = answer.text().map(|text| self.mask_data(text));
        wire::texts(&text, ["name", "version"]).map_err(|reason| not_understood(call, reason))
    }

    /// The domains that the account may ask for a token for, each once, by name.
    ///
    /// # Errors
    ///
    /// Any [`Failure`].
    pub async fn domains(&self) -> Result<Vec<Domain>, Failure> {
        let call = Call::ListDomains;
        let (mut seen, mut domains, mut skip) = (HashSet::new(), Vec::new(), 0);
        loop {
            let window = Window { skip, limit: Window::PAGE };
            let answer = self.list(call, "/api/v1/auth/self/domains", window, "name").await?;
            let text = answer.text().map(|text| self.mask_data(text));
            let rows = wire::domains(&text).map_err(|reason| not_understood(call, reason))?;
            let came = rows.records.len();
            let sound = rows.records.into_iter().filter_map(|record| match record {
                Record::Sound(domain) => Some(domain),
                Record::Damaged(_) => None,
            });
            let before = domains.len();
            domains.extend(sound.filter(|domain: &Domain| seen.insert(domain.id.clone())));
            skip += came;
            // A page that brings nothing new would come for ever, whatever the total says.
            let more = rows.total.map_or(came >= window.limit, |total| skip < total);
            if !more || domains.len() == before || domains.len() >= MOST_DOMAINS {
                domains.truncate(MOST_DOMAINS);
                return Ok(domains);
            }
        }
    }
}
