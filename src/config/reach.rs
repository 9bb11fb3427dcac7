//! Every connection the configuration can make, and the one it takes. Pure: nothing is asked, nothing resolved.

use super::Pipeline;
use crate::model::place::{Place, VaultPlace};
use crate::model::town::{
    ChartSource, HttpAccess, HttpLogin, KeyPlace, MailSecurity, MailTarget, PlaceWay, ScannerPlace, System,
    Target, TargetWay,
};
use serde::Serialize;
use ureq::http::Uri;

/// Who opens it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// This program.
    Outbound,
    /// Others.
    Inbound,
}

/// One row for the firewall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connection {
    /// Who opens it.
    pub direction: Direction,
    /// Name or address, as written.
    pub host: String,
    /// Port.
    pub port: u16,
    /// What is spoken.
    pub protocol: &'static str,
    /// How it is protected.
    pub tls: &'static str,
    /// Proxy that is connected to instead, as written.
    pub proxy: Option<String>,
    /// Section of `pipeline.toml`.
    pub section: String,
    /// German: what for.
    pub purpose: String,
}

/// All of them, in the order of the file. Revocation lists stand in certificates: see [`revocation_list`].
pub fn connections(pipeline: &Pipeline) -> Vec<Connection> {
    let mut rows: Vec<Connection> = pipeline.targets.iter().flat_map(of_target).collect();
    if let Some(openid) = &pipeline.desk.openid {
        let mut more = http("[web.oidc]", "Anmeldung mit OpenID Connect", &openid.access);
        for row in &mut more {
            row.purpose += "; weitere Adressen nennt der Anbieter selbst (.well-known/openid-configuration)";
        }
        rows.extend(more);
    }
    if let Some(directory) = &pipeline.desk.directory {
        let chart = pipeline.organisation.as_ref().map(|organisation| &organisation.source);
        let purpose = match chart {
            Some(ChartSource::Directory { .. }) => "Prüfen von Kennwörtern, Organisationsplan",
            _ => "Prüfen von Kennwörtern",
        };
        rows.extend(url("[web.ldap]", purpose, &directory.url, None));
    }
    if let Some(seal) = &pipeline.seal {
        let proxy = seal.proxy.as_deref();
        if let KeyPlace::Service(place) = &seal.key {
            rows.extend(url("[seal]", "Fernsiegel (CSC)", &place.url, place.proxy.as_deref()));
        }
        for address in &seal.timestamp_urls {
            rows.extend(url("[seal]", "Zeitstempel (RFC 3161)", address, proxy));
        }
    }
    if let Some(ScannerPlace::Host(host, port)) = pipeline.malware.as_ref().map(|scanner| &scanner.place) {
        rows.push(outbound("[malware]", "Virenscanner (clamd)", host, *port, "clamd", "keines", None));
    }
    if let Place::Server(server) = &pipeline.ledger {
        for (host, port, safe) in crate::ledger::connections(&server.address) {
            let tls = if safe { "TLS 1.2 oder 1.3" } else { "keines" };
            rows.push(outbound("ledger", "Journal (PostgreSQL)", &host, port, "postgresql", tls, None));
        }
    }
    if let VaultPlace::Bucket(bucket) = &pipeline.vault {
        rows.extend(http("[s3]", "Tresor (S3)", &bucket.access));
    }
    if let Some(address) = pipeline.web {
        rows.push(Connection {
            direction: Direction::Inbound,
            host: address.ip().to_string(),
            port: address.port(),
            protocol: "http",
            tls: if pipeline.desk.secure { "TLS am Proxy davor" } else { "keines, nur dieser Rechner" },
            proxy: None,
            section: "[web]".into(),
            purpose: "Seiten und Schnittstelle".into(),
        });
    }
    rows
}

/// Where a certificate says that its revocation list lies.
pub fn revocation_list(address: &str, proxy: Option<&str>) -> Option<Connection> {
    url("[seal]", "Sperrliste des Siegelzertifikats und seiner Kette", address, proxy)
}

