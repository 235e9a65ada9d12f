//! Numbers as words on the screen.

use indicatif::HumanCount;

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
    text.replace('-', "−")
}

/// A number with two decimals; zero has no sign.
pub fn two_decimals(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" {
        "0.00".to_owned()
    } else {
        text.replace('-', "−")
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
    format!(
        "{}·10{}",
        digit.replace('-', "−"),
        raised.collect::<String>()
    )
}

/// A count with its thousands apart; nothing where it is no whole number.
pub fn whole(value: f64) -> String {
    if value < 0.0 || (value - value.round()).abs() > 1e-6 {
        return String::new();
    }
    HumanCount(value.round() as u64).to_string()
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
    fn counts_have_their_thousands_apart() {
        assert_eq!(whole(7.0), "7");
        assert_eq!(whole(1_234_567.0), "1,234,567");
        assert_eq!(whole(0.5), "");
    }
}
