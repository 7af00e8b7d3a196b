//! What a connection reaches at Salesforce (API contract §4.4).

use crate::text::Untrusted;

/// One Salesforce organization that a connection reaches, whether it has been added or not.
///
/// It has no resource id: that comes with adding it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discovered {
    /// Name in Salesforce.
    pub name: Untrusted,
    /// Salesforce organization id; compare it by
    /// [`SalesforceIds`](super::SalesforceIds). Never empty.
    pub organization_id: Untrusted,
    /// Name of the connection that was asked.
    pub connection: Untrusted,
    /// `sfdc` in every documented example.
    pub cloud_name: Untrusted,
    /// `Regular` and whatever else servers say; `type` on the wire.
    pub kind: Untrusted,
}
