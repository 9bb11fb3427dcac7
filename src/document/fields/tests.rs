//! Patterns compile, and any text is survived.

use super::*;

#[test]
fn street_and_name_are_told_apart() {
    for (line, name) in [
        ("Gisela Holt Ahornweg 2 - ", Some("Gisela Holt")),
        ("Karla Kolumna · Am Mühlgraben 104 · ", Some("Karla Kolumna")),
        ("Energie Altmühl GmbH Ziegeleiweg 116b ", Some("Energie Altmühl GmbH")),
        ("Max Muster Hinter den Höfen 12 ", Some("Max Muster")),
        ("Dr. med. Sand, Oralchirurgie · Weg 3 · ", Some("Dr. med. Sand, Oralchirurgie")),
        (
            "Universität Hagen, Institut für Recht | Amselweg 15 · ",
            Some("Universität Hagen, Institut für Recht"),
        ),
        ("Sparkasse Hagen – Nachlassabteilung · Weg 2 · ", Some("Sparkasse Hagen – Nachlassabteilung")),
        ("Gisela Holt - Ahornweg 2 - ", Some("Gisela Holt")),
        ("Shop24 Hagen GmbH : Amselweg 92 : ", Some("Shop24 Hagen GmbH")),
        ("Blumen Sand e.K. · Weg 3 · ", Some("Blumen Sand e.K.")),
        ("Erika Muster, Am Mühlgraben 4, ", Some("Erika Muster")),
        ("12 ", None),
    ] {
        assert_eq!(parties::without_street(line).as_deref(), name, "{line}");
    }
}

#[test]
fn what_an_engine_makes_of_a_dot_between_name_and_street_is_no_name() {
    for (read, name) in [
        ("Gärtnerei Oberwittler «", "Gärtnerei Oberwittler"),
        ("Praxis Dr. Sand e", "Praxis Dr. Sand"),
        ("Freibad Lindenau e. V.", "Freibad Lindenau e. V."),
        ("Haus 7", "Haus 7"),
        ("Florian Veltkamp,", "Florian Veltkamp"),
    ] {
        assert_eq!(parties::tidy(read), name);
    }
}

/// A stamp whose own date could not be read has none: the letter's, which stands close by, is another.
#[test]
fn a_stamp_takes_no_date_of_the_letter() {
    let mut lines = crate::document::text::lines_of("EINGEGANGEN\n13.07.2026");
    lines[0].stamped = true;
    assert!(dates::stamp(&lines).is_none());
    lines[1].stamped = true;
    assert_eq!(dates::stamp(&lines).unwrap().value, "2026-07-13");
}

/// The date below the word is the stamp's, not one of the letter beside it.
#[test]
fn a_stamp_takes_the_date_below_it_before_one_beside_it() {
    let mut lines = crate::document::text::lines_of("EINGANG\n23.10.2026\n28. OKT. 2026");
    for (line, (x, y)) in lines.iter_mut().zip([(0, 0), (260, 0), (0, 80)]) {
        line.bounds = crate::model::geometry::Box2 { x, y, w: 200, h: 30 };
    }
    assert_eq!(dates::stamp(&lines).unwrap().value, "2026-10-28");
}

/// A stamp whose word was misread has a date all the same, one that says something else has none.
#[test]
fn a_stamp_is_one_although_its_word_was_misread() {
    let stamp = |text: &str| {
        let mut lines = crate::document::text::lines_of(text);
        lines.iter_mut().for_each(|l| l.stamped = true);
        dates::stamp(&lines).map(|f| f.value)
    };
    assert_eq!(stamp("Stadt Lindenau\nEingungsstempcl\n08.12.2025 11:32 Uhr").as_deref(), Some("2025-12-08"));
    assert_eq!(stamp("BEZAHLT\n08.12.2025"), None);
}
