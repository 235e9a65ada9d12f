//! What a checkpoint has of a network.

use std::collections::{BTreeMap, BTreeSet};

use layerwise_experiment::{Experiment, HeadSource};

use super::{
    names::{Names, Naming, is_of_loss, namings},
    read::{Checkpoint, Kind},
    report::{OtherShape, Report, some},
    slot::{Part, Slot},
    words,
};
use crate::block::Layout;

/// A report, and what is taken from where.
pub(super) struct Match {
    pub report: Report,
    /// For each slot the tensor of the file and how it lies there.
    pub sources: Vec<Option<(String, Layout)>>,
}

/// Names of the file under which a network may know them, each with its name in the file.
/// Weights of a run have their module before them, which does not matter here.
fn known_names(checkpoint: &Checkpoint) -> BTreeMap<String, String> {
    let split = |name: &str| -> Option<(usize, String)> {
        let (number, rest) = name.strip_prefix("module.")?.split_once('.')?;
        let ours = rest.starts_with("block.") || is_of_loss(rest);
        Some((number.parse().ok().filter(|_| ours)?, rest.to_owned()))
    };
    let names = || checkpoint.tensors().keys();
    let last = names().filter_map(|name| Some(split(name)?.0)).max();
    let ends = module_ends(checkpoint);
    names()
        .map(|name| {
            let known = match split(name) {
                Some((number, rest)) if is_of_loss(&rest) && Some(number) != last => {
                    match ends.get(&number) {
                        Some(end) => format!("block.{end}.{rest}"),
                        None => name.clone(),
                    }
                }
                Some((_, rest)) => rest,
                None => name.clone(),
            };
            (known, name.clone())
        })
        .collect()
}

/// The last block of each module, by number from 1, in the weights of a run.
fn module_ends(checkpoint: &Checkpoint) -> BTreeMap<usize, u64> {
    let network = checkpoint.metadata("network").unwrap_or_default();
    let network: serde_json::Value = serde_json::from_str(network).unwrap_or_default();
    let modules = network.get("modules").and_then(|list| list.as_array());
    modules
        .into_iter()
        .flatten()
        .filter_map(|module| {
            let number = usize::try_from(module.get("number")?.as_u64()?).ok()?;
            Some((number, module.get("last_block")?.as_u64()?))
        })
        .collect()
}

/// Buffers of PyTorch that follow from the network.
fn is_derived(name: &str) -> bool {
    [
        "num_batches_tracked",
        "relative_position_index",
        "attn_mask",
    ]
    .iter()
    .any(|end| name.ends_with(end))
}

/// At most so many beginnings of names are tried.
const MAX_PREFIXES: usize = 64;

/// What may stand before the names of a network in a file: nothing, or what stands before one
/// that it has, as in `module.conv1.weight` or `state_dict.conv1.weight`.
fn prefixes(known: &BTreeMap<String, String>, probes: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::from([String::new()]);
    for probe in probes {
        for name in known.keys() {
            if let Some(prefix) = name.strip_suffix(probe.as_str())
                && prefix.ends_with('.')
                && found.len() < MAX_PREFIXES
            {
                found.insert(prefix.to_owned());
            }
        }
    }
    found
}

/// Compares a checkpoint with the slots of a network.
///
/// # Errors
/// Where the file has none of the names of the network's blocks.
pub(super) fn compare(
    experiment: &Experiment,
    slots: &[Slot],
    checkpoint: &Checkpoint,
    head: HeadSource,
) -> Result<Match, String> {
    let known = known_names(checkpoint);
    let all = namings(&experiment.blocks);
    let mut best: Option<(usize, &Names, String)> = None;
    for names in &all {
        let body: Vec<String> = slots
            .iter()
            .filter(|slot| slot.part == Part::Block)
            .filter_map(|slot| names.of(&slot.name))
            .collect();
        let probes: Vec<String> = body
            .first()
            .into_iter()
            .chain(body.last())
            .cloned()
            .collect();
        for prefix in prefixes(&known, &probes) {
            let has = |name: &String| known.contains_key(&format!("{prefix}{name}"));
            // Names such as norm.weight alone are anybody's.
            if names.naming != Naming::Layerwise && !body.first().is_some_and(has) {
                continue;
            }
            let count = body.iter().filter(|name| has(name)).count();
            if best.as_ref().is_none_or(|(most, _, _)| count > *most) {
                best = Some((count, names, prefix));
            }
        }
    }
    match best {
        Some((count, names, prefix)) if count > 0 => match misfit(slots, &known, names, &prefix) {
            Some(why) => Err(format!(
                "{} does not fit the network: {why}: choose a checkpoint of this network",
                checkpoint.path().display()
            )),
            None => Ok(matches(slots, checkpoint, head, &known, names, &prefix)),
        },
        _ => Err(nothing_fits(slots, checkpoint, &all)),
    }
}

