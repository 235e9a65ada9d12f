//! What facts are made of, and latest values. Plain numbers only: no tensor leaves the trainer.

use layerwise_dataset::{Loading, Plane};
use serde::{Deserialize, Serialize};

use super::nan;

/// Which boundaries a change of λ concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// Every module after the first.
    All,
    /// One module, by number from 2: its boundary with the module before it.
    Module(usize),
}

/// Where a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Loads data and opens the device.
    #[default]
    Preparing,
    /// Does its first step, which on a GPU prepares the kernels.
    FirstStep,
    /// Trains.
    Running,
    /// Holds between two steps.
    Paused,
    /// All epochs are done.
    Finished,
    /// Ended by a person.
    Stopped,
    /// Ended because numbers left all bounds; the last good state is kept.
    Diverged,
    /// Ended by an error.
    Failed,
}

impl Phase {
    /// Whether the run is over.
    pub fn is_over(self) -> bool {
        matches!(
            self,
            Self::Finished | Self::Stopped | Self::Diverged | Self::Failed
        )
    }

    /// Words on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Preparing => "Preparing",
            Self::FirstStep => "Preparing kernels",
            Self::Running => "Training",
            Self::Paused => "Paused",
            Self::Finished => "Finished",
            Self::Stopped => "Stopped",
            Self::Diverged => "Diverged",
            Self::Failed => "Failed",
        }
    }
}

/// The newest state of a run; always whole, never queued.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What it does.
    pub phase: Phase,
    /// How far reading the data has come, while that goes on.
    pub loading: Option<Loading>,
    /// Steps done.
    pub step: usize,
    /// Steps in all epochs.
    pub total_steps: usize,
    /// Steps in one.
    pub steps_per_epoch: usize,
    /// Over the whole run so far; 0 before it is known.
    pub steps_per_second: f64,
    /// Seconds until the end at this pace; none where it is not known.
    pub seconds_left: Option<f64>,
    /// Seconds spent training, pauses left out.
    pub seconds_spent: f64,
    /// Name of the device in use, empty while it is not known.
    pub device: String,
    /// Most memory of this process so far, in bytes.
    pub peak_memory_bytes: u64,
}

/// Numbers of one step. Modules count from the input; boundary b lies between modules b + 1 and
/// b + 2 in numbers from 1. Under global BP there is one entry, the last module's, and no
/// boundary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StepRecord {
    /// From 1.
    pub step: usize,
    /// Epochs done after this step, with fraction.
    pub epoch: f64,
    /// Learning rate of the step.
    pub learning_rate: f64,
    /// Loss L_k of each module on the batch, before the step.
    #[serde(deserialize_with = "nan::numbers")]
    pub loss: Vec<f32>,
    /// Share of the batch that each module classifies correctly, before the step; NaN where its
    /// loss scores no classes.
    #[serde(deserialize_with = "nan::numbers")]
    pub accuracy: Vec<f32>,
    /// λ of each boundary.
    pub lambda: Vec<f64>,
    /// R of each boundary; NaN where it was not measured at this step, as in the three below.
    /// Next to a frozen module nothing is measured.
    #[serde(deserialize_with = "nan::numbers")]
    pub reconciliation: Vec<f32>,
    /// Mean cosine of δin and δout of each boundary.
    #[serde(deserialize_with = "nan::numbers")]
    pub cosine: Vec<f32>,
    /// ‖δin − δout‖ / ‖δout‖ of each boundary.
    #[serde(deserialize_with = "nan::numbers")]
    pub relative_distance: Vec<f32>,
    /// ‖δin‖ / ‖δout‖ of each boundary.
    #[serde(deserialize_with = "nan::numbers")]
    pub norm_ratio: Vec<f32>,
}

/// Most classes of which the cosines of all pairs are kept: those of more are neither drawn nor
/// read, and their number grows with the square.
pub const MOST_PAIRED_CLASSES: usize = 100;

