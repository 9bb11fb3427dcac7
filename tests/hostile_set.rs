//! Hundreds of files that want to do harm are dropped on a running daemon, and everything it does is watched: it
//! writes in its own folders only, opens no connection, stays within its limits, and goes on.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use support::hostile::{self, Prey};
use support::{Town, invariants, small_town};

/// Of the engine child, as the town sets it; and what it may pass it by before it is caught.
const ENGINE_MEGABYTES: u64 = 900;
const CAUGHT_MEGABYTES: u64 = 400;
/// Of the daemon, which opens none of these files.
const DAEMON_MEGABYTES: u64 = 400;
/// Until everything is settled.
const PATIENCE: Duration = Duration::from_secs(1500);

/// The daemon below `strace`, which writes down every file opened for writing and every socket.
struct Watched {
    strace: Child,
    daemon: rustix::process::Pid,
    peaks: Arc<Mutex<BTreeMap<&'static str, u64>>>,
    over: Arc<AtomicBool>,
}

impl Watched {
    fn start(town: &Town) -> Self {
        let mut command = Command::new("strace");
        command.args(["-f", "--seccomp-bpf", "-qq", "-y", "-e", "signal=none", "-o"]).arg(town.path("calls"));
        command.args([
            "-e",
            "trace=socket,connect,bind,openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2",
        ]);
        command
            .args([env!("CARGO_BIN_EXE_poststelle"), "--config"])
            .arg(town.path("pipeline.toml"))
            .arg("run");
        command.env("OMP_THREAD_LIMIT", "1").env("HOME", town.path("haus")).env("TMPDIR", town.path("tmp"));
        command.current_dir(town.path("haus")).stdout(Stdio::null()).stderr(Stdio::null());
        let strace = command.spawn().unwrap_or_else(|e| panic!("strace: {e}; scripts/install.sh test"));
        let begun = Instant::now();
        let daemon = loop {
            // strace tries itself out on children of its own first.
            let is_daemon = |id: &u32| {
                fs::read_to_string(format!("/proc/{id}/comm"))
                    .is_ok_and(|name| name.starts_with("poststelle"))
            };
            if let Some(daemon) = children(strace.id()).into_iter().find(is_daemon) {
                break daemon;
            }
            assert!(begun.elapsed() < Duration::from_secs(20), "the daemon did not start");
            std::thread::sleep(Duration::from_millis(50));
        };
        let (peaks, over) = (Arc::<Mutex<BTreeMap<_, _>>>::default(), Arc::new(AtomicBool::new(false)));
        let (noted, done) = (peaks.clone(), over.clone());
        std::thread::spawn(move || {
            while !done.load(Ordering::Relaxed) {
                let mut noted = noted.lock().unwrap();
                let mut note = |who, id| {
                    let peak = noted.entry(who).or_insert(0);
                    *peak = megabytes(id).max(*peak);
                };
                note("daemon", daemon);
                children(daemon).into_iter().for_each(|child| note("engine", child));
                drop(noted);
                std::thread::sleep(Duration::from_millis(50));
            }
        });
        let daemon = rustix::process::Pid::from_raw(i32::try_from(daemon).unwrap()).unwrap();
        Self { strace, daemon, peaks, over }
    }

    /// Ended as an administrator ends it; what was seen of its memory.
    fn end(mut self) -> BTreeMap<&'static str, u64> {
        rustix::process::kill_process(self.daemon, rustix::process::Signal::TERM).unwrap();
        assert!(self.strace.wait().unwrap().success(), "the daemon did not end well");
        self.over.store(true, Ordering::Relaxed);
        self.peaks.lock().unwrap().clone()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = rustix::process::kill_process(self.daemon, rustix::process::Signal::KILL);
        self.over.store(true, Ordering::Relaxed);
        let _ = self.strace.wait();
    }
}

/// Whether one process may watch another here; in some containers none may.
fn may_watch() -> bool {
    let tried =
        Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).stderr(Stdio::null()).status();
    tried.unwrap_or_else(|e| panic!("strace: {e}; scripts/install.sh test")).success()
}

/// Processes started by any thread of that process.
fn children(of: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().map(|id| id.parse().unwrap()).collect::<Vec<_>>()).collect()
}

