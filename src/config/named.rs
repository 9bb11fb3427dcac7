//! Files that the configuration names, and what each is: a secret, certificates, or something else. Pure.

use super::secret::CREDENTIAL;
use super::{Pipeline, organisation};
use crate::model::place::{Place, VaultPlace};
use crate::model::town::{
    ChartSource, FilesTarget, HttpAccess, HttpLogin, KeyPlace, MailTarget, PlaceWay, TargetWay,
};
use std::path::{Path, PathBuf};

/// What such a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holds {
    /// A key, password, token or PIN: whoever reads it acts as the town.
    Secret,
    /// Certificates, PEM: public, and they end one day.
    Certificates,
    /// Templates, public keys of servers and providers, drivers.
    Other,
}

/// A file that the configuration names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedFile {
    /// Where it lies; `credential:NAME` if systemd hands it over.
    pub path: PathBuf,
    /// What it holds.
    pub holds: Holds,
    /// Section and key that name it.
    pub named_by: String,
}

impl NamedFile {
    /// Systemd hands it over when the service starts: nobody else can look at it.
    pub fn is_credential(&self) -> bool {
        self.path.to_str().is_some_and(|text| text.starts_with(CREDENTIAL))
    }
}

/// All of them, each once for every key that names it.
pub fn files(pipeline: &Pipeline) -> Vec<NamedFile> {
    let mut found = Found::default();
    for target in &pipeline.targets {
        let section = format!("[[target]] {}", target.id);
        match &target.way {
            TargetWay::Files(files) => found.place(&section, files),
            TargetWay::Mail(mail) => found.mail(&section, mail),
            TargetWay::Dms(dms) => found.http(&section, &dms.access),
            TargetWay::Inbox { .. } => {}
        }
    }
    for station in &pipeline.stations {
        for key in &station.lot_keys {
            found.add(&format!("[[station]] {}", station.id), "lot_keys", Holds::Other, key);
        }
    }
    if let Some(key) = &pipeline.vault_key_file {
        found.add("", "vault_key_file", Holds::Secret, key);
    }
    if let VaultPlace::Bucket(bucket) = &pipeline.vault {
        found.add("[s3]", "secret_file", Holds::Secret, &bucket.secret_file);
        found.maybe("[s3]", "ca_file", Holds::Certificates, bucket.access.ca_file.as_ref());
    }
    if let Some(sheets) = &pipeline.sheets {
        found.add("[sheets]", "key_file", Holds::Secret, &sheets.key_file);
    }
    if let Some(openid) = &pipeline.desk.openid {
        found.http("[web.oidc]", &openid.access);
    }
    if let Some(ca) = pipeline.desk.directory.as_ref().and_then(|d| d.ca_file.as_ref()) {
        found.add("[web.ldap]", "ca_file", Holds::Certificates, ca);
    }
    if let Some(organisation) = &pipeline.organisation {
        if let ChartSource::Directory { password_file, .. } = &organisation.source {
            found.add("[organisation.ldap]", "password_file", Holds::Secret, password_file);
        }
        // Before the first chart is applied there is none.
        if !organisation::apart(&pipeline.text).1.is_empty() {
            found.add("[organisation]", "in_force", Holds::Other, &organisation.in_force);
        }
    }
    if let Place::Server(server) = &pipeline.ledger {
        found.maybe("ledger", "ledger_password_file", Holds::Secret, server.password_file.as_ref());
    }
    found.seal(pipeline);
    found.0
}

#[derive(Default)]
struct Found(Vec<NamedFile>);

impl Found {
    fn add(&mut self, section: &str, key: &str, holds: Holds, path: &Path) {
        self.0.push(NamedFile { path: path.to_owned(), holds, named_by: format!("{section}: {key}") });
    }

    fn maybe(&mut self, section: &str, key: &str, holds: Holds, path: Option<&PathBuf>) {
        if let Some(path) = path {
            self.add(section, key, holds, path);
        }
    }

    fn place(&mut self, section: &str, files: &FilesTarget) {
        match &files.place {
            PlaceWay::Folder { .. } => {}
            PlaceWay::WebDav(access) => self.http(section, access),
            PlaceWay::Sftp(access) => {
                self.add(section, "key_file", Holds::Secret, &access.key_file);
                self.add(section, "known_hosts_file", Holds::Other, &access.known_hosts_file);
            }
        }
        self.maybe(section, "template", Holds::Other, files.layout.template.as_ref());
    }

    fn mail(&mut self, section: &str, mail: &MailTarget) {
        self.maybe(section, "password_file", Holds::Secret, mail.password_file.as_ref());
        self.maybe(section, "ca_file", Holds::Certificates, mail.ca_file.as_ref());
        self.maybe(section, "certificate_file", Holds::Certificates, mail.certificate_file.as_ref());
        if let Some(returns) = &mail.returns {
            self.add(section, "returns.password_file", Holds::Secret, &returns.password_file);
        }
    }

    fn http(&mut self, section: &str, access: &HttpAccess) {
        match &access.login {
            HttpLogin::None => {}
            HttpLogin::Basic { password_file, .. } => {
                self.add(section, "password_file", Holds::Secret, password_file);
            }
            HttpLogin::Bearer { token_file } => self.add(section, "token_file", Holds::Secret, token_file),
            HttpLogin::Client { secret_file, .. } => {
                self.add(section, "secret_file", Holds::Secret, secret_file);
            }
        }
        self.maybe(section, "ca_file", Holds::Certificates, access.ca_file.as_ref());
        // The key lies in the same file.
        let own = access.client_certificate_file.as_ref();
        self.maybe(section, "client_certificate_file", Holds::Secret, own);
    }

    fn seal(&mut self, pipeline: &Pipeline) {
        let Some(seal) = &pipeline.seal else { return };
        match &seal.key {
            KeyPlace::File(place) => {
                self.add("[seal]", "key_file", Holds::Secret, &place.key_file);
                self.maybe("[seal]", "password_file", Holds::Secret, place.password_file.as_ref());
                self.maybe(
                    "[seal]",
                    "certificate_file",
                    Holds::Certificates,
                    place.certificate_file.as_ref(),
                );
            }
            KeyPlace::Token(place) => {
                self.add("[seal]", "pin_file", Holds::Secret, &place.pin_file);
                self.add("[seal]", "certificate_file", Holds::Certificates, &place.certificate_file);
            }
            KeyPlace::Service(place) => {
                self.add("[seal]", "csc_secret_file", Holds::Secret, &place.secret_file);
                self.add("[seal]", "pin_file", Holds::Secret, &place.pin_file);
                self.add("[seal]", "certificate_file", Holds::Certificates, &place.certificate_file);
                self.maybe("[seal]", "csc_ca_file", Holds::Certificates, place.ca_file.as_ref());
            }
        }
        self.maybe("[seal]", "timestamp_ca_file", Holds::Certificates, seal.timestamp_ca_file.as_ref());
    }
}
