//! `pipeline.toml` as written -> as used.
//!
//! In: a file. Out: a [`Pipeline`], or every complaint at once, each with line
//! and caret. Reading the file happens here; `file` and `resolve` are pure.

mod complaint;
mod file;
mod keys;
pub mod malware;
pub mod named;
pub mod organisation;
pub mod reach;
mod read;
mod record;
mod resolve;
mod routes;
mod schema;
mod seal;
pub mod secret;
mod sign_on;
mod stations;
mod substitutes;
mod systems;
mod targets;
mod vault;
pub mod written;

pub use complaint::Complaint;
pub use resolve::{organisation_of, resolve};
pub use routes::Ways;
pub use schema::schema;

use crate::batch::cover_sheet::SheetKey;
use crate::document::TownRules;
use crate::error::Error;
use crate::model::hash::ContentHash;
use crate::model::place::{Place, VaultPlace};
use crate::model::refusal::Refusal;
use crate::model::town::{
    Circle, Decide, Department, Organisation, Person, Procedure, Profile, ScannerSettings, SealSettings,
    SheetSettings, Station, Target,
};
use crate::vault::{Keys, Vault};
use jiff::civil::Date;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The configuration as the program uses it.
#[derive(Clone, Debug)]
pub struct Pipeline {
    /// Tenant id.
    pub tenant: String,
    /// Name of the town, for screens and records.
    pub town: String,
    /// What decides where mail goes.
    pub ways: Ways,
    /// Who may see what.
    pub circles: Vec<Circle>,
    /// Departments.
    pub departments: Vec<Department>,
    /// Department for what nobody recognises.
    pub central: String,
    /// Stations.
    pub stations: Vec<Station>,
    /// Targets.
    pub targets: Vec<Target>,
    /// When a decision is sure.
    pub decide: Decide,
    /// Where the ledger is.
    pub ledger: Place,
    /// Where the vault is.
    pub vault: VaultPlace,
    /// File with the keys of the vault, if it is encrypted.
    pub vault_key_file: Option<PathBuf>,
    /// Folder of the classifiers.
    pub classifiers: PathBuf,
    /// Where the staff page listens, if at all.
    pub web: Option<SocketAddr>,
    /// How the staff pages behave.
    pub desk: DeskSettings,
    /// Who signs on.
    pub people: Vec<Person>,
    /// Where the organisation chart comes from, if there is one.
    pub organisation: Option<Organisation>,
    /// The procedure records speak of.
    pub procedure: Procedure,
    /// How many documents are compared with the paper.
    pub sample: crate::record::sample::Plan,
    /// How long what is kept.
    pub retention: Retention,
    /// The virus scanner that sees every file before it is opened, if there is one.
    pub malware: Option<ScannerSettings>,
    /// How the town knows its own sheets, if it has a key for them.
    pub sheets: Option<SheetSettings>,
    /// With what the town seals, if it does.
    pub seal: Option<SealSettings>,
    /// Pages worked on at the same time.
    pub workers: usize,
    /// The folder that its relative paths start from.
    pub base: PathBuf,
    /// SHA-256 of the configuration text.
    pub hash: ContentHash,
    /// The text itself, for the ledger.
    pub text: String,
}

/// How long what is kept, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Paper, after hand-over.
    pub paper: u32,
    /// Our copy of a delivered letter, unless its kind says otherwise; `None`: for good.
    pub delivered: Option<u32>,
    /// Our copy of advertising that nobody gets.
    pub suppressed: u32,
    /// Files that could not be read, batches that were taken back; `None`: for good.
    pub rejected: Option<u32>,
    /// Who took something over in a department, once it is settled.
    pub staff: u32,
    /// Older backups, as the town keeps them.
    pub backup: u32,
}

