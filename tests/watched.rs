//! Those who watch the service see it: systemd by its signs of life, Prometheus by its figures. What is shipped
//! for them fits the program.
#![allow(clippy::unwrap_used)]

mod support;

use clap::Parser;
use poststelle::cli::{Cli, Command as Asked};
use poststelle::observe::metrics::{Figures, exposition};
use std::collections::BTreeSet;
use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use support::browser::{Browser, Page};
use support::{Town, root, small_town};

/// A stand-in for systemd: the lines that reached its socket.
struct Listener(Receiver<String>);

impl Listener {
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        let (lines, heard) = channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count) = socket.recv(&mut buffer) {
                for line in String::from_utf8_lossy(&buffer[..count]).lines() {
                    if lines.send(line.to_owned()).is_err() {
                        return;
                    }
                }
            }
        });
        Self(heard)
    }

    /// Waits until that line comes; everything before it is let go.
    fn wait_for(&self, line: &str) {
        let begun = Instant::now();
        loop {
            let left = Duration::from_secs(30).saturating_sub(begun.elapsed());
            let heard = self.0.recv_timeout(left).unwrap_or_else(|e| panic!("no {line}: {e}"));
            if heard == line {
                return;
            }
        }
    }
}

/// The service as its unit starts it, with its pages.
struct Service {
    town: Town,
    systemd: Listener,
    browser: Browser,
    daemon: Child,
}

