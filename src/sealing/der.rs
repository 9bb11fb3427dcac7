//! As much DER (X.690) as seals and timestamps need: values in, bytes out, and strictly back.

/// SEQUENCE.
pub const SEQUENCE: u8 = 0x30;
/// SET.
pub const SET: u8 = 0x31;
/// INTEGER.
pub const INTEGER: u8 = 0x02;
/// OCTET STRING.
pub const OCTETS: u8 = 0x04;
/// OBJECT IDENTIFIER.
pub const OID: u8 = 0x06;

/// One value.
pub fn value(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match content.len() {
        short @ 0..0x80 => out.push(short as u8),
        long => {
            let bytes = long.to_be_bytes();
            let digits = &bytes[bytes.iter().position(|&b| b != 0).unwrap_or(bytes.len() - 1)..];
            out.push(0x80 | digits.len() as u8);
            out.extend(digits);
        }
    }
    out.extend(content);
    out
}

/// A value made of values.
pub fn nested(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    value(tag, &parts.concat())
}

/// A SET OF: its values sorted (X.690, 11.6).
pub fn set_of(tag: u8, mut parts: Vec<Vec<u8>>) -> Vec<u8> {
    parts.sort();
    value(tag, &parts.concat())
}

/// A whole number from its big-endian digits.
pub fn integer(digits: &[u8]) -> Vec<u8> {
    let start = digits.iter().position(|&b| b != 0).unwrap_or(digits.len());
    let mut content = digits[start..].to_vec();
    if content.first().is_none_or(|&b| b >= 0x80) {
        content.insert(0, 0);
    }
    value(INTEGER, &content)
}

/// Reads values one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next value: tag, content, and all its bytes. Only the shortest length is DER.
    pub fn any(&mut self) -> Option<(u8, &'a [u8], &'a [u8])> {
        let (&tag, &first) = (self.0.first()?, self.0.get(1)?);
        let (head, length) = match first {
            0..=0x7f => (2, usize::from(first)),
            0x81..=0x84 => {
                let digits = self.0.get(2..2 + usize::from(first & 0x7f))?;
                let length = digits.iter().fold(0usize, |sum, &d| sum << 8 | usize::from(d));
                (2 + digits.len(), length)
            }
            _ => return None,
        };
        let content = self.0.get(head..head.checked_add(length)?)?;
        let whole = &self.0[..head + length];
        if value(tag, content) != whole {
            return None;
        }
        self.0 = &self.0[head + length..];
        Some((tag, content, whole))
    }

    /// The content of the next value, which must have that tag.
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        let (found, content, _) = self.any()?;
        (found == tag).then_some(content)
    }

    /// The content of the next value if it has that tag; otherwise it stays.
    pub fn maybe(&mut self, tag: u8) -> Option<&'a [u8]> {
        if self.0.first() == Some(&tag) { self.take(tag) } else { None }
    }

    /// Nothing is left.
    pub fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        for length in [0usize, 1, 127, 128, 255, 256, 70_000] {
            let bytes = value(OCTETS, &vec![7; length]);
            let mut reader = Reader(&bytes);
            assert_eq!(reader.take(OCTETS).map(<[u8]>::len), Some(length));
            assert!(reader.end().is_some());
            assert!(Reader(&bytes[..bytes.len() - 1]).any().is_none());
        }
        assert_eq!(integer(&[0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(integer(&[]), [2, 1, 0]);
        // A length in more bytes than it needs is not DER.
        assert!(Reader(&[OCTETS, 0x81, 1, 7]).any().is_none());
    }
}
