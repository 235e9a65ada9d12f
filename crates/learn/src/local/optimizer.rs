//! The optimiser of a module.

use burn::{
    module::{Module, ModuleVisitor, Param, ParamGroup},
    optim::{
        self, AdamConfig, AdamWConfig, ModuleOptimizer, SgdConfig, decay::WeightDecayConfig,
        momentum::MomentumConfig,
    },
    tensor::Tensor,
};
use layerwise_experiment::{Optimizer, OptimizerKind};

use super::module::LocalModule;

/// An optimiser for the parameters of a module.
pub(super) fn optimizer(settings: &Optimizer, module: &LocalModule) -> ModuleOptimizer {
    let penalty = |decay: f64| (decay > 0.0).then(|| WeightDecayConfig::new(decay as f32));
    match settings.kind {
        OptimizerKind::Sgd => {
            let momentum = (settings.momentum > 0.0).then(|| {
                MomentumConfig::new()
                    .with_momentum(settings.momentum)
                    .with_dampening(0.0)
                    .with_nesterov(settings.nesterov)
            });
            in_groups(settings, module, |decay| {
                SgdConfig::new()
                    .with_momentum(momentum.clone())
                    .with_weight_decay(penalty(decay))
                    .build()
            })
        }
        OptimizerKind::Adam => in_groups(settings, module, |decay| {
            AdamConfig::new()
                .with_beta_1(settings.beta1 as f32)
                .with_beta_2(settings.beta2 as f32)
                .with_epsilon(settings.eps as f32)
                .with_weight_decay(penalty(decay))
                .build()
        }),
        OptimizerKind::Adamw => in_groups(settings, module, |decay| {
            AdamWConfig::new()
                .with_beta_1(settings.beta1 as f32)
                .with_beta_2(settings.beta2 as f32)
                .with_epsilon(settings.eps as f32)
                .with_weight_decay(decay as f32)
                .build()
        }),
    }
}

/// An optimiser that `of` makes for a weight decay: one for all parameters, or another one for
/// those that are not to decay. Groups go by the paths of parameters, which a checkpoint keeps.
fn in_groups<O: optim::Optimizer>(
    settings: &Optimizer,
    module: &LocalModule,
    of: impl Fn(f64) -> O,
) -> ModuleOptimizer {
    let all = ModuleOptimizer::from(of(settings.weight_decay));
    if settings.decay_norms {
        return all;
    }
    let spared = ParamGroup::from_paths(no_matrices(module));
    all.with_group(spared, of(0.0), None)
}

