//! A browser without a screen: cookies, forms, redirects as they come. Plain HTTP over a socket.

use super::{Town, small_town};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Child;
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "ein langes Kennwort";

/// People as `pipeline.toml` names them: id (the name is "Name" and the id), roles, departments; commas between.
pub fn people(people: &[(&str, &str, &str)]) -> String {
    let list = |words: &str| {
        words.split(',').filter(|w| !w.is_empty()).map(|w| format!("\"{w}\",")).collect::<String>()
    };
    let person = |(id, roles, departments): &(&str, &str, &str)| {
        let (roles, departments) = (list(roles), list(departments));
        format!(
            "[[person]]\nid = \"{id}\"\nname = \"Name {id}\"\nroles = [{roles}]\ndepartments = [{departments}]\n"
        )
    };
    people.iter().map(person).collect()
}

/// What came back.
pub struct Page {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub bytes: Vec<u8>,
}

impl Page {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The value of the first hidden field of that name.
    pub fn hidden(&self, name: &str) -> String {
        let text = self.text();
        let start = format!("name=\"{name}\" value=\"");
        text.split(&start).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
    }
}

/// One person's browser.
pub struct Browser {
    address: SocketAddr,
    cookies: BTreeMap<String, String>,
    pub last_token: String,
}

impl Browser {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, cookies: BTreeMap::new(), last_token: String::new() }
    }

    /// Signs on; panics if that does not work.
    pub fn signed_on(address: SocketAddr, person: &str) -> Self {
        let mut browser = Self::new(address);
        let page = browser.post_raw("/anmelden", &[("person", person), ("password", PASSWORD)], &[]);
        assert_eq!(page.status, 303, "{}", page.text());
        browser
    }

    /// As a header carries them.
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>().join("; ")
    }

    pub fn get(&mut self, path: &str) -> Page {
        let page = self.send("GET", path, &[], &[], &[]);
        let token = page.hidden("token");
        if !token.is_empty() {
            self.last_token = token;
        }
        page
    }

    /// A form as this session's pages carry it.
    pub fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.last_token.clone();
        let mut fields = fields.to_vec();
        fields.push(("token", &token));
        self.post_raw(path, &fields, &[])
    }

    pub fn post_raw(&mut self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Page {
        let escaped = |text: &str| {
            text.bytes()
                .map(|b| match b {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(b).to_string(),
                    _ => format!("%{b:02X}"),
                })
                .collect::<String>()
        };
        let body: Vec<String> =
            fields.iter().map(|(n, v)| format!("{}={}", escaped(n), escaped(v))).collect();
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let mut all = vec![kind];
        all.extend_from_slice(headers);
        self.send("POST", path, body.join("&").as_bytes(), &all, &[])
    }

    /// Any request; `without` names cookies left out.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        body: &[u8],
        headers: &[(&str, &str)],
        without: &[&str],
    ) -> Page {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|(n, _)| !without.contains(&n.as_str()))
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        if !cookies.is_empty() {
            head += &format!("cookie: {}\r\n", cookies.join("; "));
        }
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        head += &format!("content-length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).unwrap();
        let _ = stream.write_all(body); // A server that refuses early closes before the end.
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        self.understood(&answer)
    }

    fn understood(&mut self, answer: &[u8]) -> Page {
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = BTreeMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name.eq_ignore_ascii_case("set-cookie") {
                let (name, value) = value.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
        let mut bytes = answer[end + 4..].to_vec();
        if headers.get("transfer-encoding").is_some_and(|v| v == "chunked") {
            bytes = joined(&bytes);
        }
        Page { status, headers, bytes }
    }
}

fn joined(mut chunked: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(at) = chunked.windows(2).position(|w| w == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&chunked[..at]), 16).unwrap_or(0);
        if size == 0 || chunked.len() < at + 2 + size {
            break;
        }
        whole.extend_from_slice(&chunked[at + 2..at + 2 + size]);
        chunked = &chunked[(at + 4 + size).min(chunked.len())..];
    }
    whole
}

/// A running daemon with pages; stopped when dropped.
pub struct Station {
    pub town: Town,
    pub address: SocketAddr,
    daemon: Child,
}

impl Station {
    /// Adds the pages and these people (`id roles departments`) to the town's configuration, gives everybody
    /// the same password, starts the daemon and waits until it answers.
    pub fn open(town: Town, more: &str) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let path = town.path("pipeline.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        let more = format!("{config}\n[web]\nlisten = \"{address}\"\nundo_seconds = 2\n{more}");
        std::fs::write(&path, &more).unwrap();
        for person in more.split("[[person]]\nid = \"").skip(1).filter_map(|rest| rest.split('"').next()) {
            let arguments = ["person", "set-password", person, "--by", "leitung"];
            let done = town.command_typing(&arguments, &format!("{PASSWORD}\n"));
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let daemon = town.start();
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(30), "the pages never came up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { town, address, daemon }
    }

    /// A station whose tax office also has that inbox, and the one letter that lies there.
    pub fn with_a_letter_in(inbox: &str, more: &str) -> (Self, String) {
        let town = small_town::town(None);
        let path = town.path("pipeline.toml");
        let config = std::fs::read_to_string(&path).unwrap();
        let both = format!("targets = [\"ordner\", \"{inbox}\"]");
        std::fs::write(&path, config.replace("targets = [\"ordner\"]", &both)).unwrap();
        small_town::drop_letter(&town, 1);
        let station = Self::open(town, more);
        station.wait_for("closed", 1);
        let id = station.town.documents().remove(0).0;
        (station, id)
    }

    pub fn browser(&self, person: &str) -> Browser {
        Browser::signed_on(self.address, person)
    }

    /// Waits until that many documents are in that state.
    pub fn wait_for(&self, state: &str, count: usize) {
        let begun = Instant::now();
        loop {
            let now = self.town.documents();
            if now.iter().filter(|(_, s)| s == state).count() >= count {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "waiting for {count} {state}: {now:?}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Station {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(
            rustix::process::Pid::from_child(&self.daemon),
            rustix::process::Signal::TERM,
        );
        let _ = self.daemon.wait();
    }
}
