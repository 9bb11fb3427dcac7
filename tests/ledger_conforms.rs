//! One ledger, two engines: the same examples on SQLite and PostgreSQL. What is asked gets the same answer, down to
//! the last letter but moments; what must never be is refused by both.
#![allow(clippy::unwrap_used)]

mod support;

use poststelle::batch::CutDocument;
use poststelle::error::Error;
use poststelle::ledger::{
    Decided, Deletion, InboxAct, Intention, Ledger, NewBatch, NewItem, Place, Produced, Recut, Rescan,
    Server, Sight, Staged, Swap, Then, Wanted, audit, condition, named_objects, transfer,
};
use poststelle::model::delivery::Moved;
use poststelle::model::document::{DocumentSheet, Filed};
use poststelle::model::geometry::{Orientation, Turn};
use poststelle::model::hash::ContentHash;
use poststelle::model::ids::{BatchId, DocumentId};
use poststelle::model::page::{ReadPage, Rescanned};
use poststelle::model::state::{BatchState, DeliveryState, DocumentState, PageState};
use poststelle::record::merkle;
use poststelle::record::sample::Plan;
use serde_json::json;
use std::fmt::Debug;
use std::time::Duration;
use support::database::Database;
use support::outbox;

const NOW: Duration = Duration::ZERO;

/// What an example is told, and writes down what it hears.
struct Asked<'a> {
    place: &'a Place,
    ledger: &'a Ledger,
    answers: Vec<String>,
}

/// Its name, and what is done and asked.
type Example = (&'static str, fn(&mut Asked<'_>));

impl Asked<'_> {
    /// An answer, without the moment it was given at, and without running numbers: a server does not give one again that
    /// belonged to what was refused.
    fn heard(&mut self, what: &str, answer: impl Debug) {
        let moment = regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z|seq: \d+").unwrap();
        self.answers.push(format!("{what}: {}", moment.replace_all(&format!("{answer:?}"), "NOW")));
    }
}

#[test]
fn both_engines_keep_the_same_ledger() {
    let database = Database::start();
    let examples: [Example; 10] = [
        ("states", states_are_checked_and_written_with_their_events),
        ("leases", a_lease_is_one_workers_until_it_ends),
        ("journey", a_letter_from_the_scanner_to_the_inbox),
        ("desks", people_decide_and_take_back),
        ("rescans", pages_scanned_again_take_their_places),
        ("search", words_are_found_in_any_form_by_who_may_see_them),
        ("log", the_log_only_grows),
        ("book", the_mail_book_counts_up),
        ("over", what_is_over_is_counted_and_forgotten),
        ("many", one_failing_writer_takes_nothing_of_its_neighbours),
    ];
    for (name, example) in examples {
        let folder = tempfile::tempdir().unwrap();
        let places = [
            (Place::from(&folder.path().join("l.sqlite")), database.create(&format!("{name}_carried"))),
            (database.create(name), Place::from(&folder.path().join("carried.sqlite"))),
        ];
        let [embedded, shared] = places.map(|(place, other)| {
            let ledger = Ledger::open(&place, "stadt").unwrap();
            let mut asked = Asked { place: &place, ledger: &ledger, answers: Vec::new() };
            example(&mut asked);
            let audit = audit(&place, None, &[ledger.log_head().unwrap()]).unwrap();
            assert_eq!(audit.wrong, [], "{name} {place}");
            asked.heard("audit", audit);
            carried_over(&mut asked, &other);
            asked.answers
        });
        for (embedded, shared) in embedded.iter().zip(&shared) {
            assert_eq!(embedded, shared, "{name}: SQLite said the first, PostgreSQL the second");
        }
        assert_eq!(embedded.len(), shared.len(), "{name}");
    }
}

/// Carried over to the other engine it is the same ledger, and goes on there.
fn carried_over(asked: &mut Asked<'_>, other: &Place) {
    let carried = transfer(asked.place, other).unwrap();
    let heads: Vec<_> = carried.heads.iter().map(|h| (h.size, h.head)).collect();
    let head = asked.ledger.log_head().unwrap();
    assert_eq!(heads, [(head.size, head.head)], "{other}");
    assert!(transfer(asked.place, other).is_err(), "only into an empty one");
    let there = Ledger::open(other, "stadt").unwrap();
    assert_eq!(there.overview().unwrap(), asked.ledger.overview().unwrap());
    let all = |ledger: &Ledger| {
        let found = ledger.search(
            &everything(),
            &Wanted { text: "bescheid".into(), ..Wanted::default() },
            i64::MAX,
            10,
        );
        format!("{:?} {:?}", found.unwrap(), ledger.queue(100).unwrap())
    };
    assert_eq!(all(&there), all(asked.ledger));
    let new = there.take_over(new_batch("carried over")).unwrap();
    asked.heard("and counts on", (carried.rows, new.id));
    assert_eq!(audit(other, None, &[head]).unwrap().wrong, [], "{other}");
}

