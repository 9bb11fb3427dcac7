//! The walk through the stack, sheet by sheet.

use super::content::{self, Place};
use super::cover_sheet::{self, Order};
use super::files;
use super::separator::{self, Says};
use super::{BatchPage, CutDocument, CutOrder, CutPlan, SeparatorUse, Side};
use crate::model::document::Reason;
use crate::model::notes::Note;

pub(super) fn cut(pages: &[BatchPage<'_>], order: &CutOrder) -> CutPlan {
    let mut walk = Walk::new(order);
    let mut at = 0;
    while let Some(front) = pages.get(at) {
        let back =
            pages.get(at + 1).filter(|p| order.duplex && front.side == Side::Front && p.side == Side::Back);
        at += walk.sheet(at, front, back);
    }
    walk.finish(pages)
}

struct Walk<'a> {
    order: &'a CutOrder,
    done: Vec<CutDocument>,
    open: CutDocument,
    /// Sides of the open document that were scanned, blank ones included.
    sides: u32,
    /// What its pages say about their place.
    places: Vec<Place>,
    /// Orders for all that follow.
    standing: Vec<Order>,
    /// Orders of the sheets of box, file and register in force.
    levels: [Vec<Order>; 3],
    /// The next sheet of paper is the cover of a file or the tab of a register.
    cover_due: bool,
    /// Documents announced by a cover sheet.
    announced: Option<u32>,
}

impl<'a> Walk<'a> {
    fn new(order: &'a CutOrder) -> Self {
        let reasons = vec![reason("batch.start", "Anfang des Stapels.")];
        let open = CutDocument { reasons, ..CutDocument::default() };
        Self {
            order,
            done: vec![],
            open,
            sides: 0,
            places: vec![],
            standing: vec![],
            levels: Default::default(),
            cover_due: false,
            announced: None,
        }
    }

    /// One sheet; says how many pages it had.
    fn sheet(&mut self, at: usize, front: &BatchPage<'_>, back: Option<&BatchPage<'_>>) -> usize {
        let says = separator::says(front, self.order);
        let behind = back.map(|b| (b, separator::says(b, self.order)));
        let ours = |says: &Says| matches!(says, Says::Sheet { .. } | Says::Forged);
        if std::mem::take(&mut self.cover_due)
            && !ours(&says)
            && !behind.as_ref().is_some_and(|(_, s)| ours(s))
        {
            return self.cover(at, if behind.is_some() { 2 } else { 1 });
        }
        match (says, behind) {
            // A separator: its other side belongs to it, whether empty or printed the same.
            (says @ Says::Sheet { .. }, Some((b, other)))
                if b.blank || matches!(other, Says::Sheet { .. }) =>
            {
                self.separate(at, says, front);
                self.other_side(at + 1);
                2
            }
            // Fed with the wrong side up.
            (Says::Nothing, Some((b, other @ Says::Sheet { .. }))) if front.blank => {
                self.separate(at + 1, other, b);
                self.other_side(at);
                2
            }
            (says @ Says::Sheet { .. }, behind) => {
                self.separate(at, says, front);
                if behind.is_some() {
                    self.open.notes.push(Note::review(
                        "cut.separator_written_on",
                        format!("Die Rückseite des Trennblatts (Seite {}) ist beschrieben.", at + 2),
                    ));
                }
                1
            }
            (Says::Nothing, Some((b, Says::Nothing))) if self.separates_blank(front) && b.blank => {
                self.blank_sheet(at);
                self.other_side(at + 1);
                2
            }
            (Says::Nothing, None) if self.separates_blank(front) && front.side == Side::Front => {
                self.blank_sheet(at);
                1
            }
            (says, _) => {
                self.page(at, says, front);
                1
            }
        }
    }

    fn separates_blank(&self, page: &BatchPage<'_>) -> bool {
        page.blank && self.order.blank_separates && !self.order.strict
    }

    fn separate(&mut self, at: usize, says: Says, page: &BatchPage<'_>) {
        let Says::Sheet { kind, value, own, turned } = says else { return self.page(at, says, page) };
        let text = format!("Trennblatt ({kind}) auf Seite {}.", at + 1);
        self.begin(&format!("separator.{kind}"), &text, None);
        if turned {
            let text = format!("Das Trennblatt auf Seite {} lag verkehrt herum ({kind}).", at + 1);
            self.open.notes.push(Note::info("cut.patch_turned", text));
        }
        let orders = if own { cover_sheet::parse(&value) } else { Vec::new() };
        let written = orders.iter().map(ToString::to_string).collect();
        self.obey(orders);
        self.open.separators.push(SeparatorUse { page: at, kind, value, orders: written });
    }