/// How the staff pages behave.
#[derive(Clone, Debug, PartialEq)]
pub struct DeskSettings {
    /// People come through TLS: cookies are marked so.
    pub secure: bool,
    /// Other machines that may watch the service.
    pub watchers: Vec<IpAddr>,
    /// Whoever does nothing for so long signs on again.
    pub idle: Duration,
    /// A decision can be taken back for so long before anything leaves.
    pub undo: Duration,
    /// People sign on at this provider.
    pub openid: Option<crate::model::town::OpenId>,
    /// Keys of the review.
    pub keys: crate::model::town::ReviewKeys,
    /// Passwords are checked here, where a person has none of their own.
    pub directory: Option<crate::model::town::Directory>,
}

impl Pipeline {
    /// The secret with which the town marks its own sheets, if it has one.
    pub fn sheet_key(&self) -> Result<Option<SheetKey>, Error> {
        let Some(SheetSettings { key_file, .. }) = &self.sheets else { return Ok(None) };
        let key = SheetKey::new(&secret::read(key_file)?).ok_or_else(|| {
            let text = format!("Der Blattschlüssel in {} ist kürzer als 16 Zeichen.", key_file.display());
            Refusal::new("sheets.short_key", text, "Zum Beispiel: openssl rand -hex 32 > DATEI")
        })?;
        Ok(Some(key))
    }

    /// The vault under the town's keys, if it has some. Errors: a key that is wrong, or missing for what lies there.
    pub fn open_vault(&self) -> Result<Vault, Error> {
        Vault::open(&self.vault)?.under(self.vault_keys()?)
    }

    /// The same for reading only: nothing is made.
    pub fn read_vault(&self) -> Result<Vault, Error> {
        Vault::for_reading(&self.vault).under(self.vault_keys()?)
    }

    /// The keys of the vault, if it has some.
    pub fn vault_keys(&self) -> Result<Option<Keys>, Error> {
        Ok(self.vault_key_file.as_deref().map(Keys::read).transpose()?)
    }

    /// What decides about documents.
    pub fn town_rules(&self) -> TownRules {
        TownRules {
            decide: self.decide,
            departments: self.departments.iter().map(|d| d.id.clone()).collect(),
            central: self.central.clone(),
            circles: self.circles.iter().map(|c| c.id.clone()).collect(),
            own_references: self.ways.own_references.clone(),
            land: self.ways.land.clone(),
            desks: self.ways.desks.clone(),
            routes: self.ways.routes.clone(),
            redirects: self.ways.redirects.clone(),
        }
    }

    /// The person of that id.
    pub fn person(&self, id: &str) -> Option<&Person> {
        self.people.iter().find(|p| p.id == id)
    }

    /// Whether that person was here and is not any more.
    pub fn has_left(&self, id: &str) -> bool {
        self.person(id).is_some() && self.acting(id).is_none()
    }

    /// The person of that id, if they may sign on and act today.
    pub fn acting(&self, id: &str) -> Option<&Person> {
        self.person(id).filter(|p| p.acts_on(jiff::Zoned::now().date()))
    }

    /// The station of that id.
    pub fn station(&self, id: &str) -> Option<&Station> {
        self.stations.iter().find(|s| s.id == id)
    }

    /// Profile of a station; stations that do not exist are treated as copying.
    pub fn profile(&self, station: &str) -> Profile {
        self.station(station).map_or_else(copying_profile, |s| s.profile.clone())
    }

    /// Whether somebody of that name may act or scan: a town that has named people knows no others, one that has named
    /// nobody takes every name. Members of circles count: they may have no other role.
    pub fn names(&self, id: &str) -> bool {
        self.people.iter().all(|p| p.application)
            || self.person(id).is_some()
            || self.circles.iter().any(|circle| circle.members.iter().any(|m| m == id))
    }

    /// The department of that id.
    pub fn department(&self, id: &str) -> Option<&Department> {
        self.departments.iter().find(|d| d.id == id)
    }

