//! What an inspection finds: plain numbers.

use serde::{Deserialize, Serialize};

use super::nan;

/// The next step as it would be done: of one sample and of its batch. Sample, boundary gradients
/// and losses are those of arXiv 2406.05222; lengths are Euclidean.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Steps done.
    pub step: usize,
    /// B, samples of the batch.
    pub samples: usize,
    /// i, from 0: the sample of the batch.
    pub sample: usize,
    /// y_i, from 0: its class.
    pub class: usize,
    /// From input to output.
    pub modules: Vec<InspectedModule>,
}

/// Whether a module learns in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// It does.
    #[default]
    Learns,
    /// It never does.
    Frozen,
    /// Its turn is over, where modules learn one after the other.
    HasLearnt,
    /// Its turn has not come.
    Waits,
}

/// Module k in a step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InspectedModule {
    /// k, from 1.
    pub number: usize,
    /// Whether it learns in this step.
    pub turn: Turn,
    /// Channels, height and width of x_{k−1,i} and of x_{k,i}.
    pub input_shape: [usize; 3],
    /// Channels, height and width of x_{k,i}.
    pub output_shape: [usize; 3],
    /// |x_{k−1,i}|
    #[serde(deserialize_with = "nan::number")]
    pub input_norm: f64,
    /// |x_{k,i}|
    #[serde(deserialize_with = "nan::number")]
    pub output_norm: f64,
    /// Where the loss scores classes.
    pub scores: Option<ClassScores>,
    /// ℓ_{k,i} = −(1 − s)·ln p_{k,i}(y_i) − s/C·Σ_c ln p_{k,i}(c), where the loss is nothing but
    /// cross-entropy.
    pub sample_loss: Option<f64>,
    /// s, the label smoothing of that loss.
    #[serde(deserialize_with = "nan::number")]
    pub smoothing: f64,
    /// L_k of the batch; none for a module without a loss (global BP).
    pub loss: Option<f64>,
    /// |δout_{k,i}| with δout_{k,i} = B·∂L_k/∂x_{k,i}; under global BP B·∂L_K/∂x_{k,i}. None where
    /// the module does not learn.
    pub delta_out: Option<f64>,
    /// Where it meets the module before; none where one of the two does not learn.
    pub boundary: Option<InspectedBoundary>,
    /// None where the module does not learn.
    pub update: Option<InspectedUpdate>,
}

/// What a head makes of a sample, one number for each class.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// z_{k,i} = h_k(x_{k,i})
    #[serde(deserialize_with = "nan::numbers")]
    pub logits: Vec<f64>,
    /// p_{k,i} = softmax(z_{k,i})
    #[serde(deserialize_with = "nan::numbers")]
    pub probabilities: Vec<f64>,
}

/// The boundary between modules k−1 and k: δin_{k,i} = B·∂L_k/∂x_{k−1,i} beside δout_{k−1,i}.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InspectedBoundary {
    /// |δin_{k,i}|
    #[serde(deserialize_with = "nan::number")]
    pub delta_in: f64,
    /// cos(δin_{k,i}, δout_{k−1,i}); none where one of them is zero.
    pub cosine: Option<f64>,
    /// |δin_{k,i} − δout_{k−1,i}|²
    #[serde(deserialize_with = "nan::number")]
    pub squared_distance: f64,
    /// |δin_{k,i} − δout_{k−1,i}| / |δout_{k−1,i}|; none where that is zero.
    pub relative_distance: Option<f64>,
    /// |δin_{k,i}| / |δout_{k−1,i}|; none where that is zero.
    pub norm_ratio: Option<f64>,
    /// (1/B)·Σ_i cos(δin_{k,i}, δout_{k−1,i})
    #[serde(deserialize_with = "nan::number")]
    pub mean_cosine: f64,
    /// |δin_k − δout_{k−1}| / |δout_{k−1}| over the whole batch.
    #[serde(deserialize_with = "nan::number")]
    pub batch_relative_distance: f64,
    /// |δin_k| / |δout_{k−1}| over the whole batch.
    #[serde(deserialize_with = "nan::number")]
    pub batch_norm_ratio: f64,
    /// R_k = (1/B)·Σ_i |δin_{k,i} − δout_{k−1,i}|²
    #[serde(deserialize_with = "nan::number")]
    pub reconciliation: f64,
    /// λ_k of this step.
    #[serde(deserialize_with = "nan::number")]
    pub lambda: f64,
    /// D_v L_k = (1/B)·Σ_i ⟨δin_{k,i}, v_i⟩, the derivative of L_k along
    /// v_i = δin_{k,i} − δout_{k−1,i}; R_k is this less (1/B)·Σ_i ⟨δout_{k−1,i}, v_i⟩.
    #[serde(deserialize_with = "nan::number")]
    pub derivative: f64,
}

/// How a module is moved. Gradients are over all that it learns, head included, before clipping.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct InspectedUpdate {
    /// η with the module's factor.
    #[serde(deserialize_with = "nan::number")]
    pub learning_rate: f64,
    /// |∇L_k|; under global BP |∂L_K/∂θ_k|.
    #[serde(deserialize_with = "nan::number")]
    pub loss_gradient: f64,
    /// |λ_k·∇R_k|, 0 where nothing is reconciled.
    #[serde(deserialize_with = "nan::number")]
    pub reconciliation_gradient: f64,
    /// cos(∇L_k, λ_k·∇R_k); none where one of them is zero.
    pub cosine: Option<f64>,
    /// |∇(L_k + λ_k·R_k)|
    #[serde(deserialize_with = "nan::number")]
    pub gradient: f64,
    /// |Δθ_k| of the optimiser's update, with clipping, momentum and weight decay.
    #[serde(deserialize_with = "nan::number")]
    pub change: f64,
    /// L_k of the same batch after this update alone; under global BP L_K.
    pub loss_after: Option<f64>,
}
