//! Numbers in words. What is read on the screen has the true minus sign; what is typed into a field
//! has the hyphen.

use indicatif::HumanCount;

/// What stands for a number that there is not.
pub const NONE: &str = "–";

/// A number with three digits that count, without zeros at the end.
pub fn short(value: f64) -> String {
    let text = three_digits(value);
    if text.contains('.') && !text.contains('e') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A number with three digits that count.
pub fn three_digits(value: f64) -> String {
    let size = value.abs();
    let text = if size == 0.0 {
        "0".to_owned()
    } else if !(0.001..10_000.0).contains(&size) {
        format!("{value:.1e}")
    } else {
        let decimals = (2.0 - size.log10().floor()).clamp(0.0, 5.0) as usize;
        format!("{value:.decimals$}")
    };
    minus(&text)
}

/// A number with two decimals; zero has no sign.
pub fn two_decimals(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" {
        "0.00".to_owned()
    } else {
        minus(&text)
    }
}

/// A number with one digit and a power of ten, such as 3·10⁻².
pub fn power(value: f64) -> String {
    // Rounds to one digit, which may be in the next decade.
    let text = format!("{value:.0e}");
    let Some((digit, exponent)) = text.split_once('e') else {
        return text;
    };
    let raised = exponent.chars().map(|char| match char {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁰',
    });
    format!("{}·10{}", minus(digit), raised.collect::<String>())
}

/// A number on a linear axis whose marks are `step` apart and which spans so much.
pub fn tick(value: f64, step: f64, span: f64) -> String {
    if span > 20_000.0 {
        return format!("{value:.0e}");
    }
    let decimals = (-step.log10() - 1e-9).ceil().clamp(0.0, 6.0) as usize;
    minus(&format!("{value:.decimals$}"))
}

/// A count with its thousands apart.
pub fn grouped(count: u64) -> String {
    HumanCount(count).to_string()
}

/// A count with its thousands apart; nothing where it is no whole number.
pub fn whole(value: f64) -> String {
    if value < 0.0 || (value - value.round()).abs() > 1e-6 {
        return String::new();
    }
    grouped(value.round() as u64)
}

/// A number of things, in the plural where it should be.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count as u64))
}

/// A number of parameters with two digits where it is large.
pub fn parameters(count: usize) -> String {
    match count {
        0..100_000 => counted(count, "parameter"),
        100_000..1_000_000 => format!("{} k parameters", count / 1000),
        _ => format!("{:.1} M parameters", count as f64 / 1e6),
    }
}

/// A share from 0 to 1 in percent, without the sign, such as 95.8. In single precision, in which shares
/// are measured, 0.9575 is rounded as a person would round it.
pub fn percent(share: f32) -> String {
    minus(&format!("{:.1}", 100.0 * share))
}

/// A number as a person would type it: up to three significant digits after the first, without
/// spare zeros.
pub fn plain(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e7).contains(&value.abs()) {
        return format!("{value:e}");
    }
    let most = if value.abs() >= 100.0 { 2 } else { 4 };
    let is_enough = |text: &String| {
        text.parse()
            .is_ok_and(|read| is_same_single(read, value as f32))
    };
    (0..most)
        .map(|decimals| format!("{value:.decimals$}"))
        .find(is_enough)
        .unwrap_or_else(|| format!("{value:.most$}"))
}

/// Whether two numbers of single precision are one but for rounding.
fn is_same_single(one: f32, other: f32) -> bool {
    const MARGIN: f32 = 16.0 * f32::EPSILON;
    let most = one.abs().max(other.abs());
    one == other || most <= MARGIN || (one - other).abs() / most <= MARGIN
}

fn minus(text: &str) -> String {
    text.replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (1.0, "1"),
            (0.1, "0.1"),
            (-0.12345, "−0.123"),
            (23.456, "23.5"),
            (1234.5, "1234"),
            (0.000_12, "1.2e−4"),
            (1e6, "1.0e6"),
        ];
        for (value, text) in cases {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn powers_have_one_digit() {
        let cases = [
            (0.0312, "3·10⁻²"),
            (9.96, "1·10¹"),
            (1.0, "1·10⁰"),
            (-4.2e17, "−4·10¹⁷"),
            (f64::INFINITY, "inf"),
        ];
        for (value, text) in cases {
            assert_eq!(power(value), text);
        }
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(two_decimals(-0.001), "0.00");
        assert_eq!(two_decimals(-0.25), "−0.25");
        assert_eq!(two_decimals(1.0), "1.00");
    }

    #[test]
    fn shares_are_rounded_as_they_are_read() {
        assert_eq!(percent(0.9575), "95.8");
        assert_eq!(percent(1.0), "100.0");
        assert_eq!(percent(-0.001), "−0.1");
    }

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!(whole(7.0), "7");
        assert_eq!(whole(1_234_567.0), "1,234,567");
        assert_eq!(whole(0.5), "");
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345, "12,345")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(1_000_000, "row"), "1,000,000 rows");
    }

    #[test]
    fn many_parameters_are_told_in_short() {
        assert_eq!(parameters(1), "1 parameter");
        assert_eq!(parameters(99_999), "99,999 parameters");
        assert_eq!(parameters(123_456), "123 k parameters");
        assert_eq!(parameters(1_260_000), "1.3 M parameters");
    }

    #[test]
    fn marks_of_an_axis_have_the_decimals_of_their_distance() {
        assert_eq!(tick(-0.5, 0.05, 1.0), "−0.50");
        assert_eq!(tick(20.0, 10.0, 100.0), "20");
        assert_eq!(tick(40_000.0, 10_000.0, 50_000.0), "4e4");
    }

    #[test]
    fn typed_numbers_have_no_spare_zeros() {
        let cases = [
            (0.0, "0"),
            (0.1, "0.1"),
            (1e-5, "1e-5"),
            (64.0, "64"),
            (0.0015, "0.0015"),
            (-2.5, "-2.5"),
            (0.123_456, "0.1235"),
            (123.456_7, "123.46"),
            (1e7, "1e7"),
            (f64::NAN, "NaN"),
        ];
        for (value, text) in cases {
            assert_eq!(plain(value), text);
        }
    }
}
