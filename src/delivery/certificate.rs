//! What is wrong with a server's certificate, in words for whoever can mend it.
//!
//! In: what the TLS library said. Out: a German sentence with what to do, or nothing if it was about something else.
//! It decides nothing: the library has refused already.

/// Names the library gives to its refusals (rustls, `CertificateError`), and what they mean.
const REFUSALS: &[(&str, &str)] = &[
    (
        "CaUsedAsEndEntity",
        "Das Zertifikat des Servers gibt sich als Zertifizierungsstelle aus (CA:TRUE). Ein Serverzertifikat mit \
         CA:FALSE ausstellen.",
    ),
    ("Expired", "Das Zertifikat des Servers ist abgelaufen. Es erneuern lassen."),
    ("NotValidYet", "Das Zertifikat des Servers gilt noch nicht. Uhren beider Rechner vergleichen."),
    (
        "UnknownIssuer",
        "Das Zertifikat des Servers stammt von einer unbekannten Stelle. Diese als ca_file nennen.",
    ),
    (
        "NotValidForName",
        "Das Zertifikat des Servers gilt für einen anderen Namen. Den Namen darin als Adresse nennen.",
    ),
    ("Revoked", "Das Zertifikat des Servers ist widerrufen. Den Betreiber fragen."),
    ("BadSignature", FORGED),
    // The name is that of a known authority, the key is not even of the same type.
    ("UnsupportedSignatureAlgorithmForPublicKey", FORGED),
    // Whatever else it names: it is about the certificate.
    ("invalid peer certificate", "Das Zertifikat des Servers ist nicht in Ordnung. Den Betreiber fragen."),
];

const FORGED: &str = "Das Zertifikat des Servers ist nicht von der Stelle, deren Namen es nennt. ca_file prüfen; \
                      sonst steht jemand dazwischen.";

/// The sentence for it, if it is about a certificate.
pub fn explained(said: &str) -> Option<&'static str> {
    REFUSALS.iter().find(|(name, _)| said.contains(name)).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refused_certificates_are_explained_and_nothing_else_is() {
        let said = "Connection error: invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))";
        assert!(explained(said).unwrap().contains("CA:FALSE"));
        let said = "network error: invalid peer certificate: SomethingNew { a: 1 }";
        assert!(explained(said).unwrap().contains("Zertifikat"));
        assert_eq!(explained("connection refused"), None);
    }
}
