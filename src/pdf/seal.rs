//! Room for a seal in a finished PDF, and finding it again (ISO 32000-1, 12.8; ETSI EN 319 142-1).
//!
//! The file stays as it is, byte for byte; an update behind it adds an invisible
//! signature field on the first page and the signature's place. What is signed
//! is everything except that place, which holds lower-case hex and zeros.

use super::metadata::{date, text};
use super::{failed, inside};
use crate::model::refusal::Refusal;
use lopdf::{Dictionary, Document, IncrementalDocument, Object, Stream, StringFormat, dictionary};
use std::ops::Range;

/// Stands where the byte range will; wider than any number that takes its place.
const UNKNOWN: i64 = 9_999_999_999;

/// What a seal is checked with when nobody answers any more; DER.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// Certificates of seal and timestamp, with those above them.
    pub certificates: Vec<Vec<u8>>,
    /// Revocation lists.
    pub lists: Vec<Vec<u8>>,
}

/// A PDF with room for a seal.
#[derive(Clone, Debug)]
pub struct OpenSeal {
    bytes: Vec<u8>,
    /// The digits between the angle brackets.
    digits: Range<usize>,
}

impl OpenSeal {
    /// What is to be signed, in order.
    pub fn signed(&self) -> [&[u8]; 2] {
        [&self.bytes[..self.digits.start - 1], &self.bytes[self.digits.end + 1..]]
    }

    /// Puts the signature into its place; false if it is too long.
    pub fn close(&mut self, cms: &[u8]) -> bool {
        let hex: String = cms.iter().map(|b| format!("{b:02x}")).collect();
        let fits = hex.len() <= self.digits.len();
        if fits {
            self.bytes[self.digits.start..][..hex.len()].copy_from_slice(hex.as_bytes());
        }
        fits
    }

    /// The file.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }
}

/// Appends an update with room for a signature of `room` bytes; `at` is the time claimed, RFC 3339 UTC.
pub fn prepare_seal(
    bytes: Vec<u8>,
    at: &str,
    name: &str,
    room: usize,
    evidence: &Evidence,
) -> Result<OpenSeal, Refusal> {
    let wrong = |e: lopdf::Error| failed(&e.to_string());
    let length = bytes.len();
    let before = Document::load_mem(&bytes).map_err(wrong)?;
    let root = before.trailer.get(b"Root").and_then(Object::as_reference).map_err(wrong)?;
    let Some(&page) = before.get_pages().values().next() else { return Err(failed("keine Seite")) };
    let mut update = IncrementalDocument::create_from(bytes, before);
    let signature = update.new_document.add_object(dictionary! {
        "Type" => "Sig",
        "Filter" => "Adobe.PPKLite",
        "SubFilter" => "ETSI.CAdES.detached",
        "ByteRange" => vec![0.into(), UNKNOWN.into(), UNKNOWN.into(), UNKNOWN.into()],
        "Contents" => Object::String(vec![0; room], StringFormat::Hexadecimal),
        "M" => text(&date(at)),
        "Name" => text(name),
    });
    let field = update.new_document.add_object(dictionary! {
        "Type" => "Annot",
        "Subtype" => "Widget",
        "FT" => "Sig",
        "T" => text("Siegel"),
        "V" => signature,
        // Of no size, so without appearance (ISO 19005-2, 6.3.3); printed and locked.
        "Rect" => vec![0.into(), 0.into(), 0.into(), 0.into()],
        "F" => 132,
        "P" => page,
    });
    for (id, key, value) in [
        (page, "Annots", Object::Array(vec![field.into()])),
        (root, "AcroForm", dictionary! { "Fields" => vec![field.into()], "SigFlags" => 3 }.into()),
    ] {
        update.opt_clone_object_to_new_document(id).map_err(wrong)?;
        update.new_document.get_object_mut(id).and_then(Object::as_dict_mut).map_err(wrong)?.set(key, value);
    }
    if !evidence.lists.is_empty() {
        let pdf = &mut update.new_document;
        let mut streams = |all: &[Vec<u8>]| -> Vec<Object> {
            let stream = |der: &Vec<u8>| Stream::new(Dictionary::new(), der.clone()).with_compression(false);
            all.iter().map(|der| pdf.add_object(stream(der)).into()).collect()
        };
        let (certificates, lists) = (streams(&evidence.certificates), streams(&evidence.lists));
        let store = dictionary! { "Type" => "DSS", "Certs" => certificates, "CRLs" => lists };
        let store = pdf.add_object(store);
        pdf.get_object_mut(root).and_then(Object::as_dict_mut).map_err(wrong)?.set("DSS", store);
    }
    let mut bytes = Vec::new();
    update.save_to(&mut bytes).map_err(|e| failed(&e.to_string()))?;
    let digits = place(&bytes, length).ok_or_else(|| failed("kein Platz für das Siegel"))?;
    let range = [digits.start - 1, digits.end + 1, bytes.len() - digits.end - 1];
    let start = inside::find(&bytes[length..], b"/ByteRange[").map(|at| length + at + b"/ByteRange[".len());
    let start = start.ok_or_else(|| failed("kein Bereich für das Siegel"))?;
    let end = start + bytes[start..].iter().position(|&b| b == b']').unwrap_or(0);
    let written = format!("0 {} {} {}", range[0], range[1], range[2]);
    if written.len() > end - start {
        return Err(failed("die Datei ist zu groß für ein Siegel"));
    }
    let padded = format!("{written:<width$}", width = end - start);
    bytes[start..end].copy_from_slice(padded.as_bytes());
    Ok(OpenSeal { bytes, digits })
}

