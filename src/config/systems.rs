//! Targets over HTTP as written -> as used: the server, the login, and what each system needs to be told. Pure.

use super::file;
use super::resolve::Check;
use super::secret;
use crate::delivery::template;
use crate::model::town::{
    CmisSettings, DmsTarget, DocuwareSettings, DvelopSettings, EnaioSettings, FieldRule, FieldSource,
    HttpAccess, HttpLogin, JobrouterSettings, SharepointSettings, System,
};
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// Keys of everything that is spoken to over HTTP.
pub(super) const HTTP: &[&str] = &[
    "url",
    "user",
    "password_file",
    "token_file",
    "token_url",
    "client_id",
    "secret_file",
    "scope",
    "ca_file",
    "client_certificate_file",
    "proxy",
    "timeout_seconds",
];

/// Where Microsoft Graph is, and what a token for it is for.
const GRAPH: &str = "https://graph.microsoft.com/v1.0";
const GRAPH_SCOPE: &str = "https://graph.microsoft.com/.default";

impl Check<'_> {
    /// The file of a secret; what systemd hands over keeps its name.
    pub(super) fn secret(&self, file: &Path) -> PathBuf {
        if file.to_str().is_some_and(|text| text.starts_with(secret::CREDENTIAL)) {
            return file.to_owned();
        }
        self.path(file)
    }

    /// No letter crosses a network in the clear.
    pub(super) fn encrypted_or_here(&mut self, url: &Spanned<String>, hint: &str) {
        let rest = url.get_ref().strip_prefix("http://");
        let host = rest.map(|rest| rest.split(['/', ':']).next().unwrap_or(""));
        let here = host.is_some_and(|host| matches!(host, "localhost" | "127.0.0.1"));
        if !here && !url.get_ref().starts_with("https://") {
            let text = "Unverschlüsselt geht es nur an den eigenen Rechner.";
            self.complain(url.span(), "config.plain_http", text, hint);
        }
    }

    pub(super) fn http(&mut self, written: &file::Target) -> Option<HttpAccess> {
        let url = self.needed(written, "url", written.url.as_ref())?.clone();
        self.access(written, &url)
    }

    fn access(&mut self, written: &file::Target, url: &Spanned<String>) -> Option<HttpAccess> {
        for url in [Some(url), written.token_url.as_ref()].into_iter().flatten() {
            self.encrypted_or_here(url, "url = \"https://…\".");
        }
        Some(HttpAccess {
            url: url.get_ref().clone(),
            login: self.login(written),
            ca_file: written.ca_file.as_ref().map(|p| self.path(p)),
            client_certificate_file: written.client_certificate_file.as_ref().map(|p| self.path(p)),
            proxy: written.proxy.clone(),
            timeout: Duration::from_secs(written.timeout_seconds.map_or(60, NonZeroU64::get)),
        })
    }

    fn login(&mut self, written: &file::Target) -> HttpLogin {
        let name = (&written.user, &written.password_file);
        let client = (&written.client_id, &written.secret_file);
        match (name, &written.token_file, client) {
            ((None, None), None, (None, None)) => HttpLogin::None,
            ((None, None), Some(token), (None, None)) => HttpLogin::Bearer { token_file: self.secret(token) },
            ((Some(user), Some(file)), None, (None, None)) => {
                HttpLogin::Basic { user: user.clone(), password_file: self.secret(file) }
            }
            ((None, None), None, (Some(id), Some(file))) => HttpLogin::Client {
                token_url: self.token_url(written),
                client_id: id.clone(),
                secret_file: self.secret(file),
                scope: match written.kind.get_ref().as_str() {
                    "sharepoint" => written.scope.clone().or(Some(GRAPH_SCOPE.into())),
                    _ => written.scope.clone(),
                },
            },
            _ => {
                self.complain(
                    written.id.span(),
                    "config.login",
                    "Die Anmeldung ist unvollständig oder doppelt.",
                    "Eines von user mit password_file, token_file, client_id mit secret_file und token_url.",
                );
                HttpLogin::None
            }
        }
    }

    /// DocuWare names its endpoint itself.
    fn token_url(&mut self, written: &file::Target) -> String {
        if written.kind.get_ref() == "docuware" {
            return String::new();
        }
        let url = self.needed(written, "token_url", written.token_url.as_ref());
        url.map(|url| url.get_ref().clone()).unwrap_or_default()
    }

    pub(super) fn system(&mut self, written: &file::Target, fields: &[FieldRule]) -> Option<DmsTarget> {
        let word = |value: &Option<String>| value.clone();
        let mut needed =
            |key: &str, value: &Option<String>| self.needed(written, key, value.as_ref()).cloned();
        let system = match written.kind.get_ref().as_str() {
            "cmis" => System::Cmis(CmisSettings {
                repository: word(&written.repository),
                folder: self.pattern(&written.folder, "/Posteingang"),
                object_type: word(&written.object_type).unwrap_or_else(|| "cmis:document".into()),
                secondary: written.secondary.clone(),
                fields: fields.iter().map(|f| f.name.clone()).collect(),
            }),
            "dvelop" => System::Dvelop(DvelopSettings {
                repository: needed("repository", &written.repository)?,
                category: needed("category", &written.category)?,
                source: word(&written.source),
            }),
            "enaio" => System::Enaio(EnaioSettings {
                object_type: needed("object_type", &written.object_type)?,
                parent: word(&written.parent),
            }),
            "docuware" => System::Docuware(DocuwareSettings {
                cabinet: needed("cabinet", &written.cabinet)?,
                dialog: needed("dialog", &written.dialog)?,
                store_dialog: word(&written.store_dialog),
            }),
            "sharepoint" => System::Sharepoint(SharepointSettings {
                drive: needed("drive", &written.drive)?,
                folder: self.pattern(&written.folder, ""),
            }),
            _ => System::Jobrouter(JobrouterSettings {
                process: needed("process", &written.process)?,
                file_field: needed("file_field", &written.file_field)?,
                step: written.step.unwrap_or(1),
                initiator: word(&written.initiator),
                summary: self.pattern(&written.summary, "{{ title }}"),
            }),
        };
        self.delivery_id_goes_along(written, fields, &system);
        let access = match (&system, &written.url) {
            (System::Sharepoint(_), None) => self.access(written, &Spanned::new(0..0, GRAPH.into()))?,
            _ => self.http(written)?,
        };
        Some(DmsTarget { access, system })
    }

    /// A template of the configuration.
    fn pattern(&mut self, written: &Option<Spanned<String>>, default: &str) -> String {
        let Some(written) = written else { return default.to_owned() };
        if let Err(error) = template::names(written.get_ref()) {
            self.complain(
                written.span(),
                "config.template",
                error,
                "Zum Beispiel \"/Post/{{ received_date }}\".",
            );
        }
        written.get_ref().clone()
    }

    /// Without the delivery id in a field a system cannot be asked what it already has.
    fn delivery_id_goes_along(&mut self, written: &file::Target, fields: &[FieldRule], system: &System) {
        let carried = fields.iter().any(|f| f.source == FieldSource::Fact("delivery_id".into()));
        // In CMIS the name of the object is the key; a field more is welcome, not needed.
        if !carried && !matches!(system, System::Cmis(_)) {
            self.complain(
                written.id.span(),
                "config.delivery_id",
                format!("Das Ziel „{}“ erfährt die Kennung der Zustellung nicht.", written.id.get_ref()),
                "Ein Feld des Zielsystems dafür angeben: { name = \"…\", from = \"delivery_id\", required = true }.",
            );
        }
    }
}
