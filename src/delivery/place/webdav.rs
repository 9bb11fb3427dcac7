//! A WebDAV folder (RFC 4918): Nextcloud, ownCloud, Apache, many document systems.
//!
//! A file is uploaded under a name in the staging folder, its length asked
//! back, and published with MOVE and `Overwrite: F`, which servers carry out
//! at once. An answer that was lost costs nothing: the next attempt sees what
//! is there.

use super::{Place, Trouble};
use crate::delivery::http::{Client, Lost, Reply, escaped};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::HttpAccess;
use percent_encoding::percent_decode_str;

/// Files below one address.
pub struct WebDav {
    client: Client,
    base: String,
}

impl WebDav {
    /// Connects only when used.
    pub fn new(access: &HttpAccess) -> Self {
        Self { client: Client::new(access), base: format!("{}/", access.url.trim_end_matches('/')) }
    }

    fn at(&self, name: &str) -> String {
        self.base.clone() + &escaped(name)
    }

    fn call(
        &self,
        method: &str,
        name: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Reply, Trouble> {
        self.client.call(method, &self.at(name), headers, body).map_err(lost)
    }

    /// What the server says about a name: length and ETag.
    fn properties(&self, name: &str) -> Result<Option<Properties>, Trouble> {
        let body = br#"<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:getcontentlength/><d:getetag/><d:resourcetype/></d:prop></d:propfind>"#;
        let headers = [("depth", "0"), ("content-type", "application/xml")];
        let reply = self.call("PROPFIND", name, &headers, body)?;
        match reply.status {
            207 => Ok(Some(entries(&reply.body)?.into_iter().next().unwrap_or_default())),
            404 => Ok(None),
            _ => Err(refused(&reply)),
        }
    }
}

/// One entry of a multi-status answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Properties {
    name: String,
    length: Option<u64>,
    etag: Option<String>,
    folder: bool,
}

fn entries(body: &[u8]) -> Result<Vec<Properties>, Trouble> {
    let lying = |why: String| {
        Trouble::new("webdav.answer", format!("Der Server antwortet nicht wie ein WebDAV-Server ({why})."))
    };
    let text = std::str::from_utf8(body).map_err(|e| lying(e.to_string()))?;
    let xml = roxmltree::Document::parse(text).map_err(|e| lying(e.to_string()))?;
    let dav = |node: &roxmltree::Node<'_, '_>, name: &str| node.has_tag_name(("DAV:", name));
    let entry = |response: roxmltree::Node<'_, '_>| {
        let text = |name: &str| {
            let node = response.descendants().find(|n| dav(n, name));
            node.and_then(|n| n.text()).map(|t| t.trim().to_owned()).filter(|t| !t.is_empty())
        };
        let href = text("href").unwrap_or_default();
        Properties {
            name: percent_decode_str(href.trim_end_matches('/').rsplit('/').next().unwrap_or_default())
                .decode_utf8_lossy()
                .into_owned(),
            length: text("getcontentlength").and_then(|t| t.parse().ok()),
            etag: text("getetag"),
            folder: response.descendants().any(|n| dav(&n, "collection")),
        }
    };
    Ok(xml.root_element().children().filter(|n| dav(n, "response")).map(entry).collect())
}

