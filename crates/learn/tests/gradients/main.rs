//! Every block, head and loss against central differences, in double precision on the CPU. A
//! process of its own: the precision of a device is set once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panics"
)]

mod closed;
mod corners;
mod inspect;
mod truth;

use std::sync::Once;

use burn::{
    module::{Module, ModuleMapper, ModuleVisitor, Param, ParamId},
    optim::GradientsParams,
    tensor::{Device, FloatDType, Tensor, TensorData},
};
use layerwise_dataset::{Part, Samples, Store};
use layerwise_experiment::{
    Block, Experiment, Head, HeadKind, Init, Loss, LossKind, MethodKind, ModuleSettings, NormOver,
    Optimizer, Position, Shape, Shortcut, Split,
    rng::{Stream, rng},
};
use layerwise_learn::{
    block::{Draws, Dual},
    local::{
        Batch, Learner, LocalModule, LossValue, ModuleStep, Resident, Rows, StepWay,
        isolation_matrix, named_parameters, step_module,
    },
};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

const BATCH: usize = 5;
const STEP: f64 = 1e-5;
/// Where a corner of a ReLU lies within the usual step, a smaller one seldom meets it.
const SMALL_STEP: f64 = 1e-6;

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
    Block::Linear(kind::Linear {
        out,
        bias: true,
        init: Init::default(),
    })
}

fn conv(out: usize, stride: usize, dilation: usize, groups: usize) -> Block {
    Block::Conv2d(kind::Conv2d {
        out,
        kernel: 3,
        stride,
        padding: 1,
        dilation,
        groups,
        bias: true,
        init: Init::default(),
    })
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
        vec![conv(4, 2, 1, 1), Block::Tanh(kind::Tanh {})]
    } else {
        vec![
            Block::Flatten(kind::Flatten {}),
            linear(12),
            Block::Tanh(kind::Tanh {}),
        ]
    };
    let cut = blocks.len() - 1;
    blocks.extend_from_slice(tested);
    Experiment {
        blocks,
        head: PLAIN,
        modules: vec![ModuleSettings {
            head: Some(head),
            ..ModuleSettings::new(2)
        }],
        split: Split {
            after: Some(vec![cut]),
            count: None,
            ..Split::default()
        },
        seed: 11,
        ..Experiment::default()
    }
}

fn batch(device: &Device) -> Batch {
    let mut rng = rng(5, Stream::Data, 0);
    let values = (0..BATCH * 64).map(|_| StandardNormal.sample(&mut rng));
    let part = Part {
        store: Store::Values(values.collect()),
        // Two classes twice, one once.
        labels: (0..BATCH as u32).map(|sample| sample * 3 % 9).collect(),
    };
    let samples = Samples::all(part, Shape::Image([1, 8, 8]));
    let indices: Vec<u32> = (0..BATCH as u32).collect();
    let resident = Resident::new(&samples, 10, device, &mut |_| true);
    resident.unwrap().gather(&indices)
}

impl Case {
    fn new(image: bool, tested: &[Block], head: Head) -> Self {
        Self::of(&experiment(image, tested, head))
    }

