//! The evaluation as a page with charts: one file, no scripts, nothing fetched.

use super::{Report, share};
use std::fmt::Write;

/// Width and height of a chart in its own units.
const SIZE: (f64, f64) = (640.0, 260.0);

/// Straight-through share and share of wrong leads among it, for thresholds from 0 to 1.
pub fn curve(judged: &[(f32, bool)]) -> Vec<(f64, f64, f64)> {
    let at = |step: u32| {
        let threshold = f64::from(step) / 40.0;
        let through = judged.iter().filter(|(c, _)| *c > 0.0 && f64::from(*c) >= threshold);
        let wrong = through.clone().filter(|(_, right)| !right).count();
        let count = through.count();
        let error = if count == 0 { 0.0 } else { share(wrong, count) };
        (threshold, if judged.is_empty() { 0.0 } else { share(count, judged.len()) }, error)
    };
    (0..=40).map(at).collect()
}

/// The whole page.
pub fn page(report: &Report) -> String {
    let mut out = String::from(
        "<!doctype html><html lang=\"de\"><meta charset=\"utf-8\"><title>Auswertung</title><style>\
         body{font:16px/1.5 sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem}\
         table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ccc}\
         td:first-child,th:first-child{text-align:left}pre{overflow:auto;background:#f4f4f4;padding:1rem}\
         svg{width:100%;border:1px solid #ccc}</style><h1>Auswertung gegen die Wahrheit</h1>",
    );
    let curve = curve(&report.judged);
    let straight: Vec<(f64, f64)> = curve.iter().map(|p| (p.0, p.1)).collect();
    let wrong: Vec<(f64, f64)> = curve.iter().map(|p| (p.1, p.2)).collect();
    let top = wrong.iter().map(|p| p.1).fold(0.02, f64::max);
    let _ = write!(
        out,
        "<h2>Anteil ohne Nachbearbeitung je Schwelle</h2>{}<h2>Falsches Ziel (bis {:.1} %) je Anteil ohne \
         Nachbearbeitung</h2>{}<h2>Felder</h2>{}<h2>Dokumentarten</h2>{}<h2>Alles als Text</h2><pre>{}</pre>",
        line(&straight, 1.0),
        100.0 * top,
        line(&wrong, top),
        fields(report),
        kinds(report),
        escaped(&report.to_string())
    );
    out
}

/// A curve from the lower left; x from 0 to 1, y from 0 to `top`.
fn line(points: &[(f64, f64)], top: f64) -> String {
    let (width, height) = SIZE;
    let place = |&(x, y): &(f64, f64)| format!("{:.1},{:.1}", x * width, height - y / top * height);
    let path: Vec<String> = points.iter().map(place).collect();
    let grid: String = (1..10)
        .map(|i| {
            let x = width * f64::from(i) / 10.0;
            format!("<path d=\"M{x} 0V{height}\" stroke=\"#eee\"/>")
        })
        .collect();
    format!(
        "<svg viewBox=\"-10 -10 {} {}\" role=\"img\">{grid}<polyline fill=\"none\" stroke=\"#06c\" \
         stroke-width=\"2\" points=\"{}\"/></svg>",
        width + 20.0,
        height + 20.0,
        path.join(" ")
    )
}

fn fields(report: &Report) -> String {
    let mut out = String::from(
        "<table><tr><th>Feld<th>auf Briefen<th>richtig<th>Recall<th>Präzision<th>sicher<th>sicher und falsch",
    );
    for (name, n) in &report.fields {
        let (recall, precision) = (share(n.right, n.expected), share(n.right, n.found));
        let _ = write!(
            out,
            "<tr><td>{}<td>{}<td>{}<td>{recall:.4}<td>{precision:.4}<td>{}<td>{}",
            escaped(name),
            n.expected,
            n.right,
            n.sure,
            n.wrong_and_sure
        );
    }
    out + "</table>"
}

fn kinds(report: &Report) -> String {
    let mut out = String::from("<table><tr><th>ist<th>genannt<th>Zahl");
    for ((is, named), count) in &report.confusion {
        let mark = if is == named { "" } else { " style=\"background:#fdd\"" };
        let _ = write!(out, "<tr{mark}><td>{}<td>{}<td>{count}", escaped(is), escaped(named));
    }
    out + "</table>"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_higher_threshold_lets_less_through() {
        let judged = [(0.95, true), (0.8, false), (0.0, true), (0.6, true)];
        let curve = curve(&judged);
        assert_eq!(curve[0], (0.0, 0.75, 1.0 / 3.0));
        assert_eq!(curve[36], (0.9, 0.25, 0.0));
        assert!(curve.windows(2).all(|w| w[0].1 >= w[1].1));
    }

    #[test]
    fn a_page_shows_names_as_text() {
        let mut report = Report::default();
        report.confusion.insert(("a<b".into(), "c".into()), 1);
        assert!(page(&report).contains("a&lt;b"));
    }
}
