//! Two single-sided stacks, fronts and backs, become one double-sided batch.

use crate::model::refusal::Refusal;

/// How the second stack was scanned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Backs {
    /// The stack was turned over as a whole: the last back came first.
    LastFirst,
    /// In the order of the fronts.
    FirstFirst,
}

/// One page of the collated batch: which stack, which page of it (from 0).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StackPage {
    /// From the stack of fronts.
    Front(usize),
    /// From the stack of backs.
    Back(usize),
}

/// The order of pages. Refuses stacks of different height and changes nothing: one sheet was fed
/// double or is missing, and every back after it would be on a wrong sheet.
pub fn order(fronts: usize, backs: usize, lie: Backs) -> Result<Vec<StackPage>, Refusal> {
    if fronts != backs {
        return Err(Refusal::new(
            "batch.stacks_differ",
            format!("{fronts} Vorderseiten, aber {backs} Rückseiten: Die Stapel passen nicht zusammen."),
            "Beide Stapel bleiben liegen. Bitte Doppeleinzug prüfen und den kürzeren Stapel neu scannen.",
        ));
    }
    let back = |sheet: usize| match lie {
        Backs::LastFirst => backs - 1 - sheet,
        Backs::FirstFirst => sheet,
    };
    Ok((0..fronts).flat_map(|sheet| [StackPage::Front(sheet), StackPage::Back(back(sheet))]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turned_stack_of_backs_is_read_from_its_end() {
        use StackPage::{Back, Front};
        assert_eq!(order(2, 2, Backs::LastFirst).unwrap(), [Front(0), Back(1), Front(1), Back(0)]);
        assert_eq!(order(2, 2, Backs::FirstFirst).unwrap(), [Front(0), Back(0), Front(1), Back(1)]);
        assert_eq!(order(0, 0, Backs::LastFirst).unwrap(), []);
    }

    #[test]
    fn stacks_of_different_height_are_refused() {
        assert_eq!(order(7, 6, Backs::LastFirst).unwrap_err().code, "batch.stacks_differ");
    }
}
