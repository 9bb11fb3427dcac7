//! A scripted mail server on loopback: takes mails, or fails at a wanted moment.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What happens to the next mail; when the script is at its end, every mail is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Taken, with a reply.
    Take,
    /// Another reply to this verb (`MAIL`, `RCPT`, `DATA`, `.` for the end of the message).
    Reply(&'static str, &'static str),
    /// Taken, but the connection ends before the reply.
    TakeAndHangUp,
    /// The connection ends after this verb, nothing is taken.
    HangUpAt(&'static str),
}

/// A mail that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Header and body as sent.
    pub text: String,
}

impl Taken {
    /// Value of a header line; folded headers are not needed here.
    pub fn header(&self, name: &str) -> Option<&str> {
        let head = self.text.split("\r\n\r\n").next().unwrap();
        head.lines().find_map(|l| l.strip_prefix(name)?.strip_prefix(": ").map(str::trim))
    }
}

/// The server; ends when dropped.
pub struct SmtpSink {
    pub address: SocketAddr,
    taken: Arc<Mutex<Vec<Taken>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl SmtpSink {
    pub fn start(script: &[Act]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (taken, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let script = Arc::new(Mutex::new(script.iter().rev().copied().collect::<Vec<_>>()));
        let (into, ended) = (taken.clone(), stop.clone());
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    return;
                }
                let (into, script) = (into.clone(), script.clone());
                // A client that was killed leaves its half of a conversation behind; it ends by time-out.
                std::thread::spawn(move || stream.ok().map(|s| serve(s, &script, &into)));
            }
        });
        Self { address, taken, stop, thread: Some(thread) }
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

/// One conversation. Connections without a mail (tests of the connection) use up nothing of the script.
fn serve(stream: TcpStream, script: &Mutex<Vec<Act>>, taken: &Mutex<Vec<Taken>>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10))).ok()?;
    let mut input = BufReader::new(stream.try_clone().ok()?);
    let mut output = stream;
    let mut say = |text: &str| write!(output, "{text}\r\n").ok();
    say("220 sink ready")?;
    let mut act = Act::Take;
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let verb = line.split([' ', ':', '\r']).next().unwrap_or_default().to_uppercase();
        if verb == "MAIL" {
            act = script.lock().unwrap().pop().unwrap_or(Act::Take);
        }
        match act {
            Act::HangUpAt(at) if at == verb => return None,
            Act::Reply(at, reply) if at == verb => {
                say(reply)?;
                continue;
            }
            _ => {}
        }
        match verb.as_str() {
            "EHLO" | "HELO" => say("250-sink\r\n250 SIZE 50000000")?,
            "DATA" => {
                say("354 go on")?;
                let text = message(&mut input)?;
                match act {
                    Act::HangUpAt(".") => return None,
                    Act::Reply(".", reply) => say(reply)?,
                    Act::TakeAndHangUp => {
                        taken.lock().unwrap().push(Taken { text });
                        return None;
                    }
                    _ => {
                        taken.lock().unwrap().push(Taken { text });
                        say("250 2.0.0 queued as 4711")?;
                    }
                }
            }
            "QUIT" => {
                say("221 bye")?;
                return Some(());
            }
            _ => say("250 ok")?,
        }
    }
}

fn message(input: &mut impl BufRead) -> Option<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if input.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(text);
        }
        text.push_str(&line);
    }
}
