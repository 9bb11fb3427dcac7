//! `coversheet`: a sheet that says to the scanner what the person feeding it knows.

use super::{DONE, Outcome, Stop, pipeline};
use crate::batch::cover_sheet::{self, Order};
use crate::config::Pipeline;
use crate::error::Error;
use crate::model::document::ScanMode;
use crate::model::ids::BatchId;
use crate::pdf;
use std::path::{Path, PathBuf};

/// What shall stand on the sheet.
#[derive(Debug, clap::Args)]
pub struct Wish {
    /// Ziel: PDF-Datei
    #[arg(long)]
    out: PathBuf,
    /// Amt
    #[arg(long)]
    department: Option<String>,
    /// Aktenzeichen
    #[arg(long)]
    case: Option<String>,
    /// Vertrauenskreis
    #[arg(long)]
    circle: Option<String>,
    /// Kopierend: das Papier bleibt
    #[arg(long)]
    copying: bool,
    /// Scankraft
    #[arg(long)]
    operator: Option<String>,
    /// Eingangsdatum (JJJJ-MM-TT), oder Leerung des Nachtbriefkastens: TAG-DAVOR/TAG, mit /before oder /after
    #[arg(long)]
    received: Option<String>,
    /// Eilt: wird vor aller anderen Post gelesen
    #[arg(long)]
    urgent: bool,
    /// Kistenblatt: Alles Folgende liegt in dieser Kiste; jeder Stapel Akten beginnt damit
    #[arg(long = "box", value_name = "KISTE")]
    in_box: Option<String>,
    /// Aktenblatt: Alles Folgende liegt in dieser Akte
    #[arg(long, value_name = "AKTENZEICHEN")]
    file: Option<String>,
    /// Registerblatt: Alles Folgende liegt in diesem Register der Akte
    #[arg(long, value_name = "NAME")]
    register: Option<String>,
    /// Auf dieses Blatt folgt der Aktendeckel oder das Registerblatt der alten Akte selbst
    #[arg(long)]
    cover: bool,
    /// Gezählte Blätter der Kiste, der Akte oder des Registers, mit Deckel, ohne Blätter wie dieses
    #[arg(long)]
    sheets: Option<u32>,
    /// Angekündigte Seiten des Schriftstücks
    #[arg(long)]
    pages: Option<u32>,
    /// Angekündigte Schriftstücke des Stapels; mit --box, --file oder --register: darin
    #[arg(long)]
    documents: Option<u32>,
    /// Neuscan: Das nächste Blatt ist diese Seite eines Stapels, noch einmal gescannt
    #[arg(long, value_name = "STAPEL/SEITE", requires = "reason")]
    rescan: Option<String>,
    /// Warum neu gescannt wird: kurzes Wort, zum Beispiel „unscharf“
    #[arg(long, requires = "rescan", value_name = "GRUND")]
    reason: Option<String>,
    /// Weiter nach Papierstau: Es folgt der Rest dieses angehaltenen Stapels
    #[arg(long, value_name = "STAPEL", requires = "last_good", conflicts_with = "rescan")]
    after_jam: Option<String>,
    /// Das wievielte Blatt des Stapels als letztes gut durchlief (0: keines)
    #[arg(long, value_name = "BLATT", requires = "after_jam")]
    last_good: Option<u32>,
    /// Gilt für alle folgenden, bis ein anderes Blatt etwas anderes sagt
    #[arg(long)]
    all: bool,
}

/// Writes the sheet; what it orders must exist in the town.
pub fn run(config: Option<&Path>, wish: &Wish) -> Outcome {
    let pipeline = pipeline(config)?;
    let orders = orders(wish)?;
    if (wish.rescan.is_some() || wish.after_jam.is_some()) && pipeline.sheet_key()?.is_none() {
        let text = "[coversheet.no_key] Ohne Schlüssel könnte jeder Brief Seiten anderer austauschen. \
                    Hinweis: [sheets] mit key_file anlegen.";
        return Err(Stop::Usage(text.into()));
    }
    let level = orders.iter().any(|o| o.level().is_some());
    if level && (wish.pages.is_some() || wish.all) || !level && (wish.cover || wish.sheets.is_some()) {
        let text = "[coversheet.level] Diese Angaben gehören nicht auf ein Blatt. Hinweis: --cover und --sheets gehören \
                    zu --box, --file oder --register; was dort steht, gilt ohnehin für alles darin, und --pages sind die \
                    eines Schriftstücks.";
        return Err(Stop::Usage(text.into()));
    }
    let value = cover_sheet::write(&orders);
    // What is printed must be read back as meant.
    if cover_sheet::parse(&value) != orders {
        let text = "[coversheet.order] Eine Angabe kann nicht auf dem Blatt stehen. \
                    Hinweis: Datum als JJJJ-MM-TT, Kennungen klein und ohne Leerzeichen.";
        return Err(Stop::Usage(text.into()));
    }
    let value = pipeline.sheet_key()?.map_or(value.clone(), |key| key.signed(&value));
    let lines = orders.iter().map(|o| in_words(o, &pipeline)).collect::<Result<Vec<_>, _>>()?;
    let bytes = pdf::cover_sheet(&value, &lines).map_err(Error::Refused)?;
    std::fs::write(&wish.out, bytes).map_err(Error::io("Deckblatt schreiben", &wish.out))?;
    println!("{}: {value}", wish.out.display());
    Ok(DONE)
}

