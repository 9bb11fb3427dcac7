//! Typefaces. In: a family name, a style, a size in pixels. Out: rasterised glyphs, kept per thread so that
//! each shape is drawn once. The files come from Debian's font packages; a missing one is named, because
//! another face would make other bytes.

use ab_glyph::{Font, FontVec, PxScale};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::OnceLock;

/// Where Debian puts fonts.
const ROOT: &str = "/usr/share/fonts";

/// A typeface: a name and its upright and bold file.
pub struct Family {
    /// Name shown in `--list`.
    pub name: &'static str,
    regular: &'static str,
    bold: &'static str,
    /// Only for seeds of the held-out range.
    pub held_out: bool,
    /// A typewriter face; never used for letterheads.
    pub mono: bool,
}

const fn family(name: &'static str, regular: &'static str, bold: &'static str) -> Family {
    Family { name, regular, bold, held_out: false, mono: false }
}

/// All typefaces; the held-out ones last.
pub const FAMILIES: &[Family] = &[
    family(
        "Liberation Sans",
        "truetype/liberation/LiberationSans-Regular.ttf",
        "truetype/liberation/LiberationSans-Bold.ttf",
    ),
    family(
        "Liberation Serif",
        "truetype/liberation/LiberationSerif-Regular.ttf",
        "truetype/liberation/LiberationSerif-Bold.ttf",
    ),
    family("DejaVu Sans", "truetype/dejavu/DejaVuSans.ttf", "truetype/dejavu/DejaVuSans-Bold.ttf"),
    family("DejaVu Serif", "truetype/dejavu/DejaVuSerif.ttf", "truetype/dejavu/DejaVuSerif-Bold.ttf"),
    family("Carlito", "truetype/crosextra/Carlito-Regular.ttf", "truetype/crosextra/Carlito-Bold.ttf"),
    family("Caladea", "truetype/crosextra/Caladea-Regular.ttf", "truetype/crosextra/Caladea-Bold.ttf"),
    family("Open Sans", "truetype/open-sans/OpenSans-Regular.ttf", "truetype/open-sans/OpenSans-Bold.ttf"),
    family(
        "Roboto",
        "truetype/roboto/unhinted/RobotoTTF/Roboto-Regular.ttf",
        "truetype/roboto/unhinted/RobotoTTF/Roboto-Bold.ttf",
    ),
    family(
        "Linux Libertine",
        "opentype/linux-libertine/LinLibertine_R.otf",
        "opentype/linux-libertine/LinLibertine_RB.otf",
    ),
    family("Free Sans", "truetype/freefont/FreeSans.ttf", "truetype/freefont/FreeSansBold.ttf"),
    Family {
        mono: true,
        ..family(
            "Liberation Mono",
            "truetype/liberation/LiberationMono-Regular.ttf",
            "truetype/liberation/LiberationMono-Bold.ttf",
        )
    },
    Family {
        mono: true,
        ..family(
            "DejaVu Sans Mono",
            "truetype/dejavu/DejaVuSansMono.ttf",
            "truetype/dejavu/DejaVuSansMono-Bold.ttf",
        )
    },
    Family {
        held_out: true,
        ..family("Lato", "truetype/lato/Lato-Regular.ttf", "truetype/lato/Lato-Bold.ttf")
    },
    Family {
        held_out: true,
        ..family(
            "Linux Biolinum",
            "opentype/linux-libertine/LinBiolinum_R.otf",
            "opentype/linux-libertine/LinBiolinum_RB.otf",
        )
    },
    Family {
        held_out: true,
        ..family("Free Serif", "truetype/freefont/FreeSerif.ttf", "truetype/freefont/FreeSerifBold.ttf")
    },
    Family {
        held_out: true,
        ..family(
            "DejaVu Sans Condensed",
            "truetype/dejavu/DejaVuSansCondensed.ttf",
            "truetype/dejavu/DejaVuSansCondensed-Bold.ttf",
        )
    },
    Family {
        held_out: true,
        mono: true,
        ..family(
            "Courier Prime",
            "opentype/courier-prime/Courier Prime.otf",
            "opentype/courier-prime/Courier Prime Bold.otf",
        )
    },
];

