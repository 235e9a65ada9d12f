//! A head that is one matrix.

use burn::{optim::GradientsParams, tensor::Tensor};

use super::{
    linear,
    sphere::{Product, Sphere},
    tensor::{rows, vectors},
};
use crate::{
    block::Dual,
    local::{
        head::{MatrixHead, features},
        rows::Rows,
    },
};

/// What a matrix head saw: z = s·W·x/‖x‖ or W·x + b for the mean x of each channel.
pub struct Seen<'a> {
    matrix: linear::Seen<'a>,
    /// x/‖x‖ with the factor s.
    unit: Option<(Sphere, f64)>,
    learns: bool,
    /// Shape of the module's output.
    shape: [usize; 4],
}

impl<'a> Seen<'a> {
    /// The logits `[batch, classes]` of an output `[batch, channels, height, width]`.
    pub fn forward(head: &'a MatrixHead, output: Tensor<4>) -> (Self, Tensor<2>) {
        let shape = output.dims();
        let mut x = features(output);
        let unit = head.scale.map(|scale| {
            let scales = Rows {
                value: x.clone(),
                tangent: None,
            }
            .scales();
            let unit = x.clone() * scales.clone();
            x = unit.clone() * scale;
            let sphere = Sphere::new(vectors(unit), vectors(scales), Product::Sum(1));
            (sphere, scale)
        });
        let (matrix, logits) = linear::Seen::forward(&head.weight, head.bias.as_ref(), x);
        let seen = Self {
            matrix,
            unit,
            learns: head.is_learnt(),
            shape,
        };
        (seen, logits)
    }

    /// The tangent of the logits.
    pub fn along(&mut self, tangent: Tensor<4>) -> Tensor<2> {
        let mut tangent = features(tangent);
        if let Some((unit, scale)) = &mut self.unit {
            tangent = rows(unit.along(vectors(tangent))) * *scale;
        }
        self.matrix.along(tangent)
    }

    /// Gradients of a learnt head.
    pub fn learn(&self, errors: &Rows, into: &mut GradientsParams) {
        if self.learns {
            self.matrix.learn(errors, into);
        }
    }

    /// Through the matrix, the length and the mean, which gives every pixel the same.
    pub fn reverse(&self, errors: Rows) -> Dual {
        let mut errors = self.matrix.reverse(errors);
        if let Some((unit, scale)) = &self.unit {
            let Rows { value, tangent } = errors.linear(|errors| errors * *scale);
            let back = unit.reverse(Dual {
                value: vectors(value),
                tangent: tangent.map(vectors),
            });
            errors = Rows::of(back);
        }
        let [_, _, height, width] = self.shape;
        let spread = |errors: Tensor<2>| {
            let share = vectors(errors) / (height * width) as f64;
            share.expand(self.shape)
        };
        Dual {
            value: spread(errors.value),
            tangent: errors.tangent.map(spread),
        }
    }
}
