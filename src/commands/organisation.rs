//! `organisation`: what a new organisation chart would change and when, which rules would point nowhere then, and
//! who puts it in force.

use super::{DONE, Outcome, REFUSED, Stop, listed, put_whole, refused};
use crate::config::organisation::{Chart, Own, Row, apart, with};
use crate::config::{self, Complaint, Pipeline, secret};
use crate::document::{RuleBook, Who};
use crate::error::Error;
use crate::ledger::Ledger;
use crate::model::refusal::Refusal;
use crate::model::town::{ChartSource, Department, Organisation};
use crate::web::directory;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::path::Path;

/// Departments of a directory.
const UNITS: &str = "(objectClass=organizationalUnit)";
/// People of a directory; `user` is Active Directory's word.
const PEOPLE: &str = "(|(objectClass=inetOrgPerson)(objectClass=user))";

/// Checks the chart of the source, and with `by` puts it in force.
pub fn run(config: Option<&Path>, by: Option<&str>) -> Outcome {
    let place = config::find(config);
    let today = jiff::Zoned::now().date();
    let file = std::fs::read_to_string(&place).map_err(Error::io("Konfiguration lesen", &place))?;
    // The file may be of no use without a chart, so it is not resolved as a whole before there is one.
    let settings = config::organisation_of(&file, &place.display().to_string(), &config::base(&place));
    let Some(settings) = settings.map_err(|complaints| listed(&complaints))? else {
        return Err(Stop::Usage(
            "[organisation.none] Es ist kein Organisationsplan genannt. Hinweis: [organisation] file = \"organisation.csv\"."
                .into(),
        ));
    };
    let own = Own::of(&file);
    let (chart, rows) = asked(&settings.source, &own)?;
    let before = in_force(&settings, &own);
    let vanished = before.vanished(&chart, &own, today);
    // People of a directory go when their entry goes.
    if matches!(settings.source, ChartSource::File(_)) && !vanished.is_empty() {
        return Err(Stop::Usage(format!(
            "[organisation.vanished] Nicht mehr im Plan, aber nicht beendet: {}. Hinweis: eine Zeile mit dem letzten Tag \
             ergänzen; ist die Datei ganz geschrieben?",
            vanished.join(", ")
        )));
    }
    let days = BTreeSet::from([today]).into_iter().chain(chart.days_after(today));
    let mut then = Vec::new();
    for day in days {
        let text = with(&file, &chart, day);
        let pipeline =
            config::resolve(&text, &format!("{} am {day}", place.display()), &config::base(&place));
        then.push((day, pipeline.map_err(|complaints| listed(&complaints))?));
    }
    let Some((_, now)) = then.first() else { return Ok(DONE) };
    let book = crate::daemon::load_rules(now)?.book;
    let ledger = Ledger::open(&now.ledger, &now.tenant)?;
    let mut known = config::load(&place).map(|pipeline| pipeline.departments).unwrap_or_default();
    let mut nowhere = 0;
    for (day, pipeline) in &then {
        for line in differences(&known, &pipeline.departments, &ledger)? {
            println!("ab {day}: {line}");
        }
        known.clone_from(&pipeline.departments);
        for line in points_nowhere(pipeline, &book) {
            nowhere += 1;
            eprintln!("ab {day}: {line}");
        }
    }
    let Some(by) = by else {
        println!("Geprüft, nichts geändert; {nowhere} Regeln zeigen ins Leere.");
        return Ok(if nowhere > 0 { REFUSED } else { DONE });
    };
    // Order: what was decided into vault and log, then the file that holds. Whoever is interrupted in between says it
    // again.
    let hash = now.open_vault()?.put(rows.as_bytes())?;
    ledger.note_bytes("organisation.applied", &hash.hex(), by, &hash)?;
    if let Some(folder) = settings.in_force.parent() {
        std::fs::create_dir_all(folder).map_err(Error::io("Organisationsplan ablegen", folder))?;
    }
    put_whole(&settings.in_force, &rows)?;
    println!("Organisationsplan {} gilt, angeordnet von {by}.", &hash.hex()[..12]);
    Ok(DONE)
}

