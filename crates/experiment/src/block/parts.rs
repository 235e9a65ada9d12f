//! The layers inside a block, put together from input to output with what each costs.

use super::part::{GRADIENTS, Part, VALUE};
use crate::shape::{Shape, slide};

/// Values that gradient checkpointing computes again at once for each value that a norm returns:
/// centred, normal and scaled ones.
const NORM_RECOMPUTED: u64 = 3;

/// Hyper-parameters of a convolution.
pub(super) struct Conv {
    pub out: usize,
    pub kernel: usize,
    pub stride: usize,
    pub padding: usize,
    pub dilation: usize,
    pub groups: usize,
    pub bias: bool,
}

impl Conv {
    /// Without bias, padded to keep the size of the image at a stride of 1.
    pub fn same(out: usize, kernel: usize, stride: usize) -> Self {
        Self {
            out,
            kernel,
            stride,
            padding: kernel / 2,
            dilation: 1,
            groups: 1,
            bias: false,
        }
    }

    /// Each of the `channels` by itself.
    pub fn depthwise(channels: usize, kernel: usize, stride: usize) -> Self {
        Self {
            groups: channels,
            ..Self::same(channels, kernel, stride)
        }
    }
}

/// Collects parts and follows the shape.
pub struct Parts {
    pub(super) shape: Shape,
    pub(super) list: Vec<Part>,
}

/// Their product, or the largest number.
pub(super) fn product(factors: &[usize]) -> u64 {
    factors
        .iter()
        .fold(1, |all, &factor| all.saturating_mul(factor as u64))
}

impl Parts {
    /// Nothing yet, for an input of this shape.
    pub(super) fn new(shape: Shape) -> Self {
        Self {
            shape,
            list: Vec::new(),
        }
    }

    /// Shape behind the last part.
    pub(super) fn shape(&self) -> Shape {
        self.shape
    }

    /// Gives values another shape without a layer.
    pub(super) fn regroup(&mut self, shape: Shape) {
        self.shape = shape;
    }

    /// All of them, of a block that hands on `output`.
    pub(super) fn finish(mut self, output: Shape) -> Vec<Part> {
        if let Some(last) = self.list.last_mut() {
            last.output = output;
        }
        self.list
    }

    /// Adds a layer that hands on `output`, with its learnt values and operations.
    pub(super) fn push(
        &mut self,
        title: impl Into<String>,
        output: Shape,
        parameters: u64,
        flops: u64,
    ) {
        self.shape = output;
        self.list.push(Part {
            title: title.into(),
            output,
            parameters,
            flops,
            kept_bytes: 0,
            kept_with_tangent_bytes: 0,
            checkpointed_bytes: 0,
            recomputing_bytes: 0,
            closed_bytes: 0,
            closed_with_tangent_bytes: 0,
            scratch_bytes: 0,
            scratch_with_tangent_bytes: 0,
            largest: output.len() as u64,
        });
        self.scratch(GRADIENTS.saturating_mul(self.len()));
    }

    /// Lets the last part keep so many values of each sample, and as many of its tangent.
    pub(super) fn keep(&mut self, values: u64) {
        self.keep_both(values, values.saturating_mul(2));
    }

    /// Lets the last part keep so many values of each sample without and with a tangent.
    pub(super) fn keep_both(&mut self, plain: u64, with_tangent: u64) {
        if let Some(last) = self.list.last_mut() {
            last.kept_bytes = last.kept_bytes.saturating_add(plain.saturating_mul(VALUE));
            last.kept_with_tangent_bytes = last
                .kept_with_tangent_bytes
                .saturating_add(with_tangent.saturating_mul(VALUE));
        }
    }

    /// Lets the last part keep so many bytes of each sample under gradient checkpointing. Burn
    /// keeps what is costly to compute again (outputs of matrix products, convolutions and pooling,
    /// masks) and computes the rest again on the way back (burn-autodiff, `BalancedCheckpointing`).
    pub(super) fn keep_checkpointed(&mut self, bytes: u64) {
        if let Some(last) = self.list.last_mut() {
            last.checkpointed_bytes = last.checkpointed_bytes.saturating_add(bytes);
        }
    }

    /// Lets the last part keep its output under gradient checkpointing.
    pub(super) fn keep_output(&mut self) {
        self.keep_checkpointed(self.len().saturating_mul(VALUE));
    }

    /// Lets the last part keep so many bytes of each sample under BP-free, and more with a
    /// tangent.
    pub(super) fn keep_closed(&mut self, plain: u64, of_tangent: u64) {
        if let Some(last) = self.list.last_mut() {
            last.closed_bytes = plain;
            last.closed_with_tangent_bytes = plain.saturating_add(of_tangent);
        }
    }

    /// Lets the last part keep its values, as many, and those of its tangent under BP-free.
    pub(super) fn keep_closed_values(&mut self, values: u64) {
        let bytes = values.saturating_mul(VALUE);
        self.keep_closed(bytes, bytes);
    }

