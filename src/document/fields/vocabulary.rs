//! What labels are called. Spellings are brought to one form first ("Rechnungs-Nr.", "Rechnungsnummer" and "Rg.-Nr."
//! are all `rechnung nr`), so that the lists stay short.
//!
//! In: words of a row. Out: the longest label they begin with.

use super::labels::Label;
use super::rows::Placed;
use crate::document::text::folded;

/// What references are called, with or without "Ihr" and "Unser".
const SIGNS: &[&str] = &[
    "zeichen",
    "az",
    "gz",
    "ref",
    "ref nr",
    "vorgang",
    "vorgang nr",
    "geschaft nr",
    "akten nr",
    "akte",
    "aktz nr",
    "fall nr",
    "bearbeitung nr",
    "schaden nr",
    "schaden",
    "mandat nr",
    "register nr",
    "sache",
    "verfahren nr",
    "versicherungsschein nr",
    "vorgangszeichen",
    "ordnungsmerkmal",
    "diktatzeichen",
    "gesch z",
    "geschaft z",
    "ordnungszeichen",
    "sachzeichen",
    "dossier nr",
    "ticket nr",
    "uvz nr",
    "ur nr",
    "urkunde nr",
    "tagebuch nr",
    "journal nr",
    "reg nr",
    "dok nr",
];
/// Signs that alone say too little.
const VAGUE: &[&str] = &["zeichen", "akte", "sache", "schaden", "vorgang", "register nr"];
/// Sign and letter under one label: "Ihr Zeichen/Ihre Nachricht".
const BOTH: &[&str] =
    &["nachricht zeichen", "zeichen nachricht", "zeichen und nachricht", "zeichen schreiben"];
