//! What a block is made of, and what each part costs.

use super::{Block, NormOver, Position, Shortcut};
use crate::{
    shape::{Shape, slide},
    shape_after,
};

/// One layer inside a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is, in a few words.
    pub title: String,
    /// Shape after it.
    pub output: Shape,
    /// Learnt values.
    pub parameters: u64,
    /// Floating-point operations of one sample's forward pass in matrix products and
    /// convolutions; a multiplication and an addition count as two.
    pub flops: u64,
    /// Bytes of one sample that wait for the backward pass.
    pub kept_bytes: u64,
    /// The same of a pass that carries a tangent.
    pub kept_with_tangent_bytes: u64,
    /// Bytes of one sample that wait for the backward pass of global BP with gradient
    /// checkpointing, those that it computes again and holds until then included.
    pub checkpointed_bytes: u64,
    /// Bytes of one sample that computing again on the way back needs for itself.
    pub recomputing_bytes: u64,
    /// Bytes of one sample that BP-free keeps for its way back.
    pub closed_bytes: u64,
    /// The same with a tangent.
    pub closed_with_tangent_bytes: u64,
    /// Bytes of one sample that the part's backward pass needs for itself.
    pub scratch_bytes: u64,
    /// The same of a pass that carries a tangent.
    pub scratch_with_tangent_bytes: u64,
    /// Values of one sample in the largest tensor that its forward pass makes.
    pub largest: u64,
}

/// Bytes of an `f32`.
pub(crate) const VALUE: u64 = 4;
/// Tensors as large as its output that the backward pass of a part holds at once: gradients on
/// their way and copies in another order. Measured on the CPU, as are all numbers of kept values
/// and of scratch (`benches/memory.rs`).
pub(crate) const GRADIENTS: u64 = 3;
/// Values that gradient checkpointing computes again at once for each value that a norm returns:
/// centred, normal and scaled ones.
const NORM_RECOMPUTED: u64 = 3;
/// Values that it computes again for each value of a residual block and holds until the blocks
/// before it have had their turn.
const RESIDUAL_RECOMPUTED: u64 = 2;
/// The gradients of attention, for its tokens and for its weights.
const ATTENTION_GRADIENTS: (u64, u64) = (11, 6);

impl Block {
    /// The layers inside the block, from input to output, or none where it cannot follow `input`.
    pub fn parts(&self, input: Shape) -> Option<Vec<Part>> {
        let mut parts = Parts {
            shape: input,
            list: Vec::new(),
        };
        parts.add(self)?;
        Some(parts.list)
    }

    /// Number of learnt values, given the shape the block receives.
    pub fn parameters(&self, input: Shape) -> usize {
        let parts = self.parts(input).unwrap_or_default();
        let sum = parts
            .iter()
            .fold(0u64, |sum, part| sum.saturating_add(part.parameters));
        usize::try_from(sum).unwrap_or(usize::MAX)
    }
}

/// Hyper-parameters of a convolution.
struct Conv {
    out: usize,
    kernel: usize,
    stride: usize,
    padding: usize,
    dilation: usize,
    groups: usize,
    bias: bool,
}

