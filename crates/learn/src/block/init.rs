//! Initial values, drawn on the host so that every device starts from the same ones.

use burn::{
    module::Param,
    tensor::{Device, Tensor, TensorData},
};
use layerwise_experiment::Init;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, StandardUniform};

/// A learnt tensor with these values.
pub fn parameter<const D: usize>(
    values: Vec<f64>,
    shape: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    Param::from_data(TensorData::new(values, shape), device)
}

/// `count` normal values with this standard deviation.
pub(super) fn normal(count: usize, deviation: f64, rng: &mut ChaCha8Rng) -> Vec<f64> {
    (0..count)
        .map(|_| {
            let normal: f64 = StandardNormal.sample(rng);
            normal * deviation
        })
        .collect()
}

/// `count` weights of a layer with so many inputs and outputs for each unit.
pub(super) fn weights(
    init: Init,
    count: usize,
    fan_in: usize,
    fan_out: usize,
    rng: &mut ChaCha8Rng,
) -> Vec<f64> {
    let variance = match init {
        Init::KaimingNormal | Init::KaimingUniform => 2.0 / fan_in as f64,
        Init::XavierNormal | Init::XavierUniform => 2.0 / (fan_in + fan_out) as f64,
        Init::LecunNormal => 1.0 / fan_in as f64,
    };
    let deviation = variance.sqrt();
    match init {
        Init::KaimingNormal | Init::XavierNormal | Init::LecunNormal => {
            normal(count, deviation, rng)
        }
        Init::KaimingUniform | Init::XavierUniform => (0..count)
            .map(|_| {
                let uniform: f64 = StandardUniform.sample(rng);
                (2.0 * uniform - 1.0) * deviation * 3.0_f64.sqrt()
            })
            .collect(),
    }
}
