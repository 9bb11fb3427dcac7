//! Procedure, sample and how long things are kept: as written -> as used. Pure.

use super::Retention;
use super::file;
use super::resolve::Check;
use crate::model::town::Procedure;
use crate::record::sample::Plan;
use toml::Spanned;

/// Half a year for paper, as courts and authorities keep it after scanning. Copies of letters go only where the town
/// said after how long: no letter is deleted by a default.
pub(super) fn retention(written: &file::Retention) -> Retention {
    Retention {
        paper: written.paper_days.unwrap_or(180),
        delivered: written.delivered_days,
        suppressed: written.suppressed_days.unwrap_or(14),
        rejected: written.rejected_days,
        staff: written.staff_days.unwrap_or(90),
        backup: written.backup_days.unwrap_or(30),
    }
}

pub(super) fn sample(check: &mut Check<'_>, written: &file::Sample) -> Plan {
    let default = Plan::default();
    let mut share = |value: &Option<Spanned<f64>>, default: f64| match value {
        Some(v) if *v.get_ref() > 0.0 && *v.get_ref() <= 1.0 => *v.get_ref(),
        Some(v) => {
            let hint = "Zum Beispiel 0.05 für fünf von hundert.";
            check.complain(v.span(), "config.share", "Der Anteil muss über 0 und höchstens 1 sein.", hint);
            default
        }
        None => default,
    };
    let plan =
        Plan { normal: share(&written.normal, default.normal), high: share(&written.hoch, default.high) };
    // A.AM.IN.H.7: clearly more than for normal need.
    if plan.high < 2.0 * plan.normal && plan.high < 1.0 {
        let span = written.hoch.as_ref().or(written.normal.as_ref()).map_or(0..0, Spanned::span);
        check.complain(
            span,
            "config.sample_floor",
            "Die Stichprobe bei Schutzbedarf „hoch“ muss deutlich über der bei „normal“ liegen.",
            "hoch mindestens doppelt so groß wie normal setzen (TR-03138 A.AM.IN.H.7).",
        );
    }
    plan
}

pub(super) fn procedure(check: &mut Check<'_>, written: &file::Procedure) -> Procedure {
    let default = Procedure::default();
    if let Some(day) = written.released.as_ref().filter(|d| d.get_ref().parse::<jiff::civil::Date>().is_err())
    {
        check.complain(day.span(), "config.date", "Kein Datum.", "JJJJ-MM-TT schreiben.");
    }
    Procedure {
        name: written.name.clone().unwrap_or(default.name),
        version: written.version.clone().unwrap_or(default.version),
        released: written.released.as_ref().map(|d| d.get_ref().clone()),
        guideline: written.guideline.clone().unwrap_or(default.guideline),
    }
}
