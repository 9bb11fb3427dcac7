//! `report verfahrensdokumentation`: the technical part of the procedure documentation, as it is in force, as PDF/A.

use super::{DONE, Outcome, pipeline, refused};
use crate::config::Pipeline;
use crate::daemon::{printed, rules_for_paper};
use crate::document::{Kind, RuleBook};
use crate::error::Error;
use crate::ledger::{DOCUMENTED, Ledger};
use crate::model::document::{Need, ScanMode};
use crate::model::town::{Batches, KeyPlace, Profile, StaffRole, Station};
use crate::pdf::Line;
use crate::record::disposal::Condition;
use crate::sealing::{ALGORITHMS, LAST_YEAR, Sealer, TownSeal};
use std::path::Path;

/// Writes it, keeps it in the vault, and says so in the log: records made under this configuration name it.
pub fn run(config: Option<&Path>, out: &Path, by: &str) -> Outcome {
    let pipeline = pipeline(config)?;
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant)?;
    let book = rules_for_paper(&pipeline, &ledger, &pipeline.read_vault()?)?;
    let seal = pipeline.seal.as_ref().map(TownSeal::open).transpose()?;
    let created = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let lines = lines(&pipeline, &book, seal.as_ref(), &ledger, &created)?;
    let title = format!("Verfahrensdokumentation {} {}", pipeline.procedure.name, pipeline.procedure.version);
    let bytes = printed(&title, &pipeline.hash.hex(), &created, &lines).map_err(refused)?;
    std::fs::write(out, &bytes).map_err(Error::io("Verfahrensdokumentation schreiben", out))?;
    let hash = pipeline.open_vault()?.put(&bytes)?;
    ledger.note_bytes(DOCUMENTED, &pipeline.hash.hex(), by, &hash)?;
    println!("{} {}", hash.hex(), out.display());
    Ok(DONE)
}

fn row(name: impl Into<String>, value: impl Into<String>) -> Line {
    Line::Row(name.into(), value.into())
}

fn head(text: &str) -> Line {
    Line::Head(text.into())
}

fn lines(
    pipeline: &Pipeline,
    book: &RuleBook,
    seal: Option<&TownSeal>,
    ledger: &Ledger,
    created: &str,
) -> Result<Vec<Line>, Error> {
    let p = &pipeline.procedure;
    let mut all = vec![
        Line::Title("Verfahrensdokumentation, technischer Teil".into()),
        Line::Text(format!(
            "Erzeugt aus der Konfiguration, die gilt; sie beschreibt, was das Programm tut. Was Menschen tun, steht im \
             organisatorischen Teil, den die Behörde verfasst. Das Programm unterstützt Verfahren nach {}; es ist \
             nicht zertifiziert.",
            p.guideline
        )),
        head("1 Geltung"),
        row("Behörde", &pipeline.town),
        row("Verfahren", format!("{}, Fassung {}", p.name, p.version)),
        row("Freigegeben am", p.released.clone().unwrap_or_else(|| "nicht freigegeben".into())),
        row("Richtlinie", &p.guideline),
        row("Programm", format!("poststelle {}", env!("CARGO_PKG_VERSION"))),
        row("Kryptografie", openssl::version::version()),
        row("Konfiguration (SHA-256)", pipeline.hash.hex()),
        row("Erzeugt", created),
    ];
    all.push(head("2 Stationen und Profile"));
    for station in &pipeline.stations {
        all.push(row(format!("Station {}", station.id), self::station(station)));
        all.push(row("  Freigabe", ledger.release(station)?.text()));
    }
    let mut profiles: Vec<&Profile> = pipeline.stations.iter().map(|s| &s.profile).collect();
    profiles.dedup_by_key(|profile| profile.id.clone());
    all.extend(
        profiles.into_iter().map(|profile| row(format!("Profil {}", profile.id), self::profile(profile))),
    );
    all.push(head("3 Dokumentarten und Schutzbedarf"));
    all.extend(book.kinds().iter().flat_map(kind));
    all.push(head("4 Ämter und Ziele"));
    for department in &pipeline.departments {
        all.push(row(format!("{} ({})", department.name, department.id), department.targets.join(", ")));
    }
    all.push(head("5 Rollen"));
    for person in &pipeline.people {
        let roles: Vec<&str> = person.roles.iter().map(|role| role_name(*role)).collect();
        all.push(row(&person.id, format!("{} {}", roles.join(", "), person.departments.join(", "))));
    }
    for circle in &pipeline.circles {
        all.push(row(format!("Vertrauenskreis {}", circle.id), circle.members.join(", ")));
    }
    all.push(head("6 Qualitätssicherung"));
    all.push(row("Stichprobe", pipeline.sample.name()));
    all.push(Line::Text(
        "Der Startwert der Ziehung entsteht, wenn der Stapel geschlossen wird, und steht im Protokoll; erste und letzte \
         Schriftstücke sind immer dabei, kleine Stapel einer Station bilden je Tag ein Los, nach einem Fehler wird das \
         ganze Los geprüft. Wer gescannt hat, prüft nicht."
            .into(),
    ));
    all.push(row(
        "Sicherheit, ab der niemand gefragt wird",
        format!("{:.2}", pipeline.decide.min_confidence),
    ));
    all.push(head("7 Siegel und Zeitstempel"));
    match (&pipeline.seal, seal) {
        (Some(settings), Some(seal)) => {
            let place = match &settings.key {
                KeyPlace::File(_) => "Schlüsseldatei".to_owned(),
                KeyPlace::Token(place) => format!("PKCS#11-Token {}", place.token),
                KeyPlace::Service(place) => format!("Siegeldienst {}", place.url),
            };
            all.push(row("Schlüssel", place));
            all.push(row(
                "Zertifikat",
                format!(
                    "{}, {}",
                    seal.name(),
                    if seal.qualified() { "qualifiziert" } else { "fortgeschritten" }
                ),
            ));
            all.push(row("Verfahren", seal.algorithm()));
            all.push(row("Zeitstempeldienste", settings.timestamp_urls.join(", ")));
        }
        _ => all.push(row("Siegel", "keines: Papier darf nicht vernichtet werden")),
    }
    for algorithm in ALGORITHMS {
        all.push(row(*algorithm, format!("zugelassen bis Ende {LAST_YEAR} (TR-02102-1)")));
    }
    all.push(head("8 Papier"));
    all.push(row(
        "Aufbewahrung nach Übergabe",
        format!("{} Tage, wenn die Dokumentart nicht mehr verlangt", pipeline.retention.paper),
    ));
    all.push(Line::Text("Ein Karton wird nur freigegeben, wenn für kein Blatt darin mehr gilt:".into()));
    all.extend(Condition::ALL.iter().map(|c| row(c.name(), c.text())));
    all.push(head("9 Protokoll"));
    all.push(Line::Text(
        "Jedes Ereignis (Änderungen der Konfiguration und der Rechte, Benutzung, Nachbearbeitung, Fehler und \
         fehlgeschlagene Anmeldungen) ist ein Blatt eines nur wachsenden Hashbaums nach RFC 6962, ohne Wörter aus \
         Briefen, Personen als Pseudonyme."
            .into(),
    ));
    all.push(head("10 Konfiguration im Wortlaut"));
    // Secrets are in files of their own; here are only their names.
    all.extend(pipeline.text.lines().map(|line| Line::Verbatim(line.into())));
    Ok(all)
}