/// The most it ever held.
fn megabytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Everything outside the service's own folders: path, length, when it was changed.
fn surroundings(town: &Town) -> Vec<(PathBuf, u64, std::time::SystemTime)> {
    let mut found = Vec::new();
    let mut folders = vec![town.path("")];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let own = ["scans", "var", "calls", "tmp"].iter().any(|own| path == town.path(own));
            let about = path.symlink_metadata().unwrap();
            if !own {
                found.push((path.clone(), about.len(), about.modified().unwrap()));
            }
            if !own && about.is_dir() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Lines of `strace` that say something was opened for writing, made or moved elsewhere, or that a network was tried.
fn transgressions(town: &Town) -> Vec<String> {
    let calls = fs::read(town.path("calls")).unwrap();
    let own = ["scans", "var", "tmp"].map(|own| town.path(own).display().to_string());
    let inside = |path: &str| {
        let below = own.iter().any(|own| path.starts_with(own.as_str()));
        path == "/dev/null" || below && !path.contains("/../")
    };
    let wrong = |line: &&str| {
        // `123 openat(AT_FDCWD</place>, "/place/name", O_WRONLY|O_CREAT, 0666) = 5</place/name>`
        let call = line.split_whitespace().nth(1).unwrap_or_default();
        if call.starts_with("socket") || call.starts_with("connect") || call.starts_with("bind") {
            // What stays on the machine is systemd's and the log's.
            return !line.contains("AF_UNIX");
        }
        let opened = call.starts_with("open");
        let writes = ["O_WRONLY", "O_RDWR", "O_CREAT"].iter().any(|flag| line.contains(flag));
        let mut paths = line.split('"').skip(1).step_by(2).filter(|path| path.starts_with('/')).peekable();
        let elsewhere = paths.peek().is_none() || !paths.all(inside);
        !line.contains(" = -1 ") && !call.starts_with('<') && (writes || !opened) && elsewhere
    };
    String::from_utf8_lossy(&calls).lines().filter(wrong).map(str::to_owned).collect()
}

fn count(town: &Town, sql: &str) -> i64 {
    let db = rusqlite::Connection::open(town.path("var/ledger.sqlite")).unwrap();
    db.busy_timeout(Duration::from_secs(20)).unwrap();
    db.query_row(sql, [], |row| row.get(0)).unwrap()
}

/// Neither in the folder nor on its way.
fn settled(town: &Town, names: &[PathBuf]) -> bool {
    let open =
        "SELECT (SELECT count(*) FROM batch WHERE state NOT IN ('cut', 'released', 'held', 'cancelled', 'rejected'))
        + (SELECT count(*) FROM document WHERE state NOT IN ('closed', 'review', 'hold'))";
    names.iter().all(|name| name.symlink_metadata().is_err()) && count(town, open) == 0
}

#[test]
fn a_hostile_set_changes_nothing_but_the_ledger() {
    if !may_watch() {
        println!("HOSTILE SET NOT TESTED: no process may trace another on this machine");
        return;
    }
    let town = small_town::town(None);
    let pipeline = town.path("pipeline.toml");
    let limits = format!("page_seconds_max = 20\nengine_megabytes_max = {ENGINE_MEGABYTES}\n");
    let config =
        fs::read_to_string(&pipeline).unwrap().replace("id = \"a\"", "id = \"a\"\nprofile = \"eng\"");
    fs::write(&pipeline, format!("{config}[[profile]]\nid = \"eng\"\n[profile.limits]\n{limits}")).unwrap();
    for folder in ["haus", "tmp", "fremd"] {
        fs::create_dir(town.path(folder)).unwrap();
    }
    fs::write(town.path("fremd/akte.pdf"), "unberührt").unwrap();
    let trap = TcpListener::bind("127.0.0.1:0").unwrap();
    trap.set_nonblocking(true).unwrap();
    let prey = Prey {
        address: trap.local_addr().unwrap().to_string(),
        file: town.path("fremd/gefangen").display().to_string(),
    };
    let files = hostile::files(&prey);
    assert!(files.len() >= 300, "{} files", files.len());
    let before = surroundings(&town);

    let watched = Watched::start(&town);
    let (scans, begun) = (town.path("scans"), Instant::now());
    let mut names = Vec::new();
    for (name, bytes) in &files {
        names.push(scans.join(name));
        fs::write(scans.join(".part"), bytes).unwrap();
        fs::rename(scans.join(".part"), scans.join(name)).unwrap();
    }
    assert!(names.iter().collect::<std::collections::BTreeSet<_>>().len() == files.len(), "a name twice");
    // Ways out of the folder.
    for (link, to) in [("akte.pdf", "fremd/akte.pdf"), ("fremd", "fremd"), ("kreis.tif", "scans/kreis.tif")] {
        std::os::unix::fs::symlink(town.path(to), scans.join(link)).unwrap();
    }
    let taken: Vec<PathBuf> = names.into_iter().filter(|path| is_taken(path)).collect();
    while !settled(&town, &taken) {
        assert!(begun.elapsed() < PATIENCE, "not settled");
        std::thread::sleep(Duration::from_millis(500));
    }
    // It is still there, and works.
    let delivered = town.delivered().len();
    small_town::drop_letter(&town, 9000);
    while town.delivered().len() == delivered {
        assert!(begun.elapsed() < PATIENCE, "the letter after them was not delivered");
        std::thread::sleep(Duration::from_millis(200));
    }
    let seconds = begun.elapsed().as_secs();
    let peaks = watched.end();

    assert_eq!(surroundings(&town), before);
    assert_eq!(fs::read_dir(town.path("tmp")).unwrap().count(), 0, "something was left behind");
    assert!(trap.accept().is_err(), "somebody came to the trap");
    let wrong = transgressions(&town);
    assert!(wrong.is_empty(), "{} calls, first: {:#?}", wrong.len(), &wrong[..wrong.len().min(20)]);
    assert!(
        peaks["engine"] < ENGINE_MEGABYTES + CAUGHT_MEGABYTES && peaks["daemon"] < DAEMON_MEGABYTES,
        "{peaks:?}"
    );
    let batches = count(&town, "SELECT count(*) FROM batch");
    assert_eq!(batches as usize, taken.len() + 1, "each file is one batch");
    let rejected = count(&town, "SELECT count(*) FROM batch WHERE state = 'rejected'");
    for left in fs::read_dir(&scans).unwrap().map(|entry| entry.unwrap().path()).filter(|path| !path.is_dir())
    {
        fs::remove_file(left).unwrap();
    }
    let _ = fs::remove_file(scans.join("fremd"));
    invariants::hold(&town, "after the hostile set");
    println!(
        "PROVED hostile set: {} files, {rejected} rejected, {} delivered, {seconds} s; daemon at most {} MiB, engine {} MiB",
        files.len(),
        town.delivered().len(),
        peaks["daemon"],
        peaks["engine"]
    );
}

/// Hidden files are somebody's temporary ones, and stay where they are.
fn is_taken(path: &Path) -> bool {
    !path.file_name().unwrap().to_string_lossy().starts_with(['.', '~'])
}
