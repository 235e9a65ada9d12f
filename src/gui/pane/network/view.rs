//! What the cards read of an experiment, worked out once a frame.

use std::{collections::BTreeSet, ops::Range};

use eframe::egui::Color32;
use layerwise_experiment::{
    BlockCost, Costs, Experiment, ModuleCost, ModulePlan, Place, Problem, Shape,
};

use super::live::ModuleLive;
use crate::gui::{now::Now, theme};

/// What the cards read of an experiment.
pub(super) struct View<'a> {
    pub experiment_lambda: f64,
    pub block_count: usize,
    pub batch_size: usize,
    pub classes: usize,
    pub data_title: &'static str,
    pub global: bool,
    pub plan: Option<Vec<ModulePlan>>,
    pub problems: &'a [Problem],
    dark: bool,
    module_count: usize,
    points: Vec<usize>,
    /// Blocks of each module, from input to output.
    pub ranges: Vec<Range<usize>>,
    /// Blocks with problems.
    wrong: BTreeSet<usize>,
    /// Shapes on the edges, from the input's to the last that is known.
    shapes: Vec<Shape>,
    pub costs: &'a Costs,
    /// Whether the cuts are those of a balanced split.
    pub is_balanced: bool,
    /// Learnt values of all blocks and the last head, where every shape is known.
    pub network_parameters: Option<usize>,
    live: &'a [ModuleLive],
}

impl<'a> View<'a> {
    pub fn new(experiment: &Experiment, now: &'a Now, dark: bool) -> Self {
        let problems = &now.problems;
        let shapes = experiment.shapes();
        Self {
            experiment_lambda: experiment.method.lambda,
            block_count: experiment.blocks.len(),
            batch_size: experiment.train.batch_size,
            classes: experiment.data.class_count(),
            data_title: experiment.data.kind.title(),
            global: !experiment.method.kind.is_local(),
            plan: experiment.plan(),
            problems,
            dark,
            module_count: experiment.module_count(),
            points: experiment.split_points(),
            ranges: experiment.module_ranges(),
            wrong: problems.iter().filter_map(block_of).collect(),
            shapes,
            costs: &now.priced.costs,
            is_balanced: now.priced.is_balanced,
            network_parameters: experiment.network_parameters(),
            live: &now.modules,
        }
    }

    pub fn module_count(&self) -> usize {
        self.module_count
    }

    /// Number, from 1, of the module that holds a block.
    pub fn module_of(&self, block: usize) -> usize {
        1 + self.points.partition_point(|&point| point < block)
    }

    pub fn is_cut(&self, after: usize) -> bool {
        self.points.binary_search(&after).is_ok()
    }

    /// Edges, by the block before them, that a cut can be moved to: those between its
    /// neighbours.
    pub fn reach(&self, cut: usize) -> std::ops::RangeInclusive<usize> {
        let low = self
            .points
            .iter()
            .rfind(|&&point| point < cut)
            .map_or(0, |point| point + 1);
        let high = self
            .points
            .iter()
            .find(|&&point| point > cut)
            .map_or(self.block_count.saturating_sub(2), |point| point - 1);
        low..=high
    }

    pub fn color(&self, module: usize) -> Color32 {
        theme::module_color(module, self.dark)
    }

    /// Whether a module has a head of its own.
    pub fn has_head(&self, module: usize) -> bool {
        !self.global || module == self.module_count
    }

    pub fn input_shape(&self) -> Option<Shape> {
        self.shapes.first().copied()
    }

    /// Shape after a block, where it is known.
    pub fn shape_after(&self, block: usize) -> Option<Shape> {
        self.shapes.get(block + 1).copied()
    }

    /// Shape after a block in words.
    pub fn shape_text(&self, block: usize) -> String {
        self.shape_after(block)
            .map_or_else(|| "?".to_owned(), |shape| shape.to_string())
    }

    /// Learnt values of a block, where it fits its input.
    pub fn parameters(&self, block: usize) -> Option<u64> {
        Some(self.cost(block)?.parameters)
    }

