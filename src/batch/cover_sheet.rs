//! What a cover sheet orders.
//!
//! The QR code of a cover sheet says `POSTSTELLE:v1;dep=bauordnung;az=632/2025`.
//! The label of the mail book says `POSTSTELLE:v1;item=S000012`: the sheet lies where an item lies that nobody scans.
//! A plain separator says `POSTSTELLE:SEP`. In values, `%` and `;` are written
//! `%25` and `%3B`. Orders are for the next document; after `scope=all` on the
//! same sheet they are for all that follow, until a sheet says otherwise.
//! Sheets of old files say `box`, `file` and `register`: their orders hold until the next sheet of the same or an outer
//! level. Whether a department or circle exists is decided by who knows the town. A town
//! with a key ends every value with `;check=` and 16 hexadecimal digits of the
//! HMAC-SHA256 over all before it, so that no letter can bring orders of its own.

use crate::model::document::ScanMode;
use crate::model::emptying::Emptying;
use crate::model::ids::BatchId;
use crate::model::notes::Note;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use std::fmt;

/// What every value begins with.
pub const PREFIX: &str = "POSTSTELLE:";
/// The version written.
const VERSION: &str = "v1";
/// More orders than this are not a sheet of ours.
const ORDERS_MAX: usize = 32;
/// Longest value of an order in characters.
const VALUE_MAX: usize = 200;

/// The secret with which a town marks the sheets it printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SheetKey(Vec<u8>);

impl fmt::Debug for SheetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SheetKey")
    }
}

impl SheetKey {
    /// At least 16 bytes without the white space around them.
    pub fn new(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        (secret.len() >= 16).then(|| Self(secret.as_bytes().to_vec()))
    }

    fn check(&self, value: &str) -> String {
        // HMAC takes keys of every length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return String::new() };
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().iter().take(8).map(|b| format!("{b:02x}")).collect()
    }

    /// The value with its check.
    pub fn signed(&self, value: &str) -> String {
        format!("{value};check={}", self.check(value))
    }

    /// Whether the town printed this value.
    pub fn printed(&self, value: &str) -> bool {
        let Some((value, check)) = value.rsplit_once(";check=") else { return false };
        let right = self.check(value);
        // Every digit is compared: how long it takes must not tell how many were right.
        let differ = right.bytes().zip(check.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        right.len() == 16 && check.len() == right.len() && differ == 0
    }
}

/// One order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `dep`: lead department.
    Department(String),
    /// `az`: case number.
    CaseNumber(String),
    /// `circle`: confidential, for that circle only.
    Circle(String),
    /// `mode`: copying or replacing.
    Mode(ScanMode),
    /// `op`: operator signed on with this sheet.
    Operator(String),
    /// `received`: received date, ISO.
    Received(String),
    /// `received` with a span: the night letter box was emptied.
    Emptied(Emptying),
    /// `urgency=urgent`: its batch is read before all other mail, its document goes first.
    Urgent,
    /// `pages`: pages announced for the document.
    Pages(u32),
    /// `documents`: documents announced for the batch; on a sheet of a box, file or register for that.
    Documents(u32),
    /// `item`: the sheet takes the place of that item of the mail book.
    Item(String),
    /// `box`: the box of the old files that follow.
    Box(String),
    /// `file`: reference of the old file that follows.
    File(String),
    /// `register`: the register of the file that follows.
    Register(String),
    /// `sheets`: sheets of paper announced for a box, file or register, its cover included, sheets like this one not.
    Sheets(u32),
    /// `cover=next`: the next sheet of paper is the cover of the file, or the tab of the register.
    Cover,
    /// `rescan=BATCH/PAGE/REASON`: the next sheet of paper is that page, scanned again.
    Rescan {
        /// Batch it was scanned in.
        batch: BatchId,
        /// Number of the page there, from 1.
        page: u32,
        /// Why, a short word.
        reason: String,
    },
    /// `continue=BATCH/SHEETS`: after a jam; so many sheets of that stack were good, the others follow.
    Continue {
        /// Batch that was held.
        batch: BatchId,
        /// Good sheets from its beginning, the last good one included.
        sheets: u32,
    },
    /// `scope=all`: the orders of this sheet hold until another sheet says otherwise.
    ForAll,
    /// `check`: keyed check over everything before it.
    Check(String),
    /// Anything else; obeyed by nobody, shown to a person.
    Unknown {
        /// As written.
        key: String,
        /// As written.
        value: String,
    },
}

impl Order {
    /// The key it is written with; two orders of one key replace each other.
    pub fn key(&self) -> &str {
        match self {
            Self::Department(_) => "dep",
            Self::CaseNumber(_) => "az",
            Self::Circle(_) => "circle",
            Self::Mode(_) => "mode",
            Self::Operator(_) => "op",
            Self::Received(_) | Self::Emptied(_) => "received",
            Self::Urgent => "urgency",
            Self::Pages(_) => "pages",
            Self::Documents(_) => "documents",
            Self::Item(_) => "item",
            Self::Box(_) => "box",
            Self::File(_) => "file",
            Self::Register(_) => "register",
            Self::Sheets(_) => "sheets",
            Self::Cover => "cover",
            Self::Rescan { .. } => "rescan",
            Self::Continue { .. } => "continue",
            Self::ForAll => "scope",
            Self::Check(_) => "check",
            Self::Unknown { key, .. } => key,
        }
    }

