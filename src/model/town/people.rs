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

macro_rules! review_keys {
    ($($name:ident = $key:literal, $what:literal;)+) => {
        /// Keys of the review, one sign each; Enter, Tab, Escape, digits and paging are not among them.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct ReviewKeys { $(#[doc = $what] pub $name: char),+ }

        impl Default for ReviewKeys {
            fn default() -> Self {
                Self { $($name: $key),+ }
            }
        }

        impl ReviewKeys {
            /// Their names, as the configuration writes them.
            pub const NAMES: &[&str] = &[$(stringify!($name)),+];

            /// The key of that name.
            pub fn of(&mut self, name: &str) -> Option<&mut char> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)+
                    _ => None,
                }
            }
        }
    };
}

review_keys! {
    department = '/', "Type the department.";
    kind = 'k', "Type the kind.";
    cut = 's', "A document begins with this page.";
    join = 'j', "The next document belongs to this one.";
    turn = 'r', "Turn the page.";
    take_out = 'x', "The page does not belong here.";
    bring_back = 'l', "The first blank page left out belongs here.";
    rescan = 'w', "Ask the station for another scan of the page.";
    hold = 'h', "Hold, with a reason.";
    never_open = 'n', "Nobody should have opened it.";
    like_last = 'm', "Kind and department as in the document before.";
    undo = 'u', "Take back what was done last.";
    zoom = 'z', "The page larger, and back.";
}

/// Where the organisation chart comes from, and where the one in force lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Whom to ask for the next one.
    pub source: ChartSource,
    /// The file of the one that holds.
    pub in_force: PathBuf,
}

/// Whom to ask for an organisation chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChartSource {
    /// A file of rows.
    File(PathBuf),
    /// The directory that people sign on with.
    Directory {
        /// The directory.
        directory: Directory,
        /// Below which entry.
        base: String,
        /// Whom to bind as.
        dn: String,
        /// File of the password.
        password_file: PathBuf,
        /// Attribute with the first day an entry holds, if the town keeps one.
        valid_from: Option<String>,
    },
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
