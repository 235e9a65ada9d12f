//! Every block, head and loss against central differences, in double precision on the CPU. A
//! process of its own: the precision of a device is set once.

use std::sync::Once;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::{Device, FloatDType, Tensor, TensorData},
};
use layerwise::{
    block::{Draws, Dual},
    dataset::Samples,
    experiment::{
        Block, Experiment, Head, HeadKind, Init, ModuleSettings, NormOver, Position, Shape,
        Shortcut, Split,
    },
    local::{
        Batch, Learner, LocalModule, ModuleStep, Resident, cross_entropy, isolation_matrix,
        named_parameters, step_module,
    },
    rng::{Stream, rng},
};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const BATCH: usize = 5;
const STEP: f64 = 1e-5;

fn device() -> Device {
    static CONFIGURED: Once = Once::new();
    let mut device = Device::flex();
    CONFIGURED.call_once(|| device.configure(FloatDType::F64).unwrap());
    device.autodiff()
}

fn random(shape: [usize; 4], rng: &mut ChaCha8Rng, device: &Device) -> Tensor<4> {
    let values: Vec<f64> = (0..shape.iter().product())
        .map(|_| StandardNormal.sample(rng))
        .collect();
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn linear(out: usize) -> Block {
    Block::Linear {
        out,
        bias: true,
        init: Init::default(),
    }
}

fn conv(out: usize, stride: usize, dilation: usize, groups: usize) -> Block {
    Block::Conv2d {
        out,
        kernel: 3,
        stride,
        padding: 1,
        dilation,
        groups,
        bias: true,
        init: Init::default(),
    }
}

/// Two modules on 8×8 images: the first is small, the second is under test.
struct Case {
    second: LocalModule,
    batch: Batch,
    input: Tensor<4>,
    before: Tensor<4>,
}

fn experiment(image: bool, tested: &[Block], head: Head) -> Experiment {
    let mut blocks = if image {
        vec![conv(4, 2, 1, 1), Block::Tanh {}]
    } else {
        vec![Block::Flatten {}, linear(12), Block::Tanh {}]
    };
    let cut = blocks.len() - 1;
    blocks.extend_from_slice(tested);
    Experiment {
        blocks,
        head: PLAIN,
        modules: vec![ModuleSettings {
            number: 2,
            lambda: None,
            head: Some(head),
        }],
        split: Split {
            after: Some(vec![cut]),
            count: None,
        },
        seed: 11,
        ..Experiment::default()
    }
}

fn batch(device: &Device) -> Batch {
    let mut rng = rng(5, Stream::Data, 0);
    let samples = Samples {
        inputs: (0..BATCH * 64)
            .map(|_| StandardNormal.sample(&mut rng))
            .collect(),
        labels: (0..BATCH as u32).map(|sample| sample * 3 % 10).collect(),
    };
    let indices: Vec<u32> = (0..BATCH as u32).collect();
    Resident::new(&samples, Shape::Image([1, 8, 8]), 10, device).gather(&indices)
}

impl Case {
    fn new(image: bool, tested: &[Block], head: Head) -> Self {
        let device = device();
        let experiment = experiment(image, tested, head);
        assert_eq!(experiment.problems(), []);
        let mut modules = LocalModule::all(&experiment, &device).unwrap();
        let second = modules.pop().unwrap();
        let batch = batch(&device);
        let shape = if image {
            [BATCH, 4, 4, 4]
        } else {
            [BATCH, 12, 1, 1]
        };
        let mut rng = rng(6, Stream::Data, 0);
        Self {
            input: random(shape, &mut rng, &device),
            before: random(shape, &mut rng, &device).inner(),
            second,
            batch,
        }
    }

    fn draws() -> Draws {
        Draws::new(rng(9, Stream::Dropout, 0))
    }

    fn logits(&self, module: &LocalModule, x: Dual) -> (Tensor<2>, Option<Tensor<2>>) {
        let output = module.body(x, Some(&mut Self::draws()));
        module.head().unwrap().forward(output)
    }

    fn loss(&self, module: &LocalModule) -> f64 {
        let (logits, _) = self.logits(module, Dual::plain(self.input.clone()));
        cross_entropy(logits, self.batch.targets.clone()).into_scalar()
    }

    /// R from first principles: first-order gradients alone, no tangent.
    fn reconciliation(&self, module: &LocalModule) -> f64 {
        let input = self.input.clone().detach().require_grad();
        let (logits, _) = self.logits(module, Dual::plain(input.clone()));
        let gradients = cross_entropy(logits, self.batch.targets.clone()).backward();
        let asked = input.grad(&gradients).unwrap() * BATCH as f64;
        let difference = asked - self.before.clone();
        (difference.clone() * difference).sum().into_scalar::<f64>() / BATCH as f64
    }

    fn step(&self, lambda: f64) -> ModuleStep {
        step_module(
            &self.second,
            self.second.head().unwrap(),
            self.input.clone(),
            &self.batch,
            Some(self.before.clone()),
            lambda,
            true,
            &mut Self::draws(),
        )
    }

    /// Checks the tangent, ∇L and ∇R of the module against central differences.
    fn check(&self, name: &str) {
        self.check_tangent(name);
        let plain = self.step(0.0);
        let reconciled = self.step(1.0);
        let value = plain.alignment.as_ref().unwrap().reconciliation.clone();
        let direct = self.reconciliation(&self.second);
        close(&format!("{name}: R"), value.into_scalar(), direct, direct);

        let (mut loss_pairs, mut reconciliation_pairs) = (Vec::new(), Vec::new());
        for (id, count) in learnt(&self.second) {
            let of_loss = gradient(&self.second, &plain.gradients, id);
            let of_both = gradient(&self.second, &reconciled.gradients, id);
            for index in (0..count).step_by((count / 5).max(1)) {
                let at = |sign: f64| {
                    self.second.clone().map(&mut Shift {
                        id,
                        index,
                        by: sign * STEP,
                    })
                };
                let near = (at(1.0), at(-1.0));
                let far = (at(2.0), at(-2.0));
                // Central differences of fourth order.
                let slope = |f: &dyn Fn(&LocalModule) -> f64| {
                    (8.0 * (f(&near.0) - f(&near.1)) - (f(&far.0) - f(&far.1))) / (12.0 * STEP)
                };
                loss_pairs.push((of_loss[index], slope(&|m| self.loss(m))));
                reconciliation_pairs.push((
                    of_both[index] - of_loss[index],
                    slope(&|m| self.reconciliation(m)),
                ));
            }
        }
        assert!(!loss_pairs.is_empty());
        all_close(&format!("{name}: gradient of L"), &loss_pairs);
        all_close(&format!("{name}: gradient of R"), &reconciliation_pairs);
    }

    fn check_tangent(&self, name: &str) {
        let mut rng = rng(7, Stream::Data, 0);
        let direction = random(self.input.dims(), &mut rng, &device());
        let dual = Dual::along(self.input.clone(), direction.clone());
        let (value, tangent) = self.logits(&self.second, dual);
        let at = |sign: f64| {
            let x = self.input.clone() + direction.clone() * (sign * STEP);
            self.logits(&self.second, Dual::plain(x)).0
        };
        let slope = (at(1.0) - at(-1.0)) / (2.0 * STEP);
        let plain = self.logits(&self.second, Dual::plain(self.input.clone())).0;
        all_close(&format!("{name}: value"), &pairs(value, plain));
        all_close(&format!("{name}: tangent"), &pairs(tangent.unwrap(), slope));
    }
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn pairs(found: Tensor<2>, expected: Tensor<2>) -> Vec<(f64, f64)> {
    values(found).into_iter().zip(values(expected)).collect()
}

fn close(name: &str, found: f64, expected: f64, scale: f64) {
    assert!(
        (found - expected).abs() <= 1e-6 * scale.abs().max(1e-3),
        "{name}: {found} against {expected}"
    );
}

/// Compares on the scale of the largest value.
fn all_close(name: &str, pairs: &[(f64, f64)]) {
    let scale = pairs.iter().fold(0.0f64, |max, pair| max.max(pair.1.abs()));
    assert!(scale > 1e-6, "{name}: nothing but zeros to compare");
    for (found, expected) in pairs {
        close(name, *found, *expected, scale);
    }
}

/// Learnt parameters with their sizes.
fn learnt(module: &LocalModule) -> Vec<(ParamId, usize)> {
    struct Find(Vec<(ParamId, usize)>);
    impl ModuleVisitor for Find {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.is_require_grad() {
                self.0.push((param.id, param.val().shape().num_elements()));
            }
        }
    }
    let mut find = Find(Vec::new());
    module.visit(&mut find);
    find.0
}

fn gradient(module: &LocalModule, gradients: &GradientsParams, id: ParamId) -> Vec<f64> {
    struct Get<'a>(&'a GradientsParams, ParamId, Option<Vec<f64>>);
    impl ModuleVisitor for Get<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if param.id == self.1 {
                self.2 = self.0.get::<D>(param.id).map(values);
            }
        }
    }
    let mut get = Get(gradients, id, None);
    module.visit(&mut get);
    get.2.expect("a gradient for every learnt parameter")
}

