//! BP-free: one module's part of a training step in closed form, without an autodiff graph.
//!
//! A module minimises O = L + 2λ·D_v L, where D_v L is the derivative of its loss along
//! v = stop(δin − δout) (arXiv 2406.05222, section 3; ∇R = 2·∇D_v L). Every layer maps a pair
//! (x, ẋ) to (y, ẏ), and the way back carries the pair of errors (a, ȧ) = (∂O/∂y, ∂O/∂ẏ). For a
//! layer y = f(x), ẏ = Df(x)·ẋ the chain rule gives
//!
//! - ∂O/∂ẋ = Df(x)ᵀ·ȧ,
//! - ∂O/∂x = Df(x)ᵀ·a + ∂⟨ȧ, Df(x)·ẋ⟩/∂x,
//!
//! and the same for what the layer learns. Without a tangent only Df(x)ᵀ·a is left: that is how
//! δin comes about. Each kind of layer keeps what it saw on the way forward and has these
//! formulas worked out by hand, in a file of its own; pairs travel as [`Dual`] in both directions.

mod activation;
mod conv;
mod dropout;
mod head;
mod linear;
mod loss;
mod norm;
mod pool;
mod sphere;
mod tensor;

use std::borrow::Borrow;

use burn::{module::Module, optim::GradientsParams, tensor::Tensor};

use super::{
    batch::Batch,
    head::{Head, MatrixHead},
    loss::{accuracy, cross_entropy},
    module::LocalModule,
    rows::Rows,
    step::ModuleStep,
};
use crate::{
    block::{Draws, Dual, Layer, Seen},
    metric::Alignment,
};

/// Whether [`closed_step`] has formulas for everything in a module that learns.
pub(super) fn has_closed_form(module: &LocalModule) -> bool {
    let mut layers = module.layers().iter().map(Layer::closed);
    layers.all(|layer| layer.is_some()) && matrix_head(module).is_some()
}

/// The head of a module that learns from nothing but the cross-entropy of a matrix head on what
/// its layers hand on.
fn matrix_head(module: &LocalModule) -> Option<&MatrixHead> {
    let objective = module.objective()?;
    match objective.head()? {
        Head::Matrix(head) if objective.loss().is_plain() && !objective.reads_sequence() => {
            Some(head)
        }
        _ => None,
    }
}

/// What [`step_module`](super::step_module) computes, in closed form: the same numbers up to
/// rounding, the same draws, and gradients under the same parameters. Nothing is tracked, so that
/// the module may as well be on a device without autodiff.
///
/// None for a module without a loss of its own, and for one that has a layer, a head or a loss
/// without a closed form here, which the experiment's problems tell of.
pub fn closed_step(
    module: &LocalModule,
    input: Tensor<4>,
    batch: &Batch,
    before: Option<Tensor<4>>,
    lambda: f64,
    measure: bool,
    draws: &mut Draws,
) -> Option<ModuleStep> {
    let module = module.valid();
    let batch = batch.resting();
    let before = before.map(Tensor::inner);
    let [samples, ..] = input.dims();
    let samples = samples as f64;
    let reconciles = lambda > 0.0 && before.is_some();
    let asks = (reconciles || measure) && before.is_some();
    let mut gradients = GradientsParams::new();

    let mut x = input.inner();
    let mut layers = Vec::new();
    for (at, layer) in module.layers().iter().enumerate() {
        let (seen, y) = layer.closed()?.see(x, (at, 0), draws);
        layers.push(seen);
        x = y;
    }
    let output = x;
    let (mut head, scores) = head::Seen::forward(matrix_head(&module)?, output.clone());
    let mut scores = Rows {
        value: scores,
        tangent: None,
    };
    let aim = module.objective()?.aim(&batch.targets);
    let loss = cross_entropy(scores.clone(), aim.clone()).value;
    let correct = accuracy(scores.value.clone(), batch.labels.clone());

    let errors = loss::reverse(&scores, &aim, 0.0);
    if !reconciles {
        head.learn(&errors, &mut gradients);
    }
    let at_output = head.reverse(errors);
    let delta_out = at_output.value.clone() * samples;

    // Below the first layer that learns, errors are of use to nobody but the module before.
    let lowest = layers.iter().position(|seen| seen.learns());
    let lowest = lowest.unwrap_or(layers.len());
    if !reconciles {
        let lowest = (!asks).then_some(lowest);
        let at_input = back(layers, at_output, Some(&mut gradients), lowest);
        let delta_in = at_input.map(|errors| errors.value * samples);
        return Some(ModuleStep {
            output,
            delta_out,
            alignment: delta_in
                .as_ref()
                .zip(before.as_ref())
                .map(|(asked, before)| Alignment::measure(asked, before)),
            delta_in,
            loss,
            accuracy: Some(correct),
            gradients,
        });
    }

    // Parameters get their gradients from the pair.
    let before = before?;
    let delta_in = back(layers.iter(), at_output, None, None)?.value * samples;
    let alignment = Alignment::measure(&delta_in, &before);
    let mut tangent = delta_in.clone() - before;
    for seen in &mut layers {
        tangent = seen.along(tangent);
    }
    scores.tangent = Some(head.along(tangent));
    let errors = loss::reverse(&scores, &aim, lambda);
    head.learn(&errors, &mut gradients);
    let errors = head.reverse(errors);
    back(layers, errors, Some(&mut gradients), Some(lowest));
    Some(ModuleStep {
        output,
        delta_out,
        delta_in: Some(delta_in),
        loss,
        accuracy: Some(correct),
        alignment: Some(alignment),
        gradients,
    })
}

/// Sends errors back through layers, which leave their gradients in `into`: down to the layer
/// `lowest`, or through all of them to the input where there is none.
fn back<'a, S: Borrow<Box<dyn Seen + 'a>>>(
    layers: impl IntoIterator<Item = S, IntoIter: DoubleEndedIterator + ExactSizeIterator>,
    mut errors: Dual,
    mut into: Option<&mut GradientsParams>,
    lowest: Option<usize>,
) -> Option<Dual> {
    for (at, seen) in layers.into_iter().enumerate().rev() {
        let seen = seen.borrow();
        if let Some(into) = into.as_deref_mut() {
            seen.learn(&errors, into);
        }
        if lowest.is_some_and(|lowest| at <= lowest) {
            return None;
        }
        errors = seen.reverse(errors);
    }
    Some(errors)
}
