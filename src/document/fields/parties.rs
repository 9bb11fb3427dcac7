//! Who writes: the return line above the address, the block of a private letter, the letterhead, the form.

use super::labels::Label;
use super::rows::{self, Placed, Row};
use super::{Letter, of_words, pattern};
use crate::document::text::folded;
use crate::model::document::Field;

pattern!(PLACE, r"\b\d{5} [A-ZÄÖÜ]");
pattern!(SEPARATOR, r"\s*[·•|;]\s*|\s+[-–—:*~./]+\s+|\s+[-–—:*~.]+\s*|\s*[:~]\s+|\s*,\s*");
pattern!(SENT_BY, r"(?i)^\W*(?:abs(?:ender)?(?:in)?\s?[.:]*|von)\s*[:.]\s*|^(?i:absender)\s+");
pattern!(
    CLOSES,
    r"(?i)^(?:mit (?:freundlich|best|kollegial|lieb|herzlich)\w*|(?:freundliche|viele|beste|liebe|schöne) gr[uü]\w+|hochachtungsvoll|gruß|es grüßt)"
);
pattern!(
    ROLE,
    r"(?i)^(?:gez\.?|i\. ?[av]\.?|ppa\.?|im auftrag|in vertretung|geschäftsführ\w*:?|dipl\.-?\w*\.?)\s+"
);
pattern!(
    STREET,
    r"(?i)^(?:\p{L}[\p{L}.\-]*)?(?:stra(?:ß|ss)e|str\.?|weg|platz|gasse|allee|ring|damm|ufer|chaussee|markt|steig|pfad|stieg|hof|hag|wall|graben|höfe|höfen|berg|grund|feld|park|brücke|tor|kamp|winkel|zeile)$"
);
pattern!(
    STREET_BEGINS,
    r"^(?:Am|An|Auf|Im|In|Hinter|Unter|Vor|Zum|Zur|Alte[rs]?|Neue[rs]?|Lange[rs]?|Kurze[rs]?|Große[rs]?|Kleine[rs]?|Obere[rs]?|Untere[rs]?)$"
);

/// Rows from a form's family name to its given name.
const NAMES_APART: usize = 3;
/// Where the foot of a page begins, mm.
const FOOTER_MM: f32 = 255.0;
/// Rows at the top in which a printed mail says who, to whom and when.
const MAIL_ROWS: usize = 14;

/// The sender's name; a proposal, unless a form asks for it.
pub fn sender(letter: &Letter<'_>) -> Option<Field> {
    let found = printed_mail(letter)
        .or_else(|| court(letter))
        .or_else(|| return_line(letter))
        .or_else(|| block(letter))
        .or_else(|| on_form(letter, Label::Person))
        .or_else(|| two_names(letter))
        .or_else(|| if is_form(letter) { on_form(letter, Label::Name) } else { None })
        .or_else(|| letterhead(letter))
        .or_else(|| on_form(letter, Label::Name))
        .or_else(|| footer(letter))
        .or_else(|| signature(letter))?;
    Some(Field { value: tidy(&found.value), ..found })
}

/// Without what an engine makes of the sign between name and street: `Gärtnerei Oberwittler «`, `Praxis Sand e`.
pub(super) fn tidy(name: &str) -> String {
    let mut name = name;
    loop {
        let before = name;
        name = name.trim_end_matches(|c: char| {
            c.is_whitespace() || !c.is_alphanumeric() && !matches!(c, '.' | ')' | '"' | '“')
        });
        if let Some((head, tail)) = name.rsplit_once(' ') {
            let mark = tail.chars().count() == 1
                && !tail.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit());
            if mark && head.chars().count() >= 4 {
                name = head;
            }
        }
        if name == before {
            return name.to_owned();
        }
    }
}

