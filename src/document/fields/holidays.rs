//! Public holidays by Land, and what they do to the end of a deadline (§ 193 BGB).
//!
//! State laws as of 2026; days that only parts of a Land keep are left out, so that no deadline ends later than
//! the earliest reading allows.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time, Weekday};

/// Fixed days: month, day, Länder that keep it; none: all.
const FIXED: &[(i8, i8, &[&str])] = &[
    (1, 1, &[]),
    (1, 6, &["BW", "BY", "ST"]),
    (3, 8, &["BE", "MV"]),
    (5, 1, &[]),
    (8, 15, &["SL"]),
    (9, 20, &["TH"]),
    (10, 3, &[]),
    (10, 31, &["BB", "HB", "HH", "MV", "NI", "SH", "SN", "ST", "TH"]),
    (11, 1, &["BW", "BY", "NW", "RP", "SL"]),
    (12, 25, &[]),
    (12, 26, &[]),
];
/// Days counted from Easter Sunday.
const MOVABLE: &[(i64, &[&str])] =
    &[(-2, &[]), (1, &[]), (39, &[]), (50, &[]), (60, &["BW", "BY", "HE", "NW", "RP", "SL"])];

/// The Länder, by the letters of ISO 3166-2:DE.
pub const LAENDER: [&str; 16] =
    ["BB", "BE", "BW", "BY", "HB", "HE", "HH", "MV", "NI", "NW", "RP", "SH", "SL", "SN", "ST", "TH"];

/// The first working day from a day on; without a Land only days that all keep count as holidays.
pub fn working_day_from(day: Date, land: Option<&str>) -> Date {
    let mut day = day;
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) || is_holiday(day, land) {
        day = day.saturating_add(1.day());
    }
    day
}

/// Working days after one day up to another, both ISO; 0 if that is past. `None` if one is no date.
pub fn working_days_between(from: &str, to: &str, land: Option<&str>) -> Option<u32> {
    let (mut day, to): (Date, Date) = (from.parse().ok()?, to.parse().ok()?);
    let mut count = 0;
    // More than a year is never near.
    while day < to && count < 250 {
        day = day.saturating_add(1.day());
        count += u32::from(working_day_from(day, land) == day);
    }
    Some(count)
}

/// When the house works: opening and closing on every working day.
pub type OfficeHours = (Time, Time);

/// Minutes of work between two moments of the same place; 0 if the second is past.
pub fn office_minutes_between(
    from: DateTime,
    to: DateTime,
    (opens, closes): OfficeHours,
    land: Option<&str>,
) -> i64 {
    let (mut day, mut minutes) = (from.date(), 0);
    // More than a year is never near.
    for _ in 0..366 {
        if day > to.date() {
            break;
        }
        if working_day_from(day, land) == day {
            let (begins, ends) = (from.max(day.to_datetime(opens)), to.min(day.to_datetime(closes)));
            minutes += begins.duration_until(ends).as_mins().max(0);
        }
        day = day.saturating_add(1.day());
    }
    minutes
}

/// Whether nobody works.
pub fn is_holiday(day: Date, land: Option<&str>) -> bool {
    let kept = |by: &[&str]| by.is_empty() || land.is_some_and(|l| by.contains(&l));
    let fixed = FIXED.iter().any(|&(m, d, by)| (day.month(), day.day()) == (m, d) && kept(by));
    let easter = easter(day.year());
    let movable = MOVABLE.iter().any(|&(offset, by)| easter.saturating_add(offset.days()) == day && kept(by));
    fixed || movable || land == Some("SN") && day == repentance(day.year())
}

/// Buß- und Bettag: the Wednesday before 23 November.
fn repentance(year: i16) -> Date {
    let mut day = jiff::civil::date(year, 11, 22);
    while day.weekday() != Weekday::Wednesday {
        day = day.saturating_sub(1.day());
    }
    day
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones, Butcher).
fn easter(year: i16) -> Date {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let month = (h + l - 7 * m + 90) / 25;
    let day = (h + l - 7 * m + 33 * month + 19) % 32;
    jiff::civil::date(year, month as i8, day as i8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn easter_is_where_the_calendar_has_it() {
        for (year, month, day) in [(2000, 4, 23), (2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2038, 4, 25)] {
            assert_eq!(easter(year), date(year, month, day));
        }
    }

    #[test]
    fn holidays_differ_by_land() {
        let corpus_christi = date(2026, 6, 4);
        assert!(is_holiday(corpus_christi, Some("NW")) && !is_holiday(corpus_christi, Some("BE")));
        assert!(!is_holiday(corpus_christi, None));
        assert!(is_holiday(date(2026, 11, 18), Some("SN")) && is_holiday(date(2026, 5, 14), None));
        // Good Friday to Easter Monday, then Tuesday.
        assert_eq!(working_day_from(date(2026, 4, 3), None), date(2026, 4, 7));
        assert!(LAENDER.contains(&"NW"));
    }

    #[test]
    fn office_hours_stop_at_night_and_on_free_days() {
        let at = |day: i8, hour: i8, minute: i8| date(2026, 4, day).at(hour, minute, 0, 0);
        let minutes = |from, to| {
            office_minutes_between(from, to, (Time::constant(8, 0, 0, 0), Time::constant(16, 0, 0, 0)), None)
        };
        assert_eq!(minutes(at(1, 9, 0), at(1, 10, 30)), 90);
        assert_eq!(minutes(at(1, 15, 0), at(2, 8, 30)), 90);
        assert_eq!(minutes(at(1, 5, 0), at(1, 8, 10)), 10);
        // Maundy Thursday evening to Tuesday after Easter.
        assert_eq!(minutes(at(2, 17, 0), at(7, 9, 0)), 60);
        assert_eq!(minutes(at(2, 12, 0), at(1, 12, 0)), 0);
    }
}
