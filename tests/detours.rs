//! "If enaio is down four hours, urgent documents also go to the web inbox, marked against double filing."
#![allow(clippy::unwrap_used)]

mod support;

use jiff::{SignedDuration, Timestamp};
use poststelle::config;
use poststelle::daemon::divert;
use poststelle::ledger::Ledger;
use poststelle::model::delivery::Moved;
use poststelle::model::ids::DeliveryId;
use poststelle::model::state::DeliveryState;
use std::time::Duration;
use support::outbox;

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
