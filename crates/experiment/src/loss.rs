//! The local loss that a module minimises.

use serde::{Deserialize, Serialize};

use super::{
    block::{Block, GRADIENTS, Init, Part, VALUE, kind},
    field::{Choice, Field, Fields, Real, choices},
    head::{Head, HeadKind, POOLED_MLP_CONVS, kernel, pooled_first},
    shape::Shape,
};

/// Kinds of local losses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LossKind {
    /// Cross-entropy of the head's class scores; PredSim's pred loss with a linear head.
    #[default]
    CrossEntropy,
    /// Supervised contrastive loss of the head's projections (InfoPro, arXiv 2101.10832).
    Contrastive,
    /// Similarity matching: PredSim's sim loss (arXiv 1901.06656).
    Similarity,
    /// (1 − β)·cross-entropy + β·similarity: PredSim's predsim loss (arXiv 1901.06656).
    PredSim,
}

/// What is known of a kind of loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AboutLoss {
    /// Its key and its name on the screen.
    pub choice: Choice,
    /// Whether the head says which class a sample belongs to.
    pub scores_classes: bool,
    /// Whether the loss looks at the head at all.
    pub uses_head: bool,
    /// Whether the similarities of the samples are matched to those of their classes.
    pub matches_similarity: bool,
    /// Whether every sample is compared with every other of its batch.
    pub compares_samples: bool,
}

choices! { LossKind is AboutLoss {
    CrossEntropy {
        choice: Choice::new("cross-entropy", "Cross-entropy")
            .hint("Of the head's class scores; with a linear head, PredSim's pred loss"),
        scores_classes: true,
        uses_head: true,
        matches_similarity: false,
        compares_samples: false,
    }
    Contrastive {
        choice: Choice::new("contrastive", "Contrastive")
            .hint("Supervised contrastive loss of the head's projections"),
        scores_classes: false,
        uses_head: true,
        matches_similarity: false,
        compares_samples: true,
    }
    Similarity {
        choice: Choice::new("similarity", "Similarity")
            .hint("Similarities of samples matched to those of their classes"),
        scores_classes: false,
        uses_head: false,
        matches_similarity: true,
        compares_samples: true,
    }
    PredSim {
        choice: Choice::new("pred-sim", "Pred-sim").hint("(1 − β)·cross-entropy + β·similarity"),
        scores_classes: true,
        uses_head: true,
        matches_similarity: true,
        compares_samples: true,
    }
} }

impl LossKind {
    /// Whether the head says which class a sample belongs to.
    pub fn scores_classes(self) -> bool {
        self.about().scores_classes
    }

    /// Whether the loss looks at the head at all.
    pub fn uses_head(self) -> bool {
        self.about().uses_head
    }

    /// Whether the similarities of the samples are matched to those of their classes.
    pub fn matches_similarity(self) -> bool {
        self.about().matches_similarity
    }

    /// Whether every sample is compared with every other of its batch.
    pub fn compares_samples(self) -> bool {
        self.about().compares_samples
    }
}

/// Values that a contrastive loss compares samples by.
const PROJECTION: usize = 128;
/// Channels between the two convolutions of a decoder.
pub const DECODER_WIDTH: usize = 12;

/// A local loss with its options. Keys that a kind does not use are ignored by it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Loss {
    /// Which loss.
    pub kind: LossKind,
    /// Temperature τ of the contrastive loss.
    pub temperature: f64,
    /// Share β of the similarity in pred-sim.
    pub beta: f64,
    /// Weight of the reconstruction loss, for which a small decoder draws the network's input
    /// from the module's output (InfoPro, arXiv 2101.10832); 0 for no decoder.
    pub reconstruction: f64,
    /// Share s of the target of a cross-entropy that goes to all C classes alike: it aims at
    /// (1 − s)·t + s/C (label smoothing; Szegedy et al. 2016, arXiv 1512.00567).
    pub smoothing: f64,
}

