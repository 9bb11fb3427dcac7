//! What a cover sheet says goes before what anybody concludes.
//!
//! In: a decision and the orders in force for its document. Out: the decision
//! as ordered, with a reason for each change. It never obeys a word it does not
//! know, never turns copying into replacing, and never sends anything to a
//! department the town does not have.

use super::{TownRules, asks, held};
use crate::batch::cover_sheet::Order;
use crate::model::document::{
    Field, Filed, Reason, ReviewReason, Role, ScanMode, TargetChoice, Understanding,
};

/// Applies the orders.
pub fn obey(decision: &mut Understanding, orders: &[Order], town: &TownRules) {
    for order in orders {
        match order {
            Order::Circle(circle) => {
                let text = if town.circles.contains(circle) {
                    format!("Das Deckblatt bestimmt: nur für den Vertrauenskreis „{circle}“.")
                } else {
                    format!(
                        "Das Deckblatt nennt den Vertrauenskreis „{circle}“, den es nicht gibt: die Leitung entscheidet."
                    )
                };
                *decision = held("hold.circle".into(), vec![reason(order, text)]);
                continue;
            }
            Order::Department(department) if decision.hold.is_none() => {
                if town.departments.contains(department) {
                    decision.targets.retain(|t| t.role == Role::Copy && t.department != *department);
                    let reason = "Das Deckblatt nennt dieses Amt.".to_owned();
                    let lead = TargetChoice { department: department.clone(), role: Role::Lead, reason };
                    decision.targets.insert(0, lead);
                } else {
                    let text = format!("Das Deckblatt nennt das Amt „{department}“, das es nicht gibt.");
                    decision.review.push(asks("target.unknown", text));
                }
            }
            Order::CaseNumber(number) if decision.hold.is_none() => referenced(decision, number),
            Order::Urgent => decision.urgency = "urgent".into(),
            Order::Mode(ScanMode::Copying) => decision.scan_mode = ScanMode::Copying,
            // Dates, persons and counts belong to the batch; replacing is the profile's to allow.
            _ => continue,
        }
        decision.reasons.push(reason(order, format!("Deckblatt: {order}")));
    }
}

/// A document of an old file goes where its sheets or its station say, whatever it seems to be; what is not known of
/// its kind asks nobody, and keeps its paper.
pub fn file(
    decision: &mut Understanding,
    filed: &Filed,
    station_department: Option<&str>,
    orders: &[Order],
    town: &TownRules,
) {
    if decision.hold.is_some() {
        return;
    }
    if !orders.iter().any(|o| matches!(o, Order::CaseNumber(_))) {
        referenced(decision, &filed.file);
    }
    let ordered = orders.iter().any(|o| matches!(o, Order::Department(_)));
    match station_department.filter(|id| town.departments.iter().any(|d| d == id)) {
        _ if ordered => decision.targets.retain(|t| t.role == Role::Lead),
        Some(department) => {
            let (department, reason) = (department.to_owned(), "Das Amt der Station für Akten.".to_owned());
            decision.targets = vec![TargetChoice { department, role: Role::Lead, reason }];
        }
        None => {
            let text = format!("Weder ein Blatt noch die Station nennt das Amt der Akte „{}“.", filed.file);
            decision.review.push(asks("files.no_department", text));
        }
    }
    let about_kind = |r: &ReviewReason| r.code.starts_with("kind.");
    if decision.review.iter().any(about_kind) {
        decision.scan_mode = ScanMode::Copying;
    }
    decision.review.retain(|r| !about_kind(r) && !of_the_day(&r.code));
    // Its days are long over: nothing in it is due, or late.
    decision.fields.remove("deadline");
    decision.urgency = if orders.contains(&Order::Urgent) { "urgent" } else { "normal" }.into();
    decision.reasons.push(Reason::new("filed", "cover_sheet", format!("{}.", filed.german())));
}

/// What is asked about mail that came today, and not about what was filed long ago.
fn of_the_day(code: &str) -> bool {
    matches!(code, "received.differs" | "envelope.missing" | "enclosures.missing")
        || code.starts_with("tray.")
}

fn referenced(decision: &mut Understanding, number: &str) {
    let field = Field {
        value: number.to_owned(),
        raw: number.to_owned(),
        confidence: 1.0,
        sure: true,
        page: 1,
        bounds: Default::default(),
    };
    decision.fields.insert("own_reference".into(), field);
}

fn reason(order: &Order, text: String) -> Reason {
    Reason::new(order.key(), "cover_sheet", text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::Understanding;

    fn decided(orders: &[Order]) -> Understanding {
        let town = TownRules {
            departments: vec!["bau".into(), "kasse".into()],
            central: "kasse".into(),
            ..TownRules::default()
        };
        let lead = TargetChoice { department: "kasse".into(), role: Role::Lead, reason: String::new() };
        let mut decision =
            Understanding { targets: vec![lead], scan_mode: ScanMode::Replacing, ..Understanding::default() };
        obey(&mut decision, orders, &town);
        decision
    }

    #[test]
    fn the_cover_sheet_goes_first() {
        let ordered = decided(&[Order::Department("bau".into()), Order::CaseNumber("63.1/7".into())]);
        assert_eq!(ordered.targets.len(), 1);
        assert_eq!(ordered.targets[0].department, "bau");
        assert_eq!(ordered.fields["own_reference"].value, "63.1/7");
        assert_eq!(decided(&[Order::Mode(ScanMode::Copying)]).scan_mode, ScanMode::Copying);
        let urgent = decided(&[Order::Urgent]);
        assert_eq!((urgent.urgency.as_str(), urgent.reasons.len()), ("urgent", 1));
    }

    #[test]
    fn an_old_file_goes_where_its_sheets_say_whatever_its_letters_seem_to_be() {
        let filed = Filed { in_box: "K-1".into(), file: "63/1".into(), ..Filed::default() };
        let town = TownRules { departments: vec!["bau".into()], ..TownRules::default() };
        let old = |station: Option<&str>, orders: &[Order]| {
            let mut decision = decided(orders);
            decision.urgency = "urgent".into();
            for code in ["kind.unknown", "received.differs", "page.dark"] {
                decision.review.push(asks(code, String::new()));
            }
            file(&mut decision, &filed, station, orders, &town);
            let codes: Vec<String> = decision.review.iter().map(|r| r.code.clone()).collect();
            (decision, codes)
        };
        let (decision, codes) = old(Some("bau"), &[]);
        assert_eq!((decision.targets[0].department.as_str(), decision.urgency.as_str()), ("bau", "normal"));
        assert_eq!(decision.fields["own_reference"].value, "63/1");
        assert_eq!(decision.scan_mode, ScanMode::Copying, "what it is was not found out: its paper stays");
        assert_eq!(codes, ["page.dark"]);
        assert_eq!(old(None, &[]).1, ["page.dark", "files.no_department"]);
        assert_eq!(old(None, &[Order::Department("bau".into())]).1, ["page.dark"]);
    }

    #[test]
    fn an_unknown_department_is_asked_about_and_a_circle_holds() {
        let unknown = decided(&[Order::Department("mond".into())]);
        assert_eq!(unknown.targets[0].department, "kasse");
        assert_eq!(unknown.review[0].code, "target.unknown");
        let held = decided(&[Order::Circle("personalrat".into()), Order::Department("bau".into())]);
        assert_eq!(held.hold.as_deref(), Some("hold.circle"));
        assert!(held.targets.is_empty());
    }
}
