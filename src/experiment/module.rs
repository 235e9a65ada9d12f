//! The modules that split points make of the chain.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Experiment, head::Head, shape::Shape};

/// Settings of one module that differ from the experiment's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModuleSettings {
    /// Which module, from 1 at the input.
    pub number: usize,
    /// Weight λ of its reconciliation with the module before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lambda: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Head>,
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
    pub head: Head,
    /// Shape it receives.
    pub input: Shape,
    /// Shape it hands on.
    pub output: Shape,
    /// Learnt values of its blocks.
    pub parameters: usize,
    /// Learnt values of its head.
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

    fn change_settings(&mut self, number: usize, change: impl FnOnce(&mut ModuleSettings)) {
        let mut settings = self.settings_of(number).cloned().unwrap_or(ModuleSettings {
            number,
            lambda: None,
            head: None,
        });
        change(&mut settings);
        self.modules.retain(|other| other.number != number);
        if settings.lambda.is_some() || settings.head.is_some() {
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

    /// Shape on every edge of the chain: the input's, then the one after each block, up to the
    /// first block that cannot follow.
    pub fn shapes(&self) -> Vec<Shape> {
        let mut shapes = vec![self.data.shape()];
        let mut shape = self.data.shape();
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
                let parameters = blocks
                    .clone()
                    .filter_map(|at| Some(self.blocks.get(at)?.parameters(*shapes.get(at)?)))
                    .sum();
                Some(ModulePlan {
                    number,
                    blocks,
                    lambda: self.lambda_of(number),
                    head,
                    input,
                    output,
                    parameters,
                    head_parameters: head.parameters(output.features(), classes),
                })
            })
            .collect()
    }
}
