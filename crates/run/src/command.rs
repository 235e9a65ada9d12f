//! What a person asks of a run.

use layerwise_study::Target;

use super::Goal;

/// What a person asks of a run.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Hold after the current step.
    Pause,
    /// Do one step, then hold.
    Step,
    /// Go on.
    Resume,
    /// End after the current step and keep the record.
    Stop,
    /// Change λ from the next step on.
    SetLambda { target: Target, lambda: f64 },
    /// Change the learning rate before its schedule from the next step on.
    SetLearningRate(f64),
    /// Go on, and hold at a goal.
    RunTo(Goal),
    /// Most steps in a second; none lets them come as fast as they can.
    SetSpeed(Option<f64>),
    /// Whether decision regions are drawn (samples of two values only). Off until asked for.
    WatchRegions(bool),
    /// Measure which modules each loss reaches; `broken` lets gradients through the cuts for this
    /// measurement alone.
    ProveIsolation { broken: bool },
    /// Work out the next step for one of the samples that things are proved on, from 0, without
    /// doing it.
    Inspect { sample: usize },
}
