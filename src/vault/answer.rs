//! What a server of a bucket said, as an error that names what to do. It never repeats an address: addresses are signed.

use crate::delivery::http::Lost;
use crate::error::Error;

/// The connection ended in the middle of an object.
pub(super) fn broke_off(error: &std::io::Error) -> Error {
    no_answer(&format!("Die Verbindung zum Speicher des Tresors brach ab: {error}."))
}

/// No answer came.
pub(super) fn lost(lost: &Lost) -> Error {
    if lost.sent {
        return no_answer(&format!("Der Speicher des Tresors: {}", lost.text));
    }
    Error::Vault {
        code: "unreachable",
        text: format!("Der Speicher des Tresors: {}", lost.text),
        hint: "Netz, Firewall (poststelle connections) und endpoint in [s3] prüfen; die Post wartet und geht von selbst \
               weiter.",
    }
}

/// What the configuration names is no address, or not there.
pub(super) fn setup(text: String) -> Error {
    let hint = "vault und [s3] in pipeline.toml prüfen, die Datei des Geheimnisses für den Dienst lesbar machen; die Post wartet.";
    Error::Vault { code: "setup", text, hint }
}

fn no_answer(text: &str) -> Error {
    Error::Vault {
        code: "no_answer",
        text: text.to_owned(),
        hint: "Auslastung des Speichers und des Netzes prüfen, sonst timeout_seconds in [s3] erhöhen; die Post wartet und \
               geht von selbst weiter.",
    }
}

/// It gave back other bytes than it was given.
pub(super) fn other_bytes(name: &str) -> Error {
    Error::Vault {
        code: "readback",
        text: format!("Der Speicher des Tresors gibt {name} anders zurück, als es geschrieben wurde."),
        hint: "Speicher und alles, was dazwischensteht (Proxy, Virenfilter), prüfen; nichts wurde übernommen, der Scan \
               liegt noch im Scanordner.",
    }
}

/// Somebody is just removing the same object.
pub(super) fn going(name: &str) -> Error {
    Error::Vault {
        code: "going",
        text: format!("{name} wird im Tresor gerade gelöscht, weil es niemand mehr brauchte."),
        hint: "Nichts zu tun: es wird gleich noch einmal geschrieben.",
    }
}

/// Larger than one request may carry.
pub(super) fn too_large(bytes: u64) -> Error {
    Error::Vault {
        code: "too_large",
        text: format!(
            "Ein Objekt von {} GiB ist größer, als der Speicher in einem Stück nimmt (5 GiB).",
            bytes >> 30
        ),
        hint: "Stapel teilen.",
    }
}

/// A status that is no success, with the code that the server names in its answer.
pub(super) fn refused(status: u16, body: &str) -> Error {
    let said =
        body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>")).map(|(code, _)| code);
    let said = said.filter(|code| code.len() <= 60 && code.bytes().all(|b| b.is_ascii_alphanumeric()));
    let (code, hint) = match (status, said.unwrap_or_default()) {
        (_, "RequestTimeTooSkewed") => ("clock", "Uhr dieses Rechners und des Speichers vergleichen."),
        (_, "NoSuchBucket") => ("no_bucket", "Eimer anlegen oder vault in pipeline.toml berichtigen."),
        (_, "QuotaExceeded" | "XMinioStorageFull" | "InsufficientStorage") | (507, _) => {
            ("full", "Platz schaffen oder das Kontingent erhöhen; es geht von selbst weiter.")
        }
        (401 | 403, _) => (
            "denied",
            "access_key, secret_file und Rechte am Eimer prüfen: lesen, schreiben, löschen, auflisten.",
        ),
        (429 | 503, _) => ("busy", "Nichts zu tun: es wird später noch einmal versucht."),
        (400..=499, _) => ("refused", "endpoint, region und Namen des Eimers in pipeline.toml prüfen."),
        _ => ("failed", "Betreiber des Speichers fragen; die Post wartet und geht von selbst weiter."),
    };
    let said = said.map(|code| format!(" ({code})")).unwrap_or_default();
    Error::Vault { code, text: format!("Der Speicher des Tresors antwortet mit {status}{said}."), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_named_by_what_has_to_be_done() {
        let said =
            |status, code: &str| refused(status, &format!("<Error><Code>{code}</Code></Error>")).to_string();
        for (status, code, named) in [
            (403, "SignatureDoesNotMatch", "denied"),
            (403, "RequestTimeTooSkewed", "clock"),
            (404, "NoSuchBucket", "no_bucket"),
            (507, "", "full"),
            (400, "QuotaExceeded", "full"),
            (503, "SlowDown", "busy"),
            (301, "PermanentRedirect", "failed"),
            (400, "AuthorizationHeaderMalformed", "refused"),
            (500, "InternalError", "failed"),
        ] {
            assert!(said(status, code).starts_with(&format!("[vault.{named}] ")), "{}", said(status, code));
        }
        assert!(!said(500, "<script>").contains("script"), "a stranger's words stay outside");
    }
}
