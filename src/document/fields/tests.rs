//! Patterns compile, and any text is survived.

use super::*;

#[test]
fn street_and_name_are_told_apart() {
    for (line, name) in [
        ("Gisela Holt Ahornweg 2 - ", Some("Gisela Holt")),
        ("Karla Kolumna · Am Mühlgraben 104 · ", Some("Karla Kolumna")),
        ("Energie Altmühl GmbH Ziegeleiweg 116b ", Some("Energie Altmühl GmbH")),
        ("Max Muster Hinter den Höfen 12 ", Some("Max Muster")),
        ("12 ", None),
    ] {
        assert_eq!(parties::without_street(line).as_deref(), name, "{line}");
    }
}
