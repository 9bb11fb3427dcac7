//! Arguments -> one command -> exit code.

use clap::{CommandFactory, FromArgMatches};
use poststelle::cli::{self, Cli};
use poststelle::commands;

fn main() -> std::process::ExitCode {
    quiet_when_nobody_reads();
    let asked = Cli::command().try_get_matches();
    let code = match asked.and_then(|matches| Ok((Cli::from_arg_matches(&matches)?, cli::people(&matches)))) {
        Ok((cli, people)) => commands::run(cli, &people),
        Err(asked) if !asked.use_stderr() => {
            print!("{asked}"); // --help, --version
            commands::DONE
        }
        Err(wrong) => {
            eprint!("[usage.arguments] {}", cli::in_german(&wrong));
            eprintln!("Hinweis: poststelle --help, poststelle BEFEHL --help.");
            commands::USAGE
        }
    };
    std::process::ExitCode::from(code)
}

/// Whoever reads what a command prints may stop reading, as `head` does: that is interrupted, and no trouble.
fn quiet_when_nobody_reads() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>().map_or("", String::as_str);
        if said.starts_with("failed printing to stdout") && said.contains("Broken pipe") {
            std::process::exit(commands::FAILED.into());
        }
        usual(panic);
    }));
}
