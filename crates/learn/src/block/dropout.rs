//! Dropout of values and of whole paths.

use burn::{
    module::Module,
    tensor::{Device, Tensor, TensorData},
};
use layerwise_experiment::{Shape, kind};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::{
    closed::Closed,
    draws::{Draws, Place},
    dual::Dual,
    operation::{Build, Operation},
    torch::{Line, Stored, Torch, number},
};

/// Sets values to zero with probability `p` and scales the rest by 1/(1−p), while training
/// (Srivastava et al. 2014). The mask is drawn once a step.
pub fn dropout(p: f64, x: Dual, place: Place, draws: Option<&mut Draws>) -> Dual {
    let shape = x.value.dims();
    masked(p, shape, x, place, draws)
}

/// Sets whole samples to zero with probability `p` and scales the rest by 1/(1−p), while training
/// (stochastic depth; Huang et al. 2016, arXiv 1603.09382). The mask is drawn once a step.
pub fn drop_path(p: f64, x: Dual, place: Place, draws: Option<&mut Draws>) -> Dual {
    let [batch, ..] = x.value.dims();
    masked(p, [batch, 1, 1, 1], x, place, draws)
}

fn masked(p: f64, shape: [usize; 4], x: Dual, place: Place, draws: Option<&mut Draws>) -> Dual {
    let Some(Draws { rng, masks, .. }) = draws else {
        return x;
    };
    if p == 0.0 {
        return x;
    }
    let mask = masks.entry(place).or_insert_with(|| {
        let keep = (1.0 / (1.0 - p)) as f32;
        let values: Vec<f32> = (0..shape.iter().product())
            .map(|_| if rng.random::<f64>() < p { 0.0 } else { keep })
            .collect();
        Tensor::from_data(TensorData::new(values, shape), &x.value.device())
    });
    x.linear(|x| x * mask.clone())
}

/// Dropout as a layer.
#[derive(Module, Debug)]
pub struct Dropout {
    #[module(skip)]
    pub(crate) p: f64,
}

impl Operation for Dropout {
    fn apply(&self, x: Dual, at: usize, draws: Option<&mut Draws>) -> Dual {
        dropout(self.p, x, (at, 0), draws)
    }

    fn closed(&self) -> Option<&dyn Closed> {
        Some(self)
    }
}

impl Build for kind::Dropout {
    type Layer = Dropout;

    fn build(&self, _input: Shape, _rng: &mut ChaCha8Rng, _device: &Device) -> Dropout {
        Dropout { p: self.p }
    }
}

impl Torch for kind::Dropout {
    fn lines(&self, _input: Shape, _stored: Stored<'_>) -> Vec<Line> {
        vec![Line::plain(format!("nn.Dropout({})", number(self.p)))]
    }
}
