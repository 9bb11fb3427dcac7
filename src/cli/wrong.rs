//! Wrong arguments, said in German.

use clap::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// One sentence for what is wrong, the way the command is called, and where help is. What has no sentence here is said
/// as the parser says it.
pub fn in_german(error: &Error) -> String {
    let of = |kind| error.get(kind).map(words).unwrap_or_default();
    let (argument, value) = (of(ContextKind::InvalidArg), of(ContextKind::InvalidValue));
    let possible = of(ContextKind::ValidValue);
    let sentence = match error.kind() {
        ErrorKind::InvalidSubcommand => {
            format!("Den Befehl „{}“ gibt es nicht.", of(ContextKind::InvalidSubcommand))
        }
        ErrorKind::UnknownArgument => format!("„{argument}“ gehört nicht zu diesem Befehl."),
        ErrorKind::MissingRequiredArgument => format!("Es fehlt: {argument}."),
        ErrorKind::ArgumentConflict => {
            format!("„{argument}“ geht nicht zusammen mit „{}“.", of(ContextKind::PriorArg))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("Zu „{argument}“ fehlt der Wert."),
        ErrorKind::InvalidValue => format!("„{value}“ geht nicht für „{argument}“; möglich: {possible}."),
        ErrorKind::ValueValidation => format!("„{value}“ geht nicht für „{argument}“."),
        _ => return error.to_string(),
    };
    let usage = of(ContextKind::Usage);
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let call = if usage.is_empty() { String::new() } else { format!("\nAufruf: {}", usage.trim_end()) };
    format!("{sentence}{call}\n")
}

fn words(value: &ContextValue) -> String {
    match value {
        ContextValue::String(text) => text.clone(),
        ContextValue::Strings(many) => many.join(", "),
        ContextValue::StyledStr(text) => text.to_string(),
        ContextValue::StyledStrs(many) => many.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        ContextValue::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn said(arguments: &str) -> String {
        let wrong = Cli::try_parse_from(format!("poststelle {arguments}").split_whitespace());
        in_german(&wrong.unwrap_err())
    }

    #[test]
    fn what_is_wrong_is_said_in_german() {
        for (arguments, sentence) in [
            ("foo", "Den Befehl „foo“ gibt es nicht.\nAufruf: poststelle"),
            ("check --json", "„--json“ gehört nicht zu diesem Befehl.\nAufruf: poststelle check"),
            ("verify", "Es fehlt: <PATH>..."),
            (
                "run --role quatsch",
                "„quatsch“ geht nicht für „--role <ROLE>“; möglich: all, worker, web, intake.",
            ),
            ("activate nope --by a", "„nope“ geht nicht für „<VERSION>“."),
            ("process --out", "Zu „--out <OUT>“ fehlt der Wert."),
        ] {
            assert!(said(arguments).starts_with(sentence), "{}", said(arguments));
        }
    }
}
