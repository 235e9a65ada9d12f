//! What two experiments have in common: which differences a run follows while it trains, and
//! which it can take on from a checkpoint.

use super::{Checkpoints, DeviceChoice, Experiment, Measure, Method, MethodKind, Schedule, Split};

impl Experiment {
    /// Whether two experiments differ in nothing but λ, learning rate, name and description, which
    /// a run follows or does not care about.
    pub fn is_same_network(&self, other: &Self) -> bool {
        self == other || self.essence() == other.essence()
    }

    /// Whether a run of this experiment can go on as another one from a checkpoint: with another
    /// λ, learning rate, schedule, end, measurements or device, or with BP-free instead of local
    /// BP, but with the same network, data and kind of training.
    ///
    /// # Errors
    /// Says what else differs.
    pub fn check_fork(&self, into: &Self) -> Result<(), String> {
        let (mine, other) = (self.inheritance(), into.inheritance());
        if mine == other {
            return Ok(());
        }
        let text = |what: &Self| toml::Table::try_from(what).unwrap_or_default();
        let (mine, other) = (text(&mine), text(&other));
        let mut keys: Vec<&str> = mine
            .keys()
            .chain(other.keys())
            .map(String::as_str)
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys.retain(|key| mine.get(*key) != other.get(*key));
        Err(format!(
            "A fork trains the same network on the same data with another λ, learning rate, schedule or number of epochs, or BP-free instead of local BP. Here [{}] differs as well: take that back, or train anew",
            keys.join("], [")
        ))
    }

    /// λ of every module after the first, where all have the same.
    pub fn common_lambda(&self) -> Option<f64> {
        let mut lambdas = (2..=self.module_count()).map(|number| self.lambda_of(number));
        let first = lambdas.next().unwrap_or(self.method.lambda);
        lambdas.all(|lambda| lambda == first).then_some(first)
    }

    /// Gives every module after the first its λ: the experiment's where all are the same.
    pub fn set_lambdas(&mut self, lambdas: &[f64]) {
        let numbered = || (2..).zip(lambdas.iter().copied());
        if numbered().all(|(number, lambda)| self.lambda_of(number) == lambda) {
            return;
        }
        if let Some((first, rest)) = lambdas.split_first()
            && rest.iter().all(|lambda| lambda == first)
        {
            self.method.lambda = *first;
        }
        for (number, lambda) in numbered() {
            let own = (lambda != self.method.lambda).then_some(lambda);
            self.set_lambda_of(number, own);
        }
    }

    /// The experiment with everything taken out that a run follows live or does not care about.
    fn essence(&self) -> Self {
        let mut essence = self.clone();
        essence.name = String::new();
        essence.description = String::new();
        essence.method.lambda = 0.0;
        essence.optimizer.lr = 0.0;
        for number in 1..=essence.modules.len().max(essence.module_count()) {
            essence.set_lambda_of(number, None);
        }
        essence.split = Split {
            after: Some(self.split_points()),
            count: None,
            ..Default::default()
        };
        essence
    }

    /// What a fork has from the run that it goes on from.
    fn inheritance(&self) -> Self {
        let mut kept = self.essence();
        kept.method = Method {
            kind: match kept.method.kind {
                MethodKind::BpFree => MethodKind::LocalBp,
                kind => kind,
            },
            ..Method::default()
        };
        kept.schedule = Schedule::default();
        // The turns of greedy modules follow from the epochs.
        if !kept.method.kind.takes_turns() {
            kept.train.epochs = 0;
        }
        kept.measure = Measure::default();
        kept.checkpoints = Checkpoints::default();
        kept.device = DeviceChoice::default();
        kept.data.found = None;
        kept
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Balance, Block, Head, HeadKind, kind, preset};

    fn digits() -> Experiment {
        preset("digits-mlp").unwrap().experiment().unwrap()
    }

    #[test]
    fn lambda_learning_rate_and_name_do_not_make_another_network() {
        let run = digits();
        let mut edited = run.clone();
        edited.method.lambda = 2.0;
        edited.set_lambda_of(3, Some(0.5));
        edited.optimizer.lr = 0.1;
        edited.name = "other".to_owned();
        assert!(run.is_same_network(&edited));
        edited.split_into(8, Balance::Blocks);
        assert!(
            run.is_same_network(&edited),
            "the same cuts, written otherwise"
        );
        edited.toggle_cut(2);
        assert!(!run.is_same_network(&edited));
    }

    #[test]
    fn anything_else_does() {
        let run = digits();
        let changes: [fn(&mut Experiment); 6] = [
            |edited| edited.blocks.push(Block::Tanh(kind::Tanh {})),
            |edited| edited.seed = 1,
            |edited| edited.optimizer.momentum = 0.1,
            |edited| edited.data.test_fraction = 0.3,
            |edited| edited.train.epochs = 1,
            |edited| {
                edited.set_head_of(
                    2,
                    Some(Head {
                        kind: HeadKind::Linear,
                        ..Head::default()
                    }),
                );
            },
        ];
        for change in changes {
            let mut edited = run.clone();
            change(&mut edited);
            assert!(!run.is_same_network(&edited));
        }
    }

    #[test]
    fn a_fork_has_the_network_of_its_run() {
        let run = digits();
        let mut fork = run.clone();
        fork.method.lambda = 0.0;
        fork.method.kind = MethodKind::BpFree;
        fork.method.reconcile_every = 2;
        fork.optimizer.lr = 0.01;
        fork.train.epochs = 99;
        fork.measure.truth_every = 5;
        assert_eq!(run.check_fork(&fork), Ok(()));
        let changes: [fn(&mut Experiment) -> &'static str; 7] = [
            |fork| {
                fork.blocks.push(Block::Tanh(kind::Tanh {}));
                "[block]"
            },
            |fork| {
                fork.seed = 1;
                "[seed]"
            },
            |fork| {
                fork.method.kind = MethodKind::Greedy;
                "[method]"
            },
            |fork| {
                fork.train.batch_size = 7;
                "[train]"
            },
            |fork| {
                fork.train.drop_last = true;
                "[train]"
            },
            |fork| {
                fork.optimizer.decay_norms = false;
                "[optimizer]"
            },
            |fork| {
                fork.loss.smoothing = 0.1;
                "[loss]"
            },
        ];
        for change in changes {
            let mut other = fork.clone();
            let named = change(&mut other);
            let error = run.check_fork(&other).unwrap_err();
            assert!(error.contains(named), "{error}");
        }
    }

    #[test]
    fn lambdas_are_written_as_shortly_as_they_can() {
        let mut experiment = digits();
        experiment.set_lambda_of(3, Some(0.5));
        let before = experiment.clone();
        let lambdas: Vec<f64> = (2..=8).map(|number| experiment.lambda_of(number)).collect();
        experiment.set_lambdas(&lambdas);
        assert_eq!(experiment, before);
        experiment.set_lambdas(&[0.25; 7]);
        assert_eq!(experiment.method.lambda, 0.25);
        assert_eq!(experiment.modules, []);
        experiment.set_lambdas(&[0.25, 0.25, 1.0, 0.25, 0.25, 0.25, 0.25]);
        assert_eq!(experiment.method.lambda, 0.25);
        assert_eq!(experiment.lambda_of(4), 1.0);
        assert_eq!(experiment.modules.len(), 1);
    }
}
