//! Old files: box > file > register > document, as the town's own sheets say. Nothing here is guessed.
//!
//! In: a stack that was cut. Out: each document's place in its file, and the first thing that does not fit, for a
//! person. A stack begins with the sheet of its box, holds one box, and names each file and register once.

use super::cover_sheet::{self, Level, Order};
use super::{BatchPage, CutDocument, CutOrder};
use crate::model::document::{FilePart, Filed};

/// A file that lies in another stack already; what the ledger knows, and nobody here.
pub const SCANNED_BEFORE: &str = "files.scanned_before";

/// Whether a person who looked at the paper may let a stack go on in spite of that. What has no place in a file, or
/// says it with a stranger's sheet, cannot go anywhere: it is scanned again.
pub fn acceptable(code: &str) -> bool {
    ["files.sheet_twice", "files.count_differs", "files.empty", "files.cover", SCANNED_BEFORE].contains(&code)
}

/// A sheet that begins a box, file or register.
struct Sheet {
    level: Level,
    name: String,
    page: usize,
    /// Page before which the next sheet of this or an outer level lies.
    end: usize,
    orders: Vec<Order>,
}

impl Sheet {
    fn holds(&self, page: usize) -> bool {
        self.page < page && page < self.end
    }

    /// `Akte „632/2025“ (Seite 7)`
    fn text(&self) -> String {
        let word = match self.level {
            Level::Box => "Kiste",
            Level::File => "Akte",
            Level::Register => "Register",
        };
        format!("{word} „{}“ (Seite {})", self.name, self.page + 1)
    }

    fn announced(&self, of: fn(&Order) -> Option<u32>) -> Option<u32> {
        self.orders.iter().find_map(of)
    }
}

