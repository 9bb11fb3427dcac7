//! E-mail as target, through lettre.
//!
//! The Message-ID is derived from the delivery id, so that a repeat is
//! recognisable; the server's final reply is the receipt. SMTP cannot be asked
//! what it has: a connection lost after the message was sent is ambiguous.
//! Where bounces can be read, a delivery stays open until one comes or the
//! days are over in which one would.

mod notice;
mod returns;
mod sealed;

use super::facts::Facts;
use super::{Target, certificate, template};
use crate::config::secret;
use crate::model::delivery::{
    AttemptResult, Capabilities, Confirmation, Guarantee, NewVersion, Parcel, PlannedPiece, ProbeResult,
    Recall,
};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{MailSecurity, MailTarget};
use jiff::{SignedDuration, Timestamp};
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::{ClientId, MailParameter, RcptParameter};
use lettre::transport::smtp::{self, commands};
use notice::Fate;
use returns::Returns;
use std::collections::BTreeSet;

/// Code of what is wrong in the configuration: no later attempt will succeed.
const SETUP: &str = "mail.setup";
/// Between the server's reply and when it came, in a receipt.
const SENT: &str = "; gesendet ";
/// How far the clocks of two servers may be apart.
const CLOCKS: SignedDuration = SignedDuration::from_mins(2);
/// Code of a mail that the server is too small for.
const TOO_LARGE: &str = "mail.too_large";

/// One mail per document.
#[derive(Debug)]
pub struct Mail {
    config: MailTarget,
    returns: Option<Returns>,
}

impl Mail {
    /// Connects only when something is delivered or checked.
    pub fn new(config: &MailTarget) -> Self {
        Self { config: config.clone(), returns: config.returns.as_ref().map(Returns::new) }
    }

    /// A connection on which a mail may be sent: greeted, encrypted, logged in.
    fn connection(&self) -> Result<SmtpConnection, Refusal> {
        let config = &self.config;
        let wrong = |text: String| Refusal::new(SETUP, text, "Ziel in pipeline.toml prüfen.");
        let unreachable = |e: smtp::Error| {
            let said = e.to_string();
            let text = certificate::explained(&said).map_or(said, str::to_owned);
            Refusal::new("mail.unreachable", text, "Server, Anschluss und Zugangsdaten prüfen.")
        };
        let tls = || -> Result<TlsParameters, Refusal> {
            let mut builder = TlsParameters::builder(config.host.clone());
            if let Some(path) = &config.ca_file {
                let pem = std::fs::read(path).map_err(|e| wrong(format!("{}: {e}", path.display())))?;
                let certificate = Certificate::from_pem(&pem).map_err(|e| wrong(e.to_string()))?;
                builder = builder.add_root_certificate(certificate);
            }
            builder.build().map_err(|e| wrong(e.to_string()))
        };
        let hello = ClientId::default();
        let wrapper = if config.security == MailSecurity::Tls { Some(tls()?) } else { None };
        let server = (config.host.as_str(), config.port);
        let mut connection =
            SmtpConnection::connect(server, Some(config.timeout), &hello, wrapper.as_ref(), None)
                .map_err(unreachable)?;
        if config.security == MailSecurity::Starttls {
            connection.starttls(&tls()?, &hello).map_err(unreachable)?;
        }
        if let Some(user) = &config.user {
            let Some(path) = &config.password_file else {
                return Err(wrong("password_file fehlt zu user".into()));
            };
            let secret = secret::read(path).map_err(|r| wrong(r.text))?;
            let login = Credentials::new(user.clone(), secret);
            connection.auth(DEFAULT_MECHANISMS, &login).map_err(unreachable)?;
        }
        Ok(connection)
    }

    /// What goes into the mail: the document, or where to fetch it.
    fn form(&self, parcel: &Parcel) -> Form {
        if parcel.confidential { Form::Elsewhere(CONFIDENTIAL) } else { Form::Attached }
    }