    /// The cover of a file or the tab of a register: a document of its own, with both sides, whatever is on them.
    fn cover(&mut self, at: usize, sides: usize) -> usize {
        self.begin("files.cover", &format!("Aktendeckel oder Registerblatt auf Seite {}.", at + 1), None);
        self.open.pages.extend(at..at + sides);
        self.open.orders.push(Order::Cover);
        self.begin("files.after_cover", &format!("Nach dem Deckel auf Seite {}.", at + 1), None);
        sides
    }

    /// Orders of the sheet of a box, file or register hold until the next one of its level or an outer one.
    fn enter(&mut self, orders: &[Order]) -> bool {
        let levels = || orders.iter().filter_map(Order::level).map(|(level, _)| level);
        let (Some(outer), Some(inner)) = (levels().min(), levels().max()) else { return false };
        self.levels.iter_mut().skip(outer as usize).for_each(Vec::clear);
        for order in orders.iter().filter(|o| lasts(o)) {
            let level = order.level().map_or(inner, |(level, _)| level);
            replace(&mut self.levels[level as usize], order.clone());
        }
        self.open.orders = self.in_force();
        self.cover_due = orders.contains(&Order::Cover);
        true
    }

    /// What holds for a document without a sheet of its own.
    fn in_force(&self) -> Vec<Order> {
        let mut orders = self.standing.clone();
        self.levels.iter().flatten().for_each(|order| replace(&mut orders, order.clone()));
        orders
    }

    /// Orders for the next document, or for all that follow.
    fn obey(&mut self, orders: Vec<Order>) {
        self.open.notes.extend(cover_sheet::notes(&orders));
        if self.enter(&orders) {
            return;
        }
        if let Some(n) = orders.iter().find_map(|o| if let Order::Documents(n) = o { Some(*n) } else { None })
        {
            self.announced = Some(n);
        }
        let for_all = orders.contains(&Order::ForAll);
        for order in orders {
            replace(&mut self.open.orders, order.clone());
            if for_all && lasts(&order) {
                replace(&mut self.standing, order);
            }
        }
    }

    fn other_side(&mut self, at: usize) {
        let (kind, value, orders) = ("back".to_owned(), String::new(), Vec::new());
        self.open.separators.push(SeparatorUse { page: at, kind, value, orders });
        self.open.separators.sort_by_key(|s| s.page);
    }

    fn blank_sheet(&mut self, at: usize) {
        self.begin("separator.blank", &format!("Leeres Trennblatt auf Seite {}.", at + 1), None);
        let (kind, value, orders) = ("blank".to_owned(), String::new(), Vec::new());
        self.open.separators.push(SeparatorUse { page: at, kind, value, orders });
    }

    fn page(&mut self, at: usize, says: Says, page: &BatchPage<'_>) {
        match says {
            Says::Begins { kind, doubtful } => {
                let text = format!("Barcode ({kind}) auf Seite {}.", at + 1);
                self.begin(&format!("separator.kept.{kind}"), &text, None);
                if doubtful {
                    self.open.notes.push(Note::review(
                        "cut.barcode_on_letter",
                        format!(
                            "Auf Seite {} trennt ein Barcode, aber die Seite ist ein Brief; sie bleibt.",
                            at + 1
                        ),
                    ));
                }
            }
            Says::PatchOnLetter => self.open.notes.push(Note::review(
                "cut.patch_on_letter",
                format!(
                    "Seite {} trägt Trennbalken, ist aber beschrieben; hier wurde nicht getrennt.",
                    at + 1
                ),
            )),
            Says::Forged => self.open.notes.push(Note::review(
                super::NOT_OURS,
                format!(
                    "Seite {} gibt sich als Deckblatt der Stadt aus, trägt aber nicht deren Prüfzeichen; es ordnet nichts an.",
                    at + 1
                ),
            )),
            Says::Sheet { .. } | Says::Nothing if page.again && !self.open.pages.is_empty() => {
                return self.open.pages.push(at);
            }
            Says::Sheet { .. } | Says::Nothing => self.by_count_or_content(at, page),
        }
        self.sides = self.sides.saturating_add(1);
        // An empty back of an envelope says that nothing was noted there.
        if page.blank && self.order.suppress_blank && !page.envelope {
            self.open.suppressed.push((at, "blank".into()));
        } else {
            self.open.pages.push(at);
            if self.order.by_content {
                self.places.push(content::place(page));
            }
        }
    }

    fn by_count_or_content(&mut self, at: usize, page: &BatchPage<'_>) {
        if self.order.pages_per_document.is_some_and(|n| n > 0 && self.sides >= n) {
            let text = format!("Feste Seitenzahl je Schriftstück erreicht vor Seite {}.", at + 1);
            self.begin("fixed_count", &text, None);
        } else if self.order.by_content
            && !self.order.strict
            && page.side == Side::Front
            && !self.places.is_empty()
        {
            let (weight, why) = content::weight(&self.places, content::place(page));
            if weight >= content::ENOUGH {
                let text = format!("Neues Schriftstück auf Seite {}: {why}.", at + 1);
                self.begin("content.restart", &text, Some(weight));
            }
        }
    }

