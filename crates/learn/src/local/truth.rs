//! Local learning against the truth: where global backpropagation would take the same network, and
//! what a module's update does to the loss of the next one.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};
use layerwise_experiment::rng::{Stream, rng};

use super::{
    batch::Batch,
    gradients::collect,
    learner::{Learner, StepWay},
    module::LocalModule,
    numbers::{TruthNumbers, unknown},
    step::ModuleStep,
};
use crate::{
    block::{Draws, Dual},
    metric::{Alignment, mean_cosine},
};

/// A module on its way to be compared; nothing here belongs to a graph.
pub(super) struct Part {
    /// x_{k−1}, `[batch, channels, height, width]`.
    pub(super) input: Tensor<4>,
    /// What its own step computes; none where it does not learn.
    pub(super) step: Option<ModuleStep>,
}

/// What global BP from the last module's loss L_K sends to a module; nothing here belongs to a
/// graph.
pub(super) struct Sent {
    /// ∂L_K/∂x_{k−1}, shaped as the module's input.
    pub(super) input: Tensor<4>,
    /// ∂L_K/∂θ_k.
    pub(super) gradients: GradientsParams,
}

impl Learner {
    /// Compares a step that was done with the truth, on a `batch` that may be another one.
    /// `before` are the modules before that step, which are compared; `way` is how it trained.
    ///
    /// The numbers, still on the device: for each module the cosine
    /// of ∂(L_k + λ_k·R_k)/∂θ_k, as its optimiser got it but for clipping, with ∂L_K/∂θ_k, over the
    /// layers without the head. Then for each boundary, between module k and the next:
    ///
    /// - the mean over samples of the cosine of δout_k with δ^global_k = B·∂L_K/∂x_k: of two
    ///   gradients, which is that of −δout_k, where module k moves its output, with −δ^global_k,
    ///   where global BP would move it;
    /// - the change L_{k+1}(x'_k) − L_{k+1}(x_k) that the update of module k alone makes, where
    ///   x'_k comes from the same x_{k−1} and everything else is as before the step;
    /// - its prediction of first order, (1/B)·Σ_i ⟨δin_{k+1,i}, x'_{k,i} − x_{k,i}⟩.
    ///
    /// NaN stands for what a module that does not learn leaves unknown. Modules draw dropout masks
    /// of their own here, the same in every pass, and use the statistics of the batch, as they do
    /// in a step; nothing of that is kept. Costs a step on the batch, a backward pass through each
    /// module, one at a time, and three forward passes. None under global BP.
    pub fn truth(
        &self,
        before: &[LocalModule],
        batch: &Batch,
        way: &StepWay<'_>,
    ) -> Option<TruthNumbers> {
        if !self.kind.is_local() {
            return None;
        }
        let parts = self.parts(before, batch, way);
        let tracked: Vec<LocalModule> =
            (before.iter().map(LocalModule::layers_in_graphs)).collect();
        let sent = self.send_back(&tracked, &parts, batch, way)?;
        let nothing = unknown(&batch.resting().targets);
        let mut modules = Vec::new();
        for ((module, part), sent) in tracked.iter().zip(&parts).zip(&sent) {
            let own = part.step.as_ref().map(|step| &step.gradients);
            let cosine = own.and_then(|own| parameter_cosine(module, own, &sent.gradients));
            modules.push(cosine.unwrap_or_else(|| nothing.clone()));
        }
        let mut boundaries = Vec::new();
        for (at, pair) in parts.windows(2).enumerate() {
            let [part, next] = pair else { continue };
            let sent = sent.get(at + 1);
            let cosine = part.step.as_ref().zip(sent).map(|(step, sent)| {
                // Lengths do not matter to a cosine: B is left out.
                Alignment::measure(&step.delta_out, &sent.input).cosine
            });
            let change = self.change(before, [part, next], at, batch, way);
            let [change, predicted] = change.unwrap_or_else(|| [nothing.clone(), nothing.clone()]);
            boundaries.push([cosine.unwrap_or_else(|| nothing.clone()), change, predicted]);
        }
        Some(TruthNumbers::pack(modules, boundaries))
    }

    /// The draws of a module, from 0: the same whenever they are asked for. None for one that
    /// only evaluates in this step.
    pub(super) fn draws_of(&self, way: &StepWay<'_>, at: usize) -> Option<Draws> {
        let evaluates = way.only.is_some_and(|only| at < only);
        let index = (way.step as u64) << 16 | at as u64;
        (!evaluates).then(|| Draws::new(rng(self.seed, Stream::Probe, index)))
    }

