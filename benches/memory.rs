//! Peak memory and time of a training step on the CPU, predicted and measured, for every preset
//! under global BP and split into two and four modules, with and without reconciliation, and with a
//! module for each weight layer by local BP and, where it fits, BP-free.
//!
//! `cargo bench --bench memory` measures all, `cargo bench --bench memory -- vit` only presets
//! with "vit" in their name, `… -- vit train.batch_size=8` with a key changed. Memory is what the
//! program has allocated above what it had before the network was made; nothing else runs
//! meanwhile. A first step, which is not told, leaves what threads keep for good.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that cannot go on ends"
)]

use std::time::Instant;

use burn::tensor::Device;
use layerwise_dataset as dataset;
use layerwise_experiment::{Balance, Experiment, Family, MethodKind, Preset, presets};
use layerwise_learn::local::{Learner, Resident, StepWay};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// How a network is cut.
#[derive(Clone, Copy)]
enum Cut {
    /// As it is.
    None,
    Into(usize),
    /// Every weight layer a module, of networks that BP-free can train.
    Layers,
}

/// Name, keys and cut.
const WAYS: [(&str, &[&str], Cut); 10] = [
    ("global BP", &["method.kind=global-bp"], Cut::None),
    (
        "checkpointing",
        &["method.kind=global-bp", "method.checkpointing=true"],
        Cut::None,
    ),
    ("K = 2", &["method.lambda=0"], Cut::Into(2)),
    ("K = 2, SGR", &["method.lambda=0.1"], Cut::Into(2)),
    ("K = 4", &["method.lambda=0"], Cut::Into(4)),
    ("K = 4, SGR", &["method.lambda=0.1"], Cut::Into(4)),
    ("layers", &["method.lambda=0"], Cut::Layers),
    ("layers, SGR", &["method.lambda=0.1"], Cut::Layers),
    (
        "BP-free",
        &["method.kind=bp-free", "method.lambda=0"],
        Cut::Layers,
    ),
    (
        "BP-free, SGR",
        &["method.kind=bp-free", "method.lambda=0.1"],
        Cut::Layers,
    ),
];
const STEPS: usize = 3;

fn main() -> Result<(), String> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with('-'))
        .collect();
    let (changes, names): (Vec<_>, Vec<_>) = words.into_iter().partition(|w| w.contains('='));
    let wanted = names.first().cloned().unwrap_or_default();
    let first = experiment(*presets().first().ok_or("no preset")?, WAYS[5].1, &[])?;
    measure(&first)?;
    println!(
        "preset             batch  way            predicted MB  measured MB  ratio  ms per step"
    );
    for preset in presets()
        .iter()
        .filter(|preset| preset.name.contains(&wanted))
    {
        for (way, keys, cut) in WAYS {
            let mut experiment = experiment(*preset, keys, &changes)?;
            match cut {
                Cut::None => {}
                Cut::Into(modules) => experiment.split_into(modules, Balance::Blocks),
                Cut::Layers => {
                    experiment.split_for_bp_free();
                    let mut closed = experiment.clone();
                    closed.method.kind = MethodKind::BpFree;
                    if !closed.problems().is_empty() {
                        continue;
                    }
                }
            }
            let predicted = experiment.step_memory().ok_or("no plan")?.total();
            let (measured, seconds) = measure(&experiment)?;
            println!(
                "{:<18} {:>5}  {way:<13} {:>13.2} {:>12.2} {:>6.2} {:>12.1}",
                preset.name,
                experiment.train.batch_size,
                predicted as f64 / 1e6,
                measured as f64 / 1e6,
                predicted as f64 / measured as f64,
                seconds * 1e3
            );
        }
    }
    Ok(())
}

fn experiment(preset: Preset, keys: &[&str], changes: &[String]) -> Result<Experiment, String> {
    let batch = match preset.family {
        Family::Large => 4,
        _ => 32,
    };
    let mut assignments: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    assignments.extend([
        "data.samples=200".to_owned(),
        format!("train.batch_size={batch}"),
    ]);
    assignments.extend_from_slice(changes);
    preset.with(&assignments).map_err(|error| error.to_string())
}

/// Peak bytes and seconds of a step, the first left out of the latter.
fn measure(experiment: &Experiment) -> Result<(usize, f64), String> {
    let device = Learner::device(experiment, Device::flex());
    let data = dataset::load_now(experiment)?;
    let samples = Resident::new(&data.train, data.classes.len(), &device, &mut |_| true)?;
    drop(data.test);
    let batch = samples.range(0, experiment.train.batch_size);
    let lambda: Vec<f64> = (2..=experiment.module_count())
        .map(|number| experiment.lambda_of(number))
        .collect();
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let mut learner = Learner::new(experiment, &device)?;
    let mut times = Vec::new();
    for step in 0..STEPS {
        let way = StepWay {
            step,
            learning_rate: 1e-4,
            lambda: &lambda,
            measure: false,
            only: None,
        };
        let started = Instant::now();
        let numbers = learner.step(&batch, &way, &mut |_| {});
        numbers
            .values
            .try_into_data()
            .map_err(|error| format!("{error:?}"))?;
        if step > 0 {
            times.push(started.elapsed().as_secs_f64());
        }
    }
    let fastest = times.into_iter().fold(f64::INFINITY, f64::min);
    Ok((ALLOCATOR.peak_usage().saturating_sub(before), fastest))
}