    /// The department that does now what the one of that id does or did.
    pub fn goes_on(&self, id: &str) -> Option<&Department> {
        let department = self.department(id)?;
        match &department.successor {
            Some(successor) => self.department(successor),
            None => Some(department),
        }
    }
}

/// The profile of `process` without `--station`, and of stations that name none.
pub fn copying_profile() -> Profile {
    Profile {
        id: "copying".into(),
        scan_mode: crate::model::document::ScanMode::Copying,
        languages: vec!["deu".into()],
        dpi_min: 200.0,
        colour: crate::model::page::Colour::Bitonal,
        colour_reason: None,
        driver: None,
        device: Vec::new(),
        duplex: false,
        suppress_blank: true,
        blank_separates: false,
        pages_per_document: None,
        files: false,
        confidentiality: crate::model::document::Need::Normal,
        limits: crate::model::limits::Limits::default(),
    }
}

/// Where the configuration is: `--config`, `POSTSTELLE_CONFIG`, `./pipeline.toml`, `/etc/poststelle/pipeline.toml`.
pub fn find(option: Option<&Path>) -> PathBuf {
    let variable = std::env::var_os("POSTSTELLE_CONFIG").map(PathBuf::from);
    option.map(Path::to_owned).or(variable).unwrap_or_else(|| {
        let here = PathBuf::from("pipeline.toml");
        if here.is_file() { here } else { PathBuf::from("/etc/poststelle/pipeline.toml") }
    })
}

/// The folder that relative paths of a configuration file start from.
pub fn base(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    absolute.parent().unwrap_or(Path::new("/")).to_owned()
}

/// Reads and resolves a configuration file, with the organisation chart as it is today.
pub fn load(path: &Path) -> Result<Pipeline, Vec<Complaint>> {
    let text = text_of(path, jiff::Zoned::now().date())?;
    resolve(&text, &path.display().to_string(), &base(path))
}

/// The text of a configuration file, and what the organisation chart in force adds to it on that day.
pub fn text_of(path: &Path, day: Date) -> Result<String, Vec<Complaint>> {
    let file = read(path, "Mit --config den Pfad nennen oder pipeline.toml anlegen.")?;
    // A file that is no TOML is complained about by whoever resolves it.
    let table: toml::Table = file.parse().unwrap_or_default();
    let Some(settings) = table.get("organisation") else { return Ok(file) };
    let in_force = settings.get("in_force").and_then(|v| v.as_str()).unwrap_or(file::IN_FORCE);
    let in_force = base(path).join(in_force);
    // Before the first one is applied there is none.
    if !in_force.exists() {
        return Ok(file);
    }
    let rows = read(&in_force, "poststelle organisation --apply --by PERSON schreibt sie neu.")?;
    let own = organisation::Own::of(&file);
    let chart = organisation::Chart::read(&rows, &in_force.display().to_string(), &own)?;
    Ok(organisation::with(&file, &chart, day))
}

fn read(path: &Path, hint: &str) -> Result<String, Vec<Complaint>> {
    let unreadable = |e| Complaint::whole("config.unreadable", format!("{}: {e}", path.display()), hint);
    std::fs::read_to_string(path).map_err(|e| vec![unreadable(e)])
}

/// A station for tests: quiet time two seconds.
#[cfg(test)]
pub fn test_station(id: &str, folder: &Path) -> Station {
    Station {
        id: id.into(),
        folder: folder.into(),
        recursive: false,
        batches: crate::model::town::Batches::Files,
        end_marker: None,
        profile: copying_profile(),
        scanner: "test".into(),
        circle: None,
        default_department: None,
        urgent: false,
        ignore: vec![],
        quiet: Duration::from_secs(2),
        unfinished_wait: Duration::from_secs(600),
        poll: Duration::from_secs(1),
        keep_done: None,
        sidecar: None,
        sidecar_wait: Duration::ZERO,
        lot_keys: vec![],
    }
}