/// Who wrote a mail that was printed: `Von: Erika Muster <erika@post.example>`.
fn printed_mail(letter: &Letter<'_>) -> Option<Field> {
    let top = || letter.rows.iter().filter(|r| r.page == 1).take(MAIL_ROWS);
    let begins = |row: &Row, names: &[&str]| {
        row.words.len() > 1
            && row.words.first().is_some_and(|w| names.contains(&w.text.to_lowercase().as_str()))
    };
    top().find(|r| begins(r, &["an:", "gesendet:", "to:", "sent:"]))?;
    let row = top().find(|r| begins(r, &["von:", "from:", "absender:"]))?;
    let words = &row.words[1..];
    let end = words.iter().position(|w| w.text.contains(['<', '@', '['])).unwrap_or(words.len());
    let value = rows::joined(&words[..end]);
    is_name(&value).then(|| of_words(1, &words[..end], value, false))
}

/// Whether a row names the town itself: it is who is written to.
fn is_town(text: &str) -> bool {
    let folded = folded(text);
    ["stadt ", "stadtverwaltung", "an die ", "an das ", "an den ", "gemeinde ", "rathaus"]
        .iter()
        .any(|s| folded.starts_with(s))
}

fn court(letter: &Letter<'_>) -> Option<Field> {
    let head = letter.rows.iter().filter(|r| r.page == 1 && r.y < 75.0 * letter.per_mm);
    let row = head.take(8).find(|r| {
        let folded = rows::joined_folded(&r.words);
        folded.contains("gericht") || folded.contains("staatsanwaltschaft")
    })?;
    let says = |s: &&[Placed]| {
        let folded = rows::joined_folded(s);
        folded.contains("gericht") || folded.contains("staatsanwaltschaft")
    };
    let segment = row.segments().into_iter().find(says)?;
    // Its address may follow in the same line; " - " belongs to names of courts.
    let end =
        segment.iter().position(|w| w.text.ends_with(',') || matches!(w.text.as_str(), "·" | "•" | "|"));
    let words =
        &segment[..end.map_or(segment.len(), |at| (at + usize::from(segment[at].text.len() > 2)).max(1))];
    Some(of_words(1, words, rows::joined(words).trim_end_matches(',').to_owned(), false))
}

/// Whether it is a form of the town: the town's name on top, and no salutation.
fn is_form(letter: &Letter<'_>) -> bool {
    let top = letter.rows.iter().find(|r| r.page == 1);
    letter.salutation().is_none() && top.is_some_and(|r| is_town(&r.text()))
}

/// Family name and given name in fields of their own.
fn two_names(letter: &Letter<'_>) -> Option<Field> {
    let labelled = |label: Label| {
        letter.labels.iter().filter(move |l| l.page == 1 && l.label == label && !about_another(letter, l.row))
    };
    let family = labelled(Label::FamilyName).next().or_else(|| labelled(Label::Name).next())?;
    let given = labelled(Label::GivenName).find(|l| l.row.abs_diff(family.row) <= NAMES_APART)?;
    let value = format!("{} {}", rows::joined(&given.words), rows::joined(&family.words));
    let fits = is_name(&value) && value.split(' ').count() <= 6 && !value.chars().any(|c| c.is_ascii_digit());
    let words: Vec<Placed> = family.words.iter().chain(&given.words).cloned().collect();
    fits.then(|| of_words(1, &words, value, false))
}

/// Name, street and town in the lowest rows of the page, as on leaflets.
fn footer(letter: &Letter<'_>) -> Option<Field> {
    let low = letter.rows.iter().filter(|r| r.page == 1 && r.y > FOOTER_MM * letter.per_mm);
    low.flat_map(|r| r.segments()).find_map(|segment| {
        let text = rows::joined(segment);
        let before = text.get(..PLACE.as_ref()?.find(&text)?.start())?;
        let name = without_street(before).filter(|_| !is_town(before) && !only_street(before))?;
        let count = name.split(' ').count().min(segment.len());
        Some(of_words(1, &segment[..count], name, false))
    })
}

