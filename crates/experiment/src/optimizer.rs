//! The optimiser of every module and the schedule of its learning rate.

use serde::{Deserialize, Serialize};

use super::field::{Field, Fields, Real, Whole, choices};

/// Kinds of optimisers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OptimizerKind {
    /// Gradient descent with momentum.
    #[default]
    Sgd,
    /// Adam (Kingma and Ba 2015, arXiv 1412.6980).
    Adam,
    /// Adam with decoupled weight decay.
    Adamw,
}

choices! { OptimizerKind {
    Sgd: "sgd", "SGD";
    Adam: "adam", "Adam";
    Adamw: "adamw", "AdamW", "Adam with decoupled weight decay";
} }

impl OptimizerKind {
    /// Whether it divides by the size of past gradients.
    pub fn has_moments(self) -> bool {
        match self {
            Self::Sgd => false,
            Self::Adam | Self::Adamw => true,
        }
    }
}

/// An optimiser; every module gets one of its own. Keys that a kind does not use are ignored
/// by it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Optimizer {
    /// Which optimiser.
    pub kind: OptimizerKind,
    /// Learning rate before the schedule.
    pub lr: f64,
    /// Momentum of SGD.
    pub momentum: f64,
    /// Nesterov momentum of SGD.
    pub nesterov: bool,
    /// Factor of the weights in their gradient; of AdamW, in their update.
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

impl Fields for Optimizer {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::choice(
            "kind",
            "Optimiser",
            OptimizerKind::CHOICES,
            |optimizer| optimizer.kind.index(),
            |optimizer, at| optimizer.kind.pick(at),
        )
        .hint("Every module has one of its own"),
        Field::<Self>::real(
            "lr",
            "Learning rate",
            Self::LEARNING_RATE,
            |optimizer| optimizer.lr,
            |optimizer, rate| optimizer.lr = rate,
        )
        .hint("Before the schedule"),
        Field::<Self>::real(
            "momentum",
            "Momentum",
            Real::share(),
            |optimizer| optimizer.momentum,
            |optimizer, momentum| optimizer.momentum = momentum,
        )
        .hint("0 turns it off")
        .shown(|optimizer| !optimizer.kind.has_moments(), "sgd"),
        Field::<Self>::flag(
            "nesterov",
            "Nesterov",
            |optimizer| optimizer.nesterov,
            |optimizer, nesterov| optimizer.nesterov = nesterov,
        )
        .shown(|optimizer| !optimizer.kind.has_moments(), "sgd")
        .needs(|optimizer| optimizer.momentum > 0.0, "Needs momentum"),
        Field::<Self>::real(
            "beta1",
            "β₁",
            Real::share(),
            |optimizer| optimizer.beta1,
            |optimizer, beta| optimizer.beta1 = beta,
        )
        .hint("Decay of the first moment")
        .shown(|optimizer| optimizer.kind.has_moments(), "adam, adamw"),
        Field::<Self>::real(
            "beta2",
            "β₂",
            Real::share(),
            |optimizer| optimizer.beta2,
            |optimizer, beta| optimizer.beta2 = beta,
        )
        .hint("Decay of the second moment")
        .shown(|optimizer| optimizer.kind.has_moments(), "adam, adamw"),
        Field::<Self>::real(
            "eps",
            "ε",
            Real::from_to(1e-30, 1.0),
            |optimizer| optimizer.eps,
            |optimizer, eps| optimizer.eps = eps,
        )
        .hint("Added to the denominator")
        .shown(|optimizer| optimizer.kind.has_moments(), "adam, adamw"),
        Field::<Self>::real(
            "weight_decay",
            "Weight decay",
            Real::from_to(0.0, 10.0),
            |optimizer| optimizer.weight_decay,
            |optimizer, decay| optimizer.weight_decay = decay,
        )
        .hint("0 turns it off"),
        Field::<Self>::flag(
            "decay_norms",
            "Decay norms and biases",
            |optimizer| optimizer.decay_norms,
            |optimizer, decays| optimizer.decay_norms = decays,
        )
        .hint("Off, weight decay acts on the matrices and kernels of linear and convolution layers alone: not on normalisations, biases, layer scales, class tokens and position embeddings")
        .needs(|optimizer| optimizer.weight_decay > 0.0, "Needs weight decay"),
        Field::<Self>::real(
            "clip_norm",
            "Clip norm",
            Real::from_to(0.0, 1e9),
            |optimizer| optimizer.clip_norm,
            |optimizer, norm| optimizer.clip_norm = norm,
        )
        .hint("Largest norm of a module's whole gradient; 0 turns clipping off"),
    ];
}

impl Optimizer {
    /// What a learning rate may be.
    pub const LEARNING_RATE: Real = Real::above_zero_to(1e3);

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
    /// It stays.
    Constant,
    /// In a straight line down to 0 at the end of the run.
    Linear,
    /// Half a cosine down to 0 at the end of the run.
    #[default]
    Cosine,
    /// Times `gamma` every `every` epochs.
    Step,
}

choices! { ScheduleKind {
    Constant: "constant", "Constant";
    Linear: "linear", "Linear to 0", "In a straight line down to 0 at the end of the run";
    Cosine: "cosine", "Cosine to 0", "Half a cosine down to 0 at the end of the run";
    Step: "step", "Step", "Times a factor every few epochs";
} }

/// A schedule with a linear warm-up before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// Which schedule.
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
    /// Epochs between two drops.
    pub(crate) const EVERY: Whole = Whole::from_to(1, 100_000);
    /// Factor of each drop.
    pub(crate) const GAMMA: Real = Real::above_zero_to(1.0);
    /// Epochs of warm-up.
    pub(crate) const WARMUP: Real = Real::from_to(0.0, 1e5);
}

impl Fields for Schedule {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::choice(
            "kind",
            "Schedule",
            ScheduleKind::CHOICES,
            |schedule| schedule.kind.index(),
            |schedule, at| schedule.kind.pick(at),
        )
        .hint("How the learning rate changes while training"),
        Field::<Self>::whole(
            "every",
            "Every (epochs)",
            Self::EVERY,
            |schedule| schedule.every,
            |schedule, every| schedule.every = every,
        )
        .hint("Epochs between two drops")
        .unit("epochs")
        .shown(|schedule| schedule.kind == ScheduleKind::Step, "step"),
        Field::<Self>::real(
            "gamma",
            "Times",
            Self::GAMMA,
            |schedule| schedule.gamma,
            |schedule, gamma| schedule.gamma = gamma,
        )
        .hint("Factor of each drop")
        .shown(|schedule| schedule.kind == ScheduleKind::Step, "step"),
        Field::<Self>::real(
            "warmup_epochs",
            "Warm-up (epochs)",
            Self::WARMUP,
            |schedule| schedule.warmup_epochs,
            |schedule, epochs| schedule.warmup_epochs = epochs,
        )
        .hint("Linear, from 0 to the full rate")
        .unit("epochs"),
    ];
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