/// Adds to one value of one parameter.
struct Shift {
    id: ParamId,
    index: usize,
    by: f64,
}

impl ModuleMapper for Shift {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        if param.id != self.id {
            return param;
        }
        let tensor = param.val();
        let shape: [usize; D] = tensor.dims();
        let mut data = values(tensor.inner());
        data[self.index] += self.by;
        Param::initialized(
            param.id,
            Tensor::<D>::from_data(TensorData::new(data, shape), &device()).require_grad(),
        )
    }
}

const PLAIN: Head = Head {
    kind: HeadKind::Linear,
    normalize: None,
    scale: 8.0,
};
const ETF: Head = Head {
    kind: HeadKind::Etf,
    normalize: None,
    scale: 8.0,
};

fn image(name: &str, tested: Block) {
    let blocks = [conv(12, 1, 1, 1), tested, conv(12, 1, 1, 1)];
    Case::new(true, &blocks, PLAIN).check(name);
}

fn flat(name: &str, tested: Block) {
    let blocks = [linear(12), tested, linear(12)];
    Case::new(false, &blocks, PLAIN).check(name);
}

#[test]
fn linear_and_flatten() {
    flat("linear", linear(16));
    Case::new(true, &[Block::Flatten {}, linear(12)], PLAIN).check("flatten");
}

