//! What a cover sheet says goes before what anybody concludes.
//!
//! In: a decision and the orders in force for its document. Out: the decision
//! as ordered, with a reason for each change. It never obeys a word it does not
//! know, never turns copying into replacing, and never sends anything to a
//! department the town does not have.

use super::{TownRules, asks, held};
use crate::batch::cover_sheet::Order;
use crate::model::document::{Field, Reason, Role, ScanMode, TargetChoice, Understanding};

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
            Order::CaseNumber(number) if decision.hold.is_none() => {
                let field = Field {
                    value: number.clone(),
                    raw: number.clone(),
                    confidence: 1.0,
                    sure: true,
                    page: 1,
                    bounds: Default::default(),
                };
                decision.fields.insert("own_reference".into(), field);
            }
            Order::Urgent => decision.urgency = "urgent".into(),
            Order::Mode(ScanMode::Copying) => decision.scan_mode = ScanMode::Copying,
            // Dates, persons and counts belong to the batch; replacing is the profile's to allow.
            _ => continue,
        }
        decision.reasons.push(reason(order, format!("Deckblatt: {order}")));
    }
}

fn reason(order: &Order, text: String) -> Reason {
    Reason {
        about: order.key().into(),
        rule: "cover_sheet".into(),
        text,
        weight: None,
        page: None,
        bounds: None,
    }
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
    fn an_unknown_department_is_asked_about_and_a_circle_holds() {
        let unknown = decided(&[Order::Department("mond".into())]);
        assert_eq!(unknown.targets[0].department, "kasse");
        assert_eq!(unknown.review[0].code, "target.unknown");
        let held = decided(&[Order::Circle("personalrat".into()), Order::Department("bau".into())]);
        assert_eq!(held.hold.as_deref(), Some("hold.circle"));
        assert!(held.targets.is_empty());
    }
}
