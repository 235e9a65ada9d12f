//! Layers of the script: those of each block, and the head.

use std::collections::BTreeSet;

use layerwise_experiment::{
    Block, CONV_HEAD_HIDDEN, Experiment, Head, HeadKind, POOLED_MLP_CONVS, POOLED_MLP_HIDDEN,
    Shape, local_kernel, pooled_first, pooled_last,
};

use crate::{
    block::{Class, Name, layout, list, number, torch, yes},
    weights::names::Names,
};

/// The mean of images, or the class token.
const POOL: Class = Class {
    rank: 100,
    text: include_str!("pool.py"),
};
/// A matrix of features of length 1.
const NORMALIZED: Class = Class {
    rank: 110,
    text: include_str!("normalized.py"),
};

/// Names and layers of the script, and what they need.
pub(super) struct Chain {
    pub lines: Vec<(String, String)>,
    pub classes: BTreeSet<Class>,
    /// Parts of names in a file that the script calls otherwise.
    pub renamed: Vec<(String, String)>,
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

    fn block(&mut self, at: usize, block: &Block, input: Shape, names: &Names) {
        let stored = |part: &str, shape: &[usize]| {
            let layout = layout(block, part, shape);
            names.layout(layout).shape(shape)
        };
        for line in torch(block).lines(input, &stored) {
            self.classes.extend(line.classes.iter().copied());
            let name = match line.name {
                Name::None => String::new(),
                Name::Part(part) => names.of(&format!("block.{at}.{part}")).unwrap_or_default(),
                Name::Block => {
                    let name = names.block(at).map(|name| name.prefix.clone());
                    name.unwrap_or_default()
                }
            };
            for (ours, python) in line.parts {
                self.rename(at, names, &name, ours, python);
            }
            self.add(name, line.layer);
        }
    }

    /// Notes that files call a part of a block otherwise than the script does, where they do.
    fn rename(&mut self, at: usize, names: &Names, name: &str, ours: &str, python: &str) {
        let whole = names.of(&format!("block.{at}.{ours}.x"));
        let theirs = whole.as_deref().and_then(|whole| {
            let part = whole.strip_prefix(name)?;
            part.trim_start_matches('.').strip_suffix(".x")
        });
        if let Some(theirs) = theirs
            && theirs != python
        {
            let pair = (format!(".{theirs}"), format!(".{python}"));
            if !self.renamed.contains(&pair) {
                self.renamed.push(pair);
            }
        }
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
        self.classes.insert(POOL);
        self.add("", format!("Pool(sequence={})", yes(sequence)));
    }

    fn matrix_head(&mut self, head: Head, last: Shape, outputs: usize, names: &Names) {
        if !matches!(last, Shape::Flat(_)) {
            self.pool(false);
        }
        let bias = yes(head.kind == HeadKind::Linear);
        let numbers = list(&[last.features(), outputs]);
        let layer = if head.normalizes() {
            self.classes.insert(NORMALIZED);
            format!("Normalized({numbers}, {}, bias={bias})", number(head.scale))
        } else {
            format!("nn.Linear({numbers}, bias={bias})")
        };
        self.add(names.head, layer);
    }
}
