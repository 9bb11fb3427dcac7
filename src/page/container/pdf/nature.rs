//! What a PDF is as a whole: signed, encrypted, claiming to be an archive copy.

use crate::model::notes::Note;
use lopdf::xref::XrefRecovery;
use lopdf::{Dictionary, Document, Object};

/// Longest metadata stream looked at.
const XMP_BYTES_MAX: usize = 1 << 20;

/// Whether bytes of the file are covered by a signature: signature, time stamp, usage rights. An empty
/// signature field is none; ISO 32000-1, table 252: only a signed one has a byte range.
pub fn signed(document: &Document) -> bool {
    let is_signature = |d: &Dictionary| d.has(b"ByteRange") && d.has(b"Contents");
    document
        .objects
        .values()
        .filter_map(|o| o.as_dict().ok())
        .any(|d| is_signature(d) || d.get(b"V").and_then(Object::as_dict).is_ok_and(is_signature))
}

/// Part and conformance the metadata claim, e.g. `2b`. Only a claim: proof takes a validator.
pub fn claims_pdfa(document: &Document) -> Option<String> {
    let metadata = document.catalog().ok()?.get(b"Metadata").ok()?;
    let stream = document.dereference(metadata).ok()?.1.as_stream().ok()?;
    let xmp = stream.get_plain_content_with_limit(XMP_BYTES_MAX).ok()?;
    let xmp = String::from_utf8_lossy(&xmp);
    let value = |name: &str| -> Option<String> {
        let after = xmp.split_once(name)?.1;
        let value = after.trim_start_matches(['=', '>', '"', '\'', ' ']);
        Some(value.chars().take_while(char::is_ascii_alphanumeric).take(2).collect())
    };
    let part = value("pdfaid:part").filter(|p| p.parse::<u8>().is_ok())?;
    Some(format!("{part}{}", value("pdfaid:conformance").unwrap_or_default().to_lowercase()))
}

/// The file cannot be opened without a secret nobody here has.
pub fn locked(why: &str) -> Note {
    Note::review(
        "source.encrypted",
        format!("Die PDF-Datei ist verschlüsselt ({why}); Absender um eine offene Fassung bitten."),
    )
}

/// The file is encrypted but opens without a password: its owner asked programs to refuse some uses.
pub fn restricted() -> Note {
    Note::review(
        "source.restricted",
        "Die PDF-Datei ist ohne Kennwort lesbar, aber verschlüsselt und gegen manche Nutzung geschützt. Sie \
         wurde gelesen; archiviert wird eine offene Fassung.",
    )
}

/// The table that says where everything lies had to be made anew. That is harmless while the file goes on to its end.
pub fn repaired(document: &Document, ended: bool) -> Option<Note> {
    (document.xref_recovery == Some(XrefRecovery::Reconstructed)).then(|| {
        if ended {
            Note::info("source.repaired", "Das Verzeichnis der PDF-Datei war fehlerhaft und wurde neu aufgebaut.")
        } else {
            Note::review(
                "source.cut_off",
                "Der PDF-Datei fehlt das Ende; Seiten oder Teile davon können fehlen. Mit dem Papier vergleichen, \
                 neu scannen oder beim Absender eine heile Datei anfordern.",
            )
        }
    })
}

/// The file names more pages than it has.
pub fn pages_missing(missing: usize) -> Option<Note> {
    (missing > 0).then(|| {
        Note::review(
            "source.pages_missing",
            format!(
                "Der Datei fehlen Seiten, die sie selbst nennt: {missing}. Mit dem Papier vergleichen, neu scannen \
                 oder beim Absender eine heile Datei anfordern."
            ),
        )
    })
}