    fn message(&self, parcel: &Parcel, form: Form) -> Result<Message, Refusal> {
        let wrong = |text: String| {
            Refusal::new("mail.address", text, "Absender und Empfänger in pipeline.toml prüfen.")
        };
        let domain =
            self.config.from.rsplit('@').next().unwrap_or("localhost").trim_end_matches('>').to_owned();
        let id = format!("<{}@{domain}>", ContentHash::of(parcel.delivery.0.as_bytes()));
        let mut builder = Message::builder()
            .from(self.config.from.parse().map_err(|e| wrong(format!("{}: {e}", self.config.from)))?)
            // Even the kind of a confidential letter says too much on the way.
            .subject(match parcel.confidential {
                true => format!("[Poststelle] {}", parcel.document),
                false => format!("[Poststelle] {}", parcel.title),
            })
            .message_id(Some(id))
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("X-Poststelle-Delivery"),
                parcel.delivery.0.clone(),
            ));
        for to in &self.config.to {
            builder = builder.to(to.parse().map_err(|e| wrong(format!("{to}: {e}")))?);
        }
        let mut text = format!("Neues Schriftstück {} für {}.\n", parcel.document, parcel.department);
        if parcel.repeat {
            builder = builder.raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("X-Poststelle-Repeat"),
                "yes".into(),
            ));
            text.push_str("Wiederholung: Der erste Versuch wurde vielleicht schon zugestellt.\n");
        }
        if let Form::Elsewhere(why) = form {
            text.push_str(why);
            if let Some(link) = &self.config.link {
                let link = template::line(link, &Facts::of(parcel), false).map_err(wrong)?;
                text.push_str(&format!("\n{link}"));
            }
            text.push('\n');
            let part = SinglePart::plain(text);
            return match &self.config.certificate_file {
                Some(file) => builder.singlepart(sealed::seal(file, &part.formatted())?),
                None => builder.singlepart(part),
            }
            .map_err(|e| wrong(e.to_string()));
        }
        let kind = |text: &str| ContentType::parse(text).map_err(|e| wrong(e.to_string()));
        let attach = |extension: &str, body: &[u8], kind| {
            Attachment::new(format!("{}.{extension}", parcel.document)).body(body.to_vec(), kind)
        };
        let parts = MultiPart::mixed()
            .singlepart(SinglePart::plain(text))
            .singlepart(attach(&parcel.extension, &parcel.product, kind("application/pdf")?))
            .singlepart(attach("json", &parcel.sheet_json, kind("application/json")?));
        match &self.config.certificate_file {
            Some(file) => builder.singlepart(sealed::seal(file, &parts.formatted())?),
            None => builder.multipart(parts),
        }
        .map_err(|e| wrong(e.to_string()))
    }
}

/// What goes into the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The document as attachment.
    Attached,
    /// Only a word, and why.
    Elsewhere(&'static str),
}

const CONFIDENTIAL: &str =
    "Vertraulich: Der Inhalt wird nicht per E-Mail verschickt. Bitte in der Poststelle abholen.";
const LARGE: &str = "Das Schriftstück ist für eine E-Mail zu groß. Bitte in der Poststelle abholen.";

/// What the server says it can do, as far as it matters here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Offer {
    /// Largest message it takes (RFC 1870).
    size: Option<u64>,
    /// It sends notices about what became of a mail (RFC 3461).
    notices: bool,
}

impl Offer {
    fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Self {
        lines.fold(Self::default(), |offer, line| {
            let mut words = line.split_whitespace();
            match words.next().map(str::to_uppercase).as_deref() {
                // 0 means no fixed limit.
                Some("SIZE") => {
                    Self { size: words.next().and_then(|n| n.parse().ok()).filter(|n| *n > 0), ..offer }
                }
                Some("DSN") => Self { notices: true, ..offer },
                _ => offer,
            }
        })
    }
}

