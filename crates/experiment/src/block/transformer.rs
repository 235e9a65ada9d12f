//! What blocks on tokens have in common.

use super::{
    part::VALUE,
    parts::{Parts, product},
    words::divisors,
};
use crate::shape::Shape;

/// The gradients of attention, for its tokens and for its weights (`benches/memory.rs`).
const ATTENTION_GRADIENTS: (u64, u64) = (11, 6);

/// Width of the hidden layer of a pair of linear layers.
pub fn hidden(features: usize, ratio: f64) -> usize {
    ((features as f64 * ratio).round() as usize).max(1)
}

/// How far the windows of a shifted Swin block move down and right in an image of `height × width`:
/// by half a window, but not along a side that one window covers, as torchvision and timm have it.
pub fn window_shift(size: [usize; 2], window: usize) -> [usize; 2] {
    size.map(|side| if window < side { window / 2 } else { 0 })
}

/// The shape of as many tokens with so many features each.
fn with_features(shape: Shape, features: usize) -> Shape {
    match shape {
        Shape::Flat(_) => Shape::Flat(features),
        Shape::Image([_, height, width]) => Shape::Image([features, height, width]),
        Shape::Tokens([_, tokens]) => Shape::Tokens([features, tokens]),
    }
}

/// # Errors
/// Says so where attention heads do not divide the features.
pub(super) fn heads_divide(heads: usize, features: usize) -> Result<(), String> {
    if features.is_multiple_of(heads) {
        Ok(())
    } else {
        Err(format!(
            "{heads} heads do not divide {features} features: choose {}",
            divisors(features, features)
        ))
    }
}

impl Parts {
    /// Attention over groups of `window` tokens each with so many learnt biases of its own, and its
    /// sum with the input.
    pub(super) fn attention(
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
    pub(super) fn mlp(&mut self, hidden: usize, dropout: f64, drop_path: f64) {
        self.layer_norm();
        self.two_layers(hidden, dropout);
        self.drop_path(drop_path);
        self.sum();
    }

    /// Two linear layers on the features of each token, with GELU between and dropout after each.
    pub(super) fn two_layers(&mut self, hidden: usize, dropout: f64) {
        let shape = self.shape;
        let (features, tokens) = (shape.features(), shape.tokens());
        let wide = with_features(shape, hidden);
        self.dense("Linear", features, wide, tokens, true);
        self.gelu();
        self.dropout(dropout);
        self.dense("Linear", hidden, shape, tokens, true);
        self.dropout(dropout);
    }
}
