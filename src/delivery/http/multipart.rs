//! `multipart/form-data` (RFC 7578) by hand, because some servers want a type or a `Content-ID` per part. Pure.

use crate::model::hash::ContentHash;

/// A form in the order in which its parts are sent. File contents are borrowed, never copied.
pub struct Form<'a> {
    boundary: String,
    /// Heads and short values, alternating with borrowed contents.
    pieces: Vec<Piece<'a>>,
}

enum Piece<'a> {
    Own(Vec<u8>),
    Borrowed(&'a [u8]),
}

impl Piece<'_> {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Own(bytes) => bytes,
            Self::Borrowed(bytes) => bytes,
        }
    }
}

impl<'a> Form<'a> {
    /// An empty form; the boundary follows from the delivery, so that two attempts send the same bytes.
    pub fn new(delivery: &str) -> Self {
        let boundary = format!("poststelle-{}", &ContentHash::of(delivery.as_bytes()).hex()[..32]);
        Self { boundary, pieces: Vec::new() }
    }

    /// Value of the header `content-type`.
    pub fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// A named value.
    pub fn field(self, name: &str, value: &str) -> Self {
        self.text(name, None, value)
    }

    /// A named value with its own type.
    pub fn typed(self, name: &str, content_type: &str, value: &str) -> Self {
        self.text(name, Some(content_type), value)
    }

    fn text(mut self, name: &str, content_type: Option<&str>, value: &str) -> Self {
        let head = self.head(name, None, content_type, None);
        self.pieces.push(Piece::Own(format!("{head}{value}\r\n").into_bytes()));
        self
    }

    /// A file; with `content_id` the part also has that header.
    pub fn file(
        mut self,
        name: &str,
        file_name: &str,
        content_type: &str,
        content_id: Option<&str>,
        bytes: &'a [u8],
    ) -> Self {
        let head = self.head(name, Some(file_name), Some(content_type), content_id);
        self.pieces.push(Piece::Own(head.into_bytes()));
        self.pieces.push(Piece::Borrowed(bytes));
        self.pieces.push(Piece::Own(b"\r\n".to_vec()));
        self
    }

    fn head(
        &self,
        name: &str,
        file_name: Option<&str>,
        content_type: Option<&str>,
        id: Option<&str>,
    ) -> String {
        let file_name = file_name.map(|f| format!("; filename=\"{}\"", quoted(f))).unwrap_or_default();
        let content_type = content_type.map(|t| format!("Content-Type: {t}\r\n")).unwrap_or_default();
        let id = id.map(|id| format!("Content-ID: {id}\r\n")).unwrap_or_default();
        format!(
            "--{}\r\nContent-Disposition: form-data; name=\"{}\"{file_name}\r\n{content_type}{id}\r\n",
            self.boundary,
            quoted(name)
        )
    }

    /// The body, closed.
    pub fn close(mut self) -> Body<'a> {
        self.pieces.push(Piece::Own(format!("--{}--\r\n", self.boundary).into_bytes()));
        Body(self.pieces)
    }
}

/// A finished form.
pub struct Body<'a>(Vec<Piece<'a>>);

impl Body<'_> {
    /// Its pieces in order.
    pub fn parts(&self) -> Vec<&[u8]> {
        self.0.iter().map(Piece::bytes).collect()
    }
}

/// Names in a head are quoted as browsers do it (RFC 7578, section 2, and the HTML standard).
fn quoted(name: &str) -> String {
    name.replace('\r', "%0D").replace('\n', "%0A").replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_in_order_with_their_heads() {
        let form = Form::new("d1").typed("data", "application/json", "{}").file(
            "cid",
            "a\"b.pdf",
            "application/pdf",
            Some("cid"),
            b"%PDF",
        );
        let boundary = form.boundary.clone();
        let body = form.close();
        let text = String::from_utf8(body.parts().concat()).unwrap();
        assert_eq!(
            text,
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"data\"\r\nContent-Type: application/json\r\n\r\n\
                 {{}}\r\n--{boundary}\r\nContent-Disposition: form-data; name=\"cid\"; filename=\"a%22b.pdf\"\r\n\
                 Content-Type: application/pdf\r\nContent-ID: cid\r\n\r\n%PDF\r\n--{boundary}--\r\n"
            )
        );
    }
}
