//! What a kind of block is in PyTorch: its lines of a script, and how its values lie in files.

use layerwise_experiment::Shape;

use super::layout::Layout;

/// A class of Python that a script has where a layer needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Class {
    /// Classes of a script stand in this order.
    pub rank: u8,
    /// The whole class.
    pub text: &'static str,
}

/// Our names of parts of a block, each with the other one.
pub(crate) type Parts = &'static [(&'static str, &'static str)];

/// What a script calls a layer.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {
    /// It holds no values, and needs no name.
    None,
    /// The name of the block.
    Block,
    /// That of a part of the block.
    Part(&'static str),
}

/// One line of a script: a layer under its name.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub name: Name,
    pub layer: String,
    /// Classes that it needs.
    pub classes: &'static [Class],
    /// Our names of its parts, each with that of its class in the script.
    pub parts: Parts,
}

impl Line {
    /// A layer without values.
    pub fn plain(layer: impl Into<String>) -> Self {
        Self {
            name: Name::None,
            layer: layer.into(),
            classes: &[],
            parts: &[],
        }
    }

    /// A layer of PyTorch under the name of the block.
    pub fn block(layer: String) -> Self {
        Self {
            name: Name::Block,
            ..Self::plain(layer)
        }
    }

    /// The same under the name of a part of the block.
    pub fn part(part: &'static str, layer: String) -> Self {
        Self {
            name: Name::Part(part),
            ..Self::plain(layer)
        }
    }

    /// With classes that it needs.
    pub fn with(self, classes: &'static [Class]) -> Self {
        Self { classes, ..self }
    }

    /// With the names of its parts in its class.
    pub fn naming(self, parts: Parts) -> Self {
        Self { parts, ..self }
    }
}

/// Numbers that belong to a kind of block in PyTorch, but are none of its values here.
#[derive(Clone, Debug)]
pub(crate) struct Buffer {
    /// Its name is that of this part with another end.
    pub beside: &'static str,
    /// The end of that part's name in PyTorch.
    pub end: &'static str,
    /// What stands in its place.
    pub instead: &'static str,
    pub values: Vec<i64>,
}

/// The shape that the part of a block with the shape has in a file.
pub(crate) type Stored<'a> = &'a dyn Fn(&str, &[usize]) -> Vec<usize>;

/// A kind of block in PyTorch.
pub(crate) trait Torch {
    /// Its lines of a script, for a block that receives `input`.
    fn lines(&self, input: Shape, stored: Stored<'_>) -> Vec<Line>;

    /// How a part lies in files, where it does not lie as parts usually do.
    fn layout(&self, _part: &str) -> Option<Layout> {
        None
    }

    /// Buffers that torchvision's modules keep and want back.
    fn buffers(&self) -> Vec<Buffer> {
        Vec::new()
    }
}

/// Python's word.
pub(crate) fn yes(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// Without many zeros.
pub(crate) fn number(value: f64) -> String {
    if (1e-3..1e4).contains(&value) {
        value.to_string()
    } else {
        format!("{value:e}")
    }
}

/// With commas between.
pub(crate) fn list(numbers: &[usize]) -> String {
    let numbers: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    numbers.join(", ")
}
