//! A certificate authority, a seal and a timestamp service of invented people, made by `openssl`.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

pub struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// A new one in that folder.
    pub fn new(folder: &Path) -> Self {
        fs::create_dir_all(folder).unwrap();
        Self { folder: folder.to_owned() }.found()
    }

    /// A new one whose certificates name a revocation list, and the service that has it and stamps.
    pub fn with_lists(folder: &Path) -> (Self, Service) {
        fs::create_dir_all(folder).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        fs::write(folder.join("list"), listener.local_addr().unwrap().to_string()).unwrap();
        let new = Self { folder: folder.to_owned() }.found();
        new.list();
        let service = Service::on(listener, &new, false);
        (new, service)
    }

    /// Writes the revocation list anew; with the certificate of that name on it.
    pub fn revoke(&self, name: &str) {
        let certificate = format!("{name}.pem");
        self.openssl(&[
            "ca",
            "-config",
            "ca.cnf",
            "-keyfile",
            "ca.key",
            "-cert",
            "ca.pem",
            "-revoke",
            &certificate,
        ]);
        self.list();
    }

    fn list(&self) {
        let make = ["-gencrl", "-crldays", "7", "-out", "list.pem"];
        self.openssl(
            &[&["ca", "-config", "ca.cnf", "-keyfile", "ca.key", "-cert", "ca.pem"][..], &make].concat(),
        );
        self.openssl(&["crl", "-in", "list.pem", "-outform", "DER", "-out", "list.crl"]);
    }

    fn found(self) -> Self {
        let new = self;
        fs::write(new.path("index.txt"), "").unwrap();
        fs::write(
            new.path("ca.cnf"),
            "[ca]\ndefault_ca = c\n[c]\ndatabase = index.txt\ndefault_md = sha256\n",
        )
        .unwrap();
        new.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-days",
            "30",
            "-subj",
            "/CN=Wurzel Lindenau",
            "-addext",
            "keyUsage=critical,keyCertSign,cRLSign",
        ]);
        new.issue(
            "seal",
            &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "keyUsage=digitalSignature,nonRepudiation",
        );
        new.issue(
            "tsa",
            &["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
            "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping",
        );
        let config = "[tsa]\ndefault_tsa = t\n[t]\nserial = serial\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\n\
                      digests = sha256\nordering = no\ntsa_name = no\ness_cert_id_chain = no\ness_cert_id_alg = sha256\n";
        fs::write(new.path("tsa.cnf"), config).unwrap();
        fs::write(new.path("serial"), "01\n").unwrap();
        new
    }

    /// One that was made before.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// A key `NAME.key` of that type and its certificate with the root behind it, `NAME.pem`.
    pub fn issue(&self, name: &str, key: &[&str], extensions: &str) {
        let list = fs::read_to_string(self.path("list")).ok();
        let list =
            list.map_or_else(String::new, |at| format!("\ncrlDistributionPoints=URI:http://{at}/list.crl"));
        fs::write(self.path("ext"), extensions.to_owned() + &list).unwrap();
        let (secret, request, subject) =
            (format!("{name}.key"), format!("{name}.csr"), format!("/CN=Stadt T {name}"));
        let mut arguments = vec!["req", "-newkey"];
        arguments.extend(key);
        arguments.extend(["-nodes", "-keyout", &secret, "-out", &request, "-subj", &subject]);
        self.openssl(&arguments);
        let certificate = format!("{name}.pem");
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            &request,
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-out",
            &certificate,
            "-days",
            "30",
            "-extfile",
            "ext",
        ]);
        let chain =
            [fs::read(self.path(&certificate)).unwrap(), fs::read(self.path("ca.pem")).unwrap()].concat();
        fs::write(self.path(&certificate), chain).unwrap();
    }

    /// Runs `openssl` in the folder; its output.
    pub fn openssl(&self, arguments: &[&str]) -> String {
        let done = Command::new("openssl").args(arguments).current_dir(&self.folder).output().unwrap();
        let said = String::from_utf8_lossy(&[done.stdout, done.stderr].concat()).into_owned();
        assert!(done.status.success(), "openssl {arguments:?}: {said}");
        said
    }

    /// `[seal]` of a pipeline that seals with that key.
    pub fn settings(&self, name: &str, service: Option<SocketAddr>) -> String {
        let file = |ending: &str| self.path(&format!("{name}.{ending}")).display().to_string();
        let mut text =
            format!("[seal]\nkey_file = \"{}\"\ncertificate_file = \"{}\"\n", file("key"), file("pem"));
        if let Some(address) = service {
            text += &format!(
                "timestamp_urls = [\"http://{address}/tsa\"]\ntimestamp_ca_file = \"{}\"\n",
                self.path("ca.pem").display()
            );
        }
        text
    }
}

/// A timestamp service on the loopback; ends when dropped.
pub struct Service {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Service {
    /// Answers with tokens of that authority; `lying`: always with a token for the first question it was asked.
    pub fn start(authority: &Authority, lying: bool) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), authority, lying)
    }

    fn on(listener: TcpListener, authority: &Authority, lying: bool) -> Self {
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (folder, stopped) = (authority.folder.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            let mut first: Option<Vec<u8>> = None;
            for line in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let mut line = line.unwrap();
                let Some(query) = body(&mut line) else { continue };
                if query.is_empty() {
                    let list = fs::read(folder.join("list.crl")).unwrap();
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                        list.len()
                    );
                    let _ = line.write_all(&[head.as_bytes(), &list].concat());
                    continue;
                }
                let answer = match (&first, lying) {
                    (Some(old), true) => old.clone(),
                    _ => reply(&folder, &query),
                };
                first.get_or_insert(answer.clone());
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                    answer.len()
                );
                let _ = line.write_all(&[head.as_bytes(), &answer].concat());
            }
        });
        Self { address, stop, thread: Some(thread) }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = std::net::TcpStream::connect(self.address);
        let _ = self.thread.take().unwrap().join();
    }
}

fn reply(folder: &Path, query: &[u8]) -> Vec<u8> {
    fs::write(folder.join("query"), query).unwrap();
    let done = Command::new("openssl")
        .args([
            "ts",
            "-reply",
            "-queryfile",
            "query",
            "-inkey",
            "tsa.key",
            "-signer",
            "tsa.pem",
            "-out",
            "reply",
            "-config",
            "tsa.cnf",
        ])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    fs::read(folder.join("reply")).unwrap()
}

/// The body of a request; empty if it has none.
fn body(line: &mut impl Read) -> Option<Vec<u8>> {
    request(line).map(|(_, body)| body)
}

/// Head and body of one request.
pub fn request(line: &mut impl Read) -> Option<(String, Vec<u8>)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        let count = line.read(&mut buffer).ok().filter(|&n| n > 0)?;
        bytes.extend(&buffer[..count]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length =
            head.to_lowercase().lines().find_map(|l| l.strip_prefix("content-length: ")?.parse().ok());
        if bytes.len() >= end + 4 + length.unwrap_or(0) {
            return Some((head, bytes.split_off(end + 4)));
        }
    }
}