/// References that only the town gives.
const TOWN: &[&str] = &[
    "kassenzeichen",
    "kassen zeichen",
    "kassenz",
    "buchungszeichen",
    "wohngeld nr",
    "personal nr",
    "register nr",
    "antrag nr",
    "bescheid nr",
    "wg nr",
    "kassenkonto",
    "abgaben nr",
    "pk nr",
    "verwarnung nr",
    "kennziffer",
    "bauantrag nr",
    "betrieb nr",
    "bussgeldbescheid nr",
    "wohngeldstelle nr",
    "personenkonto",
    "objekt nr",
    "finanzadresse",
    "veranlagung nr",
    "hundesteuer nr",
    "verwarnungsgeld nr",
];
/// Labels in their one form. Where one is the beginning of another, the longer one counts.
const LABELS: &[(&str, Label)] = &[
    ("bei antwort bitte angeben", Label::Reference),
    ("bitte bei antwort angeben", Label::Reference),
    ("bitte stets angeben", Label::Reference),
    ("bei ruckfragen bitte angeben", Label::Reference),
    ("bitte bei ruckfragen angeben", Label::Reference),
    ("bei schriftwechsel bitte angeben", Label::Reference),
    ("bei zahlung bitte angeben", Label::Reference),
    ("bitte bei zahlung angeben", Label::Reference),
    ("bitte immer angeben", Label::Reference),
    ("datum", Label::Date),
    ("datum date", Label::Date),
    ("unser datum", Label::Date),
    ("tag", Label::Day),
    ("brief datum", Label::Date),
    ("druck datum", Label::Date),
    ("schreiben datum", Label::Date),
    ("erstellt am", Label::Date),
    ("erstellung datum", Label::Date),
    ("ausgestellt am", Label::Date),
    ("rechnung datum", Label::InvoiceDate),
    ("datum der rechnung", Label::InvoiceDate),
    ("ausstellung datum", Label::InvoiceDate),
    ("beleg datum", Label::InvoiceDate),
    ("dokument datum", Label::InvoiceDate),
    ("rechnung nr", Label::InvoiceNumber),
    ("rechnung nr rechnung nr", Label::InvoiceNumber),
    ("rechnung beleg nr", Label::InvoiceNumber),
    ("beleg nr", Label::InvoiceNumber),
    ("nr der rechnung", Label::InvoiceNumber),
    ("gutschrift nr", Label::InvoiceNumber),
    ("abrechnung nr", Label::InvoiceNumber),
    ("honorarnote nr", Label::InvoiceNumber),
    ("honorarrechnung nr", Label::InvoiceNumber),
    ("abschlagsrechnung nr", Label::InvoiceNumber),
    ("schlussrechnung nr", Label::InvoiceNumber),
    ("dokument nr", Label::InvoiceNumber),
    ("rechnung", Label::Invoice),
    ("beleg", Label::Invoice),
    ("fallig", Label::Due),
    ("fallig am", Label::Due),
    ("fallig bis", Label::Due),
    ("fallig zum", Label::Due),
    ("falligkeit", Label::Due),
    ("falligkeit datum", Label::Due),
    ("falligkeitstermin", Label::Due),
    ("zahlbar", Label::Due),
    ("zahlbar bis", Label::Due),
    ("zahlbar am", Label::Due),
    ("zahlungsziel", Label::Due),
    ("zahlungsfrist", Label::Due),
    ("neue zahlungsfrist", Label::Due),
    ("zahlung erbeten bis", Label::Due),
    ("zahlungstermin", Label::Due),
    ("zahlung bis", Label::Due),
    ("zu zahlen bis", Label::Due),
    ("zahlungsbedingung", Label::Due),
    ("zahlungsbedingungen", Label::Due),
    ("antragsteller", Label::Person),
    ("antragstellerin", Label::Person),
    ("antragsteller in", Label::Person),
    ("antragstellende person", Label::Person),
    ("antragstellerin antragsteller", Label::Person),
    ("antragsteller antragstellerin", Label::Person),
    ("bauherr", Label::Person),
    ("bauherr in", Label::Person),
    ("bauherrin bauherr", Label::Person),
    ("bauherrschaft", Label::Person),
    ("name vorname", Label::Person),
    ("vorname name", Label::Person),
    ("vor und nachname", Label::Person),
    ("vor und familienname", Label::Person),
    ("vor und zuname", Label::Person),
    ("familienname vorname", Label::Person),
    ("nachname vorname", Label::Person),
    ("name des antragsteller", Label::Person),
    ("mutter vater", Label::Person),
    ("sorgeberechtigte", Label::Person),
    ("sorgeberechtigte r", Label::Person),
    ("sorgeberechtigte person", Label::Person),
    ("erziehungsberechtigte", Label::Person),
    ("erziehungsberechtigte r", Label::Person),
    ("antragstellender elternteil", Label::Person),
    ("betriebsinhaber", Label::Person),
    ("betriebsinhaber in", Label::Person),
    ("gewerbetreibende r", Label::Person),
    ("halter", Label::Person),
    ("halter in", Label::Person),
    ("halterin halter", Label::Person),
    ("hundehalter", Label::Person),
    ("hundehalter in", Label::Person),
    ("hundehalterin hundehalter", Label::Person),
    ("familienname", Label::FamilyName),
    ("nachname", Label::FamilyName),
    ("zuname", Label::FamilyName),
    ("vorname", Label::GivenName),
    ("vornamen", Label::GivenName),
    ("name", Label::Name),
    ("bearbeiter in", Label::Other),
    ("bearbeiter", Label::Other),
    ("bearbeitet von", Label::Other),
    ("sachbearbeiter", Label::Other),
    ("sachbearbeiter in", Label::Other),
    ("sachbearbeitung", Label::Other),
    ("sachbearb", Label::Other),
    ("ansprechpartner", Label::Other),
    ("ansprechpartner in", Label::Other),
    ("ansprechpartnerin", Label::Other),
    ("ansprechperson", Label::Other),
    ("auskunft erteilt", Label::Other),
    ("es schreibt ihnen", Label::Other),
    ("kontakt", Label::Other),
    ("telefon", Label::Other),
    ("telefon nr", Label::Other),
    ("telefon durchwahl", Label::Other),
    ("ruf nr", Label::Other),
    ("tel", Label::Other),
    ("fon", Label::Other),
    ("mobil", Label::Other),
    ("telefax", Label::Other),
    ("fax", Label::Other),
    ("durchwahl", Label::Other),
    ("e mail", Label::Other),
    ("email", Label::Other),
    ("e mail adresse", Label::Other),
    ("mail", Label::Other),
    ("internet", Label::Other),
    ("zimmer", Label::Other),
    ("raum", Label::Other),
    ("abteilung", Label::Other),
    ("filiale", Label::Other),
    ("sprechzeiten", Label::Other),
    ("seite", Label::Other),
    ("blatt", Label::Other),
    ("debitor", Label::Other),
    ("vertragskonto", Label::Other),
    ("bestell nr", Label::Order),
    ("bestellung nr", Label::Order),
    ("auftrag nr", Label::Order),
    ("bestellung", Label::Other),
    ("auftrag", Label::Other),
    ("projekt", Label::Other),
    ("objekt", Label::Other),
    ("kostenstelle", Label::Other),
    ("lieferschein", Label::Other),
    ("leistungszeitraum", Label::Other),
    ("abrechnungszeitraum", Label::Other),
    ("lieferzeitraum", Label::Other),
    ("liefertermin", Label::Other),
    ("anschrift", Label::Other),
    ("betrag", Label::Other),
    ("betrag eur", Label::Other),
    ("vom", Label::Other),
    ("steuer nr", Label::Other),
    ("ust id nr", Label::Other),
    ("ust id", Label::Other),
];
/// Tokens of the longest label.
const TOKENS: usize = 5;

