//! Arguments -> one command -> exit code.

use clap::Parser;
use poststelle::cli::Cli;

fn main() -> std::process::ExitCode {
    let code = poststelle::commands::run(Cli::parse());
    std::process::ExitCode::from(code)
}
