//! A person decides: what was proposed, corrected, becomes what holds.
//!
//! In: a decision with its doubts and what a person says about it. Out: the decision of that person, and
//! which things changed; or why it cannot be. A correction never lowers a protection need and never turns
//! copying into replacing. Pure.

use super::RuleBook;
use crate::model::document::{
    BY_PERSON, Field, Reason, Role, ScanMode, TargetChoice, UNKNOWN_KIND, Understanding,
};
use crate::model::refusal::Refusal;
use iban::Iban;

/// What a person says about a document; what is left out stays as proposed.
#[derive(Clone, Debug, Default)]
pub struct Correction {
    /// Kind id.
    pub kind: Option<String>,
    /// Lead department.
    pub department: Option<String>,
    /// Fields by name; an empty value takes the field away.
    pub fields: Vec<(String, String)>,
}

/// The decision of that person, and what it changed: codes without words of the letter.
pub fn corrected(
    mut decision: Understanding,
    correction: &Correction,
    book: &RuleBook,
    departments: &[String],
    by: &str,
) -> Result<(Understanding, Vec<String>), Refusal> {
    let mut changed = Vec::new();
    let lead = decision.targets.iter().find(|t| t.role == Role::Lead).map(|t| t.department.clone());
    let mut department = correction.department.clone();
    if let Some(id) = correction.kind.as_ref().filter(|id| **id != decision.kind) {
        let kind = book.kinds().iter().find(|k| k.id == *id);
        if kind.is_none() && id != UNKNOWN_KIND {
            return Err(refused(
                "review.kind",
                format!("Die Dokumentart „{id}“ gibt es nicht."),
                "Eine aus der Liste wählen.",
            ));
        }
        changed.push(format!("kind={}->{id}", decision.kind));
        decision.kind.clone_from(id);
        if let Some(kind) = kind {
            decision.rule_versions.insert(kind.id.clone(), kind.version);
            decision.protection = decision.protection.strictest(kind.protection);
            if !kind.replacing_allowed {
                decision.scan_mode = ScanMode::Copying;
            }
            // The kind brings its department, unless the person chose another one.
            if department.is_none() || department == lead {
                department = Some(kind.department.clone());
            }
        } else {
            decision.scan_mode = ScanMode::Copying;
        }
    }
    decision.kind_confidence = 1.0;
    let Some(department) = department.or_else(|| lead.clone()) else {
        return Err(refused("review.no_department", "Es ist kein Amt gewählt.", "Ein Amt wählen."));
    };
    if !departments.contains(&department) {
        let text = format!("Das Amt „{department}“ gibt es nicht.");
        return Err(refused("review.department", text, "Eines aus der Liste wählen."));
    }
    if Some(&department) != lead.as_ref() {
        changed.push(format!("department={}->{department}", lead.as_deref().unwrap_or("-")));
        decision.targets.retain(|t| t.role == Role::Copy && t.department != department);
        let reason = format!("Entscheidung von {by}.");
        decision.targets.insert(0, TargetChoice { department, role: Role::Lead, reason });
    }
    for (name, text) in &correction.fields {
        let value = normalised(name, text)?;
        let old = decision.fields.get(name).map(|f| f.value.clone()).unwrap_or_default();
        if value.is_empty() {
            if decision.fields.remove(name).is_some() {
                changed.push(format!("field={name}"));
            }
            continue;
        }
        let field = decision.fields.entry(name.clone()).or_insert_with(|| Field {
            value: String::new(),
            raw: String::new(),
            confidence: 1.0,
            sure: true,
            page: 1,
            bounds: Default::default(),
        });
        if old != value {
            changed.push(format!("field={name}"));
        }
        field.value = value;
        field.confidence = 1.0;
        field.sure = true;
    }
    decision.review.clear();
    decision.reasons.push(Reason::new("review", BY_PERSON, format!("Geprüft und freigegeben von {by}.")));
    Ok((decision, changed))
}

/// A value as `document.json` has it, from what people type: dates ISO 8601, amounts with a point, IBAN
/// without blanks.
pub fn normalised(name: &str, typed: &str) -> Result<String, Refusal> {
    let typed = typed.trim();
    if typed.is_empty() {
        return Ok(String::new());
    }
    if typed.chars().count() > 500 || typed.chars().any(char::is_control) {
        return Err(refused(
            "review.field",
            format!("Das Feld „{name}“ ist zu lang oder enthält Steuerzeichen."),
            "Kürzen.",
        ));
    }
    if name.ends_with("_date") {
        return iso_date(typed).ok_or_else(|| {
            refused(
                "review.date",
                format!("„{typed}“ ist kein Datum."),
                "TT.MM.JJJJ oder JJJJ-MM-TT schreiben.",
            )
        });
    }
    if name.ends_with("_amount") {
        return amount(typed).ok_or_else(|| {
            refused(
                "review.amount",
                format!("„{typed}“ ist kein Betrag."),
                "Zum Beispiel 1.234,56 schreiben.",
            )
        });
    }
    if name == "iban" {
        let compact: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
        return match compact.parse::<Iban>() {
            Ok(_) => Ok(compact),
            Err(_) => Err(refused(
                "review.iban",
                "Die Prüfziffer der IBAN stimmt nicht.",
                "Mit dem Brief vergleichen.",
            )),
        };
    }
    Ok(typed.to_owned())
}