impl Default for Loss {
    fn default() -> Self {
        Self {
            kind: LossKind::default(),
            temperature: 0.07,
            beta: 0.99,
            reconstruction: 0.0,
            smoothing: 0.0,
        }
    }
}

impl Fields for Loss {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::choice(
            "kind",
            "Loss",
            LossKind::CHOICES,
            |loss| loss.kind.index(),
            |loss, at| loss.kind.pick(at),
        )
        .hint("What every module but the last minimises, unless it has a loss of its own"),
        Field::<Self>::real(
            "temperature",
            "Temperature τ",
            Real::from_to(1e-3, 1e3),
            |loss| loss.temperature,
            |loss, temperature| loss.temperature = temperature,
        )
        .hint("A small one looks at the most similar samples only")
        .shown(|loss| loss.kind == LossKind::Contrastive, "contrastive"),
        Field::<Self>::real(
            "beta",
            "Similarity β",
            Real::from_to(0.0, 1.0),
            |loss| loss.beta,
            |loss, beta| loss.beta = beta,
        )
        .hint("Share of the similarity; the rest is cross-entropy")
        .shown(|loss| loss.kind == LossKind::PredSim, "pred-sim"),
        Field::<Self>::real(
            "reconstruction",
            "Reconstruction",
            Real::from_to(0.0, 1e4),
            |loss| loss.reconstruction,
            |loss, weight| loss.reconstruction = weight,
        )
        .hint("Weight of drawing the input image again from a module's output; 0 for no decoder"),
        Field::<Self>::real(
            "smoothing",
            "Label smoothing",
            Real::share(),
            |loss| loss.smoothing,
            |loss, share| loss.smoothing = share,
        )
        .hint("Share of the target of every cross-entropy that goes to all classes alike, in the last module too; 0 turns it off"),
    ];
}

impl Loss {
    /// Whether this is nothing but cross-entropy, which guessing brings to ln C.
    pub fn is_plain(&self) -> bool {
        self.kind == LossKind::CrossEntropy && self.reconstruction == 0.0
    }

    /// The least that cross-entropy with one class of so many can be: the entropy of its smoothed
    /// target.
    pub fn least_entropy(&self, classes: usize) -> f64 {
        let share = self.smoothing / classes as f64;
        let term = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
        term(1.0 - self.smoothing + share) + classes.saturating_sub(1) as f64 * term(share)
    }

    /// Whether there is a decoder.
    pub fn reconstructs(&self) -> bool {
        self.reconstruction > 0.0
    }

    /// Number of values that the head has to give: a score for each class, or a projection. An
    /// ETF head always has one for each class.
    pub fn head_outputs(&self, head: HeadKind, classes: usize) -> usize {
        if self.kind.uses_head() && !self.kind.scores_classes() && !head.about().is_frame {
            PROJECTION
        } else {
            classes
        }
    }

    /// Learnt values of the head and of what the loss needs besides, for a module that hands on
    /// `output` in a network that receives `input`.
    pub fn parameters(&self, head: &Head, output: Shape, input: Shape, classes: usize) -> usize {
        let features = output.features();
        let outputs = self.head_outputs(head.kind, classes);
        let window = kernel(output) * kernel(output);
        let mut sum = 0usize;
        if self.kind.uses_head() {
            sum = sum.saturating_add(head.parameters(output, outputs));
        }
        if self.kind.matches_similarity() {
            sum = sum.saturating_add(features.saturating_mul(features).saturating_mul(window));
        }
        if self.reconstructs() {
            let drawn = input.features();
            sum = sum.saturating_add((features * 9 + 2 + drawn * 9) * DECODER_WIDTH + drawn);
        }
        sum
    }

    /// Most values of a sample that the decoder makes of a module's output, for the largest of
    /// its images.
    pub fn decoder_values(&self, output: Shape, input: Shape) -> usize {
        match input {
            Shape::Image([_, height, width]) if self.reconstructs() => output
                .features()
                .max(DECODER_WIDTH)
                .saturating_mul(height)
                .saturating_mul(width),
            Shape::Image(_) | Shape::Flat(_) | Shape::Tokens(_) => 0,
        }
    }