/// One line with name, street and town above the window of the address; else one with street and town alone, and the
/// name above it, as in the head of a letter.
fn return_line(letter: &Letter<'_>) -> Option<Field> {
    let lines: Vec<(usize, Vec<Placed>, String)> = letter
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.page == 1 && row.y < 100.0 * letter.per_mm)
        .filter_map(|(at, row)| {
            let with_place =
                |s: &&[Placed]| s.len() >= 4 && PLACE.as_ref().is_some_and(|r| r.is_match(&rows::joined(s)));
            // Gaps around the signs between the parts may be wide.
            let words = row.segments().into_iter().find(with_place).unwrap_or(&row.words).to_vec();
            let text = rows::joined(&words);
            let before = text.get(..PLACE.as_ref()?.find(&text)?.start())?;
            let address = !is_town(before) && before.chars().any(|c| c.is_ascii_digit());
            let before = SENT_BY.as_ref().map_or(before.into(), |r| r.replace(before, "")).into_owned();
            address.then_some((at, words, before))
        })
        .collect();
    let street =
        |before: &str| before.split(' ').filter(|w| !w.is_empty()).count() <= 5 && only_street(before);
    let named = |(_, words, before): &(usize, Vec<Placed>, String)| {
        let name = without_street(before).filter(|_| !street(before))?;
        let count = name.split(' ').count().min(words.len());
        Some(of_words(1, &words[..count], name, false))
    };
    let above = |(at, words, before): &(usize, Vec<Placed>, String)| {
        street(before).then(|| line_above(letter, *at, words)).flatten()
    };
    lines.iter().find_map(named).or_else(|| lines.iter().find_map(above))
}

/// Whether nothing but a street stands before the town: `Am Mühlgraben 4 · `.
fn only_street(text: &str) -> bool {
    let head = text.trim().trim_end_matches(|c: char| !c.is_alphanumeric());
    let mut words = head.split(' ').collect::<Vec<_>>();
    if SEPARATOR.as_ref().is_some_and(|r| r.is_match(head)) {
        return false;
    }
    let number = words.iter().rposition(|w| w.starts_with(|c: char| c.is_ascii_digit()));
    let Some(number) = number.filter(|&n| n > 0) else { return false };
    words.truncate(number);
    STREET_BEGINS.as_ref().is_some_and(|r| r.is_match(words[0]))
        || words.len() == 1 && STREET.as_ref().is_some_and(|r| r.is_match(words[0]))
}

/// The name in a line of its own above street and town.
fn line_above(letter: &Letter<'_>, at: usize, below: &[Placed]) -> Option<Field> {
    let row = letter.rows.get(at.checked_sub(1)?).filter(|r| r.page == 1)?;
    let near = letter.rows[at].y - row.y < 4.0 * row.height.max(letter.per_mm * 2.0);
    let segment = row.segments().into_iter().find(|s| aligned(s, below, 6.0 * letter.per_mm))?;
    let value = rows::joined(segment);
    (near && is_name(&value) && !is_town(&value)).then(|| of_words(1, segment, value, false))
}

/// Whether one line stands over another: set to the left, to the right, or in the middle.
fn aligned(line: &[Placed], other: &[Placed], by: f32) -> bool {
    let ends = |s: &[Placed]| (s.first().map_or(0.0, |w| w.left), s.last().map_or(0.0, |w| w.right));
    let ((from, to), (left, right)) = (ends(line), ends(other));
    [(from - left).abs(), (to - right).abs(), (from + to - left - right).abs() / 2.0]
        .into_iter()
        .any(|away| away < by)
}

