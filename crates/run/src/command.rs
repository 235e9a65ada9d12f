//! What a person asks of a run.

use layerwise_study::Changed;

use super::{Goal, Slot};

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
    /// Change a live setting from the next step on.
    Change(Changed),
    /// Go on, and hold at a goal.
    RunTo(Goal),
    /// Most steps in a second; none lets them come as fast as they can.
    SetSpeed(Option<f64>),
    /// Whether somebody looks at what a slot holds. Nobody does until asked for.
    Watch(Slot, bool),
    /// Measure which modules each loss reaches; `broken` lets gradients through the cuts for this
    /// measurement alone.
    ProveIsolation {
        /// Whether the cuts are open.
        broken: bool,
    },
    /// Work out the next step for one of the samples that things are proved on, from 0, without
    /// doing it.
    Inspect {
        /// Its place among them.
        sample: usize,
    },
}