    /// The second module of an experiment.
    fn of(experiment: &Experiment) -> Self {
        let device = device();
        assert_eq!(experiment.problems(), []);
        let modules = LocalModule::all(experiment, &device).unwrap();
        let second = modules.into_iter().nth(1).unwrap();
        let batch = batch(&device);
        let [channels, height, width] = experiment.plan().unwrap()[1].input.sizes();
        let shape = [BATCH, channels, height, width];
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

    /// What the head makes of an input, where the loss looks at one.
    fn scores(&self, module: &LocalModule, x: Dual) -> Option<Rows> {
        let mut draws = Self::draws();
        let output = module.body(x, Some(&mut draws));
        let images = || self.batch.images();
        module.see(output, images, Some(&mut draws)).unwrap().scores
    }

    fn whole_loss(&self, module: &LocalModule, x: Dual) -> LossValue {
        let mut draws = Self::draws();
        let output = module.body(x, Some(&mut draws));
        let loss = module.loss(output, &self.batch, Some(&mut draws));
        loss.unwrap().0
    }

    fn loss(&self, module: &LocalModule) -> f64 {
        let loss = self.whole_loss(module, Dual::plain(self.input.clone()));
        loss.value.into_scalar()
    }

    /// R from first principles: first-order gradients alone, no tangent.
    fn reconciliation(&self, module: &LocalModule) -> f64 {
        let input = self.input.clone().detach().require_grad();
        let loss = self.whole_loss(module, Dual::plain(input.clone()));
        let gradients = loss.value.backward();
        let asked = input.grad(&gradients).unwrap() * BATCH as f64;
        let difference = asked - self.before.clone();
        (difference.clone() * difference).sum().into_scalar::<f64>() / BATCH as f64
    }

    fn step(&self, lambda: f64) -> ModuleStep {
        step_module(
            &self.second,
            self.input.clone(),
            &self.batch,
            Some(self.before.clone()),
            lambda,
            true,
            &mut Self::draws(),
        )
        .unwrap()
    }

    /// Checks the tangent, D_v L, δout, ∇L and ∇R of the module against central differences.
    fn check(&self, name: &str) {
        self.check_tangent(name);
        self.check_delta_out(name, &self.step(0.0));
        self.check_gradients(name);
    }

    /// ∇L and ∇R.
    fn check_gradients(&self, name: &str) {
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
                let of_reconciliation = of_both[index] - of_loss[index];
                let slopes = |step| self.slopes(id, index, step);
                let mut pairs = [of_loss[index], of_reconciliation]
                    .into_iter()
                    .zip(slopes(STEP))
                    .collect::<Vec<_>>();
                if pairs.iter().any(|pair| is_off(*pair)) {
                    for (pair, slope) in pairs.iter_mut().zip(slopes(SMALL_STEP)) {
                        *pair = nearest(*pair, slope);
                    }
                }
                loss_pairs.push(pairs[0]);
                reconciliation_pairs.push(pairs[1]);
            }
        }
        assert!(!loss_pairs.is_empty());
        all_close(&format!("{name}: gradient of L"), &loss_pairs);
        all_close(&format!("{name}: gradient of R"), &reconciliation_pairs);
    }

    /// How L and R change with one value of one parameter: central differences of fourth order.
    fn slopes(&self, id: ParamId, index: usize, step: f64) -> [f64; 2] {
        let at = |by: f64| self.second.clone().map(&mut Shift { id, index, by });
        [
            difference(|by| self.loss(&at(by)), step),
            difference(|by| self.reconciliation(&at(by)), step),
        ]
    }

    fn check_tangent(&self, name: &str) {
        let mut rng = rng(7, Stream::Data, 0);
        let direction = random(self.input.dims(), &mut rng, &device());
        let dual = Dual::along(self.input.clone(), direction.clone());
        let at = |sign: f64| {
            let x = self.input.clone() + direction.clone() * (sign * STEP);
            Dual::plain(x)
        };
        if let Some(scores) = self.scores(&self.second, dual.clone()) {
            let plain = |x| self.scores(&self.second, x).unwrap().value;
            let slope = (plain(at(1.0)) - plain(at(-1.0))) / (2.0 * STEP);
            let still = plain(Dual::plain(self.input.clone()));
            all_close(&format!("{name}: value"), &pairs(scores.value, still));
            let tangent = scores.tangent.unwrap();
            all_close(&format!("{name}: tangent"), &pairs(tangent, slope));
        }
        let loss = |x| self.whole_loss(&self.second, x).value.into_scalar::<f64>();
        let found = self.whole_loss(&self.second, dual);
        let derivative = found.derivative.unwrap().into_scalar();
        let (_, slope) = with_difference(derivative, |by| {
            loss(Dual::plain(self.input.clone() + direction.clone() * by))
        });
        close(&format!("{name}: D_v L"), derivative, slope, slope);
        let still = loss(Dual::plain(self.input.clone()));
        close(
            &format!("{name}: L"),
            found.value.into_scalar(),
            still,
            still,
        );
    }

    /// δout, summed along a direction.
    fn check_delta_out(&self, name: &str, step: &ModuleStep) {
        let mut rng = rng(8, Stream::Data, 0);
        let direction = random(step.output.dims(), &mut rng, &device());
        let at = |by: f64| {
            let moved = step.output.clone() + direction.clone() * by;
            let mut draws = Self::draws();
            let loss = self
                .second
                .loss(Dual::plain(moved), &self.batch, Some(&mut draws));
            loss.unwrap().0.value.into_scalar::<f64>() * BATCH as f64
        };
        let found = (step.delta_out.clone() * direction.clone().inner()).sum();
        let (found, slope) = with_difference(found.into_scalar(), at);
        close(&format!("{name}: δout"), found, slope, slope);
    }
}