/// A label at the beginning of some tokens.
pub struct Found {
    /// Which.
    pub label: Label,
    /// How many tokens it is.
    pub tokens: usize,
}

/// Words as tokens in one form, each with the index of its word.
pub fn tokens(words: &[Placed]) -> Vec<(String, usize)> {
    let mut tokens = Vec::new();
    for (index, word) in words.iter().enumerate() {
        for part in folded(&word.text).split(' ').filter(|p| !p.is_empty()) {
            one_form(part, &mut |token: &str| tokens.push((token.to_owned(), index)));
        }
    }
    tokens
}

/// The longest label that tokens begin with; it ends where a word ends.
pub fn find(tokens: &[(String, usize)]) -> Option<Found> {
    let most = TOKENS.min(tokens.len());
    (1..=most).rev().find_map(|count| {
        let ends = tokens.get(count).is_none_or(|next| next.1 != tokens[count - 1].1);
        let texts: Vec<&str> = tokens[..count].iter().map(|t| t.0.as_str()).collect();
        let label = meaning(&texts).filter(|_| ends)?;
        Some(Found { label, tokens: count })
    })
}

fn meaning(tokens: &[&str]) -> Option<Label> {
    let text = tokens.join(" ");
    let known = |list: &[&str], text: &str| list.iter().any(|l| alike(l, text));
    let rest = text.split_once(' ').map_or("", |r| r.1);
    match tokens[0] {
        "ihr" | "ihre" | "ihrem" | "ihrer" | "eur" | "euer" | "dein" if !rest.is_empty() => {
            if known(SIGNS, rest) || known(TOWN, rest) || BOTH.contains(&rest) {
                return Some(Label::OwnReference);
            }
            if ["bestellung", "bestell nr", "bestellung nr", "auftrag", "auftrag nr"].contains(&rest) {
                return Some(Label::Order);
            }
            return is_letter(rest).then_some(Label::Other);
        }
        "unser" | "unsere" | "unserem" | "unserer" | "mein" | "meine" | "meinem" if !rest.is_empty() => {
            if known(SIGNS, rest) {
                return Some(Label::Reference);
            }
            if rest == "datum" {
                return Some(Label::Date);
            }
            if rest == "rechnung nr" {
                return Some(Label::InvoiceNumber);
            }
            return is_letter(rest).then_some(Label::Other);
        }
        _ => {}
    }
    if known(TOWN, &text) {
        return Some(Label::OwnReference);
    }
    if known(SIGNS, &text) && !VAGUE.contains(&text.as_str()) {
        return Some(Label::FileNumber);
    }
    if let Some((_, label)) = LABELS.iter().find(|(l, _)| alike(l, &text)) {
        return Some(*label);
    }
    // A number or a date of something else.
    let of_something = matches!(tokens, [what, "nr" | "datum"] if what.len() > 1);
    of_something.then_some(Label::Other)
}

/// "Ihre Nachricht vom", "Unser Schreiben", "Ihre Bestellung".
fn is_letter(text: &str) -> bool {
    let what = text.strip_suffix(" vom").or_else(|| text.strip_suffix(" nr")).unwrap_or(text);
    [
        "nachricht",
        "schreiben",
        "brief",
        "mail",
        "e mail",
        "antrag",
        "kunden",
        "ansprechpartner",
        "ansprechpartnerin",
        "ansprechperson",
        "anfrage",
        "bescheid",
        "gesprach",
        "ust id",
    ]
    .contains(&what)
}

/// Equal, or one letter misread in a long label.
fn alike(label: &str, phrase: &str) -> bool {
    if label == phrase {
        return true;
    }
    label.len() >= 9
        && label.len().abs_diff(phrase.len()) <= 1
        && label.as_bytes().first() == phrase.as_bytes().first()
        && strsim::levenshtein(label, phrase) <= 1
}

