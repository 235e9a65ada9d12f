//! What a run has told so far, kept for drawing: bounded however long the run is.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU64, Ordering},
};

use layerwise_experiment::Experiment;

use crate::{Change, Evaluation, Fact, Inspection, Isolation, StepRecord, Truth};

/// Most points kept of each series of steps.
const MAX_BUCKETS: usize = 2048;
/// Most evaluations kept.
const MAX_EVALUATIONS: usize = 1000;
/// Most changes kept.
const MAX_CHANGES: usize = 500;

/// A number of each step, for every module or every boundary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Training loss of each module.
    Loss,
    /// Share of the training batch that each module classifies correctly.
    Accuracy,
    /// Mean cosine of δin and δout of each boundary.
    Cosine,
    /// ‖δin − δout‖ / ‖δout‖ of each boundary.
    RelativeDistance,
    /// ‖δin‖ / ‖δout‖ of each boundary.
    NormRatio,
    /// R of each boundary.
    Reconciliation,
    /// λ of each boundary.
    Lambda,
    /// Mean cosine of δout with what global BP would send, of each boundary.
    TruthAtBoundary,
    /// Cosine of each module's gradient with that of global BP.
    TruthOfParameters,
    /// How the update before each boundary changed the loss of the module behind it.
    LossChange,
    /// The same as predicted from δin.
    PredictedChange,
}

impl Measure {
    const ALL: [Self; 11] = [
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

    /// Whether there is one series for each boundary instead of each module.
    pub fn is_of_boundaries(self) -> bool {
        !matches!(self, Self::Loss | Self::Accuracy | Self::TruthOfParameters)
    }

    /// What a step tells of it.
    fn values(self, record: &StepRecord) -> Vec<f64> {
        match self {
            Self::Loss => wide(&record.loss),
            Self::Accuracy => wide(&record.accuracy),
            Self::Cosine => wide(&record.cosine),
            Self::RelativeDistance => wide(&record.relative_distance),
            Self::NormRatio => wide(&record.norm_ratio),
            Self::Reconciliation => wide(&record.reconciliation),
            Self::Lambda => record.lambda.clone(),
            Self::TruthAtBoundary
            | Self::TruthOfParameters
            | Self::LossChange
            | Self::PredictedChange => Vec::new(),
        }
    }

    /// What a comparison with the truth tells of it.
    fn true_values(self, truth: &Truth) -> Vec<f64> {
        match self {
            Self::TruthAtBoundary => wide(&truth.boundary_cosine),
            Self::TruthOfParameters => wide(&truth.parameter_cosine),
            Self::LossChange => wide(&truth.loss_change),
            Self::PredictedChange => wide(&truth.predicted_change),
            Self::Loss
            | Self::Accuracy
            | Self::Cosine
            | Self::RelativeDistance
            | Self::NormRatio
            | Self::Reconciliation
            | Self::Lambda => Vec::new(),
        }
    }
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|&value| f64::from(value)).collect()
}

/// A running mean that leaves out what is not finite.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: u64,
}

impl Mean {
    fn add(&mut self, value: f64) {
        if value.is_finite() {
            self.sum += value;
            self.count += 1;
        }
    }

    fn of(means: &[Self]) -> Self {
        means.iter().fold(Self::default(), |all, mean| Self {
            sum: all.sum + mean.sum,
            count: all.count + mean.count,
        })
    }

    /// NaN where nothing was added.
    fn value(self) -> f64 {
        self.sum / self.count as f64
    }
}

/// Everything that the tiles draw of a run.
#[derive(Debug)]
pub struct History {
    modules: usize,
    run: u64,
    revision: u64,
    /// Steps that a bucket covers; doubles whenever the buckets are full.
    width: usize,
    /// Mean number of the steps in each bucket.
    steps: Vec<Mean>,
    /// For each measure in the order of `Measure::ALL`, each module or boundary: its buckets.
    series: [Vec<Vec<Mean>>; Measure::ALL.len()],
    newest: Option<StepRecord>,
    evaluations: Thinned<Evaluation>,
    changes: Thinned<Change>,
    /// The newest with the cuts as they are, and with open ones.
    isolation: [Option<Isolation>; 2],
    /// The newest, with the revision that it made.
    inspection: Option<(u64, Inspection)>,
    warnings: BTreeMap<usize, String>,
}

