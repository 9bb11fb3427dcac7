//! The organisation chart: rows with the day they hold from -> departments and people of a day. Pure.
//!
//! A row holds from its day until the next row of the same id. What a chart says on a day becomes a part of the
//! configuration's text, so that everything that reads a configuration knows it, and every day can be read again. Rows
//! do not vanish, they end: a file that broke off half-way is not taken for a town without departments.

use super::Complaint;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::ops::Range;

/// What stands between the file and what the chart adds to it.
const MARK: &str =
    "\n# Aus dem Organisationsplan, der gilt (poststelle organisation); steht in keiner Datei.\n";
/// Columns; the first four every chart has.
const COLUMNS: [&str; 10] = [
    "type",
    "id",
    "valid_from",
    "name",
    "substitute",
    "substitute_after",
    "successor",
    "targets",
    "references",
    "departments",
];
const NEEDED: usize = 4;
/// A department that goes on as another one, that goes on as another one.
const SUCCESSORS_MAX: usize = 20;

/// A chart without mistakes.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    rows: Vec<Row>,
}

/// What one row says.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// A department, else a person.
    pub department: bool,
    /// Id.
    pub id: String,
    /// First day; `None`: always was so.
    pub from: Option<Date>,
    /// Name; empty for a person: gone.
    pub name: String,
    /// Department that stands in.
    pub substitute: String,
    /// After so many working days.
    pub substitute_after: Option<u32>,
    /// Department that this one goes on as.
    pub successor: String,
    /// Where its mail goes.
    pub targets: Vec<String>,
    /// Pattern of the references it gives.
    pub references: String,
    /// Of a person: whose mail it is.
    pub departments: Vec<String>,
}

/// What the file of the configuration has of its own.
#[derive(Clone, Debug, Default)]
pub struct Own {
    /// Ids of its departments.
    pub departments: BTreeSet<String>,
    /// Ids of its people and programs: they stay as they stand there.
    pub people: BTreeSet<String>,
    /// Targets of a department whose row names none; `{id}` stands for it.
    pub targets: Vec<String>,
}

impl Own {
    /// From the text of the file, as far as that is TOML.
    pub fn of(text: &str) -> Self {
        let table: toml::Table = text.parse().unwrap_or_default();
        let ids = |name: &str| {
            let list = table.get(name).and_then(|v| v.as_array()).into_iter().flatten();
            list.filter_map(|one| one.get("id")?.as_str().map(str::to_owned)).collect::<BTreeSet<_>>()
        };
        let targets = table.get("organisation").and_then(|o| o.get("targets")?.as_array());
        Self {
            departments: ids("department"),
            people: ids("person").union(&ids("application")).cloned().collect(),
            targets: targets.into_iter().flatten().filter_map(|t| t.as_str().map(str::to_owned)).collect(),
        }
    }
}

/// The text of the file with what the chart says on that day.
pub fn with(file: &str, chart: &Chart, day: Date) -> String {
    format!("{file}{MARK}{}", chart.on(day, &Own::of(file)))
}

/// The part of a configuration's text that stands in its file, and what a chart added to it.
pub fn apart(text: &str) -> (&str, &str) {
    text.split_at(text.find(MARK).unwrap_or(text.len()))
}

impl Chart {
    /// Rows from elsewhere than a file.
    pub fn of(rows: Vec<Row>) -> Self {
        Self { rows }
    }

