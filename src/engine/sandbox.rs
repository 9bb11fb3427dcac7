//! What the engine child may not do: open the network, start programs, trace others.
//!
//! Set before the first stranger's byte is read. Reading files stays allowed
//! (language data is loaded lazily); everything else the child needs it has.

use crate::error::{Error, Result};
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

/// Shuts the doors; they cannot be opened again.
pub fn enter() -> Result<()> {
    let failed = |text: String| Error::Engine { code: "start", text };
    let rules = FORBIDDEN.iter().map(|&call| (call, Vec::new())).collect::<BTreeMap<_, _>>();
    let arch = std::env::consts::ARCH.try_into().map_err(|e| failed(format!("{e}")))?;
    // EPERM = 1
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(1), arch)
        .map_err(|e| failed(e.to_string()))?;
    let program: BpfProgram =
        filter.try_into().map_err(|e: seccompiler::BackendError| failed(e.to_string()))?;
    seccompiler::apply_filter_all_threads(&program).map_err(|e| failed(e.to_string()))
}
