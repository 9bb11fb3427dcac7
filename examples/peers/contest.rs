//! Runs a program and says what it cost: wall time, CPU time of all its processes, peak memory of the tree.

use super::Failure;
use std::collections::HashMap;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often memory is looked at.
const LOOK: Duration = Duration::from_millis(50);

/// What a run cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// Seconds from start to end.
    pub wall: f64,
    /// Seconds of CPU, user and system, of the program and all it started.
    pub cpu: f64,
    /// Largest sum of resident memory seen.
    pub peak_bytes: f64,
}

/// Runs to the end; an exit code that is not 0 is a failure.
pub fn run(command: &mut Command) -> Result<Cost, Failure> {
    command.env("OMP_THREAD_LIMIT", "1").stdin(Stdio::null()).stdout(Stdio::null());
    let before = children_cpu()?;
    let start = Instant::now();
    let mut child = command.spawn().map_err(|e| format!("{:?}: {e}", command.get_program()))?;
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        peak = peak.max(resident(child.id()));
        std::thread::sleep(LOOK);
    };
    let wall = start.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{:?} ended with {status}", command.get_program()).into());
    }
    Ok(Cost { wall, cpu: children_cpu()? - before, peak_bytes: peak as f64 })
}

/// CPU seconds of all children waited for so far: fields 16 and 17 of /proc/self/stat, in clock ticks.
fn children_cpu() -> Result<f64, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<u64> = after_name.split_whitespace().map(|f| f.parse().unwrap_or(0)).collect();
    let ticks = fields.get(13).zip(fields.get(14)).map(|(user, system)| user + system);
    Ok(ticks.ok_or("/proc/self/stat is too short")? as f64 / rustix::param::clock_ticks_per_second() as f64)
}

/// Resident bytes of a process and everything below it.
fn resident(root: u32) -> u64 {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    let mut pages: HashMap<u32, u64> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = entry.file_name().to_str().and_then(|n| n.parse::<u32>().ok()) else { continue };
        // A process may end while we look at it.
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let parent = fields.nth(1).and_then(|f| f.parse().ok()).unwrap_or(0);
        children.entry(parent).or_default().push(id);
        pages.insert(id, fields.nth(19).and_then(|f| f.parse().ok()).unwrap_or(0));
    }
    let (mut todo, mut sum) = (vec![root], 0);
    while let Some(id) = todo.pop() {
        sum += pages.get(&id).copied().unwrap_or(0);
        todo.extend(children.remove(&id).unwrap_or_default());
    }
    sum * rustix::param::page_size() as u64
}