    fn value(&self) -> String {
        match self {
            Self::Department(v)
            | Self::CaseNumber(v)
            | Self::Circle(v)
            | Self::Operator(v)
            | Self::Received(v)
            | Self::Box(v)
            | Self::File(v)
            | Self::Register(v)
            | Self::Check(v)
            | Self::Item(v)
            | Self::Unknown { value: v, .. } => v.clone(),
            Self::Emptied(emptying) => emptying.to_string(),
            Self::Mode(ScanMode::Copying) => "copying".into(),
            Self::Mode(ScanMode::Replacing) => "replacing".into(),
            Self::Pages(n) | Self::Documents(n) | Self::Sheets(n) => n.to_string(),
            Self::Cover => "next".into(),
            Self::Rescan { batch, page, reason } => format!("{batch}/{page}/{reason}"),
            Self::Continue { batch, sheets } => format!("{batch}/{sheets}"),
            Self::Urgent => "urgent".into(),
            Self::ForAll => "all".into(),
        }
    }
}

/// What a sheet of old files is about, outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Box.
    Box,
    /// File.
    File,
    /// Register of a file.
    Register,
}

impl Order {
    /// The level and the name it has there, if this order is about one.
    pub fn level(&self) -> Option<(Level, &str)> {
        match self {
            Self::Box(name) => Some((Level::Box, name)),
            Self::File(name) => Some((Level::File, name)),
            Self::Register(name) => Some((Level::Register, name)),
            _ => None,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.key(), self.value())
    }
}

/// The orders of a value, in order; none for a plain separator or a foreign value.
pub fn parse(value: &str) -> Vec<Order> {
    let Some(rest) = value.strip_prefix(PREFIX) else { return Vec::new() };
    let parts = rest.split(';').map(str::trim).filter(|p| !p.is_empty() && *p != "SEP" && *p != VERSION);
    parts.take(ORDERS_MAX).map(order).collect()
}

/// The value of a cover sheet with these orders.
pub fn write(orders: &[Order]) -> String {
    let mut value = format!("{PREFIX}{VERSION}");
    for order in orders {
        value.push_str(&format!(";{}={}", order.key(), escaped(&order.value())));
    }
    value
}

/// What the slip of a page that is scanned again says to people.
pub fn slip_words(batch: &BatchId, page: u32, reason: &str) -> String {
    format!("Neuscan: das nächste Blatt ist Seite {page} von Stapel {batch} ({reason})")
}

/// The circle that orders name last, among those the town has: what an old sheet calls a circle, and the town does
/// not, would be seen by nobody.
pub fn circle<'a>(orders: &'a [Order], circles: &[String]) -> Option<&'a str> {
    orders.iter().rev().find_map(|order| match order {
        Order::Circle(circle) if circles.contains(circle) => Some(circle.as_str()),
        _ => None,
    })
}

/// The item whose place the sheet takes.
pub fn item(orders: &[Order]) -> Option<&str> {
    orders.iter().find_map(|order| match order {
        Order::Item(id) => Some(id.as_str()),
        _ => None,
    })
}

/// What a person must know about orders nobody can obey.
pub fn notes(orders: &[Order]) -> Vec<Note> {
    let unknown = orders.iter().filter(|o| matches!(o, Order::Unknown { .. }));
    unknown
        .map(|o| {
            let text = format!("Das Deckblatt ordnet „{}“ an; das versteht die Poststelle nicht.", o.key());
            Note::review("cut.order_unknown", text)
        })
        .collect()
}

fn order(part: &str) -> Order {
    let (key, raw) = part.split_once('=').unwrap_or((part, ""));
    let value = unescaped(raw);
    let unknown = || Order::Unknown { key: key.chars().take(40).collect(), value: value.clone() };
    let fits =
        !value.is_empty() && value.chars().count() <= VALUE_MAX && !value.chars().any(char::is_control);
    if !fits {
        return unknown();
    }
    let id =
        |v: &str| v.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'-');
    match (key, value.as_str()) {
        ("dep", v) if id(v) => Order::Department(v.into()),
        ("circle", v) if id(v) => Order::Circle(v.into()),
        ("az", v) => Order::CaseNumber(v.into()),
        ("op", v) => Order::Operator(v.into()),
        ("check", v) => Order::Check(v.into()),
        ("mode", "copying") => Order::Mode(ScanMode::Copying),
        ("mode", "replacing") => Order::Mode(ScanMode::Replacing),
        ("item", v) if v.starts_with('S') && v[1..].bytes().all(|b| b.is_ascii_digit()) => {
            Order::Item(v.into())
        }
        ("urgency", "urgent") => Order::Urgent,
        ("scope", "all") => Order::ForAll,
        ("received", v) if v.parse::<jiff::civil::Date>().is_ok() => Order::Received(v.into()),
        ("received", v) => v.parse().map_or_else(|_| unknown(), Order::Emptied),
        ("pages", v) => v.parse().map_or_else(|_| unknown(), Order::Pages),
        ("documents", v) => v.parse().map_or_else(|_| unknown(), Order::Documents),
        ("box", v) => Order::Box(v.into()),
        ("file", v) => Order::File(v.into()),
        ("register", v) => Order::Register(v.into()),
        ("sheets", v) => v.parse().map_or_else(|_| unknown(), Order::Sheets),
        ("cover", "next") => Order::Cover,
        ("rescan", v) => rescan(v).unwrap_or_else(unknown),
        ("continue", v) => resumed(v).unwrap_or_else(unknown),
        _ => unknown(),
    }
}