#[test]
fn convolution() {
    for (stride, dilation, groups) in [(1, 1, 1), (2, 1, 1), (1, 2, 1), (1, 1, 4)] {
        image(
            &format!("convolution {stride} {dilation} {groups}"),
            conv(12, stride, dilation, groups),
        );
    }
}

#[test]
fn residual() {
    let init = Init::default();
    for shortcut in Shortcut::ALL {
        for (out, stride) in [(12, 1), (15, 2), (12, 2)] {
            image(
                &format!("residual basic {shortcut:?} {out} {stride}"),
                Block::ResidualBasic {
                    out,
                    stride,
                    shortcut,
                    init,
                },
            );
        }
        image(
            &format!("residual bottleneck {shortcut:?}"),
            Block::ResidualBottleneck {
                out: 16,
                width: 6,
                stride: 2,
                shortcut,
                init,
            },
        );
    }
}

#[test]
fn separable_convolution() {
    for (kernel, stride) in [(3, 1), (5, 2)] {
        image(
            &format!("separable convolution {kernel} {stride}"),
            Block::SeparableConv {
                out: 12,
                kernel,
                stride,
                init: Init::default(),
            },
        );
    }
}

#[test]
fn conv_next() {
    for drop_path in [0.0, 0.4] {
        image(
            &format!("ConvNeXt block {drop_path}"),
            Block::ConvNext {
                kernel: 3,
                mlp_ratio: 2.0,
                layer_scale: 0.5,
                drop_path,
                eps: 1e-6,
                init: Init::XavierUniform,
            },
        );
    }
}

