//! Formulas of one module: numbers where a formula of every module has k.

/// Which numbers stand for k.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// From 1; of a boundary, the module behind it.
    pub module: usize,
    /// Number of the module whose loss it learns from: its own, or under global BP the last one.
    pub loss: usize,
}

impl At {
    /// A module that learns from a loss of its own.
    pub fn own(module: usize) -> Self {
        Self {
            module,
            loss: module,
        }
    }
}

/// The formula with numbers for the indices k and k−1, that of a loss L_k being the loss's.
pub fn with_numbers(formula: &str, at: At) -> String {
    let mut text = String::new();
    let mut rest = formula;
    while let Some((line, after)) = rest.split_once('_') {
        text.push_str(line);
        let group = after
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'));
        let one = after.chars().next().map_or(0, char::len_utf8);
        let (index, behind) = group.unwrap_or_else(|| after.split_at(one));
        let own = if line.ends_with('L') {
            at.loss
        } else {
            at.module
        };
        let numbers: Vec<String> = index
            .split(',')
            .map(|part| match part {
                "k" => own.to_string(),
                "k−1" => at.module.saturating_sub(1).to_string(),
                other => other.to_owned(),
            })
            .collect();
        let index = numbers.join(",");
        if index.chars().count() == 1 {
            text.push_str(&format!("_{index}"));
        } else {
            text.push_str(&format!("_{{{index}}}"));
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_for_the_module_and_the_one_before() {
        let text = with_numbers("1/B Σ_i cos(δin_{k,i}, δout_{k−1,i})", At::own(3));
        assert_eq!(text, "1/B Σ_i cos(δin_{3,i}, δout_{2,i})");
        assert_eq!(
            with_numbers("|v_k| / |δout_{k−1}|", At::own(12)),
            "|v_{12}| / |δout_{11}|"
        );
        assert_eq!(with_numbers("λ_k", At::own(2)), "λ_2");
        assert_eq!(with_numbers("η", At::own(2)), "η");
        assert_eq!(with_numbers("D_v L_k", At::own(2)), "D_v L_2");
    }

    #[test]
    fn a_loss_is_of_the_module_that_has_one() {
        let global = At { module: 2, loss: 8 };
        assert_eq!(with_numbers("|∂L_k/∂θ_k|", global), "|∂L_8/∂θ_2|");
        assert_eq!(with_numbers("ℓ_{k,i}", global), "ℓ_{2,i}");
    }
}
