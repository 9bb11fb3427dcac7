//! Apache with mod_dav on loopback, in a temporary folder, with a login; TLS if wanted. A real server, not ours.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The server; ends when dropped.
pub struct Apache {
    pub address: SocketAddr,
    folder: tempfile::TempDir,
    server: Child,
}

/// Name and password of the only user.
pub const USER: &str = "poststelle";
pub const PASSWORD: &str = "ein App-Passwort";

fn tool(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).output().unwrap();
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().trim().to_owned()
}

impl Apache {
    /// Starts it and waits until it answers.
    pub fn start(tls: bool) -> Self {
        let program = PathBuf::from("/usr/sbin/apache2");
        assert!(program.is_file(), "first: scripts/install.sh test (Debian package apache2-bin)");
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        // Started as root the workers run as www-data.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for name in ["www", "lock"] {
            fs::create_dir(at(name)).unwrap();
            fs::set_permissions(at(name), fs::Permissions::from_mode(0o777)).unwrap();
        }
        fs::write(at("users"), format!("{USER}:{}\n", tool("openssl", &["passwd", "-apr1", PASSWORD])))
            .unwrap();
        fs::write(at("password"), format!("{PASSWORD}\n")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let modules = [
            "mpm_event",
            "authn_core",
            "authz_core",
            "auth_basic",
            "authn_file",
            "authz_user",
            "dav",
            "dav_fs",
            "socache_shmcb",
            "ssl",
        ];
        let modules: String = modules
            .iter()
            .map(|m| format!("LoadModule {m}_module /usr/lib/apache2/modules/mod_{m}.so\n"))
            .collect();
        let secure = if tls {
            let subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"];
            let (key, certificate) = (at("key.pem"), at("cert.pem"));
            let make = [
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
            ];
            tool("openssl", &[&make[..], &subject, &["-keyout", &key, "-out", &certificate]].concat());
            format!("SSLEngine on\nSSLCertificateFile {certificate}\nSSLCertificateKeyFile {key}\n")
        } else {
            String::new()
        };
        let config = format!(
            "ServerRoot {root}\nServerName localhost\nPidFile {root}/pid\nListen 127.0.0.1:{port}\n\
             Mutex file:{root}/lock\n{modules}User www-data\nGroup www-data\nErrorLog {root}/error.log\n\
             DocumentRoot {root}/www\nDavLockDB {root}/lock/dav\nKeepAliveTimeout 5\n{secure}\
             <Directory {root}/www>\nDav On\nAuthType Basic\nAuthName dav\nAuthUserFile {root}/users\n\
             Require valid-user\n</Directory>\n",
            root = folder.path().display()
        );
        fs::write(at("apache.conf"), config).unwrap();
        let server = Command::new(program)
            .args(["-f", &at("apache.conf"), "-DFOREGROUND"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            let log = || fs::read_to_string(folder.path().join("error.log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(20), "apache does not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { address, folder, server }
    }

    /// A file or folder it serves.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("www").join(name)
    }

    /// File with the password of [`USER`].
    pub fn password_file(&self) -> PathBuf {
        self.folder.path().join("password")
    }

    /// Its certificate, if it speaks TLS.
    pub fn certificate(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    /// Names of the visible files, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap().flatten();
        let mut names: Vec<String> = entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| !name.starts_with('.'));
        names.sort();
        names
    }
}

impl Drop for Apache {
    fn drop(&mut self) {
        // A polite end takes its workers along.
        if let Some(pid) = rustix::process::Pid::from_raw(self.server.id() as i32) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.server.wait();
    }
}
