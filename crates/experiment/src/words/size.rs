//! Bytes and operations in words.

use indicatif::HumanBytes;

/// A number of bytes in the largest unit that keeps it at 1 or more, with one decimal at most.
pub fn bytes(count: u64) -> String {
    let mut value = count as f64;
    let mut unit = "B";
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if value < 1024.0 {
            break;
        }
        value /= 1024.0;
        unit = larger;
    }
    if value < 10.0 && value.fract() > 0.05 {
        format!("{value:.1} {unit}")
    } else {
        format!("{value:.0} {unit}")
    }
}

/// A number of bytes that grows while a person looks on: always with two decimals.
pub fn exact_bytes(count: u64) -> String {
    HumanBytes(count).to_string()
}

/// A number of bytes in MiB.
pub fn mib(count: u64) -> String {
    format!("{:.0} MiB", count as f64 / f64::from(1 << 20))
}

/// A number of bytes in GiB.
pub fn gib(count: u64) -> String {
    format!("{:.1} GiB", count as f64 / f64::from(1 << 30))
}

/// A number of floating-point operations in the largest unit that keeps it at 1 or more.
pub fn flops(count: u64) -> String {
    let mut value = count as f64;
    let mut unit = "";
    for larger in ["k", "M", "G", "T"] {
        if value < 1000.0 {
            break;
        }
        value /= 1000.0;
        unit = larger;
    }
    let digits = usize::from(value < 10.0 && !unit.is_empty());
    format!("{value:.digits$} {unit}FLOPs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_the_largest_unit_that_fits() {
        assert_eq!(bytes(16 * 1024), "16 KiB");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(3 << 30), "3 GiB");
        assert_eq!(exact_bytes(3 << 20), "3.00 MiB");
        assert_eq!(mib(3 << 20), "3 MiB");
        assert_eq!(gib(3 << 29), "1.5 GiB");
    }

    #[test]
    fn operations_have_the_largest_unit_that_fits() {
        assert_eq!(flops(999), "999 FLOPs");
        assert_eq!(flops(1_500), "1.5 kFLOPs");
        assert_eq!(flops(23_000_000), "23 MFLOPs");
    }
}
