//! Whether a page is one picture, and which.
//!
//! Scanners write a page as one image, sometimes turned by its matrix, sometimes inside a form, often with
//! their own invisible reading over or hidden text under it. Whatever else can be seen makes the page a
//! composed one.

use crate::model::geometry::{Orientation, Turn};
use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

/// Share of the page an image must cover to be the page.
const COVER: f32 = 0.8;
/// Share from which nothing painted before can be seen.
const HIDES: f32 = 0.98;
/// Bytes of page description looked at; more is no scanned page.
const CONTENT_BYTES_MAX: usize = 1 << 20;
/// Forms inside forms.
const DEPTH_MAX: usize = 4;

/// The image that is the page.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// Its stream.
    pub stream: &'a Stream,
    /// Stored pixels across.
    pub width: u32,
    /// Stored pixels down.
    pub height: u32,
    /// Points its rows and columns take on the page.
    pub points: (f32, f32),
    /// How the stored image comes to lie on the page before `/Rotate`.
    pub orientation: Orientation,
}

/// A page's content, and how much of it had to be looked at.
#[derive(Debug)]
pub struct Looked<'a> {
    /// The one picture, if that is what the page is.
    pub shown: Option<Shown<'a>>,
    /// Bytes of page description unpacked.
    pub cost: usize,
}

/// Looks at a page; at most `bytes_max` of its description.
pub fn look(document: &Document, page: ObjectId, bytes_max: usize) -> Looked<'_> {
    let most = bytes_max.min(CONTENT_BYTES_MAX);
    let Ok(content) = document.get_page_content_with_limit(page, most) else {
        return Looked { shown: None, cost: most };
    };
    let cost = content.len();
    let shown = || -> Option<Shown<'_>> {
        if annotated(document, page) {
            return None;
        }
        let resources = inherited(document, page, b"Resources")?.as_dict().ok()?;
        let (width, height) = page_size(document, page);
        let mut walk = Walk { document, area: width * height, found: None, marked: false, left: most };
        walk.content(&content, resources, State::default(), 0)?;
        if walk.marked { None } else { walk.found }
    };
    Looked { shown: shown(), cost }
}

/// An attribute of a page or of its ancestors.
pub fn inherited<'a>(document: &'a Document, page: ObjectId, key: &[u8]) -> Option<&'a Object> {
    let mut node = document.get_dictionary(page).ok()?;
    for _ in 0..32 {
        if let Ok(value) = node.get(key) {
            return document.dereference(value).ok().map(|(_, o)| o);
        }
        node = document.get_dictionary(node.get(b"Parent").ok()?.as_reference().ok()?).ok()?;
    }
    None
}

/// Width and height of the page in points, before `/Rotate`.
pub fn page_size(document: &Document, page: ObjectId) -> (f32, f32) {
    let side = |key: &[u8]| -> Option<(f32, f32)> {
        let v = numbers(document, inherited(document, page, key)?.as_array().ok()?);
        let [x0, y0, x1, y1] = v[..] else { return None };
        let (width, height) = ((x1 - x0).abs(), (y1 - y0).abs());
        (width.is_finite() && height.is_finite() && width > 1.0 && height > 1.0).then_some((width, height))
    };
    side(b"CropBox").or_else(|| side(b"MediaBox")).unwrap_or((595.0, 842.0))
}

fn numbers(document: &Document, list: &[Object]) -> Vec<f32> {
    list.iter().filter_map(|o| document.dereference(o).ok()?.1.as_float().ok()).collect()
}

/// Whether something lies on the page that is not in its content: a filled form field, a stamp, a note.
fn annotated(document: &Document, page: ObjectId) -> bool {
    let list = || {
        let list = document.get_dictionary(page).ok()?.get(b"Annots").ok()?;
        document.dereference(list).ok()?.1.as_array().ok()
    };
    list().into_iter().flatten().any(|o| {
        let annotation = document.dereference(o).ok().and_then(|(_, o)| o.as_dict().ok());
        annotation.is_some_and(|a| {
            let kind = a.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
            a.has(b"AP") && !matches!(kind, b"Link" | b"Popup")
        })
    })
}

/// What `q` saves of the graphics state, as far as it matters here.
#[derive(Clone, Copy, Debug)]
struct State {
    matrix: [f32; 4],
    invisible: bool,
    black: bool,
}

impl Default for State {
    fn default() -> Self {
        Self { matrix: [1.0, 0.0, 0.0, 1.0], invisible: false, black: true }
    }
}

struct Walk<'a> {
    document: &'a Document,
    area: f32,
    found: Option<Shown<'a>>,
    /// Something else can be seen.
    marked: bool,
    /// Bytes of forms that may still be unpacked.
    left: usize,
}

impl<'a> Walk<'a> {
    /// Goes through a description; `None` ends the search: this is no scanned page.
    fn content(&mut self, bytes: &[u8], resources: &'a Dictionary, state: State, depth: usize) -> Option<()> {
        let content = Content::decode(bytes).ok()?;
        let (mut now, mut saved) = (state, Vec::new());
        for operation in &content.operations {
            let name = |index: usize| operation.operands.get(index).and_then(|o| o.as_name().ok());
            match operation.operator.as_str() {
                "q" => saved.push(now),
                "Q" => now = saved.pop().unwrap_or(now),
                "cm" => now.matrix = product(&numbers(self.document, &operation.operands), now.matrix)?,
                "Tr" => {
                    // 3 paints nothing, 7 only clips.
                    now.invisible = matches!(operation.operands.first()?.as_i64().ok()?, 3 | 7);
                }
                "g" | "rg" | "k" => now.black = is_black(self.document, operation),
                "cs" | "sc" | "scn" => now.black = false,
                "Tj" | "TJ" | "'" | "\"" if !now.invisible => self.mark()?,
                "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" | "sh" => self.mark()?,
                "BI" => return None,
                "Do" => self.object(name(0)?, resources, now, depth)?,
                // Transparency or a soft mask changes how the picture looks.
                "gs" if !self.plain_state(name(0)?, resources) => return None,
                _ => {}
            }
        }
        Some(())
    }