fn what_is_over_is_counted_and_forgotten(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let [first, second] = [1u8, 2].map(|n| ContentHash::of(&[n]));
    ledger.put_in_force(Staged::Configuration, &first, "daemon").unwrap();
    ledger.waits_for_release(Staged::Configuration, &second).unwrap();
    ledger.waits_for_release(Staged::Configuration, &second).unwrap();
    asked.heard(
        "before",
        (
            ledger.in_force_before(Staged::Configuration, &second).unwrap(),
            ledger.in_force_before(Staged::Configuration, &first).unwrap(),
        ),
    );
    ledger.put_in_force(Staged::Configuration, &second, "leitung").unwrap();
    asked.heard("in force", ledger.in_force_at(Staged::Configuration, "9999").unwrap());

    let id = decided(asked, "1", &["Hundesteuer Bescheid"], DocumentState::Approved).remove(0);
    let batch = ledger.document(&id).unwrap().batch;
    ledger.lease_document(DocumentState::Approved, "w").unwrap();
    let [product, sheet, text, record] = [3u8, 4, 5, 6].map(|n| ContentHash::of(&[n]));
    let made = Produced { product, sheet, text, record, seal: "none" };
    let mail = Intention { department: "amt".into(), target: "mail".into() };
    ledger.document_sealed(&id, made, vec![mail], None).unwrap();
    let delivery = ledger.lease_delivery("mail", "w").unwrap().unwrap();
    ledger.delivery_sending(&delivery.id, false).unwrap();
    let to = DeliveryState::Confirmed;
    let receipt = Some("<brief@stadt.example>".into());
    ledger
        .delivery_moved(&delivery.id, Moved { to, receipt, trouble: None, awaits: false, after: NOW })
        .unwrap();
    // What became of it, before and after.
    let month = |story: poststelle::observe::monthly::Story| {
        (story.department, story.channel, story.pages, story.asked)
    };
    let told =
        |ledger: &Ledger| ledger.stories("2020", "9999").unwrap().into_iter().map(month).collect::<Vec<_>>();
    asked.heard("stories", (told(ledger), ledger.bytes_taken("2020", "9999").unwrap()));
    asked.heard("kept", ledger.kept_documents("", 10).unwrap());
    assert!(ledger.kept_batches(0, 10).unwrap().is_empty(), "its document is still there");
    let why = Deletion {
        rule: "delivered".into(),
        due: "2026-11-20".into(),
        on: "2026-11-21".into(),
        backups_until: "2026-12-21".into(),
        by: "retention".into(),
    };
    assert!(!ledger.batch_deleted(&batch, &why).unwrap());
    assert!(ledger.document_deleted(&id, &why).unwrap());
    assert!(!ledger.document_deleted(&id, &why).unwrap(), "once");
    asked.heard("kept batches", ledger.kept_batches(0, 10).unwrap());
    assert!(ledger.batch_deleted(&batch, &why).unwrap());
    asked.heard("gone", (ledger.objects_gone().unwrap(), ledger.declared_gone().unwrap()));
    ledger.object_removed(&product).unwrap();
    asked.heard("still to go", ledger.objects_gone().unwrap());
    asked.heard("events", (ledger.events(&id.0).unwrap(), ledger.events(&batch.0).unwrap()));
    asked.heard(
        "afterwards",
        (told(ledger), ledger.kept_documents("", 10).unwrap(), ledger.pages(&batch).unwrap()),
    );
    ledger
        .item_registered(
            NewItem { what: "parcel".into(), sender: "Muster".into(), ..NewItem::default() },
            "sk1",
        )
        .unwrap();
    asked.heard("senders", ledger.item_senders().unwrap().len());
    asked.heard("forgotten", ledger.people_forgotten("9999", "9999", "retention").unwrap());
    ledger.wiped().unwrap();
}

/// The server is gone for a moment, as by a power cut: what was said to be written is, and the same ledger goes on.
#[test]
fn a_ledger_outlives_its_server() {
    let mut database = Database::start();
    let ledger = Ledger::open(database.create("power"), "stadt").unwrap();
    let mut sole = ledger.alone("intake").unwrap().unwrap();
    assert!(ledger.alone("intake").unwrap().is_none(), "one has the duty");
    for n in 0..20 {
        ledger.take_over(new_batch(&n.to_string())).unwrap();
    }
    database.crash();
    // A connection notices only when it is used; from then on it is a new one.
    let again = |n: u32| (0..10).any(|_| ledger.take_over(new_batch(&n.to_string())).is_ok());
    assert!((20..25).all(again));
    let read = (0..10).find_map(|_| ledger.overview().ok()).unwrap();
    assert_eq!(read.batches["received"], 25);
    assert!((0..10).any(|_| sole.holds().unwrap_or(false)), "the duty is taken again");
    assert!(ledger.alone("intake").unwrap().is_none());
    assert_eq!(audit(ledger.place(), None, &[]).unwrap().wrong, []);
}

