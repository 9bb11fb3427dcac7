//! Secrets: read from their files when needed, never kept longer than a request, never shown.

use crate::model::refusal::Refusal;
use std::path::{Path, PathBuf};

/// Written before the name of a secret that systemd hands over (`LoadCredential=`).
pub const CREDENTIAL: &str = "credential:";

/// The secret, without the line end that editors leave behind it.
pub fn read(file: &Path) -> Result<String, Refusal> {
    let wrong = |text: String| {
        Refusal::new("secret.unreadable", text, "Datei anlegen und für den Dienst lesbar machen.")
    };
    let path =
        place(file).ok_or_else(|| wrong(format!("{} reicht systemd nicht herein.", file.display())))?;
    let text = std::fs::read_to_string(&path)
        .map_err(|e| wrong(format!("Kennwortdatei {}: {e}.", path.display())))?;
    Ok(text.trim_end().to_owned())
}

/// Where it lies; `None` if systemd hands nothing over.
fn place(file: &Path) -> Option<PathBuf> {
    match file.to_str().and_then(|text| text.strip_prefix(CREDENTIAL)) {
        Some(name) => Some(PathBuf::from(std::env::var_os("CREDENTIALS_DIRECTORY")?).join(name)),
        None => Some(file.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_without_its_line_end_and_named_when_missing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "geheim \r\n").unwrap();
        assert_eq!(read(file.path()).unwrap(), "geheim");
        let missing = read(Path::new("credential:nirgends")).unwrap_err();
        assert_eq!(missing.code, "secret.unreadable");
        assert!(missing.text.contains("credential:nirgends"), "{missing}");
    }
}
