//! Times, lengths of time and speeds in words. The time of day is that of UTC.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use indicatif::FormattedDuration;

fn unix_seconds() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Year, month and day of so many days after 1 January 1970 (Gregorian; counts in cycles of
/// 400 years from 1 March of the year 0).
fn date(days: u64) -> (u64, u64, u64) {
    let from_march = days + 719_468;
    let era = from_march / 146_097;
    let day_of_era = from_march % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month, day)
}

/// Date and time of now, fit for a file name, such as "20260131-235959".
pub fn stamp() -> String {
    let seconds = unix_seconds();
    let (year, month, day) = date(seconds / 86_400);
    let time = time_of(seconds).replace(':', "");
    format!("{year:04}{month:02}{day:02}-{time}")
}

/// Time of day now, such as "23:59:59".
pub fn now() -> String {
    time_of(unix_seconds())
}

fn time_of(seconds: u64) -> String {
    let of_day = seconds % 86_400;
    format!(
        "{:02}:{:02}:{:02}",
        of_day / 3600,
        of_day / 60 % 60,
        of_day % 60
    )
}

/// A length of time such as "1 h 05 min", "2 min 10 s" or "7 s".
pub fn duration(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, s) => format!("{s} s"),
        (0, m, s) => format!("{m} min {s:02} s"),
        (h, m, _) => format!("{h} h {m:02} min"),
    }
}

/// A length of time as a clock shows it, such as "00:02:10"; none where it cannot be one.
pub fn digits(seconds: f64) -> Option<String> {
    let length = Duration::try_from_secs_f64(seconds).ok()?;
    Some(FormattedDuration(length).to_string())
}

/// A number of steps in a second, or below one the time that a step takes; none where nothing is
/// known yet, as at 0.
pub fn speed(steps_per_second: f64) -> Option<String> {
    if steps_per_second >= 10.0 {
        Some(format!("{steps_per_second:.0} steps/s"))
    } else if steps_per_second >= 1.0 {
        Some(format!("{steps_per_second:.1} steps/s"))
    } else if steps_per_second > 0.0 {
        Some(format!("{:.1} s a step", 1.0 / steps_per_second))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_right() {
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(59), (1970, 3, 1));
        assert_eq!(date(11_016), (2000, 2, 29));
        assert_eq!(date(20_818), (2026, 12, 31));
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(6.6), "7 s");
        assert_eq!(duration(130.0), "2 min 10 s");
        assert_eq!(duration(3_900.0), "1 h 05 min");
        assert_eq!(digits(130.4).as_deref(), Some("00:02:10"));
        assert_eq!(digits(-1.0), None);
    }

    #[test]
    fn slow_runs_are_told_by_the_time_of_a_step() {
        assert_eq!(speed(12.34).as_deref(), Some("12 steps/s"));
        assert_eq!(speed(1.23).as_deref(), Some("1.2 steps/s"));
        assert_eq!(speed(0.25).as_deref(), Some("4.0 s a step"));
        assert_eq!(speed(0.0), None);
    }
}
