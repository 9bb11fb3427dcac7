//! slapd on loopback with two people, stopped when dropped.

use std::fs;
use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub struct Directory {
    pub port: u16,
    slapd: Child,
    _folder: tempfile::TempDir,
}

impl Directory {
    /// People `uid=ID,ou=people,dc=stadt,dc=example` with their passwords.
    pub fn start(people: &[(&str, &str)]) -> Self {
        Self::with(people, "")
    }

    /// The same with more entries, as LDIF.
    pub fn with(people: &[(&str, &str)], more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = folder.path().display();
        let schema =
            ["core", "cosine", "inetorgperson"].map(|s| format!("include /etc/ldap/schema/{s}.schema\n"));
        let config = format!(
            "{}modulepath /usr/lib/ldap\nmoduleload back_mdb\npidfile {at}/pid\nargsfile {at}/args\ndatabase mdb\n\
             maxsize 1048576\nsuffix \"dc=stadt,dc=example\"\ndirectory {at}\n",
            schema.concat()
        );
        let conf = folder.path().join("slapd.conf");
        fs::write(&conf, config).unwrap();
        let mut ldif = "dn: dc=stadt,dc=example\nobjectClass: dcObject\nobjectClass: organization\no: Stadt\ndc: stadt\n\n\
            dn: ou=people,dc=stadt,dc=example\nobjectClass: organizationalUnit\nou: people\n\n"
            .to_owned();
        for (id, password) in people {
            ldif += &format!(
                "dn: uid={id},ou=people,dc=stadt,dc=example\nobjectClass: inetOrgPerson\nuid: {id}\ncn: {id}\nsn: {id}\n\
                 userPassword: {password}\n\n"
            );
        }
        ldif += more;
        let mut add =
            Command::new("/usr/sbin/slapadd").arg("-f").arg(&conf).stdin(Stdio::piped()).spawn().unwrap();
        add.stdin.take().unwrap().write_all(ldif.as_bytes()).unwrap();
        assert!(add.wait().unwrap().success());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut slapd = Command::new("/usr/sbin/slapd");
        slapd.args(["-d", "0", "-h", &format!("ldap://127.0.0.1:{port}"), "-f"]).arg(&conf);
        let slapd = slapd.stderr(Stdio::null()).spawn().unwrap();
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "slapd never came up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { port, slapd, _folder: folder }
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = self.slapd.kill();
        let _ = self.slapd.wait();
    }
}
