//! A folder on an SSH server, through the system's own `sftp` program.
//!
//! OpenSSH knows keys, known hosts, jump hosts and every old server; nothing
//! of that is done again here. Each step is one batch of its commands over one
//! shared connection. Logins are by key: a password would have to be typed.

use super::{Place, Trouble};
use crate::model::refusal::Refusal;
use crate::model::town::SftpAccess;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// Files below one folder of one server.
pub struct Sftp {
    access: SftpAccess,
    /// Holds the socket of the shared connection; nobody else may enter.
    socket: OnceLock<TempDir>,
}

/// How a batch of commands ended.
enum End {
    /// All done; what was printed.
    Done(String),
    /// The server said no to a command: its words.
    Said(String),
}

impl Sftp {
    /// Connects only when used.
    pub fn new(access: &SftpAccess) -> Self {
        Self { access: access.clone(), socket: OnceLock::new() }
    }

    /// The name on the server, quoted.
    fn at(&self, name: &str) -> String {
        quoted(&format!("{}/{name}", self.access.path.trim_end_matches('/')))
    }

    fn run(&self, batch: &str) -> Result<End, Trouble> {
        let failed = |e: std::io::Error| {
            Trouble::new("sftp.program", format!("Das Programm sftp läuft nicht: {e}. Paket openssh-client?"))
        };
        let access = &self.access;
        if self.socket.get().is_none() {
            let folder = TempDir::new().map_err(no_scratch)?;
            let _ = self.socket.set(folder); // Another thread was as fast.
        }
        let socket = self.socket.get().map(|folder| folder.path().join("%C").display().to_string());
        let mut command = Command::new("sftp");
        command.args(["-q", "-b", "-", "-P", &access.port.to_string()]);
        let options = [
            "BatchMode=yes".to_owned(),
            "StrictHostKeyChecking=yes".into(),
            "IdentitiesOnly=yes".into(),
            "ConnectTimeout=15".into(),
            "ServerAliveInterval=15".into(),
            "ControlMaster=auto".into(),
            "ControlPersist=30".into(),
            format!("ControlPath={}", socket.as_deref().unwrap_or("none")),
            format!("UserKnownHostsFile={}", access.known_hosts_file.display()),
            format!("IdentityFile={}", access.key_file.display()),
        ];
        for option in options {
            command.args(["-o", &option]);
        }
        command.arg(format!("{}@{}", access.user, access.host)).env("LC_ALL", "C");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        if let Some(mut input) = child.stdin.take() {
            // A program that ended early says why below.
            let _ = input.write_all(batch.as_bytes());
        }
        let output = child.wait_with_output().map_err(failed)?;
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        match output.status.code() {
            Some(0) => Ok(End::Done(String::from_utf8_lossy(&output.stdout).into_owned())),
            // 255: the connection itself. 1: a command was refused.
            Some(1) if !words.contains("Connection closed") => Ok(End::Said(words)),
            _ => Err(Trouble::new("sftp.unreachable", format!("Der Server ist nicht erreichbar: {words}"))),
        }
    }

    fn all(&self, batch: &str) -> Result<(), Trouble> {
        match self.run(batch)? {
            End::Done(_) => Ok(()),
            End::Said(words) => Err(refused(&words)),
        }
    }
}

/// As `sftp` reads it: one word, whatever is in it. A line break would begin another command.
fn quoted(name: &str) -> String {
    let mut out = String::from('"');
    for c in name.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\' | '*' | '?' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

fn refused(words: &str) -> Trouble {
    Trouble::new("sftp.refused", format!("Der Server lehnt ab: {words}"))
}

/// The server's way of saying that something is not there.
fn is_gone(words: &str) -> bool {
    words.contains("not found") || words.contains("No such file")
}

fn scratch() -> Result<tempfile::NamedTempFile, Trouble> {
    tempfile::NamedTempFile::new().map_err(no_scratch)
}

fn no_scratch(e: std::io::Error) -> Trouble {
    Trouble::new("sftp.scratch", format!("Kein Platz für eine Zwischendatei: {e}."))
}

impl Place for Sftp {
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Trouble> {
        let copy = scratch()?;
        match self.run(&format!("get {} \"{}\"\n", self.at(name), copy.path().display()))? {
            End::Done(_) => std::fs::read(copy.path()).map(Some).map_err(no_scratch),
            End::Said(words) if is_gone(&words) => Ok(None),
            End::Said(words) => Err(refused(&words)),
        }
    }

    fn has(&self, name: &str) -> Result<bool, Trouble> {
        match self.run(&format!("ls -1 {}\n", self.at(name)))? {
            End::Done(_) => Ok(true),
            End::Said(words) if is_gone(&words) => Ok(false),
            End::Said(words) => Err(refused(&words)),
        }
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Trouble> {
        let mut copy = scratch()?;
        copy.write_all(bytes).map_err(no_scratch)?;
        // -f: the server syncs the file before it answers, if it can.
        self.all(&format!("put -f \"{}\" {}\n", copy.path().display(), self.at(name)))
    }

    fn rename(&self, from: &str, to: &str) -> Result<bool, Trouble> {
        // -l: the old request, which never replaces what is there.
        match self.run(&format!("rename -l {} {}\n", self.at(from), self.at(to)))? {
            End::Done(_) => Ok(true),
            // Taken or gone; which of both, the caller sees for itself.
            End::Said(words) if words.contains("Failure") || is_gone(&words) => Ok(false),
            End::Said(words) => Err(refused(&words)),
        }
    }

    fn remove(&self, name: &str) -> Result<(), Trouble> {
        // One of both fails, it is a file or a folder; what counts is whether it is gone.
        self.all(&format!("-rm {0}\n-rmdir {0}\n", self.at(name)))?;
        if self.has(name)? { Err(refused("Löschen ist nicht erlaubt")) } else { Ok(()) }
    }

    fn make_folder(&self, name: &str) -> Result<(), Trouble> {
        let parts: Vec<&str> = name.split('/').collect();
        let folders =
            (1..=parts.len()).map(|depth| format!("-mkdir {}\n", self.at(&parts[..depth].join("/"))));
        self.all(&folders.collect::<String>())
    }

    fn list(&self, folder: &str) -> Result<Vec<String>, Trouble> {
        match self.run(&format!("ls -1 {}\n", self.at(folder)))? {
            End::Done(text) => {
                let names = text.lines().filter(|line| !line.starts_with("sftp>"));
                Ok(names.filter_map(|line| line.trim().rsplit('/').next()).map(str::to_owned).collect())
            }
            End::Said(words) if is_gone(&words) => Ok(Vec::new()),
            End::Said(words) => Err(refused(&words)),
        }
    }

    fn shown(&self, name: &str) -> String {
        format!("sftp://{}/{}/{name}", self.access.host, self.access.path.trim_matches('/'))
    }

    fn check(&self) -> Vec<Refusal> {
        let hint = "Schlüssel, known_hosts_file, Benutzer und Ordner prüfen: sftp USER@HOST muss ohne Nachfrage gehen.";
        match self.has(".") {
            Ok(true) => Vec::new(),
            Ok(false) => {
                vec![Refusal::new("sftp.no_folder", "Den Ordner gibt es auf dem Server nicht.", hint)]
            }
            Err(trouble) => vec![Refusal::new(trouble.code, trouble.text, hint)],
        }
    }
}
