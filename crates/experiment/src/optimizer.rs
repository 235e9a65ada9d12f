//! The optimiser of every module and the schedule of its learning rate.

use serde::{Deserialize, Serialize};

/// Kinds of optimisers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    #[default]
    Sgd,
    Adam,
    /// Adam with decoupled weight decay.
    Adamw,
}

impl OptimizerKind {
    /// Every optimiser, in the order shown to a person.
    pub const ALL: [Self; 3] = [Self::Sgd, Self::Adam, Self::Adamw];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Adam => "Adam",
            Self::Adamw => "AdamW",
        }
    }
}

/// An optimiser; every module gets one of its own. Keys that a kind does not use are ignored
/// by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Optimizer {
    pub kind: OptimizerKind,
    /// Learning rate before the schedule.
    pub lr: f64,
    /// Momentum of SGD.
    pub momentum: f64,
    /// Nesterov momentum of SGD.
    pub nesterov: bool,
    pub weight_decay: f64,
    /// Whether weight decay acts on everything that is learnt; else it acts on the matrices and
    /// kernels of linear and convolution layers alone, as in the recipes of timm
    /// (github.com/huggingface/pytorch-image-models): not on scale and shift of normalisations,
    /// biases (those of relative places in Swin blocks included), layer scales, class tokens and
    /// position embeddings.
    pub decay_norms: bool,
    /// Decay of the first moment of Adam and AdamW.
    pub beta1: f64,
    /// Decay of the second moment of Adam and AdamW.
    pub beta2: f64,
    /// Added to the denominator of Adam and AdamW.
    pub eps: f64,
    /// Largest norm of a module's whole gradient, which is scaled down to it; 0 turns clipping
    /// off.
    pub clip_norm: f64,
}

impl Default for Optimizer {
    fn default() -> Self {
        Self {
            kind: OptimizerKind::default(),
            lr: 0.05,
            momentum: 0.9,
            nesterov: false,
            weight_decay: 0.0,
            decay_norms: true,
            beta1: 0.9,
            beta2: 0.999,
            eps: 1e-8,
            clip_norm: 0.0,
        }
    }
}

impl Optimizer {
    /// Values that it keeps for each learnt value from step to step.
    pub fn states(&self) -> u64 {
        match self.kind {
            OptimizerKind::Sgd => u64::from(self.momentum > 0.0),
            OptimizerKind::Adam | OptimizerKind::Adamw => 2,
        }
    }
}

/// How a learning rate or a λ changes while training.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScheduleKind {
    Constant,
    /// In a straight line down to 0 at the end of the run.
    Linear,
    /// Half a cosine down to 0 at the end of the run.
    #[default]
    Cosine,
    /// Times `gamma` every `every` epochs.
    Step,
}

impl ScheduleKind {
    /// Every schedule, in the order shown to a person.
    pub const ALL: [Self; 4] = [Self::Constant, Self::Linear, Self::Cosine, Self::Step];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Constant => "Constant",
            Self::Linear => "Linear to 0",
            Self::Cosine => "Cosine to 0",
            Self::Step => "Step",
        }
    }
}

/// A schedule with a linear warm-up before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    pub kind: ScheduleKind,
    /// Epochs of linear warm-up from 0 to the full value; fractions are allowed.
    pub warmup_epochs: f64,
    /// Epochs between two drops of the step schedule.
    pub every: usize,
    /// Factor of each drop of the step schedule.
    pub gamma: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self {
            kind: ScheduleKind::default(),
            warmup_epochs: 0.0,
            every: 10,
            gamma: 0.1,
        }
    }
}

impl Schedule {
    /// Factor on the value in step `step` (from 0) of `total` steps.
    pub fn factor(&self, step: usize, total: usize, steps_per_epoch: usize) -> f64 {
        let warmup = self.warmup_epochs * steps_per_epoch as f64;
        let at = step as f64;
        if at < warmup {
            return (at + 1.0) / warmup.max(at + 1.0);
        }
        let share = ((at - warmup) / (total as f64 - warmup).max(1.0)).clamp(0.0, 1.0);
        match self.kind {
            ScheduleKind::Constant => 1.0,
            ScheduleKind::Linear => 1.0 - share,
            ScheduleKind::Cosine => 0.5 * (1.0 + (std::f64::consts::PI * share).cos()),
            ScheduleKind::Step => {
                let drops = step / (self.every * steps_per_epoch).max(1);
                self.gamma.powf(drops as f64)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cosine_goes_from_one_to_zero() {
        let schedule = Schedule::default();
        assert_eq!(schedule.factor(0, 100, 10), 1.0);
        assert!((schedule.factor(50, 100, 10) - 0.5).abs() < 1e-12);
        assert!(schedule.factor(99, 100, 10) < 1e-3);
        assert!(schedule.factor(100, 100, 10) < 1e-12);
    }

    #[test]
    fn a_line_goes_from_one_to_zero() {
        let schedule = Schedule {
            kind: ScheduleKind::Linear,
            warmup_epochs: 2.0,
            ..Schedule::default()
        };
        for (step, factor) in [(9, 0.5), (20, 1.0), (60, 0.5), (100, 0.0), (200, 0.0)] {
            assert!((schedule.factor(step, 100, 10) - factor).abs() < 1e-12);
        }
    }

    #[test]
    fn warm_up_is_linear_and_reaches_the_full_rate() {
        let schedule = Schedule {
            kind: ScheduleKind::Constant,
            warmup_epochs: 1.0,
            ..Schedule::default()
        };
        assert_eq!(schedule.factor(0, 100, 10), 0.1);
        assert_eq!(schedule.factor(4, 100, 10), 0.5);
        assert_eq!(schedule.factor(9, 100, 10), 1.0);
        assert_eq!(schedule.factor(10, 100, 10), 1.0);
    }

    #[test]
    fn steps_drop_by_gamma() {
        let schedule = Schedule {
            kind: ScheduleKind::Step,
            every: 2,
            gamma: 0.5,
            ..Schedule::default()
        };
        assert_eq!(schedule.factor(19, 100, 10), 1.0);
        assert_eq!(schedule.factor(20, 100, 10), 0.5);
        assert_eq!(schedule.factor(40, 100, 10), 0.25);
    }
}
