//! What the engine child may not do: write or change files, open the network, start programs, trace others.
//!
//! Set before the first stranger's byte is read. Reading files stays allowed
//! (language data is loaded lazily); everything else the child needs it has.

use crate::error::{Error, Result};
use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetError, Scope};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};
use std::collections::BTreeMap;

/// System calls that hostile code would need and page work never does
/// (numbers from `asm/unistd_64.h`): socket, connect, accept, bind, listen,
/// execve, ptrace, execveat, io_uring_setup.
#[cfg(target_arch = "x86_64")]
const FORBIDDEN: &[i64] = &[41, 42, 43, 49, 50, 59, 101, 322, 425];
/// The same on 64-bit ARM (`asm-generic/unistd.h`).
#[cfg(target_arch = "aarch64")]
const FORBIDDEN: &[i64] = &[198, 203, 202, 200, 201, 221, 117, 281, 425];

/// Shuts the doors; they cannot be opened again. Called while there is but one thread.
pub fn enter() -> Result<()> {
    let failed = |text: String| Error::Engine { code: "start", text };
    change_nothing().map_err(|e| failed(e.to_string()))?;
    let rules = FORBIDDEN.iter().map(|&call| (call, Vec::new())).collect::<BTreeMap<_, _>>();
    let arch = std::env::consts::ARCH.try_into().map_err(|e| failed(format!("{e}")))?;
    // EPERM = 1
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(1), arch)
        .map_err(|e| failed(e.to_string()))?;
    let program: BpfProgram =
        filter.try_into().map_err(|e: seccompiler::BackendError| failed(e.to_string()))?;
    seccompiler::apply_filter_all_threads(&program).map_err(|e| failed(e.to_string()))
}

/// This thread and those it starts change no file, reach no port and signal nobody outside: every such right is
/// handled, none is given. A kernel that knows less of it holds what it knows; the filter above is there in any case.
fn change_nothing() -> std::result::Result<(), RulesetError> {
    const KNOWN: ABI = ABI::V6;
    Ruleset::default()
        .handle_access(AccessFs::from_write(KNOWN))?
        .handle_access(AccessNet::from_all(KNOWN))?
        .scope(Scope::from_all(KNOWN))?
        .create()?
        .restrict_self()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    #[test]
    fn nothing_is_written_and_everything_read() {
        let folder = tempfile::tempdir().unwrap();
        let there = folder.path().join("da");
        fs::write(&there, "da").unwrap();
        let inside = there.clone();
        let tried = std::thread::spawn(move || {
            super::change_nothing().unwrap();
            let denied = |done: std::io::Result<()>| done.is_err();
            [
                denied(fs::write(inside.with_file_name("neu"), "neu")),
                denied(fs::write(&inside, "anders")),
                denied(fs::rename(&inside, inside.with_file_name("dort"))),
                denied(fs::remove_file(&inside)),
                denied(std::os::unix::fs::symlink("/etc/passwd", inside.with_file_name("link"))),
                denied(std::net::TcpListener::bind("127.0.0.1:0").map(drop)),
                fs::read_to_string(&inside).is_ok_and(|text| text == "da"),
            ]
        });
        let tried = tried.join().unwrap();
        if fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|l| !l.contains("landlock")) {
            println!("this kernel has no Landlock: not tested");
            return;
        }
        assert_eq!(tried, [true; 7]);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
