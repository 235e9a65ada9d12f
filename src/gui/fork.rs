//! Branches of a run: from a checkpoint it goes on more than once, each time otherwise.

use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
};

use eframe::egui::{Button, ComboBox, DragValue, Grid, RichText, Ui, vec2};
use layerwise_experiment::{Experiment, Optimizer, Train};
use layerwise_study::{Live, Progress, checkpoints};

use super::{
    dialog::kit::{buttons_right, primary},
    theme,
    widget::{lambda_slider, number, number_row},
};

/// Most branches of one fork.
const MAX_BRANCHES: usize = 4;
/// λ of the second branch where the first has none.
const OTHER_LAMBDA: f64 = 0.1;

/// What tells a branch from others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Branch {
    /// λ of every module after the first; none leaves several of them as they are.
    lambda: Option<f64>,
    learning_rate: f64,
}

/// Branches that wait for their turn.
#[derive(Clone, Debug, PartialEq)]
pub struct Branches {
    from: PathBuf,
    step: usize,
    experiments: VecDeque<Experiment>,
}

impl Branches {
    /// The run that they branch off from.
    pub fn from(&self) -> &Path {
        &self.from
    }

    /// The step of its checkpoint.
    pub fn step(&self) -> usize {
        self.step
    }

    /// How many still wait.
    pub fn left(&self) -> usize {
        self.experiments.len()
    }

    /// The next one, which then waits no more.
    pub fn pop(&mut self) -> Option<Experiment> {
        self.experiments.pop_front()
    }
}

/// What was decided.
pub enum Asked {
    Train(Branches),
    Cancel,
}

/// The question how a run shall branch.
pub struct ForkDialog {
    from: PathBuf,
    /// What the run trains.
    experiment: Experiment,
    /// Steps with a checkpoint, the newest first.
    steps: Vec<usize>,
    step: usize,
    steps_per_epoch: usize,
    /// Steps of all epochs that the run was to train.
    total_steps: usize,
    epochs: usize,
    branches: Vec<Branch>,
}

impl ForkDialog {
    /// Asks about the run recorded in `from`, which trains `experiment`.
    ///
    /// # Errors
    /// Where it has no checkpoint, or never began.
    pub fn new(
        from: PathBuf,
        experiment: Experiment,
        progress: &Progress,
        epochs: usize,
    ) -> Result<Self, String> {
        let steps_per_epoch = progress.steps_per_epoch;
        if steps_per_epoch == 0 {
            return Err(
                "The run has not begun to train: mend what keeps it from that first".to_owned(),
            );
        }
        let steps = checkpoints(&from);
        let end = if experiment.method.kind.takes_turns() {
            progress.total_steps
        } else {
            epochs.saturating_mul(steps_per_epoch)
        };
        let early = steps.iter().find(|step| **step < end);
        let step = *early.or(steps.first()).ok_or_else(|| {
            format!(
                "{} holds no checkpoint yet: train to the end of an epoch, or pause",
                from.display()
            )
        })?;
        let branch = |lambda| Branch {
            lambda,
            learning_rate: experiment.optimizer.lr,
        };
        let lambda = experiment.common_lambda();
        let mut branches = vec![branch(lambda)];
        if experiment.method.kind.reconciles() {
            let other = match lambda {
                Some(0.0) => OTHER_LAMBDA,
                _ => 0.0,
            };
            branches.push(branch(Some(other)));
        }
        Ok(Self {
            from,
            experiment,
            steps,
            step,
            steps_per_epoch,
            total_steps: progress.total_steps,
            epochs,
            branches,
        })
    }

    /// Draws the question.
    pub fn show(&mut self, ui: &mut Ui) -> Option<Asked> {
        ui.label(
            "Every branch goes on from the same weights, optimiser states, data order and random draws. The run so far stays as it is and is drawn beside its branches.",
        );
        ui.add_space(theme::SMALL_GAP);
        self.fields(ui);
        ui.add_space(theme::SMALL_GAP);
        self.rows(ui);
        let trouble = self.trouble();
        if let Some(trouble) = &trouble {
            ui.label(RichText::new(trouble).color(theme::error_color(ui.visuals())));
        }
        ui.add_space(theme::GAP);
        let mut asked = None;
        ui.horizontal(|ui| {
            let room = self.branches.len() < MAX_BRANCHES;
            let more = ui
                .add_enabled(room, Button::new("Add a branch"))
                .on_disabled_hover_text(format!("A fork has at most {MAX_BRANCHES} branches"));
            if more.clicked()
                && let Some(last) = self.branches.last().copied()
            {
                self.branches.push(last);
            }
            buttons_right(ui, |ui| {
                let words = match self.branches.len() {
                    1 => "Train the branch".to_owned(),
                    count => format!("Train {count} branches"),
                };
                let button = ui
                    .add_enabled(trouble.is_none(), primary(ui, &words))
                    .on_hover_text("One after the other");
                if button.clicked() {
                    asked = Some(Asked::Train(self.plan()));
                }
                if ui.button("Cancel").clicked() {
                    asked = Some(Asked::Cancel);
                }
            });
        });
        asked
    }