/// A patch embedding, then `tested`, then what keeps heads from reading ReLU's corners.
fn tokens(name: &str, class_token: bool, tested: Block) {
    let blocks = [
        Block::PatchEmbedding {
            out: 12,
            patch: 1,
            class_token,
            init: Init::XavierUniform,
        },
        tested,
        Block::LayerNorm {
            eps: 1e-6,
            over: NormOver::Channels,
        },
    ];
    Case::new(true, &blocks, PLAIN).check(name);
}

#[test]
fn embeddings() {
    for position in Position::ALL {
        let block = Block::PositionEmbedding { position };
        tokens(&format!("embedding {position:?}"), false, block.clone());
        // A class token by itself sees nothing of the input.
        let embedding = Block::PatchEmbedding {
            out: 12,
            patch: 2,
            class_token: true,
            init: Init::XavierUniform,
        };
        let blocks = [embedding, block, encoder(0.0)];
        Case::new(true, &blocks, PLAIN).check(&format!("class token {position:?}"));
    }
}

fn encoder(dropout: f64) -> Block {
    Block::TransformerEncoder {
        heads: 3,
        mlp_ratio: 1.5,
        dropout,
        drop_path: dropout,
        eps: 1e-6,
        init: Init::XavierUniform,
    }
}

#[test]
fn transformer_encoder() {
    for class_token in [false, true] {
        for dropout in [0.0, 0.3] {
            let name = format!("transformer encoder {class_token} {dropout}");
            tokens(&name, class_token, encoder(dropout));
        }
    }
}

#[test]
fn swin_and_merging() {
    for (window, shift) in [(2, false), (2, true), (4, true)] {
        tokens(
            &format!("Swin block {window} {shift}"),
            false,
            Block::Swin {
                heads: 2,
                window,
                shift,
                mlp_ratio: 1.5,
                dropout: 0.0,
                drop_path: 0.2,
                eps: 1e-5,
                init: Init::XavierUniform,
            },
        );
    }
    tokens(
        "patch merging",
        false,
        Block::PatchMerging {
            eps: 1e-5,
            init: Init::XavierUniform,
        },
    );
}

#[test]
fn mlp_mixer() {
    for class_token in [false, true] {
        tokens(
            &format!("MLP-Mixer block {class_token}"),
            class_token,
            Block::MlpMixer {
                tokens_hidden: 7,
                channels_hidden: 9,
                dropout: 0.2,
                drop_path: 0.2,
                eps: 1e-6,
                init: Init::XavierUniform,
            },
        );
    }
}

#[test]
fn activations() {
    for block in [
        Block::Relu {},
        Block::LeakyRelu { slope: 0.1 },
        Block::Gelu {},
        Block::Silu {},
        Block::Tanh {},
    ] {
        flat(block.title(), block.clone());
        image(block.title(), block.clone());
    }
}

#[test]
fn normalization() {
    let eps = 1e-5;
    for block in [
        Block::BatchNorm { eps, momentum: 0.1 },
        Block::LayerNorm {
            eps,
            over: NormOver::Sample,
        },
        Block::GroupNorm { groups: 3, eps },
    ] {
        flat(block.title(), block.clone());
        image(block.title(), block.clone());
    }
    image(
        "layer norm over channels",
        Block::LayerNorm {
            eps,
            over: NormOver::Channels,
        },
    );
}

#[test]
fn pooling() {
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1)] {
        image(
            "max pooling",
            Block::MaxPool {
                kernel,
                stride,
                padding,
            },
        );
        image(
            "average pooling",
            Block::AvgPool {
                kernel,
                stride,
                padding,
            },
        );
    }
    let blocks = [conv(12, 1, 1, 1), Block::GlobalAvgPool {}, linear(12)];
    Case::new(true, &blocks, PLAIN).check("global average pooling");
}

#[test]
fn dropout_uses_one_mask() {
    flat("dropout", Block::Dropout { p: 0.4 });
    image("dropout", Block::Dropout { p: 0.4 });
}