impl Place for WebDav {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let reply = self.call("GET", name, &[], &[])?;
        match reply.status {
            200 => Ok(Some(reply.body)),
            404 => Ok(None),
            _ => Err(refused(&reply)),
        }
    }

    fn has(&self, name: &str) -> Result<bool, Trouble> {
        Ok(self.properties(name)?.is_some())
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Trouble> {
        // Nextcloud keeps the checksum with the file and refuses a body that does not fit; others ignore it.
        let checksum = format!("SHA256:{}", ContentHash::of(bytes));
        let headers = [("content-type", "application/octet-stream"), ("oc-checksum", &checksum)];
        let reply = self.call("PUT", name, &headers, bytes)?;
        if !matches!(reply.status, 200 | 201 | 204) {
            return Err(refused(&reply));
        }
        // A proxy's error page can come as 200: only what can be seen there has been written.
        match self.properties(name)?.and_then(|p| p.length) {
            Some(length) if length == bytes.len() as u64 => Ok(()),
            _ => Err(Trouble::new("webdav.not_written", "Der Server nahm die Datei an, hat sie aber nicht.")),
        }
    }

    fn rename(&self, from: &str, to: &str) -> Result<bool, Trouble> {
        let to = self.at(to);
        let reply = self.call("MOVE", from, &[("destination", &to), ("overwrite", "F")], &[])?;
        match reply.status {
            201 | 204 => Ok(true),
            404 | 412 => Ok(false),
            _ => Err(refused(&reply)),
        }
    }

    fn remove(&self, name: &str) -> Result<(), Trouble> {
        let reply = self.call("DELETE", name, &[], &[])?;
        if matches!(reply.status, 200 | 204 | 404) { Ok(()) } else { Err(refused(&reply)) }
    }

    fn make_folder(&self, name: &str) -> Result<(), Trouble> {
        let parts: Vec<&str> = name.split('/').collect();
        for depth in 1..=parts.len() {
            let folder = format!("{}/", parts[..depth].join("/"));
            let reply = self.call("MKCOL", &folder, &[], &[])?;
            // 405: it is there.
            if !matches!(reply.status, 201 | 405) {
                return Err(refused(&reply));
            }
        }
        Ok(())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Trouble> {
        let body = br#"<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:resourcetype/></d:prop></d:propfind>"#;
        let headers = [("depth", "1"), ("content-type", "application/xml")];
        let reply = self.call("PROPFIND", &format!("{folder}/"), &headers, body)?;
        match reply.status {
            207 => Ok(entries(&reply.body)?.into_iter().filter(|e| !e.folder).map(|e| e.name).collect()),
            404 => Ok(Vec::new()),
            _ => Err(refused(&reply)),
        }
    }

    fn shown(&self, name: &str) -> String {
        self.at(name)
    }

    fn proof(&self, name: &str) -> Option<String> {
        self.properties(name).ok().flatten().and_then(|p| p.etag).map(|etag| format!("ETag {etag}"))
    }

    fn check(&self) -> Vec<Refusal> {
        let wrong = self.client.check();
        if !wrong.is_empty() {
            return wrong;
        }
        let hint = "Adresse, Zugang und Freigabe prüfen (Nextcloud: App-Passwort).";
        match self.properties("") {
            Ok(Some(found)) if found.folder => Vec::new(),
            Ok(Some(_)) => vec![Refusal::new("webdav.no_folder", "Unter der Adresse ist kein Ordner.", hint)],
            Ok(None) => vec![Refusal::new("webdav.no_folder", "Den Ordner gibt es nicht.", hint)],
            Err(trouble) => vec![Refusal::new(trouble.code, trouble.text, hint)],
        }
    }
}

fn lost(lost: Lost) -> Trouble {
    Trouble::new(if lost.sent { "webdav.no_answer" } else { "webdav.unreachable" }, lost.text)
}

/// A status that is not what was asked for, in words a clerk or an administrator can act on.
fn refused(reply: &Reply) -> Trouble {
    let status = reply.status;
    let (code, text, lasting) = match status {
        401 => ("webdav.login", "Der Server lehnt die Anmeldung ab.", false),
        403 => ("webdav.forbidden", "Der Zugang darf hier nicht schreiben.", false),
        409 => ("webdav.no_folder", "Den Ordner gibt es auf dem Server nicht.", false),
        413 => ("webdav.too_large", "Die Datei ist dem Server zu groß.", true),
        423 => ("webdav.locked", "Der Ordner ist auf dem Server gesperrt.", false),
        429 | 503 => ("webdav.busy", "Der Server ist beschäftigt.", false),
        507 => ("webdav.full", "Der Speicherplatz auf dem Server ist voll.", false),
        300..=399 => ("webdav.redirect", "Der Server verweist auf eine andere Adresse.", false),
        _ => ("webdav.status", "Der Server antwortet unerwartet.", false),
    };
    Trouble { code, text: format!("{text} (HTTP {status})"), after: reply.retry_after(), lasting }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_page_of_errors_is_no_answer() {
        assert!(entries(b"<html><body>Anmeldung</body>").is_err());
        assert!(entries(b"\xff\xfe").is_err());
    }

    proptest! {
        #[test]
        fn names_survive_the_address(name in "\\PC{0,30}") {
            let address = escaped(&name);
            prop_assert_eq!(percent_decode_str(&address).decode_utf8_lossy(), name);
        }

        #[test]
        fn no_answer_makes_it_panic(body: Vec<u8>) {
            let _ = entries(&body);
        }
    }
}