impl History {
    /// Nothing yet, of a run of this experiment.
    pub fn new(experiment: &Experiment) -> Self {
        let run = next_revision();
        Self {
            modules: experiment.module_count(),
            run,
            revision: run,
            width: 1,
            steps: Vec::new(),
            series: Default::default(),
            newest: None,
            evaluations: Thinned::new(MAX_EVALUATIONS),
            changes: Thinned::new(MAX_CHANGES),
            isolation: [None, None],
            inspection: None,
            warnings: BTreeMap::new(),
        }
    }

    /// Takes in what the run told.
    pub fn push(&mut self, fact: &Fact) {
        match fact {
            Fact::Step(record) => {
                self.push_step(record);
                self.newest = Some(record.clone());
            }
            Fact::Evaluation(evaluation) => {
                let still_worse = |number: usize| {
                    let mut modules = evaluation.modules.iter();
                    modules.any(|module| module.number == number && module.worse_than_guessing)
                };
                self.warnings.retain(|&number, _| still_worse(number));
                self.evaluations.push(evaluation.clone());
            }
            Fact::Truth(truth) => {
                self.push_values(truth.step, |measure| measure.true_values(truth));
            }
            Fact::Isolation(isolation) => {
                let [sound, broken] = &mut self.isolation;
                let place = if isolation.broken { broken } else { sound };
                *place = Some(isolation.clone());
            }
            Fact::Inspection(inspection) => {
                self.inspection = Some((next_revision(), inspection.clone()));
            }
            Fact::Changed(change) => {
                let newest = self.changes.items.last();
                if newest.is_some_and(|last| {
                    (last.step, last.what.place()) == (change.step, change.what.place())
                }) {
                    self.changes.replace_newest(*change);
                } else {
                    self.changes.push(*change);
                }
            }
            Fact::Warning {
                module: Some(module),
                message,
                ..
            } => {
                self.warnings.insert(*module, message.clone());
            }
            Fact::Warning { module: None, .. } | Fact::Note { .. } | Fact::Ended { .. } => return,
        }
        self.revision = next_revision();
    }

    fn push_step(&mut self, record: &StepRecord) {
        let bucket = self.push_values(record.step, |measure| measure.values(record));
        add(&mut self.steps, bucket, record.step as f64);
    }

    /// Adds what is known of a step, from 1. Returns its bucket.
    fn push_values(&mut self, step: usize, values: impl Fn(Measure) -> Vec<f64>) -> usize {
        let position = step.saturating_sub(1);
        while position / self.width >= MAX_BUCKETS {
            self.merge_neighbours();
        }
        let bucket = position / self.width;
        for (measure, series) in Measure::ALL.into_iter().zip(&mut self.series) {
            let values = values(measure);
            if series.len() < values.len() {
                series.resize(values.len(), Vec::new());
            }
            for (buckets, value) in series.iter_mut().zip(values) {
                add(buckets, bucket, value);
            }
        }
        bucket
    }

    fn merge_neighbours(&mut self) {
        let halve = |means: &mut Vec<Mean>| *means = means.chunks(2).map(Mean::of).collect();
        halve(&mut self.steps);
        self.series.iter_mut().flatten().for_each(halve);
        self.width = self.width.saturating_mul(2);
    }

    fn buckets(&self, measure: Measure, index: usize) -> &[Mean] {
        Measure::ALL
            .iter()
            .position(|&other| other == measure)
            .and_then(|at| self.series.get(at)?.get(index))
            .map_or(&[], Vec::as_slice)
    }

    /// A number that differs whenever there is something new to draw, and between runs.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Number of series of a measure: one for each module that has a loss, or each boundary.
    pub fn series_count(&self, measure: Measure) -> usize {
        Measure::ALL
            .iter()
            .position(|&other| other == measure)
            .and_then(|at| self.series.get(at))
            .map_or(0, Vec::len)
    }

    /// Number from 1 of the module that a series belongs to; of a boundary, the later one.
    pub fn module_of(&self, measure: Measure, index: usize) -> usize {
        if measure.is_of_boundaries() {
            index + 2
        } else {
            // Under global BP the only loss is the last module's.
            (self.modules + index + 1)
                .saturating_sub(self.series_count(measure))
                .max(1)
        }
    }

    /// Name of a series: "Module 3" or "Boundary 2 | 3".
    pub fn name_of(&self, measure: Measure, index: usize) -> String {
        let module = self.module_of(measure, index);
        if measure.is_of_boundaries() {
            format!("Boundary {} | {module}", module - 1)
        } else {
            format!("Module {module}")
        }
    }

