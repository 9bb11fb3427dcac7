//! Pages and pictures as the renderer sees them.
//!
//! A scanned page's picture comes out with the pixels it is stored with, whatever its coding and colours;
//! a composed page is drawn as large as it was described.

use super::whole::damaged_page;
use crate::model::notes::Outcome;
use crate::model::page::{Coding, Colour, SourcePage};
use crate::page::container::{Result, damaged, missing_rows};
use crate::page::raster::{Pixels, Raster};
use hayro::hayro_interpret::font::GlyphRun;
use hayro::hayro_interpret::{
    BlendMode, ClipPath, Context, Device, DrawMode, DrawProps, Image, ImageData, ImageDrawProps,
    InterpreterCache, InterpreterSettings, InterpreterWarning, LumaData, SoftMask, interpret_page,
};
use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::page::Page;
use hayro::kurbo::{Affine, BezPath, Rect};
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use image::{GrayImage, RgbImage};
use std::sync::{Arc, Mutex, PoisonError};

/// The file as the renderer sees it.
pub struct Drawn(Pdf);

impl std::fmt::Debug for Drawn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Drawn({} pages)", self.0.pages().len())
    }
}

impl Drawn {
    /// Reads the file's tables; pages when they are asked for.
    pub fn new(bytes: &Arc<Vec<u8>>) -> Result<Self> {
        Pdf::new(bytes.clone()).map(Self).map_err(|e| wrong(format!("{e:?}")))
    }

    /// A page, numbered from 1.
    pub fn page(&self, number: u32) -> Result<&Page<'_>> {
        let index = number.checked_sub(1).ok_or_else(|| wrong("die Seite fehlt"))?;
        self.0.pages().get(index as usize).ok_or_else(|| wrong("die Seite fehlt"))
    }
}

fn wrong(what: impl std::fmt::Display) -> crate::model::refusal::Refusal {
    damaged("pdf.render", what)
}

/// Draws a whole page with as many pixels as `page` says, with doubt about one of which something was not drawn.
pub fn render(drawn: &Drawn, page: &SourcePage) -> Result<Outcome<Raster>> {
    if page.width > 65_000 || page.height > 65_000 {
        return Err(wrong("die Seite ist zu groß zum Darstellen"));
    }
    let shown = drawn.page(page.number)?;
    let (across, down) = shown.render_dimensions();
    if !(across > 0.0 && down > 0.0) {
        return Err(wrong("die Seite hat keine Fläche"));
    }
    let settings = PixmapSettings {
        x_scale: page.width as f32 / across,
        y_scale: page.height as f32 / down,
        bg_color: WHITE,
    };
    let left_out: Arc<Mutex<Option<&'static str>>> = Arc::default();
    let heard = left_out.clone();
    let warning_sink = move |warning: InterpreterWarning| {
        let what = match warning {
            InterpreterWarning::UnsupportedFont => "eine Schrift ist nicht lesbar",
            InterpreterWarning::ImageDecodeFailure => "ein Bild ist nicht lesbar",
            _ => return,
        };
        *heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(what);
    };
    let interpreter =
        InterpreterSettings { warning_sink: Arc::new(warning_sink), ..InterpreterSettings::default() };
    let pixmap =
        hayro::render(shown, &RenderCache::new(), &interpreter, &RenderSettings::default(), &settings);
    let (width, height) = (u32::from(pixmap.width()), u32::from(pixmap.height()));
    let rgb: Vec<u8> = pixmap.data_as_u8_slice().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    let image = RgbImage::from_raw(width, height, rgb).ok_or_else(|| wrong("unerwartete Größe"))?;
    let left_out = *left_out.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(Outcome {
        value: Raster { pixels: Pixels::Rgb(image), colour: Colour::Colour },
        notes: left_out.map(damaged_page).into_iter().collect(),
    })
}

/// The one picture of a scanned page with the pixels it is stored with; rows that are not there stay white.
pub fn picture(drawn: &Drawn, page: &SourcePage) -> Result<Outcome<Raster>> {
    let shown = drawn.page(page.number)?;
    let area = Rect::new(0.0, 0.0, 1.0, 1.0);
    let cache = InterpreterCache::new();
    let settings = InterpreterSettings::default();
    let mut context = Context::new(Affine::IDENTITY, area, &cache, shown.xref(), settings);
    let mut taker = Taker::default();
    interpret_page(shown, &mut context, &mut taker);
    let Some(taken) = taker.taken else {
        return Err(damaged("pdf.picture", "das Bild der Seite lässt sich nicht dekodieren"));
    };
    let (mut rows, width, stored, channels) = match taken {
        Taken::Rgb(rows, width, height) => (rows, width, height, 3),
        Taken::Grey(rows, width, height) => (rows, width, height, 1),
    };
    let size = || wrong("unerwartete Größe");
    // Only samples without a size of their own can be too few.
    let cut = page.coding == Coding::Lossless && width == page.width && stored < page.height;
    let height = if cut { page.height } else { stored };
    if cut {
        rows.resize(width as usize * height as usize * channels, 255);
    }
    let notes = missing_rows((height - stored) as f32 / height.max(1) as f32);
    let value = if channels == 3 {
        let image = RgbImage::from_raw(width, height, rows).ok_or_else(size)?;
        Raster { pixels: Pixels::Rgb(image), colour: Colour::Colour }
    } else {
        let black_and_white = page.colour == Colour::Bitonal && rows.iter().all(|v| matches!(v, 0 | 255));
        let colour = if black_and_white { Colour::Bitonal } else { Colour::Grey };
        let image = GrayImage::from_raw(width, height, rows).ok_or_else(size)?;
        Raster { pixels: Pixels::Grey(image), colour }
    };
    Ok(Outcome { value, notes })
}

enum Taken {
    Rgb(Vec<u8>, u32, u32),
    Grey(Vec<u8>, u32, u32),
}

/// Takes the first picture it is shown and draws nothing.
#[derive(Default)]
struct Taker {
    taken: Option<Taken>,
}

impl Device<'_> for Taker {
    fn draw_image(&mut self, image: Image<'_, '_>, _: ImageDrawProps<'_>) {
        if self.taken.is_some() {
            return;
        }
        let taken = &mut self.taken;
        match image {
            Image::Raster(image) => image.with_rgba(
                |data, _| {
                    *taken = Some(match data {
                        ImageData::Rgb(d) => Taken::Rgb(d.data, d.width, d.height),
                        ImageData::Luma(d) => Taken::Grey(d.data, d.width, d.height),
                    });
                },
                None,
            ),
            // A stencil says where there is ink: 255 is black.
            Image::Stencil(image) => image.with_stencil(
                |LumaData { mut data, width, height, .. }, _| {
                    data.iter_mut().for_each(|v| *v = 255 - *v);
                    *taken = Some(Taken::Grey(data, width, height));
                },
                None,
            ),
        }
    }

    fn draw_glyph_run(&mut self, _: &GlyphRun<'_, '_>, _: DrawProps<'_>, _: &DrawMode) {}
    fn draw_path(&mut self, _: &BezPath, _: DrawProps<'_>, _: &DrawMode) {}
    fn push_clip_path(&mut self, _: &ClipPath) {}
    fn push_transparency_group(&mut self, _: f32, _: Option<SoftMask<'_>>, _: BlendMode) {}
    fn pop_clip(&mut self) {}
    fn pop_transparency_group(&mut self) {}
}
