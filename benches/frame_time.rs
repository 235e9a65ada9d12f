//! Time that the window's thread takes for a frame of the studio, at rest, while training, and
//! while long networks scroll.
//!
//! `cargo bench --bench frame_time`: layout and drawing commands of 1280×800, without the
//! graphics driver. The trainer runs on the CPU beside it, as fast as it can.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that cannot go on ends"
)]

use std::time::{Duration, Instant};

use eframe::egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, pos2, vec2,
};
use egui_kittest::Harness;
use layerwise::gui::{Studio, StudioOptions};
use layerwise_experiment::{Balance, DeviceChoice, Experiment, MAX_BLOCKS, preset};
use layerwise_study::Phase;

const FRAMES: usize = 600;
/// Frames come as often as on a usual screen.
const FRAME: Duration = Duration::from_micros(16_667);

fn main() -> Result<(), String> {
    println!("network      run        median ms     99 % ms  longest ms  steps/s");
    for name in ["digits-mlp", "spirals-mlp", "digits-cnn"] {
        let mut window = open(by_name(name)?);
        let times = frames(&mut window, FRAMES);
        report(name, "at rest", &window, times);

        window.key_press(Key::Space);
        let started = Instant::now();
        while phase(&window) != Some(Phase::Running) {
            if started.elapsed() > Duration::from_secs(60) {
                return Err(format!("{name} does not train"));
            }
            frames(&mut window, 1);
        }
        frames(&mut window, 120);
        let times = frames(&mut window, FRAMES);
        report(name, "training", &window, times);
    }
    for (name, experiment) in [
        ("resnet110", by_name("resnet110")?),
        ("110 blocks", long(by_name("digits-mlp")?, 110)),
        ("1000 blocks", long(by_name("digits-mlp")?, MAX_BLOCKS)),
    ] {
        let mut window = open(experiment);
        let times = frames(&mut window, FRAMES);
        report(name, "at rest", &window, times);
        // Over the network, a notch of the wheel down in every frame, then up again.
        window.hover_at(pos2(150.0, 400.0));
        let mut times = Vec::new();
        for at in 0..FRAMES {
            let notch = if at < FRAMES / 2 { -40.0 } else { 40.0 };
            window.event(Event::MouseWheel {
                unit: MouseWheelUnit::Point,
                delta: vec2(0.0, notch),
                phase: TouchPhase::Move,
                source: MouseWheelSource::Wheel,
                modifiers: Modifiers::NONE,
            });
            times.extend(frames(&mut window, 1));
        }
        times.sort_by(f64::total_cmp);
        report(name, "scrolling", &window, times);
    }
    Ok(())
}

fn by_name(name: &str) -> Result<Experiment, String> {
    preset(name)
        .ok_or_else(|| format!("no preset {name}"))?
        .experiment()
        .map_err(|error| error.to_string())
}

/// A chain of so many blocks in 16 modules.
fn long(mut experiment: Experiment, count: usize) -> Experiment {
    experiment.modules = Vec::new();
    let tail: Vec<_> = experiment.blocks.iter().skip(1).cloned().collect();
    let blocks = experiment.blocks.iter().take(1).chain(tail.iter().cycle());
    experiment.blocks = blocks.take(count).cloned().collect();
    experiment.split_into(16, Balance::Blocks);
    experiment
}

/// The studio with an experiment, after data and adapters have arrived.
fn open(mut experiment: Experiment) -> Harness<'static, Studio> {
    experiment.device = DeviceChoice::Cpu;
    experiment.train.epochs = 10_000;
    let mut window = Harness::builder()
        .with_size([1280.0, 800.0])
        .build_eframe(|cc| Studio::new(cc, StudioOptions::default()));
    *window.state_mut().experiment_mut() = experiment;
    frames(&mut window, 120);
    window
}

fn phase(window: &Harness<'_, Studio>) -> Option<Phase> {
    window.state().progress().map(|progress| progress.phase)
}

/// Milliseconds of each of so many frames, in ascending order.
fn frames(window: &mut Harness<'_, Studio>, count: usize) -> Vec<f64> {
    let mut times: Vec<f64> = (0..count)
        .map(|_| {
            let started = Instant::now();
            window.step();
            let taken = started.elapsed();
            std::thread::sleep(FRAME.saturating_sub(taken));
            taken.as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn report(name: &str, run: &str, window: &Harness<'_, Studio>, times: Vec<f64>) {
    let at = |share: f64| {
        let index = (share * (times.len() - 1) as f64) as usize;
        times.get(index).copied().unwrap_or(f64::NAN)
    };
    let speed = window
        .state()
        .progress()
        .map_or(0.0, |progress| progress.steps_per_second);
    println!(
        "{name:<12} {run:<9} {:>10.2} {:>11.2} {:>11.2} {speed:>8.0}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
