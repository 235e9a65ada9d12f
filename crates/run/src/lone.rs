//! Batches of one sample, of which batch norm has no statistics.

use layerwise_dataset::Schedule;
use layerwise_experiment::Experiment;

/// Warns of a batch of one sample under batch norm, and says how to do without it.
pub(super) fn warning(experiment: &Experiment, schedule: &Schedule) -> Option<String> {
    if schedule.smallest_batch() != 1 {
        return None;
    }
    let place = experiment.first_batch_norm()?;
    let (batch, cure) = match schedule.batch_size.min(schedule.samples.len()) {
        1 => (
            "Every batch",
            "choose a larger batch, or layer norm or group norm instead",
        ),
        _ => (
            "The last batch of each epoch",
            "set train.drop_last = true to leave that batch out, or choose another batch size",
        ),
    };
    Some(format!(
        "{batch} has one sample, which the batch norm of {place} takes mean and variance of alone: {cure}"
    ))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use layerwise_dataset::{Part, Samples, Store};
    use layerwise_experiment::{Block, HeadKind, MethodKind, Shape};
    use layerwise_learn::local::LocalModule;

    use super::*;

    fn told(experiment: &Experiment, count: usize) -> Option<String> {
        let part = Part {
            store: Store::Values(vec![0.0; count]),
            labels: vec![0; count],
        };
        let samples = Samples::all(part, Shape::Flat(1));
        warning(experiment, &Schedule::new(samples, experiment))
    }

    /// Three modules of a convolution each, with keys set.
    fn experiment(assignments: &[&str]) -> Experiment {
        let block = "[[block]]\nkind = \"conv2d\"\nout = 16\nkernel = 3\npadding = 1\n";
        let text = format!(
            "version = 1\n[data]\nkind = \"digits\"\n[split]\ncount = 3\n{}",
            block.repeat(3)
        );
        let assignments: Vec<String> = assignments.iter().map(|it| (*it).to_owned()).collect();
        Experiment::from_toml(&text, "three.toml", &assignments).unwrap()
    }

    #[test]
    fn one_sample_under_batch_norm_is_warned_of_with_its_cure() {
        let of = |keys: &[&str], count| told(&experiment(keys), count);
        assert_eq!(of(&["head.kind=conv"], 128), None);
        assert_eq!(of(&["head.kind=conv"], 130), None);
        assert_eq!(of(&[], 129), None);
        assert_eq!(
            of(&["head.kind=conv"], 129).unwrap(),
            "The last batch of each epoch has one sample, which the batch norm of the head of module 1 takes mean and variance of alone: set train.drop_last = true to leave that batch out, or choose another batch size"
        );
        assert_eq!(of(&["head.kind=conv", "train.drop_last=true"], 129), None);
        for (keys, count) in [
            (&["head.kind=conv", "train.batch_size=1"][..], 129),
            (&["head.kind=conv", "train.drop_last=true"], 1),
        ] {
            let message = of(keys, count).unwrap();
            assert!(message.starts_with("Every batch"), "{message}");
        }
    }

    #[test]
    fn the_first_batch_norm_that_trains_is_named() {
        let place = |experiment: &Experiment| experiment.first_batch_norm();
        let mut frozen = experiment(&["loss.reconstruction=1"]);
        let of_module = |number: usize| Some(format!("the decoder of module {number}"));
        assert_eq!(place(&frozen), of_module(1));
        frozen.set_frozen(1, true);
        assert_eq!(place(&frozen), of_module(2));
        frozen.method.kind = MethodKind::GlobalBp;
        assert_eq!(place(&frozen), None);
        let mut block = experiment(&["loss.reconstruction=1"]);
        let norm = toml::from_str("kind = \"batch-norm\"").unwrap();
        block.insert_block(1, norm);
        assert_eq!(place(&block).unwrap(), "block 1");
    }

    #[test]
    fn nothing_else_has_running_statistics() {
        let mut seen = 0;
        let mut check = |experiment: &Experiment| {
            if !experiment.problems().is_empty() {
                return;
            }
            let modules = LocalModule::all(experiment, &Device::flex()).unwrap();
            let has = |module: &LocalModule| !module.running_statistics().is_empty();
            let expected = modules.iter().any(has);
            assert_eq!(experiment.first_batch_norm().is_some(), expected);
            seen += 1;
        };
        for block in Block::palette() {
            let mut tested = experiment(&[]);
            tested.insert_block(1, block);
            check(&tested);
        }
        for kind in HeadKind::ALL {
            let mut tested = experiment(&[]);
            tested.head.kind = kind;
            check(&tested);
        }
        assert!(seen >= 20, "{seen}");
    }
}
