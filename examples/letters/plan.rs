//! From a plan to a file. In: which letters, in what order, how separated, how damaged, how stored. Out: the
//! bytes of the file, its truth, and on request the undamaged pages.

use crate::codes::{self, Separator};
use crate::damage;
use crate::dice::{Dice, Purpose};
use crate::ink::{Raster, Sheet, Tint};
use crate::layout;
use crate::letter::{self, Letter};
use crate::marks;
use crate::store::{self, Format};
use crate::truth::{DocumentTruth, FileTruth, PageTruth};
use crate::words_read as words;
use jiff::ToSpan;
use poststelle::model::page::ReadPage;

type Failure = Box<dyn std::error::Error>;

/// One letter of a file.
pub struct LetterPlan {
    /// Kind id or hold code.
    pub what: &'static str,
    /// What happens to its pages, out of [`damage::ALL`].
    pub conditions: Vec<&'static str>,
    /// In duplex: somebody wrote on the back of the last page.
    pub marked_back: bool,
}

/// One file.
pub struct FilePlan {
    /// Path without extension.
    pub name: String,
    /// Master seed.
    pub seed: u64,
    /// Number of the file under this seed.
    pub index: u64,
    /// Layouts, wordings and typefaces of the held-out set.
    pub held_out: bool,
    /// How it is stored.
    pub format: Format,
    /// Colour instead of grey (not for black and white formats).
    pub colour: bool,
    /// Both sides scanned.
    pub duplex: bool,
    /// What lies between the letters.
    pub separator: Separator,
    /// The letters.
    pub letters: Vec<LetterPlan>,
    /// All ways to write, lay out and stamp a letter; off only for the committed samples, which stay what they are.
    pub wide: bool,
}

/// A finished file.
pub struct Produced {
    /// Path with extension.
    pub path: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Its truth.
    pub truth: FileTruth,
    /// Names and contents of the undamaged pages.
    pub twins: Vec<(String, Vec<u8>)>,
    /// The pages as a reader without mistakes sees them, if that was wished instead of a scan.
    pub read: Vec<ReadPage>,
}

/// What is made of the pages.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// A scan.
    Scan,
    /// A scan and the undamaged pages.
    Twins,
    /// Only what stands on the pages, and where.
    Words,
}

/// A page between setting and storing.
struct Shot<'a> {
    sheet: &'a Sheet,
    other: Option<&'a Raster>,
    tints: Vec<Tint>,
    marks: Vec<String>,
    conditions: Vec<&'static str>,
    folds: [f64; 2],
    skew: f64,
    /// The stamp of receipt: its place in pixels and its words.
    stamp: Option<(i32, i32, Sheet)>,
}

impl<'a> Shot<'a> {
    fn of(sheet: &'a Sheet, conditions: Vec<&'static str>) -> Self {
        let (tints, marks) = (Vec::new(), Vec::new());
        Shot { sheet, other: None, tints, marks, conditions, folds: [105.0, 210.0], skew: 0.0, stamp: None }
    }
}

/// Where pages of a file are gathered.
struct Gathering<'p> {
    plan: &'p FilePlan,
    format: Format,
    making: Making,
    read: Vec<ReadPage>,
    stored: Vec<store::Stored>,
    pages: Vec<PageTruth>,
    pictures: Vec<(String, Vec<u8>)>,
}

/// Makes the file of a plan.
pub fn produce(plan: &FilePlan, making: Making) -> Result<Produced, Failure> {
    let mut written: Vec<(Letter, layout::Pages)> = Vec::new();
    for (part, letter) in plan.letters.iter().enumerate() {
        let content =
            letter::write(plan.seed, plan.index, part as u64, letter.what, plan.held_out, plan.wide);
        let mut dice = Dice::new(plan.seed, plan.index, part as u64, Purpose::Layout);
        let pages = layout::set(&content, &mut dice);
        written.push((content, pages));
    }
    let many = plan.duplex || written.len() > 1 || written.iter().any(|(_, p)| p.sheets.len() > 1);
    let format = match plan.format {
        Format::Jpeg(quality) if many => Format::PdfDct(quality),
        Format::Png if many => Format::TiffDeflate,
        other => other,
    };
    let mut out = Gathering::new(plan, format, making);
    let (mut separators, mut documents) = (Vec::new(), Vec::new());
    for (part, ((content, pages), letter)) in written.iter().zip(&plan.letters).enumerate() {
        let mut dice = Dice::new(plan.seed, plan.index, part as u64, Purpose::Damage);
        if part > 0 && plan.separator != Separator::Nothing {
            separators.push(out.pages.len() + 1);
            out.separator(&mut dice)?;
        }
        documents.push(out.letter(content, pages, letter, &mut dice)?);
    }
    let path = format!("{}.{}", plan.name, format.extension());
    let bytes = if making == Making::Words { Vec::new() } else { store::file(out.stored, format)? };
    let truth = FileTruth { file: path.clone(), pages: out.pages, separators, documents };
    Ok(Produced { path, bytes, truth, twins: out.pictures, read: out.read })
}

