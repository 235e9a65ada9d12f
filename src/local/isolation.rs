//! Proof that no gradient crosses a split.

use burn::optim::GradientsParams;

use super::{
    batch::Batch,
    gradients::{collect, named_parameters},
    module::LocalModule,
};
use crate::block::Dual;

/// ‖∂L_k/∂θ_j‖ for every module j (row) and k (column). Off the diagonal it is exactly zero: a
/// parameter that no gradient reaches is not in the graph at all. Reads back to the host.
pub fn isolation_matrix(modules: &[LocalModule], batch: &Batch) -> Vec<Vec<f64>> {
    let mut matrix = vec![vec![0.0; modules.len()]; modules.len()];
    let mut input = batch.inputs.clone();
    for (k, module) in modules.iter().enumerate() {
        let output = module.body(Dual::plain(input), None).value;
        input = LocalModule::hand_on(&output);
        let Some((loss, _)) = module.loss(Dual::plain(output), batch, None) else {
            continue;
        };
        if !loss.value.is_tracked() {
            continue;
        }
        let mut gradients = loss.value.backward();
        for (row, other) in matrix.iter_mut().zip(modules) {
            let mut own = GradientsParams::new();
            collect(other, &mut gradients, &mut own);
            let squares: f64 = named_parameters(other, Some(&own))
                .into_iter()
                .flat_map(|named| named.data.iter::<f64>().collect::<Vec<_>>())
                .map(|value| value * value)
                .sum();
            if let Some(cell) = row.get_mut(k) {
                *cell = squares.sqrt();
            }
        }
    }
    matrix
}
