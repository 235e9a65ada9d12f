//! Every number of one step, for one sample: what the next step would compute, without doing it.

use burn::{
    module::{Module, ModuleVisitor, Param},
    optim::GradientsParams,
    tensor::Tensor,
};
use layerwise_study::{
    ClassScores, InspectedBoundary, InspectedModule, InspectedUpdate, Inspection, Turn,
};

use super::{
    batch::Batch,
    learner::{Learner, StepWay, moved},
    module::LocalModule,
    step::ModuleStep,
};
use crate::block::{Draws, Dual};

/// A forward pass through a module; nothing here belongs to a graph.
struct Passed {
    /// `[batch, channels, height, width]`
    output: Tensor<4>,
    loss: Option<f64>,
    /// `[batch, classes]`
    logits: Option<Tensor<2>>,
}

/// A step that is inspected.
struct Look<'a> {
    learner: &'a Learner,
    batch: &'a Batch,
    /// The same without autodiff.
    resting: Batch,
    way: &'a StepWay<'a>,
    sample: usize,
}

impl Learner {
    /// What a step on a `batch` would compute from here, with the numbers of one `sample` of it,
    /// from 0 (arXiv 2406.05222). Neither modules nor optimisers nor running statistics change.
    ///
    /// Dropout masks are those of [`Learner::truth`], the same in every pass; batch statistics are
    /// those of the batch, as in a step. Costs about three steps on the batch and two forward
    /// passes through each module; under global BP a forward pass from each module to the end.
    /// Holds the outputs, δ and gradients of all modules at once, as [`Learner::truth`] does: more
    /// than a local step. Reads back to the host.
    pub fn inspect(&self, batch: &Batch, way: &StepWay<'_>, sample: usize) -> Inspection {
        let resting = batch.resting();
        let [samples] = resting.labels.dims();
        let look = Look {
            learner: self,
            batch,
            way,
            sample: sample.min(samples.saturating_sub(1)),
            resting,
        };
        let labels = look.resting.labels.clone().into_data();
        Inspection {
            step: way.step,
            samples,
            sample: look.sample,
            class: labels.iter::<i64>().nth(look.sample).unwrap_or(0) as usize,
            modules: look.modules(),
        }
    }
}