fn iso_date(typed: &str) -> Option<String> {
    if let Ok(date) = typed.parse::<jiff::civil::Date>() {
        return Some(date.to_string());
    }
    let parts: Vec<&str> = typed.split('.').map(str::trim).collect();
    let [day, month, year] = parts.as_slice() else { return None };
    let year: i16 = match year.len() {
        2 => 2000 + year.parse::<i16>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    let date = jiff::civil::Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?;
    Some(date.to_string())
}

fn amount(typed: &str) -> Option<String> {
    let bare = typed.trim_end_matches("EUR").trim_end_matches('€').trim();
    // With a comma, points are thousands; without one, a point is the decimal point.
    let plain = if bare.contains(',') { bare.replace('.', "").replace(',', ".") } else { bare.to_owned() };
    let (whole, cents) = plain.split_once('.').unwrap_or((&plain, "00"));
    let whole = whole.strip_prefix('-').map_or((false, whole), |w| (true, w));
    let digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !digits(whole.1) || !digits(cents) || cents.len() > 2 || whole.1.len() > 12 {
        return None;
    }
    Some(format!("{}{}.{cents:0<2}", if whole.0 { "-" } else { "" }, whole.1))
}

fn refused(code: &str, text: impl Into<String>, hint: &str) -> Refusal {
    Refusal::new(code, text, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book() -> RuleBook {
        let text = |id: &str, department: &str, confidentiality: &str| {
            format!(
                "id = \"{id}\"\nversion = 1\nname = \"{id}\"\ndepartment = \"{department}\"\n\
                 example = ['{id}']\n[protection]\nintegrity = {{ need = \"normal\", reason = \"Test\" }}\nconfidentiality = {{ need = \"{confidentiality}\", reason = \"Test\" }}\n\
                 availability = {{ need = \"normal\", reason = \"Test\" }}\n[[rule]]\nid = \"w\"\nregex = '{id}'\nweight = 6.0\n"
            )
        };
        let files = [
            ("a.toml".to_owned(), text("wohngeld", "soziales", "hoch")),
            ("b.toml".to_owned(), text("werbung", "zentrale", "normal")),
        ];
        RuleBook::parse(&files).unwrap()
    }

    fn said(correction: Correction, before: Understanding) -> Result<(Understanding, Vec<String>), String> {
        let departments = ["soziales", "zentrale"].map(String::from);
        corrected(before, &correction, &book(), &departments, "nb-1").map_err(|r| r.code)
    }

    fn proposed(kind: &str, department: &str) -> Understanding {
        let lead = TargetChoice { department: department.into(), role: Role::Lead, reason: String::new() };
        Understanding {
            kind: kind.into(),
            targets: vec![lead],
            scan_mode: ScanMode::Replacing,
            ..Default::default()
        }
    }

    #[test]
    fn a_kind_brings_its_department_and_its_protection_and_never_less() {
        let to = |kind: &str| Correction { kind: Some(kind.into()), ..Default::default() };
        let (letter, changed) = said(to("wohngeld"), proposed("werbung", "zentrale")).unwrap();
        assert_eq!(letter.targets[0].department, "soziales");
        assert_eq!(letter.scan_mode, ScanMode::Copying);
        assert_eq!(changed, ["kind=werbung->wohngeld", "department=zentrale->soziales"]);
        let (back, _) = said(to("werbung"), letter.clone()).unwrap();
        assert_eq!(back.protection, letter.protection, "what was confidential stays so");
        assert_eq!(said(to("erfunden"), letter).unwrap_err(), "review.kind");
    }

    #[test]
    fn nothing_leaves_without_a_department() {
        assert_eq!(
            said(Correction::default(), Understanding::default()).unwrap_err(),
            "review.no_department"
        );
    }

    #[test]
    fn values_are_taken_as_people_type_them() {
        let check = |name: &str, typed: &str, value: &str| {
            assert_eq!(
                normalised(name, typed).map_err(|r| r.code).unwrap_or_else(|code| code),
                value,
                "{typed}"
            );
        };
        check("due_date", "3.2.2026", "2026-02-03");
        check("due_date", "03.02.26", "2026-02-03");
        check("due_date", "2026-02-03", "2026-02-03");
        check("due_date", "31.2.2026", "review.date");
        check("gross_amount", "1.234,5 €", "1234.50");
        check("gross_amount", "1234.56", "1234.56");
        check("gross_amount", "zwölf", "review.amount");
        check("iban", "de89 3704 0044 0532 0130 00", "DE89370400440532013000");
        check("iban", "DE89370400440532013001", "review.iban");
        check("subject", " Antrag ", "Antrag");
    }
}
