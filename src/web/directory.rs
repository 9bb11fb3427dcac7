//! The town's directory (LDAP, Active Directory): passwords are checked by a bind as the person; entries are read for
//! the organisation chart.

use crate::error::{Error, Result};
use crate::model::town::Directory;
use ldap3::adapters::{Adapter, EntriesOnly, PagedResults};
use ldap3::{LdapConn, LdapConnSettings, LdapError, Scope, SearchEntry, dn_escape};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// A directory that takes longer is not there.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Fewer than any directory's own limit.
const ENTRIES_AT_ONCE: i32 = 500;
/// LDAP's own code for a wrong name or password (RFC 4511, 4.1.9).
const WRONG: u32 = 49;

/// Whether the directory knows this name with this password.
pub fn knows(directory: &Directory, id: &str, password: &str) -> Result<bool> {
    // Without a password a directory lets anybody in, as nobody (RFC 4513, 5.1.2).
    if password.is_empty() || id.is_empty() {
        return Ok(false);
    }
    let mut connection = connected(directory)?;
    let dn = directory.dn.replace("{id}", &dn_escape(id));
    let bound = bind(directory, &mut connection, &dn, password);
    let _ = connection.unbind();
    bound
}

/// Entries below one, of which `filter` (RFC 4515) is true, each with those attributes.
pub fn entries(
    directory: &Directory,
    (dn, password): (&str, &str),
    base: &str,
    filter: &str,
    attributes: Vec<&str>,
) -> Result<Vec<SearchEntry>> {
    let mut connection = connected(directory)?;
    if !bind(directory, &mut connection, dn, password)? {
        return Err(Error::Format(format!("Verzeichnis {}: {dn} darf nicht lesen", directory.url)));
    }
    // In pages: a directory gives no more than a thousand at once.
    let pages: Vec<Box<dyn Adapter<_, _>>> =
        vec![Box::new(EntriesOnly::new()), Box::new(PagedResults::new(ENTRIES_AT_ONCE))];
    let mut found = connection
        .streaming_search_with(pages, base, Scope::Subtree, filter, attributes)
        .map_err(|e| failed(directory, e))?;
    let mut all = Vec::new();
    while let Some(entry) = found.next().map_err(|e| failed(directory, e))? {
        all.push(SearchEntry::construct(entry));
    }
    found.result().success().map_err(|e| failed(directory, e))?;
    let _ = connection.unbind();
    Ok(all)
}

fn failed(directory: &Directory, e: LdapError) -> Error {
    Error::Format(format!("Verzeichnis {}: {e}", directory.url))
}

fn connected(directory: &Directory) -> Result<LdapConn> {
    let mut settings = LdapConnSettings::new().set_conn_timeout(TIMEOUT);
    if directory.url.starts_with("ldaps://") {
        settings = settings.set_config(Arc::new(tls(directory.ca_file.as_deref())?));
    }
    LdapConn::with_settings(settings, &directory.url).map_err(|e| failed(directory, e))
}

/// Whether the directory lets that entry in with this password.
fn bind(directory: &Directory, connection: &mut LdapConn, dn: &str, password: &str) -> Result<bool> {
    let answer = connection.with_timeout(TIMEOUT).simple_bind(dn, password);
    let answer = answer.map_err(|e| failed(directory, e))?;
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
