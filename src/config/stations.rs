//! Stations and their profiles: as written -> as used.

use super::copying_profile;
use super::file::{self, File};
use super::resolve::Check;
use crate::model::document::{Need, ScanMode};
use crate::model::hash::ContentHash;
use crate::model::limits::Limits;
use crate::model::page::Colour;
use crate::model::sidecar::SidecarFormat;
use crate::model::town::{Batches, Profile, Station};
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};
use std::time::Duration;
use toml::Spanned;

/// TR-RESISCAN practice for replacing scan: at least 300 dpi.
const REPLACING_DPI_MIN: f32 = 300.0;
/// Scanners on slow shares pause for minutes in the middle of a file; after ten nothing more comes.
const UNFINISHED_WAIT_SECONDS: u64 = 600;
/// A folder without any mark of its end stands still at least this long: a short pause must not divide a batch.
const FOLDER_QUIET_SECONDS: u64 = 30;

impl Check<'_> {
    /// `keyed`: the town has a key for its own sheets.
    pub(super) fn profile(&mut self, written: &file::Profile, keyed: bool) -> Profile {
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
        let colour = written.colour.as_ref().map(|c| *c.get_ref());
        let colour = colour.unwrap_or(if replacing { Colour::Colour } else { Colour::Bitonal });
        if let (Some(place), true) = (&written.colour, replacing && colour != Colour::Colour)
            && written.colour_reason.as_ref().is_none_or(|reason| reason.trim().is_empty())
        {
            self.complain(
                place.span(),
                "config.replacing_colour",
                "Ersetzendes Scannen verlangt Farbe, wenn die bildliche Übereinstimmung gefordert ist.",
                "colour = \"colour\" setzen, oder mit colour_reason sagen, warum der Inhalt allein genügt.",
            );
        }
        if let Some(hash) =
            written.driver_sha256.as_ref().filter(|h| ContentHash::from_hex(h.get_ref()).is_none())
        {
            self.complain(
                hash.span(),
                "config.hash",
                "Das ist kein SHA-256.",
                "64 kleine Hexziffern: sha256sum über die gesicherten Treibereinstellungen.",
            );
        }
        let files = self.old_files(written, written.duplex.unwrap_or(replacing), keyed);
        let limits = Limits {
            page_pixels_max: written
                .limits
                .page_megapixels_max
                .map_or(default.limits.page_pixels_max, |m| m.get().saturating_mul(1_000_000)),
            pages_max: written.limits.pages_max.map_or(default.limits.pages_max, NonZeroU32::get),
            page_seconds_max: written
                .limits
                .page_seconds_max
                .map_or(default.limits.page_seconds_max, NonZeroU32::get),
            engine_bytes_max: written
                .limits
                .engine_megabytes_max
                .map_or(default.limits.engine_bytes_max, |m| m.get().saturating_mul(1 << 20)),
            ..default.limits
        };
        Profile {
            id: self.id(&written.id),
            scan_mode: written.scan_mode,
            languages: written.languages.clone().unwrap_or(default.languages),
            dpi_min,
            colour,
            colour_reason: written.colour_reason.clone(),
            driver: written.driver_sha256.as_ref().map(|h| h.get_ref().clone()),
            device: written.device.clone(),
            duplex: written.duplex.unwrap_or(replacing),
            suppress_blank: written.suppress_blank.unwrap_or(true),
            blank_separates: written.blank_separates,
            pages_per_document: written.pages_per_document.map(NonZeroU32::get),
            files,
            confidentiality: written.confidentiality,
            limits,
        }
    }

    /// Old files: covers need both sides, and only sheets cut.
    fn old_files(&mut self, written: &file::Profile, duplex: bool, keyed: bool) -> bool {
        let Some(files) = written.files.as_ref().filter(|f| *f.get_ref()) else { return false };
        if !duplex {
            self.complain(
                files.span(),
                "config.files_duplex",
                "Akten werden beidseitig gescannt: auf Rückseiten von Deckeln steht etwas.",
                "duplex = true setzen.",
            );
        }
        if !keyed {
            self.complain(
                files.span(),
                "config.files_key",
                "Ohne Schlüssel ist ein Aktenblatt der Stadt nicht von einem fremden zu unterscheiden.",
                "[sheets] mit key_file anlegen; die Blätter danach neu drucken.",
            );
        }
        if written.pages_per_document.is_some() || written.blank_separates {
            self.complain(
                files.span(),
                "config.files_cut",
                "Akten werden nur an den Blättern der Stadt getrennt.",
                "pages_per_document und blank_separates entfernen.",
            );
        }
        true
    }

    pub(super) fn station(
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
        self.folders(written);
        let others = written.sidecar.is_some() || written.recursive || written.batches.is_some();
        if let (Some(key), true) = (written.lot_keys.first(), others) {
            self.complain(
                key.span(),
                "config.lots_only",
                "Eine Station für Lose eines Dienstleisters nimmt nichts anderes.",
                "sidecar, recursive und batches entfernen oder eine zweite Station anlegen.",
            );
        }
        // What the manifest says about a file comes as its side-car.
        let sidecar = written.sidecar.as_ref().map(|s| *s.get_ref());
        let sidecar = sidecar.or((!written.lot_keys.is_empty()).then_some(SidecarFormat::Json));
        Station {
            id: self.id(&written.id),
            folder: self.path(written.folder.get_ref()),
            recursive: written.recursive,
            batches: written.batches.as_ref().map(|b| *b.get_ref()).unwrap_or_default(),
            end_marker: written.end_marker.as_ref().map(|m| m.get_ref().clone()),
            profile,
            scanner: written.scanner.clone(),
            circle: written.circle.as_ref().map(|c| c.get_ref().clone()),
            default_department: written.default_department.as_ref().map(|d| d.get_ref().clone()),
            urgent: written.urgent,
            ignore: written.ignore.iter().map(|p| p.get_ref().clone()).collect(),
            quiet: Duration::from_secs(written.quiet_seconds.unwrap_or(3)),
            unfinished_wait: Duration::from_secs(
                written.unfinished_wait_seconds.map_or(UNFINISHED_WAIT_SECONDS, NonZeroU64::get),
            ),
            poll: Duration::from_secs(written.poll_seconds.map_or(10, NonZeroU64::get)),
            keep_done: written
                .keep_done_hours
                .as_ref()
                .map(|h| Duration::from_secs(h.get_ref().saturating_mul(3600))),
            sidecar,
            sidecar_wait: Duration::from_secs(written.sidecar_wait_seconds.unwrap_or(600)),
            lot_keys: written.lot_keys.iter().map(|k| self.path(k.get_ref())).collect(),
        }
    }

    /// Sub-folders that are batches: it must be clear when one is complete.
    fn folders(&mut self, written: &file::Station) {
        let folders = written.batches.as_ref().filter(|b| *b.get_ref() == Batches::Folders);
        match (folders, &written.end_marker) {
            (None, Some(marker)) => self.complain(
                marker.span(),
                "config.end_marker",
                "Ein Endzeichen gibt es nur, wo Ordner die Stapel sind.",
                "batches = \"folders\" setzen oder end_marker entfernen.",
            ),
            (Some(batches), _) if written.recursive => self.complain(
                batches.span(),
                "config.folders_recursive",
                "Unterordner sind entweder Stapel oder werden nach einzelnen Scans durchsucht.",
                "recursive oder batches entfernen.",
            ),
            (Some(batches), None)
                if written.sidecar.is_none()
                    && written.quiet_seconds.unwrap_or_default() < FOLDER_QUIET_SECONDS =>
            {
                self.complain(
                    batches.span(),
                    "config.folder_quiet",
                    "Niemand sagt, wann ein Ordner vollständig ist; eine Pause beim Scannen würde ihn teilen.",
                    "sidecar oder end_marker setzen, sonst quiet_seconds = 30 oder mehr.",
                );
            }
            _ => {}
        }
    }

    /// No station inside another, none over ledger, vault or a target folder; no target folder over ledger or vault.
    pub(super) fn apart(&mut self, written: &File, stations: &[Station]) {
        let ledger = self.ledger(written).file().map(Path::to_owned);
        let vault = super::vault::place(self, written).local().to_owned();
        let own = ledger.iter().cloned().chain([vault.clone()]);
        let outputs = written.target.iter().filter_map(|t| t.path.as_ref()).map(|p| self.path(p));
        let others: Vec<PathBuf> = own.chain(outputs).collect();
        let touch = |a: &Path, b: &Path| a.starts_with(b) || b.starts_with(a);
        for target in &written.target {
            let Some(path) = target.path.as_ref().map(|path| self.path(path)) else { continue };
            // A folder beside the ledger is one of its own; the ledger's own folder is not.
            if touch(&path, &vault) || ledger.as_ref().is_some_and(|ledger| ledger.starts_with(&path)) {
                self.complain(
                    target.id.span(),
                    "config.folders_overlap",
                    "Der Zielordner überschneidet sich mit Journal oder Tresor.",
                    "Einen eigenen Ordner wählen.",
                );
            }
        }
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
