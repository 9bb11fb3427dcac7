//! As written -> as used, all complaints at once. Pure.

use super::file::{self, File};
use super::{Complaint, Pipeline, copying_profile};
use crate::model::document::{Need, ScanMode};
use crate::model::hash::ContentHash;
use crate::model::limits::Limits;
use crate::model::sidecar::SidecarFormat;
use crate::model::town::{Circle, Decide, Department, Profile, Station, Target};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// TR-RESISCAN practice for replacing scan: at least 300 dpi.
const REPLACING_DPI_MIN: f32 = 300.0;

pub(super) struct Check<'a> {
    file: &'a str,
    pub(super) text: &'a str,
    base: &'a Path,
    complaints: Vec<Complaint>,
}

/// Resolves the text of a configuration; `file` names it in complaints, `base` is its folder.
pub fn resolve(text: &str, file: &str, base: &Path) -> Result<Pipeline, Vec<Complaint>> {
    let mut check = Check { file, text, base, complaints: Vec::new() };
    let written: File = match toml::from_str(text) {
        Ok(written) => written,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            check.complain(
                span,
                "config.syntax",
                error.message().to_owned(),
                "Schreibweise und Namen prüfen; Beispiele stehen in pipeline.toml.",
            );
            return Err(check.complaints);
        }
    };
    let pipeline = check.pipeline(&written);
    if check.complaints.is_empty() { Ok(pipeline) } else { Err(check.complaints) }
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

    fn pipeline(&mut self, written: &File) -> Pipeline {
        let targets: Vec<Target> = written.target.iter().filter_map(|t| self.target(t)).collect();
        self.keys_of_targets(written);
        let circles: Vec<Circle> = written
            .circle
            .iter()
            .map(|c| Circle { id: self.id(&c.id), members: c.members.clone() })
            .collect();
        let target_ids: Vec<&str> = written.target.iter().map(|t| t.id.get_ref().as_str()).collect();
        let department_ids: Vec<&str> = written.department.iter().map(|d| d.id.get_ref().as_str()).collect();
        let circle_ids: Vec<&str> = written.circle.iter().map(|c| c.id.get_ref().as_str()).collect();
        let departments = written
            .department
            .iter()
            .map(|d| {
                if d.targets.is_empty() {
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
                Department {
                    id: self.id(&d.id),
                    name: d.name.clone(),
                    targets: d.targets.iter().map(|t| t.get_ref().clone()).collect(),
                    substitute: d.substitute.as_ref().map(|s| s.get_ref().clone()),
                }
            })
            .collect();
        let mut profiles = vec![copying_profile()];
        for profile in &written.profile {
            let resolved = self.profile(profile);
            profiles.push(resolved);
        }
        let stations: Vec<Station> = written
            .station
            .iter()
            .map(|s| self.station(s, &profiles, &department_ids, &circle_ids))
            .collect();
        self.unique(written.department.iter().map(|d| &d.id));
        self.unique(written.target.iter().map(|t| &t.id));
        self.unique(written.station.iter().map(|s| &s.id));
        self.unique(written.profile.iter().map(|p| &p.id));
        self.apart(written, &stations);
        self.known(&written.town.central, &department_ids, "Amt");
        for pattern in &written.town.own_references {
            if let Err(error) = regex::Regex::new(pattern.get_ref()) {
                self.complain(
                    pattern.span(),
                    "config.pattern",
                    format!("Kein gültiges Suchmuster: {error}"),
                    "Regulären Ausdruck berichtigen.",
                );
            }
        }
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
        Pipeline {
            tenant: self.id(&written.town.id),
            town: written.town.name.clone(),
            own_references: written.town.own_references.iter().map(|p| p.get_ref().clone()).collect(),
            circles,
            departments,
            central: written.town.central.get_ref().clone(),
            stations,
            targets,
            decide: self.decide(&written.decide),
            ledger: self.path(&written.ledger),
            vault: self.path(&written.vault),
            classifiers: self.path(&written.classifiers),
            web,
            workers: written
                .workers
                .unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
            hash: ContentHash::of(self.text.as_bytes()),
            text: self.text.to_owned(),
        }
    }

    fn decide(&mut self, written: &file::Decide) -> Decide {
        let default = Decide::default();
        let mut share = |value: &Option<Spanned<f32>>, default: f32| match value {
            Some(v) if (0.0..=1.0).contains(v.get_ref()) => *v.get_ref(),
            Some(v) => {
                self.complain(
                    v.span(),
                    "config.share",
                    "Der Wert muss zwischen 0 und 1 liegen.",
                    "Zum Beispiel 0.9.",
                );
                default
            }
            None => default,
        };
        Decide {
            min_confidence: share(&written.min_confidence, default.min_confidence),
            min_lead: share(&written.min_lead, default.min_lead),
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

    fn unique<'s>(&mut self, ids: impl Iterator<Item = &'s Spanned<String>>) {
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

    fn known(&mut self, name: &Spanned<String>, known: &[&str], what: &str) {
        if known.contains(&name.get_ref().as_str()) {
            return;
        }
        let near = known.iter().min_by_key(|k| distance(k, name.get_ref())).copied();
        let hint = match near.filter(|k| distance(k, name.get_ref()) <= 3) {
            Some(near) => format!("Meinten Sie „{near}“?"),
            None => format!("Bekannt sind: {}.", known.join(", ")),
        };
        self.complain(
            name.span(),
            "config.unknown_name",
            format!("{what} „{}“ ist nicht bekannt.", name.get_ref()),
            hint,
        );
    }

    fn profile(&mut self, written: &file::Profile) -> Profile {
        let default = copying_profile();
        let replacing = written.scan_mode == ScanMode::Replacing;
        let dpi_min = written
            .dpi_min
            .as_ref()
            .map_or(if replacing { REPLACING_DPI_MIN } else { default.dpi_min }, |d| *d.get_ref());
        if replacing && dpi_min < REPLACING_DPI_MIN {
            let span = written.dpi_min.as_ref().map_or(written.id.span(), Spanned::span);
            self.complain(
                span,
                "config.replacing_dpi",
                "Ersetzendes Scannen verlangt mindestens 300 dpi.",
                "dpi_min = 300 setzen oder scan_mode = \"copying\".",
            );
        }
        let limits = Limits {
            page_pixels_max: written
                .limits
                .page_megapixels_max
                .map_or(default.limits.page_pixels_max, |m| m.saturating_mul(1_000_000)),
            pages_max: written.limits.pages_max.unwrap_or(default.limits.pages_max),
            page_seconds_max: written.limits.page_seconds_max.unwrap_or(default.limits.page_seconds_max),
            engine_bytes_max: written
                .limits
                .engine_megabytes_max
                .map_or(default.limits.engine_bytes_max, |m| m.saturating_mul(1 << 20)),
            ..default.limits
        };
        Profile {
            id: self.id(&written.id),
            scan_mode: written.scan_mode,
            languages: written.languages.clone().unwrap_or(default.languages),
            dpi_min,
            duplex: written.duplex,
            suppress_blank: written.suppress_blank.unwrap_or(true),
            blank_separates: written.blank_separates,
            pages_per_document: written.pages_per_document,
            confidentiality: written.confidentiality,
            limits,
        }
    }

    fn station(
        &mut self,
        written: &file::Station,
        profiles: &[Profile],
        departments: &[&str],
        circles: &[&str],
    ) -> Station {
        let names: Vec<&str> = profiles.iter().map(|p| p.id.as_str()).collect();
        let profile = written.profile.as_ref().and_then(|name| {
            self.known(name, &names, "Profil");
            profiles.iter().find(|p| p.id == *name.get_ref()).cloned()
        });
        let profile = profile.unwrap_or_else(copying_profile);
        if let Some(department) = &written.default_department {
            self.known(department, departments, "Amt");
        }
        if let Some(circle) = &written.circle {
            self.known(circle, circles, "Vertrauenskreis");
        }
        for pattern in &written.ignore {
            if globset::Glob::new(pattern.get_ref()).is_err() {
                self.complain(
                    pattern.span(),
                    "config.pattern",
                    "Kein gültiges Dateimuster.",
                    "Zum Beispiel \"*.bak\".",
                );
            }
        }
        if let (Some(hours), true) = (&written.keep_done_hours, profile.confidentiality >= Need::Hoch) {
            self.complain(
                hours.span(),
                "config.done_confidential",
                "Bei hoher Vertraulichkeit bleiben keine Kopien im Scanordner.",
                "keep_done_hours entfernen.",
            );
        }
        if let (Some(sidecar), true) = (&written.sidecar, written.recursive) {
            self.complain(
                sidecar.span(),
                "config.sidecar_recursive",
                "Begleitdateien werden nur im Scanordner selbst gesucht, nicht in Unterordnern.",
                "recursive entfernen.",
            );
        }
        if let (Some(key), true) = (written.lot_keys.first(), written.sidecar.is_some() || written.recursive)
        {
            self.complain(
                key.span(),
                "config.lots_only",
                "Eine Station für Lose eines Dienstleisters nimmt nichts anderes.",
                "sidecar und recursive entfernen oder eine zweite Station anlegen.",
            );
        }
        // What the manifest says about a file comes as its side-car.
        let sidecar = written.sidecar.as_ref().map(|s| *s.get_ref());
        let sidecar = sidecar.or((!written.lot_keys.is_empty()).then_some(SidecarFormat::Json));
        Station {
            id: self.id(&written.id),
            folder: self.path(written.folder.get_ref()),
            recursive: written.recursive,
            profile,
            scanner: written.scanner.clone(),
            circle: written.circle.as_ref().map(|c| c.get_ref().clone()),
            default_department: written.default_department.as_ref().map(|d| d.get_ref().clone()),
            ignore: written.ignore.iter().map(|p| p.get_ref().clone()).collect(),
            quiet: Duration::from_secs(written.quiet_seconds.unwrap_or(3)),
            poll: Duration::from_secs(written.poll_seconds.unwrap_or(10).max(1)),
            keep_done: written
                .keep_done_hours
                .as_ref()
                .map(|h| Duration::from_secs(h.get_ref().saturating_mul(3600))),
            sidecar,
            sidecar_wait: Duration::from_secs(written.sidecar_wait_seconds.unwrap_or(600)),
            lot_keys: written.lot_keys.iter().map(|k| self.path(k.get_ref())).collect(),
        }
    }

    /// No station inside another, none over ledger, vault or a target folder.
    fn apart(&mut self, written: &File, stations: &[Station]) {
        let own = [self.path(&written.ledger), self.path(&written.vault)];
        let outputs = written.target.iter().filter_map(|t| t.path.as_ref()).map(|p| self.base.join(p));
        let others: Vec<PathBuf> = own.into_iter().chain(outputs).collect();
        let touch = |a: &Path, b: &Path| a.starts_with(b) || b.starts_with(a);
        for (index, station) in stations.iter().enumerate() {
            let span = written.station[index].folder.span();
            if others.iter().any(|other| touch(other, &station.folder)) {
                self.complain(
                    span.clone(),
                    "config.folders_overlap",
                    "Der Scanordner überschneidet sich mit Journal, Tresor oder einem Zielordner.",
                    "Einen eigenen Ordner wählen.",
                );
            }
            if stations[..index].iter().any(|other| touch(&other.folder, &station.folder)) {
                self.complain(
                    span,
                    "config.folders_overlap",
                    "Der Scanordner überschneidet sich mit dem einer anderen Station.",
                    "Jeder Station einen eigenen Ordner geben.",
                );
            }
        }
    }
}

/// Levenshtein distance, for "did you mean".
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let cost = corner + usize::from(ca != *cb);
            corner = row[j + 1];
            row[j + 1] = cost.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
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
        check("central = \"poststelle\"", "central = \"postelle\"", &["config.unknown_name"]);
        check("name = \"Stadt\"", "nmae = \"Stadt\"", &["config.syntax"]);
        check("[[station]]", "[decide]\nmin_lead = 2.0\n[[station]]", &["config.share"]);
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
