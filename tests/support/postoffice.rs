//! Postfix and Dovecot on loopback, in a temporary folder: submission with STARTTLS and with TLS, login, mailboxes
//! over LMTP and IMAP, notices. Real servers, not ours. Postfix can only be started as root.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Largest mail the server takes, in bytes.
pub const SIZE_MAX: u64 = 60_000;
/// Password of every mailbox.
pub const PASSWORD: &str = "ein Postfach-Kennwort";
/// The mailboxes that exist; every other address of the domain is accepted, and bounces.
const BOXES: &[&str] = &["poststelle", "amt"];

/// The servers; end when dropped.
pub struct PostOffice {
    pub starttls: u16,
    pub tls: u16,
    pub imaps: u16,
    folder: tempfile::TempDir,
}

impl PostOffice {
    /// Starts them and waits until they answer; `None` without root, which is said.
    pub fn start() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            eprintln!("NOT RUN: Postfix can only be started as root.");
            return None;
        }
        for program in ["/usr/sbin/postfix", "/usr/sbin/dovecot"] {
            assert!(Path::new(program).is_file(), "first: scripts/install.sh test ({program})");
        }
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let ports: Vec<TcpListener> = (0..3).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let port = |n: usize| ports[n].local_addr().unwrap().port();
        let office = Self { starttls: port(0), tls: port(1), imaps: port(2), folder };
        drop(ports);
        office.write_files();
        run(Command::new("/usr/sbin/dovecot").arg("-c").arg(office.path("dovecot.conf")));
        run(Command::new("/usr/sbin/postfix").arg("-c").arg(office.path("pf")).arg("start"));
        let begun = Instant::now();
        for port in [office.starttls, office.tls, office.imaps] {
            while TcpStream::connect(("127.0.0.1", port)).is_err() {
                let log = fs::read_to_string(office.path("maillog")).unwrap_or_default();
                assert!(begun.elapsed() < Duration::from_secs(20), "no mail server: {log}");
                std::thread::sleep(Duration::from_millis(50));
            }
        }
        Some(office)
    }

    fn write_files(&self) {
        for name in ["pf", "spool", "data", "run", "mail"] {
            fs::create_dir(self.path(name)).unwrap();
        }
        let at = |name: &str| self.path(name).display().to_string();
        // A certificate that says it is an authority is no server's (RFC 5280, 4.2.1.9).
        let names =
            ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"];
        let subject = [&["-subj", "/CN=localhost"][..], &names].concat();
        let make =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
        run(Command::new("openssl")
            .args(make)
            .args(subject)
            .args(["-keyout", &at("key.pem"), "-out", &at("cert.pem")])
            .stderr(Stdio::null()));
        fs::write(self.path("password"), format!("{PASSWORD}\n")).unwrap();
        let root = self.folder.path().display();
        let main = format!(
            "compatibility_level = 3.6\nqueue_directory = {root}/spool\ndata_directory = {root}/data\n\
             maillog_file = {root}/maillog\nmaillog_file_prefixes = {root}\nmyhostname = localhost\nmydestination =\n\
             mynetworks =\ninet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nalias_maps =\n\
             virtual_mailbox_domains = t.example\nvirtual_mailbox_maps = static:any\n\
             virtual_transport = lmtp:unix:{root}/run/lmtp-in\nsmtpd_tls_cert_file = {root}/cert.pem\n\
             smtpd_tls_key_file = {root}/key.pem\nsmtpd_sasl_type = dovecot\nsmtpd_sasl_path = {root}/run/auth-in\n\
             smtpd_recipient_restrictions = permit_sasl_authenticated, reject\nmessage_size_limit = {SIZE_MAX}\n"
        );
        let smtpd = "inet n - n - - smtpd -o smtpd_sasl_auth_enable=yes -o";
        let services: String = [
            "pickup unix n - n 60 1 pickup",
            "cleanup unix n - n - 0 cleanup",
            "qmgr unix n - n 300 1 qmgr",
            "rewrite unix - - n - - trivial-rewrite",
            "bounce unix - - n - 0 bounce",
            "defer unix - - n - 0 bounce",
            "trace unix - - n - 0 bounce",
            "lmtp unix - - n - - lmtp",
            "error unix - - n - - error",
            "retry unix - - n - - error",
            "tlsmgr unix - - n 1000? 1 tlsmgr",
            "anvil unix - - n - 1 anvil",
            "scache unix - - n - 1 scache",
            "proxymap unix - - n - - proxymap",
            "postlog unix-dgram n - n - 1 postlogd",
        ]
        .map(|line| format!("{line}\n"))
        .concat();
        let (starttls, tls) = (self.starttls, self.tls);
        let master = format!(
            "127.0.0.1:{starttls} {smtpd} smtpd_tls_security_level=encrypt\n127.0.0.1:{tls} {smtpd} smtpd_tls_wrappermode=yes\n{services}"
        );
        fs::write(self.path("pf/main.cf"), main).unwrap();
        fs::write(self.path("pf/master.cf"), master).unwrap();
        let (uid, gid) = (id("dovecot", "-u"), id("dovecot", "-g"));
        let user =
            |name: &&str| format!("{name}@t.example:{{PLAIN}}{PASSWORD}:{uid}:{gid}::{root}/mail/{name}::\n");
        fs::write(self.path("users"), BOXES.iter().map(user).collect::<String>()).unwrap();
        let imaps = self.imaps;
        let dovecot = format!(
            "base_dir = {root}/run\nstate_dir = {root}/run\nprotocols = imap lmtp\nlisten = 127.0.0.1\n\
             log_path = {root}/dovecot.log\nssl = required\nssl_cert = <{root}/cert.pem\nssl_key = <{root}/key.pem\n\
             mail_location = maildir:{root}/mail/%n\nfirst_valid_uid = 1\nauth_mechanisms = plain login\n\
             passdb {{\n driver = passwd-file\n args = {root}/users\n}}\nuserdb {{\n driver = passwd-file\n args = {root}/users\n}}\n\
             service auth {{\n unix_listener {root}/run/auth-in {{\n mode = 0666\n }}\n}}\n\
             service lmtp {{\n unix_listener {root}/run/lmtp-in {{\n mode = 0666\n }}\n}}\n\
             service imap-login {{\n inet_listener imap {{\n port = 0\n }}\n inet_listener imaps {{\n port = {imaps}\n ssl = yes\n }}\n}}\n"
        );
        fs::write(self.path("dovecot.conf"), dovecot).unwrap();
        run(Command::new("chown").args(["-R", "dovecot:dovecot", &at("mail")]));
        run(Command::new("chown").args(["postfix", &at("data")]));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A mail target to that address; `more` keys at its end.
    pub fn table(&self, security: &str, to: &str, more: &str) -> String {
        let port = if security == "tls" { self.tls } else { self.starttls };
        let (password, certificate) = (self.path("password"), self.path("cert.pem"));
        let (password, certificate) = (password.display(), certificate.display());
        format!(
            "type = \"mail\"\nhost = \"localhost\"\nport = {port}\nsecurity = \"{security}\"\n\
             user = \"poststelle@t.example\"\npassword_file = \"{password}\"\nca_file = \"{certificate}\"\n\
             from = \"poststelle@t.example\"\nto = [\"{to}\"]\ntimeout_seconds = 10\n{more}"
        )
    }

    /// The key `returns` of a target whose bounces are read here.
    pub fn returns(&self) -> String {
        let (port, password) = (self.imaps, self.path("password"));
        format!(
            "returns = {{ host = \"localhost\", port = {port}, user = \"poststelle@t.example\", password_file = \"{}\" }}\n",
            password.display()
        )
    }

    /// The mails in a mailbox, waiting for the first one.
    pub fn mails(&self, name: &str) -> Vec<String> {
        let begun = Instant::now();
        loop {
            let files =
                fs::read_dir(self.path("mail").join(name).join("new")).into_iter().flatten().flatten();
            let mails: Vec<String> = files.map(|f| fs::read_to_string(f.path()).unwrap()).collect();
            if !mails.is_empty() || begun.elapsed() > Duration::from_secs(10) {
                return mails;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        let _ = Command::new("/usr/sbin/postfix").arg("-c").arg(self.path("pf")).arg("stop").output();
        let _ = Command::new("doveadm").arg("-c").arg(self.path("dovecot.conf")).arg("stop").output();
    }
}

fn run(command: &mut Command) {
    let done = command.stdout(Stdio::null()).status().unwrap();
    assert!(done.success(), "{command:?}");
}

fn id(user: &str, what: &str) -> String {
    let done = Command::new("id").args([what, user]).output().unwrap();
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}
