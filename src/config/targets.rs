//! Targets as written -> as used. Pure.

use super::file::{self, File};
use super::resolve::Check;
use super::systems::HTTP;
use crate::delivery::{fields, layout, template};
use crate::model::town::{
    Fallback, FieldRule, FieldSource, FilesTarget, Layout, MailSecurity, MailTarget, PlaceWay, Preset,
    ReturnBox, SftpAccess, Target, TargetWay,
};
use std::num::NonZeroU64;
use std::time::Duration;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys every target may have.
const COMMON: &[&str] = &["id", "type", "fallback"];
/// Keys of everything that becomes files.
const FILES: &[&str] = &[
    "layout",
    "template",
    "name",
    "subfolder",
    "sidecar_name",
    "order",
    "trigger",
    "record",
    "encoding",
    "consumed",
    "accepted",
    "refused",
    "field",
];
const MAIL: &[&str] = &[
    "host",
    "port",
    "security",
    "user",
    "password_file",
    "from",
    "to",
    "ca_file",
    "megabytes_max",
    "link",
    "timeout_seconds",
    "certificate_file",
    "returns",
];

const SFTP: &[&str] = &["host", "port", "user", "key_file", "known_hosts_file", "path"];
/// The types of targets and the keys each may have besides the common ones.
const TYPES: &[(&str, &[&[&str]])] = &[
    ("folder", &[&["path", "mount"], FILES]),
    ("webdav", &[HTTP, FILES]),
    ("sftp", &[SFTP, FILES]),
    ("inbox", &[]),
    ("mail", &[MAIL]),
    ("cmis", &[HTTP, &["repository", "folder", "object_type", "secondary", "field"]]),
    ("dvelop", &[HTTP, &["repository", "category", "source", "field"]]),
    ("enaio", &[HTTP, &["object_type", "parent", "field"]]),
    ("docuware", &[HTTP, &["cabinet", "dialog", "store_dialog", "field"]]),
    ("sharepoint", &[HTTP, &["drive", "folder", "field"]]),
    ("jobrouter", &[HTTP, &["process", "step", "initiator", "summary", "file_field", "field"]]),
];