fn rescan(value: &str) -> Option<Order> {
    let [batch, page, reason] = value.split('/').collect::<Vec<_>>().try_into().ok()?;
    let page = page.parse().ok().filter(|page| *page > 0)?;
    (!reason.is_empty()).then(|| Order::Rescan { batch: BatchId(batch.into()), page, reason: reason.into() })
}

fn resumed(value: &str) -> Option<Order> {
    let (batch, sheets) = value.split_once('/')?;
    Some(Order::Continue { batch: BatchId(batch.into()), sheets: sheets.parse().ok()? })
}

fn escaped(value: &str) -> String {
    value.replace('%', "%25").replace(';', "%3B")
}

fn unescaped(value: &str) -> String {
    value.replace("%3B", ";").replace("%3b", ";").replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cover_sheet_says_what_it_orders() {
        assert_eq!(
            parse("POSTSTELLE:v1;dep=bauordnung;az=632-17%3B4/2025;circle=personal;pages=7;scope=all"),
            [
                Order::Department("bauordnung".into()),
                Order::CaseNumber("632-17;4/2025".into()),
                Order::Circle("personal".into()),
                Order::Pages(7),
                Order::ForAll,
            ]
        );
    }

    #[test]
    fn a_day_or_an_emptying_says_when_it_came() {
        let emptied = parse("POSTSTELLE:v1;received=2026-11-20/2026-11-23");
        let [Order::Emptied(emptying)] = emptied.as_slice() else { panic!("{emptied:?}") };
        assert_eq!(emptying.day(), "2026-11-20");
        assert_eq!(parse(&write(&emptied)), emptied);
        assert_eq!(emptied[0].key(), Order::Received("2026-11-20".into()).key(), "one replaces the other");
    }

    #[test]
    fn the_label_of_an_item_says_whose_place_it_takes() {
        let label = write(&[Order::Item("S000012".into())]);
        assert_eq!((label.as_str(), item(&parse(&label))), ("POSTSTELLE:v1;item=S000012", Some("S000012")));
        assert_eq!(item(&parse("POSTSTELLE:v1;item=12")), None);
    }

    #[test]
    fn a_plain_separator_and_a_foreign_value_order_nothing() {
        assert_eq!(parse("POSTSTELLE:SEP"), []);
        assert_eq!(parse("https://example.org/;dep=bauordnung"), []);
    }

    #[test]
    fn only_what_the_town_printed_carries_its_check() {
        let key = SheetKey::new(" ein langes Geheimnis\n").unwrap();
        let value = key.signed("POSTSTELLE:v1;dep=bauordnung;op=sk-7");
        assert!(key.printed(&value), "{value}");
        assert_eq!(parse(&value).len(), 3);
        for forged in [
            value.replace("sk-7", "sk-8"),
            value.replace(";check=", ";scope=all;check="),
            format!("{value}0"),
            value[..value.len() - 1].to_owned(),
            "POSTSTELLE:SEP".into(),
        ] {
            assert!(!key.printed(&forged), "{forged}");
        }
        assert!(!SheetKey::new("ein anderes Geheimnis").unwrap().printed(&value));
        assert_eq!(SheetKey::new("zu kurz"), None);
    }

    #[test]
    fn what_nobody_understands_is_shown_to_a_person() {
        let orders = parse("POSTSTELLE:v2;dep=Bau Ordnung;pages=viele;received=31.12.2025;farbe=rot");
        assert!(orders.iter().all(|o| matches!(o, Order::Unknown { .. })), "{orders:?}");
        assert_eq!(notes(&orders).len(), 5);
        assert_eq!(notes(&orders)[0].code, "cut.order_unknown");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(az in "[A-Za-z0-9 %;=/.-]{1,40}", pages: u32, dep in "[a-z_]{1,20}") {
            // Blanks at the ends are lost on paper, too.
            prop_assume!(az.trim() == az);
            let orders = [Order::Department(dep), Order::CaseNumber(az), Order::Pages(pages), Order::ForAll];
            prop_assert_eq!(parse(&write(&orders)), orders);
        }

        #[test]
        fn any_value_is_read_without_panic(value in "POSTSTELLE:\\PC{0,200}") {
            prop_assert!(parse(&value).len() <= ORDERS_MAX);
        }
    }
}