/// How far the features of a module are from a simplex equiangular tight frame
/// (Papyan, Han & Donoho 2020). Measured on the test samples.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Separability {
    /// tr(Σ_W Σ_B†)/C: spread within classes against spread between them.
    #[serde(deserialize_with = "nan::number")]
    pub nc1: f32,
    /// Standard deviation over mean of the distances of class means to the global mean.
    #[serde(deserialize_with = "nan::number")]
    pub equinorm: f32,
    /// Mean |cos + 1/(C−1)| over pairs of centred class means.
    #[serde(deserialize_with = "nan::number")]
    pub equiangularity: f32,
    /// ‖W/‖W‖ − M/‖M‖‖_F between head and centred class means; none without a head that is one
    /// matrix of class scores.
    pub self_duality: Option<f32>,
    /// Share of samples that the nearest class mean classifies otherwise than the head; none
    /// without class scores.
    pub class_mean_disagreement: Option<f32>,
    /// Share of samples whose nearest class mean is of their class.
    #[serde(deserialize_with = "nan::number")]
    pub class_mean_accuracy: f32,
    /// Cosines of centred class means, C×C, row by row; empty where there are too many classes to
    /// draw them.
    #[serde(deserialize_with = "nan::numbers")]
    pub class_mean_cosine: Vec<f32>,
}

/// One module at an evaluation.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModuleEvaluation {
    /// From 1.
    pub number: usize,
    /// Mean loss on the test samples; none for a module without a loss (global BP). A loss that
    /// compares samples is the mean over groups as large as a training batch.
    pub test_loss: Option<f32>,
    /// Share of test samples classified correctly, in [0, 1]; none where the loss scores no
    /// classes.
    pub test_accuracy: Option<f32>,
    /// Whether its mean training loss over the epoch before was above 98 % of ln C. Only looked
    /// for where the loss is cross-entropy alone and the module is not frozen.
    pub worse_than_guessing: bool,
    /// How far its features tell classes apart.
    pub separability: Separability,
}

/// Every module on the test samples after some step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Steps done.
    pub step: usize,
    /// Epochs done, with fraction.
    pub epoch: f64,
    /// Number of classes.
    pub classes: usize,
    /// Every module with a loss.
    pub modules: Vec<ModuleEvaluation>,
}

/// Which modules the gradient of each loss reaches, on a few training samples. Where no cut is
/// open, everything but the gradient of a module's own loss is exactly zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Isolation {
    /// Steps done.
    pub step: usize,
    /// Samples that it was measured on.
    pub samples: usize,
    /// Whether gradients were let through the cuts for this measurement.
    pub broken: bool,
    /// Numbers, from 1, of the modules with a loss: under global BP the last one alone.
    pub losses: Vec<usize>,
    /// For each of these losses, ‖∂L_k/∂θ_j‖ for every module j, head included.
    pub norms: Vec<Vec<f64>>,
}

/// A step against the truth: what global BP from the last module's loss L_K would do to the same
/// network, and what the update of each module did to the loss of the next one. On a few training
/// samples; NaN where a module does not learn, and for the numbers of a boundary that it is next
/// to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// The step, from 1: all is compared as it was before its updates.
    pub step: usize,
    /// Epochs done after this step, with fraction.
    pub epoch: f64,
    /// Of each module k, the cosine of ∂(L_k + λ_k·R_k)/∂θ_k, as its optimiser got it but for
    /// clipping, with ∂L_K/∂θ_k, heads left out.
    #[serde(deserialize_with = "nan::numbers")]
    pub parameter_cosine: Vec<f32>,
    /// At each boundary, behind module k, the mean cosine of δout_k with B·∂L_K/∂x_k.
    #[serde(deserialize_with = "nan::numbers")]
    pub boundary_cosine: Vec<f32>,
    /// At each boundary, how the update of the module before it alone changed the loss of the
    /// module behind it.
    #[serde(deserialize_with = "nan::numbers")]
    pub loss_change: Vec<f32>,
    /// The same as predicted in first order from δin: (1/B)·Σ_i ⟨δin_i, change of x_i⟩.
    #[serde(deserialize_with = "nan::numbers")]
    pub predicted_change: Vec<f32>,
}