/// Paths of the parameters that are no matrix or kernel of a linear or convolution layer.
fn no_matrices(module: &LocalModule) -> Vec<String> {
    #[derive(Default)]
    struct Paths {
        path: Vec<String>,
        found: Vec<String>,
    }
    impl ModuleVisitor for Paths {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.push(name.to_owned());
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.pop();
        }
        fn visit_float<const D: usize>(&mut self, _param: &Param<Tensor<D>>) {
            let is_bias = self.path.last().is_some_and(|it| it.starts_with("bias"));
            let is_place = self.path.iter().any(|part| part == "PositionEmbedding");
            if D <= 1 || is_bias || is_place {
                self.found.push(self.path.join("."));
            }
        }
    }
    let mut paths = Paths::default();
    module.visit(&mut paths);
    paths.found
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet, HashMap};

    use burn::{optim::GradientsParams, tensor::Device};
    use layerwise_experiment::{Block, Experiment, Head, HeadKind, Loss, MethodKind};

    use super::*;
    use crate::local::{learner::moved, named_parameters, parameter_shapes, replace_parameters};

    const START: f64 = 0.5;
    const GRADIENT: f64 = 0.25;
    const RATE: f64 = 0.1;
    const DECAY: f64 = 0.3;

    /// Blocks on images of digits.
    fn blocks(text: &str) -> Vec<Block> {
        let of = |line: &str| toml::from_str(&line.replace(", ", "\n")).unwrap();
        text.trim().lines().map(|line| of(line.trim())).collect()
    }

    fn experiment(text: &str) -> Experiment {
        Experiment {
            blocks: blocks(text),
            head: Head {
                kind: HeadKind::Linear,
                ..Head::default()
            },
            ..Experiment::default()
        }
    }

    /// Every parameter after one step, where all values start at the same number and all
    /// gradients are the same.
    fn stepped(experiment: &Experiment) -> BTreeMap<String, f64> {
        struct Same(GradientsParams);
        impl ModuleVisitor for Same {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                let gradient = param.val().inner().ones_like() * GRADIENT;
                self.0.register(param.id, gradient);
            }
        }
        assert_eq!(experiment.problems(), []);
        let kind = experiment.method.kind;
        let device = match kind {
            MethodKind::BpFree => Device::flex(),
            MethodKind::LocalBp | MethodKind::Greedy | MethodKind::GlobalBp => {
                Device::flex().autodiff()
            }
        };
        let module = LocalModule::all(experiment, &device).unwrap().remove(0);
        let shapes: HashMap<_, _> = parameter_shapes(&module).into_iter().collect();
        let count = |name: &str| shapes[name].iter().product::<usize>();
        let module =
            replace_parameters(module, &mut |name| Ok(Some(vec![START; count(name)]))).unwrap();
        let mut gradients = Same(GradientsParams::new());
        module.visit(&mut gradients);
        let mut optimizer = optimizer(&experiment.optimizer, &module);
        let after = moved(kind, &mut optimizer, module, gradients.0, RATE);
        let named = named_parameters(&after, None).into_iter();
        let learnt = named.filter(|named| !named.name.contains("running"));
        learnt
            .map(|named| (named.name, named.data.iter::<f64>().next().unwrap()))
            .collect()
    }

    /// The parameters that weight decay moves.
    fn decaying(experiment: &mut Experiment) -> BTreeSet<String> {
        experiment.optimizer.decay_norms = false;
        experiment.optimizer.weight_decay = 0.0;
        let without = stepped(experiment);
        experiment.optimizer.weight_decay = DECAY;
        let with = stepped(experiment);
        let pairs = without.into_iter().zip(with.into_values());
        pairs
            .filter(|((_, without), with)| without != with)
            .map(|((name, _), _)| name)
            .collect()
    }

    #[test]
    fn one_step_by_hand_with_and_without_decay_of_norms() {
        let mut experiment = experiment(
            "kind = 'flatten'
             kind = 'linear', out = 12
             kind = 'batch-norm'",
        );
        experiment.optimizer.weight_decay = DECAY;
        // So large that the first step of Adam shows the size of the gradient.
        experiment.optimizer.eps = 1.0;
        let with_decay = GRADIENT + DECAY * START;
        for kind in OptimizerKind::ALL {
            let [decayed, spared] = match kind {
                OptimizerKind::Sgd => [with_decay, GRADIENT].map(|g| START - RATE * g),
                OptimizerKind::Adam => [with_decay, GRADIENT].map(|g| START - RATE * g / (g + 1.0)),
                OptimizerKind::Adamw => {
                    let update = RATE * GRADIENT / (GRADIENT + 1.0);
                    [START * (1.0 - RATE * DECAY) - update, START - update]
                }
            };
            for method in [MethodKind::LocalBp, MethodKind::BpFree] {
                for decay_norms in [true, false] {
                    experiment.optimizer.kind = kind;
                    experiment.optimizer.decay_norms = decay_norms;
                    experiment.method.kind = method;
                    let found = stepped(&experiment);
                    let of_others = if decay_norms { decayed } else { spared };
                    for (name, expected) in [
                        ("block.1.weight", decayed),
                        ("block.1.bias", of_others),
                        ("block.2.weight", of_others),
                        ("block.2.bias", of_others),
                        ("head.weight", decayed),
                        ("head.bias", of_others),
                    ] {
                        assert!(
                            (found[name] - expected).abs() < 1e-6,
                            "{kind:?} {method:?} {decay_norms} {name}: {} {expected}",
                            found[name]
                        );
                    }
                    assert_eq!(found.len(), 6);
                }
            }
        }
    }

    #[test]
    fn matrices_and_kernels_decay_alone() {
        let mut images = experiment(
            "kind = 'conv2d', out = 12, kernel = 3, padding = 1
             kind = 'group-norm', groups = 3
             kind = 'layer-norm'
             kind = 'residual-basic', out = 12
             kind = 'separable-conv', out = 12
             kind = 'conv-next', layer_scale = 1.0",
        );
        images.head.kind = HeadKind::Conv;
        images.set_loss_of(
            1,
            Some(Loss {
                kind: layerwise_experiment::LossKind::PredSim,
                reconstruction: 1.0,
                ..Loss::default()
            }),
        );
        let of_images = [
            "block.0.weight",
            "block.3.first.conv.weight",
            "block.3.second.conv.weight",
            "block.4.depthwise.conv.weight",
            "block.4.pointwise.conv.weight",
            "block.5.depthwise.weight",
            "block.5.mlp.first.weight",
            "block.5.mlp.second.weight",
            "decoder.conv.conv.weight",
            "decoder.output.weight",
            "head.conv.conv.weight",
            "head.hidden.weight",
            "head.output.weight",
            "similarity.conv.weight",
        ];
        assert_eq!(decaying(&mut images), of_images.map(str::to_owned).into());

        let mut tokens = experiment(
            "kind = 'patch-embedding', out = 12, patch = 2, class_token = true
             kind = 'position-embedding'
             kind = 'transformer-encoder', heads = 2
             kind = 'mlp-mixer', tokens_hidden = 5, channels_hidden = 6",
        );
        let of_tokens = [
            "block.0.conv.weight",
            "block.2.attention.out.weight",
            "block.2.attention.qkv.weight",
            "block.2.mlp.first.weight",
            "block.2.mlp.second.weight",
            "block.3.channels.first.weight",
            "block.3.channels.second.weight",
            "block.3.tokens.first.weight",
            "block.3.tokens.second.weight",
            "head.weight",
        ];
        assert_eq!(decaying(&mut tokens), of_tokens.map(str::to_owned).into());

        let mut windows = experiment(
            "kind = 'patch-embedding', out = 12, patch = 2
             kind = 'swin', heads = 2, window = 2
             kind = 'patch-merging'",
        );
        windows.head.kind = HeadKind::PooledMlp;
        let found = decaying(&mut windows);
        let of_windows = [
            "block.0.conv.weight",
            "block.1.attention.out.weight",
            "block.1.attention.qkv.weight",
            "block.1.mlp.first.weight",
            "block.1.mlp.second.weight",
            "block.2.reduction.weight",
        ];
        let blocks = found.iter().filter(|name| name.starts_with("block"));
        assert_eq!(blocks.collect::<Vec<_>>(), of_windows.each_ref());
        assert_eq!(found.len(), of_windows.len() + 6);
    }
}
