use super::*;
use crate::config::test_station;

struct House {
    folder: tempfile::TempDir,
    station: Station,
    ledger: Ledger,
    vault: Vault,
}

impl House {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let drop = folder.path().join("scans");
        fs::create_dir(&drop).unwrap();
        Self {
            station: test_station("a", &drop),
            ledger: Ledger::open(&folder.path().join("ledger.sqlite"), "stadt").unwrap(),
            vault: Vault::open(&folder.path().join("vault")).unwrap(),
            folder,
        }
    }

    fn drop_file(&self, name: &str, bytes: &[u8]) {
        fs::write(self.folder.path().join("scans").join(name), bytes).unwrap();
    }

    /// Two looks with the quiet time between them.
    fn round(&self) -> (Vec<BatchRow>, Vec<Error>) {
        let intake = Intake { ledger: &self.ledger, vault: &self.vault, config: "c" };
        let mut watch = Watch::new(&self.station);
        let start = Instant::now();
        let (mut taken, mut troubles) = intake.round(&self.station, &mut watch, start);
        let (more, worse) = intake.round(&self.station, &mut watch, start + self.station.quiet);
        taken.extend(more);
        troubles.extend(worse);
        (taken, troubles)
    }
}

const WHOLE: &[u8] = b"\xFF\xD8\xFF\xE0\0\x02\xFF\xDA..\xFF\xD9";

#[test]
fn a_whole_file_becomes_a_batch_and_leaves_the_folder() {
    let house = House::new();
    house.drop_file("Brief Müller.jpg", WHOLE);
    let (taken, troubles) = house.round();
    assert!(troubles.is_empty(), "{troubles:?}");
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].file_name, "Brief Müller.jpg");
    assert_eq!(house.vault.read(&taken[0].hash).unwrap(), WHOLE);
    assert_eq!(fs::read_dir(&house.station.folder).unwrap().count(), 1); // only the claims folder
    assert!(house.round().0.is_empty());
}

#[test]
fn the_same_bytes_again_are_a_possible_duplicate_and_never_dropped() {
    let house = House::new();
    house.drop_file("1.jpg", WHOLE);
    let first = house.round().0.remove(0);
    house.drop_file("2.jpg", WHOLE);
    let second = house.round().0.remove(0);
    assert_ne!(first.id, second.id);
    assert_eq!(second.duplicate_of, Some(first.id.0));
}

#[test]
fn names_in_nfd_and_with_odd_characters_arrive_in_nfc() {
    let house = House::new();
    house.drop_file("Mu\u{308}ller\n\u{7}.jpg", WHOLE);
    assert_eq!(house.round().0[0].file_name, "Müller.jpg");
}

#[test]
fn a_cut_off_file_waits_and_is_taken_when_patience_ends() {
    let house = House::new();
    house.drop_file("halb.jpg", &WHOLE[..8]);
    let intake = Intake { ledger: &house.ledger, vault: &house.vault, config: "c" };
    let mut watch = Watch::new(&house.station);
    let start = Instant::now();
    let mut after = |seconds| intake.round(&house.station, &mut watch, start + Duration::from_secs(seconds));
    after(0);
    // A slow scanner is no trouble; after a minute it is said, once.
    let said: Vec<usize> = [2, 30, 61, 300, 599].map(|s| after(s).1.len()).to_vec();
    assert_eq!(said, [0, 0, 1, 0, 0]);
    let (taken, troubles) = after(601);
    assert!(troubles.is_empty() && taken.len() == 1, "{troubles:?}");
    let known = house.ledger.first_said(&taken[0].id.0, crate::ledger::INCOMPLETE).unwrap();
    assert!(known.is_some(), "whoever opens it knows that its end is missing");
    house.drop_file("ganz.jpg", WHOLE);
    let whole = house.round().0.remove(0);
    assert_eq!(house.ledger.first_said(&whole.id.0, crate::ledger::INCOMPLETE).unwrap(), None);
}

#[test]
fn a_claim_left_by_a_crash_is_finished_without_a_second_batch() {
    let house = House::new();
    house.drop_file("1.jpg", WHOLE);
    let batch = house.round().0.remove(0);
    // As if the program had died between recording and removing.
    let claims = house.station.folder.join(CLAIMS);
    fs::write(claims.join("1-2~1.jpg"), WHOLE).unwrap();
    let again = house.round().0.remove(0);
    fs::write(claims.join("1-2~1.jpg"), WHOLE).unwrap();
    let third = house.round().0.remove(0);
    assert_ne!(batch.id, again.id);
    assert_eq!(again.id, third.id);
    assert_eq!(fs::read_dir(&claims).unwrap().count(), 0);
}

#[test]
fn what_is_written_to_a_claimed_file_is_taken_too() {
    let house = House::new();
    let claims = house.station.folder.join(CLAIMS);
    fs::create_dir(&claims).unwrap();
    fs::write(claims.join("1-2~1.jpg"), WHOLE).unwrap();
    let first = house.round().0.remove(0);
    // As if the program had died before removing it, and the scanner had it still open.
    let longer = [WHOLE, b"more"].concat();
    fs::write(claims.join("1-2~1.jpg"), &longer).unwrap();
    let (taken, troubles) = house.round();
    assert!(troubles[0].to_string().contains("intake.still_written"), "{troubles:?}");
    assert_eq!(house.vault.read(&taken[0].hash).unwrap(), longer);
    assert_ne!(taken[0].id, first.id);
    let state = house.ledger.batch(&first.id).unwrap().state;
    assert_eq!(state, crate::model::state::BatchState::Cancelled, "the whole of it is one batch");
    assert_eq!(fs::read_dir(&claims).unwrap().count(), 0);
}

#[test]
fn a_refused_file_lies_beside_its_reason() {
    let house = House::new();
    house.drop_file("kein.jpg", WHOLE);
    let batch = house.round().0.remove(0);
    let refusal = Refusal::new("x.y", "Das ist kein Bild.", "Neu scannen.");
    put_aside(&house.station, &house.vault, &batch, &refusal).unwrap();
    put_aside(&house.station, &house.vault, &batch, &refusal).unwrap();
    let name = format!("{}-kein.jpg", batch.id);
    let folder = house.station.folder.join("rejected");
    assert_eq!(fs::read(folder.join(&name)).unwrap(), WHOLE);
    let text = fs::read_to_string(folder.join(format!("{name}.txt"))).unwrap();
    assert!(text.contains("Neu scannen.") && text.contains("x.y"), "{text}");
    assert_eq!(fs::read_dir(folder).unwrap().count(), 2);
}
