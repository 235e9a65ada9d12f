//! The modules that split points make of the chain.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{
    Experiment, MAX_LAMBDA,
    field::{Field, Fields, Real},
    head::Head,
    loss::Loss,
    shape::{MAX_SAMPLE_LEN, Shape},
};

/// Settings of one module that differ from the experiment's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleSettings {
    /// Which module, from 1 at the input.
    pub number: usize,
    /// Weight λ of its reconciliation with the module before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda: Option<f64>,
    /// Its head; none for the experiment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
    /// Its loss; none for the experiment's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<Loss>,
    /// Whether it stays as it is: no update, running statistics instead of the batch's, no
    /// dropout.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub frozen: bool,
    /// Factor on the learning rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lr_factor: Option<f64>,
}

impl ModuleSettings {
    /// Settings of a module that has nothing of its own.
    pub fn new(number: usize) -> Self {
        Self {
            number,
            lambda: None,
            head: None,
            loss: None,
            frozen: false,
            lr_factor: None,
        }
    }
}

impl Fields for ModuleSettings {
    const FIELDS: &'static [Field<Self>] = &[
        Field::<Self>::written("number", "Module", "the number of a module, each once")
            .hint("Which module, from 1 at the input")
            .left_out("must be there"),
        Field::<Self>::real(
            "lambda",
            "λ",
            Real::from_to(0.0, MAX_LAMBDA),
            |module| module.lambda.unwrap_or_default(),
            |module, lambda| module.lambda = Some(lambda),
        )
        .hint("Weight of its reconciliation with the module before it")
        .left_out("that of the method"),
        Field::<Self>::flag(
            "frozen",
            "Frozen",
            |module| module.frozen,
            |module, frozen| module.frozen = frozen,
        )
        .hint("Stays as it is: no update, no dropout, running statistics"),
        Field::<Self>::real(
            "lr_factor",
            "Learning rate ×",
            Real::above_zero_to(100.0),
            |module| module.lr_factor.unwrap_or(1.0),
            |module, factor| module.lr_factor = (factor != 1.0).then_some(factor),
        )
        .hint("Factor on the learning rate")
        .left_out("1")
        .shown(|module| !module.frozen, "modules that learn"),
    ];
}

/// One module, all settings resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct ModulePlan {
    /// From 1 at the input.
    pub number: usize,
    /// Indices of its blocks.
    pub blocks: Range<usize>,
    /// Weight λ of its reconciliation with the module before it; 0 for module 1.
    pub lambda: f64,
    /// What it ends in.
    pub head: Head,
    /// What it minimises.
    pub loss: Loss,
    /// Whether it stays as it is.
    pub frozen: bool,
    /// Factor on the learning rate.
    pub lr_factor: f64,
    /// Shape it receives.
    pub input: Shape,
    /// Shape it hands on.
    pub output: Shape,
    /// Learnt values of its blocks.
    pub parameters: usize,
    /// Learnt values of its head and of what its loss needs besides.
    pub head_parameters: usize,
}

impl Experiment {
    /// The settings that a module has of its own, by number from 1.
    pub fn settings_of(&self, number: usize) -> Option<&ModuleSettings> {
        self.modules
            .iter()
            .find(|settings| settings.number == number)
    }

    /// Gives a module its own λ, or the experiment's again.
    pub fn set_lambda_of(&mut self, number: usize, lambda: Option<f64>) {
        self.change_settings(number, |settings| settings.lambda = lambda);
    }

    /// Gives a module its own head, or the experiment's again.
    pub fn set_head_of(&mut self, number: usize, head: Option<Head>) {
        self.change_settings(number, |settings| settings.head = head);
    }

    /// Gives a module its own loss, or the one it has without.
    pub fn set_loss_of(&mut self, number: usize, loss: Option<Loss>) {
        self.change_settings(number, |settings| settings.loss = loss);
    }

    /// Freezes a module or lets it learn.
    pub fn set_frozen(&mut self, number: usize, frozen: bool) {
        self.change_settings(number, |settings| settings.frozen = frozen);
    }

    /// Sets the factor on a module's learning rate.
    pub fn set_lr_factor_of(&mut self, number: usize, factor: f64) {
        let factor = (factor != 1.0).then_some(factor);
        self.change_settings(number, |settings| settings.lr_factor = factor);
    }

    fn change_settings(&mut self, number: usize, change: impl FnOnce(&mut ModuleSettings)) {
        let settings = self.settings_of(number).cloned();
        let mut settings = settings.unwrap_or(ModuleSettings::new(number));
        change(&mut settings);
        self.modules.retain(|other| other.number != number);
        if settings != ModuleSettings::new(number) {
            self.modules.push(settings);
            self.modules.sort_by_key(|settings| settings.number);
        }
    }

    /// Weight λ of a module, by number from 1; module 1 has none to reconcile with.
    pub fn lambda_of(&self, number: usize) -> f64 {
        if number <= 1 {
            return 0.0;
        }
        self.settings_of(number)
            .and_then(|settings| settings.lambda)
            .unwrap_or(self.method.lambda)
    }

    /// Head of a module, by number from 1.
    pub fn head_of(&self, number: usize) -> Head {
        self.settings_of(number)
            .and_then(|settings| settings.head)
            .unwrap_or(self.head)
    }

    /// Whether a module, by number from 1, has a loss of its own: under global BP only the last.
    pub fn has_loss(&self, number: usize) -> bool {
        self.method.kind.is_local() || number == self.module_count()
    }