    fn fields(&mut self, ui: &mut Ui) {
        let words = |step: usize, per_epoch: usize| {
            let epoch = step as f64 / per_epoch.max(1) as f64;
            format!("step {step}, epoch {epoch:.1}")
        };
        Grid::new("fork").num_columns(2).show(ui, |ui| {
            let label = ui.label("Checkpoint after").id;
            ComboBox::from_id_salt("checkpoint")
                .selected_text(words(self.step, self.steps_per_epoch))
                .width(160.0)
                .show_ui(ui, |ui| {
                    for &step in &self.steps {
                        let text = words(step, self.steps_per_epoch);
                        ui.selectable_value(&mut self.step, step, text);
                    }
                })
                .response
                .labelled_by(label);
            ui.end_row();
            if !self.experiment.method.kind.takes_turns() {
                number_row(
                    ui,
                    "Epochs in all",
                    &mut self.epochs,
                    Train::EPOCHS.ends(),
                    0.1,
                );
            }
        });
    }

    fn rows(&mut self, ui: &mut Ui) {
        let reconciles = self.experiment.method.kind.reconciles();
        let alone = self.branches.len() == 1;
        let mut removed = None;
        for (at, branch) in self.branches.iter_mut().enumerate() {
            ui.push_id(at, |ui| {
                ui.horizontal(|ui| {
                    ui.strong(format!("{}", at + 1));
                    match &mut branch.lambda {
                        Some(lambda) if reconciles => {
                            ui.allocate_ui(vec2(200.0, 20.0), |ui| {
                                lambda_slider(ui, lambda, "λ");
                            });
                        }
                        None if reconciles => {
                            ui.label("Several λ, as in the run");
                            if ui.button("Set one").clicked() {
                                branch.lambda = Some(self.experiment.method.lambda);
                            }
                        }
                        _ => {}
                    }
                    let name = ui.label("Learning rate").id;
                    let speed = 0.01 * branch.learning_rate;
                    ui.add(
                        DragValue::new(&mut branch.learning_rate)
                            .range(Optimizer::LEARNING_RATE.ends())
                            .speed(speed)
                            .custom_formatter(|value, _| number(value))
                            .update_while_editing(false),
                    )
                    .labelled_by(name);
                    let button = ui
                        .add_enabled(!alone, Button::new("Remove").small())
                        .on_disabled_hover_text("A fork has at least one branch");
                    if button.clicked() {
                        removed = Some(at);
                    }
                });
            });
        }
        if let Some(at) = removed {
            self.branches.remove(at);
        }
    }

    /// Why the branches cannot be trained.
    pub fn trouble(&self) -> Option<String> {
        let step = self.step;
        if self.experiment.method.kind.takes_turns() {
            if step >= self.total_steps {
                return Some(format!(
                    "Nothing is left to train after step {step}: choose an earlier checkpoint"
                ));
            }
        } else if step >= self.epochs.saturating_mul(self.steps_per_epoch) {
            return Some(format!(
                "Nothing is left to train after step {step}: raise the epochs or choose an earlier checkpoint"
            ));
        }
        let fork = (0..self.branches.len()).filter_map(|at| self.experiment_of(at));
        fork.flat_map(|fork| {
            let other = self.experiment.check_fork(&fork).err();
            other.or_else(|| fork.problems().first().map(ToString::to_string))
        })
        .next()
    }

    fn experiment_of(&self, branch: usize) -> Option<Experiment> {
        let branch = self.branches.get(branch)?;
        let mut experiment = self.experiment.clone();
        experiment.train.epochs = self.epochs;
        let mut live = Live::of(&experiment);
        live.learning_rate = branch.learning_rate;
        if let Some(lambda) = branch.lambda {
            live.lambda.fill(lambda);
        }
        live.apply(&mut experiment);
        Some(experiment)
    }

    /// The branches, in the order of their rows.
    pub fn plan(&self) -> Branches {
        Branches {
            from: self.from.clone(),
            step: self.step,
            experiments: (0..self.branches.len())
                .filter_map(|at| self.experiment_of(at))
                .collect(),
        }
    }
}