/// One glyph as coverage, placed relative to the pen on the base line.
pub struct Glyph {
    /// Pen movement in pixels.
    pub advance: f32,
    /// Left edge relative to the pen.
    pub left: i32,
    /// Top edge relative to the base line (negative is above).
    pub top: i32,
    /// Width of the coverage.
    pub width: usize,
    /// Coverage, row by row, 255 is full ink.
    pub alpha: Vec<u8>,
}

/// A face at a size, with the glyphs drawn so far.
pub struct Face {
    font: &'static FontVec,
    scale: PxScale,
    per_unit: f32,
    glyphs: RefCell<HashMap<char, Rc<Glyph>>>,
}

impl Face {
    /// The glyph of a character.
    pub fn glyph(&self, c: char) -> Rc<Glyph> {
        if let Some(known) = self.glyphs.borrow().get(&c) {
            return known.clone();
        }
        let id = self.font.glyph_id(c);
        let advance = self.font.h_advance_unscaled(id) * self.per_unit;
        let mut glyph = Glyph { advance, left: 0, top: 0, width: 0, alpha: Vec::new() };
        if let Some(outlined) = self.font.outline_glyph(id.with_scale(self.scale)) {
            let bounds = outlined.px_bounds();
            glyph.left = bounds.min.x as i32;
            glyph.top = bounds.min.y as i32;
            glyph.width = bounds.width() as usize;
            glyph.alpha = vec![0; glyph.width * bounds.height() as usize];
            outlined.draw(|x, y, cover| {
                if let Some(slot) = glyph.alpha.get_mut(y as usize * glyph.width + x as usize) {
                    *slot = (cover.clamp(0.0, 1.0) * 255.0) as u8;
                }
            });
        }
        let glyph = Rc::new(glyph);
        self.glyphs.borrow_mut().insert(c, glyph.clone());
        glyph
    }

    /// Width of a text in pixels.
    pub fn width(&self, text: &str) -> f32 {
        text.chars().map(|c| self.glyph(c).advance).sum()
    }
}

static FONTS: OnceLock<Vec<[FontVec; 2]>> = OnceLock::new();

/// Reads all typefaces once; says which package file is missing.
pub fn load() -> Result<(), String> {
    let mut all = Vec::new();
    for family in FAMILIES {
        all.push([open(family.regular)?, open(family.bold)?]);
    }
    let _ = FONTS.set(all);
    Ok(())
}

fn open(file: &str) -> Result<FontVec, String> {
    let path = format!("{ROOT}/{file}");
    let bytes = std::fs::read(&path)
        .map_err(|e| format!("typeface {path}: {e}; see sample-scans/README.md for the packages"))?;
    FontVec::try_from_vec(bytes).map_err(|e| format!("typeface {path}: {e}"))
}

thread_local! {
    static FACES: RefCell<HashMap<(usize, bool, u32), Rc<Face>>> = RefCell::new(HashMap::new());
}

/// The face of a family (index into [`FAMILIES`]) at a size in printer's points, at 300 dpi.
pub fn face(family: usize, bold: bool, points: f32) -> Rc<Face> {
    let quarter = (points * 4.0).round() as u32;
    FACES.with(|faces| {
        faces
            .borrow_mut()
            .entry((family, bold, quarter))
            .or_insert_with(|| {
                let font = &FONTS.get().unwrap_or_else(|| unreachable!("fonts are loaded at start"))[family]
                    [usize::from(bold)];
                let em = quarter as f32 / 4.0 * 300.0 / 72.0;
                let per_unit = em / font.units_per_em().unwrap_or(1000.0);
                let scale = PxScale::from(font.height_unscaled() * per_unit);
                Rc::new(Face { font, scale, per_unit, glyphs: RefCell::new(HashMap::new()) })
            })
            .clone()
    })
}
