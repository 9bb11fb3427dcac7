//! Signing on through the town's own directory: OpenID Connect and LDAP.

use super::file;
use super::resolve::Check;
use crate::model::town::{Directory, HttpAccess, HttpLogin, OpenId};
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
