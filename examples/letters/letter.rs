//! One letter as content. In: a kind (or hold code), a seed. Out: what stands in it, block by block, and
//! the truth about its fields. Knows nothing of millimetres.

use crate::dice::{Dice, Purpose};
use crate::facts::{Facts, decimal, euros};
use crate::invented::{self, Party};
use crate::town;
use crate::wide;
use crate::words::{self, From, Script, Shape};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// A piece of the text.
pub enum Block {
    /// A paragraph.
    Para(String),
    /// A heading.
    Head(String),
    /// A list item.
    Item(String),
    /// A label and its value.
    Row(String, String),
    /// A box to tick, and its text.
    Tick(bool, String),
    /// A table.
    Table(Table),
    /// Labels in a row, values below them.
    Data(Vec<(String, String)>),
    /// The text goes on on a new page.
    Page,
}

/// A table with a bold head, rows, and totals at its foot.
pub struct Table {
    /// Titles with the share of the width; the first columns are set left, those marked right.
    pub columns: Vec<(&'static str, f64, bool)>,
    /// Cells.
    pub rows: Vec<Vec<String>>,
    /// Labels and sums.
    pub totals: Vec<(String, String)>,
}

/// A letter.
pub struct Letter {
    /// Kind id as in the truth.
    pub kind: &'static str,
    /// Department id; none for held mail.
    pub department: Option<&'static str>,
    /// Hold code.
    pub hold: Option<&'static str>,
    /// Letter, form, leaflet, envelope.
    pub shape: Shape,
    /// Whether a person writes, without letterhead.
    pub private: bool,
    /// Whether an authority writes.
    pub official: bool,
    /// Only for held-out seeds.
    pub held_out: bool,
    /// Whether everything people vary varies.
    pub wide: bool,
    /// The sender.
    pub sender: Party,
    /// Notes above the recipient.
    pub mark: Vec<String>,
    /// The same where they are stamped, glued or printed in colour somewhere on the paper instead.
    pub stamped: Vec<String>,
    /// The recipient's lines.
    pub to: Vec<String>,
    /// Lines of the information block.
    pub infos: Vec<(String, String)>,
    /// Date as written.
    pub date_text: String,
    /// The date.
    pub date: Date,
    /// Subject; may be empty.
    pub subject: String,
    /// Salutation.
    pub greeting: String,
    /// The text.
    pub blocks: Vec<Block>,
    /// An enclosure on pages of its own.
    pub annex: Vec<Block>,
    /// Complimentary close.
    pub closing: String,
    /// Who signs.
    pub signer: String,
    /// Enclosures, in words.
    pub enclosures: String,
    /// Fields of the truth.
    pub fields: BTreeMap<String, String>,
}

const GREETINGS: &[&str] = &[
    "Sehr geehrte Damen und Herren,",
    "Sehr geehrte Damen und Herren,",
    "Sehr geehrte Damen und Herren,",
    "Guten Tag,",
    "Sehr geehrte Frau {person3},",
    "Liebe Mitarbeiterinnen und Mitarbeiter,",
];
const CLOSINGS: &[&str] = &[
    "Mit freundlichen Grüßen",
    "Mit freundlichem Gruß",
    "Freundliche Grüße",
    "Hochachtungsvoll",
    "Mit besten Grüßen",
];

/// Makes the letter number `index` of a master seed.
pub fn write(seed: u64, index: u64, part: u64, what: &'static str, held_out: bool, wide: bool) -> Letter {
    let mut dice = Dice::new(seed, index, part, Purpose::Words);
    let scripts = words::scripts(what, held_out, wide);
    let script: &Script = scripts[dice.range(0, scripts.len() as i64 - 1) as usize];
    let held = town::HOLDS.contains(&what);
    let kind = if held { "unbekannt" } else { what };
    let sender = match script.from {
        From::Private if wide => wide::private(held_out, &mut dice),
        From::Private => invented::private(&mut dice),
        From::Firm if wide => wide::firm(held_out, &mut dice),
        From::Firm => invented::firm(&mut dice),
        From::Named(names) => {
            let name = *dice.pick(names);
            invented::named(&mut dice, name)
        }
    };
    let private = matches!(script.from, From::Private);
    let official = matches!(script.from, From::Named(_));
    let mut facts = Facts::new(dice, kind, sender);
    (facts.wide, facts.held_out) = (wide, held_out);
    if wide && facts.dice.chance(8) {
        facts.spelling = 4;
    }
    let table = prepare_table(&mut facts, script);
    let subject = facts.one_of(script.subject);
    let mark = if script.mark.is_empty() { Vec::new() } else { vec![facts.one_of(script.mark)] };
    let to = recipient(&mut facts, script, what, &mark);
    let infos = match script.shape {
        Shape::Letter if !private && wide => wide::infos(&mut facts, what),
        Shape::Letter if !private => infos(&mut facts, what),
        _ => Vec::new(),
    };
    let blocks = text(&mut facts, script.slots, script.shape, table);
    let annexed = !script.annex.is_empty() && facts.dice.chance(50);
    let annex = if annexed { text(&mut facts, script.annex, Shape::Form, None) } else { Vec::new() };
    let lower = |s: &str| s.starts_with("Sehr geehrte Frau");
    let mut greeting = facts.one_of(if official { &GREETINGS[..1] } else { GREETINGS });
    if lower(&greeting) {
        // A name needs its family name only.
        let last = greeting.trim_end_matches(',').rsplit(' ').next().unwrap_or("").to_string();
        greeting = format!("Sehr geehrte Frau {last},");
    }
    let (mark, stamped) = if wide && facts.dice.chance(50) { (Vec::new(), mark) } else { (mark, Vec::new()) };
    let closing = facts.one_of(if official { &CLOSINGS[..3] } else { CLOSINGS });
    let enclosures = facts.one_of(script.enclosures);
    let signer = facts.sender.person.full();
    let date_text = facts.written(facts.date);
    if script.shape == Shape::Letter {
        facts.note("datum");
    }
    if !private && script.shape == Shape::Letter {
        // Letterheads print the bank in their foot.
        facts.note("iban");
    }
    let fields = if held { BTreeMap::new() } else { truth(&mut facts, &subject, script.shape) };
    Letter {
        kind,
        department: (!held).then(|| town::desk_of(kind).department),
        hold: held.then_some(what),
        shape: script.shape,
        private,
        official,
        held_out,
        wide,
        mark,
        stamped,
        to,
        infos,
        date_text,
        date: facts.date,
        subject,
        greeting,
        blocks,
        annex,
        closing,
        signer,
        enclosures,
        fields,
        sender: facts.sender,
    }
}

/// Recipient lines as people write them.
fn recipient(facts: &mut Facts, script: &Script, what: &str, mark: &[String]) -> Vec<String> {
    let street = (*facts.dice.pick(town::STREETS)).to_string();
    let mut lines: Vec<String>;
    if script.to.is_empty() {
        let office = (*facts.dice.pick(town::desk_of(what).offices)).to_string();
        lines = match facts.dice.range(0, 3) {
            0 => vec![format!("An die {}", town::NAME), office],
            1 if !office.is_empty() => vec![office, town::NAME.replace("Stadt ", "der Stadt ")],
            _ => vec![town::NAME.to_string(), office],
        };
        if facts.dice.chance(10) && mark.is_empty() {
            let hand = facts.say("z. Hd. [Frau|Herrn] {person2}");
            lines.push(hand);
        }
    } else {
        let template = *facts.dice.pick(script.to);
        lines = template.split('|').map(|part| facts.say(part)).collect();
    }
    lines.retain(|line| !line.is_empty());
    lines.push(street);
    lines.push(town::PLACE.to_string());
    lines
}

/// The information block of a business letter.
fn infos(facts: &mut Facts, what: &str) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut add = |label: &str, value: String| out.push((label.to_string(), value));
    if what == "gericht" {
        let number = facts.value("unser");
        add(facts.dice.any(&["Aktenzeichen", "Geschäftsnummer", "Geschäftszeichen"]), number);
        if facts.dice.chance(60) {
            let az = facts.value("az");
            add(facts.dice.any(&["Ihr Zeichen", "Ihr Aktenzeichen"]), az);
        }
    } else {
        if facts.dice.chance(55) && !matches!(what, "werbung" | "unbekannt") {
            let az = facts.value("az");
            add(facts.dice.any(&["Ihr Zeichen", "Ihre Zeichen", "Ihr Az."]), az);
        }
        if facts.dice.chance(30) {
            let day = facts.value("d2");
            add("Ihre Nachricht vom", day);
        }
        if facts.dice.chance(65) {
            let unser = facts.value("unser");
            add(facts.dice.any(&["Unser Zeichen", "Unsere Zeichen", "Unser Az."]), unser);
        }
    }
    if facts.dice.chance(70) {
        let clerk = facts.sender.person.full();
        add(facts.dice.any(&["Name", "Ansprechpartner", "Bearbeiter/in"]), clerk);
    }
    let phone = facts.value("tel");
    add("Telefon", phone);
    if facts.dice.chance(60) {
        let mail = facts.value("mail");
        add("E-Mail", mail);
    }
    let day = facts.value("datum");
    add("Datum", day);
    out
}

