//! A person cuts anew: every page stays in exactly one place, and the decision is made again.

use super::CutDocument;
use super::cover_sheet::Order;
use crate::model::document::FilePart;
use crate::model::notes::Note;

/// Why a page a person took out is not in the product.
const TAKEN_OUT: &str = "von Hand herausgenommen";

impl CutDocument {
    /// Two documents, the second beginning with the page at `place` (from 1). `None`: nothing would be left of
    /// one of them.
    pub fn divided(&self, place: usize) -> Option<(Self, Self)> {
        let at = place.checked_sub(1).filter(|at| *at > 0)?;
        let begins = *self.pages.get(at)?;
        let (mut first, mut second) = (self.clone(), self.clone());
        first.pages.truncate(at);
        second.pages.drain(..at);
        first.suppressed.retain(|(index, _)| *index < begins);
        second.suppressed.retain(|(index, _)| *index >= begins);
        second.separators.clear();
        second.reasons.clear();
        // What the cover sheet says of its letter is not said of the next one; of the stack it is.
        second.orders.retain(|o| {
            matches!(o, Order::Circle(_) | Order::Operator(_) | Order::Received(_)) || o.level().is_some()
        });
        if let Some(place) = &mut second.filed {
            place.part = FilePart::Document;
        }
        Some((first.by_hand("getrennt"), second.by_hand("getrennt")))
    }

    /// One document out of this one and the one after it.
    pub fn joined(&self, next: &Self) -> Self {
        let mut both = self.clone();
        both.pages.extend(&next.pages);
        both.suppressed.extend(next.suppressed.iter().cloned());
        both.separators.extend(next.separators.iter().cloned());
        both.by_hand("verbunden")
    }

    /// The page at `place` (from 1) is left out, reversibly. `None`: it is the only one, or there is none.
    pub fn without(&self, place: usize) -> Option<Self> {
        let at = place.checked_sub(1).filter(|at| *at < self.pages.len() && self.pages.len() > 1)?;
        let mut less = self.clone();
        let index = less.pages.remove(at);
        less.suppressed.push((index, TAKEN_OUT.into()));
        less.suppressed.sort_by_key(|(index, _)| *index);
        Some(less.by_hand("gekürzt"))
    }

    /// Page `number` of the source (from 1) that was left out comes back, where it lay.
    pub fn with_back(&self, number: u32) -> Option<Self> {
        let index = usize::try_from(number).ok()?.checked_sub(1)?;
        let mut more = self.clone();
        let at = more.suppressed.iter().position(|(left_out, _)| *left_out == index)?;
        more.suppressed.remove(at);
        let place = more.pages.iter().position(|page| *page > index).unwrap_or(more.pages.len());
        more.pages.insert(place, index);
        Some(more.by_hand("ergänzt"))
    }

    /// The page at `place` (from 1) changes places with the one before it.
    pub fn earlier(&self, place: usize) -> Option<Self> {
        let at = place.checked_sub(1).filter(|at| *at > 0 && *at < self.pages.len())?;
        let mut other = self.clone();
        other.pages.swap(at - 1, at);
        Some(other.by_hand("umgeordnet"))
    }

    /// The same pages; one of them lies another way now.
    pub fn turned(&self) -> Self {
        self.clone().by_hand("gedreht")
    }

    /// Decided by a person, who is asked once more when it was understood anew.
    fn by_hand(mut self, how: &str) -> Self {
        self.notes.retain(|note| note.code != "cut.by_hand");
        self.notes.push(Note::review("cut.by_hand", format!("Von Hand {how}: bitte ansehen und freigeben.")));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn document(pages: &[usize], suppressed: &[usize]) -> CutDocument {
        CutDocument {
            pages: pages.to_vec(),
            suppressed: suppressed.iter().map(|i| (*i, "leer".into())).collect(),
            ..CutDocument::default()
        }
    }

    fn places(documents: &[&CutDocument]) -> Vec<usize> {
        let of = |d: &&CutDocument| {
            let left_out = d.suppressed.iter().map(|(index, _)| *index).collect::<Vec<_>>();
            d.pages.iter().copied().chain(left_out).collect::<Vec<_>>()
        };
        let mut all: Vec<usize> = documents.iter().flat_map(of).collect();
        all.sort_unstable();
        all
    }

    proptest! {
        /// Whatever is cut, joined, taken out or brought back: no page is lost or doubled.
        #[test]
        fn every_page_stays_in_one_place(blank in prop::collection::vec(any::<bool>(), 2..20), place in 0usize..22) {
            let (left_out, kept): (Vec<usize>, Vec<usize>) = (0..blank.len()).partition(|i| *i > 0 && blank[*i]);
            let whole = document(&kept, &left_out);
            if let Some((first, second)) = whole.divided(place) {
                prop_assert_eq!(places(&[&first, &second]), places(&[&whole]));
                prop_assert!(!first.pages.is_empty() && !second.pages.is_empty());
                let again = first.joined(&second);
                prop_assert_eq!(&again.pages, &whole.pages);
                prop_assert_eq!(places(&[&again]), places(&[&whole]));
            }
            if let Some(less) = whole.without(place) {
                prop_assert_eq!(places(&[&less]), places(&[&whole]));
                let number = u32::try_from(kept[place - 1] + 1).unwrap();
                prop_assert_eq!(&less.with_back(number).unwrap().pages, &whole.pages);
            }
            if let Some(other) = whole.earlier(place) {
                prop_assert_eq!(&other.earlier(place).unwrap().pages, &whole.pages);
            }
        }
    }

    #[test]
    fn orders_of_the_stack_stay_those_of_the_letter_do_not() {
        let mut whole = document(&[0, 1], &[]);
        whole.orders = vec![Order::Department("bau".into()), Order::Circle("jugend".into())];
        let (first, second) = whole.divided(2).unwrap();
        assert_eq!(first.orders.len(), 2);
        assert_eq!(second.orders, [Order::Circle("jugend".into())]);
    }

    #[test]
    fn the_last_page_cannot_be_taken_out() {
        assert_eq!(document(&[3], &[]).without(1), None);
        assert_eq!(document(&[3], &[]).divided(1), None);
        assert_eq!(document(&[3, 4], &[]).with_back(1), None);
    }
}
