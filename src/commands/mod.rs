//! The commands. Each takes its arguments and returns an exit code:
//! 0 done, 1 some input refused or a check failed, 2 wrong usage or
//! configuration, 3 interrupted or internal failure. Data goes to stdout,
//! everything else to stderr.

mod backup;
mod check;
mod configuration;
mod connections;
pub mod coversheet;
mod deliver;
mod doctor;
mod documentation;
pub mod evaluate;
mod expiring;
mod export;
mod log;
mod migrate;
mod month;
mod organisation;
mod package;
mod paper;
mod people;
mod process;
mod record;
mod report;
mod reprocess;
mod retention;
mod service;
mod shipped;
mod station;
mod table;
mod train;
mod vault;
mod verify;

use crate::cli::{Cli, Command, ExportAction, VaultAction};
use crate::config::{self, Complaint, Pipeline};
use crate::error::Error;
use std::path::Path;

/// Done.
pub const DONE: u8 = 0;
/// Something was refused or does not hold.
pub const REFUSED: u8 = 1;
/// Wrong usage or configuration.
pub const USAGE: u8 = 2;
/// Interrupted or internal failure.
pub const FAILED: u8 = 3;

/// Why a command ends early.
pub enum Stop {
    /// Wrong usage or configuration: message is complete.
    Usage(String),
    /// A person or the system asked to stop before all was done.
    Interrupted,
    /// Anything else.
    Error(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

type Outcome = Result<u8, Stop>;

/// Carries out one command for these people, each with the option that names them.
pub fn run(cli: Cli, people: &[(&'static str, String)]) -> u8 {
    let outcome = people::all_known(cli.config.as_deref(), people).and_then(|()| carry_out(cli));
    match outcome {
        Ok(code) => code,
        Err(Stop::Usage(text)) => {
            eprintln!("{text}");
            USAGE
        }
        Err(Stop::Interrupted) => {
            eprintln!(
                "[process.interrupted] Abgebrochen; die Eingaben sind unverändert. Hinweis: mit einem neuen Ergebnisordner wiederholen."
            );
            FAILED
        }
        Err(Stop::Error(error)) => {
            eprintln!("{error}");
            match error {
                // An id nobody knows is wrong usage; what was decided otherwise meanwhile is refused.
                Error::Missing { .. } => USAGE,
                Error::Transition { .. } => REFUSED,
                _ => FAILED,
            }
        }
    }
}

fn carry_out(cli: Cli) -> Outcome {
    let config = cli.config.as_deref();
    match cli.command {
        Command::EngineChild { workers } => crate::engine::serve(workers).map(|()| DONE).map_err(Stop::from),
        Command::Run { until_settled, role } => service::run(config, until_settled, role),
        Command::Migrate { from, vault } => migrate::run(config, &from, vault.as_deref()),
        Command::Process { station, operator, received, out, json, costs, input } => {
            process::run(config, process::Wish { station, operator, received, out, json, costs, input })
        }
        Command::Vault { action: VaultAction::Rekey { by } } => vault::rekey(config, &by),
        Command::Check => check::run(config),
        Command::Doctor { json } => doctor::run(config, json),
        Command::Connections { json } => connections::run(config, json),
        Command::Config { schema: true, .. } => configuration::schema(),
        Command::Config { activate: true, by: Some(by), .. } => configuration::activate(config, &by),
        Command::Config { rollback: true, rules: true, by: Some(by), .. } => {
            configuration::rollback_rules(config, &by)
        }
        Command::Config { rollback: true, by: Some(by), .. } => configuration::rollback(config, &by),
        Command::Config { diff, .. } => configuration::run(config, diff.as_deref()),
        Command::Backup { to } => backup::backup(config, &to),
        Command::Restore { from, to, vault_key, tested_by: None } => {
            backup::restore(&from, &to, vault_key.as_deref())
        }
        Command::Restore { from, to, vault_key, tested_by: Some(by) } => {
            backup::test(config, (&from, &to), vault_key.as_deref(), &by)
        }
        Command::Station { action } => station::run(config, action),
        Command::Record { what, out } => record::run(config, &what, &out),
        Command::Review { action } => people::review(config, action),
        Command::Hold { action } => people::hold(config, action),
        Command::Deliver { dry_run, target, action } => deliver::run(config, dry_run, target, action),
        Command::Report { action } => report::run(config, action),
        Command::Person { action } => people::person(config, action),
        Command::Organisation { by, .. } => organisation::run(config, by.as_deref()),
        Command::Export { action: ExportAction::Person { name, out, reason, by } } => {
            export::person(config, &export::Wish { name: &name, out: &out, reason, by: &by })
        }
        Command::Sample { action } => paper::sample(config, action),
        Command::Disposal { action } => paper::disposal(config, action),
        Command::Retention { now, by, .. } => {
            retention::run(config, if now { Some(by.as_deref().unwrap_or_default()) } else { None })
        }
        Command::Log { action } => log::run(config, &action),
        Command::Verify { vault, vault_key, trust, path, json } => {
            verify::vault(config, vault.as_deref(), vault_key.as_deref())
                .map(|vault| verify::run(&path, &vault, &trust, json))
        }
        Command::Explain { what } => people::explain(config, &what),
        Command::Evaluate { truth, dir, html } => {
            evaluate::run(config, &truth, dir.as_deref(), html.as_deref())
        }
        Command::Coversheet(wish) => coversheet::run(config, &wish),
        Command::Train { release: Some(id), by: Some(by), .. } => train::release(config, id, &by),
        Command::Train { from, .. } => train::run(config, from.as_deref()),
        Command::Activate { version, by } => train::activate(config, version, &by),
        Command::Reprocess { out } => reprocess::run(config, out.as_deref()),
        Command::Samples { dir } => service::samples(config, &dir),
        Command::Shipped { dir } => shipped::run(&dir),
        Command::Status => service::status(config),
    }
}

/// An order that is refused is wrong usage; everything else failed.
fn refused(error: Error) -> Stop {
    match error {
        Error::Refused(refusal) => Stop::Usage(refusal.to_string()),
        other => Stop::Error(other),
    }
}

/// Writes a file whole or not at all; one that was there keeps its rights.
fn put_whole(path: &Path, text: &str) -> Result<(), Error> {
    let part = path.with_extension("part");
    let write = || {
        std::fs::write(&part, text)?;
        if let Ok(there) = std::fs::metadata(path) {
            std::fs::set_permissions(&part, there.permissions())?;
        }
        std::fs::File::open(&part)?.sync_all()?;
        std::fs::rename(&part, path)
    };
    write().map_err(Error::io("Datei schreiben", path))
}

fn listed(complaints: &[Complaint]) -> Stop {
    Stop::Usage(complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"))
}

fn pipeline(config: Option<&Path>) -> Result<Pipeline, Stop> {
    config::load(&config::find(config)).map_err(|complaints| listed(&complaints))
}