impl Mail {
    /// One conversation with the server.
    fn attempt(&self, parcel: &Parcel, form: Form) -> AttemptResult {
        let permanent = |r: Refusal| AttemptResult::never(&r.code, format!("{} {}", r.text, r.hint));
        let message = match self.message(parcel, form) {
            Ok(message) => message,
            Err(refusal) => return permanent(refusal),
        };
        let bytes = message.formatted();
        if bytes.len() as u64 > self.config.bytes_max {
            return permanent(too_large(bytes.len() as u64, self.config.bytes_max));
        }
        let mut connection = match self.connection() {
            Ok(connection) => connection,
            Err(refusal) if refusal.code == SETUP => return permanent(refusal),
            Err(refusal) => return AttemptResult::later(&refusal.code, refusal.text),
        };
        // Asked again because the library keeps only part of the first answer.
        let offer = match connection.command(commands::Ehlo::new(ClientId::default())) {
            Ok(answer) => Offer::of(answer.message()),
            Err(error) => return AttemptResult::later("mail.later", error.to_string()),
        };
        if let Some(limit) = offer.size.filter(|limit| *limit < bytes.len() as u64) {
            let _ = connection.quit();
            return permanent(too_large(bytes.len() as u64, limit));
        }
        let envid = offer.notices.then(|| notice::encoded(&parcel.delivery.0));
        let notify = if self.returns.is_some() { "SUCCESS,FAILURE,DELAY" } else { "FAILURE,DELAY" };
        let notices = envid.as_deref().map(|envid| (envid, notify));
        // Until the server has asked for the message nothing can have been taken over.
        if let Err(error) = announce(&mut connection, message.envelope(), bytes.len(), offer, notices) {
            connection.abort();
            return if error.is_permanent() {
                AttemptResult::never(refusal_code(&error), error.to_string())
            } else {
                AttemptResult::later("mail.later", error.to_string())
            };
        }
        match connection.message(&bytes) {
            Ok(reply) => {
                // The mail is theirs whatever becomes of the farewell.
                let _ = connection.quit();
                let said = reply.message().collect::<Vec<_>>().join(" ");
                AttemptResult::HandedOver {
                    receipt: format!("{} {said}{SENT}{:.0}", reply.code(), Timestamp::now()),
                }
            }
            Err(error) if error.is_permanent() => {
                AttemptResult::never(refusal_code(&error), error.to_string())
            }
            Err(error) if error.is_transient() => AttemptResult::later("mail.later", error.to_string()),
            Err(error) => AttemptResult::unknown("mail.no_reply", error.to_string()),
        }
    }
}

fn too_large(bytes: u64, limit: u64) -> Refusal {
    let text =
        format!("Die Nachricht hat {} KiB, erlaubt sind {} KiB.", bytes.div_ceil(1024), limit.div_ceil(1024));
    Refusal::new(TOO_LARGE, text, "link zum Ziel ergänzen oder über einen Ordner zustellen.")
}

/// 552 with 5.3.4 says: too large for me, whatever was announced (RFC 1870, RFC 3463).
fn refusal_code(error: &smtp::Error) -> &'static str {
    let text = error.to_string();
    let says = |enhanced: &str| text.split([' ', ':', ';', '(', ')']).any(|word| word == enhanced);
    // 5.2.2 is a full mailbox, which a smaller mail would find as full.
    let too_large = error.status().is_some_and(|code| code.to_string() == "552") && !says("5.2.2");
    if too_large || says("5.3.4") { TOO_LARGE } else { "mail.refused" }
}