/// Why a file under names of others is of another network, although it has some of the names: one of
/// its blocks has values that ours has not, or lacks some. Without a bias it computes as with 0.
fn misfit(
    slots: &[Slot],
    known: &BTreeMap<String, String>,
    names: &Names,
    prefix: &str,
) -> Option<String> {
    let blocks = match names.naming {
        Naming::Layerwise => 0,
        Naming::Torchvision | Naming::Timm => names.len(),
    };
    (0..blocks).find_map(|at| {
        let block = names.block(at)?;
        let ours = format!("block.{at}.");
        let parts: BTreeSet<String> = slots
            .iter()
            .filter(|slot| slot.part == Part::Block && slot.name.starts_with(&ours))
            .filter_map(|slot| Some(format!("{prefix}{}", names.of(&slot.name)?)))
            .collect();
        let inside = format!("{prefix}{}.", block.prefix);
        let besides = known.keys().find(|name| {
            !block.prefix.is_empty()
                && name.starts_with(&inside)
                && !parts.contains(*name)
                && !is_derived(name)
        });
        if let Some(name) = besides {
            let name = words::name(name);
            return Some(format!("it has {name}, for which the network has no place"));
        }
        let lacking = |name: &&String| !known.contains_key(*name) && !name.ends_with(".bias");
        let missing = parts.iter().find(lacking)?;
        let there = parts.iter().find(|name| known.contains_key(*name))?;
        let there = words::name(there);
        Some(format!("it has {there}, but not {missing}"))
    })
}

fn nothing_fits(slots: &[Slot], checkpoint: &Checkpoint, all: &[Names]) -> String {
    let expected: Vec<String> = all
        .iter()
        .filter_map(|names| {
            let slot = slots.iter().find(|slot| slot.part == Part::Block)?;
            Some(format!(
                "{} ({})",
                names.of(&slot.name)?,
                names.naming.title()
            ))
        })
        .collect();
    format!(
        "{} does not have the names of this network: it has {}, the network looks for such as {}: choose a checkpoint of this network",
        checkpoint.path().display(),
        some(checkpoint.tensors().keys().map(String::as_str)),
        expected.join(" or ")
    )
}

fn matches(
    slots: &[Slot],
    checkpoint: &Checkpoint,
    head: HeadSource,
    known: &BTreeMap<String, String>,
    names: &Names,
    prefix: &str,
) -> Match {
    let mut report = Report {
        file: checkpoint.path().display().to_string(),
        format: checkpoint.format().title(),
        naming: names.naming,
        matched: Vec::new(),
        missing: Vec::new(),
        unexpected: Vec::new(),
        other_shape: Vec::new(),
        initial: Vec::new(),
    };
    let mut used = BTreeSet::new();
    let mut sources = Vec::with_capacity(slots.len());
    for slot in slots {
        let is_head = slot.part != Part::Block;
        let name = names.of(&slot.name).map(|name| format!("{prefix}{name}"));
        let file_name = name.as_ref().and_then(|name| known.get(name));
        used.extend(file_name);
        let mut source = None;
        match (name, file_name) {
            _ if is_head && head == HeadSource::Replace => report.initial.push(slot.name.clone()),
            (_, Some(file_name)) => {
                let layout = names.layout(slot.layout);
                match checkpoint.tensors().get(file_name) {
                    Some(stored)
                        if !layout.fits(&slot.shape, &stored.shape)
                            || matches!(stored.kind, Kind::Other(_)) =>
                    {
                        let kind = match &stored.kind {
                            Kind::Other(kind) => format!(" of type {}", words::cut(kind)),
                            _ => String::new(),
                        };
                        report.other_shape.push(OtherShape {
                            name: file_name.clone(),
                            network: words::shape(&layout.shape(&slot.shape)),
                            file: format!("{}{kind}", words::shape(&stored.shape)),
                            is_head,
                        });
                    }
                    _ => {
                        report.matched.push(file_name.clone());
                        source = Some((file_name.clone(), layout));
                    }
                }
            }
            (Some(name), None) if slot.part != Part::EarlierHead => report.missing.push(name),
            _ => report.initial.push(slot.name.clone()),
        }
        sources.push(source);
    }
    let replaced = |name: &str| {
        head == HeadSource::Replace && name.starts_with(&format!("{prefix}{}.", names.head))
    };
    report.unexpected = known
        .iter()
        .filter(|(name, file_name)| {
            name.starts_with(prefix)
                && !used.contains(*file_name)
                && !is_derived(name)
                && !replaced(name)
        })
        .map(|(_, file_name)| file_name.clone())
        .collect();
    Match { report, sources }
}