    /// A document ends when it has pages; what lies before the first page stays with the next one.
    fn begin(&mut self, rule: &str, text: &str, weight: Option<f32>) {
        if !self.open.pages.is_empty() {
            self.close();
        }
        if self.sides > 0 {
            let text = "Vor diesem Schriftstück liegen nur leere Seiten.";
            self.open.notes.push(Note::warning("cut.blank_between", text));
        }
        (self.sides, self.places) = (0, Vec::new());
        self.open.reasons = vec![Reason { weight, ..reason(rule, text) }];
    }

    fn close(&mut self) {
        // Sheets in a row, cover sheet and separator, speak for the same document; only now their orders end.
        let next = CutDocument { orders: self.in_force(), ..CutDocument::default() };
        let mut document = std::mem::replace(&mut self.open, next);
        if let Some(n) = self.order.pages_per_document.filter(|&n| n > 0 && self.sides != n) {
            let text = format!("{n} Seiten je Schriftstück sind verlangt, dieses hat {}.", self.sides);
            document.notes.push(Note::review("cut.fixed_count", text));
        }
        self.sides = 0;
        self.done.push(document);
    }

    fn finish(mut self, pages: &[BatchPage<'_>]) -> CutPlan {
        let rest = if self.open.pages.is_empty() {
            std::mem::take(&mut self.open)
        } else {
            self.close();
            CutDocument::default()
        };
        let mut plan = CutPlan { documents: self.done, leftovers: rest, notes: Vec::new(), hold: None };
        if plan.documents.is_empty() && !pages.is_empty() {
            plan.documents.push(nothing_but_blanks(std::mem::take(&mut plan.leftovers)));
        } else {
            plan.leftovers.reasons.clear();
            plan.leftovers.orders.clear();
            if plan.leftovers.separators.iter().any(|s| s.kind != "blank" && s.kind != "back") {
                let text = "Nach dem letzten Trennblatt kam kein Schriftstück.";
                plan.notes.push(Note::info("cut.separator_at_end", text));
            }
        }
        plan.hold = files::file(&mut plan.documents, &plan.leftovers, pages, self.order)
            .or_else(|| hold(pages.len(), &plan.documents, self.order, self.announced));
        plan
    }
}

/// Counts, and what is said of the next sheet, are of one document or of the batch, never of all that follow.
fn lasts(order: &Order) -> bool {
    use Order::{Check, Continue, Cover, Documents, Pages, Rescan, Sheets};
    !matches!(order, Pages(_) | Documents(_) | Sheets(_) | Cover | Rescan { .. } | Continue { .. } | Check(_))
}

/// A later order of the same key takes the place of an earlier one.
fn replace(orders: &mut Vec<Order>, order: Order) {
    orders.retain(|o| o.key() != order.key());
    orders.push(order);
}

/// A batch without anything to read is still shown to a person.
fn nothing_but_blanks(rest: CutDocument) -> CutDocument {
    let mut pages: Vec<usize> = rest.suppressed.iter().map(|s| s.0).collect();
    let separators = if pages.is_empty() {
        pages = rest.separators.iter().map(|s| s.page).collect();
        Vec::new()
    } else {
        rest.separators
    };
    let text = "Der Stapel enthält nur leere Seiten oder Trennblätter.";
    let mut notes = rest.notes;
    notes.push(Note::review("cut.only_blank", text));
    let reasons = vec![reason("only_blank", text)];
    CutDocument { pages, separators, reasons, orders: rest.orders, notes, ..CutDocument::default() }
}

/// Announced and found must agree; otherwise a person counts the paper.
fn hold(
    pages: usize,
    documents: &[CutDocument],
    order: &CutOrder,
    announced: Option<u32>,
) -> Option<(String, String)> {
    let differ = |expected: u32, found: usize| usize::try_from(expected) != Ok(found);
    let held = |text: String| Some(("hold.count".to_owned(), text));
    if let Some(n) = order.expected_pages.filter(|&n| differ(n, pages)) {
        return held(format!("{n} Seiten angekündigt, {pages} gefunden."));
    }
    let found = documents.len();
    if let Some(n) = order.expected_documents.or(announced).filter(|&n| differ(n, found)) {
        return held(format!("{n} Schriftstücke angekündigt, {found} gefunden."));
    }
    documents.iter().enumerate().find_map(|(i, document)| {
        let n = document.orders.iter().find_map(|o| if let Order::Pages(n) = o { Some(*n) } else { None })?;
        // Whoever counted may have counted empty backs or not.
        let (kept, all) = (document.pages.len(), document.pages.len() + document.suppressed.len());
        let text = format!("Schriftstück {}: {n} Seiten angekündigt, {kept} gefunden.", i + 1);
        if differ(n, kept) && differ(n, all) { held(text) } else { None }
    })
}

fn reason(rule: &str, text: &str) -> Reason {
    Reason::new("cut", rule, text)
}