/// What must never be is refused by the engine itself.
#[test]
fn nothing_is_taken_out_of_a_shared_log() {
    let database = Database::start();
    let place = database.create("kept");
    Ledger::open(&place, "stadt").unwrap().note("test", "x", "a", "").unwrap();
    let mut look = database.look("kept");
    for (table, column) in [("event", "code"), ("log_leaf", "tenant"), ("log_node", "tenant")] {
        for sql in [
            format!("UPDATE {table} SET {column} = 'x'"),
            format!("DELETE FROM {table}"),
            format!("TRUNCATE {table}"),
        ] {
            assert!(look.batch_execute(&sql).is_err(), "{sql}");
        }
    }
    let open = Place::Server(Server { address: format!("{place}"), password_file: None });
    assert!(Ledger::open(open, "stadt").is_err(), "the password is asked for");
}

fn new_batch(claim: &str) -> NewBatch {
    NewBatch {
        station: "a".into(),
        circle: None,
        claim: claim.into(),
        file_name: "Müller.tif".into(),
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

/// A batch of so many pages, opened.
fn opened(ledger: &Ledger, claim: &str, pages: u32, circle: Option<&str>) -> BatchId {
    let new = NewBatch { circle: circle.map(str::to_owned), ..new_batch(claim) };
    let id = ledger.take_over(new).unwrap().id;
    let page = |number: u32| {
        json!({"number": number, "width": 1, "height": 1, "dpi": null, "orientation": Orientation::default(),
            "colour": "grey", "coding": "lossless", "notes": []})
    };
    let pages: Vec<_> = (1..=pages).map(page).collect();
    let opened = json!({"format": "tiff", "pages": pages, "signed": false, "encrypted": false, "claims_pdfa": null,
        "notes": []});
    ledger.batch_opened(&id, serde_json::from_value(opened).unwrap(), false).unwrap();
    id
}

fn page(text: &str) -> ReadPage {
    let word = |text: &str| {
        json!({"text": text, "box": [0, 0, 1, 1], "confidence": 0.9, "line": 0, "block": 0, "baseline_start": [0.0, 0.0],
            "baseline_end": [1.0, 0.0], "ascent": 1.0})
    };
    let words: Vec<_> = text.split(' ').map(word).collect();
    serde_json::from_value(json!({
        "measured": {"width": 1, "height": 1, "dpi": 300.0, "turned": Turn::default(), "mirrored": false, "skew": 0.0,
            "blank": false, "coloured": 0.0, "quality": {"ink": 0.1, "contrast": 200.0, "noise": 0.0}, "codes": [],
            "notes": []},
        "text": {"words": words},
    }))
    .unwrap()
}

fn cut(pages: impl IntoIterator<Item = usize>) -> CutDocument {
    CutDocument { pages: pages.into_iter().collect(), ..CutDocument::default() }
}

/// A batch read and cut into documents of one page each, decided into that state.
fn decided(asked: &Asked<'_>, claim: &str, texts: &[&str], then: DocumentState) -> Vec<DocumentId> {
    let ledger = asked.ledger;
    let batch = opened(ledger, claim, texts.len() as u32, None);
    for (number, text) in (1..).zip(texts) {
        ledger.page_read(&batch, number, page(text), Some(ContentHash::of(text.as_bytes()))).unwrap();
    }
    ledger.batch_cut(&batch, (0..texts.len()).map(|n| cut([n])).collect(), &[]).unwrap();
    let decide = |ordinal: usize| {
        let id = DocumentId::new(&batch, ordinal as u32);
        ledger.document_decided(&id, sheet(&id, ordinal as u32), then, "engine").unwrap();
        id
    };
    (1..=texts.len()).map(decide).collect()
}

fn sheet(id: &DocumentId, n: u32) -> DocumentSheet {
    outbox::sheet(id, id.0.rsplit_once('-').unwrap().0, n)
}

fn everything() -> Sight {
    Sight { house: true, mailroom: true, unclaimed_holds: true, ..Sight::default() }
}

fn states_are_checked_and_written_with_their_events(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let first = ledger.take_over(new_batch("1")).unwrap();
    asked.heard("taken over", &first);
    assert_eq!(ledger.take_over(new_batch("1")).unwrap().id, first.id, "a claim is one batch");
    let refused = ledger.batch_stopped(&first.id, BatchState::Released, "x", "y");
    assert!(matches!(refused, Err(Error::Transition { .. })), "{refused:?}");
    assert_eq!(ledger.batch(&first.id).unwrap().state, BatchState::Received, "and changes nothing");
    let none = ledger.batch(&BatchId("none".into()));
    assert!(matches!(none, Err(Error::Missing { .. })), "{none:?}");

    let again = ledger.take_over(NewBatch { hash: first.hash, ..new_batch("2") }).unwrap();
    asked.heard("the same bytes", &again);
    let held = opened(ledger, "3", 1, None);
    ledger.page_read(&held, 1, page("x"), None).unwrap();
    ledger.batch_stopped(&held, BatchState::Held, "station.no_date", "Ohne Datum").unwrap();
    asked.heard("held", ledger.batches_held().unwrap());
    ledger.batch_released(&held, Some(("2026-11-19".into(), "person".into())), None, "leitung").unwrap();
    ledger.batch_stopped(&held, BatchState::Held, "station.no_date", "Ohne Datum").unwrap();
    ledger.batch_cancelled(&held, "scanned_again", "leitung").unwrap();
    asked.heard("events", ledger.events(&held.0).unwrap());
    asked.heard("overview", ledger.overview().unwrap());
    asked
        .heard("known", (ledger.knows_bytes(&first.hash).unwrap(), ledger.batch_of_claim("a", "4").unwrap()));
    asked.heard("condition", condition(asked.place, "stadt").unwrap());
    asked.heard("objects", named_objects(asked.place).unwrap());
    ledger.writable().unwrap();
    let seen = ledger.watched(&["a".into(), "b".into()]).unwrap();
    asked.heard("watched", seen);
    asked.heard("live", ledger.live("2020-01-01T00:00:00.000Z", &["x".into()]).unwrap());
}

fn a_lease_is_one_workers_until_it_ends(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    for claim in ["1", "2"] {
        ledger.take_over(new_batch(claim)).unwrap();
    }
    let lease = |worker| ledger.lease_batch(BatchState::Received, worker).unwrap();
    let (first, second) = (lease("w1").unwrap(), lease("w2").unwrap());
    assert!(first.id != second.id && lease("w3").is_none(), "each goes to one worker");
    ledger.give_back("w1", NOW).unwrap();
    assert_eq!(lease("w3").map(|b| b.id), Some(first.id), "given back");
    ledger.give_back("w3", Duration::from_secs(60)).unwrap();
    assert!(lease("w3").is_none(), "it waits");

    // Urgent mail first, then by the day it came, then first pages first.
    let late = opened(ledger, "3", 2, None);
    let urgent = opened(ledger, "4", 1, None);
    ledger.batch_urgent(&urgent).unwrap();
    for _ in 0..4 {
        let next = ledger.lease_page("w", PageState::Stored, 0).unwrap();
        asked.heard("next page", next.map(|p| (p.batch, p.number)));
    }
    ledger.page_measured(&late, 1, page("x").measured, None, None).unwrap();
    let read = ledger.lease_page("w", PageState::Measured, 0).unwrap();
    asked.heard("measured page", read.map(|p| (p.batch, p.number, p.state)));
    ledger.give_back("w", NOW).unwrap();
    ledger.page_read(&late, 1, page("x"), None).unwrap();
    ledger.page_read(&late, 1, page("y"), None).unwrap();
    asked.heard("the faster worker counts", ledger.pages(&late).unwrap());
    asked.heard("in work", ledger.queue(10).unwrap());
}

fn a_letter_from_the_scanner_to_the_inbox(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let id = decided(asked, "1", &["Hundesteuer Bescheid"], DocumentState::Approved).remove(0);
    asked.heard("decided", ledger.document(&id).unwrap());
    let leased = ledger.lease_document(DocumentState::Approved, "w").unwrap().map(|d| d.id);
    assert_eq!(leased, Some(id.clone()));
    let hash = ContentHash::of(b"made");
    let made = Produced { product: hash, sheet: hash, text: hash, record: hash, seal: "none" };
    let to = |target: &str| Intention { department: "amt".into(), target: target.into() };
    ledger.document_sealed(&id, made, vec![to("eingang"), to("mail")], None).unwrap();
    assert!(ledger.document_sealed(&id, made, vec![], None).is_err(), "sealed once");
    asked.heard("record", ledger.said(&id.0).unwrap().get("record.written").map(|s| s.detail.clone()));
    asked.heard("places", ledger.image_places(&ledger.document(&id).unwrap().batch).unwrap());
    asked.heard("decided at", ledger.decided_at(&id).unwrap());

    // The outbox: intention, attempt, receipt.
    let inbox = ledger.lease_delivery("eingang", "w").unwrap().unwrap();
    assert_eq!(ledger.lease_delivery("eingang", "w2").unwrap(), None, "one worker at a time");
    ledger.delivery_sending(&inbox.id, false).unwrap();
    asked.heard("while sending", ledger.delivery(&inbox.id).unwrap());
    ledger.inbox_put(&inbox.id, &id, "amt", &hash.hex()).unwrap();
    ledger.inbox_put(&inbox.id, &id, "amt", &hash.hex()).unwrap();
    let confirmed = |to, receipt: &str| Moved {
        to,
        receipt: Some(receipt.into()),
        trouble: None,
        awaits: false,
        after: NOW,
    };
    ledger.delivery_moved(&inbox.id, confirmed(DeliveryState::Confirmed, "eingang 1")).unwrap();

    let mail = ledger.lease_delivery("mail", "w").unwrap().unwrap();
    ledger.delivery_sending(&mail.id, false).unwrap();
    let trouble = Some(("mail.lost".into(), "Verbindung weg".into()));
    let lost = Moved { to: DeliveryState::Ambiguous, receipt: None, trouble, awaits: false, after: NOW };
    ledger.delivery_moved(&mail.id, lost).unwrap();
    asked.heard("open", ledger.deliveries_open().unwrap());
    asked.heard("down", ledger.down_since("mail").unwrap().is_some());
    asked.heard("urgent", ledger.urgent_waiting("mail").unwrap());
    ledger.delivery_later(&mail.id, Some("[mail.lost] noch weg"), NOW).unwrap();
    let refused =
        Moved { to: DeliveryState::Refused, receipt: None, trouble: None, awaits: false, after: NOW };
    ledger.delivery_moved(&mail.id, refused).unwrap();
    ledger.delivery_closed(&mail.id, "leitung", "by_hand").unwrap();
    asked.heard("deliveries", ledger.deliveries(&id).unwrap());
    assert_eq!(ledger.document(&id).unwrap().state, DocumentState::Closed);
    asked.heard("read back", (ledger.read_back(&id).unwrap(), ledger.recalled(&id).unwrap()));

    // In the department.
    let theirs = Sight { departments: vec!["amt".into()], ..Sight::default() };
    for text in ["", "müller", "KIES", "Sand"] {
        asked.heard(text, ledger.inbox(&theirs, "amt", &["new", "taken"], text, 10).unwrap().len());
    }
    asked.heard("unopened", ledger.inbox_unopened("amt").unwrap());
    asked.heard("urgent", ledger.urgent_unopened("amt").unwrap());
    // The department goes on as another one and comes back; then it is passed on unopened.
    asked.heard(
        "reorganised",
        (ledger.reorganised("amt", "neu", "a").unwrap(), ledger.open_of("amt").unwrap()),
    );
    asked.heard("lies there", ledger.inbox_letter(&everything(), &id, "neu").unwrap());
    asked.heard("and back", (ledger.reorganised("neu", "amt", "a").unwrap(), ledger.open_of("amt").unwrap()));
    ledger.inbox_act(&id, "amt", InboxAct::Take, ("", "Notiz"), "frau-a").unwrap();
    let late = ledger.inbox_act(&id, "amt", InboxAct::Take, ("", ""), "herr-b");
    assert!(matches!(late, Err(Error::Refused(_))), "{late:?}");
    ledger
        .forward(&id, ("amt", &["new", "taken"]), ("bau", vec!["bau-eingang".into()]), "", "frau-a")
        .unwrap();
    asked.heard("notes", ledger.inbox_notes(&id).unwrap());
    asked.heard("moved", ledger.inbox_letter(&everything(), &id, "amt").unwrap());
    asked.heard("diverted", ledger.diverted(&id, "amt", "not-eingang", "Ziel gestört").unwrap());
    asked.heard("taken back", ledger.inbox_take_back(&id, "amt").unwrap());
    asked.heard("returned", ledger.returned(&everything(), 10).unwrap().len());
    asked.heard("for the head", ledger.for_the_head(&id).unwrap());
    asked.heard("day", ledger.day("2020-01-01", "2999-01-01", |_| Ok(true)).unwrap());
    asked
        .heard("same invoice", ledger.same_invoice(&sheet(&DocumentId("other-01".into()), 1), None).unwrap());
    asked.heard("numbered", ledger.invoices_numbered("R-00001", None).unwrap());
    asked.heard("figures", ledger.figures("2020-01-01").unwrap());
    asked.heard("kinds", ledger.kinds_seen().unwrap());
    asked.heard("watched", ledger.watched(&["a".into()]).unwrap());
    asked.heard("live", ledger.live("2020-01-01T00:00:00.000Z", &["mail".into()]).unwrap());
    asked.heard("entries", ledger.entries_of(&["delivery.confirmed", "inbox.taken"], "2999").unwrap());
    asked.heard("all", ledger.events(&id.0).unwrap());
}

fn people_decide_and_take_back(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let ids = decided(asked, "1", &["eins", "zwei", "drei"], DocumentState::Review);
    let sight = everything();
    let waiting = |person: &str| ledger.waiting(&sight, DocumentState::Review, person, "", 10).unwrap();
    assert!(ledger.claim(&ids[0], "a").unwrap() && ledger.claim(&ids[0], "a").unwrap());
    assert!(!ledger.claim(&ids[0], "b").unwrap(), "one person at a time");
    asked.heard("for b", waiting("b"));
    let decide = |then| Decided {
        sheet: sheet(&ids[0], 7),
        then,
        changed: vec!["kind".into(), "field=iban".into()],
        undo: Duration::from_secs(60),
    };
    assert!(ledger.decided(&ids[0], decide(DocumentState::Approved), "b").is_err());
    ledger.decided(&ids[0], decide(DocumentState::Approved), "a").unwrap();
    assert!(ledger.lease_document(DocumentState::Approved, "w").unwrap().is_none(), "it can be taken back");
    ledger.take_back(&ids[0], "a").unwrap();
    asked.heard("as before", ledger.document(&ids[0]).unwrap());

    // Joined, undone, divided, turned.
    ledger.recut(&ids[0], Recut::Join, "a").unwrap();
    asked.heard("joined", ledger.documents(&ledger.document(&ids[0]).unwrap().batch).unwrap().len());
    for sight in [&sight, &Sight::default()] {
        asked.heard("page", ledger.page_for(sight, &ledger.document(&ids[0]).unwrap().batch, 1).is_ok());
    }
    ledger.document_decided(&ids[0], sheet(&ids[0], 1), DocumentState::Review, "engine").unwrap();
    assert!(ledger.can_undo_recut(&ids[0], "a").unwrap() && ledger.undo_recut(&ids[0], "a").unwrap());
    asked.heard("apart again", waiting("c"));
    ledger.recut(&ids[1], Recut::Join, "a").unwrap();
    ledger.document_decided(&ids[1], sheet(&ids[1], 1), DocumentState::Review, "engine").unwrap();
    let made = ledger.recut(&ids[1], Recut::Divide(2), "a").unwrap();
    asked.heard("divided", &made);
    ledger.document_decided(&ids[1], sheet(&ids[1], 1), DocumentState::Review, "engine").unwrap();
    asked.heard("turned", ledger.turn_page(&ids[1], 1, "a").unwrap());
    ledger.understand_again(&ids[1], "a").unwrap();
    asked.heard("cut", ledger.document(&ids[1]).unwrap().cut);

    // Circles, station-days, samples, secrets.
    let circle = opened(ledger, "2", 1, Some("rat"));
    ledger.page_read(&circle, 1, page("geheim"), None).unwrap();
    ledger.batch_cut(&circle, vec![cut([0])], &["rat".into()]).unwrap();
    let held = DocumentId::new(&circle, 1);
    ledger.document_decided(&held, sheet(&held, 9), DocumentState::Hold, "engine").unwrap();
    for circles in [vec![], vec!["rat".to_owned()]] {
        let sight = Sight { circles, ..everything() };
        asked.heard(
            "batches",
            ledger.batches_for(&sight, None, 10).unwrap().iter().map(|b| b.batch.clone()).collect::<Vec<_>>(),
        );
        asked.heard(
            "circle",
            (ledger.batch_for(&sight, &circle).is_ok(), ledger.page_for(&sight, &circle, 1).is_ok()),
        );
        asked.heard("pages", ledger.pages_with_thumbnail(&sight, &circle).unwrap());
        asked.heard("today", ledger.scanned_today(&sight, "a", "2020", 10).unwrap());
    }
    asked.heard("circle waits", ledger.circle_waiting("rat").unwrap());
    ledger.circle_passed(&held, "rat", "vertretung", "poststelle").unwrap();
    asked.heard("passed", ledger.circle_waiting("vertretung").unwrap());

    ledger.station_open("a", "sk-1", "2026-11-02", "leitung", "leitung").unwrap();
    asked.heard("day", ledger.station_day("a").unwrap());
    asked.heard("closed", (ledger.station_close("a", "x").unwrap(), ledger.station_close("a", "x").unwrap()));
    ledger.note("sample.seed", &circle.0, "engine", "00").unwrap();
    asked.heard(
        "lots",
        ledger
            .open_lots(&Sight { circles: vec!["vertretung".into()], ..everything() }, &["a".into()], 10)
            .unwrap(),
    );
    ledger.sample_page_good(&held, 1, "a").unwrap();
    ledger.sample_page_good(&held, 1, "a").unwrap();
    asked.heard("compared", ledger.sample_pages(&held, "a").unwrap());
    ledger.sample_verdict(&held, true, "", "a", &Plan::default()).unwrap();
    asked.heard("verdicts", ledger.verdicts("2020", "2999").unwrap());
    ledger.person_secret_set("a", "hash-1", "admin").unwrap();
    ledger.session_begin("token", "a").unwrap();
    asked.heard("session", ledger.session("token", Duration::from_secs(60)).unwrap());
    ledger.person_secret_set("a", "hash-2", "admin").unwrap();
    asked.heard(
        "signed off",
        (ledger.session("token", Duration::from_secs(60)).unwrap(), ledger.person_secret("a").unwrap()),
    );
    ledger.application_token_set("dms", "t1", "admin").unwrap();
    ledger.application_token_set("dms", "t2", "admin").unwrap();
    asked.heard("programs", (ledger.application("t1").unwrap(), ledger.application("t2").unwrap()));
    ledger.note("paper.boxed", &circle.0, "a", "K-1").unwrap();
    let unboxed = ledger.unboxed(&everything(), "2020", 10).unwrap();
    asked.heard("boxes", (ledger.boxes(10).unwrap(), ledger.batches_in_box("K-1").unwrap(), unboxed));
    let protocol = ContentHash::of(b"protocol");
    let released = || ledger.box_released("K-1", vec![held.clone()], ("a", "b"), &protocol).unwrap();
    asked.heard("released", (released(), released(), ledger.said("K-1").unwrap()));
    ledger.note("paper.rescan", &circle.0, "a", "page=1").unwrap();
    asked.heard("rescans", ledger.rescans(&circle).unwrap());
    asked.heard("events", ledger.events(&circle.0).unwrap());
}

fn pages_scanned_again_take_their_places(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let closed = decided(asked, "1", &["Brief", "Anlage"], DocumentState::Approved).remove(0);
    ledger.lease_document(DocumentState::Approved, "w").unwrap();
    let hash = ContentHash::of(b"produkt");
    let made = Produced { product: hash, sheet: hash, text: hash, record: hash, seal: "none" };
    ledger.document_sealed(&closed, made, vec![], None).unwrap();
    let changing = decided(asked, "2", &["Brief"], DocumentState::Review).remove(0);

    // An old file is found by its reference.
    let filed = Filed { in_box: "K-1".into(), file: "63/1".into(), ..Filed::default() };
    let old = opened(ledger, "akte", 1, None);
    ledger.page_read(&old, 1, page("alt"), None).unwrap();
    ledger.batch_cut(&old, vec![CutDocument { filed: Some(filed), ..cut([0]) }], &[]).unwrap();
    asked.heard("file", ledger.documents_of_file("63/1").unwrap());
    asked.heard(
        "its batches",
        (ledger.batches_of_file("63/1").unwrap(), ledger.batches_of_file("63/2").unwrap()),
    );
    asked.heard("its box", (ledger.batches_in_box("K-1").unwrap(), ledger.sheets_of_files(&old).unwrap()));

    let from = opened(ledger, "neu", 4, None);
    for number in 1..=4 {
        ledger.page_read(&from, number, page("neu"), Some(ContentHash::of(b"klein"))).unwrap();
    }
    let swap = |void: u32, by: u32| Swap {
        void: Some(void),
        by,
        rescanned: Rescanned {
            batch: from.clone(),
            sha256: ContentHash::of(b"neu"),
            source_page: by,
            place: void,
            void: Some(void),
            reason: "unscharf".into(),
            by: Some("sk-1".into()),
        },
    };
    let rescan = |of: &DocumentId, swaps: Vec<Swap>, then: Then| {
        let batch = ledger.document(of).unwrap().batch;
        Rescan { batch, swaps, voids: vec![], sidecar: None, then }
    };
    let version = Then::Version(closed.clone(), Box::new(sheet(&closed, 1)));
    let both = vec![
        rescan(&closed, vec![swap(1, 2)], version),
        rescan(&changing, vec![swap(1, 4)], Then::Again(changing.clone())),
    ];
    assert!(ledger.rescanned(&from, both.clone(), "sk-1").unwrap());
    assert!(ledger.rescanned(&from, both, "sk-1").is_err(), "once");
    for id in [&closed, &changing] {
        let batch = ledger.document(id).unwrap().batch;
        asked.heard("documents", ledger.documents(&batch).unwrap());
        asked.heard("pages", ledger.pages(&batch).unwrap());
        asked.heard("balance", ledger.image_places(&batch).unwrap());
        asked.heard("events", ledger.events(&batch.0).unwrap());
        asked.heard("new image", ledger.page_for(&everything(), &batch, 2).unwrap().source);
    }
    asked.heard("day", ledger.day("2020", "2999", |_| Ok(true)).unwrap());
    asked.heard("moved", (ledger.batch(&from).unwrap().state, ledger.pages(&from).unwrap()));
}

fn words_are_found_in_any_form_by_who_may_see_them(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let letters =
        ["Hundesteuerbescheide der Gemeinde", "Gebühren für Häuser", "it's a \\ strange 'word' & | ! :* <->"];
    let ids = decided(asked, "1", &letters, DocumentState::Review);
    while ledger.index_some().unwrap() > 0 {}
    let wanted = |text: &str| Wanted { text: text.into(), ..Wanted::default() };
    let find = |sight: &Sight, wanted: &Wanted| {
        let found = ledger.search(sight, wanted, i64::MAX, 10).unwrap();
        found.into_iter().map(|f| f.id.0).collect::<Vec<_>>()
    };
    for text in [
        "",
        "hundesteuer",
        "Bescheid",
        "gebuehr haus",
        "Gebühren Hund",
        "strange & word",
        "' | x:* !",
        "Rat",
        "\\",
    ] {
        asked.heard(text, find(&everything(), &wanted(text)));
    }
    for by in [
        Wanted { sender: "mueller".into(), ..Wanted::default() },
        Wanted { number: "DE02 1203".into(), ..Wanted::default() },
        Wanted { number: "r-00002".into(), text: "haus".into(), ..Wanted::default() },
        Wanted { from: "2026-11-03".into(), ..Wanted::default() },
        Wanted { to: "2026-11-02".into(), kind: "rechnung".into(), ..Wanted::default() },
    ] {
        asked.heard("by", find(&everything(), &by));
    }
    assert_eq!(find(&Sight::default(), &wanted("hundesteuer")), Vec::<String>::new(), "not for everybody");
    // What is decided anew is indexed anew.
    ledger.understand_again(&ids[0], "a").unwrap();
    let mut other = sheet(&ids[0], 1);
    other.understanding.fields.get_mut("subject").unwrap().value = "Zaunkönig".into();
    ledger.document_decided(&ids[0], other, DocumentState::Review, "engine").unwrap();
    while ledger.index_some().unwrap() > 0 {}
    asked.heard("anew", find(&everything(), &wanted("zaunkoenig")));
}

fn the_log_only_grows(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let begin = ledger.log_head().unwrap();
    let id = decided(asked, "1", &["eins"], DocumentState::Approved).remove(0);
    let hash = ContentHash::of(b"made");
    let made = Produced { product: hash, sheet: hash, text: hash, record: hash, seal: "none" };
    ledger.document_sealed(&id, made, vec![], None).unwrap();
    let (before, proof) = (ledger.log_head().unwrap(), ledger.log_proof(&id).unwrap());
    assert_eq!((begin.size, proof.log.size), (0, before.size));
    let path: Vec<merkle::Hash> = proof.path.iter().map(|h| h.0).collect();
    assert!(merkle::included(&proof.entry.leaf(), proof.index, before.size, &path, &before.head.0));
    for n in 0..40 {
        ledger.note("test", &n.to_string(), "a", "").unwrap();
    }
    let after = ledger.log_head().unwrap();
    assert_eq!(after.size, before.size + 40);
    asked.heard("ways", ledger.log_consistency(before.size).unwrap().len());
    let span = ledger.log_span("2020", "2999").unwrap();
    asked.heard("span", (span.before, span.nodes.len(), span.entries.len()));
    let seqs: Vec<i64> = span.entries.iter().map(|e| e.seq).collect();
    assert!(seqs.is_sorted(), "{seqs:?}");
    ledger.put_in_force(Staged::Configuration, &hash, "daemon").unwrap();
    asked.heard(
        "configured",
        (
            ledger.put_in_force(Staged::Configuration, &hash, "daemon").unwrap(),
            ledger.in_force_at(Staged::Configuration, "2999").unwrap(),
        ),
    );
    asked.heard("bytes", ledger.note_bytes("x", "y", "z", &hash).is_ok());
}

fn the_mail_book_counts_up(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    let item = |opens: &str| NewItem {
        what: "bid".into(),
        channel: "post".into(),
        date: "2026-11-02".into(),
        time: "10:30".into(),
        place: "Schloss 1".into(),
        sender: "Öhmichen".into(),
        opens: opens.into(),
        ..NewItem::default()
    };
    let first = ledger.item_registered(item("2026-11-02T10:00"), "a").unwrap();
    let second = ledger.item_of(&DocumentId("d".into()), item(""), "a").unwrap();
    assert_eq!(ledger.item_of(&DocumentId("d".into()), item(""), "a").unwrap(), second, "entered once");
    asked.heard("ids", (&first, &second));
    asked.heard(
        "handed over",
        (
            ledger.item_handed_over(&first, "amt", "a").unwrap(),
            ledger.item_handed_over(&first, "amt", "a").unwrap(),
        ),
    );
    asked.heard("here", ledger.items(true, 10).unwrap());
    asked.heard("gone", ledger.items(false, 10).unwrap());
    asked.heard("one", ledger.item(&second).unwrap());
}

fn one_failing_writer_takes_nothing_of_its_neighbours(asked: &mut Asked<'_>) {
    let ledger = asked.ledger;
    std::thread::scope(|scope| {
        for number in 0..40 {
            scope.spawn(move || {
                if number % 4 == 0 {
                    let none = BatchId("none".into());
                    assert!(ledger.batch_stopped(&none, BatchState::Held, "x", "y").is_err());
                } else {
                    ledger.take_over(new_batch(&number.to_string())).unwrap();
                }
            });
        }
    });
    asked.heard("taken over", ledger.overview().unwrap().batches);
    // Many at once never get the same row.
    let taken = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for worker in 0..8 {
            let taken = &taken;
            scope.spawn(move || {
                while let Some(batch) = ledger.lease_batch(BatchState::Received, &worker.to_string()).unwrap()
                {
                    taken.lock().unwrap().push(batch.id.0);
                }
            });
        }
    });
    let mut taken = taken.into_inner().unwrap();
    taken.sort();
    let all = taken.len();
    taken.dedup();
    asked.heard("leased", (all, taken.len()));
}
