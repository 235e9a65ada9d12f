//! What a person may change while a run trains.

use layerwise_experiment::Experiment;
use serde::{Deserialize, Serialize};

use crate::{Changed, Target};

/// λ and the learning rate, both before their schedules.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Live {
    /// Of each boundary, from the first on; empty where nothing is cut (global BP).
    pub lambda: Vec<f64>,
    /// Of every module, before its factor.
    pub learning_rate: f64,
}

impl Live {
    /// As an experiment has them.
    pub fn of(experiment: &Experiment) -> Self {
        let modules = if experiment.method.kind.is_local() {
            experiment.module_count()
        } else {
            1
        };
        Self {
            lambda: (2..=modules)
                .map(|number| experiment.lambda_of(number))
                .collect(),
            learning_rate: experiment.optimizer.lr,
        }
    }

    /// The changes that lead from these settings to others of the same network. Boundaries that
    /// get one λ together are one change.
    pub fn diff(&self, to: &Self) -> Vec<Changed> {
        let both = (2..).zip(to.lambda.iter().copied().zip(&self.lambda));
        let mut changes: Vec<Changed> = both
            .filter(|(_, (new, old))| new != *old)
            .map(|(number, (lambda, _))| Changed::Lambda {
                target: Target::Module(number),
                lambda,
            })
            .collect();
        if let Some((&lambda, others)) = to.lambda.split_first()
            && others.iter().all(|other| *other == lambda)
            && (changes.len() > 1 || !changes.is_empty() && others.is_empty())
        {
            let target = Target::All;
            changes = vec![Changed::Lambda { target, lambda }];
        }
        let learning_rate = to.learning_rate;
        if learning_rate != self.learning_rate {
            changes.push(Changed::LearningRate { learning_rate });
        }
        changes
    }

    /// Makes a change. Returns whether there is what it is about.
    pub fn change(&mut self, what: Changed) -> bool {
        match what {
            Changed::Lambda {
                target: Target::All,
                lambda,
            } => self.lambda.fill(lambda),
            Changed::Lambda {
                target: Target::Module(number),
                lambda,
            } => {
                let boundary = number.checked_sub(2);
                match boundary.and_then(|at| self.lambda.get_mut(at)) {
                    Some(boundary) => *boundary = lambda,
                    None => return false,
                }
            }
            Changed::LearningRate { learning_rate } => self.learning_rate = learning_rate,
        }
        true
    }

    /// Gives them to an experiment of the same network: λ as the experiment's where all are the
    /// same.
    pub fn apply(&self, experiment: &mut Experiment) {
        experiment.set_lambdas(&self.lambda);
        experiment.optimizer.lr = self.learning_rate;
    }
}

/// Gives an experiment the live settings of another one of the same network, with λ of its own for
/// the same modules. Returns what that changes.
pub fn follow(told: &mut Experiment, edited: &Experiment) -> Vec<Changed> {
    let changes = Live::of(told).diff(&Live::of(edited));
    told.optimizer.lr = edited.optimizer.lr;
    told.method.lambda = edited.method.lambda;
    told.modules.clone_from(&edited.modules);
    changes
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::{Balance, MethodKind, preset};

    use super::*;

    fn digits() -> Experiment {
        preset("digits-mlp").unwrap().experiment().unwrap()
    }

    fn changes(from: &Experiment, to: &Experiment) -> Vec<Changed> {
        Live::of(from).diff(&Live::of(to))
    }

    fn lambda(target: Target, lambda: f64) -> Changed {
        Changed::Lambda { target, lambda }
    }

    #[test]
    fn a_moved_global_lambda_goes_to_all() {
        let run = digits();
        let mut edited = run.clone();
        edited.method.lambda = 2.0;
        assert_eq!(changes(&run, &edited), [lambda(Target::All, 2.0)]);
        assert_eq!(changes(&edited, &edited), []);
        edited.optimizer.lr = 0.5;
        let learning_rate = 0.5;
        assert_eq!(
            changes(&run, &edited),
            [
                lambda(Target::All, 2.0),
                Changed::LearningRate { learning_rate }
            ]
        );
    }

    #[test]
    fn modules_with_their_own_lambda_keep_it() {
        let mut run = digits();
        run.set_lambda_of(3, Some(0.5));
        let mut edited = run.clone();
        edited.method.lambda = 2.0;
        let found = changes(&run, &edited);
        assert_eq!(found.len(), 6);
        assert!(!found.contains(&lambda(Target::Module(3), 2.0)));
        edited = run.clone();
        edited.set_lambda_of(4, Some(1.0));
        assert_eq!(changes(&run, &edited), [lambda(Target::Module(4), 1.0)]);
        // One that takes the experiment's again is still one.
        edited = run.clone();
        edited.set_lambda_of(3, None);
        assert_eq!(changes(&run, &edited), [lambda(Target::Module(3), 0.1)]);
    }

    #[test]
    fn the_only_boundary_is_all() {
        let mut run = digits();
        run.split_into(2, Balance::Blocks);
        let mut edited = run.clone();
        edited.set_lambda_of(2, Some(3.0));
        assert_eq!(changes(&run, &edited), [lambda(Target::All, 3.0)]);
        run.method.kind = MethodKind::GlobalBp;
        edited.method.kind = MethodKind::GlobalBp;
        assert_eq!(changes(&run, &edited), []);
    }

    #[test]
    fn changes_lead_from_one_to_the_other() {
        let from = Live::of(&digits());
        let others = [
            Live {
                lambda: vec![2.0; 7],
                ..from.clone()
            },
            Live {
                lambda: vec![0.1, 0.1, 0.2, 0.1, 0.3, 0.1, 0.1],
                learning_rate: 0.25,
            },
        ];
        for other in others {
            let mut live = from.clone();
            for what in from.diff(&other) {
                assert!(live.change(what));
            }
            assert_eq!(live, other);
            let mut experiment = digits();
            other.apply(&mut experiment);
            assert_eq!(Live::of(&experiment), other);
        }
        let mut live = from.clone();
        assert!(!live.change(lambda(Target::Module(1), 2.0)));
        assert!(!live.change(lambda(Target::Module(9), 2.0)));
        assert_eq!(live, from);
    }

    #[test]
    fn who_follows_writes_lambda_as_it_is_written_there() {
        let (mut told, mut edited) = (digits(), digits());
        edited.method.lambda = 2.0;
        edited.set_lambda_of(3, Some(0.5));
        edited.optimizer.lr = 0.25;
        assert_eq!(follow(&mut told, &edited).len(), 8);
        assert_eq!(told, edited);
        // Settings that are there already are not written anew.
        Live::of(&edited).apply(&mut told);
        assert_eq!(told, edited);
    }
}
