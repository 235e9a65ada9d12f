//! What is said of a measure.

use crate::{
    InspectedBoundary, InspectedModule, InspectedUpdate, Isolation, ModuleEvaluation, Separability,
    StepRecord, Truth,
};

/// How values lie on an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    /// As they are.
    Linear,
    /// By their decadic logarithms, since they span decades; only those above 0 have a place.
    Log,
    /// Shares from 0 to 1, in percent.
    Share,
}

impl Scale {
    /// Where a value lies on the axis; not finite where it has no place.
    pub fn place(self, value: f64) -> f64 {
        match self {
            Self::Linear => value,
            Self::Log => value.log10(),
            Self::Share => 100.0 * value,
        }
    }

    /// The value at a place on the axis.
    pub fn value(self, place: f64) -> f64 {
        match self {
            Self::Linear => place,
            Self::Log => 10_f64.powf(place),
            Self::Share => place / 100.0,
        }
    }

    /// The scale where a person chose logarithms or not; shares stay in percent.
    pub fn with_log(self, log: bool) -> Self {
        match self {
            Self::Share => Self::Share,
            Self::Linear | Self::Log if log => Self::Log,
            Self::Linear | Self::Log => Self::Linear,
        }
    }

    /// The unit at the marks of the axis.
    pub fn unit(self) -> &'static str {
        match self {
            Self::Linear | Self::Log => "",
            Self::Share => "%",
        }
    }
}

/// Which values are better.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Better {
    /// The larger.
    Higher,
    /// The smaller.
    Lower,
    /// The nearer to this one.
    Towards(f64),
    /// It is neither good nor bad.
    Neither,
}

/// What there is a number of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// Each module.
    Module,
    /// Each boundary between two modules.
    Boundary,
    /// Each pair of a loss and the parameters of a module.
    LossAndModule,
    /// Each pair of classes, of each module.
    Classes,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// Three that count.
    Three,
    /// Two decimals, of what lies between −1 and 1.
    TwoDecimals,
    /// One digit and a power of ten.
    Power,
    /// Percent with one decimal.
    Percent,
}

/// Where the numbers come from.
#[derive(Clone, Copy, Debug)]
pub enum Source {
    /// A step: one number for each module or boundary.
    Step(fn(&StepRecord) -> Vec<f64>),
    /// A comparison with the truth: one number for each module or boundary.
    Truth(fn(&Truth) -> Vec<f64>),
    /// A module at an evaluation.
    Evaluation(fn(&ModuleEvaluation) -> Option<f64>),
    /// The geometry of the classes at an evaluation.
    Separability(fn(&Separability) -> Option<f64>),
    /// The same, a C×C matrix row by row.
    SeparabilityMatrix(fn(&Separability) -> &[f32]),
    /// The proof of isolation: a row for each loss.
    Isolation(fn(&Isolation) -> &[Vec<f64>]),
    /// A module whose step is inspected.
    Module(fn(&InspectedModule) -> Option<f64>),
    /// The boundary before it.
    Boundary(fn(&InspectedBoundary) -> Option<f64>),
    /// Its update.
    Update(fn(&InspectedUpdate) -> Option<f64>),
}

/// All that is said of a measure.
///
/// Formulas are written in a line: what follows `_` stands low, one character or a group in braces. In
/// them, k is the number of the module (of a boundary: of the module behind it), K that of the last one,
/// i the number of a sample, B those of the batch and N the test samples; v = δin − δout.
pub struct Description {
    /// In records, where it is in one.
    pub key: &'static str,
    /// In a table or on a card.
    pub name: &'static str,
    /// In a list of measures, where there is more room.
    pub title: &'static str,
    /// In formulas.
    pub symbol: &'static str,
    pub formula: &'static str,
    pub of: Of,
    pub scale: Scale,
    pub better: Better,
    pub digits: Digits,
    /// What it is, in words without a full stop.
    pub explanation: &'static str,
    pub sources: &'static [Source],
}

/// Numbers of single precision as they are kept.
pub fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}
