//! The network of an experiment as a PyTorch script that reads what an export writes.

mod chain;

use std::collections::BTreeSet;

use layerwise_experiment::{Experiment, Shape};

use super::{
    inputs::NORMALIZATION,
    names::{Naming, namings},
    words,
};
use crate::block::Class;
use chain::Chain;

/// A script with the whole network and its last head, in one file: it builds the network, reads
/// its weights under the names of [`export`](super::export()), and prints the logits of an input.
///
/// # Errors
/// Where the blocks of the experiment do not fit together, or the last module has no head.
pub fn script(experiment: &Experiment) -> Result<String, String> {
    let all = namings(&experiment.blocks);
    let names = all.first().ok_or("the network has no block")?;
    if !experiment
        .loss_of(experiment.module_count())
        .kind
        .uses_head()
    {
        return Err(
            "the last module has no head to export: give it a loss with one, such as cross-entropy"
                .to_owned(),
        );
    }
    let chain = Chain::new(experiment, names)
        .ok_or("the blocks of the network do not fit together: mend them first")?;
    let mut parts = vec![format!(
        r#""""{} in PyTorch, for evaluation.

    python THIS_FILE WEIGHTS.safetensors

builds the network, reads its weights ({} names) and prints the logits of one input. The network
takes samples as their data hold them, images with values from 0 to 1, and normalises them as the
file says. Made by Layerwise {}. Needs torch and safetensors.
"""

import json
import sys

import torch
import torch.nn.functional as F
from safetensors import safe_open
from safetensors.torch import load_file
from torch import nn"#,
        title(&experiment.name),
        names.naming.title(),
        env!("CARGO_PKG_VERSION"),
    )];
    let classes: BTreeSet<Class> = chain.classes;
    parts.extend(
        classes
            .into_iter()
            .map(|class| class.text.trim().to_owned()),
    );
    parts.push(include_str!("network.py").trim().to_owned());
    let lines: String = chain
        .lines
        .iter()
        .map(|(name, layer)| format!("    (\"{name}\", {layer}),\n"))
        .collect();
    parts.push(format!("CHAIN = [\n{lines}]"));
    parts.push(end(experiment, names.naming, &chain.renamed));
    Ok(format!("{}\n", parts.join("\n\n\n")))
}

/// The name of an experiment inside a text of Python.
fn title(name: &str) -> String {
    let name = words::cut(name).replace(['"', '\\'], "'");
    if name.is_empty() {
        "A network".to_owned()
    } else {
        name
    }
}

/// What reads the weights and prints the logits.
fn end(experiment: &Experiment, naming: Naming, renamed: &[(String, String)]) -> String {
    let mut text = "def load(path):\n    \"\"\"The network with the weights of a file.\"\"\"\n    network = Network(CHAIN).eval()\n    weights = load_file(path)\n".to_owned();
    if !renamed.is_empty() {
        let pairs: Vec<String> = renamed
            .iter()
            .map(|(theirs, python)| format!("(\"{theirs}\", \"{python}\")"))
            .collect();
        text.push_str(&format!(
            "    for stored, here in [\n        {},\n    ]:\n        weights = {{name.replace(stored, here): value for name, value in weights.items()}}\n",
            pairs.join(",\n        ")
        ));
    }
    if naming == Naming::Layerwise {
        text.push_str(
            "    # Linear weights are stored as inputs × outputs.\n    for name, layer in network.named_modules():\n        if isinstance(layer, nn.Linear):\n            weights[f\"{name}.weight\"] = weights[f\"{name}.weight\"].T\n",
        );
    }
    text.push_str(
        "    # Heads before the last are left out.\n    missing = network.load_state_dict(weights, strict=False).missing_keys\n    missing = [name for name in missing if not name.endswith(\"num_batches_tracked\")]\n    if missing:\n        sys.exit(f\"{path} lacks {', '.join(missing)}\")\n",
    );
    text.push_str(&format!(
        r#"    with safe_open(path, "pt") as file:
        about = (file.metadata() or {{}}).get("{NORMALIZATION}")
    if about is None:
        print(f"{{path}} does not say how samples are normalised: normalise them as in training", file=sys.stderr)
    elif numbers := json.loads(about):
        network.mean = torch.tensor(numbers["mean"])
        network.std = torch.tensor(numbers["std"])
    return network


"#
    ));
    let sizes = match experiment.data.shape() {
        Shape::Flat(features) => vec![1, features],
        shape => [vec![1], shape.sizes().to_vec()].concat(),
    };
    let count: usize = sizes.iter().product();
    let sizes: Vec<String> = sizes.iter().map(ToString::to_string).collect();
    text.push_str(&format!(
        "if __name__ == \"__main__\":\n    x = torch.linspace(-1, 1, {count}).reshape({})\n    with torch.no_grad():\n        print(\" \".join(f\"{{logit:.6g}}\" for logit in load(sys.argv[1])(x)[0]))",
        sizes.join(", ")
    ));
    text
}
