//! What the bodies of answers are read as, for whoever holds one without a server: the same reading that the client
//! does, so that bodies made to be wrong can be tried by the hundred thousand.

use super::not_understood;
use super::wire::{self, Text};
use crate::domain::{Call, Connection, Failure, FailureKind, Listed, Organization, Page, Record};

/// A page of organizations, the first.
///
/// # Errors
///
/// `NotUnderstood` for a body that is no list.
pub fn organizations(body: &[u8]) -> Result<Page<Listed>, Failure> {
    wire::organizations(&Text::new(body), 0).map_err(|reason| not_understood(Call::ListOrganizations, reason))
}

/// One organization.
///
/// # Errors
///
/// `NotUnderstood` for a body that is none.
pub fn organization(body: &[u8]) -> Result<Organization, Failure> {
    wire::organization(&Text::new(body)).map_err(|reason| not_understood(Call::GetOrganization, reason))
}

/// A page of connections.
///
/// # Errors
///
/// `NotUnderstood` for a body that is no list.
pub fn connections(body: &[u8]) -> Result<Vec<Record<Connection>>, Failure> {
    let rows = wire::connections(&Text::new(body));
    rows.map(|rows| rows.records).map_err(|reason| not_understood(Call::ListConnections, reason))
}

/// A refusal.
pub fn refused(call: Call, status: u16, body: &[u8]) -> Failure {
    let words = wire::words(Text::new(body).as_str());
    Failure { words, ..Failure::new(call, FailureKind::Refused { status }, format!("answered {status}")) }
}
