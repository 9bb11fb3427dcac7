//! Wordings. In: nothing. Out: for every kind of mail several independent scripts. A script is a list of
//! slots, a slot a list of alternatives, an alternative a sentence in the language of [`crate::facts`].
//!
//! A slot's text may hold several lines; a line beginning with
//! `# ` is a heading, `- ` a list item, `= label : value` a row of a form, `* ` and `o ` a crossed and an
//! empty box, `@items` a priced table, `@data` number, dates and customer of an invoice, `@tariff` a table of dates and amounts, `@page` a new page.
//! An empty alternative leaves the slot out.

mod bauantrag;
mod beschwerde;
mod bewerbung;
mod bussgeld_einspruch;
mod gericht;
mod gewerbe;
mod hold;
mod hundesteuer;
mod kita;
mod krankmeldung;
mod mahnung;
mod meldewesen;
mod rechnung;
mod standesamt;
mod unbekannt;
mod unterhaltsvorschuss;
mod werbung;
mod wohngeld;

/// Who writes.
#[derive(Clone, Copy)]
pub enum From {
    /// A person.
    Private,
    /// An invented firm.
    Firm,
    /// One of these authorities, clubs, chambers.
    Named(&'static [&'static str]),
}

/// What the paper is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A letter.
    Letter,
    /// A form with boxes; the subject is its title.
    Form,
    /// A leaflet with large headlines.
    Flyer,
    /// The front of a closed envelope.
    Envelope,
}

/// One way to write a letter of a kind.
pub struct Script {
    /// Only for seeds of the held-out range.
    pub held_out: bool,
    /// Not for the committed samples.
    pub wide: bool,
    /// Who writes.
    pub from: From,
    /// What the paper is.
    pub shape: Shape,
    /// Lines above the recipient (`Persönlich`), usually none.
    pub mark: &'static [&'static str],
    /// Recipient instead of the office, usually none; lines split at `|`.
    pub to: &'static [&'static str],
    /// Alternatives for the subject.
    pub subject: &'static [&'static str],
    /// The text.
    pub slots: &'static [&'static [&'static str]],
    /// Enclosures named under the letter; alternatives.
    pub enclosures: &'static [&'static str],
    /// An enclosure on pages of its own; half of the letters have it.
    pub annex: &'static [&'static [&'static str]],
}

/// A plain letter, to be changed by `..LETTER`.
pub const LETTER: Script = Script {
    held_out: false,
    wide: false,
    from: From::Private,
    shape: Shape::Letter,
    mark: &[],
    to: &[],
    subject: &[],
    slots: &[],
    enclosures: &[],
    annex: &[],
};

/// The scripts of a kind or hold code; only held-out ones or only the others, and the wide ones if wished.
pub fn scripts(kind: &str, held_out: bool, wide: bool) -> Vec<&'static Script> {
    let all: &[Script] = match kind {
        "rechnung" => rechnung::SCRIPTS,
        "mahnung" => mahnung::SCRIPTS,
        "bauantrag" => bauantrag::SCRIPTS,
        "hundesteuer" => hundesteuer::SCRIPTS,
        "wohngeld" => wohngeld::SCRIPTS,
        "unterhaltsvorschuss" => unterhaltsvorschuss::SCRIPTS,
        "gewerbe" => gewerbe::SCRIPTS,
        "bussgeld_einspruch" => bussgeld_einspruch::SCRIPTS,
        "bewerbung" => bewerbung::SCRIPTS,
        "krankmeldung" => krankmeldung::SCRIPTS,
        "gericht" => gericht::SCRIPTS,
        "meldewesen" => meldewesen::SCRIPTS,
        "standesamt" => standesamt::SCRIPTS,
        "kita" => kita::SCRIPTS,
        "beschwerde" => beschwerde::SCRIPTS,
        "werbung" => werbung::SCRIPTS,
        "hold.personal" => hold::PERSONAL,
        "hold.personalrat" => hold::PERSONALRAT,
        "hold.gleichstellung" => hold::GLEICHSTELLUNG,
        "hold.angebot" => hold::ANGEBOT,
        "hold.wahl" => hold::WAHL,
        "hold.datenschutz" => hold::DATENSCHUTZ,
        "hold.schwerbehinderung" => hold::SCHWERBEHINDERUNG,
        _ => unbekannt::SCRIPTS,
    };
    all.iter().filter(|s| s.held_out == held_out && (wide || !s.wide)).collect()
}
