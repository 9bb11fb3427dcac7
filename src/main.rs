//! Arguments -> one command -> exit code.

use clap::Parser;
use poststelle::cli::Cli;
use poststelle::commands;

fn main() -> std::process::ExitCode {
    let code = match Cli::try_parse() {
        Ok(cli) => commands::run(cli),
        Err(asked) if !asked.use_stderr() => {
            print!("{asked}"); // --help, --version
            commands::DONE
        }
        Err(wrong) => {
            eprint!("[usage.arguments] {wrong}");
            eprintln!("Hinweis: poststelle --help, poststelle BEFEHL --help.");
            commands::USAGE
        }
    };
    std::process::ExitCode::from(code)
}
