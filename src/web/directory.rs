//! Passwords checked by the town's directory (LDAP, Active Directory): a bind as the person, and nothing else.

use crate::error::{Error, Result};
use crate::model::town::Directory;
use ldap3::{LdapConn, LdapConnSettings, dn_escape};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A directory that takes longer is not there.
const TIMEOUT: Duration = Duration::from_secs(5);
/// LDAP's own code for a wrong name or password (RFC 4511, 4.1.9).
const WRONG: u32 = 49;

/// Whether the directory knows this name with this password.
pub fn knows(directory: &Directory, id: &str, password: &str) -> Result<bool> {
    // Without a password a directory lets anybody in, as nobody (RFC 4513, 5.1.2).
    if password.is_empty() || id.is_empty() {
        return Ok(false);
    }
    let failed = |e: ldap3::LdapError| Error::Format(format!("Verzeichnis {}: {e}", directory.url));
    let mut settings = LdapConnSettings::new().set_conn_timeout(TIMEOUT);
    if directory.url.starts_with("ldaps://") {
        settings = settings.set_config(Arc::new(tls(directory.ca_file.as_deref())?));
    }
    let mut connection = LdapConn::with_settings(settings, &directory.url).map_err(failed)?;
    let dn = directory.dn.replace("{id}", &dn_escape(id));
    let answer = connection.with_timeout(TIMEOUT).simple_bind(&dn, password).map_err(failed)?;
    let _ = connection.unbind();
    match answer.rc {
        0 => Ok(true),
        WRONG => Ok(false),
        other => {
            Err(Error::Format(format!("Verzeichnis {}: Antwort {other} {}", directory.url, answer.text)))
        }
    }
}

/// The system's authorities and the town's own.
fn tls(ca_file: Option<&Path>) -> Result<rustls::ClientConfig> {
    let wrong = |e: String| Error::Format(format!("Verzeichnis, Zertifikate: {e}"));
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(path) = ca_file {
        let pem = std::fs::read(path).map_err(Error::io("Zertifikate lesen", path))?;
        for certificate in openssl::x509::X509::stack_from_pem(&pem)? {
            roots.add(certificate.to_der()?.into()).map_err(|e| wrong(e.to_string()))?;
        }
    }
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| wrong(e.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}
