//! Batch, layer and group norm: standardised values n, scaled and shifted.

use burn::{optim::GradientsParams, tensor::Tensor};

use super::{
    sphere::{Product, Sphere},
    tensor::give,
};
use crate::block::{
    Affine, BatchNorm, Closed, Draws, Dual, GroupNorm, LayerNorm, Place, Seen, Standard,
};

/// What a normalisation saw: y = w·n + b.
struct Normed<'a> {
    affine: &'a Affine,
    /// n, perhaps in groups.
    standard: Sphere,
    /// Shape of what came in.
    shape: [usize; 4],
}

impl<'a> Normed<'a> {
    /// Of values shaped as `shape`, standardised over `dims`.
    fn forward(
        affine: &'a Affine,
        standard: Standard,
        dims: &[usize],
        shape: [usize; 4],
    ) -> (Self, Tensor<4>) {
        let Standard { normal, scale, .. } = standard;
        let normal = normal.value;
        let y = affine.forward(Dual::plain(normal.clone().reshape(shape)));
        let seen = Self {
            affine,
            standard: Sphere::new(normal, scale, Product::Mean(dims.to_vec())),
            shape,
        };
        (seen, y.value)
    }

    fn grouped(&self) -> [usize; 4] {
        self.standard.unit.dims()
    }

    fn weight(&self) -> Tensor<4> {
        self.affine.weight.val().reshape(self.affine.shape)
    }
}

impl Seen for Normed<'_> {
    fn learns(&self) -> bool {
        true
    }

    /// ẏ = w·ṅ
    fn along(&mut self, tangent: Tensor<4>) -> Tensor<4> {
        let grouped = self.grouped();
        let normal = self.standard.along(tangent.reshape(grouped));
        normal.reshape(self.shape) * self.weight()
    }

    /// ∂O/∂w = Σ (n·a + ṅ·ȧ), ∂O/∂b = Σ a, over what shares them.
    fn learn(&self, errors: &Dual, into: &mut GradientsParams) {
        let Affine {
            weight,
            bias,
            shape,
        } = self.affine;
        let shared: Vec<usize> = (0..4).filter(|&dim| shape.get(dim) == Some(&1)).collect();
        let [count] = weight.val().dims();
        let sum = |values: Tensor<4>| values.sum_dims(&shared).reshape([count]);
        let pair = self.standard.pair().linear(|n| n.reshape(self.shape));
        let mut product = pair.value * errors.value.clone();
        if let (Some(normal), Some(of_tangent)) = (pair.tangent, &errors.tangent) {
            product = product + normal * of_tangent.clone();
        }
        give(into, weight, sum(product));
        give(into, bias, sum(errors.value.clone()));
    }

    /// Through the scale, w·a and w·ȧ, then as [`Sphere::reverse`].
    fn reverse(&self, errors: Dual) -> Dual {
        let (weight, grouped) = (self.weight(), self.grouped());
        let errors = errors.linear(|errors| (errors * weight.clone()).reshape(grouped));
        let errors = self.standard.reverse(errors);
        errors.linear(|errors| errors.reshape(self.shape))
    }
}

impl Closed for BatchNorm {
    fn see(
        &self,
        x: Tensor<4>,
        place: Place,
        draws: &mut Draws,
    ) -> (Box<dyn Seen + '_>, Tensor<4>) {
        let shape = x.dims();
        let standard = self.standard(Dual::plain(x), place, draws);
        let (seen, y) = Normed::forward(&self.affine, standard, &Self::DIMS, shape);
        (Box::new(seen), y)
    }
}

impl Closed for LayerNorm {
    fn see(
        &self,
        x: Tensor<4>,
        _place: Place,
        _draws: &mut Draws,
    ) -> (Box<dyn Seen + '_>, Tensor<4>) {
        let shape = x.dims();
        let standard = self.standard(Dual::plain(x));
        let (seen, y) = Normed::forward(&self.affine, standard, &self.dims, shape);
        (Box::new(seen), y)
    }
}

impl Closed for GroupNorm {
    fn see(
        &self,
        x: Tensor<4>,
        _place: Place,
        _draws: &mut Draws,
    ) -> (Box<dyn Seen + '_>, Tensor<4>) {
        let shape = x.dims();
        let standard = self.standard(Dual::plain(x));
        let (seen, y) = Normed::forward(&self.affine, standard, &Self::DIMS, shape);
        (Box::new(seen), y)
    }
}
