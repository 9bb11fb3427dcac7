//! Notices about what became of a mail (DSN, RFC 3464): found by the envelope id, which is the delivery id. Pure.

/// Most of a server's own words that is shown to a clerk, in characters.
const WORDS_MAX: usize = 300;

/// What happened to one recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It lies in the mailbox.
    Delivered,
    /// It will never arrive.
    Failed,
    /// Still on the way, or passed on to a server that says nothing more.
    OnTheWay,
}

/// One recipient's part of a notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Delivery it is about.
    pub delivery: String,
    /// Recipient.
    pub recipient: String,
    /// Fate.
    pub fate: Fate,
    /// Status and the server's words.
    pub text: String,
}

/// The notices in a mail; none if it is another mail. The parts that matter are ASCII by RFC 3464, 2.1.1.
pub fn read(mail: &[u8]) -> Vec<Notice> {
    let text = String::from_utf8_lossy(mail).replace("\r\n", "\n");
    let Some((head, body)) = text.split_once("\n\n") else { return Vec::new() };
    let report = unfolded(head).iter().any(|(name, value)| {
        name == "content-type"
            && value.to_lowercase().starts_with("multipart/report")
            && value.contains("delivery-status")
    });
    if !report {
        return Vec::new();
    }
    let Some((_, status)) = body.split_once("message/delivery-status") else { return Vec::new() };
    // Groups of fields are apart by empty lines; the first is about the mail, each other about a recipient.
    let groups: Vec<Vec<(String, String)>> = status.split("\n\n").skip(1).map(unfolded).collect();
    let field = |group: &[(String, String)], wanted: &str| {
        group.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
    };
    // A server without envelope ids still sends our own header back.
    let ours = || {
        text.lines().find_map(|line| line.strip_prefix("X-Poststelle-Delivery:")).map(|v| v.trim().to_owned())
    };
    let envelope = groups.iter().find_map(|group| field(group, "original-envelope-id"));
    let Some(delivery) = envelope.map(|id| decoded(&id)).or_else(ours) else { return Vec::new() };
    let notice = |group: &Vec<(String, String)>| {
        let fate = match field(group, "action")?.to_lowercase().as_str() {
            "failed" => Fate::Failed,
            "delivered" => Fate::Delivered,
            _ => Fate::OnTheWay,
        };
        let recipient = field(group, "final-recipient").unwrap_or_default();
        let recipient = recipient.rsplit(';').next().unwrap_or_default().trim().to_owned();
        let said = field(group, "diagnostic-code").unwrap_or_default();
        let text = format!("{} {said}", field(group, "status").unwrap_or_default());
        let text = text.trim().chars().filter(|c| !c.is_control()).take(WORDS_MAX).collect();
        Some(Notice { delivery: delivery.clone(), recipient, fate, text })
    };
    groups.iter().filter_map(notice).collect()
}

/// Names in lower case and values of header lines, folded ones joined.
fn unfolded(text: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        match (line.starts_with([' ', '\t']), fields.last_mut(), line.split_once(':')) {
            (true, Some((_, value)), _) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (false, _, Some((name, value))) => {
                fields.push((name.trim().to_lowercase(), value.trim().to_owned()))
            }
            _ => {}
        }
    }
    fields
}

/// An envelope id as it can be sent (xtext, RFC 3461, 4).
pub fn encoded(id: &str) -> String {
    let one = |b: u8| match b {
        b'+' | b'=' | 0..=32 | 127.. => format!("+{b:02X}"),
        _ => char::from(b).to_string(),
    };
    id.bytes().map(one).collect()
}

fn decoded(id: &str) -> String {
    let mut parts = id.split('+');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&part.as_bytes()[2..]);
            }
            None => bytes.extend(part.as_bytes()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn report(status: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mail.example\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"x\"\n\n\
             --x\nContent-Type: text/plain\n\nsorry\n\n--x\nContent-Type: message/delivery-status\n\n{status}\n--x\n\
             Content-Type: text/rfc822-headers\n\nX-Poststelle-Delivery: B1-01@mail\n\n--x--\n"
        )
    }

    #[test]
    fn a_bounce_names_its_delivery_and_says_why() {
        let status = "Reporting-MTA: dns; mail.example\nOriginal-Envelope-Id: B1-01@mail\n\n\
            Final-Recipient: rfc822; weg@amt.example\nAction: failed\nStatus: 5.1.1\n\
            Diagnostic-Code: smtp; 550 5.1.1 no such\n    mailbox\n";
        let notice = Notice {
            delivery: "B1-01@mail".into(),
            recipient: "weg@amt.example".into(),
            fate: Fate::Failed,
            text: "5.1.1 smtp; 550 5.1.1 no such mailbox".into(),
        };
        assert_eq!(read(report(status).as_bytes()), std::slice::from_ref(&notice));
        assert_eq!(read(report(status).replace('\n', "\r\n").as_bytes()), [notice]);
        let bare = "Reporting-MTA: dns; old.example\n\nFinal-Recipient: rfc822; a@b\nAction: delayed\n";
        let found = read(report(bare).as_bytes());
        assert_eq!((found[0].delivery.as_str(), found[0].fate), ("B1-01@mail", Fate::OnTheWay));
    }

    #[test]
    fn other_mails_are_no_notice() {
        assert_eq!(read(b"Subject: Abwesend\n\nOriginal-Envelope-Id: B1-01@mail\n\nAction: failed\n"), []);
        assert_eq!(read(b""), []);
    }

    proptest! {
        #[test]
        fn ids_survive_the_envelope(id in "\\PC{0,40}") {
            prop_assert_eq!(decoded(&encoded(&id)), id);
        }

        #[test]
        fn no_mail_makes_it_panic(mail: Vec<u8>) {
            let _ = read(&mail);
            let _ = read(report(&String::from_utf8_lossy(&mail)).as_bytes());
        }
    }
}
