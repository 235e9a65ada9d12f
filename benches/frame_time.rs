//! Time that the window's thread takes for a frame of the studio, at rest and while training.
//!
//! `cargo bench --bench frame_time`: layout and drawing commands of 1280×800, without the
//! graphics driver. The trainer runs on the CPU beside it, as fast as it can.

use std::time::{Duration, Instant};

use eframe::egui::Key;
use egui_kittest::Harness;
use layerwise::{
    experiment::{DeviceChoice, preset},
    gui::{Studio, StudioOptions},
    run::Phase,
};

const FRAMES: usize = 600;
/// Frames come as often as on a usual screen.
const FRAME: Duration = Duration::from_micros(16_667);

fn main() -> Result<(), String> {
    println!("preset       run        median ms     99 % ms  longest ms  steps/s");
    for name in ["digits-mlp", "spirals-mlp", "digits-cnn"] {
        let mut experiment = preset(name)
            .ok_or_else(|| format!("no preset {name}"))?
            .experiment()
            .map_err(|error| error.to_string())?;
        experiment.device = DeviceChoice::Cpu;
        experiment.train.epochs = 10_000;
        let mut window = Harness::builder()
            .with_size([1280.0, 800.0])
            .build_eframe(|cc| Studio::new(cc, StudioOptions::default()));
        *window.state_mut().experiment_mut() = experiment;
        // Data and adapters arrive.
        frames(&mut window, 120);
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
    Ok(())
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
