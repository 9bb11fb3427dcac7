//! `[web]` and `[[person]]`: the pages, and who signs on.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::path::PathBuf;
use toml::Spanned;

/// Somebody who signs on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    pub id: Spanned<String>,
    pub name: String,
    pub roles: Vec<crate::model::town::StaffRole>,
    #[serde(default)]
    pub departments: Vec<Spanned<String>>,
    /// First day on which this person is no longer here.
    pub left: Option<Spanned<String>>,
}

/// The staff page.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Web {
    /// Address and port; no page if left out.
    pub listen: Option<Spanned<String>>,
    /// IP addresses of other machines that may ask for `/healthz`, `/readyz` and `/metrics`.
    #[serde(default)]
    pub watchers: Vec<Spanned<String>>,
    /// The address people type, if a proxy with TLS stands before it.
    pub url: Option<Spanned<String>>,
    /// Whoever does nothing for so long signs on again.
    pub idle_minutes: Option<NonZeroU32>,
    /// A decision can be taken back for so long before anything leaves.
    pub undo_seconds: Option<u32>,
    /// People sign on at the town's OpenID provider.
    pub oidc: Option<Oidc>,
    /// Passwords are checked by the town's directory.
    pub ldap: Option<Ldap>,
    /// Other keys for the review, by the name of what they do.
    #[serde(default)]
    pub keys: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// The organisation chart.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// CSV file with the rows.
    pub file: Option<Spanned<PathBuf>>,
    /// The directory of `[web.ldap]` instead.
    pub ldap: Option<Spanned<ChartInLdap>>,
    /// Where the chart that holds is kept.
    #[serde(default = "in_force")]
    pub in_force: PathBuf,
    /// Targets of a department that names none; `{id}` stands for it.
    #[serde(default)]
    #[expect(dead_code, reason = "read with the chart, before the whole is resolved")]
    pub targets: Vec<Spanned<String>>,
}

/// Where the chart that holds is kept, unless the town says otherwise.
pub const IN_FORCE: &str = "var/organisation.csv";

fn in_force() -> PathBuf {
    IN_FORCE.into()
}

/// Where in the directory the chart is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChartInLdap {
    /// Entry below which departments and people are.
    pub base: String,
    /// Whom to bind as.
    pub dn: String,
    /// File of the password.
    pub password_file: PathBuf,
    /// Attribute with the day an entry holds from.
    pub valid_from: Option<String>,
}

/// The town's OpenID provider (Keycloak, Entra ID, ...).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its address, as it names itself.
    pub issuer: Spanned<String>,
    /// Name under which this program is known there.
    pub client_id: String,
    /// File with the secret it got there.
    pub client_secret_file: PathBuf,
    /// Claim that is the id of a person here; `preferred_username` if left out.
    pub claim: Option<String>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}

/// The town's directory.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ldap {
    /// `ldaps://…`
    pub url: Spanned<String>,
    /// Whom to bind as; `{id}` stands for what the person typed.
    pub dn: Spanned<String>,
    /// PEM certificates to trust besides the system's.
    pub ca_file: Option<PathBuf>,
}
