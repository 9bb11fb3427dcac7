//! Which paper may go: one function over everything that must be true, each input that is not known yet unmet.

use super::sample::Drawn;

named! {
    /// What must be true before a sheet may be destroyed; its sentence says what is missing.
    Condition;
    Replacing = "replacing", "kopierend gescannt: das Papier bleibt das Original";
    Released = "released", "das Verfahren war nicht freigegeben (Entwurf)";
    Fit = "fit", "der Scan genügt dem ersetzenden Scannen nicht: Auflösung, Farbe, Seiten, JBIG2 oder Freigabe der Station";
    NotOnKeepList = "keep_list", "die Dokumentart wird aufbewahrt";
    Person = "person", "es ist keine Person als Ersteller genannt";
    Complete = "complete", "die Vollzähligkeit ist nicht geprüft oder eine Zählung geht nicht auf";
    Quality = "quality", "die Qualitätssicherung ist nicht abgeschlossen";
    Sealed = "sealed", "Produkt und Nachweis sind nicht gesiegelt, oder das Siegel hält nicht";
    ReadBack = "read_back", "das Ziel hat die Ablage nicht bestätigt";
    Backup = "backup", "seit der Übergabe ist keine Datensicherung bestätigt";
    Retention = "retention", "die Aufbewahrungsfrist läuft noch";
    NoHold = "no_hold", "es gibt eine Sperre";
    Readable = "readable", "das Amt meldet: fehlt oder unleserlich";
    Boxed = "boxed", "niemand hat gesagt, in welchem Karton das Papier liegt";
}

/// What is known about the paper of one document. `None`: not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// `replacing` or `copying`, from the record.
    pub mode: Option<String>,
    /// The procedure had been released when the record was made.
    pub released: Option<bool>,
    /// Nothing in the record says that the scan was not good enough to replace paper.
    pub fit: Option<bool>,
    /// The kind's paper may be replaced, from its rule file as it is now.
    pub replaceable: Option<bool>,
    /// Who scanned.
    pub operator: Option<String>,
    /// Verdict of the sheet balance.
    pub completeness: Option<String>,
    /// What the sample plan said about the document and its lot.
    pub quality: Option<Drawn>,
    /// The seals of product and record were checked and hold.
    pub sealed: Option<bool>,
    /// Every delivery was confirmed by looking at the target: the last moment, UTC.
    pub read_back: Option<String>,
    /// Last confirmed backup, UTC.
    pub backup: Option<String>,
    /// Days between hand-over and today.
    pub days: Option<u32>,
    /// Somebody ordered to keep it.
    pub held: bool,
    /// The department says it is missing or unreadable.
    pub unreadable: bool,
    /// Box and position.
    pub place: Option<String>,
}

/// Everything that still forbids destroying the paper; empty only if nothing does.
pub fn unmet(paper: &Paper, retention_days: u32) -> Vec<Condition> {
    let met = |condition| match condition {
        Condition::Replacing => paper.mode.as_deref() == Some("replacing"),
        Condition::Released => paper.released == Some(true),
        Condition::Fit => paper.fit == Some(true),
        Condition::NotOnKeepList => paper.replaceable == Some(true),
        Condition::Person => paper.operator.as_ref().is_some_and(|p| !p.is_empty()),
        Condition::Complete => matches!(paper.completeness.as_deref(), Some("matches" | "accepted")),
        Condition::Quality => paper.quality.is_some_and(Drawn::finished),
        Condition::Sealed => paper.sealed == Some(true),
        Condition::ReadBack => paper.read_back.is_some(),
        // Both are written alike, so text compares as time does.
        Condition::Backup => matches!((&paper.backup, &paper.read_back), (Some(b), Some(r)) if b > r),
        Condition::Retention => paper.days.is_some_and(|days| days >= retention_days),
        Condition::NoHold => !paper.held,
        Condition::Readable => !paper.unreadable,
        Condition::Boxed => paper.place.is_some(),
    };
    Condition::ALL.iter().copied().filter(|&c| !met(c)).collect()
}