    /// A series over steps, at most `max_points` means over spans of equal length. Spans without
    /// a measurement are left out.
    pub fn points(
        &self,
        measure: Measure,
        index: usize,
        max_points: usize,
    ) -> impl Iterator<Item = [f64; 2]> {
        let chunk = self.chunk(max_points);
        self.steps
            .chunks(chunk)
            .zip(self.buckets(measure, index).chunks(chunk))
            .map(|(steps, means)| [Mean::of(steps).value(), Mean::of(means).value()])
            .filter(|[step, value]| step.is_finite() && value.is_finite())
    }

    /// A series as at most `max_columns` means over spans of `column_width` steps, NaN where
    /// nothing was measured.
    pub fn columns(
        &self,
        measure: Measure,
        index: usize,
        max_columns: usize,
    ) -> impl Iterator<Item = f64> {
        self.buckets(measure, index)
            .chunks(self.chunk(max_columns))
            .map(|means| Mean::of(means).value())
    }

    /// Number of columns, and how many steps each covers. The first column starts at step 0.
    pub fn column_grid(&self, max_columns: usize) -> (usize, usize) {
        let chunk = self.chunk(max_columns);
        (self.steps.len().div_ceil(chunk), chunk * self.width)
    }

    fn chunk(&self, max: usize) -> usize {
        self.steps.len().div_ceil(max.max(1)).max(1)
    }

    /// The value of a series around a step, as finely as it is kept.
    pub fn value_at(&self, measure: Measure, index: usize, step: usize) -> Option<f64> {
        let value = self
            .buckets(measure, index)
            .get(step.saturating_sub(1) / self.width)?
            .value();
        value.is_finite().then_some(value)
    }

    /// The newest value of a series, exactly as measured.
    pub fn newest_value(&self, measure: Measure, index: usize) -> Option<f64> {
        let values = measure.values(self.newest.as_ref()?);
        values
            .get(index)
            .copied()
            .filter(|value| value.is_finite())
            .or_else(|| {
                let mut means = self.buckets(measure, index).iter().rev();
                means.find(|mean| mean.count > 0).map(|mean| mean.value())
            })
    }

    /// The newest step, exactly as recorded.
    pub fn newest(&self) -> Option<&StepRecord> {
        self.newest.as_ref()
    }

    /// Evaluations in order, evenly over the run; the newest is always the last.
    pub fn evaluations(&self) -> &[Evaluation] {
        &self.evaluations.items
    }

    /// Changes of λ while training, in order.
    pub fn changes(&self) -> &[Change] {
        &self.changes.items
    }

    /// Which modules each loss reaches, as measured last: with the cuts as they are, or `broken`.
    pub fn isolation(&self, broken: bool) -> Option<&Isolation> {
        let [sound, open] = &self.isolation;
        if broken { open } else { sound }.as_ref()
    }

    /// The step that was inspected last, with a number that no other inspection has.
    pub fn inspection(&self) -> Option<(u64, &Inspection)> {
        let (number, inspection) = self.inspection.as_ref()?;
        Some((*number, inspection))
    }

    /// A number that differs between runs.
    pub fn run(&self) -> u64 {
        self.run
    }

    /// The warning about a module, by number from 1, until an evaluation finds it recovered.
    pub fn warning_of(&self, module: usize) -> Option<&str> {
        self.warnings.get(&module).map(String::as_str)
    }
}

/// A number that no history had before.
pub fn next_revision() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn add(buckets: &mut Vec<Mean>, bucket: usize, value: f64) {
    if buckets.len() <= bucket {
        buckets.resize(bucket + 1, Mean::default());
    }
    if let Some(mean) = buckets.get_mut(bucket) {
        mean.add(value);
    }
}

/// Items at even distances over the whole run, and always the newest.
#[derive(Debug)]
struct Thinned<T> {
    items: Vec<T>,
    max: usize,
    /// Every so manyth item is kept; doubles whenever there are too many.
    every: usize,
    count: usize,
}

impl<T> Thinned<T> {
    fn new(max: usize) -> Self {
        Self {
            items: Vec::new(),
            max,
            every: 1,
            count: 0,
        }
    }

    fn push(&mut self, item: T) {
        let newest_stays = self.count.saturating_sub(1).is_multiple_of(self.every);
        if !newest_stays {
            self.items.pop();
        }
        self.items.push(item);
        self.count += 1;
        if self.items.len() > self.max {
            self.every *= 2;
            let last = self.items.len() - 1;
            let mut at = 0..;
            self.items.retain(|_| {
                let at = at.next().unwrap_or(last);
                at.is_multiple_of(2) || at == last
            });
        }
    }

    fn replace_newest(&mut self, item: T) {
        if let Some(newest) = self.items.last_mut() {
            *newest = item;
        }
    }
}

#[cfg(test)]
mod tests;
