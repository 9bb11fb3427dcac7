//! The committed sample set. In: nothing. Out: its plans, which are fixed: every kind, every condition,
//! every format, three stations.
//!
//! - `allgemein`: the town's general station: single letters of all kinds, held and unknown mail, duplex
//!   with empty backs, stacks with Patch T and QR separators. Empty backs are to be suppressed.
//! - `rechnungen`: invoices and reminders, one stack with Patch T.
//! - `buergerbuero`: one-sided; an empty sheet separates letters.

use crate::codes::Separator;
use crate::plan::{FilePlan, LetterPlan};
use crate::store::Format;

/// Seed of the sample set.
pub const SEED: u64 = 2026;

/// Grey JPEG quality of the samples: as small as scanners' defaults.
const Q: u8 = 60;

type One = (&'static str, &'static str, Format, bool, &'static [&'static str]);

const J: Format = Format::Jpeg(Q);
const T: Format = Format::TiffG4;
const P: Format = Format::PdfG4;
const D: Format = Format::PdfDct(Q);

/// Single letters: station, kind, format, colour, conditions.
const SINGLES: &[One] = &[
    ("allgemein", "bauantrag", J, false, &[]),
    ("allgemein", "bauantrag", D, false, &["skew", "signed"]),
    ("allgemein", "bauantrag", P, false, &["turn180"]),
    ("allgemein", "hundesteuer", J, false, &["folded", "signed"]),
    ("allgemein", "hundesteuer", D, true, &["stamped"]),
    ("allgemein", "wohngeld", D, false, &["skew", "punched"]),
    ("allgemein", "wohngeld", P, false, &["signed", "noise"]),
    ("allgemein", "wohngeld", T, false, &["turn90"]),
    ("allgemein", "unterhaltsvorschuss", J, false, &["stamped", "signed"]),
    ("allgemein", "unterhaltsvorschuss", T, false, &["black_border"]),
    ("allgemein", "unterhaltsvorschuss", D, false, &["turn90", "folded"]),
    ("allgemein", "gewerbe", T, false, &["punched", "signed"]),
    ("allgemein", "gewerbe", J, false, &["uneven_light"]),
    ("allgemein", "gewerbe", D, false, &["skew", "show_through"]),
    ("allgemein", "bussgeld_einspruch", J, false, &["coffee", "signed"]),
    ("allgemein", "bussgeld_einspruch", P, false, &["stamped", "skew"]),
    ("allgemein", "bussgeld_einspruch", T, false, &[]),
    ("allgemein", "bewerbung", J, true, &["signed"]),
    ("allgemein", "bewerbung", T, false, &["signed"]),
    ("allgemein", "bewerbung", D, false, &["turn270", "signed"]),
    ("allgemein", "krankmeldung", J, false, &["skew", "folded"]),
    ("allgemein", "krankmeldung", T, false, &["noise"]),
    ("allgemein", "krankmeldung", D, false, &["noise", "signed"]),
    ("allgemein", "gericht", J, true, &["stamped", "signed"]),
    ("allgemein", "gericht", T, false, &["skew"]),
    ("allgemein", "gericht", D, false, &["show_through"]),
    ("allgemein", "kita", J, false, &["jpeg_low"]),
    ("allgemein", "kita", T, false, &["signed", "punched"]),
    ("allgemein", "kita", D, false, &["stamped", "punched"]),
    ("allgemein", "beschwerde", J, false, &["faint"]),
    ("allgemein", "beschwerde", T, false, &["skew", "black_border"]),
    ("allgemein", "beschwerde", D, false, &["signed", "uneven_light"]),
    ("allgemein", "werbung", J, true, &[]),
    ("allgemein", "werbung", T, false, &[]),
    ("allgemein", "werbung", D, true, &["skew"]),
    ("allgemein", "unbekannt", J, false, &["signed"]),
    ("allgemein", "unbekannt", T, false, &[]),
    ("allgemein", "unbekannt", P, false, &["turn180", "signed"]),
    ("allgemein", "unbekannt", J, false, &["skew", "coffee"]),
    ("allgemein", "hold.personal", J, false, &[]),
    ("allgemein", "hold.personal", T, false, &["stamped"]),
    ("allgemein", "hold.personalrat", T, false, &[]),
    ("allgemein", "hold.gleichstellung", P, false, &["skew"]),
    ("allgemein", "hold.angebot", J, false, &["stamped"]),
    ("allgemein", "hold.wahl", J, true, &[]),
    ("allgemein", "hold.gleichstellung", J, false, &["stamped", "signed"]),
    ("allgemein", "hold.personal", D, false, &["signed"]),
    ("allgemein", "hold.personalrat", P, false, &["turn180"]),
    ("allgemein", "hold.angebot", T, false, &[]),
    ("allgemein", "hold.wahl", T, false, &["stamped"]),
    ("rechnungen", "rechnung", D, false, &["stamped"]),
    ("rechnungen", "rechnung", T, false, &[]),
    ("rechnungen", "rechnung", D, false, &["skew", "faint"]),
    ("rechnungen", "rechnung", J, true, &["punched"]),
    ("rechnungen", "rechnung", T, false, &["turn180", "stamped"]),
    ("rechnungen", "rechnung", Format::TiffLzw, false, &[]),
    ("rechnungen", "mahnung", J, false, &["skew"]),
    ("rechnungen", "mahnung", T, false, &["stamped"]),
    ("rechnungen", "mahnung", P, false, &["noise"]),
    ("rechnungen", "rechnung", D, true, &["stamped", "folded"]),
    ("rechnungen", "rechnung", P, false, &["turn90"]),
    ("rechnungen", "mahnung", D, false, &["jpeg_low", "stamped"]),
    ("buergerbuero", "meldewesen", J, false, &["skew"]),
    ("buergerbuero", "meldewesen", T, false, &["signed"]),
    ("buergerbuero", "meldewesen", Format::Png, false, &["punched"]),
    ("buergerbuero", "standesamt", D, false, &["stamped", "signed"]),
    ("buergerbuero", "meldewesen", P, false, &["faint"]),
    ("buergerbuero", "standesamt", J, true, &["coffee", "folded"]),
    ("buergerbuero", "standesamt", Format::TiffDeflate, false, &["signed"]),
];