impl Service {
    fn start() -> Self {
        let town = small_town::town(None);
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let path = town.path("pipeline.toml");
        let config = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("{config}\n[web]\nlisten = \"{address}\"\n")).unwrap();
        let systemd = Listener::at(&town.path("notify"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_poststelle"));
        command.arg("--config").arg(&path).arg("run").env("OMP_THREAD_LIMIT", "1");
        command.env("NOTIFY_SOCKET", town.path("notify")).env("WATCHDOG_USEC", "1000000");
        let daemon = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Self { town, systemd, browser: Browser::new(address), daemon }
    }

    fn metrics(&mut self) -> String {
        let page = self.browser.get("/metrics");
        assert_eq!(page.status, 200, "{}", page.text());
        page.text()
    }

    fn wait_for_figure(&mut self, line: &str) -> String {
        let begun = Instant::now();
        loop {
            let text = self.metrics();
            if text.lines().any(|l| l == line) {
                return text;
            }
            assert!(begun.elapsed() < Duration::from_secs(120), "no {line} in\n{text}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn json(page: &Page) -> serde_json::Value {
    serde_json::from_slice(&page.bytes).unwrap()
}

#[test]
fn systemd_hears_of_it_and_prometheus_sees_letters_pass() {
    let mut service = Service::start();
    service.systemd.wait_for("READY=1");
    (0..3).for_each(|_| service.systemd.wait_for("WATCHDOG=1"));
    assert_eq!(service.browser.get("/healthz").text(), "ok\n");
    let ready = service.browser.get("/readyz");
    assert_eq!((ready.status, json(&ready)["ready"].as_bool()), (200, Some(true)), "{}", ready.text());
    let before = service.metrics();
    assert!(!before.contains("poststelle_documents{"), "{before}");
    small_town::drop_letter(&service.town, 1);
    let after = service.wait_for_figure("poststelle_documents{state=\"closed\"} 1");
    for line in [
        "poststelle_pages{state=\"read\"} 1",
        "poststelle_deliveries{target=\"ordner\",state=\"confirmed\"} 1",
        "poststelle_deliveries_failing{target=\"ordner\"} 0",
        "poststelle_recent_documents 1",
        "poststelle_loops_standing 0",
    ] {
        assert!(after.lines().any(|l| l == line), "{line} is not in\n{after}");
    }
    assert!(after.contains("poststelle_station_last_scan_seconds{station=\"a\"} "), "{after}");
    assert!(after.contains("poststelle_disk_free_bytes{place=\"vault\"} "), "{after}");
    labels_say_nothing(&after);
    service.systemd.wait_for("WATCHDOG=1");
    let pid = rustix::process::Pid::from_child(&service.daemon);
    rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    service.systemd.wait_for("STOPPING=1");
    assert!(service.daemon.wait().unwrap().success());
}

/// Labels are ids of the configuration, states and codes: nothing that came with a letter.
fn labels_say_nothing(text: &str) {
    let (file, _) = small_town::letter(1);
    assert!(!text.contains(file.split('.').next().unwrap()), "{text}");
    let known = ["version", "state", "code", "what", "station", "target", "child", "use", "place"];
    for sample in text.lines().filter(|l| !l.starts_with('#')) {
        let Some((_, rest)) = sample.split_once('{') else { continue };
        for label in rest.split('}').next().unwrap().split(',') {
            let (name, value) = label.split_once('=').unwrap();
            assert!(known.contains(&name), "{sample}");
            let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
            assert!(value.trim_matches('"').chars().all(plain), "{sample}");
        }
    }
}

#[test]
fn it_says_why_it_is_not_ready_and_answers_no_proxy() {
    let mut service = Service::start();
    service.systemd.wait_for("READY=1");
    let (tmp, away) = (service.town.path("var/vault/tmp"), service.town.path("var/vault/away"));
    fs::rename(&tmp, &away).unwrap();
    let page = service.browser.get("/readyz");
    assert_eq!(page.status, 503, "{}", page.text());
    assert_eq!(json(&page)["reasons"][0]["code"], "vault", "{}", page.text());
    fs::rename(&away, &tmp).unwrap();
    assert_eq!(service.browser.get("/readyz").status, 200);
    for path in ["/healthz", "/readyz", "/metrics"] {
        let page = service.browser.send("GET", path, &[], &[("x-forwarded-for", "10.0.0.9")], &[]);
        assert_eq!(page.status, 403, "{path}");
        assert!(page.text().starts_with("[web.not_a_watcher]"), "{}", page.text());
    }
}

#[test]
fn only_addresses_are_watchers() {
    let shipped = fs::read_to_string(root().join("pipeline.toml")).unwrap();
    let with = |line: &str| {
        let text = shipped.replace("[web]\n", &format!("[web]\nwatchers = [{line}]\n"));
        poststelle::config::resolve(&text, "pipeline.toml", &root())
    };
    assert_eq!(with("\"10.0.0.7\", \"fd00::7\"").unwrap().desk.watchers.len(), 2);
    let complaints = with("\"prometheus.stadt.example\"").unwrap_err();
    assert_eq!(complaints.len(), 1);
    assert!(complaints[0].to_string().contains("config.watcher"), "{}", complaints[0]);
}

#[test]
fn the_unit_starts_what_the_program_accepts_and_is_locked_in() {
    let template = Command::new(root().join("packaging/template.sh")).output().unwrap().stdout;
    let folder = tempfile::tempdir().unwrap();
    let of_a_town = folder.path().join("poststelle@lindenau.service");
    fs::write(&of_a_town, template).unwrap();
    locked_in(&root().join("packaging/poststelle.service"), "/etc/poststelle/pipeline.toml");
    locked_in(&of_a_town, "/etc/poststelle/%i/pipeline.toml");
    let unit = fs::read_to_string(&of_a_town).unwrap();
    for line in
        ["StateDirectory=poststelle/%i", "WorkingDirectory=/var/lib/poststelle/%i", "Slice=poststelle.slice"]
    {
        assert!(unit.lines().any(|l| l == line), "{line} is not in\n{unit}");
    }
}

fn locked_in(path: &Path, config: &str) {
    let unit = fs::read_to_string(path).unwrap();
    let value = |key: &str| {
        let line = unit.lines().find_map(|l| l.strip_prefix(key)?.strip_prefix('='));
        line.unwrap_or_else(|| panic!("{key} is not in the unit"))
    };
    let started = Cli::try_parse_from(value("ExecStart").split(' ')).unwrap();
    assert!(matches!(started.command, Asked::Run { until_settled: false, role: poststelle::cli::Role::All }));
    assert_eq!(started.config.as_deref(), Some(Path::new(config)));
    assert_eq!(
        (value("Type"), value("ProtectSystem"), value("NoNewPrivileges")),
        ("notify", "strict", "yes")
    );
    assert!(value("WatchdogSec").parse::<u32>().unwrap() >= 10);
    let command = Command::new("systemd-analyze").args(["security", "--offline=yes"]).arg(path).output();
    let Ok(said) = command else {
        println!("systemd-analyze is not here: exposure not measured");
        return;
    };
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    let level = said.rsplit(".service: ").next().and_then(|rest| rest.split(' ').next());
    let level: f32 = level.unwrap_or_else(|| panic!("{said}")).parse().unwrap();
    assert!(level <= 2.0, "{said}");
    println!("PROVED exposure {level}");
}

#[test]
fn rules_and_dashboard_name_figures_that_exist_and_the_manual_names_all() {
    let text = exposition(&Figures::default());
    let known: BTreeSet<&str> =
        text.lines().filter_map(|l| l.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    assert!(known.len() > 15, "{known:?}");
    for file in ["alerts.yml", "dashboard.json"] {
        let text = fs::read_to_string(root().join("packaging/monitoring").join(file)).unwrap();
        let named: BTreeSet<&str> = text
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| word.starts_with("poststelle_"))
            .collect();
        assert!(named.len() > 8, "{file}: {named:?}");
        for name in named {
            assert!(known.contains(name), "{file} names {name}");
        }
    }
    let dashboard = fs::read(root().join("packaging/monitoring/dashboard.json")).unwrap();
    serde_json::from_slice::<serde_json::Value>(&dashboard).unwrap();
    let manual = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    for name in known {
        assert!(manual.contains(&format!("`{name}`")), "docs/operations.md does not explain {name}");
    }
}

#[test]
fn the_package_has_what_it_names() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let assets = manifest["package"]["metadata"]["deb"]["assets"].as_array().unwrap();
    let made = tempfile::tempdir().unwrap();
    let shipped =
        Command::new(env!("CARGO_BIN_EXE_poststelle")).arg("shipped").arg(made.path()).status().unwrap();
    assert!(shipped.success());
    let written = Command::new(root().join("packaging/configuration.sh")).output().unwrap();
    fs::write(made.path().join("pipeline.toml"), &written.stdout).unwrap();
    for asset in assets {
        let source = asset[0].as_str().unwrap();
        if source.ends_with("poststelle@.service") {
            continue; // tested with the unit it is made from
        }
        let path = match source.strip_prefix("target/package/") {
            Some(name) => made.path().join(name),
            None if source.starts_with("target/") => continue,
            None => root().join(source),
        };
        let there = match path.file_name().unwrap().to_str().unwrap().split_once('*') {
            Some((_, ending)) => fs::read_dir(path.parent().unwrap())
                .unwrap()
                .flatten()
                .any(|e| e.file_name().to_string_lossy().ends_with(ending)),
            None => path.is_file(),
        };
        assert!(there, "{source} is not there");
    }
    let man = made.path().join("man");
    assert!(man.join("poststelle.1").is_file() && man.join("poststelle-station-open.1").is_file());
    assert!(!man.join("poststelle-engine-child.1").exists(), "what is hidden stays hidden");
    // The installed configuration keeps everything in the service's own folder.
    let text = String::from_utf8(written.stdout).unwrap();
    let pipeline = poststelle::config::resolve(&text, "pipeline.toml", Path::new("/etc/poststelle"))
        .unwrap_or_else(|c| panic!("{c:?}"));
    let home = Path::new("/var/lib/poststelle");
    let folders = pipeline.stations.iter().map(|s| &s.folder);
    for path in folders.map(|f| &**f).chain([pipeline.ledger.file().unwrap(), pipeline.vault.local()]) {
        assert!(path.starts_with(home), "{}", path.display());
    }
    assert!(!text.contains("\"var/"), "a path of the repository is left");
    assert_eq!(pipeline.classifiers, Path::new("/etc/poststelle/classifiers"));
}
