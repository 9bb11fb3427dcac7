//! Things that are no scans, under the names of scans; and files that are two things at once.

use super::Prey;
use crate::support::small_town;
use std::ffi::OsString;

pub fn all(Prey { address, file }: &Prey) -> Vec<(OsString, Vec<u8>)> {
    let laughs = (1..9).fold(String::from("<!ENTITY l0 \"ha\">"), |text, n| {
        format!("{text}<!ENTITY l{n} \"{}\">", format!("&l{};", n - 1).repeat(10))
    });
    let things: [(&str, Vec<u8>); 15] = [
        ("programm", b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0".to_vec()),
        ("windows", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0PE\0\0".to_vec()),
        ("skript", format!("#!/bin/sh\ntouch {file}\n").into_bytes()),
        ("bild-befehl", format!("push graphic-context\nimage over 0,0 0,0 'url(http://{address}/|touch {file})'\n").into_bytes()),
        ("svg", format!("<?xml version=\"1.0\"?><!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"http://{address}/svg\"/><text>&x;</text></svg>").into_bytes()),
        ("lachen", format!("<?xml version=\"1.0\"?><!DOCTYPE l [{laughs}]><l>&l8;</l>").into_bytes()),
        ("postscript", format!("%!PS-Adobe-3.0 EPSF-3.0\n({file}) (w) file (%pipe%touch {file}) (r) file\n").into_bytes()),
        ("seite", format!("<html><meta http-equiv=refresh content='0;http://{address}/'><img src=http://{address}/i>").into_bytes()),
        ("archiv", b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x0e\0\0\0../../gefangenPK\x05\x06".to_vec()),
        ("gepackt", b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec()),
        ("office", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".repeat(64)),
        ("gif", b"GIF89a\xff\xff\xff\xff\xf7\0\0".to_vec()),
        ("bmp", b"BM\xff\xff\xff\x7f\0\0\0\0\x36\0\0\0\x28\0\0\0\xff\xff\xff\x7f\xff\xff\xff\x7f".to_vec()),
        ("webp", b"RIFF\xff\xff\xff\xffWEBPVP8X\n\0\0\0\x10\0\0\0\xff\xff\xff\xff\xff\xff".to_vec()),
        ("rtf", format!("{{\\rtf1 {{\\field{{\\*\\fldinst INCLUDEPICTURE \"http://{address}/rtf\"}}}}}}").into_bytes()),
    ];
    let mut all = Vec::new();
    for (name, bytes) in &things {
        for ending in ["pdf", "tif", "jpg", "png"] {
            all.push((format!("{name}.{ending}").into(), bytes.clone()));
        }
    }
    // The head of one, the whole of another behind it.
    let letters: Vec<_> = (200..203).map(|number| small_town::letter(number).1).collect();
    let heads: [&[u8]; 5] =
        [b"%PDF-1.7\n", b"II*\0\x08\0\0\0", b"\xff\xd8\xff\xfe\0\x08", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"];
    for (first, head) in heads.iter().enumerate() {
        for (second, letter) in letters.iter().enumerate() {
            all.push((format!("zweierlei-{first}-{second}.pdf").into(), [*head, letter].concat()));
        }
    }
    // A reason has to lie beside it, and there is no room for a longer name.
    all.push((format!("{}.pdf", "a".repeat(251)).into(), b"%PDF-1.7\n%%EOF".to_vec()));
    // And the other way round: a letter that carries something behind its end.
    for (number, (name, bytes)) in (300..).zip(&things) {
        let (letter, scan) = small_town::letter(number);
        all.push((format!("{name}-hinter-{letter}").into(), [scan, bytes.clone()].concat()));
    }
    all
}
