//! Mail against a scripted server: taken, refused, put off, and the reply that never came.
#![allow(clippy::unwrap_used)]

mod support;

use support::smtp_sink::{Act, SmtpSink};
use support::{Town, invariants, small_town};

/// State and trouble of the mail delivery, receipt, and the state of the folder delivery of the same letter.
fn delivered(script: &[Act]) -> (Town, SmtpSink, [String; 4]) {
    let sink = SmtpSink::start(script);
    let town = small_town::town(Some(sink.address));
    small_town::drop_letter(&town, 1);
    let end = town.run_until_settled(None);
    assert!(end.status.success(), "{}", String::from_utf8_lossy(&end.stderr));
    invariants::hold(&town, "at rest");
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    let one = |column: &str, target: &str| {
        let sql = format!("SELECT COALESCE({column}, '') FROM delivery WHERE target = '{target}'");
        db.query_row(&sql, [], |r| r.get::<_, String>(0)).unwrap()
    };
    let seen = [one("state", "mail"), one("trouble", "mail"), one("receipt", "mail"), one("state", "ordner")];
    (town, sink, seen)
}

#[test]
fn taken_with_the_servers_reply_as_receipt() {
    let (town, sink, [state, _, receipt, folder]) = delivered(&[]);
    assert_eq!((state.as_str(), folder.as_str()), ("handed_over", "confirmed"));
    assert!(receipt.contains("queued as 4711"), "{receipt}");
    let mails = sink.taken();
    assert_eq!(mails.len(), 1);
    let id = mails[0].header("Message-ID").unwrap();
    assert!(id.starts_with('<') && id.ends_with("@t.example>"), "{id}");
    assert!(mails[0].text.contains(".pdf") && mails[0].header("X-Poststelle-Repeat").is_none());
    assert_eq!(town.documents()[0].1, "closed");
}

#[test]
fn a_lost_reply_leads_to_one_marked_repeat_with_the_same_message_id() {
    let (_town, sink, [state, ..]) = delivered(&[Act::TakeAndHangUp]);
    assert_eq!(state, "handed_over");
    let mails = sink.taken();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].header("Message-ID"), mails[1].header("Message-ID"));
    assert_eq!(mails[0].header("X-Poststelle-Repeat"), None);
    assert_eq!(mails[1].header("X-Poststelle-Repeat"), Some("yes"));
}

#[test]
fn two_lost_replies_ask_a_person_and_never_send_a_third_mail() {
    let (_town, sink, [state, trouble, _, folder]) = delivered(&[Act::TakeAndHangUp, Act::TakeAndHangUp]);
    assert_eq!(sink.taken().len(), 2);
    assert_eq!((state.as_str(), folder.as_str()), ("refused", "confirmed"));
    assert!(trouble.contains("delivery.unknowable"), "{trouble}");
}

#[test]
fn a_final_refusal_keeps_the_servers_words_and_blocks_nobody_else() {
    let (_town, sink, [state, trouble, _, folder]) =
        delivered(&[Act::Reply("RCPT", "550 5.1.1 no such mailbox")]);
    assert_eq!((state.as_str(), folder.as_str()), ("refused", "confirmed"));
    assert!(trouble.contains("no such mailbox"), "{trouble}");
    assert!(sink.taken().is_empty());
}

/// The server's own limit is known only to the server: told so, the recipient gets a link instead.
#[test]
fn too_large_for_the_server_becomes_a_link() {
    let sink = SmtpSink::start(&[Act::Reply("MAIL", "552 5.3.4 message too big")]);
    let link = "https://post.example/document/{{ document_id }}";
    let table = format!(
        "type = \"mail\"\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\nfrom = \"p@t.example\"\n\
         to = [\"a@t.example\"]\nlink = \"{link}\"",
        sink.address.port()
    );
    let town = support::outbox::town(&[("mail", table)]);
    let id = support::outbox::fill(&town, 0..1, &["mail"]).remove(0);
    assert!(town.run_until_settled(None).status.success());
    let mails = sink.taken();
    assert_eq!(mails.len(), 1);
    let text = mails[0].text.replace("=\r\n", "");
    assert!(text.contains(&format!("https://post.example/document/{id}")), "{text}");
    assert!(!text.contains("application/pdf"), "{text}");
}

#[test]
fn put_off_twice_then_taken_once() {
    let (_town, sink, [state, _, _, folder]) =
        delivered(&[Act::Reply("MAIL", "451 4.3.0 later"), Act::Reply(".", "452 4.2.2 mailbox full")]);
    assert_eq!((state.as_str(), folder.as_str()), ("handed_over", "confirmed"));
    assert_eq!(sink.taken().len(), 1);
    assert_eq!(sink.taken()[0].header("X-Poststelle-Repeat"), None);
}

#[test]
fn a_connection_lost_before_the_message_is_no_repeat() {
    let (_town, sink, [state, ..]) = delivered(&[Act::HangUpAt("RCPT")]);
    assert_eq!(state, "handed_over");
    assert_eq!(sink.taken().len(), 1);
    assert_eq!(sink.taken()[0].header("X-Poststelle-Repeat"), None, "nothing can have arrived");
}