/// Whether these two may release a box: different people, and at least one who fed none of its sheets.
pub fn may_release(first: &str, second: &str, operators: &[&str]) -> bool {
    let named = !first.trim().is_empty() && !second.trim().is_empty();
    named && first != second && !(operators.contains(&first) && operators.contains(&second))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Paper {
        Paper {
            mode: Some("replacing".into()),
            released: Some(true),
            fit: Some(true),
            replaceable: Some(true),
            operator: Some("sk-1".into()),
            completeness: Some("matches".into()),
            quality: Some(Drawn::Passed),
            sealed: Some(true),
            read_back: Some("2026-01-02T00:00:00.000Z".into()),
            backup: Some("2026-01-03T00:00:00.000Z".into()),
            days: Some(180),
            held: false,
            unreadable: false,
            place: Some("2026-014/17".into()),
        }
    }

    /// Every way in which one condition can be unmet, unknown included.
    fn spoiled(condition: Condition, paper: &Paper) -> Vec<Paper> {
        let p = || paper.clone();
        match condition {
            Condition::Replacing => {
                vec![Paper { mode: Some("copying".into()), ..p() }, Paper { mode: None, ..p() }]
            }
            Condition::Released => {
                vec![Paper { released: Some(false), ..p() }, Paper { released: None, ..p() }]
            }
            Condition::Fit => vec![Paper { fit: Some(false), ..p() }, Paper { fit: None, ..p() }],
            Condition::NotOnKeepList => {
                vec![Paper { replaceable: Some(false), ..p() }, Paper { replaceable: None, ..p() }]
            }
            Condition::Person => {
                vec![Paper { operator: None, ..p() }, Paper { operator: Some(String::new()), ..p() }]
            }
            Condition::Complete => ["not_counted", "differs"]
                .map(|c| Paper { completeness: Some(c.into()), ..p() })
                .into_iter()
                .chain([Paper { completeness: None, ..p() }])
                .collect(),
            Condition::Quality => [None, Some(Drawn::Waiting), Some(Drawn::Failed), Some(Drawn::LotWaiting)]
                .map(|quality| Paper { quality, ..p() })
                .to_vec(),
            Condition::Sealed => vec![Paper { sealed: Some(false), ..p() }, Paper { sealed: None, ..p() }],
            Condition::ReadBack => vec![Paper { read_back: None, ..p() }],
            Condition::Backup => vec![
                Paper { backup: None, ..p() },
                Paper { backup: Some("2026-01-01T00:00:00.000Z".into()), ..p() },
            ],
            Condition::Retention => vec![Paper { days: Some(179), ..p() }, Paper { days: None, ..p() }],
            Condition::NoHold => vec![Paper { held: true, ..p() }],
            Condition::Readable => vec![Paper { unreadable: true, ..p() }],
            Condition::Boxed => vec![Paper { place: None, ..p() }],
        }
    }

    /// All combinations of conditions, and for each every way one of them can be unmet: nothing gets through
    /// but the one paper for which everything is true.
    #[test]
    fn with_any_condition_unmet_nothing_may_go() {
        assert_eq!(unmet(&good(), 180), Vec::new());
        for combination in 1u32..1 << Condition::ALL.len() {
            let chosen = Condition::ALL.iter().enumerate().filter(|(bit, _)| combination >> bit & 1 == 1);
            let chosen: Vec<Condition> = chosen.map(|(_, &c)| c).collect();
            let (first, others) = chosen.split_first().unwrap();
            let paper = others.iter().fold(good(), |paper, &c| spoiled(c, &paper).swap_remove(0));
            for paper in spoiled(*first, &paper) {
                let found = unmet(&paper, 180);
                assert!(chosen.iter().all(|c| found.contains(c)), "{chosen:?} but {found:?}");
            }
        }
    }

    #[test]
    fn two_people_release_and_one_of_them_did_not_scan() {
        let operators = ["sk-1", "sk-2"];
        assert!(may_release("sk-1", "leitung", &operators));
        assert!(may_release("a", "b", &operators));
        for (first, second) in [("leitung", "leitung"), ("sk-1", "sk-2"), ("", "leitung"), ("leitung", " ")] {
            assert!(!may_release(first, second, &operators), "{first} {second}");
        }
    }
}
