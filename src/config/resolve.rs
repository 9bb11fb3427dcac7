//! As written -> as used, all complaints at once. Pure.

use super::file::{self, File};
use super::{Complaint, DeskSettings, Pipeline, copying_profile};
use crate::model::hash::ContentHash;
use crate::model::place::{Place, Server};
use crate::model::town::{Department, Organisation, Person, SheetSettings, Station, Target};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use strsim::osa_distance;
use toml::Spanned;

pub(super) struct Check<'a> {
    file: &'a str,
    pub(super) text: &'a str,
    base: &'a Path,
    complaints: Vec<Complaint>,
}

/// Resolves the text of a configuration; `file` names it in complaints, `base` is its folder.
pub fn resolve(text: &str, file: &str, base: &Path) -> Result<Pipeline, Vec<Complaint>> {
    let mut check = Check { file, text, base, complaints: Vec::new() };
    let pipeline = super::read::read(&mut check).map(|written| check.pipeline(&written));
    check.complaints.sort_by_key(|complaint| complaint.line);
    check.complaints.dedup();
    pipeline.filter(|_| check.complaints.is_empty()).ok_or(check.complaints)
}

/// What a configuration says about the organisation chart, whatever its departments are.
pub fn organisation_of(text: &str, file: &str, base: &Path) -> Result<Option<Organisation>, Vec<Complaint>> {
    let mut check = Check { file, text, base, complaints: Vec::new() };
    let found = super::read::read(&mut check).and_then(|written| check.organisation(&written));
    if check.complaints.is_empty() { Ok(found) } else { Err(check.complaints) }
}

/// The address of a database, if that is what stands there.
fn address(ledger: &Path) -> Option<&str> {
    let address = ledger.to_str()?;
    ["postgres://", "postgresql://"].iter().any(|scheme| address.starts_with(scheme)).then_some(address)
}

