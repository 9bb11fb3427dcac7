//! A private PostgreSQL in a temporary folder, reached by its socket and a password, stopped with the test. Its
//! databases sort as Germans do, so that whatever relies on bytes has to say so.

use poststelle::ledger::{Place, Server};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Database {
    folder: tempfile::TempDir,
    server: Child,
}

impl Database {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("password"), "geheim\n").unwrap();
        let data = folder.path().join("data");
        std::fs::create_dir(&data).unwrap();
        if rustix::process::geteuid().is_root() {
            let chown = Command::new("chown").arg("-R").arg("postgres").arg(folder.path()).status().unwrap();
            assert!(chown.success());
        }
        let made = unprivileged("initdb")
            .args(["-U", "poststelle", "-A", "scram-sha-256", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"])
            .args(["--locale-provider=icu", "--icu-locale=de", "--pwfile"])
            .arg(folder.path().join("password"))
            .arg("-D")
            .arg(&data)
            .current_dir("/")
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        let server = serve(&data, folder.path());
        let database = Self { folder, server };
        database.wait();
        database
    }

    fn wait(&self) {
        let until = Instant::now() + Duration::from_secs(60);
        while let Err(error) = self.connect("postgres") {
            assert!(Instant::now() < until, "PostgreSQL does not answer: {error}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn connect(&self, name: &str) -> Result<postgres::Client, postgres::Error> {
        let mut config: postgres::Config = self.address(name).parse()?;
        config.password("geheim").connect(postgres::NoTls)
    }

    fn address(&self, name: &str) -> String {
        format!("postgres://poststelle@/{name}?host={}", self.folder.path().display())
    }

    pub fn password_file(&self) -> PathBuf {
        self.folder.path().join("password")
    }

    /// A new, empty database.
    pub fn create(&self, name: &str) -> Place {
        self.connect("postgres").unwrap().batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Place::Server(Server { address: self.address(name), password_file: Some(self.password_file()) })
    }

    /// A look into one, past the program.
    pub fn look(&self, name: &str) -> postgres::Client {
        self.connect(name).unwrap()
    }

    /// What it has cost so far: transactions of the server that wrote something, bytes of its write-ahead log.
    pub fn costs(&self, name: &str) -> [i64; 2] {
        let all = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint,
                   pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint";
        let row = self.look(name).query_one(all, &[]).unwrap();
        [0, 1].map(|column| row.get(column))
    }

    /// From now on every commit waits for the disk, as it does in a town.
    pub fn lasting(&self) {
        let mut server = self.look("postgres");
        server.batch_execute("ALTER SYSTEM SET fsync = on").unwrap();
        server.batch_execute("SELECT pg_reload_conf()").unwrap();
    }

    /// As by a power cut, and on again.
    pub fn crash(&mut self) {
        self.signal(rustix::process::Signal::QUIT);
        self.server = serve(&self.folder.path().join("data"), self.folder.path());
        self.wait();
    }

    fn signal(&mut self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.server);
        let _ = rustix::process::kill_process(id, signal);
        let _ = self.server.wait();
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.signal(rustix::process::Signal::QUIT);
    }
}

fn serve(data: &Path, sockets: &Path) -> Child {
    unprivileged("postgres")
        .args(["-c", "listen_addresses=", "-c", "max_connections=200", "-c", "fsync=off", "-D"])
        .arg(data)
        .arg("-k")
        .arg(sockets)
        .current_dir("/")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The server refuses to be root.
fn unprivileged(program: &str) -> Command {
    let versions = std::fs::read_dir("/usr/lib/postgresql").unwrap().flatten();
    let path = versions.map(|v| v.path().join("bin").join(program)).find(|p| p.exists()).unwrap();
    if !rustix::process::geteuid().is_root() {
        return Command::new(path);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(path);
    command
}
