//! What a package carries beside the program: man pages and shell completions, made from the command line itself, and
//! the schema of the configuration, made from its reader.

use super::{DONE, Outcome};
use crate::cli::Cli;
use crate::error::Error;
use clap::CommandFactory;
use clap_complete::Shell;
use std::fs;
use std::path::Path;

/// Writes them below that folder, as `man/`, `completions/` and `pipeline.schema.json`.
pub fn run(dir: &Path) -> Outcome {
    let (man, completions) = (dir.join("man"), dir.join("completions"));
    for folder in [&man, &completions] {
        fs::create_dir_all(folder).map_err(Error::io("Ordner anlegen", folder))?;
    }
    clap_mangen::generate_to(Cli::command(), &man).map_err(Error::io("Handbuchseiten schreiben", &man))?;
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut Cli::command(), "poststelle", &completions)
            .map_err(Error::io("Vervollständigung schreiben", &completions))?;
    }
    let schema = dir.join("pipeline.schema.json");
    fs::write(&schema, format!("{:#}\n", crate::config::schema()))
        .map_err(Error::io("Schema schreiben", &schema))?;
    Ok(DONE)
}
