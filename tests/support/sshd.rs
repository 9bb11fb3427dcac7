//! OpenSSH's server on loopback, in a temporary folder, for one key. A real server, not ours.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The server; ends when dropped.
pub struct Sshd {
    port: u16,
    folder: tempfile::TempDir,
    server: Child,
}

impl Sshd {
    /// Starts it and waits until it answers.
    pub fn start() -> Self {
        let program = PathBuf::from("/usr/sbin/sshd");
        assert!(program.is_file(), "first: scripts/install.sh test (Debian package openssh-server)");
        // Where it separates privileges when started as root; a fresh system has none yet.
        let _ = fs::create_dir_all("/run/sshd");
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name).display().to_string();
        for key in ["host", "user"] {
            let done =
                Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &at(key)]).status();
            assert!(done.unwrap().success());
        }
        fs::create_dir(at("files")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host = fs::read_to_string(at("host.pub")).unwrap();
        fs::write(at("known_hosts"), format!("[127.0.0.1]:{port} {host}")).unwrap();
        let config = format!(
            "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nPidFile none\nStrictModes no\n\
             UsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\nSubsystem sftp internal-sftp\n",
            at("host"),
            at("user.pub")
        );
        fs::write(at("sshd_config"), config).unwrap();
        let server = Command::new(program)
            .args(["-D", "-e", "-f", &at("sshd_config")])
            .stdout(Stdio::null())
            .stderr(fs::File::create(at("log")).unwrap())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = || fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(20), "sshd does not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { port, folder, server }
    }

    /// The folder it is used for.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("files")
    }

    /// A target that goes there.
    pub fn table(&self) -> String {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        format!(
            "type = \"sftp\"\nhost = \"127.0.0.1\"\nport = {}\nuser = \"{}\"\nkey_file = \"{}\"\n\
             known_hosts_file = \"{}\"\npath = \"{}\"",
            self.port,
            String::from_utf8(user).unwrap().trim(),
            at("user"),
            at("known_hosts"),
            self.path().display()
        )
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