type Many =
    (&'static str, &'static str, Format, bool, Separator, &'static [(&'static str, &'static [&'static str])]);

/// Stacks: station, name, format, duplex, separator, letters.
const STACKS: &[Many] = &[
    (
        "allgemein",
        "stapel-patch",
        T,
        false,
        Separator::PatchT,
        &[
            ("kita", &[]),
            ("beschwerde", &["skew"]),
            ("wohngeld", &["stamped"]),
            ("unbekannt", &[]),
            ("hundesteuer", &["turn180"]),
        ],
    ),
    (
        "allgemein",
        "stapel-qr",
        P,
        true,
        Separator::Qr,
        &[
            ("bauantrag", &["signed"]),
            ("gericht", &["skew"]),
            ("gewerbe", &[]),
            ("krankmeldung", &["punched"]),
        ],
    ),
    (
        "allgemein",
        "stapel-grau",
        D,
        true,
        Separator::Qr,
        &[("bussgeld_einspruch", &["stamped"]), ("hundesteuer", &["skew"])],
    ),
    ("allgemein", "duplex-1", D, true, Separator::Nothing, &[("unterhaltsvorschuss", &["signed"])]),
    ("allgemein", "duplex-2", D, true, Separator::Nothing, &[("bewerbung", &["skew"])]),
    ("allgemein", "duplex-3", T, true, Separator::Nothing, &[("hold.personalrat", &[])]),
    (
        "rechnungen",
        "stapel",
        T,
        false,
        Separator::PatchT,
        &[
            ("rechnung", &[]),
            ("rechnung", &["stamped"]),
            ("mahnung", &["skew"]),
            ("rechnung", &["noise"]),
            ("rechnung", &["punched"]),
        ],
    ),
    (
        "rechnungen",
        "duplex",
        P,
        true,
        Separator::PatchT,
        &[("rechnung", &[]), ("rechnung", &["skew"]), ("mahnung", &["stamped"])],
    ),
    (
        "buergerbuero",
        "stapel-leer",
        T,
        false,
        Separator::Blank,
        &[
            ("meldewesen", &[]),
            ("standesamt", &["skew"]),
            ("meldewesen", &["stamped"]),
            ("standesamt", &[]),
            ("unbekannt", &[]),
        ],
    ),
    (
        "buergerbuero",
        "stapel-leer-2",
        P,
        false,
        Separator::Blank,
        &[("standesamt", &["signed"]), ("meldewesen", &["black_border"]), ("standesamt", &["punched"])],
    ),
];

/// The plans of the sample set.
pub fn plans() -> Vec<FilePlan> {
    let mut out = Vec::new();
    for (n, &(station, what, format, colour, conditions)) in SINGLES.iter().enumerate() {
        let letters = vec![LetterPlan { what, conditions: conditions.to_vec(), marked_back: false }];
        out.push(new(
            format!("{station}/{:03}-{}", n + 1, what.replace('.', "-")),
            out.len(),
            format,
            colour,
            false,
            Separator::Nothing,
            letters,
        ));
    }
    for &(station, name, format, duplex, separator, letters) in STACKS {
        let letters: Vec<LetterPlan> = letters
            .iter()
            .enumerate()
            .map(|(n, (what, conditions))| LetterPlan {
                what,
                conditions: conditions.to_vec(),
                marked_back: n == 0 && duplex,
            })
            .collect();
        out.push(new(format!("{station}/{name}"), out.len(), format, false, duplex, separator, letters));
    }
    out
}

fn new(
    name: String,
    index: usize,
    format: Format,
    colour: bool,
    duplex: bool,
    separator: Separator,
    letters: Vec<LetterPlan>,
) -> FilePlan {
    FilePlan {
        name,
        seed: SEED,
        index: index as u64,
        held_out: false,
        format,
        colour,
        duplex,
        separator,
        letters,
        wide: false,
    }
}