impl Target for Mail {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            guarantee: Guarantee::HandedOver,
            new_version: NewVersion::Message,
            confirms: self.returns.is_some(),
        }
    }

    fn plan(&self, parcel: &Parcel) -> Result<Vec<PlannedPiece>, Refusal> {
        let message = self.message(parcel, self.form(parcel))?;
        let text = String::from_utf8_lossy(&message.formatted()).into_owned();
        // Attachments are shown by their heads; their bytes are the product's.
        let lines = text.lines().filter(|line| !is_base64(line)).collect::<Vec<_>>().join("\n");
        Ok(vec![PlannedPiece { name: self.config.to.join(", "), content: lines }])
    }

    fn probe(&self, _parcel: &Parcel) -> ProbeResult {
        ProbeResult::Unknowable
    }

    fn deliver(&self, parcel: &Parcel) -> AttemptResult {
        match self.attempt(parcel, self.form(parcel)) {
            // Larger than the server takes: the recipient fetches it instead.
            AttemptResult::Permanent { code, .. } if code == TOO_LARGE && self.config.link.is_some() => {
                self.attempt(parcel, Form::Elsewhere(LARGE))
            }
            result => result,
        }
    }

    fn confirm(&self, parcel: &Parcel, receipt: &str) -> Confirmation {
        let sent = receipt.rsplit(SENT).next().and_then(|at| at.parse::<Timestamp>().ok());
        let (Some(returns), Some(sent)) = (&self.returns, sent) else { return Confirmation::Silent };
        let Ok(notices) = returns.about(&parcel.delivery.0, sent - CLOCKS) else {
            return Confirmation::Pending;
        };
        if let Some(failed) = notices.iter().find(|n| n.fate == Fate::Failed) {
            let text = format!("Unzustellbar an {}: {}", failed.recipient, failed.text);
            return Confirmation::Refused { code: "mail.bounced".into(), text };
        }
        let arrived: BTreeSet<&str> =
            notices.iter().filter(|n| n.fate == Fate::Delivered).map(|n| n.recipient.as_str()).collect();
        if arrived.len() >= self.config.to.len() {
            return Confirmation::Confirmed { receipt: format!("{receipt}; zugestellt laut Mailserver") };
        }
        let over = Timestamp::now().duration_since(sent) > SignedDuration::from_hours(24 * returns::DAYS);
        if over { Confirmation::Silent } else { Confirmation::Pending }
    }

    fn recall(&self, parcel: &Parcel) -> Recall {
        let text = format!(
            "Eine E-Mail lässt sich nicht zurückholen. Bitte {} anrufen und die Nachricht mit Kennung {} löschen lassen.",
            self.config.to.join(", "),
            parcel.delivery
        );
        Recall::Task { text }
    }

    fn check(&self) -> Vec<Refusal> {
        let server = self.connection().map(|mut connection| drop(connection.quit())).err();
        let certificate = self.config.certificate_file.as_deref().and_then(sealed::check);
        let returns = self.returns.as_ref().and_then(Returns::check);
        [server, certificate, returns].into_iter().flatten().collect()
    }
}

/// A full line of an encoded attachment.
fn is_base64(line: &str) -> bool {
    line.len() > 60 && line.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// Sender, recipients, and the wish to send. With an envelope id the server is asked for those notices.
fn announce(
    connection: &mut SmtpConnection,
    envelope: &Envelope,
    bytes: usize,
    offer: Offer,
    notices: Option<(&str, &str)>,
) -> Result<(), smtp::Error> {
    let word = |keyword: &str, value: &str| (keyword.to_owned(), Some(value.to_owned()));
    let mut about = Vec::new();
    if offer.size.is_some() {
        about.push(MailParameter::Size(bytes));
    }
    if let Some((envid, _)) = notices {
        for (keyword, value) in [word("RET", "HDRS"), word("ENVID", envid)] {
            about.push(MailParameter::Other { keyword, value });
        }
    }
    connection.command(commands::Mail::new(envelope.from().cloned(), about))?;
    for to in envelope.to() {
        let notify = notices.map(|(_, notify)| word("NOTIFY", notify));
        let notify = notify.map(|(keyword, value)| RcptParameter::Other { keyword, value });
        connection.command(commands::Rcpt::new(to.clone(), notify.into_iter().collect()))?;
    }
    connection.command(commands::Data)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_server_offers_is_heard() {
        let offer = |lines: &[&str]| Offer::of(lines.iter().copied());
        assert_eq!(offer(&["mail.example", "SIZE 1000", "DSN"]), Offer { size: Some(1000), notices: true });
        assert_eq!(offer(&["mail.example", "size 0"]), Offer::default());
        assert_eq!(offer(&["mail.example", "SIZE"]), Offer::default());
    }
}
