//! Whether a station may scan what replaces paper: station, device, profile and program as one fingerprint, a chart
//! that passed with just these, and a person who released them (TR-03138 A.O.3, A.SC.6).

use crate::model::hash::ContentHash;
use crate::model::town::Station;

/// A chart was scanned; detail: fingerprint, `passed` or `failed`, SHA-256 of the scan.
pub const TESTED: &str = "station.tested";
/// A person released the station; detail: as of the test that passed.
pub const RELEASED: &str = "station.released";
/// A person released it without a chart; detail: fingerprint. Its paper stays.
pub const EMERGENCY: &str = "station.emergency";

/// The scan of a chart lies in the vault; detail: its hash.
pub const CHART: &str = "station.chart";

/// Under which name the log speaks of a station.
pub fn subject(station: &str) -> String {
    format!("station:{station}")
}

/// Everything a release is about: another scanner, profile, driver setting or program needs a new one.
pub fn fingerprint(station: &Station, version: &str) -> String {
    let all = format!("{}|{}|{:?}|{version}", station.id, station.scanner, station.profile);
    ContentHash::of(all.as_bytes()).hex()
}

/// What is known about a station's release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// A chart passed and a person released it.
    Released,
    /// A person released it without a chart: letters go on, their paper stays.
    Emergency,
    /// Released once, but something has changed since.
    Changed,
    /// Never.
    None,
}

impl Release {
    /// The state for a fingerprint, from the newest details of [`RELEASED`] and [`EMERGENCY`].
    pub fn of(released: Option<&str>, emergency: Option<&str>, fingerprint: &str) -> Self {
        let fits = |detail: Option<&str>| detail.is_some_and(|d| d.starts_with(fingerprint));
        if fits(released) {
            Self::Released
        } else if fits(emergency) {
            Self::Emergency
        } else if released.or(emergency).is_some() {
            Self::Changed
        } else {
            Self::None
        }
    }

    /// German.
    pub fn text(self) -> &'static str {
        match self {
            Self::Released => "freigegeben nach bestandener Testvorlage",
            Self::Emergency => "notfreigegeben ohne Testvorlage; Papier bleibt",
            Self::Changed => "nicht freigegeben: Profil, Gerät oder Programm haben sich seither geändert",
            Self::None => "nicht freigegeben",
        }
    }
}
