//! Local losses, each with its derivative along a direction in closed form.

mod contrastive;
mod cross_entropy;
mod reconstruction;
mod similarity;

use burn::tensor::Tensor;

pub use contrastive::contrastive;
pub use cross_entropy::{accuracy, cross_entropy, smoothed};
pub use reconstruction::reconstruction;
pub use similarity::similarity;

/// A loss and, where what it is of has a tangent, its derivative D_v L along it. Nothing in the
/// derivative is detached, so that reverse mode through it gives its exact gradient.
#[derive(Clone, Debug)]
pub struct LossValue {
    /// `[1]`
    pub value: Tensor<1>,
    /// `[1]`
    pub derivative: Option<Tensor<1>>,
}

impl LossValue {
    /// The loss with a weight.
    pub fn times(self, weight: f64) -> Self {
        Self {
            value: self.value * weight,
            derivative: self.derivative.map(|derivative| derivative * weight),
        }
    }

    /// The sum of two losses, both with derivatives or both without.
    pub fn plus(self, other: Self) -> Self {
        Self {
            value: self.value + other.value,
            derivative: match (self.derivative, other.derivative) {
                (Some(one), Some(other)) => Some(one + other),
                (one, other) => one.or(other),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};

    use super::*;
    use crate::local::rows::Rows;

    pub fn matrix<const W: usize>(rows: &[[f64; W]]) -> Tensor<2> {
        let values: Vec<f64> = rows.iter().flatten().copied().collect();
        Tensor::from_data(TensorData::new(values, [rows.len(), W]), &Device::flex())
    }

    pub fn rows<const W: usize>(value: &[[f64; W]], tangent: &[[f64; W]]) -> Rows {
        Rows {
            value: matrix(value),
            tangent: Some(matrix(tangent)),
        }
    }

    /// The loss against a number worked out by hand, and its derivative against a central
    /// difference of the same.
    pub fn check<const W: usize>(
        loss: impl Fn(Rows) -> LossValue,
        by_hand: impl Fn(&[[f64; W]]) -> f64,
        value: &[[f64; W]],
        tangent: &[[f64; W]],
    ) {
        let found = loss(rows(value, tangent));
        let close = |found: f64, expected: f64| {
            let scale = expected.abs().max(1.0);
            assert!(
                (found - expected).abs() < 1e-5 * scale,
                "{found}, {expected}"
            );
        };
        close(found.value.into_scalar(), by_hand(value));
        let moved = |by: f64| {
            let pairs = value.iter().zip(tangent);
            let moved: Vec<[f64; W]> = pairs
                .map(|(x, v)| std::array::from_fn(|at| x[at] + by * v[at]))
                .collect();
            by_hand(&moved)
        };
        let slope = (moved(1e-5) - moved(-1e-5)) / 2e-5;
        close(found.derivative.unwrap().into_scalar(), slope);
    }

    #[test]
    fn terms_add_up_with_their_weights() {
        let one = |value: f64| Tensor::<1>::from_data([value], &Device::flex());
        let term = |value, derivative| LossValue {
            value: one(value),
            derivative: Some(one(derivative)),
        };
        let sum = term(1.0, 2.0).times(3.0).plus(term(0.5, 0.25));
        assert_eq!(sum.value.into_scalar::<f64>(), 3.5);
        assert_eq!(sum.derivative.unwrap().into_scalar::<f64>(), 6.25);
    }
}