/// A stack of letters of one page, each with a sheet before it: which sheets with what happening to them, and whether
/// strangers' barcodes stand on the letters.
pub fn stack(
    plan: &FilePlan,
    sheets: &[(Separator, Vec<&'static str>, f64)],
    foreign: bool,
    dice: &mut Dice,
) -> Result<Produced, Failure> {
    let mut out = Gathering::new(plan, plan.format, Making::Scan);
    let (mut separators, mut documents) = (Vec::new(), Vec::new());
    for (part, letter) in plan.letters.iter().enumerate() {
        if let Some((separator, conditions, skew)) = sheets.get(part).filter(|s| s.0 != Separator::Nothing) {
            separators.push(out.pages.len() + 1);
            let sheet = codes::sheet(*separator, dice)?;
            let text = sheet.lines.join("\n");
            out.take(Shot { skew: *skew, ..Shot::of(&sheet, conditions.clone()) }, text, false, dice)?;
        }
        let content =
            letter::write(plan.seed, plan.index, part as u64, letter.what, plan.held_out, plan.wide);
        let mut layout = Dice::new(plan.seed, plan.index, part as u64, Purpose::Layout);
        let mut sheet = layout::set(&content, &mut layout).sheets.swap_remove(0);
        let mut shot_marks = Vec::new();
        if foreign {
            shot_marks.push(format!("barcode: {}", codes::foreign(&mut sheet, dice)?));
        }
        let text = sheet.lines.join("\n");
        let skew = dice.real(-2.0, 2.0);
        let number = out.pages.len() + 1;
        let shot = Shot { marks: shot_marks, skew, ..Shot::of(&sheet, letter.conditions.clone()) };
        out.take(shot, text, false, dice)?;
        documents.push(DocumentTruth {
            pages: vec![number],
            kind: content.kind,
            department: content.department,
            copies: Vec::new(),
            hold: content.hold,
            fields: content.fields,
        });
    }
    let path = format!("{}.{}", plan.name, plan.format.extension());
    let bytes = store::file(out.stored, plan.format)?;
    let truth = FileTruth { file: path.clone(), pages: out.pages, separators, documents };
    Ok(Produced { path, bytes, truth, twins: Vec::new(), read: Vec::new() })
}

/// The back of a sheet as a file of its own, empty or with a mark: what it is called, the sheet, its ink.
pub fn lone_back(
    plan: &FilePlan,
    letter: &LetterPlan,
    mark: Option<(&'static str, (Sheet, Vec<Tint>))>,
    dice: &mut Dice,
) -> Result<Produced, Failure> {
    let format = plan.format;
    let mut out = Gathering::new(plan, format, Making::Scan);
    let front = out.other_side(dice);
    let (marks, (sheet, tints)) = match mark {
        Some((name, ink)) => (vec![name.to_string()], ink),
        None => (Vec::new(), (Sheet::a4(), Vec::new())),
    };
    let blank = marks.is_empty();
    let conditions = letter.conditions.clone();
    let skew = dice.real(-1.5, 1.5);
    let shot = Shot { other: Some(&front), tints, marks, skew, ..Shot::of(&sheet, conditions) };
    out.take(shot, String::new(), blank, dice)?;
    let path = format!("{}.{}", plan.name, format.extension());
    let bytes = store::file(out.stored, format)?;
    let truth =
        FileTruth { file: path.clone(), pages: out.pages, separators: Vec::new(), documents: Vec::new() };
    Ok(Produced { path, bytes, truth, twins: Vec::new(), read: Vec::new() })
}

impl<'p> Gathering<'p> {
    fn new(plan: &'p FilePlan, format: Format, making: Making) -> Self {
        let (stored, pages, pictures, read) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Gathering { plan, format, making, read, stored, pages, pictures }
    }

    fn letter(
        &mut self,
        content: &Letter,
        pages: &layout::Pages,
        plan: &LetterPlan,
        dice: &mut Dice,
    ) -> Result<DocumentTruth, Failure> {
        let has = |what: &str| plan.conditions.contains(&what);
        let mut fields = content.fields.clone();
        let mut numbers = Vec::new();
        let lean = dice.real(0.6, 6.0).min(dice.real(0.6, 6.0)) * if dice.chance(50) { 1.0 } else { -1.0 };
        let last = pages.sheets.len() - 1;
        let back_page = match has("show_through") && last == 0 {
            true => Some(self.other_side(dice)),
            false => None,
        };
        for (n, sheet) in pages.sheets.iter().enumerate() {
            let mut shot = Shot {
                sheet,
                other: back_page.as_ref().or(pages.sheets.get((n + 1) % (last + 1)).map(|s| &s.raster)),
                tints: Vec::new(),
                marks: Vec::new(),
                conditions: plan.conditions.clone(),
                folds: pages.folds,
                skew: lean + dice.real(-0.3, 0.3),
                stamp: None,
            };
            if has("stamped") && n == 0 {
                let day = content.date.saturating_add(dice.range(1, 5).days());
                let (x, y) = if sheet.raster.h < 3000 {
                    (dice.real(16.0, 60.0), 120.0)
                } else if content.private {
                    (dice.real(88.0, 138.0), dice.real(28.0, 84.0))
                } else {
                    (dice.real(75.0, 130.0), dice.real(84.0, 122.0))
                };
                let form = match self.plan.wide {
                    true => marks::Form::Wide { held_out: self.plan.held_out },
                    false => marks::Form::Plain,
                };
                let (ink, stamp) = marks::stamp(day, x, y, form, dice);
                let words = stamp.lines.join(" ");
                shot.stamp = Some((ink.x, ink.y, stamp));
                shot.tints.push(ink);
                shot.marks.push(format!("stamp: {words}"));
                if content.hold.is_none() {
                    fields.insert("received_date".to_string(), day.to_string());
                }
            } else {
                shot.conditions.retain(|&c| c != "stamped");
            }
            match pages.signature {
                Some((page, x, y)) if has("signed") && page == n => {
                    shot.tints.push(marks::signature(x, y, dice));
                    shot.marks.push("signature".to_string());
                }
                _ => shot.conditions.retain(|&c| c != "signed"),
            }
            numbers.push(self.pages.len() + 1);
            self.take(shot, sheet.lines.join("\n"), false, dice)?;
            if self.plan.duplex {
                let marked = plan.marked_back && n == last;
                if marked {
                    numbers.push(self.pages.len() + 1);
                }
                let raster = Raster::white(sheet.raster.w, sheet.raster.h);
                let back = Sheet { raster, ..Sheet::a4() };
                self.back(&back, Some(&sheet.raster), plan, marked, dice)?;
            }
        }
        Ok(DocumentTruth {
            pages: numbers,
            kind: content.kind,
            department: content.department,
            copies: Vec::new(),
            hold: content.hold,
            fields,
        })
    }

    /// Something that stands on the other side of a sheet.
    fn other_side(&self, dice: &mut Dice) -> Raster {
        let content =
            letter::write(self.plan.seed, self.plan.index, 1_000, "beschwerde", self.plan.held_out, false);
        layout::set(&content, dice).sheets.swap_remove(0).raster
    }

    /// The back of a sheet: empty, or with somebody's pencil or stamp on it.
    fn back(
        &mut self,
        back: &Sheet,
        front: Option<&Raster>,
        plan: &LetterPlan,
        marked: bool,
        dice: &mut Dice,
    ) -> Result<(), Failure> {
        let keep = ["skew", "punched", "black_border", "noise", "turn180", "show_through"];
        let mut conditions: Vec<&'static str> =
            plan.conditions.iter().copied().filter(|c| keep.contains(c)).collect();
        if !self.format.bitonal()
            && !conditions.contains(&"show_through")
            && front.is_some()
            && dice.chance(60)
        {
            conditions.push("show_through");
        }
        let mut shot = Shot { other: front, skew: dice.real(-1.5, 1.5), ..Shot::of(back, conditions) };
        if marked {
            let (x, y) = (dice.real(25.0, 120.0), dice.real(30.0, 240.0));
            if dice.chance(60) {
                shot.tints.push(marks::pencil(x, y, self.format.bitonal(), dice));
                shot.marks.push("pencil".to_string());
            } else {
                let day = jiff::civil::date(2026, 3, 2).saturating_add(dice.range(0, 120).days());
                let (ink, stamp) = marks::stamp(day, x, y, marks::Form::Plain, dice);
                shot.tints.push(ink);
                shot.marks.push(format!("stamp: {}", stamp.lines.join(" ")));
            }
        }
        self.take(shot, String::new(), !marked, dice)
    }

    fn separator(&mut self, dice: &mut Dice) -> Result<(), Failure> {
        let sheet = codes::sheet(self.plan.separator, dice)?;
        let mut conditions = Vec::new();
        if dice.chance(40) {
            conditions.push("skew");
        }
        if dice.chance(15) {
            conditions.push("noise");
        }
        let skew = dice.real(-2.5, 2.5);
        let shot = Shot { skew, ..Shot::of(&sheet, conditions) };
        self.take(shot, sheet.lines.join("\n"), self.plan.separator == Separator::Blank, dice)?;
        if self.plan.duplex {
            let plan = LetterPlan { what: "unbekannt", conditions: Vec::new(), marked_back: false };
            self.back(&Sheet::a4(), None, &plan, false, dice)?;
        }
        Ok(())
    }

    /// Scans a sheet and adds it to the file.
    fn take(&mut self, mut shot: Shot, text: String, blank: bool, dice: &mut Dice) -> Result<(), Failure> {
        let bitonal = self.format.bitonal();
        let colour = self.plan.colour && !bitonal;
        if bitonal {
            // None of these leaves anything on a black and white page.
            shot.conditions
                .retain(|c| !["coffee", "folded", "show_through", "uneven_light", "jpeg_low"].contains(c));
        }
        if !matches!(self.format, Format::Jpeg(_) | Format::PdfDct(_)) {
            shot.conditions.retain(|&c| c != "jpeg_low");
        }
        if self.making == Making::Words {
            self.read.push(words::read(shot.sheet, shot.stamp.as_ref()));
            let (marks, conditions) = (shot.marks, shot.conditions);
            self.pages.push(PageTruth { text, turn: 0, skew: 0.0, blank, marks, conditions });
            return Ok(());
        }
        let has = |what: &str| shot.conditions.contains(&what);
        let mut page = shot.sheet.raster.clone();
        if self.making == Making::Twins {
            let mut twin = page.clone();
            twin.lay(&shot.sheet.tints);
            let name = format!("{}-p{:03}.png", self.plan.name.replace('/', "-"), self.pages.len() + 1);
            self.pictures.push((name, store::png(&twin)?));
        }
        if has("faint") {
            damage::faint(&mut page, dice);
        }
        if colour {
            page = page.to_rgb();
        }
        page.lay(&shot.sheet.tints);
        page.lay(&shot.tints);
        if has("coffee") {
            page.lay(&[damage::coffee(dice)]);
        }
        let white = dice.range(236, 252) as u8;
        if !bitonal {
            damage::paper(&mut page, white, dice.range(8, 46) as u8);
        }
        if let (true, Some(other)) = (has("show_through"), shot.other) {
            damage::show_through(&mut page, other, dice);
        }
        if has("folded") {
            damage::folded(&mut page, &shot.folds, dice);
        }
        if has("uneven_light") {
            damage::uneven_light(&mut page, dice);
        }
        if has("punched") {
            damage::punched(&mut page, dice);
        }
        if has("worn") {
            damage::worn(&mut page, white, dice);
        }
        if has("photocopied") {
            damage::photocopied(&mut page, dice);
        }
        let skew = if has("skew") { (shot.skew * 100.0).round() / 100.0 } else { 0.0 };
        if skew != 0.0 {
            page = damage::skew(&page, skew, if has("black_border") { 20 } else { white });
        }
        if has("black_border") {
            damage::black_border(&mut page, dice);
        }
        if has("noise") {
            let (grain, specks) = (dice.range(10, 30), dice.range(200, 2500));
            damage::noise(&mut page, if bitonal { 0 } else { grain }, specks, dice);
        } else if matches!(self.format, Format::Jpeg(_) | Format::PdfDct(_)) {
            // No sensor is quite still.
            damage::noise(&mut page, 5, 0, dice);
        }
        if bitonal {
            damage::bitonal(&mut page, if has("faint") { 190 } else { dice.range(118, 165) as u8 });
        }
        let turn = [("turn90", 90), ("turn180", 180), ("turn270", 270)]
            .into_iter()
            .find(|(name, _)| has(name))
            .map_or(0, |t| t.1);
        let page = damage::turned(page, turn);
        let format = match self.format {
            Format::Jpeg(_) if has("jpeg_low") => Format::Jpeg(dice.range(16, 26) as u8),
            Format::PdfDct(_) if has("jpeg_low") => Format::PdfDct(dice.range(16, 26) as u8),
            other => other,
        };
        self.stored.push(store::page(page, format)?);
        let mut conditions = shot.conditions;
        if conditions.is_empty() {
            conditions.push("clean");
        }
        conditions.push(if bitonal {
            "bitonal"
        } else if colour {
            "colour"
        } else {
            "grey"
        });
        self.pages.push(PageTruth { text, turn, skew, blank, marks: shot.marks, conditions });
        Ok(())
    }
}
