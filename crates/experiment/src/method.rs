//! How the network learns, and what is measured while it does.

use serde::{Deserialize, Serialize};

use super::optimizer::{Schedule, ScheduleKind};

/// Ways to train the same network.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MethodKind {
    /// Reverse mode inside each module only (arXiv 2406.05222).
    #[default]
    LocalBp,
    /// The same gradients in closed form, without reverse mode, of modules of one weight layer
    /// (arXiv 2406.05222).
    BpFree,
    /// Modules one after the other: one learns as under local BP, those before it stay as they
    /// are (Bengio et al. 2007).
    Greedy,
    /// One head at the end and one error sent through the whole chain: the baseline.
    GlobalBp,
}

impl MethodKind {
    /// Every method, in the order shown to a person.
    pub const ALL: [Self; 4] = [Self::LocalBp, Self::BpFree, Self::Greedy, Self::GlobalBp];

    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::LocalBp => "Local BP",
            Self::BpFree => "BP-free",
            Self::Greedy => "Sequential greedy",
            Self::GlobalBp => "Global BP",
        }
    }

    /// Name in files.
    pub fn key(self) -> &'static str {
        match self {
            Self::LocalBp => "local-bp",
            Self::BpFree => "bp-free",
            Self::Greedy => "greedy",
            Self::GlobalBp => "global-bp",
        }
    }

    /// Whether every module learns from a loss of its own, so that no gradient crosses a cut.
    pub fn is_local(self) -> bool {
        self != Self::GlobalBp
    }

    /// Whether modules learn one after the other.
    pub fn takes_turns(self) -> bool {
        self == Self::Greedy
    }

    /// Whether neighbouring modules can be reconciled.
    pub fn reconciles(self) -> bool {
        matches!(self, Self::LocalBp | Self::BpFree)
    }
}

/// Largest reconciliation weight λ.
pub const MAX_LAMBDA: f64 = 1e6;

/// The method with its weight λ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Method {
    pub kind: MethodKind,
    /// Weight λ of the reconciliation term of every module after the first, unless a module has
    /// its own.
    pub lambda: f64,
    /// How λ changes while training: a factor on every λ.
    pub lambda_schedule: Schedule,
    /// Steps from one that reconciles to the next; λ is 0 in those between.
    pub reconcile_every: usize,
    /// Whether global BP computes again on the way back what it would otherwise keep (gradient
    /// checkpointing, Chen et al. 2016, arXiv 1604.06174).
    pub checkpointing: bool,
}

impl Method {
    /// Factor on every λ in step `step` (from 0) of `total` steps.
    pub fn lambda_factor(&self, step: usize, total: usize, steps_per_epoch: usize) -> f64 {
        if step.is_multiple_of(self.reconcile_every.max(1)) {
            self.lambda_schedule.factor(step, total, steps_per_epoch)
        } else {
            0.0
        }
    }
}

impl Default for Method {
    fn default() -> Self {
        Self {
            kind: MethodKind::default(),
            lambda: 0.1,
            lambda_schedule: Schedule {
                kind: ScheduleKind::Constant,
                ..Schedule::default()
            },
            reconcile_every: 1,
            checkpointing: false,
        }
    }
}

/// What is measured while training.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Measure {
    /// Alignment at the boundaries every so many steps. Steps that reconcile measure it at no
    /// cost; with λ = 0 it costs the gradient of each module's input.
    pub alignment_every: usize,
    /// A comparison with the truth every so many steps, 0 for none: with what global BP would do,
    /// and of what each update did to the next module's loss. On at most 64 training samples it
    /// costs a step, a backward pass through every module and three forward passes, and changes
    /// nothing that is trained. Not under global BP.
    pub truth_every: usize,
    /// Test accuracy and separability every so many epochs.
    pub evaluate_every: usize,
}

impl Default for Measure {
    fn default() -> Self {
        Self {
            alignment_every: 1,
            truth_every: 0,
            evaluate_every: 1,
        }
    }
}