/// A name up to the sign that parts it from street and town. A dot after a title is none, nor a comma before more of the
/// name: `Dr. med. Sand`, `Universität Hagen, Institut für Recht · Weg 1`, `Sparkasse Hagen – Nachlassabteilung · Weg 1`.
fn before_separator(text: &str) -> Option<&str> {
    let separator = SEPARATOR.as_ref()?;
    let titles = ["Dr", "Prof", "med", "dent", "vet", "Dipl", "Ing", "St", "rer", "nat", "jur", "phil"];
    let end = separator.find_iter(text).find(|found| {
        let (head, tail) = (&text[..found.start()], &text[found.end()..]);
        let title = head.rsplit([' ', '.']).next().is_some_and(|w| titles.contains(&w));
        let next = separator.find(tail).map(|m| &tail[..m.start()]);
        let more = [",", "-", "–", "—"].contains(&found.as_str().trim())
            && next.is_some_and(|n| {
                let street = n.split(' ').any(|w| STREET.as_ref().is_some_and(|r| r.is_match(w)));
                !street && n.chars().count() > 3 && !n.chars().any(|c| c.is_ascii_digit())
            });
        !title && !more
    });
    Some(text[..end.map_or(text.len(), |e| e.start())].trim())
}

/// `Erika Muster, Am Mühlgraben 4` as `Erika Muster`.
pub(super) fn without_street(text: &str) -> Option<String> {
    let head = before_separator(text.trim())?;
    let mut words: Vec<&str> = head.split(' ').filter(|w| !w.is_empty()).collect();
    if words.iter().any(|w| w.starts_with(|c: char| c.is_ascii_digit())) {
        let number = words.iter().rposition(|w| w.starts_with(|c: char| c.is_ascii_digit()))?;
        words.truncate(number);
        // The street is the last word or begins with a word that begins streets.
        let street = STREET.as_ref().filter(|r| words.last().is_some_and(|w| r.is_match(w)));
        words.pop();
        let begins = |w: &&str| STREET_BEGINS.as_ref().is_some_and(|r| r.is_match(w));
        if let Some(at) = words.iter().rposition(begins).filter(|at| words.len() - at <= 3) {
            words.truncate(at);
        } else if street.is_none() && words.len() > 2 {
            return None;
        }
    }
    let name = words.join(" ").trim_end_matches(['-', ':', '~', '·', ' ']).to_owned();
    is_name(&name).then_some(name)
}

fn is_name(text: &str) -> bool {
    text.chars().filter(|c| c.is_alphabetic()).count() >= 4
        && text.split(' ').count() >= 2
        && text.starts_with(|c: char| c.is_uppercase())
        && !text.contains('@')
        // Whom to ask.
        && !(text.split(' ').count() == 2 && (text.starts_with("Herr ") || text.starts_with("Frau ")))
}

/// Name over street over town, before the town's own address. Of several lines above the street the first is the name:
/// what stands below it says what a firm does or who owns it.
fn block(letter: &Letter<'_>) -> Option<Field> {
    let first: Vec<&Row> = letter.rows.iter().filter(|r| r.page == 1).collect();
    let (at, place) = first
        .iter()
        .enumerate()
        .find_map(|(i, row)| row.segments().into_iter().find(|s| starts_with_place(s)).map(|s| (i, s)))?;
    let mut lines: Vec<&[Placed]> = Vec::new();
    let mut below = first[at];
    for row in first[..at].iter().rev() {
        if below.y - row.y > 2.4 * below.height.max(row.height).max(2.2 * letter.per_mm) || lines.len() == 5 {
            break;
        }
        if let Some(segment) = row.segments().into_iter().find(|s| aligned(s, place, 6.0 * letter.per_mm)) {
            lines.push(segment);
            below = row;
        }
    }
    let texts: Vec<String> = lines.iter().map(|l| rows::joined(l)).collect();
    if texts.iter().any(|t| is_town(t)) || !texts.first()?.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let names = || texts.iter().zip(&lines).skip(1);
    let fits =
        |text: &str| is_name(text) && !text.chars().any(|c| c.is_ascii_digit()) && !text.ends_with(':');
    let (value, words) = names().take_while(|(text, _)| fits(text)).last()?;
    Some(of_words(1, words, value.clone(), false))
}

