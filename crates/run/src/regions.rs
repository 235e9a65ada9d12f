//! The plane as modules see it.

use burn::tensor::{Device, Tensor, TensorData, activation};
use layerwise_dataset::{Dataset, Plane};
use layerwise_learn::{block::Dual, local::LocalModule};
use layerwise_study::DecisionRegions;

use super::evaluation::{read, resting};

/// Points along each side of the grid.
const SIDE: usize = 64;

/// Points all over the plane in which the training samples lie.
pub(super) struct Grid {
    plane: Plane,
    /// As a network receives them.
    points: Tensor<4>,
}

impl Grid {
    /// The grid for these data; none where samples are not vectors of two values.
    pub fn of(data: &Dataset, device: &Device) -> Option<Self> {
        let plane = Plane::of(&data.train, &data.features)?;
        let mut points = plane.grid(SIDE);
        data.train.normalize(&mut points);
        let points = TensorData::new(points, [SIDE * SIDE, 2, 1, 1]);
        Some(Self {
            plane,
            points: Tensor::from_data(points, device),
        })
    }

    /// The class and its probability that each module gives to the points.
    ///
    /// # Errors
    /// Where the device cannot be read.
    pub fn regions(&self, modules: &[LocalModule], step: usize) -> Result<DecisionRegions, String> {
        let mut x = self.points.clone();
        let mut drawn = Vec::new();
        for (index, module) in resting(modules).iter().enumerate() {
            x = module.body(Dual::plain(x), None).value;
            let sight = module.see(Dual::plain(x.clone()), || self.points.clone(), None);
            let logits = module
                .objective()
                .zip(sight)
                .and_then(|(objective, sight)| objective.logits(&sight));
            if let Some(logits) = logits {
                let (probability, class) = activation::softmax(logits, 1).max_dim_with_indices(1);
                let class = class.float().reshape([SIDE * SIDE]);
                let class = read(class)?.into_iter().map(|class| class as u16).collect();
                drawn.push((index + 1, class, read(probability.reshape([SIDE * SIDE]))?));
            }
        }
        Ok(DecisionRegions {
            step,
            side: SIDE,
            plane: self.plane.clone(),
            modules: drawn,
        })
    }
}
