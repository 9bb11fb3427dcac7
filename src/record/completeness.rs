//! The balance of a batch: every image is somewhere, and as many came as were fed.

use super::body::Completeness;

/// What is known about the number of sheets and images of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Sheets announced by cover sheet or person.
    pub sheets_expected: Option<u32>,
    /// Sheets the scanner fed.
    pub sheets_fed: Option<u32>,
    /// Images announced or counted by the scanner.
    pub images_expected: Option<u32>,
    /// Images that came.
    pub images_found: u32,
    /// Images in documents.
    pub images_in_documents: u32,
    /// Separators.
    pub separators: u32,
    /// Blank images left out.
    pub blanks_left_out: u32,
    /// Both sides were scanned.
    pub duplex: bool,
}

impl Counts {
    /// What does not add up, as German sentences; empty if everything that was counted fits.
    pub fn differences(&self) -> Vec<String> {
        let mut found = Vec::new();
        let images = self.images_found;
        if let Some(expected) = self.images_expected.filter(|&n| n != images) {
            found.push(format!("Angekündigt sind {expected} Bilder, gekommen sind {images}."));
        }
        let sides = if self.duplex { 2 } else { 1 };
        if self.duplex && images % 2 == 1 {
            found.push(format!(
                "Beidseitig gescannt, aber {images} Bilder: eine Seite fehlt oder ist zu viel."
            ));
        }
        let counts = [(self.sheets_expected, "Angekündigt"), (self.sheets_fed, "Eingezogen")];
        for (sheets, who) in counts {
            if let Some(sheets) = sheets.filter(|&n| u64::from(n) * sides != u64::from(images)) {
                found.push(format!(
                    "{who} sind {sheets} Blatt, das sind {} Bilder; gekommen sind {images}.",
                    u64::from(sheets) * sides
                ));
            }
        }
        let accounted = self.images_in_documents + self.separators + self.blanks_left_out;
        if accounted != images {
            found.push(format!("{images} Bilder kamen, {accounted} sind zugeordnet."));
        }
        found
    }

    /// Whether anybody counted.
    pub fn counted(&self) -> bool {
        self.sheets_expected.or(self.sheets_fed).or(self.images_expected).is_some()
    }

    /// As the record says it; `accepted_by` let a difference pass.
    pub fn into_body(self, accepted_by: Option<String>) -> Completeness {
        let differences = self.differences();
        let (verdict, text) = match (differences.is_empty(), self.counted(), &accepted_by) {
            (true, true, _) => {
                ("matches", "Vollzähligkeit geprüft: Zählung und Bilder stimmen überein.".to_owned())
            }
            (false, _, Some(person)) => {
                ("accepted", format!("{} Von {person} geprüft und angenommen.", differences.join(" ")))
            }
            (false, _, None) => ("differs", differences.join(" ")),
            (true, false, _) => ("not_counted", "Vollzähligkeit nicht geprüft.".to_owned()),
        };
        Completeness {
            sheets_expected: self.sheets_expected,
            sheets_fed: self.sheets_fed,
            images_expected: self.images_expected,
            images_found: self.images_found,
            images_in_documents: self.images_in_documents,
            separators: self.separators,
            blanks_left_out: self.blanks_left_out,
            duplex: self.duplex,
            verdict: verdict.into(),
            accepted_by: accepted_by.filter(|_| verdict == "accepted"),
            text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_too_few_or_too_many_is_a_difference() {
        let fits = Counts {
            sheets_fed: Some(3),
            images_expected: Some(6),
            images_found: 6,
            images_in_documents: 4,
            separators: 1,
            blanks_left_out: 1,
            duplex: true,
            ..Counts::default()
        };
        assert_eq!(fits.differences(), Vec::<String>::new());
        assert_eq!(fits.clone().into_body(None).verdict, "matches");
        for wrong in [
            Counts { images_found: 5, images_in_documents: 3, ..fits.clone() },
            Counts { images_found: 4, images_in_documents: 2, ..fits.clone() },
            Counts { sheets_fed: Some(4), ..fits.clone() },
            Counts { sheets_expected: Some(2), ..fits.clone() },
            Counts { images_in_documents: 3, ..fits.clone() },
        ] {
            assert!(!wrong.differences().is_empty(), "{wrong:?}");
            assert_eq!(wrong.clone().into_body(None).verdict, "differs");
            assert_eq!(wrong.into_body(Some("leitung".into())).verdict, "accepted");
        }
        let uncounted = Counts { sheets_fed: None, images_expected: None, ..fits };
        assert_eq!(uncounted.into_body(None).text, "Vollzähligkeit nicht geprüft.");
    }

    /// 500 counted batches of each kind, a fault in every second one: all of those stop, none of the others.
    #[test]
    fn planted_faults_stop_every_counted_batch() {
        let (mut stopped, mut passed) = (0, 0);
        for number in 0..500u32 {
            let (sheets, duplex) = (number % 60 + 2, number % 3 > 0);
            let sides = if duplex { 2 } else { 1 };
            // Missing sheet, doubled sheet, one side too few, one side too many.
            let images = match number % 8 {
                1 => (sheets - 1) * sides,
                3 => (sheets + 1) * sides,
                5 => sheets * sides - 1,
                7 => sheets * sides + 1,
                _ => sheets * sides,
            };
            let counted_by_images = number % 5 == 0;
            let counts = Counts {
                sheets_fed: (!counted_by_images).then_some(sheets),
                images_expected: counted_by_images.then_some(sheets * sides),
                images_found: images,
                images_in_documents: images,
                duplex,
                ..Counts::default()
            };
            let verdict = counts.into_body(None).verdict;
            assert_eq!(verdict, if number % 2 == 1 { "differs" } else { "matches" }, "batch {number}");
            *(if number % 2 == 1 { &mut stopped } else { &mut passed }) += 1;
        }
        assert_eq!((stopped, passed), (250, 250));
    }
}