/// Gives every document its place, and the code and sentence of what does not fit.
pub(super) fn file(
    documents: &mut [CutDocument],
    leftovers: &CutDocument,
    pages: &[BatchPage<'_>],
    order: &CutOrder,
) -> Option<(String, String)> {
    let sheets = sheets(documents, leftovers, pages.len());
    if !order.files {
        let first = sheets.first()?;
        let text = format!("{}: an dieser Station werden keine Akten gescannt.", first.text());
        return Some(("files.station".into(), text));
    }
    let found: Vec<u32> = sheets.iter().map(|sheet| sheets_of_paper(sheet, documents, order)).collect();
    for document in documents.iter_mut() {
        document.filed = place(document, &sheets, &found);
    }
    let problem = strangers(documents)
        .or_else(|| order_of(&sheets))
        .or_else(|| loose(documents, &sheets))
        .or_else(|| covers(documents, &sheets, pages))
        .or_else(|| counts(documents, &sheets, &found));
    problem.map(|(code, text)| (format!("files.{code}"), text))
}

type Problem = Option<(&'static str, String)>;

fn sheets(documents: &[CutDocument], leftovers: &CutDocument, pages: usize) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    for separator in documents.iter().chain([leftovers]).flat_map(|d| &d.separators) {
        // What is no sheet of the town ordered nothing.
        if separator.orders.is_empty() {
            continue;
        }
        let orders = cover_sheet::parse(&separator.value);
        for (level, name) in orders.iter().filter_map(Order::level) {
            let (name, page, orders) = (name.to_owned(), separator.page, orders.clone());
            sheets.push(Sheet { level, name, page, end: pages, orders });
        }
    }
    sheets.sort_by_key(|sheet| (sheet.page, sheet.level));
    for at in 0..sheets.len() {
        let (page, level) = (sheets[at].page, sheets[at].level);
        if let Some(next) = sheets[at + 1..].iter().find(|s| s.page > page && s.level <= level) {
            sheets[at].end = next.page;
        }
    }
    sheets
}

/// Sheets of paper below it, both sides of each being one.
fn sheets_of_paper(sheet: &Sheet, documents: &[CutDocument], order: &CutOrder) -> u32 {
    let all = documents.iter().flat_map(|d| d.pages.iter().chain(d.suppressed.iter().map(|(page, _)| page)));
    let sides = all.filter(|page| sheet.holds(**page)).count();
    u32::try_from(if order.duplex { sides.div_ceil(2) } else { sides }).unwrap_or(u32::MAX)
}

fn place(document: &CutDocument, sheets: &[Sheet], found: &[u32]) -> Option<Filed> {
    let named = |level| document.orders.iter().filter_map(Order::level).find(|(l, _)| *l == level);
    let first = *document.pages.first()?;
    let (at, file) = sheets.iter().enumerate().find(|(_, s)| s.level == Level::File && s.holds(first))?;
    let register = named(Level::Register).map(|(_, name)| name.to_owned());
    Some(Filed {
        in_box: named(Level::Box)?.1.to_owned(),
        file: file.name.clone(),
        part: match (document.orders.contains(&Order::Cover), &register) {
            (false, _) => FilePart::Document,
            (true, None) => FilePart::Cover,
            (true, Some(_)) => FilePart::Tab,
        },
        register,
        sheets_announced: file.announced(announced_sheets),
        sheets_found: found[at],
    })
}

fn announced_sheets(order: &Order) -> Option<u32> {
    if let Order::Sheets(n) = order { Some(*n) } else { None }
}

fn announced_documents(order: &Order) -> Option<u32> {
    if let Order::Documents(n) = order { Some(*n) } else { None }
}

/// A sheet of another town, or one somebody else printed.
fn strangers(documents: &[CutDocument]) -> Problem {
    let note = documents.iter().flat_map(|d| &d.notes).find(|n| n.code == super::NOT_OURS)?;
    Some(("sheet_not_ours", note.text.clone()))
}

/// Every sheet lies below one of the level above it, and none comes twice.
fn order_of(sheets: &[Sheet]) -> Problem {
    for (at, sheet) in sheets.iter().enumerate() {
        let before = &sheets[..at];
        let outer = |level| {
            before.iter().rfind(|s| s.level == level && (s.page == sheet.page || s.holds(sheet.page)))
        };
        let below = match sheet.level {
            Level::Box => None,
            Level::File => Some((Level::Box, "no_box", "Kistenblatt")),
            Level::Register => Some((Level::File, "no_file", "Aktenblatt")),
        };
        let mut scope = 0;
        if let Some((level, code, word)) = below {
            let Some(outer) = outer(level) else {
                return Some((code, format!("Vor {} liegt kein {word}.", sheet.text())));
            };
            scope = if level == Level::File { outer.page } else { 0 };
        }
        let alike = |s: &&Sheet| s.level == sheet.level && s.name == sheet.name && s.page >= scope;
        if let Some(first) = before.iter().find(alike) {
            let text = format!("{} kommt zweimal, zuerst auf Seite {}.", sheet.text(), first.page + 1);
            return Some(("sheet_twice", text));
        }
        if let Some(other) = before.iter().find(|s| s.level == Level::Box && sheet.level == Level::Box) {
            let text = format!("{} und {}: ein Stapel kommt aus einer Kiste.", other.text(), sheet.text());
            return Some(("two_boxes", text));
        }
    }
    None
}

/// Nothing lies outside a file.
fn loose(documents: &[CutDocument], sheets: &[Sheet]) -> Problem {
    if !sheets.iter().any(|s| s.level == Level::Box) {
        return Some(("no_box", "Im Stapel liegt kein Kistenblatt.".into()));
    }
    let page = documents.iter().find(|d| d.filed.is_none())?.pages.first()?;
    Some(("no_file", format!("Seite {} liegt in keiner Akte: vor ihr fehlt ein Aktenblatt.", page + 1)))
}

/// Where a sheet says that a cover or tab follows, there is one, in colour and with its back.
fn covers(documents: &[CutDocument], sheets: &[Sheet], pages: &[BatchPage<'_>]) -> Problem {
    for sheet in sheets.iter().filter(|s| s.orders.contains(&Order::Cover)) {
        let next = documents.iter().find(|d| d.pages.first().is_some_and(|page| *page > sheet.page));
        let Some(cover) = next.filter(|d| d.orders.contains(&Order::Cover)) else {
            return Some(("cover", format!("{}: der angekündigte Deckel fehlt.", sheet.text())));
        };
        if cover.pages.len() != 2 {
            return Some(("cover", format!("{}: vom Deckel fehlt die Rückseite.", sheet.text())));
        }
        if let Some(grey) = cover.pages.iter().find(|page| pages.get(**page).is_none_or(|p| !p.colour)) {
            let text = format!("{}: der Deckel (Seite {}) ist nicht in Farbe.", sheet.text(), grey + 1);
            return Some(("cover", text));
        }
    }
    None
}

/// What was announced is there, and nothing is empty.
fn counts(documents: &[CutDocument], sheets: &[Sheet], found: &[u32]) -> Problem {
    for (sheet, paper) in sheets.iter().zip(found) {
        let filed = |d: &&CutDocument| {
            !d.orders.contains(&Order::Cover) && d.pages.first().is_some_and(|page| sheet.holds(*page))
        };
        let letters = u32::try_from(documents.iter().filter(filed).count()).unwrap_or(u32::MAX);
        let counted = [
            (sheet.announced(announced_sheets), *paper, "Blatt"),
            (sheet.announced(announced_documents), letters, "Schriftstücke"),
        ];
        for (announced, found, what) in counted {
            if let Some(announced) = announced.filter(|n| *n != found) {
                let text = format!("{}: {announced} {what} angekündigt, {found} gefunden.", sheet.text());
                return Some(("count_differs", text));
            }
        }
        if letters == 0 {
            return Some(("empty", format!("{}: darin liegt nichts.", sheet.text())));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::{Code, CutPlan, Side, cut};
    use super::*;
    use crate::model::geometry::Box2;

    /// Sheets of paper, both sides each: `K` `L` boxes, `A` `F` files (`F` with cover, `C` counted with two sheets and
    /// one letter), `R` register, `S` separator, `P` a page with an empty back, `G` the same in grey.
    fn stack(letters: &str) -> CutPlan {
        let value = |c| match c {
            'K' => Some("box=K-1;dep=bau"),
            'L' => Some("box=K-2"),
            'A' => Some("file=63/1"),
            'F' => Some("file=63/2;cover=next"),
            'C' => Some("file=63/3;sheets=2;documents=1;dep=kasse"),
            'R' => Some("register=Pläne"),
            'S' => Some("dep=stadtarchiv"),
            _ => None,
        };
        let sides = letters.chars().flat_map(|c| {
            let code = value(c).map(|orders| Code {
                symbology: "qr".into(),
                value: format!("POSTSTELLE:v1;{orders}"),
                bounds: Box2::default(),
            });
            let front =
                BatchPage { codes: code.into_iter().collect(), colour: c != 'G', ..BatchPage::default() };
            [front, BatchPage { side: Side::Back, blank: true, colour: c != 'G', ..BatchPage::default() }]
        });
        let order = CutOrder { files: true, strict: true, duplex: true, ..CutOrder::default() };
        cut(&sides.collect::<Vec<_>>(), &order)
    }

    fn places(plan: &CutPlan) -> Vec<String> {
        let text = |d: &CutDocument| {
            let f = d.filed.as_ref().unwrap();
            let register = f.register.as_deref().unwrap_or("-");
            format!("{} {} {register} {:?} {:?}", f.in_box, f.file, f.part, d.pages)
        };
        plan.documents.iter().map(text).collect()
    }

    #[test]
    fn every_document_has_its_place_in_box_file_and_register() {
        let plan = stack("KFPPRPSPAP");
        assert_eq!(plan.hold, None);
        assert_eq!(
            places(&plan),
            [
                "K-1 63/2 - Cover [4, 5]",
                "K-1 63/2 - Document [6]",
                "K-1 63/2 Pläne Document [10]",
                "K-1 63/2 Pläne Document [14]",
                "K-1 63/1 - Document [18]",
            ]
        );
        let department =
            |at: usize, id: &str| plan.documents[at].orders.contains(&Order::Department(id.into()));
        assert!(department(0, "bau") && department(2, "bau"), "the box's order holds for all in it");
        assert!(department(3, "stadtarchiv") && department(4, "bau"), "a letter's own holds for that letter");
        assert_eq!(plan.documents[0].filed.as_ref().unwrap().sheets_found, 4);
    }

    #[test]
    fn what_was_counted_is_there() {
        assert_eq!(stack("KCPP").hold, None);
        let text = stack("KCP").hold.unwrap().1;
        assert_eq!(text, "Akte „63/3“ (Seite 3): 2 Blatt angekündigt, 1 gefunden.");
        let text = stack("KCPSP").hold.unwrap().1;
        assert_eq!(text, "Akte „63/3“ (Seite 3): 1 Schriftstücke angekündigt, 2 gefunden.");
    }

    #[test]
    fn what_does_not_fit_is_held_with_a_sentence() {
        for (letters, code, words) in [
            ("APP", "no_box", "Vor Akte „63/1“ (Seite 1) liegt kein Kistenblatt."),
            ("PP", "no_box", "Im Stapel liegt kein Kistenblatt."),
            ("KRP", "no_file", "Vor Register „Pläne“ (Seite 3) liegt kein Aktenblatt."),
            ("KPAP", "no_file", "Seite 3 liegt in keiner Akte"),
            ("KAPKAP", "sheet_twice", "Kiste „K-1“ (Seite 7) kommt zweimal, zuerst auf Seite 1."),
            ("KAPCPPAP", "sheet_twice", "Akte „63/1“"),
            ("KARPSPRP", "sheet_twice", "Register „Pläne“"),
            ("KAPLCPP", "two_boxes", "ein Stapel kommt aus einer Kiste"),
            ("KAAP", "sheet_twice", "Akte „63/1“ (Seite 5) kommt zweimal"),
            ("KACPP", "empty", "Akte „63/1“ (Seite 3): darin liegt nichts."),
            ("KAPC", "count_differs", "2 Blatt angekündigt, 0 gefunden"),
            ("KFRPP", "cover", "der angekündigte Deckel fehlt"),
            ("KFGP", "cover", "nicht in Farbe"),
        ] {
            let (found, text) = stack(letters).hold.unwrap_or_default();
            assert!(found == format!("files.{code}") && text.contains(words), "{letters}: {found} {text}");
        }
    }

    #[test]
    fn a_register_may_be_called_the_same_in_two_files() {
        assert_eq!(stack("KARPCRPP").hold, None);
    }
}