fn station(station: &Station) -> String {
    let scanner = if station.scanner.is_empty() { "Scanner ohne Angabe" } else { &station.scanner };
    let sidecar = if station.sidecar.is_some() { "mit Begleitdatei" } else { "ohne Begleitdatei" };
    let lots = if station.lot_keys.is_empty() { "" } else { ", nur signierte Lieferungen" };
    let folders = if station.batches == Batches::Folders { ", ein Ordner je Stapel" } else { "" };
    format!("{scanner}; Profil {}; {sidecar}{folders}{lots}", station.profile.id)
}

fn profile(p: &Profile) -> String {
    let mode = match p.scan_mode {
        ScanMode::Copying => "kopierend",
        ScanMode::Replacing => "ersetzend",
    };
    let driver = p.driver.as_deref().unwrap_or("nicht festgehalten");
    let device = if p.device.is_empty() { "nichts genannt".to_owned() } else { p.device.join(", ") };
    format!(
        "{mode}{}; mindestens {} dpi; {}; {}; leere Rückseiten {}; Treibereinstellungen {driver}; das Gerät selbst: {device}",
        if p.files { ", Akten nach Kisten-, Akten- und Registerblättern" } else { "" },
        p.dpi_min,
        crate::record::fit::word(p.colour),
        if p.duplex { "beidseitig" } else { "einseitig" },
        if p.suppress_blank { "weggelassen und aufgeführt" } else { "bleiben" }
    )
}

fn kind(kind: &Kind) -> Vec<Line> {
    let protection = kind.protection;
    let goals = [
        ("Integrität", protection.integrity, "IN"),
        ("Vertraulichkeit", protection.confidentiality, "VT"),
        ("Verfügbarkeit", protection.availability, "VF"),
    ];
    let paper = match (&kind.paper, kind.replacing_allowed) {
        (_, false) => "Papier bleibt".to_owned(),
        (Some(p), true) => match p.days {
            Some(days) => format!("Papier mindestens {days} Tage ({})", p.reason),
            None => format!("Papier bleibt ({})", p.reason),
        },
        (None, true) => "Papier darf ersetzt werden".to_owned(),
    };
    let mut lines = vec![row(
        format!("{} ({})", kind.name, kind.id),
        format!("Fassung {}; {}; {paper}; Bausteine {}", kind.version, kind.department, modules(&goals)),
    )];
    for ((goal, need, _), reason) in goals.into_iter().zip(&kind.protection_reasons) {
        lines.push(row(format!("  {goal}"), format!("{}: {reason}", need_name(need))));
    }
    lines
}

/// The modules of the guideline that such needs call for (TR-03138, 4.3).
fn modules(goals: &[(&str, Need, &str); 3]) -> String {
    let mut modules = vec!["Basis".to_owned()];
    if goals.iter().any(|(_, need, _)| *need >= Need::Hoch) {
        modules.push("A.AM.G".into());
    }
    for (_, need, short) in goals {
        if *need >= Need::Hoch {
            modules.push(format!("A.AM.{short}.H"));
        }
        if *need >= Need::SehrHoch {
            modules.push(format!("A.AM.{short}.SH"));
        }
    }
    modules.join(", ")
}

fn need_name(need: Need) -> &'static str {
    match need {
        Need::Normal => "normal",
        Need::Hoch => "hoch",
        Need::SehrHoch => "sehr hoch",
    }
}

fn role_name(role: StaffRole) -> &'static str {
    match role {
        StaffRole::Operator => "Scankraft",
        StaffRole::Reviewer => "Nachbearbeitung",
        StaffRole::Department => "Amt",
        StaffRole::Head => "Leitung",
        StaffRole::Administrator => "Administration",
        StaffRole::Auditor => "Prüfung",
    }
}
