//! What a module learns from: its loss, with the head and the layers that the loss needs.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{Loss, LossKind, ModulePlan, Shape};
use rand_chacha::ChaCha8Rng;

use super::{
    decoder::Decoder,
    head::{Head, class_token},
    loss::{LossValue, contrastive, cross_entropy, reconstruction, similarity, smoothed},
    rows::Rows,
    similarity::Similarity,
};
use crate::block::{BatchNorm, Draws, Dual};

/// The loss of a module, head included. Its learnt values train with the module and, like its
/// head, belong to it alone.
#[derive(Module, Debug)]
pub struct Objective {
    head: Option<Head>,
    similarity: Option<Similarity>,
    decoder: Option<Decoder>,
    #[module(skip)]
    loss: Loss,
    #[module(skip)]
    reads_sequence: bool,
}

/// What the parts of an objective make of a module's output.
#[derive(Clone, Debug)]
pub struct Sight {
    /// Of the head.
    pub scores: Option<Rows>,
    /// What similarities are taken of.
    pub compared: Option<Rows>,
    /// The reconstruction loss.
    pub reconstruction: Option<LossValue>,
}

impl Objective {
    /// The objective of a module of a network that receives `input`, with its initial weights.
    pub fn new(
        module: &ModulePlan,
        input: Shape,
        classes: usize,
        rng: &mut ChaCha8Rng,
        device: &Device,
    ) -> Self {
        let (loss, shape) = (module.loss, module.output);
        let head = loss.kind.uses_head().then(|| {
            let outputs = loss.head_outputs(module.head.kind, classes);
            Head::new(module.head, shape, outputs, rng, device)
        });
        let compares = loss.kind.matches_similarity();
        let similarity = compares.then(|| Similarity::new(shape, rng, device));
        let decoder = if loss.reconstructs() {
            Decoder::new(shape, input, rng, device)
        } else {
            None
        };
        Self {
            head,
            similarity,
            decoder,
            loss,
            reads_sequence: shape.is_sequence(),
        }
    }

    /// The head, where the loss looks at it.
    pub fn head(&self) -> Option<&Head> {
        self.head.as_ref()
    }

    /// The settings of the loss.
    pub fn loss(&self) -> Loss {
        self.loss
    }

    /// What its cross-entropy aims at for targets `[batch, classes]`.
    pub fn aim(&self, targets: &Tensor<2>) -> Tensor<2> {
        smoothed(targets.clone(), self.loss.smoothing)
    }

    /// Whether it looks at the class token of a sequence.
    pub fn reads_sequence(&self) -> bool {
        self.reads_sequence
    }

    /// What its parts make of a module's output `x`, of a sequence of its class token, for a batch
    /// that shows `images`, with values from 0 to 1. `at` is the first place of its draws; without
    /// `draws` it evaluates.
    pub fn see(
        &self,
        x: Dual,
        images: impl FnOnce() -> Tensor<4>,
        at: usize,
        mut draws: Option<&mut Draws>,
    ) -> Sight {
        let x = x.linear(|x| class_token(x, self.reads_sequence));
        let scores = self
            .head
            .as_ref()
            .map(|head| head.forward(x.clone(), at, draws.as_deref_mut()));
        let compared = self
            .similarity
            .as_ref()
            .map(|similarity| similarity.forward(x.clone()));
        let reconstruction = self.decoder.as_ref().map(|decoder| {
            let pixels = decoder.forward(x, at + 1, draws);
            reconstruction(pixels, images())
        });
        Sight {
            scores,
            compared,
            reconstruction,
        }
    }

    /// Logits `[batch, classes]`, of a loss that has any.
    pub fn logits(&self, sight: &Sight) -> Option<Tensor<2>> {
        let scores = sight.scores.as_ref().map(|scores| scores.value.clone());
        scores.filter(|_| self.loss.kind.scores_classes())
    }

    /// The whole loss, all of its terms. None where nothing was seen that it is of.
    pub fn judge(&self, sight: Sight, targets: &Tensor<2>) -> Option<LossValue> {
        let Sight {
            scores,
            compared,
            reconstruction,
        } = sight;
        let class_entropy = |scores| cross_entropy(scores, self.aim(targets));
        let matching = |rows| similarity(rows, targets.clone());
        let beta = self.loss.beta;
        let terms = match self.loss.kind {
            LossKind::CrossEntropy => [scores.map(class_entropy), None],
            LossKind::Contrastive => {
                let temperature = self.loss.temperature;
                let compare = |scores| contrastive(scores, targets.clone(), temperature);
                [scores.map(compare), None]
            }
            LossKind::Similarity => [None, compared.map(matching)],
            LossKind::PredSim => [
                scores.map(|scores| class_entropy(scores).times(1.0 - beta)),
                compared.map(|rows| matching(rows).times(beta)),
            ],
        };
        let drawn = reconstruction.map(|drawn| drawn.times(self.loss.reconstruction));
        let terms = terms.into_iter().chain([drawn]);
        terms.flatten().reduce(LossValue::plus)
    }

    /// Moves running statistics by what the step left in `draws`.
    pub fn absorb(&mut self, at: usize, draws: &mut Draws) {
        if let Some(head) = &mut self.head {
            head.absorb(at, draws);
        }
        if let Some(decoder) = &mut self.decoder {
            decoder.absorb(at + 1, draws);
        }
    }

    /// Every batch norm, with the start of its name.
    pub fn batch_norms(&mut self) -> Vec<(String, &mut BatchNorm)> {
        let head = self.head.iter_mut().flat_map(|head| {
            let named = head.batch_norms().into_iter();
            named.map(|(name, norm)| (format!("head.{name}"), norm))
        });
        let decoder = self.decoder.iter_mut().map(|decoder| {
            let (name, norm) = decoder.batch_norm();
            (format!("decoder.{name}"), norm)
        });
        head.chain(decoder).collect()
    }

    /// Running mean and variance of every batch norm, without autodiff, with the start of its
    /// name.
    pub fn running_statistics(&self) -> Vec<(String, Tensor<1>, Tensor<1>)> {
        let head = self.head.iter().flat_map(|head| {
            let named = head.running_statistics().into_iter();
            named.map(|(name, mean, variance)| (format!("head.{name}"), mean, variance))
        });
        let decoder = self.decoder.iter().flat_map(|decoder| {
            let named = decoder.running_statistics().into_iter();
            named.map(|(name, mean, variance)| (format!("decoder.{name}"), mean, variance))
        });
        head.chain(decoder).collect()
    }
}
