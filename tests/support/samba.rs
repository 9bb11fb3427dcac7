//! Samba's server on loopback, in a temporary folder: shares as scanners and consumers of a town use them. A real
//! server, not ours.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The server; ends when dropped.
pub struct Samba {
    port: u16,
    folder: tempfile::TempDir,
    server: Child,
}

impl Samba {
    /// Shares these folders under these names, for anybody on this machine.
    pub fn start(shares: &[(&str, &Path)]) -> Self {
        let program = Path::new("/usr/sbin/smbd");
        assert!(program.is_file(), "first: scripts/install.sh test (Debian package samba)");
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (root, user) = (folder.path().display(), Command::new("id").arg("-un").output().unwrap().stdout);
        let user = String::from_utf8(user).unwrap();
        let mut config = format!(
            "[global]\nsmb ports = {port}\ninterfaces = 127.0.0.1\nbind interfaces only = yes\nserver role = standalone\n\
             map to guest = bad user\nguest account = {}\nprivate dir = {root}\nlock directory = {root}\n\
             state directory = {root}\ncache directory = {root}\npid directory = {root}\nncalrpc dir = {root}/rpc\n\
             log file = {root}/log\ndisable netbios = yes\nload printers = no\nprinting = bsd\n",
            user.trim()
        );
        for (name, path) in shares {
            config += &format!("[{name}]\npath = {}\nguest ok = yes\nwritable = yes\n", path.display());
        }
        fs::write(folder.path().join("smb.conf"), config).unwrap();
        let server = Command::new(program)
            .process_group(0) // smbd ends its whole group
            .args(["-F", "--no-process-group", "-s"])
            .arg(folder.path().join("smb.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let log = || fs::read_to_string(folder.path().join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(20), "smbd does not start: {}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { port, folder, server }
    }

    /// What a client says and hears on a share.
    pub fn client(&self, share: &str, commands: &str) -> String {
        let done = Command::new("smbclient")
            .arg(format!("//127.0.0.1/{share}"))
            .args(["-N", "-p", &self.port.to_string(), "-c", commands])
            .arg("-s")
            .arg(self.folder.path().join("smb.conf"))
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert!(done.status.success(), "{commands}: {said} {}", String::from_utf8_lossy(&done.stderr));
        said
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.server.id() as i32) {
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::TERM);
        }
        let _ = self.server.wait();
    }
}
