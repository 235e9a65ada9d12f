//! The values of a network: where each has its place and what it is called.

use layerwise_experiment::Experiment;

use crate::{
    block::{Layout, layout},
    local::{LocalModule, parameter_shapes},
};

/// What a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Block,
    LastHead,
    /// A head before the last, which only a run of this program has.
    EarlierHead,
}

/// The place of one tensor in a network.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// Index of its module.
    pub module: usize,
    /// Name in its module.
    pub local: String,
    /// Name in the whole network, wherever it is cut: `block.N.weight`, `head.weight`, and
    /// `block.N.head.weight` of a head after block N before the last. What a loss needs besides
    /// goes by the same rule.
    pub name: String,
    pub shape: Vec<usize>,
    /// How it lies in files of PyTorch.
    pub layout: Layout,
    pub part: Part,
}

/// Every slot, from input to output.
pub(super) fn slots(experiment: &Experiment, modules: &[LocalModule]) -> Vec<Slot> {
    let ranges = experiment.module_ranges();
    let mut slots = Vec::new();
    for (module, (network, range)) in modules.iter().zip(&ranges).enumerate() {
        let is_last = module + 1 == ranges.len();
        for (local, shape) in parameter_shapes(network) {
            let (name, layout, part) = match local.strip_prefix("block.") {
                Some(inside) => {
                    let (index, part) = inside.split_once('.').unwrap_or(("0", inside));
                    let at = range.start + index.parse().unwrap_or(0);
                    let layout = match experiment.blocks.get(at) {
                        Some(block) => layout(block, part, &shape),
                        None => Layout::usual(part, &shape),
                    };
                    (format!("block.{at}.{part}"), layout, Part::Block)
                }
                None => {
                    let part = local.strip_prefix("head.").unwrap_or(&local);
                    let layout = Layout::usual(part, &shape);
                    if is_last {
                        (local.clone(), layout, Part::LastHead)
                    } else {
                        let name = format!("block.{}.{local}", range.end.saturating_sub(1));
                        (name, layout, Part::EarlierHead)
                    }
                }
            };
            slots.push(Slot {
                module,
                local,
                name,
                shape,
                layout,
                part,
            });
        }
    }
    slots
}