    /// Reads a file: columns separated by semicolons, the first line their names. All complaints at once, each with
    /// line and column.
    pub fn read(text: &str, file: &str, own: &Own) -> Result<Self, Vec<Complaint>> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut reading = Reading { text, file, complaints: Vec::new() };
        let chart = reading.chart(own);
        if reading.complaints.is_empty() { Ok(chart) } else { Err(reading.complaints) }
    }

    /// As such a file, every column in order.
    pub fn csv(&self) -> Result<String, csv::Error> {
        let mut out = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
        out.write_record(COLUMNS)?;
        for row in &self.rows {
            let from = row.from.map(|day| day.to_string()).unwrap_or_default();
            let after = row.substitute_after.map(|days| days.to_string()).unwrap_or_default();
            let (targets, departments) = (row.targets.join(","), row.departments.join(","));
            let what = if row.department { "department" } else { "person" };
            let cells: [&str; 10] = [
                what,
                &row.id,
                &from,
                &row.name,
                &row.substitute,
                &after,
                &row.successor,
                &targets,
                &row.references,
                &departments,
            ];
            out.write_record(cells)?;
        }
        let bytes = out.into_inner().map_err(|e| e.into_error())?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Days after that one on which something changes.
    pub fn days_after(&self, day: Date) -> BTreeSet<Date> {
        self.rows.iter().filter_map(|row| row.from).filter(|from| *from > day).collect()
    }

    /// What this chart has on that day and the new one does not know any more, as its ids.
    pub fn vanished(&self, new: &Self, own: &Own, day: Date) -> Vec<&str> {
        let known = |id: &str| {
            own.departments.contains(id) || own.people.contains(id) || new.rows.iter().any(|r| r.id == id)
        };
        let ended = |row: &Row| row.name.is_empty() || !row.successor.is_empty();
        self.ids().filter(|id| !known(id) && self.row(id, day).is_none_or(|row| !ended(row))).collect()
    }

    /// Every id once, in the order of the rows.
    fn ids(&self) -> impl Iterator<Item = &str> {
        let mut seen = BTreeSet::new();
        self.rows.iter().map(|row| row.id.as_str()).filter(move |id| seen.insert(*id))
    }

    /// The row that holds of an id on a day.
    fn row(&self, id: &str, day: Date) -> Option<&Row> {
        let holds = |row: &&Row| row.id == id && row.from.is_none_or(|from| from <= day);
        self.rows.iter().filter(holds).max_by_key(|row| row.from)
    }

    /// The department that goes on where this one ended.
    fn goes_on(&self, id: &str, day: Date) -> Option<String> {
        let next = |id: &str| {
            self.row(id, day).map(|row| row.successor.clone()).filter(|successor| !successor.is_empty())
        };
        let mut last = next(id)?;
        for _ in 0..SUCCESSORS_MAX {
            let Some(further) = next(&last) else { break };
            last = further;
        }
        Some(last)
    }

    /// Names a department had before that day, and those of departments that it goes on for.
    fn former(&self, id: &str, day: Date, name: &str) -> Vec<&str> {
        let before = |row: &&Row| row.from.is_none_or(|from| from <= day) && !row.name.is_empty();
        let of = |row: &&Row| row.id == id || self.goes_on(&row.id, day).as_deref() == Some(id);
        let mut names: Vec<&str> = Vec::new();
        for row in self.rows.iter().filter(|row| row.department).filter(before).filter(of) {
            if row.name != name && !names.contains(&row.name.as_str()) {
                names.push(&row.name);
            }
        }
        names
    }

    /// What holds on a day, as text of a configuration. A department that is still to come is there for rules, but
    /// nobody is offered it.
    fn on(&self, day: Date, own: &Own) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let list = |texts: &[String]| texts.iter().map(|t| quoted(t)).collect::<Vec<_>>().join(", ");
        let mut text = String::new();
        for id in self.ids() {
            let planned = self.row(id, day).is_none();
            let first = || self.rows.iter().filter(|row| row.id == id).min_by_key(|row| row.from);
            let Some(row) = self.row(id, day).or_else(first) else { continue };
            if !row.department {
                if !planned && !row.name.is_empty() && !own.people.contains(id) {
                    let departments = list(&row.departments);
                    let _ = write!(
                        text,
                        "[[person]]\nid = {}\nname = {}\nroles = [\"department\"]\ndepartments = [{departments}]\n",
                        quoted(id),
                        quoted(&row.name)
                    );
                }
                continue;
            }
            let ended = self.goes_on(id, day);
            let own_name =
                if row.name.is_empty() { self.former(id, day, "").pop().unwrap_or(id) } else { &row.name };
            let _ = writeln!(text, "[[department]]\nid = {}\nname = {}", quoted(id), quoted(own_name));
            if let Some(successor) = ended {
                let _ = writeln!(text, "successor = {}", quoted(&successor));
                continue;
            }
            let targets: Vec<String> = match row.targets.is_empty() {
                true => own.targets.iter().map(|target| target.replace("{id}", id)).collect(),
                false => row.targets.clone(),
            };
            let former: Vec<String> = self.former(id, day, own_name).into_iter().map(str::to_owned).collect();
            let _ = writeln!(text, "targets = [{}]\naddressed = [{}]", list(&targets), list(&former));
            if !row.references.is_empty() {
                let _ = writeln!(text, "references = [{}]", quoted(&row.references));
            }
            if !row.substitute.is_empty() {
                let _ = writeln!(text, "substitute = {}", quoted(&row.substitute));
            }
            if let Some(days) = row.substitute_after {
                let _ = writeln!(text, "substitute_after = {days}");
            }
            if planned {
                let _ = writeln!(text, "planned = true");
            }
        }
        text
    }
}

