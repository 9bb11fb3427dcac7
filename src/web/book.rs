//! The mail book (Posteingangsbuch): what nobody scans gets a number, a label, and somebody who took it.

use super::sign_on::knows_password;
use super::trouble::{Answer, Trouble};
use super::visit::{Frame, Posted, Visit, html, onwards};
use super::words::{self, Words};
use crate::batch::cover_sheet::{self, Order};
use crate::ledger::NewItem;
use crate::model::ids::{BatchId, ItemId};
use askama::Template;
use axum::extract::{Path, Query};
use qrcode::{Color, EcLevel, QrCode};
use serde::Deserialize;
use std::fmt::Write;

/// Items listed at once.
const ROWS_MAX: u32 = 100;
/// Longest text of a field in characters.
const CHARS_MAX: usize = 200;

/// What an item can be; the place in the list is the key. The last: two people must have counted it.
const KINDS: [(&str, &str, &str, bool); 7] = [
    ("letter", "Brief, Einschreiben", "Letter, registered", false),
    ("parcel", "Paket, Muster", "Parcel, sample", false),
    ("bid", "Angebot, verschlossen", "Bid, sealed", false),
    ("carrier", "Datenträger", "Data carrier", false),
    ("cheque", "Scheck", "Cheque", true),
    ("cash", "Bargeld", "Cash", true),
    ("plan", "Plan über A3", "Plan over A3", false),
];
const CHANNELS: [(&str, &str, &str); 5] = [
    ("post", "Post", "post"),
    ("messenger", "Bote", "messenger"),
    ("registered", "Einschreiben", "registered"),
    ("formal_service", "förmliche Zustellung", "formal service"),
    ("night_box", "Nachtbriefkasten", "night letter box"),
];

fn kind(w: &Words, id: &str) -> String {
    let known = KINDS.iter().find(|(known, ..)| *known == id);
    known.map_or(id.to_owned(), |(_, german, english, _)| w.of((german, english)).to_owned())
}

#[derive(Template)]
#[template(path = "book.html")]
struct BookPage {
    w: &'static Words,
    frame: Frame,
    new: Option<String>,
    kinds: Vec<(usize, &'static str, &'static str)>,
    channels: Vec<(&'static str, &'static str)>,
    departments: Vec<(String, String)>,
    /// Heading, items, and what is said where there are none.
    lists: Vec<(&'static str, Vec<Line>, &'static str)>,
}

struct Line {
    id: String,
    kind: String,
    received: String,
    sender: String,
    department: String,
    place: String,
    /// Batch and image of the sheet that lies in its place.
    stack: Option<(String, String)>,
    opens: String,
    late: bool,
    handed_to: String,
}

/// What was entered just now.
#[derive(Debug, Deserialize)]
pub struct Entered {
    neu: Option<String>,
}

/// `GET /posteingangsbuch`
pub async fn page(visit: Visit, Query(entered): Query<Entered>) -> Answer {
    visit
        .work(move |visit| {
            let (desk, w) = (&visit.desk, visit.w);
            let lines = |here: bool| -> Result<Vec<Line>, Trouble> {
                desk.ledger.items(here, ROWS_MAX)?.into_iter().map(|row| line(visit, row)).collect()
            };
            html(&BookPage {
                w,
                frame: visit.frame("/posteingangsbuch"),
                new: entered.neu,
                kinds: KINDS.iter().enumerate().map(|(at, k)| (at + 1, k.0, w.of((k.1, k.2)))).collect(),
                channels: CHANNELS.iter().map(|c| (c.0, w.of((c.1, c.2)))).collect(),
                departments: desk.departments(),
                lists: vec![
                    (w.item_here, lines(true)?, w.item_none),
                    (w.item_handed, lines(false)?, w.none_yet),
                ],
            })
        })
        .await
}

fn line(visit: &Visit, row: crate::ledger::ItemRow) -> Result<Line, Trouble> {
    let w = visit.w;
    let sheet = visit.desk.ledger.said(&row.id.0)?.get("item.in_stack").map(|said| said.detail.clone());
    let stack = sheet.as_deref().and_then(|said| said.strip_prefix("batch=")?.split_once(" image="));
    let stack = stack
        .filter(|(batch, _)| visit.desk.ledger.batch_for(&visit.sight, &BatchId((*batch).into())).is_ok());
    Ok(Line {
        stack: stack.map(|(batch, image)| (batch.to_owned(), image.to_owned())),
        kind: kind(w, &row.item.what),
        received: format!("{} {}", words::date(w.language, &row.item.date), row.item.time),
        sender: row.item.sender,
        department: visit.desk.department(&row.item.department).to_owned(),
        place: row.item.place,
        opens: row.item.opens.replace('T', " "),
        late: row.late,
        handed_to: visit.desk.department(row.handed_to.as_deref().unwrap_or_default()).to_owned(),
        id: row.id.0,
    })
}