/// What a person changed while a run trained.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum Changed {
    /// λ before its schedule.
    Lambda {
        /// The boundaries that it concerns.
        target: Target,
        /// The new weight.
        lambda: f64,
    },
    /// The learning rate before its schedule.
    LearningRate {
        /// The new rate.
        learning_rate: f64,
    },
}

impl Changed {
    /// Which of its kind it is: changes of one place at one step replace one another. None is the
    /// learning rate.
    pub fn place(self) -> Option<Target> {
        match self {
            Self::Lambda { target, .. } => Some(target),
            Self::LearningRate { .. } => None,
        }
    }
}

/// A change while training.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Steps done when it was made; the next step uses it.
    pub step: usize,
    /// What was changed.
    #[serde(flatten)]
    pub what: Changed,
}

/// Which class each module assigns to the points of the plane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DecisionRegions {
    /// Steps done.
    pub step: usize,
    /// Points along each side of the grid.
    pub side: usize,
    /// The part of the plane that the grid covers, row 0 at the largest y.
    pub plane: Plane,
    /// For each module that scores classes: its number from 1, then the class of each point, row by
    /// row, and the probability of that class.
    pub modules: Vec<(usize, Vec<u16>, Vec<f32>)>,
}

/// The result of a run, as in `summary.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Of the experiment.
    pub name: String,
    /// Of the program that ran it.
    pub layerwise_version: String,
    /// Of Burn in it.
    pub burn_version: String,
    /// How it ended.
    pub phase: Phase,
    /// Why the run ended, where it did not simply finish.
    pub message: Option<String>,
    /// Name of the device.
    pub device: String,
    /// Of the experiment.
    pub seed: u64,
    /// Key of the method.
    pub method: String,
    /// Steps done.
    pub steps: usize,
    /// Epochs done, with fraction.
    pub epochs: f64,
    /// Spent training, pauses left out.
    pub seconds: f64,
    /// Over the whole run.
    pub steps_per_second: f64,
    /// Most memory of the process.
    pub peak_memory_bytes: u64,
    /// Test accuracy of the last module, in [0, 1].
    pub test_accuracy: Option<f32>,
    /// Test accuracy of each module with a loss, in [0, 1]; NaN where it scores no classes.
    #[serde(deserialize_with = "nan::numbers")]
    pub module_test_accuracy: Vec<f32>,
    /// Test loss of each module with a loss.
    #[serde(deserialize_with = "nan::numbers")]
    pub module_test_loss: Vec<f32>,
    /// Means over the last epoch, one for each boundary.
    #[serde(deserialize_with = "nan::numbers")]
    pub boundary_cosine: Vec<f32>,
    /// Likewise, ‖δin − δout‖/‖δout‖.
    #[serde(deserialize_with = "nan::numbers")]
    pub boundary_relative_distance: Vec<f32>,
    /// Likewise, ‖δin‖/‖δout‖.
    #[serde(deserialize_with = "nan::numbers")]
    pub boundary_norm_ratio: Vec<f32>,
    /// Likewise, R.
    #[serde(deserialize_with = "nan::numbers")]
    pub boundary_reconciliation: Vec<f32>,
    /// λ of each boundary at the end.
    pub boundary_lambda: Vec<f64>,
    /// How far the features of each module tell classes apart.
    pub module_separability: Vec<Separability>,
    /// Whether its numbers left all bounds.
    pub diverged: bool,
    /// Numbers, from 1, of the modules that were no better than guessing in the last epoch:
    /// mean training loss above 98 % of ln C. Looked for after the first fifth of the epochs.
    pub modules_worse_than_guessing: Vec<usize>,
    /// Of λ and of the learning rate while training.
    pub changes: Vec<Change>,
}