impl Check<'_> {
    pub(super) fn target(&mut self, written: &file::Target, file: &File) -> Option<Target> {
        let id = self.id(&written.id);
        let fields: Vec<FieldRule> = written.field.iter().map(|f| self.field(f)).collect();
        let way = match written.kind.get_ref().as_str() {
            "folder" => {
                let path = self.needed(written, "path", written.path.as_ref())?;
                let mount = written.mount.as_deref().map(|mount| self.path(mount));
                let path = self.path(path);
                TargetWay::Files(self.files(written, PlaceWay::Folder { path, mount }))
            }
            "webdav" => {
                let access = self.http(written)?;
                TargetWay::Files(self.files(written, PlaceWay::WebDav(access)))
            }
            "inbox" => self.inbox(written, file),
            "sftp" => {
                let access = self.sftp(written)?;
                TargetWay::Files(self.files(written, PlaceWay::Sftp(access)))
            }
            "mail" => self.mail(written)?,
            system if TYPES.iter().any(|(name, _)| *name == system) => {
                TargetWay::Dms(self.system(written, &fields)?)
            }
            _ => {
                let known: Vec<String> = TYPES.iter().map(|(name, _)| format!("\"{name}\"")).collect();
                self.complain(
                    written.kind.span(),
                    "config.target_type",
                    "Diese Art von Ziel gibt es nicht.",
                    format!("type = {}.", known.join(" oder ")),
                );
                return None;
            }
        };
        let fallback = written.fallback.as_ref().map(|f| self.fallback(f, file));
        let target = Target { id, way, fields, fallback };
        self.fields_of_preset(written, &target);
        Some(target)
    }

    /// Only an inbox stands in: what lies there is no second filing.
    fn fallback(&mut self, written: &file::Fallback, file: &File) -> Fallback {
        let inboxes = file.target.iter().filter(|t| t.kind.get_ref() == "inbox");
        let inboxes: Vec<&str> = inboxes.map(|t| t.id.get_ref().as_str()).collect();
        self.known(&written.inbox, &inboxes, "Posteingang");
        Fallback {
            inbox: written.inbox.get_ref().clone(),
            hours: written.hours,
            sentence: written.sentence.clone(),
        }
    }

    /// An inbox is one department's: what lies there is for its eyes alone.
    fn inbox(&mut self, written: &file::Target, file: &File) -> TargetWay {
        let leads_here =
            |d: &&file::Department| d.targets.iter().any(|t| t.get_ref() == written.id.get_ref());
        if file.department.iter().filter(leads_here).count() > 1 {
            self.complain(
                written.id.span(),
                "config.inbox_shared",
                "Mehrere Ämter teilen sich diesen Posteingang.",
                "Jedem Amt ein eigenes Ziel mit type = \"inbox\" geben.",
            );
        }
        TargetWay::Inbox { ledger: self.ledger(file), tenant: file.town.id.get_ref().clone() }
    }

    /// A key that does nothing is a mistake the town would find out about too late.
    pub(super) fn keys_of_targets(&mut self, written: &File) {
        let (table, _) = DeTable::parse_recoverable(self.text);
        let Some(DeValue::Array(tables)) = table.get_ref().get("target").map(Spanned::get_ref) else {
            return;
        };
        for (target, table) in written.target.iter().zip(tables) {
            let kind = target.kind.get_ref();
            let Some((_, groups)) = TYPES.iter().find(|(name, _)| name == kind) else { continue };
            let allowed = |key: &str| groups.iter().chain([&COMMON]).any(|group| group.contains(&key));
            let DeValue::Table(table) = table.get_ref() else { continue };
            for key in table.keys().filter(|key| !allowed(key.get_ref())) {
                self.complain(
                    key.span(),
                    "config.key_not_here",
                    format!("„{}“ hat bei einem Ziel der Art „{kind}“ keine Wirkung.", key.get_ref()),
                    format!("{} entfernen.", key.get_ref()),
                );
            }
        }
    }

    pub(super) fn needed<'v, T>(
        &mut self,
        written: &file::Target,
        key: &str,
        value: Option<&'v T>,
    ) -> Option<&'v T> {
        if value.is_none() {
            self.complain(
                written.id.span(),
                "config.missing_key",
                format!("Dem Ziel „{}“ fehlt „{key}“.", written.id.get_ref()),
                format!("{key} = … ergänzen."),
            );
        }
        value
    }

    /// One of several words, or a complaint and the first one.
    fn word<T: Copy>(&mut self, written: &Option<Spanned<String>>, words: &[(&str, T)]) -> Option<T> {
        let written = written.as_ref()?;
        let found = words.iter().find(|(word, _)| word == written.get_ref());
        if found.is_none() {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.complain(
                written.span(),
                "config.word",
                format!("„{}“ gibt es hier nicht.", written.get_ref()),
                format!("Möglich sind: {}.", known.join(", ")),
            );
        }
        found.map(|(_, value)| *value)
    }

    fn files(&mut self, written: &file::Target, place: PlaceWay) -> FilesTarget {
        let presets = [
            ("plain", Preset::Plain),
            ("none", Preset::None),
            ("d3", Preset::D3),
            ("docuware", Preset::Docuware),
            ("enaio", Preset::Enaio),
            ("invoice", Preset::Invoice),
            ("xml", Preset::Xml),
            ("csv", Preset::Csv),
            ("json", Preset::Json),
            ("mets", Preset::Mets),
            ("xdomea-0101", Preset::Xdomea0101),
            ("xdomea-0605", Preset::Xdomea0605),
        ];
        let preset = self.word(&written.layout, &presets).unwrap_or(Preset::Plain);
        let orders = [("product_last", true), ("sidecar_last", false)];
        let encodings = [("utf-8", false), ("windows-1252", true)];
        let patterns = [&written.name, &written.subfolder, &written.sidecar_name, &written.trigger];
        for pattern in patterns.into_iter().flatten() {
            if let Err(error) = template::names(pattern.get_ref()) {
                self.complain(pattern.span(), "config.template", error, "Zum Beispiel \"{{ stem }}.xml\".");
            }
        }
        if let (Some(name), false) = (&written.name, unique(written)) {
            self.complain(
                name.span(),
                "config.name_not_unique",
                "Ohne delivery_id oder document_id im Namen können zwei Schriftstücke gleich heißen.",
                "Zum Beispiel name = \"{{ kind }}-{{ document_id }}\".",
            );
        }
        let text = |pattern: &Option<Spanned<String>>| pattern.as_ref().map(|p| p.get_ref().clone());
        FilesTarget {
            place,
            layout: Layout {
                preset,
                template: written.template.as_ref().map(|t| self.path(t)),
                stem: text(&written.name),
                subfolder: text(&written.subfolder),
                sidecar_name: text(&written.sidecar_name),
                product_last: self
                    .word(&written.order, &orders)
                    .unwrap_or_else(|| layout::product_last(preset)),
                trigger: text(&written.trigger),
                record: written.record.unwrap_or(matches!(preset, Preset::Plain | Preset::Mets)),
                windows_1252: self.word(&written.encoding, &encodings).unwrap_or(false),
            },
            consumed: written.consumed.unwrap_or(false),
            accepted: written.accepted.clone(),
            refused: written.refused.clone(),
        }
    }

    fn field(&mut self, written: &file::Field) -> FieldRule {
        let sources = [
            written.value.clone().map(FieldSource::Constant),
            written.from.clone().map(FieldSource::Fact),
            written.template.clone().map(FieldSource::Template),
        ];
        let mut sources = sources.into_iter().flatten();
        let (source, second) = (sources.next(), sources.next());
        if source.is_none() || second.is_some() {
            self.complain(
                written.name.span(),
                "config.field_source",
                format!("Das Feld „{}“ braucht genau eine Herkunft.", written.name.get_ref()),
                "Eines von value, from, template angeben.",
            );
        }
        let rule = FieldRule {
            name: written.name.get_ref().clone(),
            kind: written.kind.clone(),
            source: source.unwrap_or_default(),
            required: written.required,
            sure: written.sure,
            length_max: written.max_length,
            cut: self.word(&written.too_long, &[("refuse", false), ("cut", true)]).unwrap_or(false),
            split: written.split.clone().filter(|s| !s.is_empty()),
            date: written.date.clone(),
            decimal: written.decimal.clone(),
            codes: written.codes.clone(),
        };
        for wrong in fields::check(&rule) {
            let text = format!("Feld „{}“: {wrong}", rule.name);
            self.complain(written.name.span(), "config.field", text, "Angabe berichtigen.");
        }
        rule
    }

    /// What a side-car cannot do without.
    fn fields_of_preset(&mut self, written: &file::Target, target: &Target) {
        let TargetWay::Files(files) = &target.way else { return };
        if files.layout.template.is_some() {
            return;
        }
        let needed: &[&[&str]] = match files.layout.preset {
            Preset::D3 => &[&["dokuart"]],
            Preset::Docuware => &[&["FileCabinet", "Basket"]],
            Preset::Enaio => &[&["Archive"], &["ObjectType"]],
            Preset::Xdomea0101 | Preset::Xdomea0605 => &[&["Institution"]],
            _ => &[],
        };
        for names in needed {
            let count = target.fields.iter().filter(|f| names.contains(&f.name.as_str())).count();
            if count != 1 {
                self.complain(
                    written.id.span(),
                    "config.preset_field",
                    format!(
                        "Dem Ziel „{}“ fehlt das Feld {} (genau einmal).",
                        target.id,
                        names.join(" oder ")
                    ),
                    format!("[[target.field]] mit name = \"{}\" ergänzen.", names[0]),
                );
            }
        }
        let d3_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '[' | ']');
        for field in written.field.iter().filter(|_| files.layout.preset == Preset::D3) {
            if !field.name.get_ref().chars().all(d3_name) {
                self.complain(
                    field.name.span(),
                    "config.field",
                    "In einer JPL-Datei sind das keine Feldnamen.",
                    "Zum Beispiel dok_dat_feld[1].",
                );
            }
        }
    }

    fn sftp(&mut self, written: &file::Target) -> Option<SftpAccess> {
        let host = self.needed(written, "host", written.host.as_ref());
        let user = self.needed(written, "user", written.user.as_ref());
        let key = self.needed(written, "key_file", written.key_file.as_ref());
        let known = self.needed(written, "known_hosts_file", written.known_hosts_file.as_ref());
        let path = self.needed(written, "path", written.path.as_ref());
        let access = SftpAccess {
            host: host?.get_ref().clone(),
            port: written.port.unwrap_or(22),
            user: user?.clone(),
            key_file: self.path(key?),
            known_hosts_file: self.path(known?),
            path: path?.display().to_string(),
        };
        // They become part of a command line and of quoted commands.
        let plain = |text: &str, more: &str| {
            !text.starts_with('-') && text.chars().all(|c| c.is_alphanumeric() || more.contains(c))
        };
        if !plain(&access.host, ".-:") || !plain(&access.user, "._-") || !plain(&access.path, "/._-+@ ") {
            self.complain(
                written.id.span(),
                "config.sftp",
                "In host, user oder path stehen Zeichen, die dort nicht gehen.",
                "Nur Buchstaben, Ziffern und . _ - (im Pfad auch / + @ und Leerzeichen).",
            );
        }
        Some(access)
    }

    fn mail(&mut self, written: &file::Target) -> Option<TargetWay> {
        let host = self.needed(written, "host", written.host.as_ref());
        let from = self.needed(written, "from", written.from.as_ref());
        self.needed(written, "to", written.to.first());
        let (host, from) = (host?, from?);
        let security = self.security(written, host);
        if let Some(link) = &written.link {
            let names = template::names(link.get_ref()).unwrap_or_default();
            if names != ["document_id"] {
                self.complain(
                    link.span(),
                    "config.link",
                    "Die Adresse führt nicht zum Schriftstück.",
                    "Zum Beispiel \"https://poststelle.stadt.example/document/{{ document_id }}\".",
                );
            }
        }
        Some(TargetWay::Mail(MailTarget {
            host: host.get_ref().clone(),
            port: written.port.unwrap_or(match security {
                MailSecurity::Starttls => 587,
                MailSecurity::Tls => 465,
                MailSecurity::PlainLoopback => 25,
            }),
            security,
            user: written.user.clone(),
            password_file: written.password_file.as_ref().map(|p| self.secret(p)),
            from: from.clone(),
            to: written.to.clone(),
            ca_file: written.ca_file.as_ref().map(|p| self.path(p)),
            bytes_max: written.megabytes_max.map_or(20, NonZeroU64::get) << 20,
            link: written.link.as_ref().map(|l| l.get_ref().clone()),
            timeout: Duration::from_secs(written.timeout_seconds.map_or(60, NonZeroU64::get)),
            certificate_file: written.certificate_file.as_ref().map(|p| self.path(p)),
            returns: written.returns.as_ref().map(|r| self.returns(written, r)),
        }))
    }

    /// IMAP with TLS from the first byte; anything less only to the own machine.
    fn returns(&mut self, written: &file::Target, returns: &file::Returns) -> ReturnBox {
        let words = [("tls", MailSecurity::Tls), ("plain", MailSecurity::PlainLoopback)];
        let security = self.word(&returns.security, &words).unwrap_or(MailSecurity::Tls);
        self.plain_only_here(security, &returns.host);
        ReturnBox {
            host: returns.host.get_ref().clone(),
            port: returns.port.unwrap_or(if security == MailSecurity::Tls { 993 } else { 143 }),
            security,
            user: returns.user.clone(),
            password_file: self.secret(&returns.password_file),
            folder: returns.folder.clone().unwrap_or_else(|| "INBOX".into()),
            ca_file: written.ca_file.as_ref().map(|p| self.path(p)),
            timeout: Duration::from_secs(written.timeout_seconds.map_or(60, NonZeroU64::get)),
        }
    }

    fn security(&mut self, written: &file::Target, host: &Spanned<String>) -> MailSecurity {
        let words = [
            ("starttls", MailSecurity::Starttls),
            ("tls", MailSecurity::Tls),
            ("plain", MailSecurity::PlainLoopback),
        ];
        let security = self.word(&written.security, &words).unwrap_or(MailSecurity::Starttls);
        self.plain_only_here(security, host);
        security
    }

    fn plain_only_here(&mut self, security: MailSecurity, host: &Spanned<String>) {
        let here = matches!(host.get_ref().as_str(), "localhost" | "127.0.0.1" | "::1");
        if security == MailSecurity::PlainLoopback && !here {
            self.complain(
                host.span(),
                "config.plain_mail",
                "Unverschlüsselte Post geht nur an den eigenen Rechner.",
                "security = \"starttls\" oder \"tls\".",
            );
        }
    }
}

/// Whether file names differ from document to document.
fn unique(written: &file::Target) -> bool {
    written.name.as_ref().is_none_or(|name| {
        template::names(name.get_ref())
            .is_ok_and(|names| names.iter().any(|n| n == "delivery_id" || n == "document_id"))
    })
}