/// Who signs, if nothing else says who writes.
fn signature(letter: &Letter<'_>) -> Option<Field> {
    let closes = |r: &Row| CLOSES.as_ref().is_some_and(|c| c.is_match(&r.text()));
    let at = letter.rows.iter().rposition(closes)?;
    letter.rows.iter().skip(at + 1).take(5).find_map(|row| {
        let segment = *row.segments().first()?;
        let text = rows::joined(segment);
        let value = ROLE.as_ref().map_or(text.clone(), |r| r.replace(&text, "").into_owned());
        let fits =
            is_name(&value) && value.split(' ').count() <= 5 && !value.chars().any(|c| c.is_ascii_digit());
        fits.then(|| of_words(row.page, segment, value, false))
    })
}

fn starts_with_place(segment: &[Placed]) -> bool {
    let text = rows::joined(segment);
    PLACE.as_ref().and_then(|r| r.find(&text)).is_some_and(|m| m.start() == 0)
}

/// Whether the fields at a row of a form are about somebody else.
fn about_another(letter: &Letter<'_>, row: usize) -> bool {
    const OTHERS: [&str; 7] = [
        "kind",
        "angaben zum kind",
        "verstorbene",
        "angaben zur verstorbenen",
        "ehegatte",
        "hund",
        "patient",
    ];
    letter.rows[row.saturating_sub(2)..row].iter().any(|r| {
        let folded = rows::joined_folded(&r.words);
        // "Kind, für das Unterhaltsvorschuss beantragt wird"
        let most = if folded.starts_with("kind fur ") { 8 } else { 4 };
        OTHERS.iter().any(|h| {
            folded == *h || folded.starts_with(&format!("{h} ")) && folded.split(' ').count() <= most
        })
    })
}

/// The person a form asks for; not the child or the deceased it is about.
fn on_form(letter: &Letter<'_>, label: Label) -> Option<Field> {
    // Below a salutation no form begins: "(Bauherr: Lukas Muster)".
    let form = |row: usize| letter.salutation().is_none_or(|greeting| row < greeting);
    let asked = letter.labels.iter().filter(|l| l.label == label && l.page == 1);
    asked.filter(|l| form(l.row) && !about_another(letter, l.row)).find_map(|found| {
        let text = rows::joined(&found.words);
        let value = match text.split_once(", ") {
            // Forms want the family name first.
            Some((family, given)) if !given.contains(',') => {
                // A second name beside it is the signature of a neighbouring field.
                let given = given.trim_end_matches(family).trim();
                format!("{given} {family}")
            }
            _ => text,
        };
        let fits = is_name(&value) && !value.chars().any(|c| c.is_ascii_digit());
        fits.then(|| of_words(found.page, &found.words, value, false))
    })
}

/// The first line that could be a name: no greeting, and not the second line of the town's own address.
fn letterhead(letter: &Letter<'_>) -> Option<Field> {
    let rows: Vec<&Row> = letter.rows.iter().filter(|r| r.page == 1 && r.y < 60.0 * letter.per_mm).collect();
    let of_address = |at: usize, segment: &[Placed]| {
        rows[..at].iter().rev().take(1).flat_map(|r| r.segments()).any(|above| {
            is_town(&rows::joined(above))
                && above
                    .first()
                    .zip(segment.first())
                    .is_some_and(|(a, b)| (a.left - b.left).abs() < 4.0 * letter.per_mm)
        })
    };
    rows.iter().enumerate().flat_map(|(at, r)| r.segments().into_iter().map(move |s| (at, s))).find_map(
        |(at, segment)| {
            let text = rows::joined(segment);
            let value = before_separator(&text)?.to_owned();
            let greets = super::super::text::is_salutation(&folded(&value));
            let fits = is_name(&value) && !is_town(&value) && !greets && !value.contains(':');
            let number = value.split(' ').any(|w| w.starts_with(|c: char| c.is_ascii_digit()));
            let fits = fits && !number && !of_address(at, segment);
            fits.then(|| of_words(1, segment, value, false))
        },
    )
}
