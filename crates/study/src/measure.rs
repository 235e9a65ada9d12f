//! What is measured of a run: what each measure is called, how it is written and drawn, and where its
//! numbers come from. Charts, tables, hints, the inspector and the reference take it from here.

mod describe;
mod evaluation;
pub mod formula;
mod isolation;
pub mod reference;
mod sample;
mod step;
mod truth;
mod update;

use layerwise_experiment::words::number::{percent, power, three_digits, two_decimals};
use serde::{Deserialize, Serialize};

pub use describe::{Better, Of, Scale, Source};

use crate::{
    InspectedBoundary, InspectedModule, InspectedUpdate, ModuleEvaluation, StepRecord, Truth,
};
use describe::{Description, Digits};
use formula::{At, with_numbers};

/// One line for each measure: its name here, and where it is described.
macro_rules! measures {
    ($($name:ident = $description:path),+ $(,)?) => {
        /// A measure. Its names here are those of saved views.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Measure {
            $(#[doc = concat!("Described in `", stringify!($description), "`.")] $name,)+
        }

        impl Measure {
            /// Every measure, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            fn description(self) -> &'static Description {
                match self {
                    $(Self::$name => &$description,)+
                }
            }
        }
    };
}

measures! {
    Loss = step::LOSS,
    Accuracy = step::ACCURACY,
    Cosine = step::COSINE,
    RelativeDistance = step::RELATIVE_DISTANCE,
    NormRatio = step::NORM_RATIO,
    Reconciliation = step::RECONCILIATION,
    Lambda = step::LAMBDA,
    TruthAtBoundary = truth::AT_BOUNDARY,
    TruthOfParameters = truth::OF_PARAMETERS,
    LossChange = truth::LOSS_CHANGE,
    PredictedChange = truth::PREDICTED_CHANGE,
    TestLoss = evaluation::TEST_LOSS,
    TestAccuracy = evaluation::TEST_ACCURACY,
    Nc1 = evaluation::NC1,
    Equinorm = evaluation::EQUINORM,
    Equiangularity = evaluation::EQUIANGULARITY,
    SelfDuality = evaluation::SELF_DUALITY,
    ClassMeanDisagreement = evaluation::CLASS_MEAN_DISAGREEMENT,
    ClassMeanAccuracy = evaluation::CLASS_MEAN_ACCURACY,
    ClassMeanCosine = evaluation::CLASS_MEAN_COSINE,
    Reach = isolation::REACH,
    InputNorm = sample::INPUT_NORM,
    OutputNorm = sample::OUTPUT_NORM,
    SampleLoss = sample::LOSS,
    DeltaOut = sample::DELTA_OUT,
    DeltaIn = sample::DELTA_IN,
    SampleCosine = sample::COSINE,
    SquaredDistance = sample::SQUARED_DISTANCE,
    SampleRelativeDistance = sample::RELATIVE_DISTANCE,
    SampleNormRatio = sample::NORM_RATIO,
    Slope = update::SLOPE,
    LossGradient = update::LOSS_GRADIENT,
    ReconciliationGradient = update::RECONCILIATION_GRADIENT,
    GradientCosine = update::COSINE,
    Gradient = update::GRADIENT,
    LearningRate = update::LEARNING_RATE,
    UpdateNorm = update::CHANGE,
    LossAfter = update::LOSS_AFTER,
}

impl Measure {
    /// Those of which every step, or every comparison with the truth, may tell.
    pub const OVER_STEPS: [Self; 11] = [
        Self::Loss,
        Self::Accuracy,
        Self::Cosine,
        Self::RelativeDistance,
        Self::NormRatio,
        Self::Reconciliation,
        Self::Lambda,
        Self::TruthAtBoundary,
        Self::TruthOfParameters,
        Self::LossChange,
        Self::PredictedChange,
    ];

