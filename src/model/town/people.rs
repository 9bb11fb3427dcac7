//! Who signs on, and how it is known that they are who they say.

use super::target::HttpAccess;
use std::path::PathBuf;

/// Somebody who signs on to the pages.
#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    /// Pseudonym: the only name in ledger and events.
    pub id: String,
    /// Name on screens.
    pub name: String,
    /// What this person may do.
    pub roles: Vec<StaffRole>,
    /// Departments whose inbox this person reads.
    pub departments: Vec<String>,
    /// A program: it comes with a token to `/api` and cannot sign on.
    pub application: bool,
    /// First day on which this person is no longer here: the name stays, for records that name the pseudonym.
    pub left: Option<jiff::civil::Date>,
}

impl Person {
    /// Whether this person may sign on and act on that day.
    pub fn acts_on(&self, day: jiff::civil::Date) -> bool {
        !self.application && self.left.is_none_or(|left| day < left)
    }

    /// Whether this person has that role.
    pub fn is(&self, role: StaffRole) -> bool {
        self.roles.contains(&role)
    }
}

/// Where people sign on by OpenID Connect.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenId {
    /// How the provider is reached: its issuer address, our name and secret there.
    pub access: HttpAccess,
    /// Name under which this program is known there.
    pub client_id: String,
    /// Claim that is the id of a person here.
    pub claim: String,
    /// Where people come back to.
    pub back: String,
}

/// The town's LDAP directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// `ldaps://…`
    pub url: String,
    /// Whom to bind as, with `{id}` for the person.
    pub dn: String,
    /// Certificates to trust besides the system's, PEM.
    pub ca_file: Option<PathBuf>,
}

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StaffRole {
    /// Scans: opens station-days, sees what came from the stations.
    Operator,
    /// Decides doubtful documents.
    Reviewer,
    /// Reads the inbox of the departments named.
    Department,
    /// Leads the mailroom: everything, and holds that no circle is named for.
    Head,
    /// Looks after the installation.
    Administrator,
    /// Follows letters, changes nothing.
    Auditor,
}