    /// Paint over the picture makes the page a composed one; paint before it may be hidden by it.
    fn mark(&mut self) -> Option<()> {
        self.marked = true;
        self.found.is_none().then_some(())
    }

    fn named(&self, resources: &'a Dictionary, kind: &[u8], name: &[u8]) -> Option<&'a Object> {
        let all = self.document.dereference(resources.get(kind).ok()?).ok()?.1.as_dict().ok()?;
        Some(self.document.dereference(all.get(name).ok()?).ok()?.1)
    }

    fn plain_state(&self, name: &[u8], resources: &'a Dictionary) -> bool {
        let Some(state) = self.named(resources, b"ExtGState", name).and_then(|o| o.as_dict().ok()) else {
            return true;
        };
        let opaque = |key| state.get(key).and_then(Object::as_float).is_ok_and(|v| v < 1.0);
        let masked = state.get(b"SMask").is_ok_and(|o| !o.as_name().is_ok_and(|n| n == b"None"));
        !(opaque(b"ca") || opaque(b"CA") || masked)
    }

    fn object(&mut self, name: &[u8], resources: &'a Dictionary, now: State, depth: usize) -> Option<()> {
        let stream = self.named(resources, b"XObject", name)?.as_stream().ok()?;
        match stream.dict.get(b"Subtype").and_then(Object::as_name).ok()? {
            b"Image" => self.image(stream, now),
            b"Form" if depth < DEPTH_MAX && !stream.dict.has(b"Group") => {
                let content = stream.get_plain_content_with_limit(self.left).ok()?;
                self.left = self.left.checked_sub(content.len())?;
                let mut inner = now;
                if let Ok(matrix) = stream.dict.get(b"Matrix").and_then(Object::as_array) {
                    inner.matrix = product(&numbers(self.document, matrix), now.matrix)?;
                }
                let own = stream.dict.get(b"Resources").ok().and_then(|o| self.document.dereference(o).ok());
                let own = own.and_then(|(_, o)| o.as_dict().ok()).unwrap_or(resources);
                self.content(&content, own, inner, depth + 1)
            }
            _ => None,
        }
    }

    fn image(&mut self, stream: &'a Stream, now: State) -> Option<()> {
        let entry = |key: &[u8]| Some(self.document.dereference(stream.dict.get(key).ok()?).ok()?.1);
        let mask = entry(b"ImageMask").and_then(|o| o.as_bool().ok()).unwrap_or(false);
        // A second picture, a cut-out, or a stencil in colour.
        if self.found.is_some() || entry(b"SMask").is_some() || entry(b"Mask").is_some() || mask && !now.black
        {
            return None;
        }
        let side = |key| u32::try_from(entry(key)?.as_i64().ok()?).ok().filter(|&v| v > 0);
        let [a, b, c, d] = now.matrix;
        let points = (a.hypot(b), c.hypot(d));
        let share = points.0 * points.1 / self.area;
        if share.is_nan() || share < COVER {
            return None;
        }
        if share >= HIDES && !mask {
            self.marked = false;
        }
        self.found = Some(Shown {
            stream,
            width: side(b"Width")?,
            height: side(b"Height")?,
            points,
            orientation: orientation(now.matrix)?,
        });
        Some(())
    }
}

/// `cm`: the new matrix comes first.
fn product(v: &[f32], m: [f32; 4]) -> Option<[f32; 4]> {
    let [a, b, c, d, ..] = v else { return None };
    Some([a * m[0] + b * m[2], a * m[1] + b * m[3], c * m[0] + d * m[2], c * m[1] + d * m[3]])
}

/// Quarter turns and mirrorings only; a skewed placement is drawn instead.
fn orientation([a, b, c, d]: [f32; 4]) -> Option<Orientation> {
    let small = |v: f32, than: f32| v.abs() <= 0.001 * than.abs();
    let (mirror, turn) = if small(b, a) && small(c, d) {
        if d > 0.0 { (a < 0.0, Turn::None) } else { (a > 0.0, Turn::Half) }
    } else if small(a, b) && small(d, c) {
        if c > 0.0 { (b > 0.0, Turn::Right) } else { (b < 0.0, Turn::Left) }
    } else {
        return None;
    };
    Some(Orientation { mirror, turn })
}

/// Whether a colour operator sets black.
fn is_black(document: &Document, operation: &Operation) -> bool {
    let v = numbers(document, &operation.operands);
    match (operation.operator.as_str(), v.as_slice()) {
        ("k", [c, m, y, k]) => *k >= 1.0 && *c >= 0.0 && *m >= 0.0 && *y >= 0.0,
        (_, []) | ("k", _) => false,
        (_, all) => all.len() == operation.operands.len() && all.iter().all(|&x| x == 0.0),
    }
}
