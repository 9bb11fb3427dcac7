use super::*;
use crate::model::geometry::Orientation;
use crate::model::hash::ContentHash;
use crate::model::state::{BatchState, PageState};

fn open() -> (tempfile::TempDir, Ledger) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::open(&folder.path().join("l.sqlite"), "stadt").unwrap();
    (folder, ledger)
}

fn new_batch(claim: &str) -> NewBatch {
    NewBatch {
        station: "a".into(),
        circle: None,
        claim: claim.into(),
        file_name: "x.tif".into(),
        hash: ContentHash::of(claim.as_bytes()),
        bytes: 1,
        file_modified: None,
        operator: Some("sk1".into()),
        received_date: Some("2026-11-20".into()),
        received_from: "station_day".into(),
        config: "c".into(),
        cut_off: false,
        sidecar: None,
    }
}

#[test]
fn a_claim_is_one_batch_however_often_it_is_recorded() {
    let (_folder, ledger) = open();
    let first = ledger.take_over(new_batch("1")).unwrap();
    let again = ledger.take_over(new_batch("1")).unwrap();
    assert_eq!(first.id, again.id);
    assert_eq!(ledger.overview().unwrap().batches["received"], 1);
    assert_eq!(ledger.events(&first.id.0).unwrap().len(), 1);
}

#[test]
fn a_forbidden_transition_changes_nothing() {
    let (_folder, ledger) = open();
    let batch = ledger.take_over(new_batch("1")).unwrap();
    let refused = ledger.batch_stopped(&batch.id, BatchState::Released, "x", "y");
    assert!(matches!(refused, Err(Error::Transition { .. })), "{refused:?}");
    assert_eq!(ledger.batch(&batch.id).unwrap().state, BatchState::Received);
    assert_eq!(ledger.events(&batch.id.0).unwrap().len(), 1);
}

#[test]
fn a_leased_row_is_not_leased_again_until_it_is_given_back() {
    let (_folder, ledger) = open();
    ledger.take_over(new_batch("1")).unwrap();
    assert!(ledger.lease_batch(BatchState::Received, "w1").unwrap().is_some());
    ledger.give_back("w2", Duration::ZERO).unwrap();
    assert!(ledger.lease_batch(BatchState::Received, "w2").unwrap().is_none(), "it is not theirs to give");
    ledger.give_back("w1", Duration::ZERO).unwrap();
    assert!(ledger.lease_batch(BatchState::Received, "w2").unwrap().is_some());
    let sole = ledger.alone("all").unwrap();
    assert!(sole.is_some() && ledger.alone("all").unwrap().is_none(), "one daemon at a time");
    assert!(ledger.lease_batch(BatchState::Received, "w3").unwrap().is_some());
}

/// A backlog goes by urgency, then by the day the town received it; within a day, first pages first.
#[test]
fn pages_go_by_urgency_then_received_date_then_number() {
    let (_folder, ledger) = open();
    let day = |claim: &str, date: &str, pages: u32, urgent: bool| {
        let batch = NewBatch { received_date: Some(date.into()), ..new_batch(claim) };
        let id = ledger.take_over(batch).unwrap().id;
        let page = |number| {
            serde_json::json!({"number": number, "width": 1, "height": 1, "dpi": null, "orientation": Orientation::default(),
                "colour": "grey", "coding": "lossless", "notes": []})
        };
        let opened = serde_json::json!({"format": "tiff", "pages": (1..=pages).map(page).collect::<Vec<_>>(),
            "signed": false, "encrypted": false, "claims_pdfa": null, "notes": []});
        ledger.batch_opened(&id, serde_json::from_value(opened).unwrap(), urgent).unwrap();
        id
    };
    let today = day("1", "2026-11-24", 2, false);
    let same_day = day("2", "2026-11-24", 1, false);
    let earlier = day("3", "2026-11-03", 2, false);
    let urgent = day("4", "2026-11-25", 1, true);
    let by_sheet = day("5", "2026-11-25", 1, false);
    ledger.batch_urgent(&by_sheet).unwrap();
    let next = || ledger.lease_page("w", PageState::Stored, 0).unwrap().map(|p| (p.batch, p.number));
    let wanted = [
        (urgent, 1),
        (by_sheet, 1),
        (earlier.clone(), 1),
        (earlier, 2),
        (today.clone(), 1),
        (same_day, 1),
        (today, 2),
    ];
    for page in wanted {
        assert_eq!(next(), Some(page));
    }
    assert_eq!(next(), None);
}

#[test]
fn events_can_be_neither_changed_nor_deleted() {
    let (folder, ledger) = open();
    ledger.take_over(new_batch("1")).unwrap();
    drop(ledger);
    let db = rusqlite::Connection::open(folder.path().join("l.sqlite")).unwrap();
    assert!(db.execute("UPDATE event SET code = 'x'", []).is_err());
    assert!(db.execute("DELETE FROM event", []).is_err());
}

#[test]
fn one_failing_job_of_a_group_takes_nothing_of_its_neighbours() {
    let (_folder, ledger) = open();
    std::thread::scope(|scope| {
        for number in 0..40 {
            let ledger = &ledger;
            scope.spawn(move || {
                if number % 4 == 0 {
                    let none = crate::model::ids::BatchId("none".into());
                    assert!(ledger.batch_stopped(&none, BatchState::Held, "x", "y").is_err());
                } else {
                    ledger.take_over(new_batch(&number.to_string())).unwrap();
                }
            });
        }
    });
    assert_eq!(ledger.overview().unwrap().batches["received"], 30);
}

/// A clock set back neither delays what is due at once nor stretches a wait written before.
#[test]
fn a_clock_set_back_delays_nothing() {
    let (folder, ledger) = open();
    ledger.take_over(new_batch("1")).unwrap();
    assert!(ledger.lease_batch(BatchState::Received, "w").unwrap().is_some());
    ledger.give_back("w", std::time::Duration::from_secs(30)).unwrap();
    assert!(ledger.lease_batch(BatchState::Received, "w").unwrap().is_none(), "it waits");
    let db = rusqlite::Connection::open(folder.path().join("l.sqlite")).unwrap();
    // The wait was written by a clock that was a day ahead.
    db.execute("UPDATE batch SET due_at = strftime('%Y-%m-%dT%H:%M:%fZ', 'now', '+1 day')", []).unwrap();
    assert!(ledger.lease_batch(BatchState::Received, "w").unwrap().is_some());
}