/// A central difference of fourth order.
fn difference(f: impl Fn(f64) -> f64, step: f64) -> f64 {
    let pair = |by: f64| f(by) - f(-by);
    (8.0 * pair(step) - pair(2.0 * step)) / (12.0 * step)
}

/// The derivative that was found, with the difference that is nearest to it.
fn with_difference(found: f64, f: impl Fn(f64) -> f64) -> (f64, f64) {
    let pair = (found, difference(&f, STEP));
    if is_off(pair) {
        nearest(pair, difference(&f, SMALL_STEP))
    } else {
        pair
    }
}

fn is_off((found, expected): (f64, f64)) -> bool {
    (found - expected).abs() > 1e-7 * expected.abs().max(1e-3)
}

fn nearest((found, one): (f64, f64), other: f64) -> (f64, f64) {
    if (found - other).abs() < (found - one).abs() {
        (found, other)
    } else {
        (found, one)
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
    Case::new(true, &[Block::Flatten(kind::Flatten {}), linear(12)], PLAIN).check("flatten");
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
                Block::ResidualBasic(kind::ResidualBasic {
                    out,
                    stride,
                    shortcut,
                    init,
                }),
            );
        }
        image(
            &format!("residual bottleneck {shortcut:?}"),
            Block::ResidualBottleneck(kind::ResidualBottleneck {
                out: 16,
                width: 6,
                stride: 2,
                shortcut,
                init,
            }),
        );
    }
}

#[test]
fn separable_convolution() {
    for (kernel, stride) in [(3, 1), (5, 2)] {
        image(
            &format!("separable convolution {kernel} {stride}"),
            Block::SeparableConv(kind::SeparableConv {
                out: 12,
                kernel,
                stride,
                init: Init::default(),
            }),
        );
    }
}

#[test]
fn conv_next() {
    for drop_path in [0.0, 0.4] {
        image(
            &format!("ConvNeXt block {drop_path}"),
            Block::ConvNext(kind::ConvNext {
                kernel: 3,
                mlp_ratio: 2.0,
                layer_scale: 0.5,
                drop_path,
                eps: 1e-6,
                init: Init::XavierUniform,
            }),
        );
    }
}

/// A patch embedding, then `tested`, then what keeps heads from reading ReLU's corners.
fn tokens(name: &str, class_token: bool, tested: Block) {
    let blocks = [
        Block::PatchEmbedding(kind::PatchEmbedding {
            out: 12,
            patch: 1,
            class_token,
            init: Init::XavierUniform,
        }),
        tested,
        Block::LayerNorm(kind::LayerNorm {
            eps: 1e-6,
            over: NormOver::Channels,
        }),
    ];
    Case::new(true, &blocks, PLAIN).check(name);
}

#[test]
fn embeddings() {
    for position in Position::ALL {
        let block = Block::PositionEmbedding(kind::PositionEmbedding { position });
        tokens(&format!("embedding {position:?}"), false, block.clone());
        // A class token by itself sees nothing of the input.
        let embedding = Block::PatchEmbedding(kind::PatchEmbedding {
            out: 12,
            patch: 2,
            class_token: true,
            init: Init::XavierUniform,
        });
        let blocks = [embedding, block, encoder(0.0)];
        Case::new(true, &blocks, PLAIN).check(&format!("class token {position:?}"));
    }
}

fn encoder(dropout: f64) -> Block {
    Block::TransformerEncoder(kind::TransformerEncoder {
        heads: 3,
        mlp_ratio: 1.5,
        dropout,
        drop_path: dropout,
        eps: 1e-6,
        init: Init::XavierUniform,
    })
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
            Block::Swin(kind::Swin {
                heads: 2,
                window,
                shift,
                mlp_ratio: 1.5,
                dropout: 0.0,
                drop_path: 0.2,
                eps: 1e-5,
                init: Init::XavierUniform,
            }),
        );
    }
    tokens(
        "patch merging",
        false,
        Block::PatchMerging(kind::PatchMerging {
            eps: 1e-5,
            init: Init::XavierUniform,
        }),
    );
}