impl Conv {
    /// Without bias, padded to keep the size of the image at a stride of 1.
    fn same(out: usize, kernel: usize, stride: usize) -> Self {
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
    fn depthwise(channels: usize, kernel: usize, stride: usize) -> Self {
        Self {
            groups: channels,
            ..Self::same(channels, kernel, stride)
        }
    }
}

/// Collects parts and follows the shape.
struct Parts {
    shape: Shape,
    list: Vec<Part>,
}

fn product(factors: &[usize]) -> u64 {
    factors
        .iter()
        .fold(1, |all, &factor| all.saturating_mul(factor as u64))
}

/// The shape of as many tokens with so many features each.
fn with_features(shape: Shape, features: usize) -> Shape {
    match shape {
        Shape::Flat(_) => Shape::Flat(features),
        Shape::Image([_, height, width]) => Shape::Image([features, height, width]),
        Shape::Tokens([_, tokens]) => Shape::Tokens([features, tokens]),
    }
}

/// Width of the hidden layer of a pair of linear layers.
pub fn hidden(features: usize, ratio: f64) -> usize {
    ((features as f64 * ratio).round() as usize).max(1)
}

/// How far the windows of a shifted Swin block move down and right in an image of `height × width`:
/// by half a window, but not along a side that one window covers, as torchvision and timm have it.
pub fn window_shift(size: [usize; 2], window: usize) -> [usize; 2] {
    size.map(|side| if window < side { window / 2 } else { 0 })
}

impl Parts {
    fn push(&mut self, title: impl Into<String>, output: Shape, parameters: u64, flops: u64) {
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
    fn keep(&mut self, values: u64) {
        self.keep_both(values, values.saturating_mul(2));
    }

    /// Lets the last part keep so many values of each sample without and with a tangent.
    fn keep_both(&mut self, plain: u64, with_tangent: u64) {
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
    fn keep_checkpointed(&mut self, bytes: u64) {
        if let Some(last) = self.list.last_mut() {
            last.checkpointed_bytes = last.checkpointed_bytes.saturating_add(bytes);
        }
    }

    /// Lets the last part keep its output under gradient checkpointing.
    fn keep_output(&mut self) {
        self.keep_checkpointed(self.len().saturating_mul(VALUE));
    }

    /// Lets the last part keep so many bytes of each sample under BP-free, and more with a
    /// tangent.
    fn keep_closed(&mut self, plain: u64, of_tangent: u64) {
        if let Some(last) = self.list.last_mut() {
            last.closed_bytes = plain;
            last.closed_with_tangent_bytes = plain.saturating_add(of_tangent);
        }
    }

    /// Lets the last part keep its values, as many, and those of its tangent under BP-free.
    fn keep_closed_values(&mut self, values: u64) {
        let bytes = values.saturating_mul(VALUE);
        self.keep_closed(bytes, bytes);
    }

    /// Lets the last part keep so many bytes, whether there is a tangent or not.
    fn keep_bytes(&mut self, bytes: u64) {
        if let Some(last) = self.list.last_mut() {
            last.kept_bytes = last.kept_bytes.saturating_add(bytes);
            last.kept_with_tangent_bytes = last.kept_with_tangent_bytes.saturating_add(bytes);
        }
    }

    /// Lets the last part's backward pass need so many values of each sample, at least.
    fn scratch(&mut self, values: u64) {
        if let Some(last) = self.list.last_mut() {
            last.scratch_bytes = last.scratch_bytes.max(values.saturating_mul(VALUE));
            last.scratch_with_tangent_bytes = last.scratch_bytes.saturating_mul(2);
        }
    }

    fn len(&self) -> u64 {
        self.shape.len() as u64
    }

    /// Lets the last part make a tensor of so many values of each sample.
    fn largest(&mut self, values: u64) {
        if let Some(last) = self.list.last_mut() {
            last.largest = last.largest.max(values);
        }
    }

    /// Keeps its input.
    fn conv(&mut self, title: &str, conv: &Conv) -> Option<()> {
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
    fn dense(&mut self, title: &str, inputs: usize, output: Shape, rows: usize, bias: bool) {
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
    fn norm(&mut self, title: &str, parameters: u64) {
        self.push(title, self.shape, parameters, 0);
        self.keep(self.len().saturating_mul(2));
        let values = self.len();
        if let Some(last) = self.list.last_mut() {
            last.recomputing_bytes = values.saturating_mul(NORM_RECOMPUTED * VALUE);
        }
        self.keep_closed_values(self.len());
    }

    fn batch_norm(&mut self) {
        self.norm("Batch norm", 2 * self.shape.features() as u64);
    }

    fn layer_norm(&mut self) {
        self.norm("Layer norm", 2 * self.shape.features() as u64);
    }

    /// Keeps a mask of one byte a value.
    fn relu(&mut self) {
        self.push("ReLU", self.shape, 0, 0);
        self.keep_bytes(self.len());
        self.keep_checkpointed(self.len());
        self.keep_closed(self.len(), 0);
    }

    /// Keeps its input; with a tangent also the steps of its derivative.
    fn gelu(&mut self) {
        let values = self.len();
        self.push("GELU", self.shape, 0, 0);
        self.keep_both(values, values.saturating_mul(6));
        self.keep_closed_values(values);
    }

    fn dropout(&mut self, p: f64) {
        if p > 0.0 {
            self.push("Dropout", self.shape, 0, 0);
            self.keep(self.len());
            // The mask, and the product with it.
            self.keep_output();
            self.keep_output();
            self.keep_closed(self.len().saturating_mul(VALUE), 0);
        }
    }

    fn drop_path(&mut self, p: f64) {
        if p > 0.0 {
            self.push("Stochastic depth", self.shape, 0, 0);
            self.keep_output();
        }
    }

    fn sum(&mut self) {
        self.push("Sum with the input", self.shape, 0, 0);
    }

    fn residual(&mut self, convs: &[Conv], shortcut: Shortcut, stride: usize) -> Option<()> {
        let input = self.shape;
        let first = self.list.len();
        let mut between = false;
        for conv in convs {
            if between {
                self.relu();
            }
            self.conv("Convolution", conv)?;
            self.batch_norm();
            between = true;
        }
        let out = self.shape;
        if Shortcut::is_needed(input.features(), out.features(), stride) {
            self.shape = input;
            if shortcut == Shortcut::Projection {
                self.conv("Shortcut", &Conv::same(out.features(), 1, stride))?;
                // Its input is that of the first convolution too.
                if let Some(part) = self.list.last_mut() {
                    part.kept_bytes = 0;
                    part.kept_with_tangent_bytes = 0;
                }
                self.batch_norm();
            } else {
                self.push("Shortcut with zero padding", out, 0, 0);
            }
        }
        self.sum();
        let sums = self.len().saturating_mul(RESIDUAL_RECOMPUTED * VALUE);
        self.keep_checkpointed(sums);
        // The gradient of the shortcut waits for that of the convolutions.
        let waiting = self.len().saturating_mul(VALUE);
        for part in self.list.iter_mut().skip(first) {
            part.scratch_bytes = part.scratch_bytes.saturating_add(waiting);
            part.scratch_with_tangent_bytes = part.scratch_bytes.saturating_mul(2);
        }
        self.relu();
        Some(())
    }

    /// Attention over groups of `window` tokens each with so many learnt biases of its own, and its
    /// sum with the input.
    fn attention(
        &mut self,
        heads: usize,
        window: usize,
        biases: u64,
        dropout: f64,
        drop_path: f64,
    ) {
        let shape = self.shape;
        let features = shape.features();
        let tokens = shape.tokens();
        self.layer_norm();
        let three = with_features(shape, features.saturating_mul(3));
        self.dense("Query, key, value", features, three, tokens, true);
        self.push(
            format!("Attention, {heads} × {window} tokens"),
            shape,
            biases,
            product(&[4, tokens, window, features]),
        );
        // Queries, keys and values; weights twice on their way through the softmax.
        self.keep(product(&[3, tokens, features]));
        self.keep(product(&[2, heads, tokens, window]));
        let weights = product(&[heads, tokens, window]);
        self.keep_output();
        self.keep_checkpointed(weights.saturating_mul(VALUE));
        let (of_tokens, of_weights) = ATTENTION_GRADIENTS;
        self.scratch(
            of_tokens
                .saturating_mul(product(&[tokens, features]))
                .saturating_add(of_weights.saturating_mul(product(&[heads, tokens, window]))),
        );
        self.largest(product(&[heads, tokens, window]));
        self.dense("Projection", features, shape, tokens, true);
        self.dropout(dropout);
        self.drop_path(drop_path);
        self.sum();
    }

    /// Two linear layers on the features of each token, and their sum with the input.
    fn mlp(&mut self, hidden: usize, dropout: f64, drop_path: f64) {
        self.layer_norm();
        self.two_layers(hidden, dropout);
        self.drop_path(drop_path);
        self.sum();
    }

    fn two_layers(&mut self, hidden: usize, dropout: f64) {
        let shape = self.shape;
        let (features, tokens) = (shape.features(), shape.tokens());
        let wide = with_features(shape, hidden);
        self.dense("Linear", features, wide, tokens, true);
        self.gelu();
        self.dropout(dropout);
        self.dense("Linear", hidden, shape, tokens, true);
        self.dropout(dropout);
    }

    fn add(&mut self, block: &Block) -> Option<()> {
        let output = shape_after(block, self.shape).ok()?;
        let features = self.shape.features();
        let tokens = self.shape.tokens();
        match *block {
            Block::Linear { out, bias, .. } => {
                let inputs = self.shape.len();
                self.dense("Linear", inputs, Shape::Flat(out), 1, bias);
            }
            Block::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                bias,
                ..
            } => self.conv(
                "Convolution",
                &Conv {
                    out,
                    kernel,
                    stride,
                    padding,
                    dilation,
                    groups,
                    bias,
                },
            )?,
            Block::ResidualBasic {
                out,
                stride,
                shortcut,
                ..
            } => self.residual(
                &[Conv::same(out, 3, stride), Conv::same(out, 3, 1)],
                shortcut,
                stride,
            )?,
            Block::ResidualBottleneck {
                out,
                width,
                stride,
                shortcut,
                ..
            } => self.residual(
                &[
                    Conv::same(width, 1, 1),
                    Conv::same(width, 3, stride),
                    Conv::same(out, 1, 1),
                ],
                shortcut,
                stride,
            )?,
            Block::SeparableConv {
                out,
                kernel,
                stride,
                ..
            } => {
                self.conv(
                    "Convolution by channel",
                    &Conv::depthwise(features, kernel, stride),
                )?;
                self.batch_norm();
                self.relu();
                self.conv("Convolution", &Conv::same(out, 1, 1))?;
                self.batch_norm();
                self.relu();
            }
            Block::ConvNext {
                kernel,
                mlp_ratio,
                drop_path,
                ..
            } => {
                self.conv(
                    "Convolution by channel",
                    &Conv {
                        bias: true,
                        ..Conv::depthwise(features, kernel, 1)
                    },
                )?;
                self.layer_norm();
                self.two_layers(hidden(features, mlp_ratio), 0.0);
                self.push("Scale", self.shape, features as u64, 0);
                self.keep(self.len());
                self.drop_path(drop_path);
                self.sum();
            }
            Block::PatchEmbedding {
                out,
                patch,
                class_token,
                ..
            } => {
                let conv = Conv {
                    padding: 0,
                    bias: true,
                    ..Conv::same(out, patch, patch)
                };
                self.conv("Convolution", &conv)?;
                if class_token {
                    self.push("Class token", output, out as u64, 0);
                }
            }
            Block::PositionEmbedding { position } => {
                let learnt = match position {
                    Position::Learnt => self.len(),
                    Position::Sinusoidal => 0,
                };
                self.push("Position embedding", output, learnt, 0);
            }
            Block::TransformerEncoder {
                heads,
                mlp_ratio,
                dropout,
                drop_path,
                ..
            } => {
                self.attention(heads, tokens, 0, dropout, drop_path);
                self.mlp(hidden(features, mlp_ratio), dropout, drop_path);
            }
            Block::Swin {
                heads,
                window,
                mlp_ratio,
                dropout,
                drop_path,
                ..
            } => {
                let places = 2 * window - 1;
                let biases = product(&[places, places, heads]);
                self.attention(heads, window * window, biases, dropout, drop_path);
                self.mlp(hidden(features, mlp_ratio), dropout, drop_path);
            }
            Block::PatchMerging { .. } => {
                self.shape = match self.shape {
                    Shape::Image([channels, height, width]) => {
                        Shape::Image([4 * channels, height / 2, width / 2])
                    }
                    other => other,
                };
                self.layer_norm();
                let tokens = self.shape.tokens();
                self.dense("Linear", 4 * features, output, tokens, false);
            }
            Block::MlpMixer {
                tokens_hidden,
                channels_hidden,
                dropout,
                drop_path,
                ..
            } => {
                self.layer_norm();
                let wide = Shape::Tokens([features, tokens_hidden]);
                self.dense("Linear along tokens", tokens, wide, features, true);
                self.gelu();
                self.dropout(dropout);
                self.dense("Linear along tokens", tokens_hidden, output, features, true);
                self.dropout(dropout);
                self.drop_path(drop_path);
                self.sum();
                self.mlp(channels_hidden, dropout, drop_path);
            }
            Block::Relu {} => self.relu(),
            Block::Gelu {} => self.gelu(),
            Block::LeakyRelu { .. } | Block::Silu {} | Block::Tanh {} => {
                self.push(block.title(), output, 0, 0);
                self.keep(self.len().saturating_mul(2));
                match block {
                    Block::LeakyRelu { .. } => {
                        self.keep_checkpointed(self.len());
                        self.keep_closed(self.len(), 0);
                    }
                    _ => self.keep_closed_values(self.len()),
                }
            }
            Block::BatchNorm { .. } | Block::GroupNorm { .. } => {
                self.norm(block.title(), 2 * features as u64);
            }
            Block::LayerNorm { over, .. } => {
                let scaled = match over {
                    NormOver::Sample => self.len(),
                    NormOver::Channels => features as u64,
                };
                self.norm(block.title(), 2 * scaled);
            }
            Block::MaxPool { .. } => {
                let input = self.len();
                self.push(block.title(), output, 0, 0);
                self.keep(input);
                // Where each largest value was, as 64-bit numbers.
                let places = self.len().saturating_mul(8);
                self.keep_bytes(places);
                self.keep_checkpointed(places);
                self.keep_output();
                self.keep_closed(places, 0);
            }
            Block::AvgPool { .. } => {
                let input = self.len();
                self.push(block.title(), output, 0, 0);
                self.keep(input);
                self.keep_output();
            }
            Block::GlobalAvgPool {} | Block::Flatten {} => self.push(block.title(), output, 0, 0),
            Block::Dropout { p } => self.dropout(p),
        }
        // What is true of the block as a whole is in shape.rs.
        self.shape = output;
        if let Some(last) = self.list.last_mut() {
            last.output = output;
        }
        Some(())
    }
}
