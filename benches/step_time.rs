//! Step time of every preset under global BP, λ = 0 and SGR, and under BP-free where the
//! preset is cut for it.
//!
//! `cargo bench --bench step_time` measures on the CPU, with `LAYERWISE_BENCH_DEVICE=gpu:0` on a
//! GPU, and `cargo bench --bench step_time -- digits` only presets with "digits" in their name.
//! Each number is the median of a few short runs, taken in turn so that a change in the machine's
//! speed meets all of them.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that cannot go on ends"
)]

use std::time::Duration;

use layerwise_experiment::{Experiment, Preset, presets};
use layerwise_run::{Run, RunOptions};
use layerwise_study::{Fact, Phase, Summary};

const ROUNDS: usize = 3;

/// Ways to train, with the keys that make each.
const WAYS: [(&str, &[&str]); 6] = [
    ("global BP", &["method.kind=global-bp"]),
    (
        "λ = 0",
        &["method.lambda=0", "measure.alignment_every=1000000"],
    ),
    (
        "λ = 0, aligned",
        &["method.lambda=0", "measure.alignment_every=1"],
    ),
    ("SGR, λ = 0.1", &["method.lambda=0.1"]),
    (
        "BP-free, λ = 0",
        &[
            "method.kind=bp-free",
            "method.lambda=0",
            "measure.alignment_every=1000000",
        ],
    ),
    (
        "BP-free, λ = 0.1",
        &["method.kind=bp-free", "method.lambda=0.1"],
    ),
];
/// The way that ratios refer to.
const REFERENCE: usize = 1;

fn main() -> Result<(), String> {
    let device = std::env::var("LAYERWISE_BENCH_DEVICE").unwrap_or_else(|_| "cpu".to_owned());
    let wanted = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let wanted = wanted.unwrap_or_default();
    let mut seen = String::new();
    for preset in presets()
        .iter()
        .filter(|preset| preset.name.contains(&wanted))
    {
        let steps = match preset.name {
            name if name.starts_with("resnet") => 2,
            "shapes-cnn" => 12,
            "digits-cnn" => 100,
            _ => 300,
        };
        let mut times = WAYS.map(|_| Vec::new());
        for _ in 0..ROUNDS {
            for ((_, keys), times) in WAYS.iter().zip(&mut times) {
                let experiment = experiment(*preset, keys, &device)?;
                if !experiment.problems().is_empty() {
                    continue;
                }
                let summary = run(experiment, steps)?;
                times.push(1e3 / summary.steps_per_second);
                if seen != summary.device {
                    seen.clone_from(&summary.device);
                    println!("{seen}\n");
                    println!("preset       way               ms per step  ratio to λ = 0");
                }
            }
        }
        let medians = times.map(median);
        for ((way, _), time) in WAYS.iter().zip(medians) {
            if time.is_nan() {
                continue;
            }
            let ratio = time / medians[REFERENCE];
            println!("{:<12} {way:<16} {time:>12.2} {ratio:>15.2}", preset.name);
        }
    }
    Ok(())
}

fn experiment(preset: Preset, keys: &[&str], device: &str) -> Result<Experiment, String> {
    let mut assignments: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    assignments.push(format!("device={device}"));
    // One evaluation, at the end.
    assignments.push("measure.evaluate_every=100000".to_owned());
    preset.with(&assignments).map_err(|error| error.to_string())
}

fn run(experiment: Experiment, steps: usize) -> Result<Summary, String> {
    let options = RunOptions {
        max_steps: Some(steps),
        ..RunOptions::default()
    };
    let run = Run::start(experiment, options)?;
    loop {
        if let Some(Fact::Ended {
            phase,
            message,
            summary,
        }) = run.next_fact(Duration::from_secs(1))
        {
            return match (phase, summary) {
                (Phase::Finished, Some(summary)) => Ok(*summary),
                _ => Err(message.unwrap_or_else(|| phase.title().to_owned())),
            };
        }
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}
