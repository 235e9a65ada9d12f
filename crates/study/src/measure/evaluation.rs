//! What an evaluation on the test samples tells of modules. The measures of neural collapse are those of
//! Papyan, Han & Donoho 2020; in them, f is what the head of the module sees, μ_c the mean of class c, μ
//! that of all, Σ_W and Σ_B the covariances within and between classes, W the matrix of the head and M
//! that of the centred class means.

use super::describe::{Better, Description, Digits, Of, Scale, Source};

pub const TEST_LOSS: Description = Description {
    key: "test_loss",
    name: "Test loss",
    title: "Test loss",
    symbol: "L_k",
    formula: "1/N Σ_i ℓ_{k,i}",
    of: Of::Module,
    scale: Scale::Linear,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Mean loss on the test samples; of a loss that compares samples, over groups as large as a batch",
    sources: &[Source::Evaluation(|module| module.test_loss.map(f64::from))],
};

pub const TEST_ACCURACY: Description = Description {
    key: "test_accuracy",
    name: "Test accuracy",
    title: "Test accuracy",
    symbol: "",
    formula: "1/N Σ_i [argmax_c p_{k,i}(c) = y_i]",
    of: Of::Module,
    scale: Scale::Share,
    better: Better::Higher,
    digits: Digits::Percent,
    explanation: "Share of the test samples that the module classifies correctly; none where its loss scores no classes",
    sources: &[Source::Evaluation(|module| {
        module.test_accuracy.map(f64::from)
    })],
};

pub const NC1: Description = Description {
    key: "nc1",
    name: "NC1",
    title: "NC1: spread within classes",
    symbol: "NC1",
    formula: "NC1 = tr(Σ_W Σ_B^†) / C",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Spread within classes against spread between them; 0 when every sample lies on its class mean",
    sources: &[Source::Separability(|it| Some(it.nc1.into()))],
};

pub const EQUINORM: Description = Description {
    key: "equinorm",
    name: "Equinorm",
    title: "Equinorm",
    symbol: "equinorm",
    formula: "equinorm = std |μ_c − μ| / mean |μ_c − μ|",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Spread of the lengths of centred class means; 0 when all are equal",
    sources: &[Source::Separability(|it| Some(it.equinorm.into()))],
};

pub const EQUIANGULARITY: Description = Description {
    key: "equiangularity",
    name: "Equiangularity",
    title: "Equiangularity",
    symbol: "equiangularity",
    formula: "equiangularity = mean |cos(μ_c − μ, μ_d − μ) + 1/(C−1)|",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Mean over pairs of classes c and d; 0 at the ideal angles",
    sources: &[Source::Separability(|it| Some(it.equiangularity.into()))],
};

pub const SELF_DUALITY: Description = Description {
    key: "self_duality",
    name: "Self-duality",
    title: "Self-duality",
    symbol: "self-duality",
    formula: "self-duality = | W/|W| − M/|M| |",
    of: Of::Module,
    scale: Scale::Log,
    better: Better::Lower,
    digits: Digits::Three,
    explanation: "Distance between the head W and the centred class means M; 0 when they line up",
    sources: &[Source::Separability(|it| it.self_duality.map(f64::from))],
};

pub const CLASS_MEAN_DISAGREEMENT: Description = Description {
    key: "class_mean_disagreement",
    name: "Class-mean disagreement",
    title: "Class-mean disagreement",
    symbol: "",
    formula: "1/N Σ_i [argmin_c |f_{k,i} − μ_c| ≠ argmax_c p_{k,i}(c)]",
    of: Of::Module,
    scale: Scale::Share,
    better: Better::Lower,
    digits: Digits::Percent,
    explanation: "Share of samples that the nearest class mean classifies otherwise than the head",
    sources: &[Source::Separability(|it| {
        it.class_mean_disagreement.map(f64::from)
    })],
};

pub const CLASS_MEAN_ACCURACY: Description = Description {
    key: "class_mean_accuracy",
    name: "Class-mean accuracy",
    title: "Class-mean accuracy",
    symbol: "",
    formula: "1/N Σ_i [argmin_c |f_{k,i} − μ_c| = y_i]",
    of: Of::Module,
    scale: Scale::Share,
    better: Better::Higher,
    digits: Digits::Percent,
    explanation: "Share of samples whose nearest class mean is of their class",
    sources: &[Source::Separability(|it| {
        Some(it.class_mean_accuracy.into())
    })],
};

pub const CLASS_MEAN_COSINE: Description = Description {
    key: "class_mean_cosine",
    name: "Cosine of class means",
    title: "Cosine of class means",
    symbol: "",
    formula: "cos(μ_c − μ, μ_d − μ)",
    of: Of::Classes,
    scale: Scale::Linear,
    better: Better::Neither,
    digits: Digits::TwoDecimals,
    explanation: "Cosine of the centred means of two classes; −1/(C−1) where all angles are equal",
    sources: &[Source::SeparabilityMatrix(|it| &it.class_mean_cosine)],
};