#[test]
fn mlp_mixer() {
    for class_token in [false, true] {
        tokens(
            &format!("MLP-Mixer block {class_token}"),
            class_token,
            Block::MlpMixer(kind::MlpMixer {
                tokens_hidden: 7,
                channels_hidden: 9,
                dropout: 0.2,
                drop_path: 0.2,
                eps: 1e-6,
                init: Init::XavierUniform,
            }),
        );
    }
}

#[test]
fn activations() {
    for block in [
        Block::Relu(kind::Relu {}),
        Block::LeakyRelu(kind::LeakyRelu { slope: 0.1 }),
        Block::Gelu(kind::Gelu {}),
        Block::Silu(kind::Silu {}),
        Block::Tanh(kind::Tanh {}),
    ] {
        flat(block.title(), block.clone());
        image(block.title(), block.clone());
    }
}

#[test]
fn normalization() {
    let eps = 1e-5;
    for block in [
        Block::BatchNorm(kind::BatchNorm { eps, momentum: 0.1 }),
        Block::LayerNorm(kind::LayerNorm {
            eps,
            over: NormOver::Sample,
        }),
        Block::GroupNorm(kind::GroupNorm { groups: 3, eps }),
    ] {
        flat(block.title(), block.clone());
        image(block.title(), block.clone());
    }
    image(
        "layer norm over channels",
        Block::LayerNorm(kind::LayerNorm {
            eps,
            over: NormOver::Channels,
        }),
    );
}

#[test]
fn pooling() {
    for (kernel, stride, padding) in [(2, 2, 0), (3, 2, 1), (3, 1, 1)] {
        image(
            "max pooling",
            Block::MaxPool(kind::MaxPool {
                kernel,
                stride,
                padding,
            }),
        );
        image(
            "average pooling",
            Block::AvgPool(kind::AvgPool {
                kernel,
                stride,
                padding,
            }),
        );
    }
    let blocks = [
        conv(12, 1, 1, 1),
        Block::GlobalAvgPool(kind::GlobalAvgPool {}),
        linear(12),
    ];
    Case::new(true, &blocks, PLAIN).check("global average pooling");
}

#[test]
fn dropout_uses_one_mask() {
    flat("dropout", Block::Dropout(kind::Dropout { p: 0.4 }));
    image("dropout", Block::Dropout(kind::Dropout { p: 0.4 }));
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
                Block::BatchNorm(kind::BatchNorm {
                    eps: 1e-5,
                    momentum: 0.1,
                }),
                Block::Relu(kind::Relu {}),
                Block::MaxPool(kind::MaxPool {
                    kernel: 2,
                    stride: 2,
                    padding: 0,
                }),
                conv(12, 1, 1, 1),
                Block::Gelu(kind::Gelu {}),
            ];
            Case::new(true, &blocks, head).check(&format!("{kind:?} head, normalise {normalize}"));
        }
    }
}

/// A second module of three that ends in `head` and has a loss of its own.
fn rival(image: bool, head: HeadKind, loss: Loss) -> Experiment {
    if image {
        second(
            true,
            &[conv(10, 1, 1, 1), Block::Tanh(kind::Tanh {})],
            head,
            loss,
        )
    } else {
        second(false, &[linear(14), Block::Tanh(kind::Tanh {})], head, loss)
    }
}

fn second(image: bool, tested: &[Block], head: HeadKind, loss: Loss) -> Experiment {
    let head = Head {
        kind: head,
        ..Head::default()
    };
    let mut experiment = experiment(image, tested, head);
    experiment.set_loss_of(2, Some(loss));
    let points = experiment.split_points();
    experiment.split.after = Some(vec![points[0], points[0] + tested.len()]);
    experiment.blocks.push(Block::Tanh(kind::Tanh {}));
    experiment
}

/// The same on images of 8×8 pixels.
fn large(mut experiment: Experiment) -> Experiment {
    experiment.blocks[0] = conv(4, 1, 1, 1);
    experiment
}

fn of_kind(kind: LossKind) -> Loss {
    Loss {
        kind,
        temperature: 0.5,
        beta: 0.7,
        ..Loss::default()
    }
}

#[test]
fn heads_of_the_rivals() {
    for kind in [HeadKind::Conv, HeadKind::PooledMlp] {
        let loss = Loss::default();
        Case::of(&rival(false, kind, loss)).check(&format!("{kind:?} head of vectors"));
        Case::of(&rival(true, kind, loss)).check(&format!("{kind:?} head of images"));
        Case::of(&large(rival(true, kind, loss))).check(&format!("{kind:?} head of large images"));
    }
}

