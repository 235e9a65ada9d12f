//! Scaling to a fixed length, by itself and of centred values.

use burn::tensor::Tensor;

use crate::block::Dual;

/// The products ⟨x, y⟩ that lengths are measured by.
#[derive(Clone, Debug)]
pub enum Product {
    /// The sum of x·y over a dimension.
    Sum(usize),
    /// The mean of x·y over some dimensions, along which values are centred before.
    Mean(Vec<usize>),
}

impl Product {
    /// ⟨x, y⟩, of size 1 along its dimensions.
    fn of(&self, x: Tensor<4>, y: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Sum(dim) => (x * y).sum_dim(*dim),
            Self::Mean(dims) => (x * y).mean_dims(dims),
        }
    }

    /// P·x: x, or x without its mean.
    fn centred(&self, x: Tensor<4>) -> Tensor<4> {
        match self {
            Self::Sum(_) => x,
            Self::Mean(dims) => x.clone() - x.mean_dims(dims),
        }
    }
}

/// n = r·P·x with r = 1/√(⟨Px, Px⟩ + ε), seen on the way forward; where r is 0, so is every derivative. Normalised features are of this
/// form, and so are values that batch, layer and group norm standardise.
///
/// Its derivative J = r·(P − n⟨n, ·⟩) is its own transpose, for dr = −r²⟨n, dx⟩.
#[derive(Clone, Debug)]
pub struct Sphere {
    /// n
    pub unit: Tensor<4>,
    /// r, of size 1 along the dimensions of the product.
    pub scale: Tensor<4>,
    /// ċ = P·ẋ
    tangent: Option<Tensor<4>>,
    product: Product,
}

impl Sphere {
    pub fn new(unit: Tensor<4>, scale: Tensor<4>, product: Product) -> Self {
        Self {
            unit,
            scale,
            tangent: None,
            product,
        }
    }

    /// ṅ = J·ẋ, for a tangent that it keeps.
    pub fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        let centred = self.product.centred(tangent);
        self.tangent = Some(centred.clone());
        self.derivative(centred)
    }

    /// n, with ṅ where there is a tangent.
    pub fn pair(&self) -> Dual {
        Dual {
            value: self.unit.clone(),
            tangent: self.tangent.clone().map(|tangent| self.derivative(tangent)),
        }
    }

    /// J·x for a centred x.
    fn derivative(&self, x: Tensor<4>) -> Tensor<4> {
        let along = self.product.of(self.unit.clone(), x.clone());
        (x - self.unit.clone() * along) * self.scale.clone()
    }

    /// ∂O/∂ẋ = J·ȧ, and with m = ⟨n, ċ⟩ and m̄ = ⟨n, ȧ⟩
    ///
    /// ∂O/∂x = J·(a − r·(m·ȧ + m̄·ċ)) − r²·(⟨ȧ, ċ⟩ − m̄·m)·n,
    ///
    /// for ⟨ȧ, ṅ⟩ = r·(⟨ȧ, ċ⟩ − m̄·m), in which dn = J·dx and dr = −r²⟨n, dx⟩.
    pub fn reverse(&self, errors: Dual) -> Dual {
        let back = |x: Tensor<4>| self.derivative(self.product.centred(x));
        let (Some(tangent), Some(of_tangent)) = (&self.tangent, errors.tangent) else {
            return Dual::plain(back(errors.value));
        };
        let product = |x: &Tensor<4>, y: &Tensor<4>| self.product.of(x.clone(), y.clone());
        let along = product(&self.unit, tangent);
        let of_along = product(&self.unit, &of_tangent);
        let across = product(&of_tangent, tangent) - along.clone() * of_along.clone();
        let turned = of_tangent.clone() * along + tangent.clone() * of_along;
        let scale = self.scale.clone();
        let value = back(errors.value - turned * scale.clone())
            - self.unit.clone() * (across * scale.clone() * scale);
        Dual::along(value, back(of_tangent))
    }
}
