//! What overtakes other mail, and why: urgent motions at court, formal service, a day that is near, a discount for
//! quick payment, and whatever its kind or a route says.
//!
//! In: a document as far as it is understood. Out: reasons in German; none means ordinary.

use super::TownRules;
use super::classify::{Kind, Matter, Phrase};
use super::fields::working_days_between;
use crate::model::document::{Field, Reason};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A day within so many working days after receipt is near.
const NEAR: u32 = 5;
/// Days that somebody sets, and what they are.
const DAYS: [(&str, &str); 2] = [("due_date", "zahlbar bis"), ("deadline", "Frist bis")];

/// Words of motions that a court decides within days.
static MOTIONS: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    [
        "Eilantrag",
        "einstweilige Anordnung",
        "einstweilige Verfügung",
        "einstweiligen Rechtsschutz*",
        "vorläufigen Rechtsschutz*",
        "Wiederherstellung der aufschiebenden Wirkung",
        "Anordnung der aufschiebenden Wirkung",
        "80 Abs 5 VwGO",
        "123 VwGO",
        "86b SGG",
        "Eilverfahren",
    ]
    .iter()
    .filter_map(|words| Phrase::parse(words))
    .collect()
});

/// Every reason to go first.
pub fn reasons(
    kind: Option<&Kind>,
    fields: &BTreeMap<String, Field>,
    matter: &Matter<'_>,
    received: Option<&str>,
    town: &TownRules,
) -> Vec<Reason> {
    let mut all = Vec::new();
    let mut add = |rule: &str, text: String, field: Option<&Field>| {
        let place = |r: Reason| Reason { page: field.map(|f| f.page), bounds: field.map(|f| f.bounds), ..r };
        all.push(place(Reason::new("urgency", rule.to_owned(), text)));
    };
    if let Some(kind) = kind.filter(|k| k.urgent) {
        add(&format!("{}.urgent", kind.id), format!("„{}“ ist eilig.", kind.name), None);
    }
    if let Some(words) = MOTIONS.iter().find_map(|p| matter.find(p, &|_| true)) {
        add("urgency.motion", format!("Eilantrag: „{}“.", words.1), None);
    }
    if let Some(service) = fields.get("service_date") {
        add("urgency.service", format!("Förmlich zugestellt am {}.", service.value), Some(service));
    }
    for (name, what) in DAYS {
        let Some((field, day)) = fields.get(name).zip(received) else { continue };
        let left = working_days_between(day, &field.value, town.land.as_deref());
        if left.is_some_and(|left| left <= NEAR) {
            add(
                "urgency.near",
                format!("{what} {}: höchstens {NEAR} Arbeitstage nach Eingang.", field.value),
                Some(field),
            );
        }
    }
    if let Some(discount) = fields.get("discount_date") {
        add("urgency.skonto", format!("Skonto bis {}.", discount.value), Some(discount));
    }
    all
}
