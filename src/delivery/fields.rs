//! The mapping: what is known of a document -> what the target wants to hear. Pure.
//!
//! In: facts and rules. Out: the target's fields in the order of the rules, or
//! every reason why this document does not fit this target.

use super::facts::{self, Facts};
use super::template;
use crate::model::refusal::Refusal;
use crate::model::town::{FieldRule, FieldSource};
use serde::Serialize;

/// One field as the target gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mapped {
    /// Name at the target.
    pub name: String,
    /// Type at the target.
    #[serde(rename = "type")]
    pub kind: String,
    /// First value, for targets that know only one.
    pub value: String,
    /// All values; never empty.
    pub values: Vec<String>,
}

/// The fields of a document; without rules everything known, by its own name.
pub fn map(rules: &[FieldRule], facts: &Facts) -> Result<Vec<Mapped>, Refusal> {
    if rules.is_empty() {
        let own = facts.0.iter().filter(|(name, _)| !name.starts_with("field."));
        return Ok(own.map(|(name, fact)| mapped(name, "", vec![fact.value.clone()])).collect());
    }
    let mut fields = Vec::new();
    let mut wrong = Vec::new();
    for rule in rules {
        match values(rule, facts) {
            Ok(values) if !values.is_empty() => fields.push(mapped(&rule.name, &rule.kind, values)),
            Ok(_) if rule.required => {
                wrong.push(format!("Das Pflichtfeld „{}“ ({}) hat keinen Wert.", rule.name, origin(rule)));
            }
            Ok(_) => {}
            Err(text) => wrong.push(text),
        }
    }
    if wrong.is_empty() {
        return Ok(fields);
    }
    let hint = "Feld in der Nachbearbeitung ergänzen oder [[target.field]] in pipeline.toml anpassen; \
                dann: poststelle deliver again KENNUNG --by PERSON.";
    Err(Refusal::new("fields.do_not_fit", wrong.join(" "), hint))
}

/// What is wrong with a rule whatever the document; empty if nothing is.
pub fn check(rule: &FieldRule) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut unknown = |name: &str| {
        wrong.push(format!(
            "„{name}“ ist nichts, was von einem Schriftstück bekannt ist. Bekannt sind: {}, field.<name>.",
            facts::NAMES.join(", ")
        ));
    };
    match &rule.source {
        FieldSource::Constant(_) => {}
        FieldSource::Fact(name) if facts::known(name) => {}
        FieldSource::Fact(name) => unknown(name),
        FieldSource::Template(text) => match template::names(text) {
            Ok(names) => names.iter().filter(|n| !facts::known(n) && *n != "field").for_each(|n| unknown(n)),
            Err(error) => wrong.push(error),
        },
    }
    let day = jiff::civil::date(2026, 1, 2);
    if let Some(format) = rule.date.as_ref().filter(|f| jiff::fmt::strtime::format(f, day).is_err()) {
        wrong.push(format!("„{format}“ ist keine Schreibweise eines Datums; zum Beispiel \"%d.%m.%Y\"."));
    }
    wrong
}

fn origin(rule: &FieldRule) -> String {
    match &rule.source {
        FieldSource::Constant(_) => "fester Wert".into(),
        FieldSource::Fact(name) => format!("aus {name}"),
        FieldSource::Template(text) => format!("aus {text}"),
    }
}

fn mapped(name: &str, kind: &str, values: Vec<String>) -> Mapped {
    let value = values.first().cloned().unwrap_or_default();
    Mapped { name: name.into(), kind: kind.into(), value, values }
}

fn values(rule: &FieldRule, facts: &Facts) -> Result<Vec<String>, String> {
    let raw = match &rule.source {
        FieldSource::Constant(value) => value.clone(),
        FieldSource::Fact(name) => facts.get(name, rule.sure).unwrap_or_default().to_owned(),
        FieldSource::Template(text) => template::line(text, facts, rule.sure)?,
    };
    let parts: Vec<&str> = match &rule.split {
        Some(separator) => raw.split(separator.as_str()).collect(),
        None => vec![&raw],
    };
    let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| shaped(rule, part)).collect()
}

