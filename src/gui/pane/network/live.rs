//! What the run says of each module right now.

use layerwise_study::history::History;

/// What the run says of a module right now, for its head card.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModuleLive {
    /// L_k.
    pub loss: f32,
    /// Share of test samples classified correctly, in [0, 1]; none where the loss scores no
    /// classes.
    pub test_accuracy: Option<f32>,
    /// Share of test samples whose nearest class mean is of their class, in [0, 1].
    pub class_mean_accuracy: Option<f32>,
    /// Whether the loss stayed above that of guessing, ln C.
    pub worse_than_guessing: bool,
}

impl ModuleLive {
    /// One entry for each of so many modules that has a loss; under global BP one, the last
    /// module's.
    pub fn of(history: &History, modules: usize) -> Vec<Self> {
        let losses = history.newest().map_or(&[][..], |record| &record.loss);
        let evaluation = history.evaluations().last();
        let state = |number: usize, loss: f32| {
            let evaluated = evaluation.and_then(|evaluation| {
                let mut modules = evaluation.modules.iter();
                modules.find(|module| module.number == number)
            });
            Self {
                loss,
                test_accuracy: evaluated.and_then(|module| module.test_accuracy),
                class_mean_accuracy: evaluated
                    .map(|module| module.separability.class_mean_accuracy)
                    .filter(|share| share.is_finite()),
                worse_than_guessing: evaluated.is_some_and(|module| module.worse_than_guessing),
            }
        };
        // Under global BP there is one loss, the last module's.
        let first = (modules + 1).saturating_sub(losses.len()).max(1);
        let numbered = (first..).zip(losses);
        numbered
            .map(|(number, loss)| state(number, *loss))
            .collect()
    }
}
