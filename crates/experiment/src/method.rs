//! How the network learns, and what is measured while it does.

use serde::{Deserialize, Serialize};

use super::{
    field::{Choice, Field, Fields, Real, Whole, choices},
    optimizer::{Schedule, ScheduleKind},
    train::MOST_EPOCHS,
};

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

/// What is known of a method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AboutMethod {
    /// Its key, its name on the screen and what it does.
    pub choice: Choice,
    /// Whether every module learns from a loss of its own, so that no gradient crosses a cut.
    pub is_local: bool,
    /// Whether modules learn one after the other.
    pub takes_turns: bool,
    /// Whether neighbouring modules can be reconciled.
    pub reconciles: bool,
}

choices! { MethodKind is AboutMethod {
    LocalBp {
        choice: Choice::new("local-bp", "Local BP")
            .hint("No gradient crosses a cut; each module learns from its own head"),
        is_local: true,
        takes_turns: false,
        reconciles: true,
    }
    BpFree {
        choice: Choice::new("bp-free", "BP-free").hint(
            "The gradients of local BP in closed form, without a graph; one weight layer in each module",
        ),
        is_local: true,
        takes_turns: false,
        reconciles: true,
    }
    Greedy {
        choice: Choice::new("greedy", "Sequential greedy").hint(
            "Modules learn one after the other, each for all epochs, those before it as they are",
        ),
        is_local: true,
        takes_turns: true,
        reconciles: false,
    }
    GlobalBp {
        choice: Choice::new("global-bp", "Global BP")
            .hint("One head at the end, one error through the whole chain: the baseline"),
        is_local: false,
        takes_turns: false,
        reconciles: false,
    }
} }

impl MethodKind {
    /// Whether every module learns from a loss of its own, so that no gradient crosses a cut.
    pub fn is_local(self) -> bool {
        self.about().is_local
    }

    /// Whether modules learn one after the other.
    pub fn takes_turns(self) -> bool {
        self.about().takes_turns
    }

    /// Whether neighbouring modules can be reconciled.
    pub fn reconciles(self) -> bool {
        self.about().reconciles
    }
}

/// Largest reconciliation weight λ.
pub const MAX_LAMBDA: f64 = 1e6;

/// The method with its weight λ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Method {
    /// Which method.
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

/// Steps between two of something that is done from time to time.
const MOST_STEPS: usize = 1_000_000;

impl Fields for Method {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::choice(
            "kind",
            "Kind",
            MethodKind::CHOICES,
            |method| method.kind.index(),
            |method, at| method.kind.pick(at),
        )
        .hint("How the network learns"),
        Field::<Self>::real(
            "lambda",
            "λ",
            Real::from_to(0.0, MAX_LAMBDA),
            |method| method.lambda,
            |method, lambda| method.lambda = lambda,
        )
        .hint("Weight of the reconciliation of every module after the first with the one before it")
        .shown(|method| method.kind.reconciles(), "local-bp, bp-free"),
        Field::<Self>::choice(
            "lambda_schedule.kind",
            "λ over time",
            ScheduleKind::CHOICES,
            |method| method.lambda_schedule.kind.index(),
            |method, at| method.lambda_schedule.kind.pick(at),
        )
        .hint("A factor on every λ")
        .shown(|method| method.kind.reconciles(), "local-bp, bp-free"),
        Field::<Self>::whole(
            "lambda_schedule.every",
            "Every (epochs)",
            Schedule::EVERY,
            |method| method.lambda_schedule.every,
            |method, every| method.lambda_schedule.every = every,
        )
        .hint("Epochs between two drops")
        .unit("epochs")
        .shown(Self::drops_lambda, "local-bp, bp-free with step"),
        Field::<Self>::real(
            "lambda_schedule.gamma",
            "Times",
            Schedule::GAMMA,
            |method| method.lambda_schedule.gamma,
            |method, gamma| method.lambda_schedule.gamma = gamma,
        )
        .hint("Factor of each drop")
        .shown(Self::drops_lambda, "local-bp, bp-free with step"),
        Field::<Self>::real(
            "lambda_schedule.warmup_epochs",
            "Warm-up (epochs)",
            Schedule::WARMUP,
            |method| method.lambda_schedule.warmup_epochs,
            |method, epochs| method.lambda_schedule.warmup_epochs = epochs,
        )
        .hint("Linear, from 0 to the full λ")
        .unit("epochs")
        .shown(|method| method.kind.reconciles(), "local-bp, bp-free"),
        Field::<Self>::whole(
            "reconcile_every",
            "Reconcile every (steps)",
            Whole::from_to(1, MOST_STEPS),
            |method| method.reconcile_every,
            |method, steps| method.reconcile_every = steps,
        )
        .hint("Steps from one that reconciles to the next, in between λ is 0; 1 reconciles in every step")
        .unit("steps")
        .shown(|method| method.kind.reconciles(), "local-bp, bp-free"),
        Field::<Self>::flag(
            "checkpointing",
            "Gradient checkpointing",
            |method| method.checkpointing,
            |method, checkpointing| method.checkpointing = checkpointing,
        )
        .hint("Computes again on the way back what it would otherwise keep: less memory, more time")
        .shown(|method| !method.kind.is_local(), "global-bp"),
    ];
}

impl Method {
    fn drops_lambda(&self) -> bool {
        self.kind.reconciles() && self.lambda_schedule.kind == ScheduleKind::Step
    }

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

impl Fields for Measure {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::whole(
            "alignment_every",
            "Align every",
            Whole::from_to(1, MOST_STEPS),
            |measure| measure.alignment_every,
            |measure, steps| measure.alignment_every = steps,
        )
        .hint("Steps between two measurements of alignment; free where λ is above 0")
        .unit("steps"),
        Field::<Self>::whole(
            "truth_every",
            "Truth every (steps)",
            Whole::from_to(0, MOST_STEPS),
            |measure| measure.truth_every,
            |measure, steps| measure.truth_every = steps,
        )
        .hint("Steps between two comparisons with global BP, on at most 64 training samples; 0 turns them off. Each costs about two steps on these samples and changes nothing that is trained. Not under global BP")
        .unit("steps"),
        Field::<Self>::whole(
            "evaluate_every",
            "Evaluate every",
            Whole::from_to(1, MOST_EPOCHS),
            |measure| measure.evaluate_every,
            |measure, epochs| measure.evaluate_every = epochs,
        )
        .hint("Epochs between two evaluations on the test samples")
        .unit("epochs"),
    ];
}