/// The text of a script, block by block.
fn text(facts: &mut Facts, slots: &[&[&str]], shape: Shape, mut table: Option<Table>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for slot in slots {
        let said = facts.one_of(slot);
        for line in said.lines() {
            let block = match line.split_once(' ') {
                Some(("#", rest)) => Block::Head(rest.to_string()),
                Some(("-", rest)) => Block::Item(rest.to_string()),
                Some(("*", rest)) => Block::Tick(true, rest.to_string()),
                Some(("o", rest)) => Block::Tick(false, rest.to_string()),
                Some(("=", rest)) => {
                    let (label, value) = rest.split_once(" : ").unwrap_or((rest, ""));
                    Block::Row(label.to_string(), value.to_string())
                }
                _ if line == "@page" => Block::Page,
                _ if line == "@data" => {
                    let rows = wide::invoice_rows(facts);
                    if facts.dice.chance(50) {
                        blocks.push(Block::Data(rows));
                    } else {
                        blocks.extend(rows.into_iter().map(|(label, value)| Block::Row(label, value)));
                    }
                    continue;
                }
                _ if line == "@items" || line == "@tariff" => match table.take() {
                    Some(table) => {
                        facts.note("betrag");
                        Block::Table(table)
                    }
                    None => continue,
                },
                _ => Block::Para(line.to_string()),
            };
            blocks.push(block);
        }
    }
    // A sentence after the salutation begins small; the first paragraph of a form or leaflet does not.
    if shape == Shape::Letter
        && let Some(Block::Para(first)) = blocks.iter_mut().find(|b| matches!(b, Block::Para(_)))
    {
        let mut chars = first.chars();
        if let Some(c) = chars.next() {
            let rest = chars.as_str().to_string();
            let word = first.split_whitespace().next().unwrap_or("");
            if matches!(word, "Leider" | "Hiermit" | "Bitte") {
                *first = format!("{}{rest}", c.to_lowercase());
            }
        }
    }
    blocks
}

