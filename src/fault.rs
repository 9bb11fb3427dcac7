//! Named places where a test can kill the program, to prove that nothing is lost.
//!
//! Without the feature `faults` a place is nothing at all. With it, the
//! variable `POSTSTELLE_FAULT=name:n` ends the process by SIGKILL when the
//! n-th time that place is reached. [`PLACES`] is the list the tests walk.
//! `POSTSTELLE_PAGE_FAULT=trouble:n` makes page n of a source the guilty one:
//! whoever reads it crashes, hangs, or eats memory without end.

/// Every place on the paths of intake, processing and delivery, in order.
pub const PLACES: &[&str] = &[
    "intake.claimed",
    "intake.vaulted",
    "intake.recorded",
    "intake.verified",
    "intake.removed",
    "batch.leased",
    "batch.opened",
    "page.leased",
    "page.measured",
    "page.answered",
    "page.recorded",
    "batch.cutting",
    "batch.cut",
    "document.understood",
    "document.decided",
    "document.produced",
    "document.vaulted",
    "document.sealed",
    "delivery.leased",
    "delivery.sending",
    "files.staged",
    "files.complete",
    "files.published",
    "files.proved",
    "delivery.answered",
    "delivery.recorded",
];

/// Places on the way of a delivery to a system that makes objects; reached only with such a target.
pub const AT_SYSTEMS: &[&str] = &["object.asked", "object.step", "object.created"];

/// Places on the way of a page that is scanned again; reached only with its slip.
pub const AT_RESCAN: &[&str] = &["rescan.applying", "rescan.amended"];

/// Waits between attempts are that many times shorter if a test asked for it (`POSTSTELLE_HURRY=n`).
#[cfg(feature = "faults")]
pub fn hurried(wait: std::time::Duration) -> std::time::Duration {
    let times = std::env::var("POSTSTELLE_HURRY").ok().and_then(|n| n.parse().ok());
    wait / times.unwrap_or(1).max(1)
}

/// As long as it is.
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn hurried(wait: std::time::Duration) -> std::time::Duration {
    wait
}

/// A lease lasts so many seconds if a test asked for it (`POSTSTELLE_LEASE=n`).
#[cfg(feature = "faults")]
pub fn lease(lasts: std::time::Duration) -> std::time::Duration {
    let seconds = std::env::var("POSTSTELLE_LEASE").ok().and_then(|n| n.parse().ok());
    seconds.map_or(lasts, std::time::Duration::from_secs)
}

/// As long as it is.
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn lease(lasts: std::time::Duration) -> std::time::Duration {
    lasts
}

/// The places between the steps of sealing, in order: the first two are reached only by a town that seals.
pub const SEALING_PLACES: &[&str] =
    &["seal.product", "seal.record", "document.produced", "document.vaulted", "document.sealed"];

/// Dies here if a test asked for it.
#[cfg(feature = "faults")]
pub fn point(name: &str) {
    use std::sync::atomic::{AtomicU32, Ordering};
    static HITS: AtomicU32 = AtomicU32::new(0);
    let Ok(order) = std::env::var("POSTSTELLE_FAULT") else { return };
    let Some((place, count)) = order.split_once(':') else { return };
    if place == name && HITS.fetch_add(1, Ordering::SeqCst) + 1 == count.parse().unwrap_or(1) {
        let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        std::thread::sleep(std::time::Duration::from_secs(10));
    }
}

/// Does to this page what a test asked for: `crash`, `hang` or `grow`.
#[cfg(feature = "faults")]
pub fn page(number: u32) {
    let Ok(order) = std::env::var("POSTSTELLE_PAGE_FAULT") else { return };
    let Some((trouble, guilty)) = order.split_once(':') else { return };
    if guilty.parse() != Ok(number) {
        return;
    }
    match trouble {
        "crash" => std::process::abort(),
        "grow" => {
            let mut eaten: Vec<Vec<u8>> = Vec::new();
            loop {
                eaten.push(vec![1; 16 << 20]);
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        }
        _ => std::thread::sleep(std::time::Duration::from_secs(3600)),
    }
}

/// Nothing.
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn point(_name: &str) {}

/// Nothing.
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn page(_number: u32) {}