impl Look<'_> {
    fn modules(&self) -> Vec<InspectedModule> {
        let Self { learner, batch, .. } = self;
        if !learner.kind.is_local() {
            return self.global();
        }
        let parts = learner.parts(&learner.modules, batch, self.way);
        let mut before = None;
        let modules = learner.modules.iter().zip(parts).enumerate();
        modules
            .map(|(at, (module, part))| {
                let mut seen = self.seen(at, module, &part.input);
                let meets = before.take();
                if let Some(step) = part.step {
                    seen.delta_out = Some(norm(&self.row(&step.delta_out)));
                    seen.boundary = self.boundary(at, &step, meets.as_ref());
                    before = Some(step.delta_out.clone());
                    seen.update = self.local_update(at, module, part.input, step, meets);
                }
                seen
            })
            .collect()
    }

    /// Under global BP there is one loss, which sends back to every module.
    fn global(&self) -> Vec<InspectedModule> {
        let learner = self.learner;
        // One module at a time needs no checkpoints, and graphs with and without do not mix.
        let tracked = learner.modules.iter().map(|it| it.valid().in_graphs());
        let tracked: Vec<LocalModule> = tracked.collect();
        let parts = learner.parts(&tracked, &self.resting, self.way);
        let mut sent = learner
            .send_back(&tracked, &parts, &self.resting, self.way)
            .unwrap_or_default()
            .into_iter()
            .peekable();
        let modules = learner.modules.iter().zip(parts).enumerate();
        modules
            .map(|(at, (module, part))| {
                let mut seen = self.seen(at, module, &part.input);
                let own = sent.next();
                let samples = self.samples();
                let delta = match sent.peek() {
                    Some(after) => Some(after.input.clone() * samples),
                    None => part.step.map(|step| step.delta_out),
                };
                seen.delta_out = delta.map(|delta| norm(&self.row(&delta)));
                if let Some(own) = own.filter(|_| !module.is_frozen()) {
                    let of_loss = norm_of(gradients_of(module, &own.gradients));
                    seen.update = Some(InspectedUpdate {
                        loss_gradient: of_loss,
                        gradient: of_loss,
                        ..self.update(at, module, part.input, own.gradients)
                    });
                }
                seen
            })
            .collect()
    }

    /// B
    fn samples(&self) -> f64 {
        let [samples] = self.resting.labels.dims();
        samples as f64
    }

    fn draws(&self, at: usize) -> Option<Draws> {
        self.learner.draws_of(self.way, at)
    }

    /// The values of the sample.
    fn row(&self, x: &Tensor<4>) -> Vec<f64> {
        values(x.clone().narrow(0, self.sample, 1))
    }

    fn pass(&self, at: usize, module: &LocalModule, input: Tensor<4>) -> Passed {
        let module = module.valid();
        let mut draws = self.draws(at);
        let output = module.body(Dual::plain(input), draws.as_mut()).value;
        let lost = module.loss(Dual::plain(output.clone()), &self.resting, draws.as_mut());
        let (loss, logits) = lost.unzip();
        Passed {
            output,
            loss: loss.map(|loss| number(loss.value)),
            logits: logits.flatten(),
        }
    }

    /// What a forward pass shows.
    fn seen(&self, at: usize, module: &LocalModule, input: &Tensor<4>) -> InspectedModule {
        let passed = self.pass(at, module, input.clone());
        let [_, input_shape @ ..] = input.dims();
        let [_, output_shape @ ..] = passed.output.dims();
        let scores = passed.logits.map(|logits| {
            let logits = values(logits.narrow(0, self.sample, 1));
            let scale = log_of_sum(&logits);
            ClassScores {
                probabilities: logits.iter().map(|logit| (logit - scale).exp()).collect(),
                logits,
            }
        });
        let plain = module.objective().filter(|own| own.loss().is_plain());
        let sample_loss = plain.zip(scores.as_ref()).map(|(plain, scores)| {
            let targets = self.resting.targets.clone().narrow(0, self.sample, 1);
            let aim = values(plain.aim(&targets));
            let scale = log_of_sum(&scores.logits);
            let pairs = aim.iter().zip(&scores.logits);
            pairs.map(|(aim, logit)| aim * (scale - logit)).sum()
        });
        InspectedModule {
            number: at + 1,
            turn: match (module.is_frozen(), self.way.only) {
                (true, _) => Turn::Frozen,
                (false, Some(only)) if at < only => Turn::HasLearnt,
                (false, Some(only)) if at > only => Turn::Waits,
                (false, _) => Turn::Learns,
            },
            input_shape,
            output_shape,
            input_norm: norm(&self.row(input)),
            output_norm: norm(&self.row(&passed.output)),
            scores,
            sample_loss,
            smoothing: plain.map_or(0.0, |plain| plain.loss().smoothing),
            loss: passed.loss,
            ..InspectedModule::default()
        }
    }

    fn boundary(
        &self,
        at: usize,
        step: &ModuleStep,
        before: Option<&Tensor<4>>,
    ) -> Option<InspectedBoundary> {
        let (delta_in, delta_out) = (step.delta_in.as_ref()?, before?);
        let [asked, followed] = [delta_in, delta_out].map(|delta| self.row(delta));
        let apart: Vec<f64> = asked.iter().zip(&followed).map(|(a, b)| a - b).collect();
        let [in_norm, out_norm, distance] = [&asked, &followed, &apart].map(|row| norm(row));
        let share = |of: f64| (out_norm > 0.0).then(|| of / out_norm);
        let direction = delta_in.clone() - delta_out.clone();
        let along = (delta_in.clone() * direction).sum() / self.samples();
        let of_batch = step.alignment.clone()?.into_values().map(number);
        let [
            reconciliation,
            mean_cosine,
            batch_relative_distance,
            batch_norm_ratio,
        ] = of_batch;
        Some(InspectedBoundary {
            delta_in: in_norm,
            cosine: cosine(&asked, &followed),
            squared_distance: distance * distance,
            relative_distance: share(distance),
            norm_ratio: share(in_norm),
            mean_cosine,
            batch_relative_distance,
            batch_norm_ratio,
            reconciliation,
            lambda: self.way.lambda_of(at),
            derivative: number(along),
        })
    }

    fn local_update(
        &self,
        at: usize,
        module: &LocalModule,
        input: Tensor<4>,
        step: ModuleStep,
        before: Option<Tensor<4>>,
    ) -> Option<InspectedUpdate> {
        let lambda = self.way.lambda_of(at);
        let reconciles = lambda > 0.0 && before.is_some();
        // A small λ would drown in the rounding of the difference.
        let large = lambda.max(1.0);
        let anew = |before, lambda| {
            let compute = self.learner.compute();
            let (input, mut draws) = (input.clone().autodiff(), self.draws(at)?);
            let step = compute(module, input, self.batch, before, lambda, false, &mut draws)?;
            Some(gradients_of(module, &step.gradients))
        };
        let both = norm_of(gradients_of(module, &step.gradients));
        let [mut loss, mut reconciliation, mut product] = [0.0; 3];
        if reconciles {
            for pair in anew(before, large)?.into_iter().zip(anew(None, 0.0)?) {
                let [of_both, of_loss] = <[_; 2]>::from(pair).map(values);
                for (of_both, of_loss) in of_both.into_iter().zip(of_loss) {
                    let other = (of_both - of_loss) * lambda / large;
                    loss += of_loss * of_loss;
                    reconciliation += other * other;
                    product += of_loss * other;
                }
            }
        } else {
            loss = both * both;
        }
        let [loss, reconciliation] = [loss, reconciliation].map(f64::sqrt);
        let lengths = loss * reconciliation;
        Some(InspectedUpdate {
            loss_gradient: loss,
            reconciliation_gradient: reconciliation,
            cosine: (lengths > 0.0).then(|| product / lengths),
            gradient: both,
            ..self.update(at, module, input, step.gradients)
        })
    }

    /// What an optimiser makes of gradients, on copies of both.
    fn update(
        &self,
        at: usize,
        module: &LocalModule,
        input: Tensor<4>,
        mut gradients: GradientsParams,
    ) -> InspectedUpdate {
        let learner = self.learner;
        learner.clip(module, &mut gradients);
        let mut after = module.clone();
        if let Some(optimizer) = learner.optimizers.get(at) {
            let rate = self.way.learning_rate;
            after = moved(learner.kind, &mut optimizer.clone(), after, gradients, rate);
        }
        let pairs = parameters_of(&after).into_iter().zip(parameters_of(module));
        let change = norm_of(pairs.map(|(after, before)| after - before));
        let mut passed = self.pass(at, &after, input);
        if !learner.kind.is_local() {
            for (at, module) in learner.modules.iter().enumerate().skip(at + 1) {
                passed = self.pass(at, module, passed.output);
            }
        }
        InspectedUpdate {
            learning_rate: self.way.learning_rate * module.lr_factor(),
            change,
            loss_after: passed.loss,
            ..InspectedUpdate::default()
        }
    }
}

