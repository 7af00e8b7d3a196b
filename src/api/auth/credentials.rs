//! Who signs in.

use crate::api::client_certificate::ClientCertificate;
use crate::domain::Password;

/// Who signs in, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Name of the account; servers ignore its case.
    pub username: String,
    /// The password, when it is known before the operator is asked. Forgotten when it is refused.
    pub password: Option<Password>,
    /// Domain the session is for, by name or id; the root domain when absent.
    pub domain: Option<String>,
    /// Domain the account was created in; the root domain when absent.
    pub auth_domain: Option<String>,
    /// Identity source; `local_account` when absent.
    pub connection: Option<String>,
    /// Shown to a server that asks for one; it signs in where no password is known.
    pub certificate: Option<ClientCertificate>,
    /// Whether a password that was accepted is kept in memory, to sign in once more when the server no longer
    /// renews the session.
    pub keep_password: bool,
}

impl Credentials {
    /// A local account in the root domain, whose password the operator will be asked for.
    pub fn new(username: impl Into<String>) -> Self {
        Self {
            username: username.into(),
            password: None,
            domain: None,
            auth_domain: None,
            connection: None,
            certificate: None,
            keep_password: true,
        }
    }
}
