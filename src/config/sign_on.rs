//! Signing on through the town's own directory: OpenID Connect and LDAP.

use super::file;
use super::resolve::Check;
use crate::model::town::{ChartSource, Directory, HttpAccess, HttpLogin, OpenId, Organisation};
use std::net::SocketAddr;
use std::time::Duration;
use toml::Spanned;

/// An answer of a directory that takes longer than this is none.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The OpenID provider; people come back to an address of ours.
pub fn openid(check: &mut Check<'_>, written: &file::Web, listen: Option<SocketAddr>) -> Option<OpenId> {
    let oidc = written.oidc.as_ref()?;
    let issuer = encrypted(check, &oidc.issuer, "https://", "http://");
    let own = match (&written.url, listen) {
        (Some(url), _) => url.get_ref().trim_end_matches('/').to_owned(),
        (None, Some(address)) => format!("http://{address}"),
        (None, None) => return None,
    };
    let password_file = check.secret(&oidc.client_secret_file);
    Some(OpenId {
        access: HttpAccess {
            url: issuer.trim_end_matches('/').to_owned(),
            login: HttpLogin::Basic { user: oidc.client_id.clone(), password_file },
            ca_file: oidc.ca_file.as_ref().map(|p| check.path(p)),
            client_certificate_file: None,
            proxy: None,
            timeout: TIMEOUT,
        },
        client_id: oidc.client_id.clone(),
        claim: oidc.claim.clone().unwrap_or_else(|| "preferred_username".into()),
        back: format!("{own}/anmelden/zurueck"),
    })
}

/// The directory passwords are checked against.
pub fn directory(check: &mut Check<'_>, written: &file::Web) -> Option<Directory> {
    let ldap = written.ldap.as_ref()?;
    let url = encrypted(check, &ldap.url, "ldaps://", "ldap://");
    let dn = ldap.dn.get_ref();
    if !dn.contains("{id}") {
        let hint = "Zum Beispiel dn = \"uid={id},ou=people,dc=stadt,dc=example\".";
        check.complain(ldap.dn.span(), "config.ldap_dn", "In dn fehlt {id}, die Kennung.", hint);
    }
    Some(Directory { url, dn: dn.clone(), ca_file: ldap.ca_file.as_ref().map(|p| check.path(p)) })
}

impl Check<'_> {
    /// Where the organisation chart comes from: a file, or the directory people sign on with.
    pub(super) fn organisation(&mut self, written: &file::File) -> Option<Organisation> {
        let settings = written.organisation.as_ref()?;
        let place = settings.get_ref();
        let source = match (&place.file, &place.ldap) {
            (Some(file), None) => ChartSource::File(self.path(file.get_ref())),
            (None, Some(ldap)) => {
                let Some(directory) = directory(self, &written.web) else {
                    let hint = "[web.ldap] ergänzen, oder file = \"organisation.csv\".";
                    self.complain(
                        ldap.span(),
                        "config.no_directory",
                        "Es ist kein Verzeichnis genannt.",
                        hint,
                    );
                    return None;
                };
                let ldap = ldap.get_ref();
                ChartSource::Directory {
                    directory,
                    base: ldap.base.clone(),
                    dn: ldap.dn.clone(),
                    password_file: self.secret(&ldap.password_file),
                    valid_from: ldap.valid_from.clone(),
                }
            }
            _ => {
                let text = "Der Organisationsplan kommt aus einer Datei oder aus dem Verzeichnis.";
                let hint = "file = \"organisation.csv\" oder [organisation.ldap], nicht beides.";
                self.complain(settings.span(), "config.organisation", text, hint);
                return None;
            }
        };
        Some(Organisation { source, in_force: self.path(&place.in_force) })
    }
}

/// Passwords cross no network in the clear: encrypted, or on this machine.
fn encrypted(check: &mut Check<'_>, url: &Spanned<String>, safe: &str, plain: &str) -> String {
    let text = url.get_ref();
    let host = text.strip_prefix(plain).unwrap_or_default();
    let here = ["127.0.0.1", "localhost", "[::1]"].iter().any(|name| {
        host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    if !text.starts_with(safe) && !here {
        check.complain(
            url.span(),
            "config.plain_sign_on",
            "Kennwörter gehen nur verschlüsselt über das Netz.",
            format!("Mit {safe} beginnen."),
        );
    }
    text.clone()
}