/// All parameters of a module, each in a row, without autodiff.
fn parameters_of(module: &LocalModule) -> Vec<Tensor<1>> {
    struct Rows(Vec<Tensor<1>>);
    impl ModuleVisitor for Rows {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.push(param.val().inner().reshape([-1]));
        }
    }
    let mut rows = Rows(Vec::new());
    module.visit(&mut rows);
    rows.0
}

/// The gradients of all parameters of a module, each in a row; zeros where no pass reached one.
fn gradients_of(module: &LocalModule, gradients: &GradientsParams) -> Vec<Tensor<1>> {
    struct Rows<'a>(&'a GradientsParams, Vec<Tensor<1>>);
    impl ModuleVisitor for Rows<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = self.0.get::<D>(param.id);
            let gradient = gradient.unwrap_or_else(|| param.val().inner().zeros_like());
            self.1.push(gradient.reshape([-1]));
        }
    }
    let mut rows = Rows(gradients, Vec::new());
    module.visit(&mut rows);
    rows.1
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn number(tensor: Tensor<1>) -> f64 {
    let data = tensor.into_data();
    data.iter::<f64>().next().unwrap_or(f64::NAN)
}

fn dot(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

fn norm(values: &[f64]) -> f64 {
    dot(values, values).sqrt()
}

/// The norm of all rows together, read back one by one.
fn norm_of(rows: impl IntoIterator<Item = Tensor<1>>) -> f64 {
    let squares = rows.into_iter().map(|row| {
        let row = values(row);
        dot(&row, &row)
    });
    squares.sum::<f64>().sqrt()
}

/// None where one of them is zero.
fn cosine(one: &[f64], other: &[f64]) -> Option<f64> {
    let lengths = norm(one) * norm(other);
    (lengths > 0.0).then(|| dot(one, other) / lengths)
}

/// ln Σ exp(z), without overflow.
fn log_of_sum(logits: &[f64]) -> f64 {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = logits.iter().map(|logit| (logit - largest).exp()).sum();
    largest + sum.ln()
}
