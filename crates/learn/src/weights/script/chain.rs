//! Layers of the script, one for each block.

use std::collections::BTreeSet;

use layerwise_experiment::{
    Block, CONV_HEAD_HIDDEN, Experiment, Head, HeadKind, NormOver, POOLED_MLP_CONVS,
    POOLED_MLP_HIDDEN, Shape, Shortcut, hidden, local_kernel, pooled_first, pooled_last,
    window_shift,
};

use crate::weights::{layout::Layout, names::Names};

/// A class that the script has where a layer needs it, in the order of the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Residual,
    Separable,
    Token,
    ChannelNorm,
    SampleNorm,
    Mlp,
    Attention,
    PatchMerging,
    ConvNext,
    Mixer,
    Pool,
    Normalized,
}

impl Class {
    pub fn text(self) -> &'static str {
        match self {
            Self::Residual => include_str!("residual.py"),
            Self::Separable => include_str!("separable.py"),
            Self::Token => include_str!("token.py"),
            Self::ChannelNorm => include_str!("norm.py"),
            Self::SampleNorm => include_str!("sample_norm.py"),
            Self::Mlp => include_str!("mlp.py"),
            Self::Attention => include_str!("attention.py"),
            Self::PatchMerging => include_str!("merging.py"),
            Self::ConvNext => include_str!("conv_next.py"),
            Self::Mixer => include_str!("mixer.py"),
            Self::Pool => include_str!("pool.py"),
            Self::Normalized => include_str!("normalized.py"),
        }
    }
}

/// Our names of parts inside blocks, each with that of the script.
const PARTS: [(&str, &str); 26] = [
    ("first.conv", "conv1"),
    ("first.norm", "bn1"),
    ("second.conv", "conv2"),
    ("second.norm", "bn2"),
    ("third.conv", "conv3"),
    ("third.norm", "bn3"),
    ("projection.conv", "downsample.0"),
    ("projection.norm", "downsample.1"),
    ("depthwise.conv", "depthwise.0"),
    ("depthwise.norm", "depthwise.1"),
    ("pointwise.conv", "pointwise.0"),
    ("pointwise.norm", "pointwise.1"),
    ("norm_1", "norm1"),
    ("norm_2", "norm2"),
    ("attention.qkv", "attn.qkv"),
    ("attention.out", "attn.proj"),
    ("attention.bias_table", "attn.relative_position_bias_table"),
    ("mlp.first", "mlp.fc1"),
    ("mlp.second", "mlp.fc2"),
    ("tokens.first", "tokens.fc1"),
    ("tokens.second", "tokens.fc2"),
    ("channels.first", "channels.fc1"),
    ("channels.second", "channels.fc2"),
    ("depthwise", "depthwise"),
    ("norm", "norm"),
    ("scale", "scale"),
];

/// Names and layers of the script, and what they need.
pub(super) struct Chain {
    pub lines: Vec<(String, String)>,
    pub classes: BTreeSet<Class>,
    /// Parts of names in a file that the script calls otherwise.
    pub renamed: Vec<(String, String)>,
}