    /// The layers that the head and the loss put on the images of a module, with what they keep
    /// for their backward pass. What they do with vectors is too small to count.
    pub(crate) fn parts(&self, head: HeadKind, output: Shape, input: Shape) -> Vec<Part> {
        let Shape::Image([channels, _, _]) = output else {
            return Vec::new();
        };
        let [rows, columns] = pooled_first(output);
        let mut chains = Vec::new();
        match head {
            _ if !self.kind.uses_head() => {}
            HeadKind::Etf | HeadKind::Random | HeadKind::Linear => {}
            HeadKind::Conv => {
                chains.push((output, normed(channels, 3)));
            }
            HeadKind::PooledMlp => {
                let pooled = Shape::Image([channels, rows, columns]);
                let convs = (0..POOLED_MLP_CONVS).flat_map(|_| normed(channels, 1));
                chains.push((pooled, convs.collect()));
            }
        }
        if self.kind.matches_similarity() {
            // The deviations of its channels keep as much as a normalisation.
            let norm = Block::GroupNorm(kind::GroupNorm {
                groups: 1,
                eps: 1e-5,
            });
            chains.push((output, vec![conv(channels, 3), norm]));
        }
        if let (true, Shape::Image([drawn, height, width])) = (self.reconstructs(), input) {
            let mut blocks = normed(DECODER_WIDTH, 3);
            // Behind it the sigmoid.
            blocks.extend([conv(drawn, 3), Block::Relu(kind::Relu {})]);
            chains.push((Shape::Image([channels, height, width]), blocks));
        }
        let mut all = Vec::new();
        let mut output_is_kept = false;
        for (mut shape, blocks) in chains {
            let starts_with_output = shape == output;
            // What a chain sends back to the module may be larger than anything after it.
            let sent_back = shape.len() as u64 * VALUE;
            for (at, block) in blocks.into_iter().enumerate() {
                let mut parts = block.parts(shape).unwrap_or_default();
                if let (0, Some(first)) = (at, parts.first_mut()) {
                    first.scratch_bytes =
                        first.scratch_bytes.max(sent_back.saturating_mul(GRADIENTS));
                    first.scratch_with_tangent_bytes = first
                        .scratch_with_tangent_bytes
                        .max(sent_back.saturating_mul(GRADIENTS + WAITING));
                    // The output of the module is one tensor, however many convolutions keep it.
                    if starts_with_output && output_is_kept {
                        first.kept_bytes = 0;
                        first.kept_with_tangent_bytes = 0;
                    }
                    output_is_kept |= starts_with_output;
                }
                if let Some(last) = parts.last() {
                    shape = last.output;
                }
                all.extend(parts);
            }
        }
        all
    }
}

/// With a tangent, the gradient of the value waits for that of the tangent
/// (`benches/memory.rs`).
const WAITING: u64 = 1;

/// A convolution that keeps the size of an image.
fn conv(out: usize, kernel: usize) -> Block {
    Block::Conv2d(kind::Conv2d {
        out,
        kernel,
        stride: 1,
        padding: kernel / 2,
        dilation: 1,
        groups: 1,
        bias: false,
        init: Init::default(),
    })
}

/// The same with batch norm and ReLU.
fn normed(out: usize, kernel: usize) -> Vec<Block> {
    let norm = Block::BatchNorm(kind::BatchNorm {
        eps: 1e-5,
        momentum: 0.1,
    });
    vec![conv(out, kernel), norm, Block::Relu(kind::Relu {})]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothed_cross_entropy_is_least_at_the_entropy_of_its_target() {
        let of = |smoothing| Loss {
            smoothing,
            ..Loss::default()
        };
        assert_eq!(of(0.0).least_entropy(10), 0.0);
        // 0.75 and 0.25.
        let by_hand = 0.75 * (4.0f64 / 3.0).ln() + 0.25 * 4.0f64.ln();
        assert!((of(0.5).least_entropy(2) - by_hand).abs() < 1e-12);
    }
}