    /// Each module's own step on the batch, from input to output.
    pub(super) fn parts(
        &self,
        modules: &[LocalModule],
        batch: &Batch,
        way: &StepWay<'_>,
    ) -> Vec<Part> {
        let compute = self.compute();
        let mut input = batch.inputs.clone().inner();
        let mut delta_out = None;
        let mut parts = Vec::new();
        for (at, module) in modules.iter().enumerate() {
            let mut draws = self.draws_of(way, at);
            let learns = !module.is_frozen() && way.only.is_none_or(|only| at == only);
            let step = draws.as_mut().filter(|_| learns).and_then(|draws| {
                let input = input.clone().autodiff();
                let lambda = way.lambda_of(at);
                compute(module, input, batch, delta_out.take(), lambda, true, draws)
            });
            delta_out = step.as_ref().map(|step| step.delta_out.clone());
            let output = match &step {
                Some(step) => step.output.clone().inner(),
                None => forward(module, input.clone(), draws),
            };
            parts.push(Part { input, step });
            input = output;
        }
        parts
    }

    /// The whole chain backwards from L_K: what reverse mode without cuts computes, with one
    /// module's graph alive at a time. From input to output; none where the last module has no
    /// loss.
    pub(super) fn send_back(
        &self,
        modules: &[LocalModule],
        parts: &[Part],
        batch: &Batch,
        way: &StepWay<'_>,
    ) -> Option<Vec<Sent>> {
        let mut sent: Vec<Sent> = Vec::new();
        for (at, (module, part)) in modules.iter().zip(parts).enumerate().rev() {
            let mut draws = self.draws_of(way, at);
            let input = part.input.clone().autodiff().require_grad();
            let output = module.body(Dual::plain(input.clone()), draws.as_mut());
            let end = match sent.last() {
                Some(after) => (output.value * after.input.clone().autodiff()).sum(),
                None => module.loss(output, batch, draws.as_mut())?.0.value,
            };
            let mut all = end.backward();
            let mut gradients = GradientsParams::new();
            collect(module, &mut all, &mut gradients);
            let of_input = input.grad_remove(&mut all);
            sent.push(Sent {
                input: of_input.unwrap_or_else(|| part.input.zeros_like()),
                gradients,
            });
        }
        sent.reverse();
        Some(sent)
    }

    /// The measured and the predicted change of the loss of module `at + 1`, from 0, by the
    /// update of the module before it.
    fn change(
        &self,
        before: &[LocalModule],
        [part, next]: [&Part; 2],
        at: usize,
        batch: &Batch,
        way: &StepWay<'_>,
    ) -> Option<[Tensor<1>; 2]> {
        let asked = next.step.as_ref()?.delta_in.clone()?;
        let outputs = [before.get(at)?, self.modules.get(at)?]
            .map(|module| forward(module, part.input.clone(), self.draws_of(way, at)));
        let judge = before.get(at + 1)?.valid();
        let batch = batch.resting();
        let loss = |x: &Tensor<4>| {
            let mut draws = self.draws_of(way, at + 1);
            let output = judge.body(Dual::plain(x.clone()), draws.as_mut());
            Some(judge.loss(output, &batch, draws.as_mut())?.0.value)
        };
        let [old, new] = outputs;
        let measured = loss(&new)? - loss(&old)?;
        let [samples, ..] = old.dims();
        let predicted = (asked * (new - old)).sum() / samples as f64;
        Some([measured, predicted])
    }
}

/// A module's output on an input, both without a graph.
fn forward(module: &LocalModule, input: Tensor<4>, mut draws: Option<Draws>) -> Tensor<4> {
    let module = module.valid();
    module.body(Dual::plain(input), draws.as_mut()).value
}

/// The cosine of two gradients of a module's layers, head left out; one that no backward pass
/// reached counts as zero. None where nothing is learnt.
fn parameter_cosine(
    module: &LocalModule,
    one: &GradientsParams,
    other: &GradientsParams,
) -> Option<Tensor<1>> {
    struct Rows<'a> {
        of: [&'a GradientsParams; 2],
        found: [Vec<Tensor<2>>; 2],
    }
    impl ModuleVisitor for Rows<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if !param.is_require_grad() {
                return;
            }
            for (gradients, rows) in self.of.iter().zip(&mut self.found) {
                let gradient = gradients.get::<D>(param.id);
                let gradient = gradient.unwrap_or_else(|| param.val().inner().zeros_like());
                rows.push(gradient.reshape([1, -1]));
            }
        }
    }
    let mut rows = Rows {
        of: [one, other],
        found: [Vec::new(), Vec::new()],
    };
    for layer in module.layers() {
        layer.visit(&mut rows);
    }
    let [one, other] = rows.found;
    (!one.is_empty()).then(|| mean_cosine(Tensor::cat(one, 1), Tensor::cat(other, 1)))
}
