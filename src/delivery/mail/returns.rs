//! The mailbox that bounces come back to, read over IMAP and never changed.

use super::notice::{self, Notice};
use crate::config::secret;
use crate::fault;
use crate::model::refusal::Refusal;
use crate::model::town::{MailSecurity, ReturnBox};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The mailbox is read no more often than this, however many deliveries wait.
const READ_EVERY: Duration = Duration::from_secs(60);
/// Notices of the last days; a mail server gives up sooner.
pub const DAYS: i64 = 6;
/// A notice longer than this carries a whole letter; what matters stands at its beginning.
const MAIL_BYTES_MAX: usize = 256 << 10;

/// Notices, read as they are asked for.
#[derive(Debug)]
pub struct Returns {
    config: ReturnBox,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    read_at: Option<Instant>,
    uids: BTreeSet<u32>,
    /// Delivery -> when (seconds since 1970) and what.
    notices: BTreeMap<String, Vec<(i64, Notice)>>,
}

trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

impl Returns {
    /// Connects only when asked.
    pub fn new(config: &ReturnBox) -> Self {
        Self { config: config.clone(), known: Mutex::default() }
    }

    /// Notices about a delivery since a moment.
    pub fn about(&self, delivery: &str, since: jiff::Timestamp) -> Result<Vec<Notice>, Refusal> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.read_at.is_none_or(|at| at.elapsed() > fault::hurried(READ_EVERY)) {
            self.read(&mut known)?;
            known.read_at = Some(Instant::now());
        }
        let found = known.notices.get(delivery).into_iter().flatten();
        Ok(found.filter(|(at, _)| *at >= since.as_second()).map(|(_, notice)| notice.clone()).collect())
    }

    /// Whether the mailbox can be read.
    pub fn check(&self) -> Option<Refusal> {
        self.session().and_then(|mut session| session.logout().map_err(|e| unreadable(&e))).err()
    }

    fn read(&self, known: &mut Known) -> Result<(), Refusal> {
        let mut session = self.session()?;
        // EXAMINE: other programs and people see nothing of our reading.
        session.examine(&self.config.folder).map_err(|e| unreadable(&e))?;
        let since = jiff::Zoned::now().date().saturating_sub(jiff::Span::new().days(DAYS));
        let query = format!("SINCE {}", since.strftime("%d-%b-%Y"));
        let all = session.uid_search(query).map_err(|e| unreadable(&e))?;
        for uid in all.into_iter().filter(|uid| !known.uids.contains(uid)).collect::<BTreeSet<u32>>() {
            let what = format!("(INTERNALDATE BODY.PEEK[]<0.{MAIL_BYTES_MAX}>)");
            let fetched = session.uid_fetch(uid.to_string(), what).map_err(|e| unreadable(&e))?;
            for mail in fetched.iter() {
                let at = mail.internal_date().map_or(0, |date| date.timestamp());
                for notice in notice::read(mail.body().unwrap_or_default()) {
                    known.notices.entry(notice.delivery.clone()).or_default().push((at, notice));
                }
            }
            known.uids.insert(uid);
        }
        let _ = session.logout();
        Ok(())
    }

    fn session(&self) -> Result<imap::Session<Box<dyn Stream>>, Refusal> {
        let config = &self.config;
        let mut client = imap::Client::new(self.stream()?);
        client.read_greeting().map_err(|e| unreadable(&e))?;
        let password = secret::read(&config.password_file)?;
        client.login(&config.user, password).map_err(|(e, _)| unreadable(&e))
    }

    fn stream(&self) -> Result<Box<dyn Stream>, Refusal> {
        let config = &self.config;
        let tcp = TcpStream::connect((config.host.as_str(), config.port)).map_err(|e| unreadable(&e))?;
        tcp.set_read_timeout(Some(config.timeout)).map_err(|e| unreadable(&e))?;
        tcp.set_write_timeout(Some(config.timeout)).map_err(|e| unreadable(&e))?;
        if config.security == MailSecurity::PlainLoopback {
            return Ok(Box::new(tcp));
        }
        let mut roots = rustls::RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if let Some(path) = &config.ca_file {
            use rustls::pki_types::{CertificateDer, pem::PemObject};
            let own = CertificateDer::pem_file_iter(path).map_err(|e| unreadable(&e))?;
            roots.add_parsable_certificates(own.flatten());
        }
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|e| unreadable(&e))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = config
            .host
            .clone()
            .try_into()
            .map_err(|e: rustls::pki_types::InvalidDnsNameError| unreadable(&e))?;
        let connection = rustls::ClientConnection::new(Arc::new(tls), name).map_err(|e| unreadable(&e))?;
        Ok(Box::new(rustls::StreamOwned::new(connection, tcp)))
    }
}

fn unreadable(error: &dyn std::fmt::Display) -> Refusal {
    let text = format!("Das Postfach für Rückläufer ist nicht lesbar: {error}.");
    Refusal::new("mail.returns", text, "returns des Ziels in pipeline.toml prüfen.")
}