#[test]
fn losses_of_the_rivals() {
    for kind in LossKind::ALL {
        for head in HeadKind::ALL {
            for image in [false, true] {
                let name = format!("{kind:?} loss, {head:?} head, image {image}");
                Case::of(&rival(image, head, of_kind(kind))).check(&name);
            }
        }
    }
}

/// Mixes each sample's targets with those of another, as mixup does.
fn mixed(mut case: Case) -> Case {
    let targets = case.batch.targets;
    case.batch.targets = targets.clone() * 0.7 + targets.flip([0]) * 0.3;
    case
}

#[test]
fn smoothed_targets() {
    let smoothing = 0.2;
    for kind in [LossKind::CrossEntropy, LossKind::PredSim] {
        for head in [HeadKind::Etf, HeadKind::Conv] {
            let loss = Loss {
                smoothing,
                ..of_kind(kind)
            };
            let case = mixed(Case::of(&rival(true, head, loss)));
            case.check(&format!("smoothed {kind:?} loss, {head:?} head"));
        }
    }
    // Against first principles, from logits and mixed targets alone.
    let loss = Loss {
        smoothing,
        ..Loss::default()
    };
    let case = mixed(Case::of(&rival(false, HeadKind::Linear, loss)));
    let scores = case.scores(&case.second, Dual::plain(case.input.clone()));
    let logits = values(scores.unwrap().value);
    let targets = values(case.batch.targets.clone());
    let rows = logits.chunks(10).zip(targets.chunks(10));
    let losses = rows.map(|(logits, targets)| {
        let scale = logits.iter().map(|logit| logit.exp()).sum::<f64>().ln();
        let pairs = logits.iter().zip(targets);
        let terms = pairs.map(|(logit, target)| (0.8 * target + 0.02) * (scale - logit));
        terms.sum::<f64>()
    });
    let expected = losses.sum::<f64>() / BATCH as f64;
    close("smoothed L", case.loss(&case.second), expected, expected);
}

#[test]
fn decoders() {
    for kind in LossKind::ALL {
        let loss = Loss {
            reconstruction: 3.0,
            ..of_kind(kind)
        };
        Case::of(&rival(true, HeadKind::Linear, loss)).check(&format!("{kind:?} with decoder"));
    }
    let drawing = Loss {
        reconstruction: 10.0,
        ..Loss::default()
    };
    let case = Case::of(&large(rival(true, HeadKind::Conv, drawing)));
    case.check("decoder of an image as large as the input");
}

/// A second module of three that hands on a sequence of tokens.
fn sequence(head: HeadKind, loss: Loss) -> Experiment {
    let embedding = Block::PatchEmbedding(kind::PatchEmbedding {
        out: 12,
        patch: 2,
        class_token: true,
        init: Init::XavierUniform,
    });
    second(true, &[embedding, encoder(0.0)], head, loss)
}

#[test]
fn rivals_read_the_class_token() {
    for kind in LossKind::ALL {
        for head in [HeadKind::Linear, HeadKind::Conv, HeadKind::PooledMlp] {
            let experiment = sequence(head, of_kind(kind));
            assert!(experiment.plan().unwrap()[1].output.is_sequence());
            Case::of(&experiment).check(&format!("{kind:?} loss, {head:?} head of tokens"));
        }
    }
}

#[test]
fn plans_count_what_modules_learn() {
    let drawing = Loss {
        reconstruction: 1.0,
        ..Loss::default()
    };
    for head in HeadKind::ALL {
        let kinds = LossKind::ALL.map(of_kind);
        let flat = kinds.map(|loss| rival(false, head, loss));
        let small = kinds.map(|loss| rival(true, head, loss));
        let tokens = kinds.map(|loss| sequence(head, loss));
        let others = [
            rival(true, head, drawing),
            large(rival(true, head, drawing)),
        ];
        let all = flat.into_iter().chain(small).chain(tokens).chain(others);
        for experiment in all {
            let modules = LocalModule::all(&experiment, &device()).unwrap();
            for (module, plan) in modules.iter().zip(experiment.plan().unwrap()) {
                let found: usize = learnt(module).iter().map(|(_, count)| count).sum();
                let planned = plan.parameters + plan.head_parameters;
                assert_eq!(found, planned, "{:?} {:?}", plan.head, plan.loss);
            }
        }
    }
}

