//! Mail that takes another way: "If enaio is down four hours, urgent documents also go to the web inbox, marked against
//! double filing"; advertising that is only counted; paper that becomes an item.
#![cfg(feature = "faults")]
#![allow(clippy::unwrap_used)]

mod support;

use jiff::{SignedDuration, Timestamp};
use poststelle::config;
use poststelle::daemon::divert;
use poststelle::ledger::Ledger;
use poststelle::model::delivery::Moved;
use poststelle::model::ids::{DeliveryId, DocumentId};
use poststelle::model::state::DeliveryState;
use std::fs;
use std::time::Duration;
use support::{outbox, small_town};

const SENTENCE: &str =
    "Ist enaio vier Stunden nicht erreichbar, gehen eilige Schriftstücke auch in den Posteingang.";

#[test]
fn urgent_mail_goes_to_the_inbox_while_the_system_is_down() {
    let table = format!(
        "type = \"folder\"\npath = \"out\"\nfallback = {{ inbox = \"eingang\", hours = 4, sentence = \"{SENTENCE}\" }}"
    );
    let town = outbox::town(&[("enaio", table), ("eingang", "type = \"inbox\"".into())]);
    let ids = outbox::fill(&town, 0..2, &["enaio"]);
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let urgent =
        "UPDATE document_words SET words = json_set(words, '$.urgency', 'urgent') WHERE document = ?1";
    db.execute(urgent, [&ids[0].0]).unwrap();
    let pipeline = config::load(&town.path("pipeline.toml")).unwrap();
    let ledger = Ledger::open(&pipeline.ledger, &pipeline.tenant).unwrap();
    let after = |hours: i64| {
        let moment = Timestamp::now() + SignedDuration::from_hours(hours) + SignedDuration::from_secs(60);
        divert(&ledger, &pipeline, moment).unwrap()
    };
    let attempt = |state: DeliveryState, id: &DeliveryId| {
        let trouble = Some(("http.busy".to_owned(), "nicht erreichbar".to_owned()));
        let trouble = trouble.filter(|_| state == DeliveryState::Planned);
        ledger.lease_delivery("enaio", "test").unwrap();
        ledger.delivery_sending(id, false).unwrap();
        let moved = Moved { to: state, receipt: None, trouble, awaits: false, after: Duration::ZERO };
        ledger.delivery_moved(id, moved).unwrap();
    };
    let enaio = ids.iter().map(|id| DeliveryId::new(id, "enaio")).collect::<Vec<_>>();
    assert_eq!(after(24), 0, "nobody tried yet");
    attempt(DeliveryState::Planned, &enaio[1]);
    assert_eq!(after(3), 0, "three hours are not four");
    assert_eq!(after(4), 1, "the urgent one alone, tried or not");
    assert_eq!(after(5), 0, "once");
    let deliveries = outbox::deliveries(&town);
    assert!(deliveries.contains_key(&format!("{}@eingang", ids[0])), "{deliveries:?}");
    assert_eq!(deliveries[&enaio[0].0].0, "planned", "what enaio is owed stays");
    assert_eq!(deliveries.len(), 3);
    let explained = town.command(&["explain", &ids[0].0], None);
    let explained = String::from_utf8(explained.stdout).unwrap();
    assert!(
        explained.contains(SENTENCE) && explained.contains("nicht ein zweites Mal ablegen"),
        "{explained}"
    );
    // It took something since: it is up.
    attempt(DeliveryState::Confirmed, &enaio[1]);
    db.execute(urgent, [&ids[1].0]).unwrap();
    assert_eq!(after(24), 0);
}

#[test]
fn what_is_only_counted_reaches_nobody_and_what_is_an_item_stands_in_the_book_once() {
    let town = small_town::town(None);
    let path = town.path("pipeline.toml");
    let routes = "[[route]]\nid = \"nur_gezaehlt\"\nsentence = \"Wird gezählt und nicht zugestellt.\"\npriority = 1\n\
        kind = [\"hundesteuer\"]\nundelivered = true\nitem = true\n";
    let config = fs::read_to_string(&path).unwrap() + routes;
    fs::write(path, config).unwrap();
    small_town::drop_letter(&town, 1);
    // Killed between the item and the decision: it is not entered again.
    town.run_until_settled(Some("document.understood:1"));
    assert!(town.run_until_settled(None).status.success());
    let (id, state) = town.documents().remove(0);
    assert_eq!((state.as_str(), town.delivered().len()), ("closed", 0));
    let ledger = Ledger::open(&town.path("var/ledger.sqlite"), "t").unwrap();
    let items = ledger.items(true, 10).unwrap();
    assert_eq!(items.len(), 1);
    let of_document = ledger.document(&DocumentId(id)).unwrap().sheet.unwrap().item;
    assert_eq!(of_document.as_ref(), Some(&items[0].id));
    assert_eq!((items[0].item.what.as_str(), items[0].item.date.as_str()), ("plan", "2026-11-02"));
    let day = town.command(&["report", "day"], None);
    let text = String::from_utf8(day.stdout).unwrap();
    assert!(text.contains("Summe: 1 Seiten in 1 Stapeln.") && text.contains("Keine Abweichung."), "{text}");
}