impl Check<'_> {
    pub(super) fn complain(
        &mut self,
        span: Range<usize>,
        code: &str,
        text: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.complaints.push(Complaint::at(self.file, self.text, span, code, text, hint));
    }

    pub(super) fn path(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// A file, or a database by its address.
    pub(super) fn ledger(&self, written: &File) -> Place {
        match address(written.ledger.get_ref()) {
            None => Place::File(self.path(written.ledger.get_ref())),
            Some(address) => {
                let password = written.ledger_password_file.as_ref();
                let password_file = password.map(|file| self.secret(file.get_ref()));
                Place::Server(Server { address: address.into(), password_file })
            }
        }
    }

    fn ledger_is_sound(&mut self, written: &File) {
        let span = written.ledger.span();
        let config = address(written.ledger.get_ref()).map(str::parse::<postgres::Config>);
        match (config, &written.ledger_password_file) {
            (None, Some(file)) => self.complain(
                file.span(),
                "config.ledger_password",
                "Ein Journal in einer Datei hat kein Kennwort.",
                "Weglassen, oder ledger = \"postgres://…\".",
            ),
            (Some(Err(error)), _) => self.complain(
                span,
                "config.ledger_address",
                format!("Keine Adresse einer Datenbank: {error}."),
                "Zum Beispiel ledger = \"postgres://poststelle@db.stadt.example/poststelle\".",
            ),
            (Some(Ok(config)), _) if config.get_password().is_some() => self.complain(
                span,
                "config.ledger_password",
                "Das Kennwort der Datenbank steht im Klartext in der Adresse.",
                "In eine Datei legen und sie mit ledger_password_file nennen.",
            ),
            _ => {}
        }
    }

    fn pipeline(&mut self, written: &File) -> Pipeline {
        self.ledger_is_sound(written);
        super::vault::is_sound(self, written);
        let targets: Vec<Target> = written.target.iter().filter_map(|t| self.target(t, written)).collect();
        self.keys_of_targets(written);
        let circles = written.circle.iter().map(|c| self.circle(c, written)).collect();
        let target_ids: Vec<&str> = written.target.iter().map(|t| t.id.get_ref().as_str()).collect();
        let department_ids: Vec<&str> = written.department.iter().map(|d| d.id.get_ref().as_str()).collect();
        let circle_ids: Vec<&str> = written.circle.iter().map(|c| c.id.get_ref().as_str()).collect();
        let departments = written
            .department
            .iter()
            .map(|d| {
                if d.targets.is_empty() && d.successor.is_none() {
                    self.complain(
                        d.id.span(),
                        "config.no_target",
                        format!("Das Amt „{}“ hat kein Ziel.", d.id.get_ref()),
                        "targets = [\"…\"] ergänzen.",
                    );
                }
                for target in &d.targets {
                    self.known(target, &target_ids, "Ziel");
                }
                if let Some(substitute) = &d.substitute {
                    self.known(substitute, &department_ids, "Amt");
                }
                self.stands_in(&d.substitute_after, d.substitute.is_some());
                let targets = self.goes_on(d, written).unwrap_or(&d.targets);
                Department {
                    id: self.id(&d.id),
                    name: d.name.clone(),
                    targets: targets.iter().map(|t| t.get_ref().clone()).collect(),
                    substitute: d.substitute.as_ref().map(|s| s.get_ref().clone()),
                    substitute_after: d.substitute_after.as_ref().map(|days| *days.get_ref()),
                    former: d.addressed.iter().map(|name| name.get_ref().clone()).collect(),
                    successor: d.successor.as_ref().map(|s| s.get_ref().clone()),
                    planned: d.planned,
                }
            })
            .collect();
        let mut profiles = vec![copying_profile()];
        for profile in &written.profile {
            let resolved = self.profile(profile, written.sheets.is_some());
            profiles.push(resolved);
        }
        let stations: Vec<Station> = written
            .station
            .iter()
            .map(|s| self.station(s, &profiles, &department_ids, &circle_ids))
            .collect();
        self.unique(written.department.iter().map(|d| &d.id));
        self.unique(written.circle.iter().map(|c| &c.id));
        self.unique(written.target.iter().map(|t| &t.id));
        self.unique(written.station.iter().map(|s| &s.id));
        self.unique(written.profile.iter().map(|p| &p.id));
        self.apart(written, &stations);
        self.known(&written.town.central, &department_ids, "Amt");
        let ways = super::routes::ways(self, written);
        let web = written.web.listen.as_ref().and_then(|listen| {
            let address = listen.get_ref().parse().ok();
            if address.is_none() {
                self.complain(
                    listen.span(),
                    "config.address",
                    "Keine gültige Adresse.",
                    "Zum Beispiel listen = \"127.0.0.1:8420\".",
                );
            }
            address
        });
        let mut people: Vec<Person> =
            written.person.iter().map(|p| self.person(p, &department_ids)).collect();
        let applications = written.application.iter().map(|p| self.person(p, &department_ids));
        people.extend(applications.map(|program| Person { application: true, ..program }));
        self.unique(written.person.iter().chain(&written.application).map(|p| &p.id));
        Pipeline {
            tenant: self.id(&written.town.id),
            town: written.town.name.clone(),
            ways,
            circles,
            departments,
            central: written.town.central.get_ref().clone(),
            stations,
            targets,
            decide: super::routes::decide(self, &written.decide),
            ledger: self.ledger(written),
            vault: super::vault::place(self, written),
            vault_key_file: written.vault_key_file.as_ref().map(|file| self.secret(file)),
            classifiers: self.path(&written.classifiers),
            procedure: super::record::procedure(self, &written.procedure),
            sample: super::record::sample(self, &written.sample),
            retention: super::record::retention(&written.retention),
            malware: written.malware.as_ref().and_then(|m| super::malware::malware(self, m)),
            sheets: written
                .sheets
                .as_ref()
                .map(|s| SheetSettings { key_file: self.secret(&s.key_file), strict: s.strict }),
            seal: written.seal.as_ref().and_then(|s| super::seal::seal(self, s)),
            web,
            desk: self.desk(&written.web, web),
            people,
            organisation: self.organisation(written),
            workers: written
                .workers
                .or_else(|| std::thread::available_parallelism().ok())
                .map_or(1, NonZeroUsize::get),
            base: self.base.to_owned(),
            hash: ContentHash::of(self.text.as_bytes()),
            text: self.text.to_owned(),
        }
    }

    fn person(&mut self, written: &file::Person, departments: &[&str]) -> Person {
        for department in &written.departments {
            self.known(department, departments, "Amt");
        }
        let left = written.left.as_ref().and_then(|day| {
            let date = day.get_ref().parse().ok();
            if date.is_none() {
                self.complain(day.span(), "config.date", "Kein Datum.", "JJJJ-MM-TT schreiben.");
            }
            date
        });
        Person {
            left,
            id: self.id(&written.id),
            name: written.name.clone(),
            roles: written.roles.clone(),
            departments: written.departments.iter().map(|d| d.get_ref().clone()).collect(),
            application: false,
        }
    }

    /// Passwords and letters cross no network in the clear.
    fn desk(&mut self, written: &file::Web, listen: Option<SocketAddr>) -> DeskSettings {
        let secure = written.url.as_ref().is_some_and(|url| url.get_ref().starts_with("https://"));
        if let (Some(place), Some(address), false) = (&written.listen, listen, secure)
            && !address.ip().is_loopback()
        {
            self.complain(
                place.span(),
                "config.web_plain",
                "Ohne TLS sind die Seiten nur auf diesem Rechner zu erreichen.",
                "listen = \"127.0.0.1:8420\" hinter einem Proxy mit TLS, und dessen Adresse als url = \"https://…\".",
            );
        }
        let mut watchers = Vec::new();
        for watcher in &written.watchers {
            match watcher.get_ref().parse() {
                Ok(address) => watchers.push(address),
                Err(_) => self.complain(
                    watcher.span(),
                    "config.watcher",
                    "Keine IP-Adresse.",
                    "Zum Beispiel watchers = [\"10.0.0.7\"]: der Rechner, auf dem Prometheus läuft.",
                ),
            }
        }
        DeskSettings {
            secure,
            watchers,
            idle: Duration::from_secs(60 * written.idle_minutes.map_or(30, |m| u64::from(m.get()))),
            keys: self.keys(written),
            undo: Duration::from_secs(u64::from(written.undo_seconds.unwrap_or(60))),
            openid: super::sign_on::openid(self, written, listen),
            directory: super::sign_on::directory(self, written),
        }
    }

    /// Ids are lower-case ASCII words: they stand in file names, addresses and rules.
    pub(super) fn id(&mut self, id: &Spanned<String>) -> String {
        let text = id.get_ref();
        let fine = text.starts_with(|c: char| c.is_ascii_lowercase())
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'));
        if !fine {
            self.complain(
                id.span(),
                "config.id",
                format!("„{text}“ ist keine Kennung."),
                "Nur a-z, 0-9, _ und -, mit einem Buchstaben am Anfang.",
            );
        }
        text.clone()
    }

    pub(super) fn unique<'s>(&mut self, ids: impl Iterator<Item = &'s Spanned<String>>) {
        let mut seen = std::collections::HashSet::new();
        for id in ids {
            if !seen.insert(id.get_ref()) {
                self.complain(
                    id.span(),
                    "config.twice",
                    format!("„{}“ gibt es schon.", id.get_ref()),
                    "Eine andere Kennung wählen.",
                );
            }
        }
    }

    pub(super) fn known(&mut self, name: &Spanned<String>, known: &[&str], what: &str) {
        if known.contains(&name.get_ref().as_str()) {
            return;
        }
        let (hint, _) = near_or_all(name.get_ref(), known);
        self.complain(
            name.span(),
            "config.unknown_name",
            format!("{what} „{}“ ist nicht bekannt.", name.get_ref()),
            hint,
        );
    }
}

