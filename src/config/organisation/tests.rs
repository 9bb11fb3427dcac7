use super::*;

const CHART: &str = "type;id;valid_from;name;substitute;substitute_after;successor;targets;references;departments\n\
    department;kasse;;Stadtkasse;;;;aus;;\n\
    department;steuer;;Steueramt;kasse;3;;aus;^20-;\n\
    department;steuer;2027-01-01;Amt für Abgaben;kasse;2;;aus;^20-;\n\
    department;kasse;2027-07-01;;;;steuer;;;\n\
    department;klima;2027-01-01;\"Klima; Energie\";;;;;;\n\
    person;st-1;;Erika Muster;;;;;;steuer\n\
    person;st-1;2027-03-01;;;;;;;\n";

fn on(day: &str) -> String {
    let own = Own { targets: vec!["post-{id}".into()], ..Own::default() };
    Chart::read(CHART, "plan.csv", &own).unwrap().on(day.parse().unwrap(), &own)
}

#[test]
fn a_row_holds_from_its_day_until_the_next_one_of_its_id() {
    let now = on("2026-12-31");
    assert!(now.contains("name = \"Steueramt\"\ntargets = [\"aus\"]\naddressed = []\n"), "{now}");
    assert!(now.contains("name = \"Klima; Energie\"\ntargets = [\"post-klima\"]"), "{now}");
    assert!(now.contains("planned = true") && now.contains("Erika Muster"), "{now}");
    let new_year = on("2027-01-01");
    let renamed = "name = \"Amt für Abgaben\"\ntargets = [\"aus\"]\naddressed = [\"Steueramt\"]";
    assert!(new_year.contains(renamed) && !new_year.contains("planned"), "{new_year}");
    let summer = on("2027-07-01");
    assert!(summer.contains("name = \"Stadtkasse\"\nsuccessor = \"steuer\""), "{summer}");
    assert!(summer.contains("addressed = [\"Stadtkasse\", \"Steueramt\"]"), "{summer}");
    assert!(!summer.contains("Erika"), "gone since March");
}

#[test]
fn what_is_written_out_reads_as_the_same() {
    let chart = Chart::read(CHART, "plan.csv", &Own::default()).unwrap();
    let again = Chart::read(&chart.csv().unwrap(), "plan.csv", &Own::default()).unwrap();
    let day = "2027-01-01".parse().unwrap();
    assert_eq!(chart.on(day, &Own::default()), again.on(day, &Own::default()));
    assert_eq!(chart.days_after(day).len(), 2);
}

/// Complaints as `line:column code`.
fn complaints(text: &str) -> Vec<String> {
    let all = Chart::read(text, "p", &Own::default()).err().unwrap_or_default();
    let place = |c: &Complaint| {
        let place = c.place.as_deref().unwrap_or_default();
        let place = place.split("p:").nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
        format!("{place} {}", c.code)
    };
    all.iter().map(place).collect()
}

#[test]
fn every_mistake_is_named_at_its_line_and_column() {
    let head = "type;id;valid_from;name;substitute;successor\n";
    let row = |text: &str| complaints(&format!("{head}{text}"));
    assert_eq!(complaints(""), ["1:1 organisation.empty"]);
    assert_eq!(
        complaints("type;id;valid_from;nmae\n"),
        ["1:20 organisation.column", "1:1 organisation.column"]
    );
    assert_eq!(row("amt;a;;A;;\n"), ["2:1 organisation.type"]);
    assert_eq!(row("department;Amt A;;A;;\n"), ["2:12 organisation.id"]);
    assert_eq!(row("department;a;1.1.2027;A;;\n"), ["2:14 organisation.date"]);
    assert_eq!(row("department;a;;A;;\ndepartment;b;;\"B;B\";c;\n"), ["3:21 organisation.unknown"]);
    assert_eq!(row("department;a;;A;;\n\ndepartment;a;;B;;\n"), ["4:12 organisation.twice"]);
    assert_eq!(row("department;a;;A;;a\n"), ["2:18 organisation.successor"]);
    assert_eq!(row("department;a;;;;\n"), ["2:15 organisation.name"]);
    // Broken off in the middle of a row, and in the middle of a text.
    assert_eq!(row("department;a;;A;;\ndepartment;b;;B"), ["3:15 organisation.row"]);
    assert_eq!(row("department;a;;A;;\ndepartment;b;;\"B"), ["3:15 organisation.row"]);
    assert_eq!(row("department;a;;\"A;;\ndepartment;b;;B;;\n"), ["2:1 organisation.quote"]);
}

#[test]
fn what_vanishes_is_not_ended() {
    let own = Own::default();
    let chart = Chart::read(CHART, "plan.csv", &own).unwrap();
    let cut: String = CHART.lines().take(3).map(|line| line.to_owned() + "\n").collect();
    let cut = Chart::read(&cut, "plan.csv", &own).unwrap();
    assert_eq!(chart.vanished(&cut, &own, "2026-12-31".parse().unwrap()), ["klima", "st-1"]);
    assert_eq!(chart.vanished(&cut, &own, "2027-04-01".parse().unwrap()), ["klima"], "gone by its row");
}