/// A file being read.
struct Reading<'a> {
    text: &'a str,
    file: &'a str,
    complaints: Vec<Complaint>,
}

impl Reading<'_> {
    fn complain(&mut self, span: Range<usize>, code: &str, text: impl Into<String>, hint: impl Into<String>) {
        self.complaints.push(Complaint::at(self.file, self.text, span, code, text, hint));
    }

    /// Where the nth cell of the record stands that begins at that byte.
    fn cell(&self, start: usize, nth: usize) -> Range<usize> {
        let (mut quoted, mut at, mut from) = (false, 0, start);
        for (place, c) in self.text[start..].char_indices() {
            match c {
                '"' => quoted = !quoted,
                ';' | '\n' | '\r' if !quoted => {
                    if at == nth || c != ';' {
                        return from..start + place;
                    }
                    (at, from) = (at + 1, start + place + 1);
                }
                _ => {}
            }
        }
        from..self.text.len()
    }

    fn chart(&mut self, own: &Own) -> Chart {
        let records = csv::ReaderBuilder::new()
            .delimiter(b';')
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(self.text.as_bytes())
            .into_records()
            .filter_map(Result::ok);
        let mut columns: Option<Vec<String>> = None;
        let mut rows: Vec<(usize, Row)> = Vec::new();
        for record in records {
            let start = record.position().map_or(0, |p| p.byte() as usize);
            // A blank line before it belongs to no record.
            let blank = self.text[start..].len() - self.text[start..].trim_start_matches(['\r', '\n']).len();
            let start = start + blank;
            if record.iter().any(|cell| cell.contains('\n')) {
                let hint = "Das Anführungszeichen schließen; ist die Datei ganz geschrieben?";
                self.complain(
                    start..start + 1,
                    "organisation.quote",
                    "Hier beginnt ein Text, der nicht endet.",
                    hint,
                );
                break;
            }
            let Some(names) = &columns else {
                columns = Some(self.head(&record, start));
                continue;
            };
            if record.len() != names.len() {
                let text = format!("{} Spalten statt {}.", record.len(), names.len());
                let span = self.cell(start, record.len().saturating_sub(1));
                self.complain(
                    span,
                    "organisation.row",
                    text,
                    "Zeile ergänzen; ist die Datei ganz geschrieben?",
                );
                continue;
            }
            let names = names.clone();
            if let Some(row) = self.row(&record, start, &names) {
                rows.push((start, row));
            }
        }
        match columns {
            None => {
                let hint = "Die erste Zeile nennt die Spalten; ein Beispiel ist examples/organisation.csv.";
                self.complain(0..0, "organisation.empty", "Die Datei ist leer.", hint);
            }
            Some(names) if self.complaints.is_empty() => self.together(&rows, &names, own),
            Some(_) => {}
        }
        Chart { rows: rows.into_iter().map(|(_, row)| row).collect() }
    }

    fn head(&mut self, record: &csv::StringRecord, start: usize) -> Vec<String> {
        for (nth, name) in record.iter().enumerate().filter(|(_, name)| !COLUMNS.contains(name)) {
            let (hint, _) = super::resolve::near_or_all(name, &COLUMNS);
            let span = self.cell(start, nth);
            self.complain(span, "organisation.column", format!("Die Spalte „{name}“ gibt es nicht."), hint);
        }
        for name in COLUMNS.iter().take(NEEDED).filter(|name| !record.iter().any(|c| c == **name)) {
            let text = format!("Die Spalte „{name}“ fehlt.");
            self.complain(start..start, "organisation.column", text, "Spalten mit ; trennen.");
        }
        record.iter().map(str::to_owned).collect()
    }

    fn row(&mut self, record: &csv::StringRecord, start: usize, names: &[String]) -> Option<Row> {
        let before = self.complaints.len();
        let place = |name: &str| names.iter().position(|n| n == name);
        let get = |name: &str| place(name).and_then(|nth| record.get(nth)).unwrap_or_default();
        let list = |name: &str| {
            let parts = get(name).split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(str::to_owned).collect::<Vec<_>>()
        };
        let span = |this: &Self, name: &str| this.cell(start, place(name).unwrap_or_default());
        let department = match get("type") {
            "department" => true,
            "person" => false,
            other => {
                let at = span(self, "type");
                let text = format!("„{other}“ ist weder department noch person.");
                self.complain(at, "organisation.type", text, "department oder person schreiben.");
                false
            }
        };
        let id = get("id");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-');
        if !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(plain) {
            let hint = "Nur a-z, 0-9, _ und -, mit einem Buchstaben am Anfang.";
            self.complain(span(self, "id"), "organisation.id", format!("„{id}“ ist keine Kennung."), hint);
        }
        let from = match get("valid_from") {
            "" => None,
            day => match day.parse::<Date>() {
                Ok(date) if day.len() == 10 => Some(date),
                _ => {
                    let text = format!("„{day}“ ist kein Datum.");
                    self.complain(
                        span(self, "valid_from"),
                        "organisation.date",
                        text,
                        "JJJJ-MM-TT schreiben.",
                    );
                    None
                }
            },
        };
        let substitute_after = match get("substitute_after") {
            "" => None,
            days => {
                let number = days.parse::<u32>().ok();
                if number.is_none() {
                    let text = format!("„{days}“ ist keine Zahl von Arbeitstagen.");
                    let at = span(self, "substitute_after");
                    self.complain(
                        at,
                        "organisation.days",
                        text,
                        "Eine ganze Zahl schreiben oder leer lassen.",
                    );
                }
                number
            }
        };
        if department && get("name").is_empty() && get("successor").is_empty() {
            let hint = "Einen Namen nennen, oder unter successor das Amt, in dem es aufgeht.";
            self.complain(span(self, "name"), "organisation.name", format!("„{id}“ hat keinen Namen."), hint);
        }
        (self.complaints.len() == before).then(|| Row {
            department,
            id: id.to_owned(),
            from,
            name: get("name").to_owned(),
            substitute: get("substitute").to_owned(),
            substitute_after,
            successor: get("successor").to_owned(),
            targets: list("targets"),
            references: get("references").to_owned(),
            departments: list("departments"),
        })
    }

    /// What only all rows together show.
    fn together(&mut self, rows: &[(usize, Row)], names: &[String], own: &Own) {
        let known: BTreeSet<&str> = rows
            .iter()
            .filter(|(_, row)| row.department)
            .map(|(_, row)| row.id.as_str())
            .chain(own.departments.iter().map(String::as_str))
            .collect();
        let place = |name: &str| names.iter().position(|n| n == name).unwrap_or_default();
        for (nth, (start, row)) in rows.iter().enumerate() {
            let same = |(_, other): &&(usize, Row)| other.id == row.id && other.from == row.from;
            if rows[..nth].iter().find(same).is_some() {
                let text = format!("„{}“ steht zweimal für denselben Tag da.", row.id);
                let span = self.cell(*start, place("id"));
                self.complain(
                    span,
                    "organisation.twice",
                    text,
                    "Eine der Zeilen streichen oder valid_from ändern.",
                );
            }
            if row.department && own.departments.contains(&row.id) {
                let text = format!("„{}“ steht auch in pipeline.toml.", row.id);
                let span = self.cell(*start, place("id"));
                self.complain(span, "organisation.twice", text, "Den Abschnitt dort streichen.");
            }
            let named = [("substitute", &row.substitute), ("successor", &row.successor)];
            let named = named.into_iter().chain(row.departments.iter().map(|d| ("departments", d)));
            for (column, name) in named.filter(|(_, name)| !name.is_empty() && !known.contains(name.as_str()))
            {
                let all: Vec<&str> = known.iter().copied().collect();
                let (hint, _) = super::resolve::near_or_all(name, &all);
                let span = self.cell(*start, place(column));
                self.complain(span, "organisation.unknown", format!("Amt „{name}“ ist nicht bekannt."), hint);
            }
            if row.successor == row.id {
                let span = self.cell(*start, place("successor"));
                let hint = "Ein anderes Amt nennen.";
                self.complain(span, "organisation.successor", "Ein Amt folgt nicht auf sich selbst.", hint);
            }
        }
    }
}

#[cfg(test)]
mod tests;