    /// What a block costs for one sample, where it fits its input.
    pub fn cost(&self, block: usize) -> Option<&BlockCost> {
        self.costs.blocks.get(block)
    }

    /// What a module, by its number from 1, costs in a step, where every shape is known.
    pub fn module_cost(&self, module: usize) -> Option<ModuleCost> {
        self.costs.modules.get(module.checked_sub(1)?).copied()
    }

    /// Bytes of a batch that wait in a block for the backward pass: by the method, and under
    /// global BP.
    pub fn kept_bytes(&self, block: usize) -> Option<(u64, u64)> {
        let cost = self.cost(block)?;
        let module = self.module_cost(self.module_of(block));
        let pass = module.map(|module| module.pass).unwrap_or_default();
        let own = cost.kept_for(pass);
        let of_batch = |bytes: u64| bytes.saturating_mul(self.batch_size as u64);
        Some((of_batch(own), of_batch(cost.kept_bytes)))
    }

    /// Bytes of a block's output for one batch in f32.
    pub fn activation_bytes(&self, block: usize) -> Option<u64> {
        let values = self.shape_after(block)?.len();
        Some(
            (values as u64)
                .saturating_mul(self.batch_size as u64)
                .saturating_mul(4),
        )
    }

    /// Learnt values of the heads and losses of all modules but the last, which the network has
    /// only while it learns.
    pub fn parameters_of_local_heads(&self) -> usize {
        let plan = self.plan.iter().flatten();
        plan.filter(|module| self.has_head(module.number) && module.number < self.module_count)
            .fold(0, |sum, module| sum.saturating_add(module.head_parameters))
    }

    /// What the run says of a module.
    pub fn live(&self, module: usize) -> Option<&ModuleLive> {
        if !self.global {
            self.live.get(module - 1)
        } else if module == self.module_count {
            self.live.last()
        } else {
            None
        }
    }

    /// Blocks of a module, by its number from 1.
    pub fn blocks_of(&self, module: usize) -> Range<usize> {
        let range = module.checked_sub(1).and_then(|at| self.ranges.get(at));
        range.cloned().unwrap_or_default()
    }

    /// Shape that a module receives and the one it hands on, in words.
    pub fn shapes_of(&self, module: usize) -> String {
        let range = self.blocks_of(module);
        let text = |edge: usize| {
            let shape = self.shapes.get(edge);
            shape.map_or_else(|| "?".to_owned(), Shape::to_string)
        };
        format!("{} to {}", text(range.start), text(range.end))
    }

    /// Learnt values of a module's blocks, where every shape is known.
    pub fn parameters_of(&self, module: usize) -> Option<usize> {
        let plan = self.plan.as_ref()?.get(module.checked_sub(1)?)?;
        Some(plan.parameters)
    }

    /// Blocks with problems.
    pub fn wrong(&self) -> &BTreeSet<usize> {
        &self.wrong
    }

    pub fn problems_of_block(&self, index: usize) -> impl Iterator<Item = &str> {
        let any = self.wrong.contains(&index);
        self.problems
            .iter()
            .filter(move |problem| any && block_of(problem) == Some(index))
            .map(|problem| problem.message.as_str())
    }

    pub fn problems_of_module(&self, number: usize) -> impl Iterator<Item = &str> {
        self.problems
            .iter()
            .filter(move |problem| problem.place == Place::Module(number))
            .map(|problem| problem.message.as_str())
    }

    /// Problems of the chain as a whole.
    pub fn problems_of_chain(&self) -> impl Iterator<Item = &str> {
        self.problems
            .iter()
            .filter(|problem| match &problem.place {
                Place::Key(key) => key == "block" || key.starts_with("split."),
                Place::Block(_) | Place::Module(_) => false,
            })
            .map(|problem| problem.message.as_str())
    }
}

/// The block that a problem is of.
fn block_of(problem: &Problem) -> Option<usize> {
    match &problem.place {
        Place::Block(index) => Some(*index),
        Place::Key(key) => key.strip_prefix("block.")?.split('.').next()?.parse().ok(),
        Place::Module(_) => None,
    }
}
