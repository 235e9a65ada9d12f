//! A matrix with an optional tangent.

use burn::tensor::Tensor;

use crate::block::Dual;

/// What a head makes of a batch, a row for each sample, and where it is asked for its derivative
/// along a direction.
#[derive(Clone, Debug)]
pub struct Rows {
    /// `[batch, values]`
    pub value: Tensor<2>,
    /// Shaped as the value.
    pub tangent: Option<Tensor<2>>,
}

/// Added to ‖x‖², which keeps the derivatives of short rows in bounds.
const NORM_EPS: f64 = 1e-12;

impl Rows {
    /// The rows of vectors, `[batch, values, 1, 1]`.
    pub fn of(x: Dual) -> Self {
        let flat = |x: Tensor<4>| x.flatten(1, 3);
        Self {
            value: flat(x.value),
            tangent: x.tangent.map(flat),
        }
    }

    /// A linear map, the same on value and tangent.
    pub fn linear(self, map: impl Fn(Tensor<2>) -> Tensor<2>) -> Self {
        Self {
            tangent: self.tangent.map(&map),
            value: map(self.value),
        }
    }

    /// r = 1/√(‖x‖² + 10⁻¹²) of each row x, `[batch, 1]`; 0 of a row of zeros, which has no
    /// direction.
    pub fn scales(&self) -> Tensor<2> {
        let squares = (self.value.clone() * self.value.clone()).sum_dim(1);
        let is_zero = squares.clone().equal_elem(0.0);
        (squares + NORM_EPS).sqrt().recip().mask_fill(is_zero, 0.0)
    }

    /// Each row x as u = r·x, and its tangent u̇ = r·(ẋ − u⟨u, ẋ⟩). A row of zeros stays, and has no
    /// derivative: it neither asks for a change nor passes one on.
    pub fn unit(self) -> Self {
        let scales = self.scales();
        let unit = self.value * scales.clone();
        let tangent = self.tangent.map(|tangent| {
            let along = (unit.clone() * tangent.clone()).sum_dim(1);
            (tangent - unit.clone() * along) * scales
        });
        Self {
            value: unit,
            tangent,
        }
    }

    /// The products of every row with every other, `[batch, batch]`.
    pub fn gram(self) -> Self {
        let Self { value, tangent } = self;
        let tangent = tangent.map(|tangent| {
            let half = tangent.matmul(value.clone().transpose());
            half.clone() + half.transpose()
        });
        Self {
            value: value.clone().matmul(value.transpose()),
            tangent,
        }
    }
}
