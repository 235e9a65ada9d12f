//! `layerwise weights`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use layerwise_experiment::{Experiment, HeadSource, Weights, words::number::grouped, write_whole};
use layerwise_learn::weights::{self, Checkpoint, Report};

use super::{
    failure::Failure,
    output::{note, print},
    source::{Source, must_be_new},
};

#[derive(Subcommand)]
pub(super) enum WeightsVerb {
    /// List the tensors of a checkpoint
    Inspect {
        /// A safetensors file or a PyTorch checkpoint
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what a network would take from a checkpoint
    Check {
        /// A safetensors file or a PyTorch checkpoint
        #[arg(value_name = "FILE")]
        file: PathBuf,
        #[command(flatten)]
        source: Source,
        /// Where heads come from: the file (keep) or the seed (replace); weights.head else
        #[arg(long, value_name = "keep|replace")]
        head: Option<HeadChoice>,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the weights of a network under the names of torchvision or timm
    Export(ExportArgs),
    /// Write a PyTorch script of the same network, which reads what `export` writes
    Script {
        #[command(flatten)]
        source: Source,
        /// File to write
        #[arg(long, value_name = "FILE.py")]
        out: PathBuf,
    },
}

#[derive(Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    source: Source,
    /// Weights to write, such as weights.safetensors in the folder of a run; without it those
    /// that the experiment starts with
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// File to write
    #[arg(long, value_name = "FILE.safetensors")]
    out: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum HeadChoice {
    Keep,
    Replace,
}

pub(super) fn run(verb: &WeightsVerb) -> Result<(), Failure> {
    match verb {
        WeightsVerb::Inspect { file, json } => inspect(file, *json),
        WeightsVerb::Check {
            file,
            source,
            head,
            json,
        } => check(file, &source.network()?, *head, *json),
        WeightsVerb::Export(args) => export(args),
        WeightsVerb::Script { source, out } => {
            let experiment = source.network()?;
            must_be_new(out)?;
            write_whole(out, weights::script(&experiment)?.as_bytes())
                .map_err(|error| format!("{} cannot be written: {error}", out.display()))?;
            print(&format!("{}\n", out.display()))
        }
    }
}

fn inspect(file: &Path, json: bool) -> Result<(), Failure> {
    let checkpoint = Checkpoint::open(file)?;
    let count = |shape: &[usize]| shape.iter().product::<usize>();
    let values: usize = checkpoint
        .tensors()
        .values()
        .map(|tensor| count(&tensor.shape))
        .sum();
    if json {
        let tensors: Vec<_> = checkpoint
            .tensors()
            .iter()
            .map(|(name, tensor)| {
                serde_json::json!({
                    "name": name,
                    "shape": tensor.shape,
                    "type": tensor.kind.to_string(),
                })
            })
            .collect();
        let whole = serde_json::json!({
            "file": file.display().to_string(),
            "format": checkpoint.format().title(),
            "bytes": checkpoint.bytes(),
            "values": values,
            "tensors": tensors,
        });
        return print(&format!("{whole:#}\n"));
    }
    let names: Vec<String> = checkpoint
        .tensors()
        .keys()
        .map(|name| weights::shown(name))
        .collect();
    let widest = names.iter().map(|name| name.chars().count()).max();
    let width = widest.unwrap_or(0);
    let mut text = String::new();
    for (name, tensor) in names.iter().zip(checkpoint.tensors().values()) {
        let shape = weights::shape_words(&tensor.shape);
        text.push_str(&format!("{name:<width$}  {:<5} {shape}\n", tensor.kind));
    }
    text.push_str(&format!(
        "{} tensors with {} values in {} bytes ({})\n",
        names.len(),
        grouped(values as u64),
        grouped(checkpoint.bytes()),
        checkpoint.format().title()
    ));
    print(&text)
}

fn check(
    file: &Path,
    experiment: &Experiment,
    head: Option<HeadChoice>,
    json: bool,
) -> Result<(), Failure> {
    let set = experiment.weights.as_ref();
    let head = match head {
        Some(HeadChoice::Keep) => HeadSource::Keep,
        Some(HeadChoice::Replace) => HeadSource::Replace,
        None => set.map(|weights| weights.head).unwrap_or_default(),
    };
    let path = file.to_owned();
    let report = weights::check(experiment, &Weights { path, head })?;
    let problem = report.problem();
    if json {
        let whole = serde_json::json!({
            "loads": problem.is_none(),
            "problem": problem,
            "report": report,
        });
        print(&format!("{whole:#}\n"))?;
    } else {
        print(&table(&report))?;
    }
    match problem {
        Some(problem) => Err(Failure::error(problem)),
        None => Ok(()),
    }
}

/// Every name that is not simply matched, under what is so with it.
fn table(report: &Report) -> String {
    let mut text = format!(
        "{} of {} names from {} ({})\n",
        report.matched.len(),
        report.naming.title(),
        report.file,
        report.format
    );
    for (title, names) in [
        ("missing in the file", &report.missing),
        ("in the file, not in the network", &report.unexpected),
        (
            "of heads, which start as the seed has them",
            &report.initial,
        ),
    ] {
        if !names.is_empty() {
            text.push_str(&format!("{title}: {}\n", names.len()));
            for name in names {
                text.push_str(&format!("  {}\n", weights::shown(name)));
            }
        }
    }
    if !report.other_shape.is_empty() {
        text.push_str(&format!("another shape: {}\n", report.other_shape.len()));
        for other in &report.other_shape {
            text.push_str(&format!(
                "  {}: {} in the file, {} in the network\n",
                weights::shown(&other.name),
                other.file,
                other.network
            ));
        }
    }
    text
}

fn export(args: &ExportArgs) -> Result<(), Failure> {
    let mut experiment = args.source.network()?;
    must_be_new(&args.out)?;
    if let Some(path) = &args.from {
        experiment.weights = Some(Weights {
            path: path.clone(),
            head: HeadSource::Keep,
        });
    }
    let exported = weights::export_start(&experiment, &args.out)?;
    if let Some(report) = &exported.report {
        note(&report.sentence());
    }
    note(&format!("Names of {}", exported.naming.title()));
    if let Some(warning) = exported.warning() {
        note(warning);
    }
    print(&format!("{}\n", args.out.display()))
}