/// What `check` says about the next chart and about the rules on days to come; nothing where there is no chart.
pub(super) fn complaints(pipeline: &Pipeline, book: &RuleBook) -> Vec<String> {
    let Some(settings) = &pipeline.organisation else { return Vec::new() };
    let file = apart(&pipeline.text).0;
    let own = Own::of(file);
    let today = jiff::Zoned::now().date();
    let mut wrong = points_nowhere(pipeline, book);
    // The chart that holds, on days to come.
    let chart = in_force(settings, &own);
    for day in chart.days_after(today) {
        match config::resolve(&with(file, &chart, day), "pipeline.toml", &pipeline.base) {
            Ok(then) => {
                wrong.extend(points_nowhere(&then, book).iter().map(|line| format!("ab {day}: {line}")))
            }
            Err(all) => wrong.extend(all.iter().map(|complaint| format!("ab {day}: {complaint}"))),
        }
    }
    // The one that is still to be applied.
    if let ChartSource::File(path) = &settings.source
        && let Err(Stop::Usage(text)) = read(path, &own)
    {
        wrong.push(text);
    }
    wrong
}

/// The chart that holds; an empty one where none does.
fn in_force(settings: &Organisation, own: &Own) -> Chart {
    let rows = std::fs::read_to_string(&settings.in_force).unwrap_or_default();
    Chart::read(&rows, "", own).unwrap_or_default()
}

/// The chart of the source, and its rows as they will be kept.
fn asked(source: &ChartSource, own: &Own) -> Result<(Chart, String), Stop> {
    match source {
        ChartSource::File(path) => read(path, own),
        ChartSource::Directory { directory, base, dn, password_file, valid_from } => {
            let password = secret::read(password_file).map_err(|refusal| refused(refusal.into()))?;
            let login = (dn.as_str(), password.as_str());
            let rows = rows_of(directory, login, base, valid_from.as_deref())?;
            let rows = Chart::of(rows).csv().map_err(|e| Error::Format(e.to_string()))?;
            let chart = Chart::read(&rows, base, own).map_err(|complaints| listed(&complaints))?;
            Ok((chart, rows))
        }
    }
}

/// A file of rows: UTF-8, or the complaint names the first line that is none.
fn read(path: &Path, own: &Own) -> Result<(Chart, String), Stop> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|e| {
        let hint = "Pfad unter [organisation] file prüfen.";
        listed(&[Complaint::whole("organisation.unreadable", format!("{name}: {e}."), hint)])
    })?;
    let rows = match String::from_utf8(bytes) {
        Ok(rows) => rows,
        Err(error) => {
            let sound = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            let hint = "Die Tabelle als „CSV UTF-8“ speichern.";
            let what = "Hier steht kein UTF-8.";
            return Err(listed(&[Complaint::at(
                &name,
                &text,
                sound..sound + 1,
                "organisation.encoding",
                what,
                hint,
            )]));
        }
    };
    let chart = Chart::read(&rows, &name, own).map_err(|complaints| listed(&complaints))?;
    Ok((chart, rows))
}

/// Departments and people of a directory. The entry below which they are is none of them.
fn rows_of(
    directory: &crate::model::town::Directory,
    login: (&str, &str),
    base: &str,
    valid_from: Option<&str>,
) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for (department, filter) in [(true, UNITS), (false, PEOPLE)] {
        let mut wanted = vec!["ou", "description", "seeAlso", "uid", "sAMAccountName", "displayName", "cn"];
        wanted.extend(["departmentNumber", "department"]);
        wanted.extend(valid_from);
        for entry in directory::entries(directory, login, base, filter, wanted)? {
            if entry.dn.eq_ignore_ascii_case(base) {
                continue;
            }
            let all = |name: &str| {
                let found = entry.attrs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
                found.map(|(_, values)| values.clone()).unwrap_or_default()
            };
            let first = |names: &[&str]| {
                names.iter().find_map(|name| all(name).into_iter().next()).unwrap_or_default()
            };
            // Of „ou=kasse,ou=Organisation,…“ the department is „kasse“.
            let rdn = |dn: String| dn.split([',', '=']).nth(1).unwrap_or_default().trim().to_lowercase();
            let from = valid_from.map(|name| first(&[name])).unwrap_or_default();
            let row = Row { department, from: day(&from, &entry.dn)?, ..Row::default() };
            rows.push(if department {
                Row {
                    id: first(&["ou"]).to_lowercase(),
                    name: first(&["description", "ou"]),
                    substitute: rdn(first(&["seeAlso"])),
                    ..row
                }
            } else {
                let departments = all("departmentNumber").into_iter().chain(all("department"));
                Row {
                    id: first(&["uid", "sAMAccountName"]).to_lowercase(),
                    name: first(&["displayName", "cn"]),
                    departments: departments.map(|d| d.to_lowercase()).collect(),
                    ..row
                }
            });
        }
    }
    Ok(rows)
}

