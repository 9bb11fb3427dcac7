//! A town in a temporary folder: one station, one department folder, the real binary.
#![allow(dead_code)] // Each test file uses its own part.

pub mod apache;
pub mod authority;
pub mod born_digital;
pub mod browser;
pub mod bucket;
pub mod chart;
pub mod contract;
pub mod csc;
pub mod database;
pub mod directory;
pub mod hostile;
pub mod invariants;
pub mod lossy;
pub mod mutants;
pub mod outbox;
pub mod postoffice;
pub mod replacing;
pub mod samba;
pub mod scanned;
pub mod small_town;
pub mod smtp_sink;
pub mod sshd;
pub mod stack;
pub mod vendors;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub struct Town {
    folder: tempfile::TempDir,
}

/// The daemon, stopped as an administrator stops it when the test is done.
pub struct Daemon(pub std::process::Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let id = rustix::process::Pid::from_child(&self.0);
        let _ = rustix::process::kill_process(id, rustix::process::Signal::TERM);
        let _ = self.0.wait();
    }
}

impl Town {
    /// A folder with an empty station, not yet configured.
    pub fn empty() -> Self {
        let town = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(town.path("scans")).unwrap();
        town
    }

    /// The shipped departments and kinds.
    pub fn new() -> Self {
        let town = Self::empty();
        let shipped = fs::read_to_string(root().join("pipeline.toml")).unwrap();
        let departments = shipped.split("# --- Departments").nth(1).unwrap();
        let config = format!(
            "classifiers = \"{}\"\nworkers = 2\n[town]\nid = \"t\"\nname = \"T\"\ncentral = \"poststelle\"\n\
             [[station]]\nid = \"a\"\nfolder = \"scans\"\nquiet_seconds = 0\nunfinished_wait_seconds = 60\npoll_seconds = 1\n#{departments}",
            root().join("classifiers").display()
        );
        fs::write(town.path("pipeline.toml"), config).unwrap();
        town
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Drops a sample scan as a scanner would: a temporary name first.
    pub fn drop_sample(&self, sample: &str) {
        let name = Path::new(sample).file_name().unwrap();
        let temporary = self.path("scans").join(".tmp-scan");
        fs::copy(root().join("sample-scans").join(sample), &temporary).unwrap();
        fs::rename(temporary, self.path("scans").join(name)).unwrap();
    }

    /// The daemon, started and left running.
    pub fn start(&self) -> std::process::Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_poststelle"));
        command.arg("--config").arg(self.path("pipeline.toml")).arg("run").env("OMP_THREAD_LIMIT", "1");
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.spawn().unwrap()
    }

    /// The same with shorter waits between attempts.
    pub fn start_hurried(&self) -> std::process::Child {
        let mut command = self.program(&["run"]);
        command.env("POSTSTELLE_HURRY", "20");
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        command.spawn().unwrap()
    }

    /// The same bound by the rights of files even as root, and what it says in the file `log` of the town.
    pub fn start_like_a_service(&self) -> std::process::Child {
        let plain = self.program(&["run"]);
        let mut command = Command::new(plain.get_program());
        if rustix::process::geteuid().is_root() {
            command = Command::new("setpriv");
            command.arg("--bounding-set=-dac_override,-dac_read_search").arg(plain.get_program());
        }
        command.args(plain.get_args()).env("OMP_THREAD_LIMIT", "1").env("POSTSTELLE_HURRY", "20");
        let log = fs::File::create(self.path("log")).unwrap();
        command.stdout(std::process::Stdio::null()).stderr(log);
        command.spawn().unwrap()
    }

    pub fn command(&self, arguments: &[&str], fault: Option<&str>) -> Output {
        self.command_with(arguments, fault.map(|fault| ("POSTSTELLE_FAULT", fault)))
    }

    /// A command with one more variable in its environment.
    pub fn command_with(&self, arguments: &[&str], variable: Option<(&str, &str)>) -> Output {
        self.program(arguments).envs(variable).output().unwrap()
    }

    /// The program with this configuration.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_poststelle"));
        command.arg("--config").arg(self.path("pipeline.toml")).args(arguments).env("OMP_THREAD_LIMIT", "1");
        command
    }

    /// A command to which something is typed.
    pub fn command_typing(&self, arguments: &[&str], typed: &str) -> Output {
        use std::io::Write;
        let mut command = Command::new(env!("CARGO_BIN_EXE_poststelle"));
        command.arg("--config").arg(self.path("pipeline.toml")).args(arguments);
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    }

    /// Somebody signs on at the station and says since when the mail is here.
    pub fn open_station(&self) {
        let day = ["--operator", "sk-1", "--received", "2026-11-02", "--by", "leitung"];
        let opened = self.command(&[&["station", "open", "a"][..], &day].concat(), None);
        assert!(opened.status.success(), "{}", String::from_utf8_lossy(&opened.stderr));
    }

    pub fn run_until_settled(&self, fault: Option<&str>) -> Output {
        let mut command = self.program(&["run", "--until-settled"]);
        // Waits between attempts are real ones, only shorter.
        command.env("POSTSTELLE_HURRY", "20").envs(fault.map(|fault| ("POSTSTELLE_FAULT", fault)));
        command.output().unwrap()
    }

    /// Names of all products delivered, sorted.
    pub fn delivered(&self) -> Vec<String> {
        let mut names = Vec::new();
        for department in fs::read_dir(self.path("var/out")).into_iter().flatten().flatten() {
            for file in fs::read_dir(department.path()).into_iter().flatten().flatten() {
                let name = file.file_name().to_string_lossy().into_owned();
                if name.ends_with(".pdf") {
                    let stem = file.path().with_extension("");
                    assert!(stem.with_extension("json").is_file(), "{name} without its side-car");
                    names.push(name);
                }
            }
        }
        names.sort();
        names
    }

    /// `document id state` of every document, sorted.
    pub fn documents(&self) -> Vec<(String, String)> {
        let db = rusqlite::Connection::open(self.path("var/ledger.sqlite")).unwrap();
        let mut statement = db.prepare("SELECT id, state FROM document ORDER BY id").unwrap();
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).unwrap();
        rows.map(Result::unwrap).collect()
    }
}

/// Kills the daemon and everything it started, at once.
pub fn kill_tree(mut daemon: std::process::Child) {
    let children = fs::read_to_string(format!("/proc/{0}/task/{0}/children", daemon.id()));
    daemon.kill().unwrap();
    for child in children.unwrap_or_default().split_whitespace().filter_map(|c| c.parse().ok()) {
        if let Some(child) = rustix::process::Pid::from_raw(child) {
            // It may have ended by itself when its parent died.
            let _ = rustix::process::kill_process(child, rustix::process::Signal::KILL);
        }
    }
    daemon.wait().unwrap();
}

/// Scans made by the project's own generator, with `truth.jsonl` among them.
pub fn generated(arguments: &[&str]) -> tempfile::TempDir {
    // Examples lie beside the tests that cargo builds together with them.
    let program = std::env::current_exe().unwrap().parent().unwrap().join("../examples/letters");
    assert!(program.is_file(), "first: cargo build --release --features faults --example letters");
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(program).args(arguments).arg("--out").arg(folder.path()).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    folder
}

/// What the browser tests are driven with, installed once.
pub fn browser_modules() {
    let tests = root().join("tests/browser");
    if !tests.join("node_modules/playwright-core").is_dir() {
        assert!(Command::new("npm").arg("ci").current_dir(&tests).status().unwrap().success(), "npm ci");
    }
}

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
