//! E-mail as target, through lettre.
//!
//! The Message-ID is derived from the delivery id, so that a repeat is
//! recognisable; the server's final reply is the receipt. SMTP cannot be asked
//! what it has: a connection lost after the message was sent is ambiguous.

use super::Target;
use crate::model::delivery::{AttemptResult, Parcel, ProbeResult};
use crate::model::hash::ContentHash;
use crate::model::refusal::Refusal;
use crate::model::town::{MailSecurity, MailTarget};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};

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

    fn transport(&self) -> Result<SmtpTransport, Refusal> {
        let wrong = |text: String| Refusal::new("mail.setup", text, "Ziel in pipeline.toml prüfen.");
        let tls = || -> Result<TlsParameters, Refusal> {
            let mut builder = TlsParameters::builder(self.config.host.clone());
            if let Some(path) = &self.config.ca_file {
                let pem = std::fs::read(path).map_err(|e| wrong(format!("{}: {e}", path.display())))?;
                let certificate = Certificate::from_pem(&pem).map_err(|e| wrong(e.to_string()))?;
                builder = builder.add_root_certificate(certificate);
            }
            builder.build().map_err(|e| wrong(e.to_string()))
        };
        let tls = match self.config.security {
            MailSecurity::Starttls => Tls::Required(tls()?),
            MailSecurity::Tls => Tls::Wrapper(tls()?),
            MailSecurity::PlainLoopback => Tls::None,
        };
        let mut builder = SmtpTransport::builder_dangerous(&self.config.host)
            .port(self.config.port)
            .timeout(Some(self.config.timeout))
            // A fresh connection per message: a pooled one may be dead without knowing it.
            .pool_config(PoolConfig::new().max_size(1).min_idle(0).idle_timeout(std::time::Duration::ZERO))
            .tls(tls);
        if let Some(user) = &self.config.user {
            let secret = match &self.config.password_file {
                Some(path) => std::fs::read_to_string(path)
                    .map_err(|e| wrong(format!("Kennwortdatei {}: {e}", path.display())))?,
                None => return Err(wrong("password_file fehlt zu user".into())),
            };
            builder = builder.credentials(Credentials::new(user.clone(), secret.trim_end().to_owned()));
        }
        Ok(builder.build())
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
    fn can_probe(&self) -> bool {
        false
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
        let length = message.formatted().len() as u64;
        if length > self.config.bytes_max {
            return permanent(Refusal::new(
                "mail.too_large",
                format!(
                    "Die Nachricht hat {} MiB, erlaubt sind {} MiB.",
                    length >> 20,
                    self.config.bytes_max >> 20
                ),
                "Über einen Ordner zustellen.",
            ));
        }
        let transport = match self.transport() {
            Ok(transport) => transport,
            Err(refusal) => return permanent(refusal),
        };
        // Whatever fails before the message is sent failed for good: nothing was taken over.
        if let Err(error) = transport.test_connection() {
            return AttemptResult::Temporary { code: "mail.unreachable".into(), text: error.to_string() };
        }
        match transport.send(&message) {
            Ok(reply) => AttemptResult::HandedOver {
                receipt: format!("{} {}", reply.code(), reply.message().collect::<Vec<_>>().join(" ")),
            },
            Err(error) if error.is_permanent() => {
                AttemptResult::Permanent { code: "mail.refused".into(), text: error.to_string() }
            }
            Err(error) if error.is_transient() => {
                AttemptResult::Temporary { code: "mail.later".into(), text: error.to_string() }
            }
            Err(error) => AttemptResult::Ambiguous { code: "mail.no_reply".into(), text: error.to_string() },
        }
    }

    fn check(&self) -> Vec<Refusal> {
        let unreachable = |e: lettre::transport::smtp::Error| {
            Refusal::new("mail.unreachable", e.to_string(), "Server, Anschluss und Zugangsdaten prüfen.")
        };
        match self.transport() {
            Ok(transport) => transport.test_connection().err().map(unreachable).into_iter().collect(),
            Err(refusal) => vec![refusal],
        }
    }
}