/// `POST /posteingangsbuch`: enters an item, now.
pub async fn register(posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let (w, desk) = (visit.w, &visit.desk);
            let what = posted.get("was");
            let Some((_, _, _, two)) = KINDS.iter().find(|(known, ..)| *known == what) else {
                return Err(Trouble::Bad(w.item_what.into()));
            };
            let channel = posted.get("weg");
            if !CHANNELS.iter().any(|(known, ..)| *known == channel) {
                return Err(Trouble::Stale);
            }
            let department = posted.get("amt");
            if !department.is_empty() && desk.pipeline.department(department).is_none() {
                return Err(Trouble::Bad(format!("{} „{department}“", w.no_such_department)));
            }
            let opens = posted.get("oeffnung");
            if what == "bid" && opens.parse::<jiff::civil::DateTime>().is_err() {
                return Err(Trouble::Bad(w.item_opens.into()));
            }
            let second = posted.get("zweite");
            if *two && (second == visit.person.id || !knows_password(desk, second, posted.get("kennwort"))?) {
                return Err(Trouble::Bad(w.item_second.into()));
            }
            let now = jiff::Zoned::now().with_time_zone(words::town_time());
            let short = |name: &str| posted.get(name).chars().take(CHARS_MAX).collect::<String>();
            let item = NewItem {
                what: what.into(),
                channel: channel.into(),
                date: now.date().to_string(),
                time: now.strftime("%H:%M").to_string(),
                place: short("ort"),
                department: department.into(),
                sender: short("absender"),
                opens: if what == "bid" { opens.chars().take(16).collect() } else { String::new() },
                second: if *two { second.into() } else { String::new() },
            };
            let id = desk.ledger.item_registered(item, &visit.person.id)?;
            Ok(onwards(&format!("/posteingangsbuch?neu={id}")))
        })
        .await
}

/// `POST /posteingangsbuch/uebergabe`: label and recipient, both scanned or typed.
pub async fn hand_over(posted: Posted) -> Answer {
    let visit = posted.visit.clone();
    visit
        .work(move |visit| {
            let (w, to) = (visit.w, posted.get("an"));
            let departments = &visit.desk.pipeline.departments;
            let department = departments.iter().find(|d| d.id == to || d.name == to).map(|d| d.id.as_str());
            let person = visit.desk.pipeline.people.iter().find(|p| p.id == to || p.name == to);
            let Some(to) = department.or(person.map(|p| p.id.as_str())) else {
                return Err(Trouble::Bad(format!("{} „{to}“", w.item_to_whom)));
            };
            // A hand scanner types what the label says, a person the number alone.
            let typed = posted.get("sendung");
            let scanned = cover_sheet::parse(typed);
            let id = ItemId(cover_sheet::item(&scanned).map_or(typed.to_uppercase(), str::to_owned));
            if !visit.desk.ledger.item_handed_over(&id, to, &visit.person.id)? {
                return Err(Trouble::Bad(w.item_gone.into()));
            }
            Ok(onwards("/posteingangsbuch"))
        })
        .await
}

#[derive(Template)]
#[template(path = "label.html")]
struct LabelPage {
    w: &'static Words,
    frame: Frame,
    item: Line,
    channel: &'static str,
    side: usize,
    code: String,
}

/// `GET /posteingangsbuch/{id}`: the label or reference sheet, to be printed.
pub async fn label(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .work(move |visit| {
            let row = visit.desk.ledger.item(&ItemId(id))?;
            // The scanner takes the printed label for a sheet of the town, in the place of the item.
            let value = cover_sheet::write(&[Order::Item(row.id.0.clone())]);
            let value = visit.desk.pipeline.sheet_key()?.map_or(value.clone(), |key| key.signed(&value));
            let qr = QrCode::with_error_correction_level(&value, EcLevel::M)
                .map_err(|e| Trouble::Bad(e.to_string()))?;
            let channel = CHANNELS.iter().find(|c| c.0 == row.item.channel);
            html(&LabelPage {
                w: visit.w,
                frame: visit.frame("/posteingangsbuch"),
                channel: channel.map_or("", |c| visit.w.of((c.1, c.2))),
                side: qr.width(),
                code: squares(&qr),
                item: line(visit, row)?,
            })
        })
        .await
}

/// The dark squares of a code as a path of an SVG.
fn squares(qr: &QrCode) -> String {
    let width = qr.width();
    let mut path = String::new();
    for (at, colour) in qr.to_colors().into_iter().enumerate() {
        if colour == Color::Dark {
            let _ = write!(path, "M{} {}h1v1h-1z", at % width, at / width);
        }
    }
    path
}
