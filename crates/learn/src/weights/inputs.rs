//! How inputs were normalised, in the metadata of safetensors files.

use layerwise_dataset::Normalization;
use layerwise_experiment::{Experiment, Shape};
use serde::{Deserialize, Serialize};

/// Key of the metadata; without it, it is not known.
pub const NORMALIZATION: &str = "normalization";

/// Each value x becomes (x − mean) / std, with a number for each channel of an image or each feature
/// of a vector.
#[derive(Serialize, Deserialize)]
struct Numbers {
    mean: Vec<f64>,
    std: Vec<f64>,
}

/// What the metadata say: `{"mean": […], "std": […]}`, or `null` where values stay as they are.
pub fn normalization_json(normalization: Option<&Normalization>) -> String {
    let numbers = normalization.map(|normalization| Numbers {
        mean: normalization.mean.clone(),
        std: normalization.divisors().collect(),
    });
    serde_json::json!(numbers).to_string()
}

/// The same where no data are at hand; none where it is computed from them.
pub(super) fn known(experiment: &Experiment) -> Option<String> {
    let Experiment { prepare, data, .. } = experiment;
    (!prepare.computes(data))
        .then(|| normalization_json(Normalization::set(prepare, data.shape()).as_ref()))
}

/// Whether a text from a file is such for samples of this shape.
pub(super) fn fits(text: &str, shape: Shape) -> bool {
    let one_each = |values: &[f64]| {
        values.len() == shape.features() && values.iter().all(|value| value.is_finite())
    };
    match serde_json::from_str::<Option<Numbers>>(text) {
        Ok(None) => true,
        Ok(Some(numbers)) => one_each(&numbers.mean) && one_each(&numbers.std),
        Err(_) => false,
    }
}