/// Running statistics of a module by name.
fn statistics(module: &LocalModule) -> Vec<(String, Vec<f64>)> {
    let named = module.running_statistics().into_iter();
    named
        .map(|(name, mean, variance)| (name, [values(mean), values(variance)].concat()))
        .collect()
}

#[test]
fn statistics_of_heads_and_decoders_move_once() {
    let drawing = Loss {
        reconstruction: 1.0,
        ..Loss::default()
    };
    for (head, names) in [
        (
            HeadKind::Conv,
            vec!["head.conv.norm.", "decoder.conv.norm."],
        ),
        (
            HeadKind::PooledMlp,
            vec![
                "head.convs.0.norm.",
                "head.convs.1.norm.",
                "head.convs.2.norm.",
                "head.hidden.0.norm.",
                "head.hidden.1.norm.",
                "decoder.conv.norm.",
            ],
        ),
    ] {
        let case = Case::of(&rival(true, head, drawing));
        let moved = |lambda: f64| {
            let mut draws = Case::draws();
            let mut module = case.second.clone();
            let before = Some(case.before.clone());
            let input = case.input.clone();
            step_module(
                &module,
                input,
                &case.batch,
                before,
                lambda,
                true,
                &mut draws,
            );
            module.absorb(&mut draws);
            statistics(&module)
        };
        let found = moved(0.0);
        assert_eq!(found, moved(1.0));
        let still = statistics(&case.second);
        for ((name, after), (_, before)) in found.iter().zip(&still) {
            assert_ne!(after, before, "{name}");
        }
        let found: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, names);
    }
}

/// Three modules with batch norm and dropout, and losses of all kinds.
fn three() -> Experiment {
    let norm = Block::BatchNorm(kind::BatchNorm {
        eps: 1e-5,
        momentum: 0.1,
    });
    let dropout = Block::Dropout(kind::Dropout { p: 0.3 });
    let tested = [conv(12, 1, 1, 1), norm, dropout, conv(12, 1, 1, 1)];
    let mut experiment = experiment(true, &tested, ETF);
    experiment.split.after = Some(vec![1, 4]);
    experiment.modules.clear();
    let drawing = Loss {
        reconstruction: 1.0,
        ..of_kind(LossKind::Contrastive)
    };
    experiment.loss = drawing;
    experiment.head.kind = HeadKind::Conv;
    experiment.set_loss_of(
        2,
        Some(Loss {
            kind: LossKind::PredSim,
            ..drawing
        }),
    );
    experiment
}

/// The same for a method: under BP-free with a convolution in each module and losses that have
/// closed forms.
fn three_for(kind: MethodKind) -> Experiment {
    let mut experiment = three();
    experiment.method.kind = kind;
    if kind == MethodKind::BpFree {
        experiment.loss = Loss::default();
        experiment.head = PLAIN;
        experiment.modules.clear();
    }
    experiment
}

/// Parameters and running statistics of every module.
fn state(modules: &[LocalModule]) -> Vec<Vec<TensorData>> {
    let of = |module| -> Vec<TensorData> {
        let named = named_parameters(module, None).into_iter();
        named.map(|named| named.data).collect()
    };
    modules.iter().map(of).collect()
}

/// A step in which all modules learn.
fn way(step: usize, lambda: &[f64]) -> StepWay<'_> {
    StepWay {
        step,
        learning_rate: 0.1,
        lambda,
        measure: true,
        only: None,
    }
}

/// The state of an experiment's modules before and after a step.
fn stepped(experiment: &Experiment, lambda: f64) -> [Vec<Vec<TensorData>>; 2] {
    let device = device();
    assert_eq!(experiment.problems(), []);
    let mut learner = Learner::new(experiment, &device).unwrap();
    let before = state(learner.modules());
    let batch = batch(&device);
    for step in 0..2 {
        let lambda = [lambda, lambda];
        learner.step(&batch, &way(step, &lambda), &mut |_| {});
    }
    [before, state(learner.modules())]
}