/// What a seal in a PDF signs, and its bytes.
pub type FoundSeal<'a> = ([&'a [u8]; 2], Vec<u8>);

/// The seal of a PDF. `None`: there is none. `Some(None)`: it does not cover the whole file, or its place
/// holds anything but lower-case hex, one value, and zeros.
pub fn find_seal(bytes: &[u8]) -> Option<Option<FoundSeal<'_>>> {
    let pdf = Document::load_mem(bytes).ok()?;
    let signature = signature(&pdf)?;
    let found = || -> Option<FoundSeal<'_>> {
        let range = signature.get(b"ByteRange").ok()?.as_array().ok()?;
        let numbers: Vec<usize> =
            range.iter().map(|n| usize::try_from(n.as_i64().ok()?).ok()).collect::<Option<_>>()?;
        let &[0, before, after, rest] = numbers.as_slice() else { return None };
        if before >= after || after.checked_add(rest)? != bytes.len() {
            return None;
        }
        let hex = bytes.get(before..after)?.strip_prefix(b"<")?.strip_suffix(b">")?;
        let lower = |b: &u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        if hex.len() % 2 == 1 || !hex.iter().all(lower) {
            return None;
        }
        let digit = |b: u8| if b.is_ascii_digit() { b - b'0' } else { b - b'a' + 10 };
        let mut cms: Vec<u8> = hex.chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
        let length = value_length(&cms)?;
        if cms.get(length..)?.iter().any(|&b| b != 0) {
            return None;
        }
        cms.truncate(length);
        Some(([&bytes[..before], &bytes[after..]], cms))
    };
    Some(found())
}

/// The document security store of a PDF (ETSI EN 319 142-1, 5.4.2), if it has one.
pub fn evidence(bytes: &[u8]) -> Option<Evidence> {
    let pdf = Document::load_mem(bytes).ok()?;
    let store = match pdf.catalog().ok()?.get(b"DSS").ok()? {
        &Object::Reference(id) => pdf.get_dictionary(id).ok()?,
        other => other.as_dict().ok()?,
    };
    let streams = |key: &[u8]| -> Option<Vec<Vec<u8>>> {
        let all = store.get(key).ok()?.as_array().ok()?.iter();
        all.map(|o| Some(pdf.get_object(o.as_reference().ok()?).ok()?.as_stream().ok()?.content.clone()))
            .collect()
    };
    Some(Evidence { certificates: streams(b"Certs")?, lists: streams(b"CRLs")? })
}

/// The value of the first signature field.
fn signature(pdf: &Document) -> Option<&Dictionary> {
    let resolved = |object| match object {
        &Object::Reference(id) => pdf.get_object(id).ok(),
        other => Some(other),
    };
    let form = resolved(pdf.catalog().ok()?.get(b"AcroForm").ok()?)?.as_dict().ok()?;
    let fields = resolved(form.get(b"Fields").ok()?)?.as_array().ok()?;
    fields.iter().find_map(|field| {
        let field = resolved(field)?.as_dict().ok()?;
        resolved(field.get(b"V").ok()?)?.as_dict().ok()
    })
}

/// Length of the DER value at the start.
fn value_length(bytes: &[u8]) -> Option<usize> {
    match *bytes.get(1)? {
        short @ 0..0x80 => Some(2 + usize::from(short)),
        long => {
            let count = usize::from(long & 0x7f);
            let digits = bytes.get(2..2 + count).filter(|_| (1..=4).contains(&count))?;
            Some(2 + count + digits.iter().fold(0usize, |sum, &d| sum << 8 | usize::from(d)))
        }
    }
}

/// The digits of the signature in an update that begins at `from`.
fn place(bytes: &[u8], from: usize) -> Option<Range<usize>> {
    let key = b"/Contents<";
    let start = from + inside::find(bytes.get(from..)?, key)? + key.len();
    let end = start + bytes.get(start..)?.iter().position(|&b| b == b'>')?;
    Some(start..end)
}
