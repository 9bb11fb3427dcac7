//! Words to systemd: ready, alive, stopping (`sd_notify(3)`). Nothing happens where nobody listens.

use crate::observe::pulse::Pulse;
use std::ffi::OsStr;
use std::os::linux::net::SocketAddrExt;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::time::{Duration, Instant};

/// How often the status line is said again where no watchdog asks.
const STATUS_EVERY: Duration = Duration::from_secs(30);

/// Says something; whoever started us without listening hears nothing, and that is no trouble.
pub fn say(words: &str) {
    let Some(socket) = std::env::var_os("NOTIFY_SOCKET") else { return };
    let _ = send(&socket, words);
}

fn send(socket: &OsStr, words: &str) -> std::io::Result<usize> {
    let own = UnixDatagram::unbound()?;
    // Who does not listen for a while keeps nobody waiting for their page.
    own.set_write_timeout(Some(Duration::from_secs(1)))?;
    own.send_to_addr(words.as_bytes(), &address(socket)?)
}

/// A path, or after an `@` a name in the abstract namespace.
fn address(socket: &OsStr) -> std::io::Result<SocketAddr> {
    match socket.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(socket),
    }
}

/// How long systemd waits for a sign of life, if it waits for one from this process.
fn patience() -> Option<Duration> {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    if number("WATCHDOG_PID").is_some_and(|pid| pid != u64::from(std::process::id())) {
        return None;
    }
    number("WATCHDOG_USEC").filter(|us| *us > 0).map(Duration::from_micros)
}

/// Says once that the loops live, or which of them stands.
pub fn alive(pulse: &Pulse) {
    say(&words(pulse, patience().is_some()));
}

/// Says again and again that the loops live, as long as they do; once one stands, systemd hears which and then
/// nothing more. Runs where the pages are served, so that it falls silent with them.
pub async fn keep_saying(pulse: &Pulse) {
    let watched = patience();
    let every = watched.map_or(STATUS_EVERY, |patience| patience / 2);
    loop {
        alive(pulse);
        tokio::time::sleep(every).await;
    }
}

fn words(pulse: &Pulse, watched: bool) -> String {
    let dead = pulse.dead(Instant::now());
    match (dead.is_empty(), watched) {
        (true, true) => format!("WATCHDOG=1\nSTATUS={} Schleifen arbeiten.", pulse.loops()),
        (true, false) => format!("STATUS={} Schleifen arbeiten.", pulse.loops()),
        (false, _) => format!("STATUS=Steht still: {}", dead.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::pulse::Works;

    #[test]
    fn the_watchdog_hears_nothing_of_a_daemon_whose_loop_died() {
        let pulse = Pulse::default();
        assert!(words(&pulse, true).starts_with("WATCHDOG=1\n"));
        let dying = pulse.clone();
        let _ = std::thread::spawn(move || {
            let _beating = dying.begin("cut", Works::Inside);
            panic!("a test wants it");
        })
        .join();
        assert_eq!(words(&pulse, true), "STATUS=Steht still: cut");
    }
}
