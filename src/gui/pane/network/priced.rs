//! What the network costs, worked out again only when the experiment changes.

use std::rc::Rc;

use layerwise_experiment::{Balance, Costs, Experiment};

/// Costs of an experiment, and whether its cuts are balanced.
pub struct Priced {
    experiment: Experiment,
    balance: Balance,
    pub costs: Costs,
    pub is_balanced: bool,
}

/// The costs seen last.
#[derive(Default)]
pub(super) struct Prices(Option<Rc<Priced>>);

impl Prices {
    /// What an experiment costs, and whether its cuts are those of a split balanced by `balance`.
    pub fn of(&mut self, experiment: &Experiment, balance: Balance) -> Rc<Priced> {
        if let Some(priced) = &self.0
            && priced.balance == balance
            && priced.experiment == *experiment
        {
            return Rc::clone(priced);
        }
        let priced = Rc::new(Priced {
            costs: experiment.costs(),
            is_balanced: !experiment.blocks.is_empty() && experiment.is_balanced(balance),
            experiment: experiment.clone(),
            balance,
        });
        self.0 = Some(Rc::clone(&priced));
        priced
    }
}

#[cfg(test)]
mod tests {
    use layerwise_experiment::preset;

    use super::*;

    #[test]
    fn costs_follow_the_experiment() {
        let mut experiment = preset("resnet32").unwrap().experiment().unwrap();
        let mut prices = Prices::default();
        let first = prices.of(&experiment, Balance::Blocks);
        assert!(Rc::ptr_eq(&first, &prices.of(&experiment, Balance::Blocks)));
        experiment.train.batch_size *= 2;
        let second = prices.of(&experiment, Balance::Blocks);
        assert!(second.costs.step.unwrap().held > first.costs.step.unwrap().held);
        experiment.split_into(4, Balance::Memory);
        assert!(prices.of(&experiment, Balance::Memory).is_balanced);
        experiment.toggle_cut(0);
        assert!(!prices.of(&experiment, Balance::Memory).is_balanced);
    }
}
