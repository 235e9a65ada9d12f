//! Attention (Vaswani et al. 2017, arXiv 1706.03762) over all tokens or inside windows.

use burn::{
    module::{Module, Param},
    tensor::{Device, Int, Tensor, TensorData},
};
use layerwise_experiment::Init;
use rand_chacha::ChaCha8Rng;

use super::{
    dense::Dense,
    dual::Dual,
    init::{normal, parameter},
};

/// Attention with several heads among the tokens of each group.
#[derive(Module, Debug)]
pub struct Attention {
    /// To queries, keys and values, each head after the other.
    qkv: Dense,
    out: Dense,
    /// Of each relative place in a window, `[(2·window − 1)², heads]`.
    bias_table: Option<Param<Tensor<2>>>,
    /// For each pair of tokens in a window, where the table has their relative place.
    places: Option<Tensor<1, Int>>,
    #[module(skip)]
    heads: usize,
}

impl Attention {
    /// Among all tokens, or with `window` among the `window`² of a window, with a learnt bias for
    /// each relative place (Liu et al. 2021, arXiv 2103.14030).
    pub fn new(
        features: usize,
        heads: usize,
        window: Option<usize>,
        init: Init,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let qkv = Dense::new(features, 3 * features, true, init, rng, device);
        let out = Dense::new(features, features, true, init, rng, device);
        let bias_table = window.map(|window| {
            let places = (2 * window - 1) * (2 * window - 1);
            parameter(normal(places * heads, 0.02, rng), [places, heads], device)
        });
        Self {
            qkv,
            out,
            bias_table,
            places: window.map(|window| places(window, device)),
            heads,
        }
    }

    /// Shape kept: `[groups, 1, tokens, features]`. `mask` is added to the weights before the
    /// softmax, `[groups, 1, tokens, tokens]`.
    pub fn forward(&self, x: Dual, mask: Option<Tensor<4>>) -> Dual {
        let [groups, _, tokens, features] = x.value.dims();
        let width = features / self.heads;
        let [queries, keys, values] = [0, 1, 2].map(|part| {
            self.qkv.forward_part(x.clone(), part, 3).linear(|x| {
                x.reshape([groups, tokens, self.heads, width])
                    .swap_dims(1, 2)
            })
        });
        drop(x);
        let scale = (width as f64).sqrt().recip();
        let mut weights = queries
            .linear(|x| x * scale)
            .matmul(keys.linear(|x| x.swap_dims(2, 3)));
        if let (Some(table), Some(places)) = (&self.bias_table, &self.places) {
            let bias: Tensor<4> = table
                .val()
                .select(0, places.clone())
                .reshape([tokens, tokens, self.heads])
                .permute([2, 0, 1])
                .unsqueeze();
            weights.value = weights.value + bias;
        }
        if let Some(mask) = mask {
            weights.value = weights.value + mask;
        }
        let mixed = weights
            .softmax()
            .matmul(values)
            .linear(|x| x.swap_dims(1, 2).reshape([groups, 1, tokens, features]));
        self.out.forward(mixed)
    }
}

/// For each pair of tokens in a window, the row of their relative place in the table, `[tokens²]`.
fn places(side: usize, device: &Device) -> Tensor<1, Int> {
    let tokens = side * side;
    let span = 2 * side - 1;
    let pairs = (0..tokens).flat_map(|one| (0..tokens).map(move |other| (one, other)));
    let indices: Vec<i32> = pairs
        .map(|(one, other)| {
            let rows = one / side + side - 1 - other / side;
            let columns = one % side + side - 1 - other % side;
            (rows * span + columns) as i32
        })
        .collect();
    Tensor::from_data(TensorData::new(indices, [tokens * tokens]), device)
}