const WARES: &[(&str, i64, i64)] = &[
    ("Kopierpapier A4, 80 g, weiß", 389, 549),
    ("Ordner breit, grau", 189, 329),
    ("Stundenlohn Geselle", 4800, 6800),
    ("Anfahrtspauschale", 1900, 4900),
    ("Streusalz, Sack 25 kg", 690, 1190),
    ("Reinigung Flure", 8900, 24900),
    ("Toner schwarz", 5990, 11990),
    ("Wartung Brandmelder", 1290, 2990),
    ("Leuchtmittel LED 18 W", 590, 1490),
    ("Erdaushub je m³", 1890, 3290),
    ("Pflaster verlegen je m²", 3890, 6490),
    ("Mittagessen Grundschule", 390, 520),
    ("Bürostuhl mit Armlehnen", 18900, 34900),
    ("Grundpreis Monat", 990, 2990),
    ("Arbeitspreis kWh", 24, 42),
    ("Rasenmähen Sportplatz", 12000, 28000),
    ("Baumschnitt", 9500, 21000),
    ("Plakate A2, vierfarbig", 145, 320),
    ("Prüfung ortsfester Anlagen", 7900, 15900),
    ("Schulheft A5 liniert", 35, 79),
    ("Entsorgung Altholz", 4500, 9900),
];

