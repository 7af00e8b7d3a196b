//! The one request that changes something, sent once.

use std::fmt;

use reqwest::Method;

use super::retry::RetryAfter;
use super::transport::{Answer, Ask};
use super::{Reader, wire};
use crate::domain::{Call, Failure, OrganizationId, OrganizationPatch, PatchAnswer, ServerWords};

/// A client that can also change an organization's connection, and have a connection tested.
#[derive(Clone)]
pub struct Writer(Reader);

impl Writer {
    /// Adds the right to write.
    pub const fn new(reader: Reader) -> Self {
        Self(reader)
    }

    /// The reads.
    pub const fn reader(&self) -> &Reader {
        &self.0
    }

    /// Sends the change, exactly once whatever comes back, on a connection of its own. A token that is due is
    /// renewed first.
    ///
    /// Any status but a redirect is an answer, 401 included: whether to renew, read and send again is for the
    /// caller to decide, because something in between may have said 401 after the change was made.
    ///
    /// # Errors
    ///
    /// Why there is no answer. [`Failure::may_have_arrived`] tells whether the change may have been made: it
    /// is certain that it was not when the renewal before it failed.
    pub async fn patch_organization(
        &self,
        id: &OrganizationId,
        patch: &OrganizationPatch,
    ) -> Result<PatchAnswer, Failure> {
        let shared = &self.0.0;
        let bearer = self.0.bearer().await?;
        let ask = Ask {
            call: Call::PatchOrganization,
            method: Method::PATCH,
            path: &id.path(),
            query: &[],
            bearer: Some(&bearer.header),
            body: Some(patch.body()),
            within: shared.limits.write,
            most: shared.limits.body,
        };
        let answer = shared.transport.write(ask).await.map_err(|setback| *setback.failure)?;
        Ok(self.patch_answer(id, &answer))
    }

    fn patch_answer(&self, id: &OrganizationId, answer: &Answer) -> PatchAnswer {
        let secrets = &self.0.0.transport.secrets;
        let success = answer.status.is_success();
        let body = answer.text().map(|text| secrets.mask_words(text));
        let (organization, oddity) =
            match success.then(|| wire::organization(&answer.text().map(|text| secrets.mask_data(text)))) {
                None => (None, String::new()),
                Some(Ok(mut organization)) if organization.id == *id => {
                    secrets.mask_organization(&mut organization);
                    (Some(organization), String::new())
                }
                Some(Ok(other)) => (None, format!("the server answered for another id: {}", other.id)),
                Some(Err(reason)) => (None, reason),
            };
        PatchAnswer {
            status: answer.status.as_u16(),
            reason: answer.status.canonical_reason().unwrap_or_default(),
            took: answer.took,
            organization,
            words: if success { ServerWords::default() } else { wire::words(body.as_str()) },
            body: body.as_str().into(),
            retry_after: answer.retry_after.map(RetryAfter::at_most),
            oddity: oddity.into(),
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Writer").field(&self.0).finish()
    }
}
