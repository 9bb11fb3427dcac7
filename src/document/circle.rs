//! What belongs to a circle stays there: it goes by itself only to the department it was scanned for.
//!
//! In: a decision about a document of a circle. Out: the same, with the reason, and a question to the circle where
//! anybody else would get it. Pure.

use super::asks;
use crate::batch::cover_sheet::Order;
use crate::model::document::{Reason, Understanding};

/// Keeps it. `home`: the department of the station; a cover sheet's department is a person's order.
pub fn keep_in_circle(decision: &mut Understanding, circle: &str, home: Option<&str>, orders: &[Order]) {
    let text = format!("Bleibt im Vertrauenskreis „{circle}“: niemand sonst sieht es.");
    decision.reasons.push(Reason::new("circle", "circle", text));
    let ordered = |id: &str| orders.iter().any(|o| matches!(o, Order::Department(d) if d == id));
    let leaves =
        decision.targets.iter().find(|t| Some(t.department.as_str()) != home && !ordered(&t.department));
    if let Some(target) = leaves.filter(|_| decision.hold.is_none()) {
        let text = format!(
            "Ginge aus dem Vertrauenskreis „{circle}“ an „{}“: das entscheidet ein Mitglied.",
            target.department
        );
        decision.review.push(asks("circle.leaves", text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::document::{Role, TargetChoice};

    #[test]
    fn only_its_own_department_gets_it_unasked() {
        let check = |departments: &[&str], home: Option<&str>, orders: &[Order], asked: bool| {
            let to =
                |d: &&str| TargetChoice { department: (*d).into(), role: Role::Lead, reason: String::new() };
            let targets = departments.iter().map(to).collect();
            let mut decision = Understanding { targets, ..Understanding::default() };
            keep_in_circle(&mut decision, "jugend", home, orders);
            let codes: Vec<&str> = decision.review.iter().map(|r| r.code.as_str()).collect();
            assert_eq!(codes, ["circle.leaves"][..usize::from(asked)], "{departments:?}");
            assert!(decision.reasons[0].text.contains("„jugend“"));
        };
        check(&["jugendamt"], Some("jugendamt"), &[], false);
        check(&["jugendamt", "kaemmerei"], Some("jugendamt"), &[], true);
        check(&["poststelle"], None, &[], true);
        check(&["kasse"], Some("jugendamt"), &[Order::Department("kasse".into())], false);
    }
}
