//! An S3-compatible server with one bucket, and a door before it that can be shut, stuck or lie. Every request of the
//! program goes through the door; the server behind it keeps what it has.

use super::root;
use poststelle::model::place::{Bucket, VaultPlace};
use poststelle::model::town::{HttpAccess, HttpLogin};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

pub const SECRET: &str = "ein Geheimnis/+=";
pub const NAME: &str = "poststelle";

/// What the door does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Door {
    Open,
    /// Hangs up instead of answering, after the server has done it.
    HangsUp,
    /// The same with one request in so many, the first of them the last.
    HangsUpOnce(u32),
    /// The storage is full after so many requests.
    FullAfter(usize),
    /// Ends in the middle of a body.
    CutsOff,
    /// Does not answer for a while.
    Stalls,
    /// Answers itself: status and code.
    Says(u16, &'static str),
    /// Gives other bytes back than were stored.
    Lies,
    /// The server's clock is two hours later.
    Later,
}

#[derive(Debug)]
struct State {
    door: Door,
    requests: Vec<String>,
}

pub struct Storage {
    server: Child,
    behind: SocketAddr,
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    folder: tempfile::TempDir,
}

impl Storage {
    pub fn start() -> Self {
        let behind = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(root().join("tests/tools/s3.sh"));
        let command = command.arg(behind.port().to_string()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = command.spawn().unwrap();
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = door.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { door: Door::Open, requests: Vec::new() }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for caller in door.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || pass(caller, behind, &state));
            }
        });
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), format!("{SECRET}\n")).unwrap();
        let storage = Self { server, behind, address, state, folder };
        // The first time it is installed.
        let until = Instant::now() + Duration::from_secs(300);
        while TcpStream::connect(behind).is_err() {
            assert!(Instant::now() < until, "the S3 server does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        storage.behind("PUT", "", b"");
        storage
    }

    pub fn door(&self, door: Door) {
        self.state.lock().unwrap().door = door;
    }

    /// Requests so far: method, a colon, address.
    pub fn requests(&self) -> Vec<String> {
        self.state.lock().unwrap().requests.clone()
    }

    pub fn secret_file(&self) -> PathBuf {
        self.folder.path().join("secret")
    }

    /// The bucket, with a cache of its own.
    pub fn place(&self, prefix: &str, cache: &Path) -> VaultPlace {
        VaultPlace::Bucket(Box::new(Bucket {
            name: NAME.into(),
            prefix: prefix.into(),
            region: "eu-central-1".into(),
            access: HttpAccess {
                url: format!("http://{}", self.address),
                login: HttpLogin::None,
                ca_file: None,
                client_certificate_file: None,
                proxy: None,
                timeout: Duration::from_secs(20),
            },
            access_key: "poststelle".into(),
            secret_file: self.secret_file(),
            cache: cache.to_owned(),
        }))
    }

    /// The same as a town writes it: the line at the top, and the section.
    pub fn configured(&self, prefix: &str) -> (String, String) {
        let line = format!("vault = \"s3://{NAME}/{prefix}\"\n");
        let section = format!(
            "[s3]\nendpoint = \"http://{}\"\naccess_key = \"poststelle\"\nsecret_file = \"{}\"\ntimeout_seconds = 20\ncache = \"var/cache\"\n",
            self.address,
            self.secret_file().display()
        );
        (line, section)
    }

    /// Past the program: a request to the server itself; the answer's body.
    pub fn behind(&self, method: &str, object: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.behind).unwrap();
        let head = format!(
            "{method} /{NAME}/{object} HTTP/1.1\r\nhost: {}\r\nauthorization: AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n",
            self.behind,
            body.len()
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let text = String::from_utf8_lossy(&answer).into_owned();
        assert!(
            text.split(' ').nth(1).is_some_and(|status| status.starts_with('2')),
            "{method} {object}: {text}"
        );
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        answer.split_off(end + 4)
    }

    /// Names of everything below a prefix.
    pub fn names(&self, prefix: &str) -> Vec<String> {
        let list =
            String::from_utf8(self.behind("GET", &format!("?list-type=2&prefix={prefix}"), b"")).unwrap();
        let names = list.split("<Key>").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned());
        names.collect()
    }

    /// Whether an independent signer gives a request the same signature.
    pub fn signed_right(&self, request: &str) -> bool {
        let tool = root().join("tests/tools/s3.sh");
        let done = Command::new(tool).args([request, SECRET]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        done.stdout == b"same\n"
    }
}

impl Drop for Storage {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn head_of(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut piece = [0; 1 << 16];
    loop {
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            return Some((String::from_utf8_lossy(&bytes).into_owned(), body));
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
}

/// One request, one answer, one connection.
fn pass(mut caller: TcpStream, behind: SocketAddr, state: &Mutex<State>) {
    let Some((head, mut body)) = head_of(&mut caller) else { return };
    let lower = head.to_ascii_lowercase();
    let length = lower.split("content-length: ").nth(1).and_then(|rest| rest.split("\r\n").next());
    let length: usize = length.map_or(0, |length| length.parse().unwrap());
    let mut rest = vec![0; length - body.len()];
    if caller.read_exact(&mut rest).is_err() {
        return;
    }
    body.extend(rest);
    let line: Vec<&str> = head.split(' ').collect();
    let door = {
        let mut state = state.lock().unwrap();
        let host = lower.split("host: ").nth(1).and_then(|rest| rest.split("\r\n").next()).unwrap();
        state.requests.push(format!("{}:http://{host}{}", line[0], line[1]));
        match state.door {
            Door::HangsUpOnce(of) if (state.requests.len() as u32).is_multiple_of(of) => Door::HangsUp,
            Door::FullAfter(count) if state.requests.len() > count => Door::Says(507, "XMinioStorageFull"),
            door => door,
        }
    };
    if let Door::Says(status, code) = door {
        let said = format!("<Error><Code>{code}</Code></Error>");
        let head =
            format!("HTTP/1.1 {status} No\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", said.len());
        let _ = caller.write_all((head + &said).as_bytes());
        return;
    }
    if door == Door::Stalls {
        std::thread::sleep(Duration::from_secs(3));
        return;
    }
    let head = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    // Behind the door nobody is left when the test is over.
    let Ok(mut server) = TcpStream::connect(behind) else { return };
    server.write_all(&[head.as_bytes(), &body].concat()).unwrap();
    let mut answer = Vec::new();
    let _ = server.read_to_end(&mut answer);
    let Some(end) = answer.windows(4).position(|w| w == b"\r\n\r\n") else { return };
    let object = line[0] == "GET" && !line[1].contains("list-type");
    match door {
        Door::HangsUp => return,
        Door::CutsOff if object => answer.truncate(end + 4 + (answer.len() - end - 4) / 2),
        Door::Lies if object && answer.len() > end + 4 => *answer.last_mut().unwrap() ^= 1,
        Door::Later => answer = two_hours_later(&answer, end),
        _ => {}
    }
    let _ = caller.write_all(&answer);
}

fn two_hours_later(answer: &[u8], end: usize) -> Vec<u8> {
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let lines = head.lines().map(|line| match line.split_once(": ") {
        Some((name, date)) if name.eq_ignore_ascii_case("date") => {
            let date = jiff::fmt::rfc2822::parse(date).unwrap();
            let later = date.checked_add(jiff::SignedDuration::from_hours(2)).unwrap();
            format!("Date: {}", later.strftime("%a, %d %b %Y %H:%M:%S GMT"))
        }
        _ => line.to_owned(),
    });
    let head = lines.collect::<Vec<_>>().join("\r\n");
    [head.as_bytes(), &answer[end..]].concat()
}