    /// Local loss of a module, by number from 1. The last one learns from cross-entropy, smoothed
    /// as in the experiment's loss, unless it has a loss of its own, as in the papers that the
    /// other losses are from: what comes last has to tell classes apart.
    pub fn loss_of(&self, number: usize) -> Loss {
        let own = self.settings_of(number).and_then(|settings| settings.loss);
        own.unwrap_or_else(|| {
            if number == self.module_count() {
                Loss {
                    smoothing: self.loss.smoothing,
                    ..Loss::default()
                }
            } else {
                self.loss
            }
        })
    }

    /// Whether a module stays as it is, by number from 1.
    pub fn is_frozen(&self, number: usize) -> bool {
        self.settings_of(number)
            .is_some_and(|settings| settings.frozen)
    }

    /// Factor on a module's learning rate, by number from 1.
    pub fn lr_factor_of(&self, number: usize) -> f64 {
        self.settings_of(number)
            .and_then(|settings| settings.lr_factor)
            .unwrap_or(1.0)
    }

    /// Most values of a sample on any edge, inside any block, or that a decoder makes of it.
    pub fn widest(&self) -> usize {
        let shapes = self.shapes();
        let edges = shapes.iter().map(|shape| shape.len());
        let plan = self.plan().unwrap_or_default();
        let decoders = plan.iter().map(|module| {
            let loss = module.loss;
            loss.decoder_values(module.output, self.data.shape())
        });
        let inside = self.block_costs().into_iter();
        let inside = inside.map(|cost| usize::try_from(cost.largest).unwrap_or(usize::MAX));
        edges.chain(decoders).chain(inside).max().unwrap_or(1)
    }

    /// Shape on every edge of the chain: the input's, then the one after each block, up to the
    /// first block that cannot follow. Empty where the input's is not known, or has no values or
    /// too many.
    pub fn shapes(&self) -> Vec<Shape> {
        let mut shape = self.data.shape();
        if !self.data.is_known() || !(1..=MAX_SAMPLE_LEN).contains(&shape.len()) {
            return Vec::new();
        }
        let mut shapes = vec![shape];
        for block in &self.blocks {
            match super::shape_after(block, shape) {
                Ok(next) => shape = next,
                Err(_) => break,
            }
            shapes.push(shape);
        }
        shapes
    }

    /// Learnt values of all blocks and the last head, as publications count them, or none where
    /// the chain does not fit together.
    pub fn network_parameters(&self) -> Option<usize> {
        let plan = self.plan()?;
        let head = plan.last()?.head_parameters;
        Some(
            plan.iter()
                .fold(head, |sum, module| sum.saturating_add(module.parameters)),
        )
    }

    /// Every module with its settings resolved, or none where the chain does not fit together.
    pub fn plan(&self) -> Option<Vec<ModulePlan>> {
        self.settled().plan_of_settled()
    }

    fn plan_of_settled(&self) -> Option<Vec<ModulePlan>> {
        let shapes = self.shapes();
        let classes = self.data.class_count();
        self.module_ranges()
            .into_iter()
            .enumerate()
            .map(|(index, blocks)| {
                let number = index + 1;
                let input = *shapes.get(blocks.start)?;
                let output = *shapes.get(blocks.end)?;
                let head = self.head_of(number);
                let loss = self.loss_of(number);
                let parameters = blocks
                    .clone()
                    .filter_map(|at| Some(self.blocks.get(at)?.parameters(*shapes.get(at)?)))
                    .fold(0, usize::saturating_add);
                Some(ModulePlan {
                    number,
                    blocks,
                    lambda: self.lambda_of(number),
                    head,
                    loss,
                    frozen: self.is_frozen(number),
                    lr_factor: self.lr_factor_of(number),
                    input,
                    output,
                    parameters,
                    head_parameters: loss.parameters(&head, output, self.data.shape(), classes),
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{LossKind, preset};

    fn digits() -> Experiment {
        preset("digits-cnn").unwrap().experiment().unwrap()
    }

    #[test]
    fn the_last_module_learns_from_cross_entropy_unless_it_has_a_loss() {
        let mut experiment = digits();
        experiment.loss.kind = LossKind::PredSim;
        experiment.loss.reconstruction = 2.0;
        experiment.loss.smoothing = 0.1;
        let kinds = |experiment: &Experiment| -> Vec<LossKind> {
            let plan = experiment.plan().unwrap();
            plan.iter().map(|module| module.loss.kind).collect()
        };
        use LossKind::{CrossEntropy, PredSim};
        assert_eq!(
            kinds(&experiment),
            [PredSim, PredSim, PredSim, CrossEntropy]
        );
        assert!(experiment.loss_of(4).is_plain());
        assert_eq!(experiment.loss_of(4).smoothing, 0.1);
        experiment.set_loss_of(4, Some(experiment.loss));
        assert_eq!(kinds(&experiment), [PredSim; 4]);
        experiment.set_loss_of(4, None);
        experiment.toggle_cut(2);
        assert_eq!(kinds(&experiment), [PredSim, PredSim, CrossEntropy]);
    }

    #[test]
    fn settings_of_modules_survive_a_round_trip() {
        let mut experiment = digits();
        experiment.loss.temperature = 0.5;
        let head = Head {
            kind: crate::HeadKind::PooledMlp,
            ..Head::default()
        };
        experiment.set_head_of(1, Some(head));
        experiment.set_loss_of(1, Some(experiment.loss));
        experiment.set_frozen(1, true);
        experiment.set_lr_factor_of(3, 0.1);
        let text = experiment.to_toml().unwrap();
        let read = Experiment::from_toml(&text, "round trip", &[]).unwrap();
        assert_eq!(read, experiment);
        assert_eq!(experiment.modules.len(), 2);
        experiment.set_lr_factor_of(3, 1.0);
        assert_eq!(experiment.modules.len(), 1);
    }
}