/// The page to be scanned again, as `STAPEL/SEITE`.
fn rescan(wish: &Wish) -> Result<Option<Order>, Stop> {
    let Some(what) = &wish.rescan else { return Ok(None) };
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let order = what.split_once('/').and_then(|(batch, page)| {
        if !wish.reason.as_ref().is_some_and(|reason| reason.chars().all(word)) {
            return None;
        }
        let (batch, page) = (BatchId(batch.into()), page.parse().ok()?);
        Some(Order::Rescan { batch, page, reason: wish.reason.clone()? })
    });
    match order {
        Some(order) => Ok(Some(order)),
        None => Err(Stop::Usage(format!(
            "[usage.rescan] „{what}“ nennt keine Seite, oder der Grund ist kein kurzes Wort. Hinweis: --rescan B000017-3fa9c1d2/4 --reason unscharf."
        ))),
    }
}

fn orders(wish: &Wish) -> Result<Vec<Order>, Stop> {
    let jam = wish.after_jam.clone().zip(wish.last_good);
    let orders = [
        wish.in_box.clone().map(Order::Box),
        wish.file.clone().map(Order::File),
        wish.register.clone().map(Order::Register),
        wish.cover.then_some(Order::Cover),
        wish.sheets.map(Order::Sheets),
        rescan(wish)?,
        jam.map(|(batch, sheets)| Order::Continue { batch: BatchId(batch), sheets }),
        wish.department.clone().map(Order::Department),
        wish.case.clone().map(Order::CaseNumber),
        wish.circle.clone().map(Order::Circle),
        wish.copying.then_some(Order::Mode(ScanMode::Copying)),
        wish.operator.clone().map(Order::Operator),
        wish.received.clone().map(|day| day.parse().map_or(Order::Received(day), Order::Emptied)),
        wish.urgent.then_some(Order::Urgent),
        wish.pages.map(Order::Pages),
        wish.documents.map(Order::Documents),
        wish.all.then_some(Order::ForAll),
    ];
    Ok(orders.into_iter().flatten().collect())
}

/// One line for people.
fn in_words(order: &Order, pipeline: &Pipeline) -> Result<String, Stop> {
    let unknown = |what: &str, id: &str| {
        Stop::Usage(format!("[usage.{what}] „{id}“ gibt es nicht. Hinweis: pipeline.toml."))
    };
    Ok(match order {
        Order::Department(id) => {
            let department = pipeline.department(id).ok_or_else(|| unknown("department", id))?;
            format!("Amt: {}", department.name)
        }
        Order::Circle(id) => {
            pipeline.circles.iter().find(|c| c.id == *id).ok_or_else(|| unknown("circle", id))?;
            format!("Vertraulich: nur für den Vertrauenskreis „{id}“")
        }
        Order::CaseNumber(number) => format!("Aktenzeichen: {number}"),
        Order::Mode(_) => "Kopierend: das Papier bleibt".into(),
        Order::Operator(id) => format!("Scankraft: {id}"),
        Order::Urgent => "Eilt".into(),
        Order::Received(day) => format!("Eingang: {day}"),
        Order::Emptied(emptying) => format!("Eingang: {} ({emptying})", emptying.day()),
        Order::Pages(n) => format!("Seiten dieses Schriftstücks: {n}"),
        Order::Documents(n) => format!("Schriftstücke: {n}"),
        Order::Box(name) => format!("Kiste: {name}"),
        Order::File(name) => format!("Akte: {name}"),
        Order::Register(name) => format!("Register: {name}"),
        Order::Cover => "Das nächste Blatt ist der Deckel der Akte oder des Registers".into(),
        Order::Sheets(n) => format!("Gezählte Blätter: {n}"),
        Order::Rescan { batch, page, reason } => cover_sheet::slip_words(batch, *page, reason),
        Order::Continue { batch, sheets } => {
            format!("Weiter nach Papierstau: Stapel {batch} ab Blatt {}", sheets + 1)
        }
        _ => "Gilt für alle folgenden Schriftstücke".into(),
    })
}
