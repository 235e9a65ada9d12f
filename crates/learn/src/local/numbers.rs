//! The numbers of a step on their way off the device: they are packed into one vector here, and
//! taken apart again here.

use burn::tensor::{Tensor, TensorData};
use layerwise_study::{StepRecord, Truth};

use crate::metric::Alignment;

/// Numbers of one step, still on the device.
pub struct StepNumbers {
    /// L and accuracy of each module with a loss, then R, cosine, relative distance and norm
    /// ratio of each boundary where `aligned`. NaN stands for the accuracy of a loss that scores
    /// no classes, and for what was not measured of a boundary.
    pub values: Tensor<1>,
    /// Whether any boundary was measured.
    pub aligned: bool,
    /// Modules with a loss.
    losses: usize,
    boundaries: usize,
}

impl StepNumbers {
    /// Of L and accuracy of each module with a loss, and of what was measured at so many
    /// boundaries, from the first on; there is at least one loss.
    pub(super) fn pack(
        losses: Vec<[Tensor<1>; 2]>,
        mut alignments: Vec<Option<Alignment>>,
        boundaries: usize,
    ) -> Self {
        let count = losses.len();
        let aligned = alignments.iter().any(Option::is_some);
        let mut values: Vec<Tensor<1>> = losses.into_iter().flatten().collect();
        if aligned && let Some(one) = values.first().cloned() {
            alignments.resize(boundaries, None);
            values.extend(alignments.into_iter().flat_map(|alignment| {
                alignment.map_or_else(
                    || std::array::from_fn(|_| unknown(&one)),
                    Alignment::into_values,
                )
            }));
        }
        Self {
            values: Tensor::cat(values, 0),
            aligned,
            losses: count,
            boundaries,
        }
    }

    /// Takes them from `values`, as they come from the device one after the other, into the record
    /// of their step.
    pub fn unpack(&self, values: &mut impl Iterator<Item = f32>, record: &mut StepRecord) {
        for _ in 0..self.losses {
            record.loss.extend(values.next());
            record.accuracy.extend(values.next());
        }
        let mut next = || {
            let known = if self.aligned { values.next() } else { None };
            known.unwrap_or(f32::NAN)
        };
        for _ in 0..self.boundaries {
            record.reconciliation.push(next());
            record.cosine.push(next());
            record.relative_distance.push(next());
            record.norm_ratio.push(next());
        }
    }
}

/// Numbers of one step against the truth, still on the device.
pub struct TruthNumbers {
    /// Of each module a cosine, then cosine, change and prediction of each boundary:
    /// `[modules + 3·(modules − 1)]`.
    pub values: Tensor<1>,
    modules: usize,
}

impl TruthNumbers {
    /// Of a cosine for each module, and cosine, change and prediction of each boundary.
    pub(super) fn pack(modules: Vec<Tensor<1>>, boundaries: Vec<[Tensor<1>; 3]>) -> Self {
        let count = modules.len();
        let boundaries = boundaries.into_iter().flatten();
        Self {
            values: Tensor::cat(modules.into_iter().chain(boundaries).collect(), 0),
            modules: count,
        }
    }

    /// Takes them from `values`, as they come from the device one after the other.
    pub fn unpack(&self, values: &mut impl Iterator<Item = f32>, truth: &mut Truth) {
        truth
            .parameter_cosine
            .extend(values.by_ref().take(self.modules));
        for _ in 1..self.modules {
            truth.boundary_cosine.extend(values.next());
            truth.loss_change.extend(values.next());
            truth.predicted_change.extend(values.next());
        }
    }
}

/// A number that is not known, `[1]`, where `like` is.
pub(super) fn unknown<const D: usize>(like: &Tensor<D>) -> Tensor<1> {
    Tensor::from_data(TensorData::new(vec![f32::NAN], [1]), &like.device())
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;

    use super::*;

    fn number(value: f32) -> Tensor<1> {
        Tensor::from_data(TensorData::new(vec![value], [1]), &Device::flex())
    }

    fn losses() -> Vec<[Tensor<1>; 2]> {
        vec![
            [number(1.0), number(0.1)],
            [number(2.0), number(f32::NAN)],
            [number(3.0), number(0.3)],
        ]
    }

    fn alignment(first: f32) -> Alignment {
        Alignment {
            reconciliation: number(first),
            cosine: number(first + 0.1),
            relative_distance: number(first + 0.2),
            norm_ratio: number(first + 0.3),
        }
    }

    /// As text, in which NaN equals NaN.
    fn text(what: &impl std::fmt::Debug) -> String {
        format!("{what:?}")
    }

    #[test]
    fn what_is_packed_comes_back() {
        let nan = f32::NAN;
        let steps = [
            StepNumbers::pack(losses(), vec![None, Some(alignment(5.0))], 2),
            StepNumbers::pack(losses(), vec![None, None], 2),
            StepNumbers::pack(vec![[number(7.0), number(0.7)]], Vec::new(), 0),
            // The last boundary is one whose turn has not come.
            StepNumbers::pack(losses(), vec![Some(alignment(6.0))], 2),
        ];
        let truth = TruthNumbers::pack(
            vec![number(0.5), number(nan), number(0.25)],
            vec![
                [number(0.1), number(0.2), number(0.3)],
                [number(0.4), number(0.5), number(0.6)],
            ],
        );
        // Every step in one vector, the truth after the first.
        let mut all: Vec<Tensor<1>> = steps.iter().map(|step| step.values.clone()).collect();
        all.insert(1, truth.values.clone());
        let read: Vec<f32> = Tensor::cat(all, 0).into_data().iter::<f32>().collect();
        let mut values = read.into_iter();

        let mut unpacked = Vec::new();
        let mut compared = Truth::default();
        for (at, step) in steps.iter().enumerate() {
            let mut record = StepRecord::default();
            step.unpack(&mut values, &mut record);
            unpacked.push(record);
            if at == 0 {
                truth.unpack(&mut values, &mut compared);
            }
        }
        assert_eq!(values.next(), None);
        let of = |boundaries: [[f32; 4]; 2]| StepRecord {
            loss: vec![1.0, 2.0, 3.0],
            accuracy: vec![0.1, nan, 0.3],
            reconciliation: boundaries.iter().map(|it| it[0]).collect(),
            cosine: boundaries.iter().map(|it| it[1]).collect(),
            relative_distance: boundaries.iter().map(|it| it[2]).collect(),
            norm_ratio: boundaries.iter().map(|it| it[3]).collect(),
            ..StepRecord::default()
        };
        let whole = StepRecord {
            loss: vec![7.0],
            accuracy: vec![0.7],
            ..StepRecord::default()
        };
        let expected = [
            of([[nan; 4], [5.0, 5.1, 5.2, 5.3]]),
            of([[nan; 4]; 2]),
            whole,
            of([[6.0, 6.1, 6.2, 6.3], [nan; 4]]),
        ];
        assert_eq!(text(&unpacked), text(&expected.to_vec()));
        let expected = Truth {
            parameter_cosine: vec![0.5, nan, 0.25],
            boundary_cosine: vec![0.1, 0.4],
            loss_change: vec![0.2, 0.5],
            predicted_change: vec![0.3, 0.6],
            ..Truth::default()
        };
        assert_eq!(text(&compared), text(&expected));
    }
}
