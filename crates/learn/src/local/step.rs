//! One module's part of a training step.

use burn::{module::Module, optim::GradientsParams, tensor::Tensor};

use super::{batch::Batch, gradients::collect, loss::accuracy, module::LocalModule};
use crate::{
    block::{Draws, Dual},
    metric::Alignment,
};

/// What a module's step computes. No tensor here belongs to a graph.
pub struct ModuleStep {
    /// What the next module receives, `[batch, channels, height, width]`.
    pub output: Tensor<4>,
    /// δout = B·∂L/∂output per sample, shaped as the output.
    pub delta_out: Tensor<4>,
    /// δin = B·∂L/∂input per sample, shaped as the input, where it was measured.
    pub delta_in: Option<Tensor<4>>,
    /// L on the batch, before the step; `[1]`.
    pub loss: Tensor<1>,
    /// Share of the batch classified correctly, before the step; `[1]`. None where the loss
    /// scores no classes.
    pub accuracy: Option<Tensor<1>>,
    /// Agreement with the module before, where it was measured.
    pub alignment: Option<Alignment>,
    /// Gradients of L + λR.
    pub gradients: GradientsParams,
}

/// Computes the gradients of L_k + λ_k·R_k of one module on a batch (arXiv 2406.05222,
/// section 3), where `before` is the δout of the module before it.
///
/// With v = stop(δin − δout), ∇R_k = 2·∇D_v L_k: a second pass carries v as tangent. With λ = 0
/// there is no second pass, and δin is only computed where `measure` asks for it. None for a
/// module without a loss of its own.
pub fn step_module(
    module: &LocalModule,
    input: Tensor<4>,
    batch: &Batch,
    before: Option<Tensor<4>>,
    lambda: f64,
    measure: bool,
    draws: &mut Draws,
) -> Option<ModuleStep> {
    let [samples, ..] = input.dims();
    let samples = samples as f64;
    let reconciles = lambda > 0.0 && before.is_some();
    let mut gradients = GradientsParams::new();

    // The first pass of a module that reconciles only asks for δin: its parameters get their
    // gradients from the second.
    let first = if reconciles {
        module.clone().no_grad()
    } else {
        module.clone()
    };
    let input = if (reconciles || measure) && before.is_some() {
        input.require_grad()
    } else {
        input
    };
    let body = first
        .body(Dual::plain(input.clone()), Some(&mut *draws))
        .value;
    let output = LocalModule::hand_on(&body);

    let leaf = output.clone().require_grad();
    let (loss, logits) = first.loss(Dual::plain(leaf.clone()), batch, Some(&mut *draws))?;
    let correct = logits.map(|logits| accuracy(logits.inner(), batch.labels.clone().inner()));
    let loss_value = loss.value.clone().detach().inner();
    let mut head_gradients = loss.value.backward();
    let output_gradient = leaf
        .grad_remove(&mut head_gradients)
        .unwrap_or_else(|| leaf.clone().inner().zeros_like());
    collect(&first, &mut head_gradients, &mut gradients);

    let mut delta_in = None;
    if body.is_tracked() {
        // Sends the head's gradient on through the body.
        let mut body_gradients = (body * output_gradient.clone().autodiff()).sum().backward();
        delta_in = input
            .grad_remove(&mut body_gradients)
            .map(|gradient| gradient * samples);
        collect(&first, &mut body_gradients, &mut gradients);
    }

    let alignment = match (&delta_in, &before) {
        (Some(delta_in), Some(before)) => Some(Alignment::measure(delta_in, before)),
        _ => None,
    };

    if reconciles && let (Some(delta_in), Some(before)) = (&delta_in, before) {
        let direction = (delta_in.clone() - before).autodiff();
        let dual = Dual::along(LocalModule::hand_on(&input), direction);
        let output = module.body(dual, Some(&mut *draws));
        let (loss, _) = module.loss(output, batch, Some(draws))?;
        let mut objective = loss.value;
        if let Some(derivative) = loss.derivative {
            objective = objective + derivative * (2.0 * lambda);
        }
        if objective.is_tracked() {
            collect(module, &mut objective.backward(), &mut gradients);
        }
    }

    Some(ModuleStep {
        output,
        delta_out: output_gradient * samples,
        delta_in,
        loss: loss_value,
        accuracy: correct,
        alignment,
        gradients,
    })
}
