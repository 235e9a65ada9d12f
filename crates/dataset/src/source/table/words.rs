//! Numbers and lists in sentences.

pub(super) use layerwise_experiment::words::{
    number::{counted, grouped},
    short,
};

/// Names with commas between them, at most 20.
pub(super) fn list(names: &[String]) -> String {
    const MOST: usize = 20;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| short(name)).collect();
    let rest = names.len().saturating_sub(MOST);
    if rest == 0 {
        shown.join(", ")
    } else {
        format!("{} and {} more", shown.join(", "), grouped(rest as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_parted() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (65_536, "65,536")] {
            assert_eq!(grouped(number), text);
        }
        assert_eq!(counted(1, "row"), "1 row");
        assert_eq!(counted(1_000_000, "row"), "1,000,000 rows");
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..22).map(|n| n.to_string()).collect();
        assert!(list(&names).ends_with("18, 19 and 2 more"));
        assert!(list(&names[..20]).ends_with("18, 19"));
    }
}