/// A day as a person writes it, or as a directory does (RFC 4517, 3.3.13).
fn day(text: &str, dn: &str) -> Result<Option<Date>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let plain = || Some(format!("{}-{}-{}", text.get(..4)?, text.get(4..6)?, text.get(6..8)?));
    let date = text.parse().ok().or_else(|| plain()?.parse().ok());
    let wrong = || {
        Refusal::new("organisation.date", format!("{dn}: „{text}“ ist kein Datum."), "JJJJ-MM-TT eintragen.")
    };
    date.map(Some).ok_or_else(|| wrong().into())
}

/// What is other than before, in sentences.
fn differences(before: &[Department], now: &[Department], ledger: &Ledger) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for new in now {
        let old = before.iter().find(|d| d.id == new.id);
        let (name, ended) = (&new.name, old.is_some_and(|old| old.successor.is_some()));
        match (&new.successor, old) {
            (Some(to), _) if !ended => {
                let open = ledger.open_of(&new.id)?;
                lines.push(format!("„{name}“ geht in „{to}“ auf; {open} offene Sendungen ziehen mit um."));
            }
            (None, None) if !new.planned => lines.push(format!("„{name}“ ist neu.")),
            (None, Some(old)) if old.planned && !new.planned => lines.push(format!("„{name}“ beginnt.")),
            (None, Some(old)) if old.name != *name => lines.push(format!("„{}“ heißt „{name}“.", old.name)),
            _ => {}
        }
        if let Some(old) = old.filter(|old| old.substitute != new.substitute && new.successor.is_none()) {
            let shown = |id: &Option<String>| id.clone().unwrap_or_else(|| "niemand".into());
            let (old, new) = (shown(&old.substitute), shown(&new.substitute));
            lines.push(format!("„{name}“ vertritt {new} statt {old}."));
        }
    }
    Ok(lines)
}

/// Rules that name a department which has ended. Their mail goes on to its successor, but nobody decided that it should.
fn points_nowhere(pipeline: &Pipeline, book: &RuleBook) -> Vec<String> {
    let mut named: Vec<(String, &str)> = vec![("[town] central".into(), &pipeline.central)];
    for route in &pipeline.ways.routes {
        for who in route.lead.iter().chain(&route.copies) {
            if let Who::Department(id) = who {
                named.push((format!("Die Regel „{}“", route.id), id));
            }
        }
    }
    for kind in book.kinds() {
        named.push((format!("Die Dokumentart „{}“", kind.id), &kind.department));
    }
    for station in &pipeline.stations {
        let department = station.default_department.as_deref();
        named.extend(department.map(|id| (format!("Die Station „{}“", station.id), id)));
    }
    for department in pipeline.departments.iter().filter(|d| d.successor.is_none()) {
        let substitute = department.substitute.as_deref();
        named.extend(substitute.map(|id| (format!("Die Vertretung von „{}“", department.id), id)));
    }
    for person in &pipeline.people {
        named.extend(person.departments.iter().map(|id| (format!("„{}“", person.id), id.as_str())));
    }
    let ended = |id: &str| pipeline.department(id).and_then(|d| Some((d.name.clone(), d.successor.clone()?)));
    named
        .into_iter()
        .filter_map(|(what, id)| {
            let (name, to) = ended(id)?;
            Some(format!(
                "[organisation.nowhere] {what} nennt „{id}“ ({name}), das in „{to}“ aufgegangen ist."
            ))
        })
        .collect()
}