/// What to write instead: the name that is meant, if one is near, else all there are.
pub(super) fn near_or_all<'k>(name: &str, known: &[&'k str]) -> (String, Option<&'k str>) {
    // Letters that changed places count once; the shorter the word, the fewer mistakes make it another.
    let distance = |k: &&str| osa_distance(k, name);
    let near =
        known.iter().copied().min_by_key(distance).filter(|k| distance(k) <= (k.len() / 3).clamp(1, 3));
    let hint = match near {
        Some(near) => format!("Meinten Sie „{near}“?"),
        None => format!("Bekannt sind: {}.", known.join(", ")),
    };
    (hint, near)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[town]
id = "stadt"
name = "Stadt"
central = "poststelle"
[[department]]
id = "poststelle"
name = "Poststelle"
targets = ["aus"]
[[target]]
id = "aus"
type = "folder"
path = "out"
[[station]]
id = "a"
folder = "scans"
"#;

    /// Each case replaces a piece of a good file and names the codes expected, in order.
    #[test]
    fn every_mistake_is_named_at_its_place() {
        let check = |from: &str, to: &str, codes: &[&str]| {
            assert!(GOOD.contains(from));
            let text = GOOD.replacen(from, to, 1);
            let complaints = resolve(&text, "pipeline.toml", Path::new("/srv")).err().unwrap_or_default();
            let found: Vec<_> = complaints.iter().map(|c| c.code.as_str()).collect();
            assert_eq!(found, codes, "{to}\n{complaints:#?}");
        };
        check("scans", "scans", &[]);
        check("\"stadt\"", "\"Stadt Süd\"", &["config.id"]);
        check("[\"aus\"]", "[]", &["config.no_target"]);
        check("[\"aus\"]", "[\"asu\"]", &["config.unknown_name"]);
        check("\"folder\"", "\"ftp\"", &["config.target_type"]);
        check("path = \"out\"", "", &["config.missing_key"]);
        check("\"scans\"", "\"out/scans\"", &["config.folders_overlap"]);
        check("\"scans\"", "\"scans\"\nend_marker = \"ende\"", &["config.end_marker"]);
        let folders = |more: &str| format!("\"scans\"\nbatches = \"folders\"\n{more}");
        check("\"scans\"", &folders("end_marker = \"ende\""), &[]);
        check("\"scans\"", &folders("sidecar = \"index\""), &[]);
        check("\"scans\"", &folders("quiet_seconds = 30"), &[]);
        check("\"scans\"", &folders("quiet_seconds = 5"), &["config.folder_quiet"]);
        check("\"scans\"", &folders("recursive = true"), &["config.folders_recursive"]);
        check("\"scans\"", &folders("end_marker = \"ende\"\nlot_keys = [\"k\"]"), &["config.lots_only"]);
        check("central = \"poststelle\"", "central = \"postelle\"", &["config.unknown_name"]);
        check("name = \"Stadt\"", "nmae = \"Stadt\"", &["config.unknown_key"]);
        check("[[station]]", "[web]\nlisten = \"0.0.0.0:80\"\n[[station]]", &["config.web_plain"]);
        check(
            "[[station]]",
            "[[person]]\nid = \"p\"\nname = \"P\"\nroles = [\"department\"]\ndepartments = [\"poststele\"]\n[[station]]",
            &["config.unknown_name"],
        );
        check("[[station]]", "[decide]\nmin_lead = 2.0\n[[station]]", &["config.share"]);
        check(
            "name = \"Poststelle\"",
            "name = \"Poststelle\"\nsubstitute_after = 2",
            &["config.no_substitute"],
        );
        let circles = |stand_in: &str| {
            format!(
                "[[person]]\nid = \"chef\"\nname = \"C\"\nroles = [\"head\"]\n[[circle]]\nid = \"k\"\nmembers = [\"a\"]\n\
                 substitute = \"v\"\nsubstitute_after = 2\n[[circle]]\nid = \"v\"\nmembers = [{stand_in}]\n[[station]]"
            )
        };
        check("[[station]]", &circles("\"a\", \"b\""), &[]);
        check("[[station]]", &circles("\"a\", \"chef\""), &["config.circle_superior"]);
        check("[[station]]", &circles("\"b\""), &["config.circle_substitute"]);
        check("[[station]]", "[sample]\nnormal = 0.2\nhoch = 0.2\n[[station]]", &["config.sample_floor"]);
        check(
            "[[station]]",
            "[[profile]]\nid = \"p\"\nscan_mode = \"replacing\"\ndpi_min = 200\n[[station]]\nprofile = \"q\"",
            &["config.replacing_dpi", "config.unknown_name"],
        );
        check(
            "type = \"folder\"\npath = \"out\"",
            "type = \"mail\"\nhost = \"mail.example\"\nfrom = \"a@b\"\nto = [\"c@d\"]\nsecurity = \"plain\"",
            &["config.plain_mail"],
        );
    }

    #[test]
    fn every_mistake_of_a_target_is_named() {
        let check = |target: &str, codes: &[&str]| {
            let text = GOOD.replacen("type = \"folder\"\npath = \"out\"", target, 1);
            let complaints = resolve(&text, "pipeline.toml", Path::new("/srv")).err().unwrap_or_default();
            let found: Vec<_> = complaints.iter().map(|c| c.code.as_str()).collect();
            assert_eq!(found, codes, "{target}\n{complaints:#?}");
        };
        let folder = |more: &str| format!("type = \"folder\"\npath = \"out\"\n{more}");
        check(&folder("layout = \"xml\"\nfield = [{ name = \"S\", from = \"sender\" }]"), &[]);
        check(&folder("host = \"x\""), &["config.key_not_here"]);
        check(&folder("layout = \"yaml\""), &["config.word"]);
        check(&folder("layout = \"d3\""), &["config.preset_field"]);
        check(&folder("name = \"{{ kind }}\""), &["config.name_not_unique"]);
        check(&folder("trigger = \"{{ stem\""), &["config.template"]);
        check(&folder("field = [{ name = \"S\", from = \"absender\" }]"), &["config.field"]);
        check(&folder("field = [{ name = \"S\" }]"), &["config.field_source"]);
        check(
            &folder("field = [{ name = \"S\", value = \"a\", from = \"kind\" }]"),
            &["config.field_source"],
        );
        check("type = \"webdav\"\nurl = \"http://cloud.example/\"", &["config.plain_http"]);
        check("type = \"webdav\"\nurl = \"https://cloud.example/\"\nuser = \"p\"", &["config.login"]);
        check("type = \"webdav\"", &["config.missing_key"]);
        check(
            "type = \"sftp\"\nhost = \"-oProxyCommand=x\"\nuser = \"u\"\nkey_file = \"k\"\nknown_hosts_file = \"h\"\npath = \"/in\"",
            &["config.sftp"],
        );
    }

    #[test]
    fn a_complaint_points_with_a_caret() {
        let text = GOOD.replace("[\"aus\"]", "[\"asu\"]");
        let complaint = resolve(&text, "pipeline.toml", Path::new("/srv")).unwrap_err().remove(0).to_string();
        assert!(complaint.contains("pipeline.toml:9:12"), "{complaint}");
        assert!(complaint.contains("Meinten Sie „aus“?"), "{complaint}");
        assert!(complaint.contains("^^^^^"), "{complaint}");
    }

    #[test]
    fn the_shipped_configuration_is_accepted() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("pipeline.toml");
        if let Err(complaints) = super::super::load(&path) {
            panic!("{}", complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
    }
}