    /// Lets the last part keep so many bytes, whether there is a tangent or not.
    pub(super) fn keep_bytes(&mut self, bytes: u64) {
        if let Some(last) = self.list.last_mut() {
            last.kept_bytes = last.kept_bytes.saturating_add(bytes);
            last.kept_with_tangent_bytes = last.kept_with_tangent_bytes.saturating_add(bytes);
        }
    }

    /// Lets the last part's backward pass need so many values of each sample, at least.
    pub(super) fn scratch(&mut self, values: u64) {
        if let Some(last) = self.list.last_mut() {
            last.scratch_bytes = last.scratch_bytes.max(values.saturating_mul(VALUE));
            last.scratch_with_tangent_bytes = last.scratch_bytes.saturating_mul(2);
        }
    }

    /// Values behind the last part.
    pub(super) fn len(&self) -> u64 {
        self.shape.len() as u64
    }

    /// Lets the last part make a tensor of so many values of each sample.
    pub(super) fn largest(&mut self, values: u64) {
        if let Some(last) = self.list.last_mut() {
            last.largest = last.largest.max(values);
        }
    }

    /// Keeps its input.
    pub(super) fn conv(&mut self, title: &str, conv: &Conv) -> Option<()> {
        let Shape::Image([channels, height, width]) = self.shape else {
            return None;
        };
        let kept = self.len();
        let side = |size| slide(size, conv.kernel, conv.stride, conv.padding, conv.dilation).ok();
        let (height, width) = (side(height)?, side(width)?);
        let weights = product(&[
            conv.out,
            channels / conv.groups.max(1),
            conv.kernel,
            conv.kernel,
        ]);
        let stride = match conv.stride {
            1 => String::new(),
            stride => format!(", stride {stride}"),
        };
        self.push(
            format!("{title} {0}×{0}{stride}", conv.kernel),
            Shape::Image([conv.out, height, width]),
            weights.saturating_add(u64::from(conv.bias) * conv.out as u64),
            weights.saturating_mul(product(&[2, height, width])),
        );
        self.keep(kept);
        self.keep_output();
        self.keep_closed_values(kept);
        Some(())
    }

    /// A linear layer on `inputs` values of each of so many rows. Keeps its input.
    pub(super) fn dense(
        &mut self,
        title: &str,
        inputs: usize,
        output: Shape,
        rows: usize,
        bias: bool,
    ) {
        let out = output.len() / rows.max(1);
        let parameters = product(&[inputs, out]).saturating_add(u64::from(bias) * out as u64);
        self.push(
            format!("{title} {inputs} to {out}"),
            output,
            parameters,
            product(&[2, inputs, out, rows]),
        );
        self.keep(product(&[inputs, rows]));
        self.keep_output();
        self.keep_closed_values(product(&[inputs, rows]));
    }

    /// Keeps centred and normal values; BP-free normal ones alone.
    pub(super) fn norm(&mut self, title: &str, parameters: u64) {
        self.push(title, self.shape, parameters, 0);
        self.keep(self.len().saturating_mul(2));
        let values = self.len();
        if let Some(last) = self.list.last_mut() {
            last.recomputing_bytes = values.saturating_mul(NORM_RECOMPUTED * VALUE);
        }
        self.keep_closed_values(self.len());
    }

    /// Of each channel or feature.
    pub(super) fn batch_norm(&mut self) {
        self.norm("Batch norm", 2 * self.shape.features() as u64);
    }

    /// Of the channels of each pixel or the features of each token.
    pub(super) fn layer_norm(&mut self) {
        self.norm("Layer norm", 2 * self.shape.features() as u64);
    }

    /// Keeps a mask of one byte a value.
    pub(super) fn relu(&mut self) {
        self.push("ReLU", self.shape, 0, 0);
        self.keep_bytes(self.len());
        self.keep_checkpointed(self.len());
        self.keep_closed(self.len(), 0);
    }

    /// Another function of each value. Keeps its input and what comes out; BP-free its input alone.
    pub(super) fn smooth(&mut self, title: &str) {
        self.push(title, self.shape, 0, 0);
        self.keep(self.len().saturating_mul(2));
        self.keep_closed_values(self.len());
    }

    /// Keeps its input; with a tangent also the steps of its derivative.
    pub(super) fn gelu(&mut self) {
        let values = self.len();
        self.push("GELU", self.shape, 0, 0);
        self.keep_both(values, values.saturating_mul(6));
        self.keep_closed_values(values);
    }

    /// Keeps its mask, where there is one.
    pub(super) fn dropout(&mut self, p: f64) {
        if p > 0.0 {
            self.push("Dropout", self.shape, 0, 0);
            self.keep(self.len());
            // The mask, and the product with it.
            self.keep_output();
            self.keep_output();
            self.keep_closed(self.len().saturating_mul(VALUE), 0);
        }
    }

    /// The same of whole samples.
    pub(super) fn drop_path(&mut self, p: f64) {
        if p > 0.0 {
            self.push("Stochastic depth", self.shape, 0, 0);
            self.keep_output();
        }
    }

    /// Of a path and what it goes around.
    pub(super) fn sum(&mut self) {
        self.push("Sum with the input", self.shape, 0, 0);
    }
}