#[test]
fn frozen_modules_stay_bit_for_bit() {
    for kind in MethodKind::ALL {
        for frozen in [vec![1], vec![2], vec![3], vec![1, 2], vec![1, 3]] {
            for lambda in [0.0, 0.5] {
                let mut experiment = three_for(kind);
                for number in &frozen {
                    experiment.set_frozen(*number, true);
                }
                let [before, after] = stepped(&experiment, lambda);
                for number in 1..=3 {
                    let same = before[number - 1] == after[number - 1];
                    let name = format!("{kind:?}, frozen {frozen:?}, λ {lambda}: {number}");
                    assert_eq!(same, frozen.contains(&number), "{name}");
                }
            }
        }
    }
}

#[test]
fn nobody_reconciles_with_a_frozen_module() {
    let mut experiment = three();
    experiment.set_frozen(1, true);
    let [_, plain] = stepped(&experiment, 0.0);
    let [_, reconciled] = stepped(&experiment, 0.5);
    assert_eq!(plain[1], reconciled[1]);
    assert_ne!(plain[2], reconciled[2]);

    let device = device();
    let mut learner = Learner::new(&experiment, &device).unwrap();
    let done = learner.step(&batch(&device), &way(0, &[0.5, 0.5]), &mut |seen| {
        assert_ne!(seen.number, 1);
    });
    assert!(done.aligned);
    // Three losses and accuracies, of which the contrastive one has none; then two boundaries,
    // of which the first is not measured.
    let numbers = values(done.values);
    let known: Vec<bool> = numbers.iter().map(|number| number.is_finite()).collect();
    let [yes, no] = [true, false];
    assert_eq!(known[..6], [yes, no, yes, yes, yes, yes]);
    assert_eq!(known[6..], [no, no, no, no, yes, yes, yes, yes]);
}

#[test]
fn a_module_whose_turn_it_is_learns_as_between_frozen_ones() {
    let mut frozen = three();
    for number in [1, 3] {
        frozen.set_frozen(number, true);
    }
    let [_, expected] = stepped(&frozen, 0.0);

    let mut greedy = three();
    greedy.method.kind = MethodKind::Greedy;
    let device = device();
    let mut learner = Learner::new(&greedy, &device).unwrap();
    let before = state(learner.modules());
    let only = Some(1);
    for step in 0..2 {
        let way = StepWay {
            only,
            ..way(step, &[0.5, 0.5])
        };
        let done = learner.step(&batch(&device), &way, &mut |seen| {
            assert_eq!(seen.number, 2)
        });
        assert!(!done.aligned);
        let numbers = values(done.values);
        assert!(numbers[..4].iter().any(|number| number.is_finite()));
        assert!(numbers[4..].iter().all(|number| number.is_nan()));
    }
    let after = state(learner.modules());
    assert_eq!((&after[0], &after[2]), (&before[0], &before[2]));
    assert_ne!(after[1], before[1]);
    assert_eq!(after[1], expected[1]);
}

#[test]
fn a_module_learns_at_its_own_rate() {
    for kind in MethodKind::ALL {
        let mut plain = three_for(kind);
        plain.optimizer = Optimizer {
            momentum: 0.0,
            ..Optimizer::default()
        };
        let mut slowed = plain.clone();
        slowed.set_lr_factor_of(2, 0.25);
        let moved = |experiment: &Experiment| {
            let device = device();
            let mut learner = Learner::new(experiment, &device).unwrap();
            let before = weights(learner.modules());
            learner.step(&batch(&device), &way(0, &[0.5, 0.5]), &mut |_| {});
            let after = weights(learner.modules());
            let pairs = before.into_iter().zip(after);
            let moved = pairs.map(|(before, after)| {
                let pairs = before.into_iter().zip(after);
                pairs.map(|(before, after)| after - before).collect()
            });
            moved.collect::<Vec<Vec<f64>>>()
        };
        let (fast, slow) = (moved(&plain), moved(&slowed));
        assert_eq!(fast[0], slow[0]);
        assert_eq!(fast[2], slow[2]);
        let pairs: Vec<(f64, f64)> = slow[1]
            .iter()
            .zip(&fast[1])
            .map(|(slow, fast)| (*slow, fast * 0.25))
            .collect();
        all_close("a quarter of the step", &pairs);
    }
}