/// The priced table of a script, before its sentences name the sums.
fn prepare_table(facts: &mut Facts, script: &Script) -> Option<Table> {
    let wants = |what: &str| script.slots.iter().any(|slot| slot.contains(&what));
    if wants("@items") {
        let rows = if facts.dice.chance(12) { facts.dice.range(28, 42) } else { facts.dice.range(1, 8) };
        let rate = *facts.dice.pick(&[19i64, 19, 19, 7]);
        let (mut net, mut cells) = (0, Vec::new());
        for n in 1..=rows {
            let &(name, low, high) = facts.dice.pick(WARES);
            let (count, price) = (facts.dice.range(1, 24), facts.dice.range(low, high));
            net += count * price;
            cells.push(vec![
                n.to_string(),
                name.to_string(),
                count.to_string(),
                euros(price),
                euros(count * price),
            ]);
        }
        let tax = (net * rate + 50) / 100;
        facts.gross = net + tax;
        return Some(Table {
            columns: vec![
                ("Pos.", 0.08, false),
                ("Bezeichnung", 0.46, false),
                ("Menge", 0.12, true),
                ("Einzelpreis", 0.17, true),
                ("Gesamt", 0.17, true),
            ],
            rows: cells,
            totals: totals(facts, rate, [net, tax, net + tax]),
        });
    }
    if wants("@tariff") {
        let (claim, fee) = (facts.dice.range(4_900, 460_000), facts.dice.range(0, 3) * 500);
        facts.gross = claim + fee;
        let (number, day) = (facts.value("rnr"), facts.value("d2"));
        let mut rows = vec![vec![number, day, euros(claim)]];
        if fee > 0 {
            rows.push(vec!["Mahngebühr".into(), facts.written(facts.date), euros(fee)]);
        }
        return Some(Table {
            columns: vec![("Beleg", 0.5, false), ("vom", 0.25, false), ("Betrag EUR", 0.25, true)],
            rows,
            totals: vec![("offener Gesamtbetrag".into(), format!("{} €", euros(facts.gross)))],
        });
    }
    None
}

/// Net, tax and gross at the foot of a table.
fn totals(facts: &mut Facts, rate: i64, sums: [i64; 3]) -> Vec<(String, String)> {
    let labels = if facts.wide {
        wide::totals(rate, facts)
    } else {
        let gross = facts.dice.any(&["Rechnungsbetrag", "Gesamtbetrag", "Bruttobetrag", "Endbetrag"]);
        ["Nettobetrag".into(), format!("zzgl. {rate} % MwSt."), gross.into()]
    };
    labels.into_iter().zip(sums.map(|cents| format!("{} €", euros(cents)))).collect()
}

/// The fields that were printed, in the way of `document.json`.
fn truth(facts: &mut Facts, subject: &str, shape: Shape) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    let used = facts.used.clone();
    let mut add = |name: &str, value: String| {
        out.insert(name.to_string(), value);
    };
    add("sender", facts.sender.name.clone());
    if !subject.is_empty() && shape != Shape::Envelope {
        add("subject", subject.to_string());
    }
    if used.contains("datum") {
        add("letter_date", facts.date.to_string());
    }
    if used.contains("unser") {
        add("reference", facts.value("unser"));
    }
    for own in ["az", "kz"] {
        if used.contains(own) {
            add("own_reference", facts.value(own));
        }
    }
    if used.contains("iban") {
        add("iban", facts.sender.iban.clone());
    }
    if used.contains("rnr") {
        add("invoice_number", facts.value("rnr"));
    }
    if used.contains("betrag") {
        add("gross_amount", decimal(facts.gross));
    }
    if used.contains("frist") || used.contains("tage") {
        add("due_date", facts.due.to_string());
    }
    out
}