/// One folded word in its one form: `rechnungsnummer` is `rechnung`, `nr`.
fn one_form(word: &str, add: &mut dyn FnMut(&str)) {
    for (ending, token) in [("nummer", "nr"), ("nr", "nr"), ("datum", "datum"), ("dat", "datum")] {
        if let Some(stem) = word.strip_suffix(ending).filter(|s| s.len() >= 2) {
            add(stem_form(stem));
            return add(token);
        }
    }
    // Long endings are known with one letter misread, too.
    if let Some((stem, ending)) = word.len().checked_sub(6).and_then(|at| word.split_at_checked(at))
        && stem.len() >= 4
        && strsim::levenshtein(ending, "nummer") == 1
    {
        add(stem_form(stem));
        return add("nr");
    }
    let form = match word {
        "nummer" | "no" | "num" | "nro" => "nr",
        "dat" => "datum",
        other => stem_form(other),
    };
    add(form);
}

fn stem_form(word: &str) -> &str {
    match word {
        "aktenzeichen" | "aktz" | "akz" | "aktenz" | "aktzeichen" => "az",
        "geschaftszeichen" | "geschaftsz" | "geschz" | "geschz." | "geschaftszch" => "gz",
        "zch" | "zchn" | "zeich" => "zeichen",
        "referenz" | "reference" | "referenzzeichen" => "ref",
        "rg" | "re" | "rechn" | "rech" | "rechnungs" | "faktura" | "fakt" | "invoice" | "rng" | "rgs" => {
            "rechnung"
        }
        "falligkeits" => "falligkeit",
        "vorg" => "vorgang",
        "kassenz" => "kassenzeichen",
        w if w.len() >= 6 && w.ends_with('s') => &w[..w.len() - 1],
        w => w,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::geometry::Box2;

    fn label(text: &str) -> Option<Label> {
        let word = |t: &str| Placed {
            text: t.into(),
            left: 0.0,
            right: 0.0,
            bounds: Box2::default(),
            confidence: 1.0,
        };
        let words: Vec<Placed> = text.split(' ').map(word).collect();
        let tokens = tokens(&words);
        find(&tokens).filter(|f| f.tokens == tokens.len()).map(|f| f.label)
    }

    #[test]
    fn labels_have_many_names() {
        for (names, meant) in [
            (
                "Rechnungs-Nr.|Rechnungsnummer:|Rg.-Nr.|RE-Nr.:|Rechnung Nr|Rechn.-Nr.|Beleg-Nr.|Belegnummer|Faktura-Nr.|Rechnungsnumner",
                Label::InvoiceNumber,
            ),
            ("Rechnungsdatum|Rg.-Datum|Belegdatum|Datum der Rechnung|Ausstellungsdatum", Label::InvoiceDate),
            ("Datum:|Briefdatum|Unser Datum|Erstellt am", Label::Date),
            (
                "Ihr Zeichen|Ihre Zeichen|Ihr Az.|Ihr Gz.|Ihr Geschäftszeichen|Ihre Referenz|Ihr Geschäftsz.|Ihre Vorgangsnummer|Kassenzeichen|Ihr Zch.",
                Label::OwnReference,
            ),
            (
                "Unser Zeichen|Mein Az.|Unsere Ref.|Unsere Vorgangs-Nr.|Mein Aktenzeichen|Unser Gz|Unser Vorgang",
                Label::Reference,
            ),
            (
                "Az.|Aktenzeichen:|Geschäftszeichen|Geschäfts-Nr.|Gz.|Geschäftsnummer|Vorgangsnummer",
                Label::FileNumber,
            ),
            ("Fällig am|Fälligkeitsdatum|Zahlbar bis:|Zahlungsziel", Label::Due),
            (
                "Kunden-Nr.|Kundennummer|Lieferdatum|Geburtsdatum|Ihre Nachricht vom|Ihr Schreiben vom",
                Label::Other,
            ),
            ("Bestell-Nr.|Ihre Bestellung|Bestellnummer|Auftrags-Nr.", Label::Order),
        ] {
            names.split('|').for_each(|name| assert_eq!(label(name), Some(meant), "{name}"));
        }
        for none in ["Rechnungen", "ihr", "Wohnung", "Zeichen", "Vorgang"] {
            assert_eq!(label(none), None, "{none}");
        }
    }
}
