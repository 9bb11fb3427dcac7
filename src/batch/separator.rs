//! Is this sheet a separator?

use super::{BatchPage, CutOrder};

/// Pages with more words than this are letters; a cover sheet in plain German has 60 to 100.
const WORDS_MAX: usize = 150;

/// What a page says about cutting.
#[derive(Clone, Debug, PartialEq)]
pub enum Says {
    /// Nothing.
    Nothing,
    /// It is a sheet put in to separate.
    Sheet {
        /// Symbology.
        kind: String,
        /// Decoded value.
        value: String,
        /// The town printed it: its value is orders.
        own: bool,
        /// It was read as the twin of the patch code that counts.
        turned: bool,
    },
    /// A document begins with this page.
    Begins {
        /// Symbology.
        kind: String,
        /// It looks like a letter, so it was not taken out although the rule says so.
        doubtful: bool,
    },
    /// It looks like a sheet of the town, and the town did not print it.
    Forged,
    /// Patch bars on a page full of words: no sheet to take out, no place to cut unseen.
    PatchOnLetter,
}

/// The strongest code on the page: own sheets, then barcodes by rule, then patch bars.
pub fn says(page: &BatchPage<'_>, order: &CutOrder) -> Says {
    let codes = || page.codes.iter();
    let patch = |symbology: &str| symbology.starts_with("patch_");
    if let Some(own) = &order.own_sheets
        && let Some(code) = codes().find(|c| !patch(&c.symbology) && own.is_match(&c.value))
    {
        if order.sheet_key.as_ref().is_some_and(|key| !key.printed(&code.value)) {
            return Says::Forged;
        }
        let (kind, value) = (code.symbology.clone(), code.value.clone());
        return Says::Sheet { kind, value, own: true, turned: false };
    }
    if order.strict {
        return Says::Nothing;
    }
    for rule in &order.barcodes {
        let fits =
            |c: &&crate::model::page::Code| c.symbology == rule.symbology && rule.value.is_match(&c.value);
        if let Some(code) = codes().find(fits) {
            let kind = code.symbology.clone();
            let doubtful = page.words > WORDS_MAX && !rule.keep;
            return if rule.keep || doubtful {
                Says::Begins { kind, doubtful }
            } else {
                Says::Sheet { kind, value: code.value.clone(), own: false, turned: false }
            };
        }
    }
    let counts = |symbology: &str| order.patches.iter().any(|p| p == symbology);
    let upright = codes().find(|c| counts(&c.symbology));
    let turned = codes().find(|c| order.patch_twins && counts(twin(&c.symbology)));
    match upright.or(turned) {
        Some(_) if page.words > WORDS_MAX => Says::PatchOnLetter,
        Some(code) => Says::Sheet {
            kind: code.symbology.clone(),
            value: String::new(),
            own: false,
            turned: upright.is_none(),
        },
        None => Says::Nothing,
    }
}

/// What a patch code reads as when the sheet lies upside down.
fn twin(symbology: &str) -> &str {
    match symbology {
        "patch_1" => "patch_6",
        "patch_6" => "patch_1",
        "patch_3" => "patch_t",
        "patch_t" => "patch_3",
        other => other,
    }
}
