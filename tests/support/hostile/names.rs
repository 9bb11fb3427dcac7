//! Sound letters under names that lead elsewhere, are orders, or break what prints them.

use crate::support::small_town;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

pub fn all() -> Vec<(OsString, Vec<u8>)> {
    let names: Vec<Vec<u8>> = [
        "..\\..\\gefangen.pdf",
        "C:\\gefangen.tif",
        "\\\\server\\share\\gefangen.tif",
        "%2e%2e%2f%2e%2e%2fgefangen.tif",
        "..%c0%af..%c0%afgefangen.tif",
        "\u{ff0e}\u{ff0e}\u{ff0f}gefangen.tif",
        "\u{2024}\u{2024}\u{2215}gefangen.tif",
        "....gefangen.tif",
        "-rf.tif",
        "--config=gefangen.tif",
        "--out",
        "$(touch gefangen).tif",
        "`touch gefangen`.tif",
        ";touch gefangen;.tif",
        "|touch gefangen.tif",
        "&& touch gefangen.tif",
        "brief.tif\ntouch gefangen",
        "brief.tif\r\nX-Kopf: gefangen",
        "{{ stem }}.tif",
        "{% include 'pipeline.toml' %}.tif",
        "{0}%s%n%x.tif",
        "'; DROP TABLE batch; --.tif",
        "\"><img src=x onerror=gefangen()>.tif",
        "\u{202e}fdp.tif",
        "\u{1b}[2J\u{1b}]0;gefangen\u{7}.tif",
        "CON",
        "NUL.tif",
        "brief.tif:strom",
        "brief.tif.",
        "brief.tif ",
        " ",
        "~root.tif",
        "~",
        "*.tif",
        "?",
        "ledger.sqlite",
        "pipeline.toml",
    ]
    .into_iter()
    .map(|name| name.as_bytes().to_vec())
    .chain([
        b"latin\xff\xfe.tif".to_vec(),
        b"\xc0\xae\xc0\xae.tif".to_vec(),
        [vec![b'a'; 251], b".tif".to_vec()].concat(),
        "ä".repeat(127).into_bytes(),
    ])
    .collect();
    let letter = |(number, name)| (OsString::from_vec(name), small_town::letter(number).1);
    (400..).zip(names).map(letter).collect()
}
