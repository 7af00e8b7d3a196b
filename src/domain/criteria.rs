//! What the server is asked to leave out of a list of organizations.

use std::fmt;

use crate::text::percent_encoded;

/// A query parameter by which the server filters organizations (API contract §4.2). Its names are not those of the
/// fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Parameter {
    /// The name in Salesforce.
    Name,
    /// The id in Salesforce.
    OrgId,
    /// The type.
    Type,
    /// The connection.
    Connection,
    /// The resource id.
    Id,
    /// The cloud.
    Cloud,
}

impl Parameter {
    /// As the server spells it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::OrgId => "sfdc_org_id",
            Self::Type => "organization_type",
            Self::Connection => "connection",
            Self::Id => "id",
            Self::Cloud => "cloud_name",
        }
    }
}

/// What every organization in the server's answer has to be: each parameter once, with the value of the whole field.
/// Empty: the server leaves nothing out.
///
/// Other lists know `*` for any text; whether this one does, and whether letter case counts, no document says
/// (§3.4).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Criteria(Vec<(Parameter, String)>);

impl Criteria {
    /// Nothing is left out.
    pub const NONE: Self = Self(Vec::new());

    /// Whether nothing is left out.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks for one more; says whether it could: a parameter can be given once, and with an empty value it would
    /// mean nothing.
    pub fn add(&mut self, parameter: Parameter, value: &str) -> bool {
        let can = !value.is_empty() && self.0.iter().all(|(present, _)| *present != parameter);
        if can {
            self.0.push((parameter, value.to_owned()));
        }
        can
    }

    /// Whether this is among what is asked for.
    pub fn has(&self, parameter: Parameter, value: &str) -> bool {
        self.0.iter().any(|(present, asked)| *present == parameter && asked == value)
    }

    /// The parameters as sent, each with its value.
    pub fn query(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(parameter, value)| (parameter.name(), value.as_str()))
    }
}

/// As it could be typed after a `?`, every byte that is not plain percent-encoded.
impl fmt::Display for Criteria {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, (name, value)) in self.query().enumerate() {
            let sign = if nth == 0 { "" } else { "&" };
            write!(out, "{sign}{name}={}", percent_encoded(value))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e3_a_parameter_is_asked_for_once_and_never_with_nothing() {
        let mut criteria = Criteria::default();
        assert!(!criteria.add(Parameter::Name, ""));
        assert!(criteria.is_empty());
        assert!(criteria.add(Parameter::OrgId, "00D*"));
        assert!(!criteria.add(Parameter::OrgId, "00E"));
        assert!(criteria.add(Parameter::Name, "Müller & Co"));
        assert_eq!(criteria.to_string(), "sfdc_org_id=00D%2A&name=M%C3%BCller%20%26%20Co");
    }
}
