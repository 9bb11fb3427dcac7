//! What an electronic invoice says of itself wins over what was read off its pages. Pure.

use crate::model::document::{Field, Reason, ReviewReason, Understanding};
use crate::model::geometry::Box2;
use crate::model::invoice::ElectronicInvoice;

/// Kinds an electronic invoice can be.
const INVOICE: &str = "rechnung";
const CREDIT: &str = "gutschrift";

/// Puts the invoice's own fields into the decision; a picture that says something else asks a person.
pub fn told(decision: &mut Understanding, invoice: &ElectronicInvoice) {
    let mut differs = Vec::new();
    for (name, value) in &invoice.fields {
        let read = decision.fields.get(name).filter(|field| field.sure && field.value != *value);
        // Names are spelt as people like; numbers and dates are not.
        if read.is_some() && name != "sender" && name != "own_reference" {
            differs.push(name.as_str());
        }
        let field = Field {
            value: value.clone(),
            raw: value.clone(),
            confidence: 1.0,
            sure: true,
            page: 1,
            bounds: Box2::default(),
        };
        decision.fields.insert(name.clone(), field);
    }
    decision.reasons.push(Reason::new(
        "fields",
        "invoice.electronic",
        format!("Die Felder stammen aus der elektronischen Rechnung „{}“ in der Datei.", invoice.name),
    ));
    if decision.hold.is_some() {
        return;
    }
    let mut ask = |code: &str, text: String| {
        decision.review.push(ReviewReason { code: code.into(), text, page: None });
    };
    if !differs.is_empty() {
        let text = format!("Das Bild der Rechnung sagt anderes als ihre XML-Datei: {}.", differs.join(", "));
        ask("invoice.picture_differs", text);
    }
    let expected = if invoice.credit { CREDIT } else { INVOICE };
    if decision.kind != expected {
        ask(
            "invoice.kind",
            format!("Die Datei ist eine elektronische Rechnung ({expected}), erkannt wurde anderes."),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoice(fields: &[(&str, &str)]) -> ElectronicInvoice {
        let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        ElectronicInvoice { name: "factur-x.xml".into(), fields, ..Default::default() }
    }

    fn read(name: &str, value: &str, sure: bool) -> Understanding {
        let field = Field {
            value: value.into(),
            raw: value.into(),
            confidence: 0.9,
            sure,
            page: 1,
            bounds: Box2::default(),
        };
        let fields = [(name.to_owned(), field)].into();
        Understanding { kind: "rechnung".into(), fields, ..Understanding::default() }
    }

    fn asks(mut decision: Understanding, invoice: &ElectronicInvoice) -> Vec<String> {
        told(&mut decision, invoice);
        assert!(invoice.fields.iter().all(|(name, value)| decision.fields[name].value == *value));
        decision.review.into_iter().map(|r| r.code).collect()
    }

    #[test]
    fn the_xml_wins_and_a_contradiction_asks() {
        let says = invoice(&[("gross_amount", "119.00"), ("invoice_number", "R-1")]);
        assert_eq!(asks(read("gross_amount", "119.00", true), &says), [""; 0]);
        assert_eq!(
            asks(read("gross_amount", "11.90", false), &says),
            [""; 0],
            "unsure reading contradicts nobody"
        );
        assert_eq!(asks(read("gross_amount", "11.90", true), &says), ["invoice.picture_differs"]);
        assert_eq!(asks(read("sender", "Kieswerk", true), &invoice(&[("sender", "Kieswerk GmbH")])), [""; 0]);
        let credit = ElectronicInvoice { credit: true, ..says };
        assert_eq!(asks(read("gross_amount", "119.00", true), &credit), ["invoice.kind"]);
    }
}
