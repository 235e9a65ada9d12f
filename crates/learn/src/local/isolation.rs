//! Proof that no gradient crosses a split.

use burn::{optim::GradientsParams, tensor::Tensor};

use super::{
    batch::Batch,
    gradients::{collect, named_parameters},
    module::LocalModule,
};
use crate::block::Dual;

/// ‖∂L_k/∂θ_j‖ for every module j, head included, of each module k with a loss (from input to
/// output, the same order as the rows), all of them evaluating. With the cuts as they are, every
/// number off the diagonal is exactly zero: a parameter that no gradient reaches is not in the
/// graph at all. With `open` cuts, L_k reaches every module up to k that is not frozen.
///
/// Norms are summed in `f64` on the host, so that none but an exact zero becomes zero. Takes a
/// backward pass for each loss; with open cuts, each through all modules up to its own. Reads
/// back to the host.
pub fn isolation_matrix(modules: &[LocalModule], batch: &Batch, open: bool) -> Vec<Vec<f64>> {
    let modules: Vec<LocalModule> = modules.iter().map(LocalModule::in_graphs).collect();
    let mut rows = Vec::new();
    let mut input = batch.inputs.clone();
    for (k, module) in modules.iter().enumerate() {
        if open {
            // Each loss needs a graph of its own: a backward pass uses it up.
            let before = modules.iter().take(k);
            input = before.fold(batch.inputs.clone(), forward);
        }
        let output = forward(input, module);
        input = LocalModule::hand_on(&output);
        if let Some((loss, _)) = module.loss(Dual::plain(output), batch, None) {
            rows.push(norms(&modules, &loss.value));
        }
    }
    rows
}

fn forward(input: Tensor<4>, module: &LocalModule) -> Tensor<4> {
    module.body(Dual::plain(input), None).value
}

/// The norm of the gradient of a loss, `[1]`, for the parameters of each module.
fn norms(modules: &[LocalModule], loss: &Tensor<1>) -> Vec<f64> {
    let mut gradients = loss.is_tracked().then(|| loss.backward());
    let norm = |module: &LocalModule| {
        let mut own = GradientsParams::new();
        if let Some(gradients) = &mut gradients {
            collect(module, gradients, &mut own);
        }
        let named = named_parameters(module, Some(&own)).into_iter();
        let values = named.flat_map(|named| named.data.iter::<f64>().collect::<Vec<_>>());
        values.map(|value| value * value).sum::<f64>().sqrt()
    };
    modules.iter().map(norm).collect()
}