#[test]
fn heads_above_convolutions_with_batch_norm() {
    for kind in HeadKind::ALL {
        for normalize in [true, false] {
            let head = Head {
                kind,
                normalize: Some(normalize),
                scale: 8.0,
            };
            let blocks = [
                conv(8, 1, 1, 1),
                Block::BatchNorm {
                    eps: 1e-5,
                    momentum: 0.1,
                },
                Block::Relu {},
                Block::MaxPool {
                    kernel: 2,
                    stride: 2,
                    padding: 0,
                },
                conv(12, 1, 1, 1),
                Block::Gelu {},
            ];
            Case::new(true, &blocks, head).check(&format!("{kind:?} head, normalise {normalize}"));
        }
    }
}

#[test]
fn running_statistics_move_once_in_a_step_that_reconciles() {
    let blocks = [
        linear(12),
        Block::BatchNorm {
            eps: 1e-5,
            momentum: 0.1,
        },
        linear(12),
    ];
    let case = Case::new(false, &blocks, PLAIN);
    let evaluate = |module: &LocalModule| {
        let output = module.body(Dual::plain(case.input.clone()), None).value;
        values(output)
    };
    let moved = |lambda: f64| {
        let mut draws = Case::draws();
        let mut module = case.second.clone();
        step_module(
            &module,
            module.head().unwrap(),
            case.input.clone(),
            &case.batch,
            Some(case.before.clone()),
            lambda,
            true,
            &mut draws,
        );
        module.absorb(&mut draws);
        evaluate(&module)
    };
    assert_eq!(moved(0.0), moved(1.0));
    assert_ne!(moved(0.0), evaluate(&case.second));
}

#[test]
fn no_gradient_crosses_a_split() {
    for head in [PLAIN, ETF] {
        let device = device();
        let mut experiment = experiment(false, &[linear(12), Block::Tanh {}, linear(12)], head);
        experiment.split.after = Some(vec![2, 4]);
        experiment.modules.clear();
        experiment.head = head;
        let modules = LocalModule::all(&experiment, &device).unwrap();
        let matrix = isolation_matrix(&modules, &batch(&device));
        for (row, norms) in matrix.iter().enumerate() {
            for (column, norm) in norms.iter().enumerate() {
                if row == column {
                    assert!(*norm > 0.0, "module {row} learns");
                } else {
                    assert_eq!(*norm, 0.0, "module {row} from loss {column}");
                }
            }
        }
    }
}

/// Gradients of every module in one step of an experiment, as the learner applies them.
fn applied(experiment: &Experiment, lambda: f64) -> Vec<Vec<TensorData>> {
    let device = device();
    let mut learner = Learner::new(experiment, &device).unwrap();
    let mut gradients = Vec::new();
    let lambda = vec![lambda; experiment.module_count() - 1];
    learner.step(&batch(&device), 0, 0.1, &lambda, true, &mut |seen| {
        let named = named_parameters(seen.module, Some(seen.gradients));
        gradients.push(named.into_iter().map(|named| named.data).collect());
    });
    gradients
}

#[test]
fn a_step_asks_nothing_of_later_modules() {
    let mut experiment = experiment(false, &[linear(12), Block::Tanh {}, linear(12)], ETF);
    experiment.split.after = Some(vec![2, 4]);
    experiment.modules.clear();
    experiment.head = ETF;
    for lambda in [0.0, 0.5] {
        let all = applied(&experiment, lambda);
        assert_eq!(all.len(), 3);
        for changed in 1..=3 {
            let mut other = experiment.clone();
            other.set_head_of(changed, Some(PLAIN));
            let others = applied(&other, lambda);
            for number in 1..=3 {
                let same = all.get(number - 1) == others.get(number - 1);
                // A head reaches its own module and, through reconciliation, the next one.
                let reaches = number == changed || (lambda > 0.0 && number == changed + 1);
                assert_eq!(
                    same, !reaches,
                    "λ {lambda}: head {changed}, module {number}"
                );
            }
        }
    }
}