    /// Last part of its path in a record, where it is in one.
    pub fn key(self) -> &'static str {
        self.description().key
    }

    /// What it is called in a table or on a card.
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// What it is called in a list, where there is more room.
    pub fn title(self) -> &'static str {
        self.description().title
    }

    /// The sign that stands for it in formulas; "" where there is none.
    pub fn symbol(self) -> &'static str {
        self.description().symbol
    }

    /// Its formula, of every module k.
    pub fn formula(self) -> &'static str {
        self.description().formula
    }

    /// Its formula, of one module.
    pub fn formula_at(self, at: At) -> String {
        with_numbers(self.formula(), at)
    }

    /// The sign that stands for it, of one module.
    pub fn symbol_at(self, at: At) -> String {
        with_numbers(self.symbol(), at)
    }

    /// What it is, without a full stop.
    pub fn explanation(self) -> &'static str {
        self.description().explanation
    }

    /// The same, of one module.
    pub fn explanation_at(self, at: At) -> String {
        let module = format!("module {}", at.module);
        self.explanation().replace("module k", &module)
    }

    /// What there is a number of.
    pub fn of(self) -> Of {
        self.description().of
    }

    /// Whether there is one number for each boundary.
    pub fn is_of_boundaries(self) -> bool {
        self.of() == Of::Boundary
    }

    /// How its values lie on an axis, unless a person chooses otherwise.
    pub fn scale(self) -> Scale {
        self.description().scale
    }

    /// "%" or, of a bare number, "".
    pub fn unit(self) -> &'static str {
        self.scale().unit()
    }

    /// Which values are better.
    pub fn better(self) -> Better {
        self.description().better
    }

    /// A value beside a name.
    pub fn text(self, value: f64) -> String {
        match self.description().digits {
            Digits::Three => three_digits(value),
            Digits::TwoDecimals => two_decimals(value),
            Digits::Power => power(value),
            Digits::Percent => format!("{} %", percent(value as f32)),
        }
    }

    /// A value that a person looks at closely: as exact as is worth while.
    pub fn exact(self, value: f64) -> String {
        match self.description().digits {
            Digits::Three | Digits::TwoDecimals | Digits::Power => three_digits(value),
            Digits::Percent => self.text(value),
        }
    }

    /// Where its numbers come from.
    pub fn sources(self) -> &'static [Source] {
        self.description().sources
    }

    /// What a step tells of it: a number for each module or boundary, if it tells of it at all.
    pub fn of_step(self, record: &StepRecord) -> Vec<f64> {
        let values = self.sources().iter().find_map(|source| {
            let Source::Step(values) = source else {
                return None;
            };
            Some(values(record))
        });
        values.unwrap_or_default()
    }

    /// What a comparison with the truth tells of it, likewise.
    pub fn of_truth(self, truth: &Truth) -> Vec<f64> {
        let values = self.sources().iter().find_map(|source| {
            let Source::Truth(values) = source else {
                return None;
            };
            Some(values(truth))
        });
        values.unwrap_or_default()
    }

    /// What an evaluation tells of it.
    pub fn of_evaluation(self, evaluated: &ModuleEvaluation) -> Option<f64> {
        self.sources().iter().find_map(|source| {
            if let Source::Evaluation(value) = source {
                value(evaluated)
            } else if let Source::Separability(value) = source {
                value(&evaluated.separability)
            } else {
                None
            }
        })
    }

    /// What an inspection tells of it for a module.
    pub fn of_module(self, module: &InspectedModule) -> Option<f64> {
        self.sources().iter().find_map(|source| {
            let Source::Module(value) = source else {
                return None;
            };
            value(module)
        })
    }

    /// What an inspection tells of it where two modules meet.
    pub fn of_boundary(self, boundary: &InspectedBoundary) -> Option<f64> {
        self.sources().iter().find_map(|source| {
            let Source::Boundary(value) = source else {
                return None;
            };
            value(boundary)
        })
    }

    /// What an inspection tells of it for an update.
    pub fn of_update(self, update: &InspectedUpdate) -> Option<f64> {
        self.sources().iter().find_map(|source| {
            let Source::Update(value) = source else {
                return None;
            };
            value(update)
        })
    }
}

#[cfg(test)]
mod tests;
