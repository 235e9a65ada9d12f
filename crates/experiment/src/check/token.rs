//! Class tokens that have seen no other token.

use super::{Place, Problem};
use crate::{Experiment, MethodKind, Shape, Tokens};

impl Experiment {
    /// Modules that learn from a class token which is the same for every sample, said where the
    /// token is made. `shapes` are those on the edges of the chain.
    pub(super) fn token_problems(&self, shapes: &[Shape]) -> Vec<Problem> {
        let mut problems = Vec::new();
        // Nothing that learns there in closed form ends with a token.
        if self.method.kind == MethodKind::BpFree {
            return problems;
        }
        // The block that made a token which has seen no other since.
        let mut alone = None;
        for (number, range) in (1..).zip(self.module_ranges()) {
            let end = range.end;
            for (index, block) in self.blocks.iter().enumerate().take(end).skip(range.start) {
                match block.about().tokens {
                    Tokens::Begun => alone = Some(index),
                    Tokens::Mixed => alone = None,
                    Tokens::Apart => {}
                }
            }
            let reads_token = shapes.get(end).is_some_and(|shape| shape.is_sequence());
            let learns = self.has_loss(number) && !self.is_frozen(number);
            if let (Some(index), true, true) = (alone, reads_token, learns) {
                problems.push(Problem {
                    place: Place::Block(index),
                    message: format!(
                        "The class token that module {number} ends with has seen no other token, so that its loss sees the same for every sample: end the module behind a transformer encoder or an MLP-Mixer, or take the class token out"
                    ),
                });
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Block, kind};

    /// A class token with its place, and what follows, cut after these blocks.
    fn told(behind: &[&str], cuts: &[usize], change: impl Fn(&mut Experiment)) -> Vec<String> {
        let mut text =
            "version = 1\n[data]\nkind = \"digits\"\n[head]\nkind = \"linear\"\n".to_owned();
        text.push_str(&format!("[split]\nafter = {cuts:?}\n"));
        let embedding = "patch-embedding\"\nout = 12\npatch = 2\nclass_token = true\n#\"";
        for kind in [embedding, "position-embedding"].iter().chain(behind) {
            text.push_str(&format!("[[block]]\nkind = \"{kind}\"\n"));
        }
        let mut experiment = Experiment::from_toml(&text, "tokens.toml", &[]).unwrap();
        change(&mut experiment);
        let problems = experiment.problems().into_iter();
        problems.map(|problem| problem.to_string()).collect()
    }

    const ENCODER: &str = "transformer-encoder\"\nheads = 2\n#\"";
    const MIXER: &str = "mlp-mixer\"\ntokens_hidden = 4\nchannels_hidden = 4\n#\"";

    #[test]
    fn a_module_that_ends_with_a_token_alone_is_told_at_its_block() {
        let of_module = |number: usize| {
            format!(
                "block 0: The class token that module {number} ends with has seen no other token, so that its loss sees the same for every sample: end the module behind a transformer encoder or an MLP-Mixer, or take the class token out"
            )
        };
        let as_it_is = |_: &mut Experiment| {};
        assert_eq!(told(&["gelu"], &[], as_it_is), [of_module(1)]);
        assert_eq!(
            told(
                &["layer-norm\"\nover = \"channels", "batch-norm"],
                &[],
                as_it_is
            ),
            [of_module(1)]
        );
        assert_eq!(
            told(&[ENCODER], &[0, 1], as_it_is),
            [of_module(1), of_module(2)]
        );
        for mixes in [
            ENCODER,
            MIXER,
            "layer-norm",
            "group-norm\"\ngroups = 3\n#\"",
        ] {
            assert_eq!(told(&[mixes, "gelu"], &[2], as_it_is), [""; 0], "{mixes}");
        }
        for pools in ["global-avg-pool", "flatten"] {
            assert_eq!(told(&[pools], &[], as_it_is), [""; 0], "{pools}");
        }
    }

    #[test]
    fn modules_that_do_not_learn_from_a_token_may_end_with_it() {
        let global = |experiment: &mut Experiment| experiment.method.kind = MethodKind::GlobalBp;
        assert_eq!(told(&[ENCODER], &[1], global), [""; 0]);
        let frozen = |experiment: &mut Experiment| experiment.set_frozen(1, true);
        assert_eq!(told(&[ENCODER], &[1], frozen), [""; 0]);
        let grid = |experiment: &mut Experiment| {
            if let Some(Block::PatchEmbedding(kind::PatchEmbedding { class_token, .. })) =
                experiment.blocks.first_mut()
            {
                *class_token = false;
            }
        };
        assert_eq!(told(&[ENCODER], &[1], grid), [""; 0]);
    }
}