fn of_target(target: &Target) -> Vec<Connection> {
    let section = format!("[[target]] {}", target.id);
    match &target.way {
        TargetWay::Inbox { .. } => Vec::new(),
        TargetWay::Mail(mail) => of_mail(&section, mail),
        TargetWay::Dms(dms) => {
            let mut rows = http(&section, "Ablage über die Schnittstelle des Systems", &dms.access);
            if matches!(dms.system, System::Sharepoint(_)) {
                // Graph answers the wish for an upload with an address in the tenant's own SharePoint.
                rows.push(outbound(
                    &section,
                    "Hochladen: die Adresse nennt Microsoft Graph im Einzelfall",
                    "*.sharepoint.com",
                    443,
                    "https",
                    "TLS 1.2 oder 1.3",
                    dms.access.proxy.as_deref(),
                ));
            }
            rows
        }
        TargetWay::Files(files) => match &files.place {
            // The system mounts it; this program opens files.
            PlaceWay::Folder { .. } => Vec::new(),
            PlaceWay::WebDav(access) => http(&section, "Ablage von Dateien (WebDAV)", access),
            PlaceWay::Sftp(access) => vec![outbound(
                &section,
                "Ablage von Dateien (SFTP)",
                &access.host,
                access.port,
                "ssh",
                "SSH, Schlüssel des Servers fest",
                None,
            )],
        },
    }
}

fn of_mail(section: &str, mail: &MailTarget) -> Vec<Connection> {
    let tls = |security| match security {
        MailSecurity::Starttls => "STARTTLS, erzwungen",
        MailSecurity::Tls => "TLS 1.2 oder 1.3",
        MailSecurity::PlainLoopback => "keines, nur dieser Rechner",
    };
    let mut rows =
        vec![outbound(section, "E-Mail an das Amt", &mail.host, mail.port, "smtp", tls(mail.security), None)];
    if let Some(returns) = &mail.returns {
        let what = "Rückläufer abholen";
        rows.push(outbound(section, what, &returns.host, returns.port, "imap", tls(returns.security), None));
    }
    rows
}

/// The server, and the one that gives tokens for it.
fn http(section: &str, purpose: &str, access: &HttpAccess) -> Vec<Connection> {
    let proxy = access.proxy.as_deref();
    let mut rows: Vec<Connection> = url(section, purpose, &access.url, proxy).into_iter().collect();
    if let HttpLogin::Client { token_url, .. } = &access.login {
        rows.extend(url(section, "Zugangsmarken abholen (OAuth 2.0)", token_url, proxy));
    }
    rows
}

fn url(section: &str, purpose: &str, address: &str, proxy: Option<&str>) -> Option<Connection> {
    let uri: Uri = address.parse().ok()?;
    let (protocol, tls, port) = match uri.scheme_str()? {
        "https" => ("https", "TLS 1.2 oder 1.3", 443),
        "ldaps" => ("ldap", "TLS 1.2 oder 1.3", 636),
        "ldap" => ("ldap", "keines, nur dieser Rechner", 389),
        "http" => ("http", "keines", 80),
        _ => return None,
    };
    let port = uri.port_u16().unwrap_or(port);
    Some(outbound(section, purpose, uri.host()?, port, protocol, tls, proxy))
}

fn outbound(
    section: &str,
    purpose: &str,
    host: &str,
    port: u16,
    protocol: &'static str,
    tls: &'static str,
    proxy: Option<&str>,
) -> Connection {
    Connection {
        direction: Direction::Outbound,
        host: host.to_owned(),
        port,
        protocol,
        tls,
        proxy: proxy.map(str::to_owned),
        section: section.to_owned(),
        purpose: purpose.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_hosts_and_ports() {
        let row = |text: &str| url("[seal]", "", text, None).map(|r| (r.host, r.port, r.protocol));
        assert_eq!(row("https://dms.example/alfresco?x=1"), Some(("dms.example".into(), 443, "https")));
        assert_eq!(row("ldaps://ldap.example:1636"), Some(("ldap.example".into(), 1636, "ldap")));
        assert_eq!(row("http://[::1]:80/tsa"), Some(("[::1]".into(), 80, "http")));
        assert_eq!(row("file:///etc/passwd"), None);
    }
}
