//! Hyper-parameters in words.

/// With the stride, unless it is 1.
pub(super) fn with_stride(text: String, stride: usize) -> String {
    match stride {
        1 => text,
        stride => format!("{text}, stride {stride}"),
    }
}

/// "1 head", "2 heads".
pub(super) fn plural(count: usize, name: &str) -> String {
    match count {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

/// What divides both numbers, as a person would say it.
pub(super) fn divisors(one: usize, other: usize) -> String {
    let all: Vec<String> = (1..=one.min(64))
        .filter(|&part| one.is_multiple_of(part) && other.is_multiple_of(part))
        .map(|part| part.to_string())
        .collect();
    match all.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => "another size".to_owned(),
    }
}
