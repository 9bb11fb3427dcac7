//! What somebody may see: one condition, in one place, in every query that answers a person.

use super::sql::Bind;

/// What somebody may see, in words the ledger can compare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Circles this person belongs to.
    pub circles: Vec<String>,
    /// Codes of holds that those circles decide.
    pub holds: Vec<String>,
    /// Codes of holds that some circle decides, whosever it is.
    pub claimed_holds: Vec<String>,
    /// Sees held documents that no circle is named for.
    pub unclaimed_holds: bool,
    /// Sees what goes through the house, not only what reached a department or belongs to a circle.
    pub house: bool,
    /// Works on the mail: sees pages of which nobody has decided yet what they are.
    pub mailroom: bool,
    /// Departments whose inbox this person reads.
    pub departments: Vec<String>,
}

/// The condition on a document `d`. Circle first: who does not belong to it sees nothing of the document,
/// whatever else this person may do. A held document is for those who decide about its hold.
pub(super) const SEES_DOCUMENT: &str =
    "(d.circle IS NULL OR d.circle IN (SELECT value FROM json_each(:circles)))
    AND (d.hold IS NULL OR (d.hold = 'hold.circle' AND d.circle IS NOT NULL)
         OR d.hold IN (SELECT value FROM json_each(:holds))
         OR (:unclaimed AND d.hold NOT IN (SELECT value FROM json_each(:claimed))))
    AND (:house OR d.circle IS NOT NULL OR d.hold IN (SELECT value FROM json_each(:holds))
         OR EXISTS (SELECT 1 FROM inbox mine WHERE mine.tenant = d.tenant AND mine.document = d.id
         AND mine.state NOT IN ('moved', 'recalled')
         AND mine.department IN (SELECT value FROM json_each(:departments))))";

/// The condition that the circle of a batch `b` is this person's.
pub(super) const OWN_CIRCLE: &str =
    "(b.circle IS NULL OR b.circle IN (SELECT value FROM json_each(:circles)))";

/// The condition on a batch `b` as a whole: a circle's is for its members alone.
pub(super) const SEES_BATCH: &str =
    "CASE WHEN b.circle IS NULL THEN :house ELSE b.circle IN (SELECT value FROM json_each(:circles)) END";

/// The values of the conditions' names.
pub(super) struct Names {
    circles: String,
    holds: String,
    claimed: String,
    departments: String,
    unclaimed: bool,
    house: bool,
    mailroom: bool,
}

impl Names {
    pub(super) fn of(sight: &Sight) -> Self {
        let list = |words: &[String]| serde_json::Value::from(words.to_vec()).to_string();
        Self {
            circles: list(&sight.circles),
            holds: list(&sight.holds),
            claimed: list(&sight.claimed_holds),
            departments: list(&sight.departments),
            unclaimed: sight.unclaimed_holds,
            house: sight.house,
            mailroom: sight.mailroom,
        }
    }

    /// For conditions on documents.
    pub(super) fn document(&self) -> [(&'static str, &dyn Bind); 6] {
        [
            (":circles", &self.circles),
            (":holds", &self.holds),
            (":claimed", &self.claimed),
            (":departments", &self.departments),
            (":unclaimed", &self.unclaimed),
            (":house", &self.house),
        ]
    }

    /// For conditions on pages.
    pub(super) fn page(&self) -> [(&'static str, &dyn Bind); 7] {
        let [circles, holds, claimed, departments, unclaimed, house] = self.document();
        [circles, holds, claimed, departments, unclaimed, house, (":mailroom", &self.mailroom)]
    }

    /// For conditions on batches.
    pub(super) fn batch(&self) -> [(&'static str, &dyn Bind); 2] {
        [(":circles", &self.circles), (":house", &self.house)]
    }
}
