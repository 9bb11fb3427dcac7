//! E-mail as target, through lettre.
//!
//! The Message-ID is derived from the delivery id, so that a repeat is
//! recognisable; the server's final reply is the receipt. SMTP cannot be asked
//! what it has: a connection lost after the message was sent is ambiguous.

use super::Target;
use crate::model::delivery::{
    AttemptResult, Capabilities, Confirmation, Guarantee, Parcel, PlannedPiece, ProbeResult,
};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{MailSecurity, MailTarget};
use lettre::Message;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{Certificate, SmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::{self, commands};

/// Code of what is wrong in the configuration: no later attempt will succeed.
const SETUP: &str = "mail.setup";

/// One mail per document.
#[derive(Debug)]
pub struct Mail {
    config: MailTarget,
}

impl Mail {
    /// Connects only when something is delivered or checked.
    pub fn new(config: &MailTarget) -> Self {
        Self { config: config.clone() }
    }

    /// A connection on which a mail may be sent: greeted, encrypted, logged in.
    fn connection(&self) -> Result<SmtpConnection, Refusal> {
        let config = &self.config;
        let wrong = |text: String| Refusal::new(SETUP, text, "Ziel in pipeline.toml prüfen.");
        let unreachable = |e: smtp::Error| {
            Refusal::new("mail.unreachable", e.to_string(), "Server, Anschluss und Zugangsdaten prüfen.")
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
            let secret = std::fs::read_to_string(path)
                .map_err(|e| wrong(format!("Kennwortdatei {}: {e}", path.display())))?;
            let login = Credentials::new(user.clone(), secret.trim_end().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &login).map_err(unreachable)?;
        }
        Ok(connection)
    }

    fn message(&self, parcel: &Parcel) -> Result<Message, Refusal> {
        let wrong = |text: String| {
            Refusal::new("mail.address", text, "Absender und Empfänger in pipeline.toml prüfen.")
        };
        let domain =
            self.config.from.rsplit('@').next().unwrap_or("localhost").trim_end_matches('>').to_owned();
        let id = format!("<{}@{domain}>", ContentHash::of(parcel.delivery.0.as_bytes()));
        let mut builder = Message::builder()
            .from(self.config.from.parse().map_err(|e| wrong(format!("{}: {e}", self.config.from)))?)
            .subject(format!("[Poststelle] {}", parcel.title))
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
        if parcel.confidential {
            text.push_str("Vertraulich: Der Inhalt wird nicht per E-Mail verschickt. Bitte in der Poststelle abholen.\n");
            return builder.singlepart(SinglePart::plain(text)).map_err(|e| wrong(e.to_string()));
        }
        let kind = |text: &str| ContentType::parse(text).map_err(|e| wrong(e.to_string()));
        let attach = |extension: &str, body: &[u8], kind| {
            Attachment::new(format!("{}.{extension}", parcel.document)).body(body.to_vec(), kind)
        };
        let parts = MultiPart::mixed()
            .singlepart(SinglePart::plain(text))
            .singlepart(attach(&parcel.extension, &parcel.product, kind("application/pdf")?))
            .singlepart(attach("json", &parcel.sheet_json, kind("application/json")?));
        builder.multipart(parts).map_err(|e| wrong(e.to_string()))
    }
}

impl Target for Mail {
    fn capabilities(&self) -> Capabilities {
        Capabilities { guarantee: Guarantee::HandedOver, confirms: false }
    }

    fn plan(&self, parcel: &Parcel) -> Result<Vec<PlannedPiece>, Refusal> {
        let message = self.message(parcel)?;
        let text = String::from_utf8_lossy(&message.formatted()).into_owned();
        // Attachments are shown by their heads; their bytes are the product's.
        let lines = text.lines().filter(|line| !is_base64(line)).collect::<Vec<_>>().join("\n");
        Ok(vec![PlannedPiece { name: self.config.to.join(", "), content: lines }])
    }

    fn probe(&self, _parcel: &Parcel) -> ProbeResult {
        ProbeResult::Unknowable
    }

    fn deliver(&self, parcel: &Parcel) -> AttemptResult {
        let permanent =
            |r: Refusal| AttemptResult::Permanent { code: r.code, text: format!("{} {}", r.text, r.hint) };
        let message = match self.message(parcel) {
            Ok(message) => message,
            Err(refusal) => return permanent(refusal),
        };
        let bytes = message.formatted();
        if bytes.len() as u64 > self.config.bytes_max {
            return permanent(Refusal::new(
                "mail.too_large",
                format!(
                    "Die Nachricht hat {} MiB, erlaubt sind {} MiB.",
                    bytes.len() >> 20,
                    self.config.bytes_max >> 20
                ),
                "Über einen Ordner zustellen.",
            ));
        }
        let mut connection = match self.connection() {
            Ok(connection) => connection,
            Err(refusal) if refusal.code == SETUP => return permanent(refusal),
            Err(refusal) => return AttemptResult::later(&refusal.code, refusal.text),
        };
        // Until the server has asked for the message nothing can have been taken over.
        if let Err(error) = announce(&mut connection, message.envelope()) {
            connection.abort();
            let text = error.to_string();
            return if error.is_permanent() {
                AttemptResult::never("mail.refused", text)
            } else {
                AttemptResult::later("mail.later", text)
            };
        }
        match connection.message(&bytes) {
            Ok(reply) => {
                // The mail is theirs whatever becomes of the farewell.
                let _ = connection.quit();
                AttemptResult::HandedOver {
                    receipt: format!("{} {}", reply.code(), reply.message().collect::<Vec<_>>().join(" ")),
                }
            }
            Err(error) if error.is_permanent() => AttemptResult::never("mail.refused", error.to_string()),
            Err(error) if error.is_transient() => AttemptResult::later("mail.later", error.to_string()),
            Err(error) => AttemptResult::unknown("mail.no_reply", error.to_string()),
        }
    }

    fn confirm(&self, _parcel: &Parcel, _receipt: &str) -> Confirmation {
        Confirmation::Pending
    }

    fn check(&self) -> Vec<Refusal> {
        match self.connection() {
            Ok(mut connection) => {
                let _ = connection.quit();
                Vec::new()
            }
            Err(refusal) => vec![refusal],
        }
    }
}

/// A full line of an encoded attachment.
fn is_base64(line: &str) -> bool {
    line.len() > 60 && line.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'='))
}

/// Sender, recipients, and the wish to send.
fn announce(connection: &mut SmtpConnection, envelope: &Envelope) -> Result<(), smtp::Error> {
    connection.command(commands::Mail::new(envelope.from().cloned(), Vec::new()))?;
    for to in envelope.to() {
        connection.command(commands::Rcpt::new(to.clone(), Vec::new()))?;
    }
    connection.command(commands::Data)?;
    Ok(())
}