/// The learnt values of every module, one after another.
fn weights(modules: &[LocalModule]) -> Vec<Vec<f64>> {
    struct Read(Vec<f64>);
    impl ModuleVisitor for Read {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            self.0.extend(values(param.val().inner()));
        }
    }
    let of = |module: &LocalModule| {
        let mut read = Read(Vec::new());
        module.visit(&mut read);
        read.0
    };
    modules.iter().map(of).collect()
}

#[test]
fn no_gradient_crosses_a_split_with_any_loss() {
    let experiment = three();
    let modules = LocalModule::all(&experiment, &device()).unwrap();
    let matrix = isolation_matrix(&modules, &batch(&device()), false);
    for (row, norms) in matrix.iter().enumerate() {
        for (column, norm) in norms.iter().enumerate() {
            assert_eq!(*norm > 0.0, row == column, "module {row}, loss {column}");
        }
    }
}

#[test]
fn running_statistics_move_once_in_a_step_that_reconciles() {
    let blocks = [
        linear(12),
        Block::BatchNorm(kind::BatchNorm {
            eps: 1e-5,
            momentum: 0.1,
        }),
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
        let mut experiment = experiment(
            false,
            &[linear(12), Block::Tanh(kind::Tanh {}), linear(12)],
            head,
        );
        experiment.split.after = Some(vec![2, 4]);
        experiment.modules.clear();
        experiment.head = head;
        let modules = LocalModule::all(&experiment, &device).unwrap();
        let matrix = isolation_matrix(&modules, &batch(&device), false);
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

#[test]
fn open_cuts_let_every_loss_reach_the_modules_before_it() {
    let device = device();
    let mut experiment = experiment(
        false,
        &[linear(6), Block::Tanh(kind::Tanh {}), linear(5)],
        PLAIN,
    );
    experiment.blocks[1] = linear(4);
    experiment.split.after = Some(vec![2, 4]);
    experiment.modules.clear();
    assert_eq!(experiment.problems(), []);
    let modules = LocalModule::all(&experiment, &device).unwrap();
    let batch = batch(&device);
    let matrix = isolation_matrix(&modules, &batch, true);
    let loss = |modules: &[LocalModule], of: usize| {
        let x = modules[..=of]
            .iter()
            .fold(Dual::plain(batch.inputs.clone()), |x, module| {
                module.body(x, None)
            });
        let loss = modules[of].loss(x, &batch, None).unwrap().0;
        loss.value.into_scalar::<f64>()
    };
    for (row, norms) in matrix.iter().enumerate() {
        for (column, norm) in norms.iter().enumerate() {
            let mut squares = 0.0;
            for (id, count) in learnt(&modules[column]) {
                for index in 0..count {
                    let slope = difference(
                        |by| {
                            let mut moved = modules.clone();
                            let module = moved[column].clone();
                            moved[column] = module.map(&mut Shift { id, index, by });
                            loss(&moved, row)
                        },
                        STEP,
                    );
                    squares += slope * slope;
                }
            }
            let name = format!("loss {row}, module {column}");
            assert_eq!(*norm > 0.0, column <= row, "{name}");
            close(&name, *norm, squares.sqrt(), squares.sqrt());
        }
    }
}

#[test]
fn under_global_bp_one_loss_reaches_all_modules() {
    let mut experiment = three_for(MethodKind::GlobalBp);
    experiment.set_frozen(2, true);
    let modules = LocalModule::all(&experiment, &device()).unwrap();
    let matrix = isolation_matrix(&modules, &batch(&device()), true);
    let reached: Vec<bool> = matrix[0].iter().map(|norm| *norm > 0.0).collect();
    assert_eq!((matrix.len(), reached), (1, vec![true, false, true]));
}

/// Gradients of every module in one step of an experiment, as the learner applies them.
fn applied(experiment: &Experiment, lambda: f64) -> Vec<Vec<TensorData>> {
    let device = device();
    let mut learner = Learner::new(experiment, &device).unwrap();
    let mut gradients = Vec::new();
    let lambda = vec![lambda; experiment.module_count() - 1];
    learner.step(&batch(&device), &way(0, &lambda), &mut |seen| {
        let named = named_parameters(seen.module, Some(seen.gradients));
        gradients.push(named.into_iter().map(|named| named.data).collect());
    });
    gradients
}

#[test]
fn a_step_asks_nothing_of_later_modules() {
    let mut experiment = experiment(
        false,
        &[linear(12), Block::Tanh(kind::Tanh {}), linear(12)],
        ETF,
    );
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
