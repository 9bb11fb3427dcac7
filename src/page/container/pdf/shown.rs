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
/// Share of a side by which a picture may stand out over what can be seen of it: less is rounding of a writer.
const OVER: f32 = 0.015;
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
        let page = visible(document, page);
        let mut walk = Walk { document, page, found: None, marked: false, left: most };
        walk.content(&content, resources, State::new(page), 0)?;
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

/// Inches of a unit of the page (ISO 32000-1, 14.11.2, `UserUnit`).
pub fn unit_inches(document: &Document, page: ObjectId) -> f32 {
    let unit = document.get_dictionary(page).and_then(|d| d.get(b"UserUnit")).and_then(Object::as_float);
    unit.ok().filter(|u| (1.0..=1000.0).contains(u)).unwrap_or(1.0) / 72.0
}

/// What is seen of the page, in its units, before `/Rotate`.
pub fn visible(document: &Document, page: ObjectId) -> Area {
    let area = |key: &[u8]| -> Option<Area> {
        let v = numbers(document, inherited(document, page, key)?.as_array().ok()?);
        let [x0, y0, x1, y1] = v[..] else { return None };
        let area = Area { x: (x0.min(x1), x0.max(x1)), y: (y0.min(y1), y0.max(y1)) };
        (area.width().is_finite() && area.height().is_finite() && !area.tiny()).then_some(area)
    };
    let sheet = area(b"MediaBox").unwrap_or(Area { x: (0.0, 595.0), y: (0.0, 842.0) });
    area(b"CropBox").map(|crop| crop.and(sheet)).filter(|a| !a.tiny()).unwrap_or(sheet)
}

/// A rectangle of the page.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    x: (f32, f32),
    y: (f32, f32),
}

impl Area {
    /// Across, in units of the page.
    pub fn width(self) -> f32 {
        self.x.1 - self.x.0
    }

    /// Down.
    pub fn height(self) -> f32 {
        self.y.1 - self.y.0
    }

    fn tiny(self) -> bool {
        self.width() <= 1.0 || self.height() <= 1.0
    }

    fn and(self, other: Self) -> Self {
        let both = |a: (f32, f32), b: (f32, f32)| (a.0.max(b.0), a.1.min(b.1));
        Self { x: both(self.x, other.x), y: both(self.y, other.y) }
    }

    /// Where a rectangle comes to lie; nothing if it would lie askew.
    fn placed(self, m: [f32; 6]) -> Option<Self> {
        orientation(m)?;
        let corner = |x: f32, y: f32| (x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5]);
        let (a, b) = (corner(self.x.0, self.y.0), corner(self.x.1, self.y.1));
        Some(Self { x: (a.0.min(b.0), a.0.max(b.0)), y: (a.1.min(b.1), a.1.max(b.1)) })
    }

    /// Whether nothing of it is cut off outside of `other`.
    fn within(self, other: Self) -> bool {
        let over = |a: (f32, f32), b: (f32, f32)| (b.0 - a.0).max(a.1 - b.1) <= OVER * (a.1 - a.0);
        over(self.x, other.x) && over(self.y, other.y)
    }
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
    matrix: [f32; 6],
    /// What can be seen at all.
    clip: Area,
    invisible: bool,
    black: bool,
}

impl State {
    fn new(page: Area) -> Self {
        Self { matrix: [1.0, 0.0, 0.0, 1.0, 0.0, 0.0], clip: page, invisible: false, black: true }
    }
}

/// The path being built: nothing, one rectangle, or anything else.
#[derive(Clone, Copy)]
enum Path {
    Empty,
    Rectangle(Area),
    Other,
}

struct Walk<'a> {
    document: &'a Document,
    page: Area,
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
        let (mut path, mut clips) = (Path::Empty, false);
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
                "re" => path = self.rectangle(operation, path, now)?,
                "m" | "l" | "c" | "v" | "y" => path = Path::Other,
                "W" | "W*" => clips = true,
                "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s" | "sh" => self.mark()?,
                "BI" => return None,
                "Do" => self.object(name(0)?, resources, now, depth)?,
                // Transparency or a soft mask changes how the picture looks.
                "gs" if !self.plain_state(name(0)?, resources) => return None,
                _ => {}
            }
            // A path ends where it is painted or thrown away; only then it clips (ISO 32000-1, 8.5.4).
            if matches!(
                operation.operator.as_str(),
                "n" | "f" | "F" | "f*" | "B" | "B*" | "b" | "b*" | "S" | "s"
            ) {
                match (clips, path) {
                    (true, Path::Rectangle(area)) => now.clip = now.clip.and(area),
                    (true, _) => return None,
                    (false, _) => {}
                }
                (path, clips) = (Path::Empty, false);
            }
        }
        Some(())
    }

    /// The path with one rectangle more.
    fn rectangle(&self, operation: &Operation, before: Path, now: State) -> Option<Path> {
        let v = numbers(self.document, &operation.operands);
        let [x, y, w, h] = v[..] else { return None };
        let area = Area { x: (x.min(x + w), x.max(x + w)), y: (y.min(y + h), y.max(y + h)) };
        Some(match (before, area.placed(now.matrix)) {
            (Path::Empty, Some(area)) => Path::Rectangle(area),
            _ => Path::Other,
        })
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
                if let Ok(list) = stream.dict.get(b"BBox").and_then(Object::as_array) {
                    let [x0, y0, x1, y1] = numbers(self.document, list)[..] else { return None };
                    let seen = Area { x: (x0.min(x1), x0.max(x1)), y: (y0.min(y1), y0.max(y1)) };
                    inner.clip = inner.clip.and(seen.placed(inner.matrix)?);
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
        let [a, b, c, d, ..] = now.matrix;
        let points = (a.hypot(b), c.hypot(d));
        let place = Area { x: (0.0, 1.0), y: (0.0, 1.0) }.placed(now.matrix)?;
        let share = points.0 * points.1 / (self.page.width() * self.page.height());
        // Cut off, it would bring back what the sender took away.
        if share.is_nan() || share < COVER || !place.within(now.clip) {
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
fn product(v: &[f32], m: [f32; 6]) -> Option<[f32; 6]> {
    let [a, b, c, d, e, f] = v else { return None };
    Some([
        a * m[0] + b * m[2],
        a * m[1] + b * m[3],
        c * m[0] + d * m[2],
        c * m[1] + d * m[3],
        e * m[0] + f * m[2] + m[4],
        e * m[1] + f * m[3] + m[5],
    ])
}

/// Quarter turns and mirrorings only; a skewed placement is drawn instead.
fn orientation([a, b, c, d, ..]: [f32; 6]) -> Option<Orientation> {
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
