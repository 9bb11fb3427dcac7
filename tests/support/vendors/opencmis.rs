//! Apache Chemistry's own in-memory repository, a real CMIS server, started from Maven Central.

use crate::support::root;
use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Anybody is let in, but nobody without a name.
const LOGIN: (&str, &str) = ("authorization", "Basic dGVzdDp0ZXN0");

/// The server; ends when dropped.
pub struct OpenCmis {
    pub address: SocketAddr,
    server: Child,
    _folder: tempfile::TempDir,
}

/// The type documents are made of: it has properties of every kind.
pub fn table(url: &str, password_file: &str) -> String {
    format!(
        "type = \"cmis\"\nurl = \"{url}/cmis/browser\"\nuser = \"poststelle\"\npassword_file = \"{password_file}\"\n\
         folder = \"/Posteingang/{{{{ received_date }}}}\"\nobject_type = \"ComplexType\"\ntimeout_seconds = 20\n\
         field = [\n{{ name = \"StringProp\", from = \"delivery_id\", required = true }},\n\
         {{ name = \"DateTimeProp\", from = \"received_date\" }}, {{ name = \"DecimalProp\", from = \"gross_amount\" }},\n\
         {{ name = \"UriPropMV\", value = \"urn:a;urn:b\", split = \";\" }} ]"
    )
}

impl OpenCmis {
    /// Starts it and waits until it answers; `None` if it is not to be had, which is said.
    pub fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Command::new(root().join("tests/tools/opencmis.sh"))
            .args([&port.to_string(), &folder.path().display().to_string()])
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.path().join("log")).unwrap())
            .spawn()
            .unwrap();
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let begun = Instant::now();
        loop {
            if let Some(end) = server.try_wait().unwrap() {
                let log = std::fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                assert_eq!(end.code(), Some(3), "OpenCMIS does not start: {log}");
                eprintln!("{log}");
                return None;
            }
            let answer = ureq::get(format!("http://{address}/cmis/browser")).header(LOGIN.0, LOGIN.1).call();
            if answer.is_ok() {
                return Some(Self { address, server, _folder: folder });
            }
            assert!(begun.elapsed() < Duration::from_secs(300), "OpenCMIS does not answer");
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    pub fn get(&self, query: &str) -> serde_json::Value {
        let url = format!("http://{}/cmis/browser/A1{query}", self.address);
        let mut answer = ureq::get(url).header(LOGIN.0, LOGIN.1).call().unwrap();
        serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap()
    }

    /// `delivery id -> number of documents with it`, whatever their names.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        let all =
            self.get("/root/Posteingang/2026-11-02?cmisselector=children&succinct=true&maxItems=100000");
        let mut counts = BTreeMap::new();
        for child in all["objects"].as_array().unwrap() {
            let properties = &child["object"]["succinctProperties"];
            assert!(properties["cmis:contentStreamLength"].as_u64().unwrap() > 2000, "{properties}");
            *counts.entry(properties["StringProp"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        counts
    }
}

impl Drop for OpenCmis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
