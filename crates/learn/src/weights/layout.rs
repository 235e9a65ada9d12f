//! How the values of a tensor lie in a file of PyTorch, against how they lie here.

use layerwise_experiment::Block;

/// What a file's tensor is of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Layout {
    Same,
    /// `[outputs, inputs]` of our `[inputs, outputs]`.
    Transposed,
    /// `[1, 1, features]` of our `[features]`.
    Token,
    /// `[1, tokens, features]` of our `[features, tokens, 1]` or `[features, height, width]`.
    Tokens,
    /// `[channels, 1, 1]` of our `[channels]`; timm has it as we do.
    Scale,
}

impl Layout {
    /// Of the parameter `part` of a block, or of a head where there is no block.
    pub fn of(block: Option<&Block>, part: &str, shape: &[usize]) -> Self {
        match (block, part) {
            (Some(Block::PositionEmbedding(kind::PositionEmbedding { .. })), _) => Self::Tokens,
            (Some(Block::PatchEmbedding(kind::PatchEmbedding { .. })), "class_token") => {
                Self::Token
            }
            (Some(Block::ConvNext(kind::ConvNext { .. })), "scale") => Self::Scale,
            _ if shape.len() == 2 && part.ends_with("weight") => Self::Transposed,
            _ => Self::Same,
        }
    }

    /// The shape in a file.
    pub fn shape(self, ours: &[usize]) -> Vec<usize> {
        let (first, rest) = split(ours);
        match self {
            Self::Same => ours.to_vec(),
            Self::Transposed => vec![rest, first],
            Self::Token => vec![1, 1, first],
            Self::Tokens => vec![1, rest, first],
            Self::Scale => vec![first, 1, 1],
        }
    }

    /// Whether a file's tensor of this shape is one: a linear layer may be a 1×1 convolution there.
    pub fn fits(self, ours: &[usize], stored: &[usize]) -> bool {
        match stored.strip_prefix(self.shape(ours).as_slice()) {
            Some([]) => true,
            Some([1, 1]) => self == Self::Transposed,
            _ => false,
        }
    }

    /// Values of a file as they lie here.
    pub fn imported(self, values: Vec<f64>, ours: &[usize]) -> Vec<f64> {
        let (first, rest) = split(ours);
        self.turn(values, rest, first)
    }

    /// Our values as they lie in a file.
    pub fn exported(self, values: Vec<f64>, ours: &[usize]) -> Vec<f64> {
        let (first, rest) = split(ours);
        self.turn(values, first, rest)
    }

    fn turn(self, values: Vec<f64>, rows: usize, columns: usize) -> Vec<f64> {
        match self {
            Self::Same | Self::Token | Self::Scale => values,
            Self::Transposed | Self::Tokens => (0..columns)
                .flat_map(|column| {
                    values
                        .iter()
                        .skip(column)
                        .step_by(columns.max(1))
                        .take(rows)
                })
                .copied()
                .collect(),
        }
    }
}

/// The first dimension, and the product of the others.
fn split(shape: &[usize]) -> (usize, usize) {
    match shape.split_first() {
        Some((first, rest)) => (*first, rest.iter().product()),
        None => (1, 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_linear_layer_is_transposed_and_comes_back() {
        let ours = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0];
        let shape = [2, 3];
        let theirs = Layout::Transposed.exported(ours.clone(), &shape);
        assert_eq!(theirs, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
        assert_eq!(Layout::Transposed.shape(&shape), [3, 2]);
        assert_eq!(Layout::Transposed.imported(theirs, &shape), ours);
    }

    #[test]
    fn places_of_tokens_come_first_in_a_file() {
        let ours: Vec<f64> = (0..12).map(f64::from).collect();
        let shape = [2, 3, 2];
        assert_eq!(Layout::Tokens.shape(&shape), [1, 6, 2]);
        let theirs = Layout::Tokens.exported(ours.clone(), &shape);
        assert_eq!(theirs[..4], [0.0, 6.0, 1.0, 7.0]);
        assert_eq!(Layout::Tokens.imported(theirs, &shape), ours);
    }
}
