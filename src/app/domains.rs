//! The window of domains: another one is another session, and nothing of the present one goes along.

use super::cx::Cx;
use super::effect::{Effect, RequestId};
use crate::domain::{Domain, Failure};
use crate::text::Untrusted;

/// The domains to choose from.
#[derive(Clone, Debug, PartialEq)]
pub struct Domains {
    request: RequestId,
    /// What the server says; none while it is asked.
    pub list: Option<Result<Vec<Domain>, Failure>>,
    /// Which one is highlighted.
    pub selected: usize,
}

impl Domains {
    /// A window that asks for them.
    pub(super) fn ask(cx: &mut Cx<'_>) -> (Self, Effect) {
        let request = cx.requests.next();
        (Self { request, list: None, selected: 0 }, Effect::ListDomains { request })
    }

    /// Takes the answer, if it is to this window's question, and says so; the present domain is highlighted.
    pub(super) fn listed(
        &mut self,
        request: RequestId,
        list: Result<Vec<Domain>, Failure>,
        now_in: &Untrusted,
    ) -> bool {
        if request != self.request {
            return false;
        }
        let place = |domains: &Vec<Domain>| domains.iter().position(|domain| is_it(domain, now_in));
        self.selected = list.as_ref().ok().and_then(place).unwrap_or(0);
        self.list = Some(list);
        true
    }

    /// The domains, as far as they are known.
    pub fn known(&self) -> &[Domain] {
        self.list.as_ref().and_then(|list| list.as_ref().ok()).map_or(&[], Vec::as_slice)
    }

    /// The highlighted one.
    pub fn chosen(&self) -> Option<&Domain> {
        self.known().get(self.selected)
    }
}

/// Whether `named` (a name, an id, or nothing for the root domain) means this domain.
pub fn is_it(domain: &Domain, named: &Untrusted) -> bool {
    if named.is_empty() {
        domain.name.as_sent() == "root"
    } else {
        domain.name == *named || domain.id == *named
    }
}
