//! Who may see and do what. Pure; the ledger applies the sight in every query.

use crate::config::Pipeline;
use crate::ledger::Sight;
use crate::model::town::{Person, StaffRole};

/// Whom an address is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Also who has not signed on.
    Everybody,
    /// Programs that watch the service, by the address they ask from; nothing of a letter is there.
    Watchers,
    /// Whoever signed on; what they see there is theirs.
    SignedOn,
    /// People with one of these roles.
    Roles(&'static [StaffRole]),
}

impl Who {
    /// Whether this person is let in.
    pub fn admits(self, person: &Person) -> bool {
        match self {
            Self::Everybody | Self::Watchers | Self::SignedOn => true,
            Self::Roles(roles) => roles.iter().any(|role| person.is(*role)),
        }
    }
}

/// Everybody who works with the mailroom as a whole.
pub const MAILROOM: Who = Who::Roles(&[
    StaffRole::Operator,
    StaffRole::Reviewer,
    StaffRole::Head,
    StaffRole::Administrator,
    StaffRole::Auditor,
]);
/// Who works at a scanner.
pub const OPERATORS: Who = Who::Roles(&[StaffRole::Operator, StaffRole::Head]);
/// Who decides doubtful documents.
pub const REVIEWERS: Who = Who::Roles(&[StaffRole::Reviewer, StaffRole::Head]);
/// Who handles the mail itself.
pub const WORKERS: Who = Who::Roles(&[StaffRole::Operator, StaffRole::Reviewer, StaffRole::Head]);
/// Who looks after the installation, and who answers for it.
pub const ADMINS: Who = Who::Roles(&[StaffRole::Administrator, StaffRole::Head, StaffRole::Auditor]);
/// Who follows letters as a whole.
pub const READERS: Who = Who::Roles(&[
    StaffRole::Reviewer,
    StaffRole::Head,
    StaffRole::Administrator,
    StaffRole::Auditor,
    StaffRole::Department,
]);

/// What this person may see.
///
/// Mailroom, head, auditors and administrators see what goes through the house, except what belongs to a
/// circle they are not in; pages nobody has decided about yet, only the mailroom. Held documents are for the
/// circle that is named for the code of the hold; where none is named, for the head of the mailroom.
/// Departments see what reached them, members of circles what is theirs.
pub fn sight(person: &Person, pipeline: &Pipeline) -> Sight {
    let mine = || pipeline.circles.iter().filter(|c| c.members.contains(&person.id));
    let holds = |circles: &mut dyn Iterator<Item = &crate::model::town::Circle>| {
        circles.flat_map(|c| c.holds.iter().cloned()).collect::<Vec<_>>()
    };
    Sight {
        circles: mine().map(|c| c.id.clone()).collect(),
        holds: holds(&mut mine()),
        claimed_holds: holds(&mut pipeline.circles.iter()),
        unclaimed_holds: person.is(StaffRole::Head),
        house: person.roles.iter().any(|role| *role != StaffRole::Department),
        mailroom: [StaffRole::Operator, StaffRole::Reviewer, StaffRole::Head].iter().any(|r| person.is(*r)),
        departments: person.departments.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const TOWN: &str = r#"
[town]
id = "stadt"
name = "Stadt"
central = "poststelle"
[[department]]
id = "poststelle"
name = "Poststelle"
targets = ["aus"]
[[target]]
id = "aus"
type = "folder"
path = "out"
[[circle]]
id = "personalrat"
members = ["pr-1"]
holds = ["hold.personalrat"]
[[person]]
id = "leitung"
name = "L"
roles = ["head"]
[[person]]
id = "pr-1"
name = "P"
roles = ["department"]
"#;

    #[test]
    fn a_hold_with_a_circle_is_not_for_the_head() {
        let town = crate::config::resolve(TOWN, "p", Path::new("/srv")).unwrap();
        let of = |id: &str| sight(town.person(id).unwrap(), &town);
        let head = of("leitung");
        assert!(head.unclaimed_holds && head.holds.is_empty());
        assert_eq!(head.claimed_holds, ["hold.personalrat"]);
        let member = of("pr-1");
        assert_eq!(member.holds, ["hold.personalrat"]);
        assert!(!member.unclaimed_holds);
        assert!(!member.house && !member.mailroom, "what is not the circle's stays the house's");
    }
}