fn shaped(rule: &FieldRule, value: &str) -> Result<String, String> {
    let name = &rule.name;
    let mut value = value.to_owned();
    if !rule.codes.is_empty() {
        let code = rule.codes.get(&value).or_else(|| rule.codes.get("*"));
        value = code.cloned().ok_or_else(|| format!("Für „{value}“ kennt das Feld „{name}“ keinen Code."))?;
    }
    if let Some(format) = &rule.date {
        let day: jiff::civil::Date = value.parse().map_err(|_| format!("„{name}“: kein Datum."))?;
        value = jiff::fmt::strtime::format(format, day).map_err(|e| format!("„{name}“: {e}"))?;
    }
    if let Some(comma) = &rule.decimal {
        value = value.replacen('.', comma, 1);
    }
    match rule.length_max {
        Some(max) if value.chars().count() > max && rule.cut => Ok(value.chars().take(max).collect()),
        Some(max) if value.chars().count() > max => Err(format!(
            "„{name}“ hat {} Zeichen, das Ziel nimmt höchstens {max} (too_long = \"cut\" kürzt).",
            value.chars().count()
        )),
        _ => Ok(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::facts::Fact;
    use proptest::prelude::*;

    fn facts(pairs: &[(&str, &str)]) -> Facts {
        let fact = |v: &str| Fact { value: v.trim_end_matches('?').into(), sure: !v.ends_with('?') };
        Facts(pairs.iter().map(|(n, v)| ((*n).to_owned(), fact(v))).collect())
    }

    fn rule(from: &str) -> FieldRule {
        FieldRule { name: "F".into(), source: FieldSource::Fact(from.into()), ..FieldRule::default() }
    }

    /// The values of one rule, or the sentence of its refusal.
    fn says(rule: FieldRule, known: &[(&str, &str)]) -> Vec<String> {
        match map(&[rule], &facts(known)) {
            Ok(fields) => fields.into_iter().flat_map(|f| f.values).collect(),
            Err(refusal) => vec![refusal.text],
        }
    }

    #[test]
    fn values_take_the_shape_the_target_wants() {
        let known = [("gross_amount", "1234.50"), ("letter_date", "2026-03-01"), ("kind", "rechnung")];
        let date = FieldRule { date: Some("%d.%m.%Y".into()), ..rule("letter_date") };
        assert_eq!(says(date, &known), ["01.03.2026"]);
        let amount = FieldRule { decimal: Some(",".into()), ..rule("gross_amount") };
        assert_eq!(says(amount, &known), ["1234,50"]);
        let codes = |code: &str| [(code.to_owned(), "X".to_owned())].into();
        assert_eq!(says(FieldRule { codes: codes("rechnung"), ..rule("kind") }, &known), ["X"]);
        assert_eq!(says(FieldRule { codes: codes("*"), ..rule("kind") }, &known), ["X"]);
        let none = says(FieldRule { codes: codes("mahnung"), ..rule("kind") }, &known);
        assert!(none[0].contains("keinen Code"), "{none:?}");
        let list = FieldRule { split: Some(";".into()), ..rule("reference") };
        assert_eq!(says(list, &[("reference", "A 1; B 2;")]), ["A 1", "B 2"]);
        let sentence = FieldSource::Template("{{ kind }} vom {{ letter_date }}".into());
        assert_eq!(says(FieldRule { source: sentence, ..rule("") }, &known), ["rechnung vom 2026-03-01"]);
    }

    #[test]
    fn what_does_not_fit_is_said_and_never_sent() {
        let required = FieldRule { required: true, sure: true, ..rule("iban") };
        assert_eq!(
            says(required.clone(), &[("iban", "DE02?")]),
            ["Das Pflichtfeld „F“ (aus iban) hat keinen Wert."]
        );
        assert_eq!(says(required, &[("iban", "DE02")]), ["DE02"]);
        let short = FieldRule { length_max: Some(3), ..rule("subject") };
        assert!(says(short.clone(), &[("subject", "Anfrage")])[0].contains("höchstens 3"));
        assert_eq!(says(FieldRule { cut: true, ..short }, &[("subject", "Öffnung")]), ["Öff"]);
        assert!(
            says(FieldRule { date: Some("%Y".into()), ..rule("subject") }, &[("subject", "x")])[0]
                .contains("kein Datum")
        );
    }

    #[test]
    fn a_rule_about_nothing_is_found_before_any_document() {
        assert_eq!(check(&rule("subject")), Vec::<String>::new());
        assert_eq!(check(&rule("field.actenzeichen")), Vec::<String>::new());
        assert_eq!(check(&rule("subjekt")).len(), 1);
        let template = |text: &str| FieldRule { source: FieldSource::Template(text.into()), ..rule("") };
        assert_eq!(check(&template("{{ kind }} {{ sender }}")), Vec::<String>::new());
        assert_eq!(check(&template("{{ kind }} {{ absender }}")).len(), 1);
        assert_eq!(check(&template("{{ kind ")).len(), 1);
        assert_eq!(check(&FieldRule { date: Some("%!".into()), ..rule("letter_date") }).len(), 1);
    }

    proptest! {
        #[test]
        fn a_limit_is_never_exceeded(text in "\\PC{0,40}", max in 1usize..20) {
            let cut = FieldRule { length_max: Some(max), cut: true, ..rule("subject") };
            for value in says(cut, &[("subject", text.trim_end_matches('?'))]) {
                prop_assert!(value.chars().count() <= max);
            }
        }
    }
}