fn yes(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Without many zeros.
fn number(value: f64) -> String {
    if (1e-3..1e4).contains(&value) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

fn list(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    numbers.join(", ")
}

impl Chain {
    /// None where the blocks do not fit together.
    pub fn new(experiment: &Experiment, names: &Names) -> Option<Self> {
        let shapes = experiment.shapes();
        let mut chain = Self {
            lines: Vec::new(),
            classes: BTreeSet::new(),
            renamed: Vec::new(),
        };
        for (at, block) in experiment.blocks.iter().enumerate() {
            chain.block(at, block, *shapes.get(at)?, names);
        }
        let last = *shapes.get(experiment.blocks.len())?;
        chain.head(experiment, last, names);
        Some(chain)
    }

    fn add(&mut self, name: impl Into<String>, layer: String) {
        self.lines.push((name.into(), layer));
    }

    /// A layer under the name of its block.
    fn named(&mut self, at: usize, names: &Names, class: Option<Class>, layer: String) {
        self.classes.extend(class);
        let name = names.block(at).map(|name| name.prefix.clone());
        let name = name.unwrap_or_default();
        for (ours, python) in PARTS {
            let whole = names.of(&format!("block.{at}.{ours}.x"));
            let theirs = whole.as_deref().and_then(|whole| {
                let part = whole.strip_prefix(name.as_str())?;
                part.trim_start_matches('.').strip_suffix(".x")
            });
            if let Some(theirs) = theirs
                && theirs != python
            {
                let pair = (format!(".{theirs}"), format!(".{python}"));
                if !self.renamed.contains(&pair) && self.has_part(class, ours) {
                    self.renamed.push(pair);
                }
            }
        }
        self.add(name, layer);
    }

    /// Whether a layer of this class has a part of this name.
    fn has_part(&self, class: Option<Class>, ours: &str) -> bool {
        let starts: &[&str] = match class {
            Some(Class::Residual) => &["first.", "second.", "third.", "projection."],
            Some(Class::Separable) => &["depthwise.", "pointwise."],
            Some(Class::Attention) => &["norm_", "attention.", "mlp."],
            Some(Class::ConvNext) if matches!(ours, "depthwise" | "norm" | "scale") => return true,
            Some(Class::ConvNext) => &["mlp."],
            Some(Class::Mixer) => &["norm_", "tokens.", "channels."],
            _ => &[],
        };
        starts.iter().any(|start| ours.starts_with(start))
    }

    fn block(&mut self, at: usize, block: &Block, input: Shape, names: &Names) {
        let features = input.features();
        let [_, height, width] = input.sizes();
        let is_vector = matches!(input, Shape::Flat(_));
        match *block {
            Block::Linear(kind::Linear { out, bias, .. }) => {
                let layer = format!("nn.Linear({}, {out}, bias={})", input.len(), yes(bias));
                self.named(at, names, None, layer);
            }
            Block::Conv2d(kind::Conv2d {
                out,
                kernel,
                stride,
                padding,
                dilation,
                groups,
                bias,
                ..
            }) => {
                let numbers = list(&[features, out, kernel, stride, padding, dilation, groups]);
                self.named(
                    at,
                    names,
                    None,
                    format!("nn.Conv2d({numbers}, bias={})", yes(bias)),
                );
            }
            Block::ResidualBasic(kind::ResidualBasic {
                out,
                stride,
                shortcut,
                ..
            }) => {
                let convs = [[features, out, 3, stride], [out, out, 3, 1]];
                self.residual(at, names, &convs, [features, out, stride], shortcut);
            }
            Block::ResidualBottleneck(kind::ResidualBottleneck {
                out,
                width,
                stride,
                shortcut,
                ..
            }) => {
                let convs = [
                    [features, width, 1, 1],
                    [width, width, 3, stride],
                    [width, out, 1, 1],
                ];
                self.residual(at, names, &convs, [features, out, stride], shortcut);
            }
            Block::SeparableConv(kind::SeparableConv {
                out,
                kernel,
                stride,
                ..
            }) => {
                let numbers = list(&[features, out, kernel, stride]);
                let layer = format!("Separable({numbers})");
                self.named(at, names, Some(Class::Separable), layer);
            }
            Block::ConvNext(kind::ConvNext {
                kernel,
                mlp_ratio,
                eps,
                ..
            }) => {
                self.classes.insert(Class::Mlp);
                let numbers = list(&[features, kernel, hidden(features, mlp_ratio)]);
                let layout = names.layout(Layout::of(Some(block), "scale", &[features]));
                let (eps, scale) = (number(eps), list(&layout.shape(&[features])));
                let layer = format!("ConvNext({numbers}, {eps}, ({scale},))");
                self.named(at, names, Some(Class::ConvNext), layer);
            }
            Block::PatchEmbedding(kind::PatchEmbedding {
                out,
                patch,
                class_token,
                ..
            }) => {
                let conv = names.of(&format!("block.{at}.conv")).unwrap_or_default();
                let numbers = list(&[features, out, patch, patch]);
                self.add(conv, format!("nn.Conv2d({numbers})"));
                if class_token {
                    let layout = Layout::of(Some(block), "class_token", &[out]);
                    self.value(at, names, "class_token", "ClassToken", layout, &[out]);
                }
            }
            // Fixed places are stored too.
            Block::PositionEmbedding(kind::PositionEmbedding { .. }) => {
                let layout = Layout::of(Some(block), "weight", &input.sizes());
                self.value(at, names, "weight", "Places", layout, &input.sizes());
            }
            Block::TransformerEncoder(kind::TransformerEncoder {
                heads,
                mlp_ratio,
                eps,
                ..
            }) => {
                self.classes.insert(Class::Mlp);
                let numbers = list(&[features, heads, hidden(features, mlp_ratio)]);
                let eps = number(eps);
                let layer = format!("Encoder({numbers}, {eps})");
                self.named(at, names, Some(Class::Attention), layer);
            }
            Block::Swin(kind::Swin {
                heads,
                window,
                shift,
                mlp_ratio,
                eps,
                ..
            }) => {
                self.classes.insert(Class::Mlp);
                let numbers = list(&[features, heads, hidden(features, mlp_ratio)]);
                let shift = if shift {
                    window_shift([height, width], window)
                } else {
                    [0, 0]
                };
                let (eps, shift) = (number(eps), list(&shift));
                let layer = format!("Encoder({numbers}, {eps}, {window}, ({shift}))");
                self.named(at, names, Some(Class::Attention), layer);
            }
            Block::PatchMerging(kind::PatchMerging { eps, .. }) => {
                let eps = number(eps);
                let layer = format!("PatchMerging({features}, {eps})");
                self.named(at, names, Some(Class::PatchMerging), layer);
            }
            Block::MlpMixer(kind::MlpMixer {
                tokens_hidden,
                channels_hidden,
                eps,
                ..
            }) => {
                self.classes.insert(Class::Mlp);
                let numbers = list(&[features, input.tokens(), tokens_hidden, channels_hidden]);
                let eps = number(eps);
                let layer = format!("Mixer({numbers}, {eps})");
                self.named(at, names, Some(Class::Mixer), layer);
            }
            Block::Relu(kind::Relu {}) => self.add("", "nn.ReLU()".to_owned()),
            Block::LeakyRelu(kind::LeakyRelu { slope }) => {
                self.add("", format!("nn.LeakyReLU({})", number(slope)))
            }
            Block::Gelu(kind::Gelu {}) => self.add("", "nn.GELU()".to_owned()),
            Block::Silu(kind::Silu {}) => self.add("", "nn.SiLU()".to_owned()),
            Block::Tanh(kind::Tanh {}) => self.add("", "nn.Tanh()".to_owned()),
            Block::BatchNorm(kind::BatchNorm { eps, momentum }) => {
                let sides = if is_vector { 1 } else { 2 };
                let (eps, momentum) = (number(eps), number(momentum));
                let layer = format!("nn.BatchNorm{sides}d({features}, {eps}, {momentum})");
                self.named(at, names, None, layer);
            }
            Block::LayerNorm(kind::LayerNorm { eps, over }) => {
                let eps = number(eps);
                let (class, layer) = match over {
                    NormOver::Sample if !is_vector => (
                        Some(Class::SampleNorm),
                        format!("SampleNorm({}, {eps})", input.len()),
                    ),
                    NormOver::Channels if !is_vector => (
                        Some(Class::ChannelNorm),
                        format!("ChannelNorm({features}, {eps})"),
                    ),
                    NormOver::Sample | NormOver::Channels => {
                        (None, format!("nn.LayerNorm({features}, {eps})"))
                    }
                };
                self.named(at, names, class, layer);
            }
            Block::GroupNorm(kind::GroupNorm { groups, eps }) => {
                let eps = number(eps);
                let layer = format!("nn.GroupNorm({groups}, {features}, {eps})");
                self.named(at, names, None, layer);
            }
            Block::MaxPool(kind::MaxPool {
                kernel,
                stride,
                padding,
            }) => {
                let numbers = list(&[kernel, stride, padding]);
                self.add("", format!("nn.MaxPool2d({numbers})"));
            }
            Block::AvgPool(kind::AvgPool {
                kernel,
                stride,
                padding,
            }) => {
                let numbers = list(&[kernel, stride, padding]);
                self.add("", format!("nn.AvgPool2d({numbers})"));
            }
            Block::GlobalAvgPool(kind::GlobalAvgPool {}) => {
                self.add("", "nn.AdaptiveAvgPool2d(1)".to_owned());
                self.add("", "nn.Flatten()".to_owned());
            }
            Block::Flatten(kind::Flatten {}) => self.add("", "nn.Flatten()".to_owned()),
            Block::Dropout(kind::Dropout { p }) => {
                self.add("", format!("nn.Dropout({})", number(p)))
            }
        }
    }

    fn residual(
        &mut self,
        at: usize,
        names: &Names,
        convs: &[[usize; 4]],
        [inputs, out, stride]: [usize; 3],
        shortcut: Shortcut,
    ) {
        let mut arguments: Vec<String> = convs
            .iter()
            .map(|conv| format!("({})", list(conv)))
            .collect();
        if Shortcut::is_needed(inputs, out, stride) {
            arguments.push(match shortcut {
                Shortcut::Projection => {
                    format!("projection=({})", list(&[inputs, out, stride]))
                }
                Shortcut::ZeroPad => {
                    let more = out.saturating_sub(inputs);
                    format!("padding=({})", list(&[stride, more / 2, more - more / 2]))
                }
            });
        }
        let layer = format!("Residual({})", arguments.join(", "));
        self.named(at, names, Some(Class::Residual), layer);
    }

    /// A layer that is one learnt tensor.
    fn value(
        &mut self,
        at: usize,
        names: &Names,
        part: &str,
        class: &str,
        layout: Layout,
        shape: &[usize],
    ) {
        self.classes.insert(Class::Token);
        let stored = names.layout(layout).shape(shape);
        let name = names.of(&format!("block.{at}.{part}")).unwrap_or_default();
        self.add(name, format!("{class}({})", list(&stored)));
    }

    fn head(&mut self, experiment: &Experiment, last: Shape, names: &Names) {
        let number = experiment.module_count();
        let head = experiment.head_of(number);
        let classes = experiment.data.class_count();
        let outputs = experiment.loss_of(number).head_outputs(head.kind, classes);
        let mut last = last;
        if last.is_sequence() {
            // Heads see the class token alone.
            self.pool(true);
            last = Shape::Flat(last.features());
        }
        match head.kind {
            HeadKind::Etf | HeadKind::Random | HeadKind::Linear => {
                self.matrix_head(head, last, outputs, names);
            }
            HeadKind::Conv => self.conv_head(last, outputs),
            HeadKind::PooledMlp => self.pooled_mlp(last, outputs),
        }
    }

    /// A convolution without bias that keeps the channels, batch norm and ReLU.
    fn conv_norm(&mut self, name: &str, channels: usize, kernel: usize) {
        let numbers = list(&[channels, channels, kernel, 1, kernel / 2]);
        self.add(
            format!("head.{name}.conv"),
            format!("nn.Conv2d({numbers}, bias=False)"),
        );
        self.add(
            format!("head.{name}.norm"),
            format!("nn.BatchNorm2d({channels})"),
        );
        self.add("", "nn.ReLU()".to_owned());
    }

    /// Gives a vector the two sides of an image.
    fn as_image(&mut self, last: Shape) {
        if let Shape::Flat(features) = last {
            self.add("", format!("nn.Unflatten(1, ({features}, 1, 1))"));
        }
    }

    /// InfoPro's.
    fn conv_head(&mut self, last: Shape, outputs: usize) {
        let features = last.features();
        self.as_image(last);
        self.conv_norm("conv", features, local_kernel(last));
        self.add("", "nn.AdaptiveAvgPool2d(1)".to_owned());
        self.add("", "nn.Flatten()".to_owned());
        let hidden = CONV_HEAD_HIDDEN;
        self.add("head.hidden", format!("nn.Linear({features}, {hidden})"));
        self.add("", "nn.ReLU()".to_owned());
        self.add("head.output", format!("nn.Linear({hidden}, {outputs})"));
    }

    /// DGL's.
    fn pooled_mlp(&mut self, last: Shape, outputs: usize) {
        let sides = pooled_last(last);
        let pooled = last.features() * sides.iter().product::<usize>();
        let pool = |sides: [usize; 2]| format!("nn.AdaptiveAvgPool2d(({}))", list(&sides));
        self.as_image(last);
        self.add("", pool(pooled_first(last)));
        for at in 0..POOLED_MLP_CONVS {
            self.conv_norm(&format!("convs.{at}"), last.features(), 1);
        }
        self.add("", pool(sides));
        self.add("", "nn.Flatten()".to_owned());
        self.as_image(Shape::Flat(pooled));
        for at in 0..POOLED_MLP_HIDDEN {
            self.conv_norm(&format!("hidden.{at}"), pooled, 1);
        }
        self.add("", "nn.Flatten()".to_owned());
        self.add("head.output", format!("nn.Linear({pooled}, {outputs})"));
    }

    /// The class token of a sequence, or the mean of an image.
    fn pool(&mut self, sequence: bool) {
        self.classes.insert(Class::Pool);
        self.add("", format!("Pool(sequence={})", yes(sequence)));
    }

    fn matrix_head(&mut self, head: Head, last: Shape, outputs: usize, names: &Names) {
        if !matches!(last, Shape::Flat(_)) {
            self.pool(false);
        }
        let bias = yes(head.kind == HeadKind::Linear);
        let numbers = list(&[last.features(), outputs]);
        let layer = if head.normalizes() {
            self.classes.insert(Class::Normalized);
            format!("Normalized({numbers}, {}, bias={bias})", number(head.scale))
        } else {
            format!("nn.Linear({numbers}, bias={bias})")
        };
        self.add(names.head, layer);
    }
}
