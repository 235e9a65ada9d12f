//! Images per second from a folder of 224×224 JPEG files: decoded alone, and read ahead for a
//! trainer by one and two threads; and the memory that takes.
//!
//! `cargo bench --bench loader` writes 2,000 images to a temporary folder, `… -- 20000` as many.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench that cannot go on ends"
)]

use std::{fs, path::Path, sync::Arc, time::Instant};

use layerwise_dataset::{self as dataset, Request, Samples, Schedule, Stream, look};
use layerwise_experiment::{DataKind, Experiment, Normalize, Resize};
use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const CLASSES: usize = 10;
const SIDE: u32 = 224;
const DRAWN: usize = 100;

fn main() -> Result<(), String> {
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok());
    let count: usize = count.unwrap_or(2_000);
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(folder.path(), count)?;

    let mut experiment = Experiment::default();
    experiment.data.kind = DataKind::Files;
    experiment.data.path = folder.path().to_owned();
    experiment.data.size = SIDE as usize;
    experiment.prepare.normalize = Normalize::Off;
    experiment.prepare.resize = Resize::Crop;
    let before = ALLOCATOR.current_usage();
    let started = Instant::now();
    experiment.data.found = Some(look(&experiment.data, &mut |_| true)?);
    let data = dataset::load(&Request::for_preview(&experiment), &mut |_| true)?;
    println!(
        "{} training and {} test images of {SIDE}×{SIDE}, listed in {:.2} s, {:.1} MB",
        data.train.len(),
        data.test.len(),
        started.elapsed().as_secs_f64(),
        ALLOCATOR.current_usage().saturating_sub(before) as f64 / 1e6,
    );
    println!("way                        images per second  peak MB");
    for threads in [1, 2] {
        let name = format!("decoded alone, {threads} threads");
        measure(&name, data.train.len(), || decode(&data.train, threads))?;
    }
    for (what, augment) in [("read ahead", false), ("augmented", true)] {
        for workers in [1, 2] {
            let mut experiment = experiment.clone();
            experiment.prepare.flip = augment;
            if augment {
                experiment.prepare.crop_padding = 16;
                experiment.prepare.rand_augment = 2;
            }
            let schedule = Arc::new(Schedule::new(data.train.clone(), &experiment));
            let name = format!("{what}, {workers} threads");
            measure(&name, data.train.len(), || take(&schedule, workers))?;
        }
    }
    Ok(())
}

fn measure(
    name: &str,
    images: usize,
    work: impl FnOnce() -> Result<(), String>,
) -> Result<(), String> {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let started = Instant::now();
    work()?;
    println!(
        "{name:<26} {:>17.0} {:>8.1}",
        images as f64 / started.elapsed().as_secs_f64(),
        ALLOCATOR.peak_usage().saturating_sub(before) as f64 / 1e6
    );
    Ok(())
}

/// Every image once, and nothing else.
fn decode(samples: &Samples, threads: usize) -> Result<(), String> {
    let share = samples.len().div_ceil(threads);
    std::thread::scope(|scope| {
        let work = (0..threads).map(|thread| {
            scope.spawn(move || {
                let mut values = vec![0.0; samples.shape().len()];
                let places = thread * share..((thread + 1) * share).min(samples.len());
                places
                    .into_iter()
                    .try_for_each(|at| samples.read(at, &mut values))
            })
        });
        let work: Vec<_> = work.collect();
        work.into_iter().try_for_each(|thread| {
            let done = thread.join();
            done.unwrap_or_else(|_| Err("a thread broke off".to_owned()))
        })
    })
}

/// Every batch of an epoch, as a trainer takes them.
fn take(schedule: &Arc<Schedule>, workers: usize) -> Result<(), String> {
    let steps = schedule.steps_per_epoch();
    let mut stream = Stream::start(Arc::clone(schedule), 0, steps, workers)?;
    for _ in 0..steps {
        stream.take()?;
    }
    Ok(())
}

/// Writes `count` images, of which some are the same.
fn write(folder: &Path, count: usize) -> Result<(), String> {
    let mut experiment = Experiment::default();
    experiment.data.kind = DataKind::Shapes;
    experiment.data.samples = DRAWN;
    experiment.data.size = SIDE as usize;
    let drawn = dataset::load_now(&experiment)?.train;
    let mut files = Vec::new();
    for at in 0..drawn.len() {
        let pixels = drawn.pixels(at)?;
        let plane = (SIDE * SIDE) as usize;
        let mut image = image::RgbImage::new(SIDE, SIDE);
        for (place, pixel) in image.pixels_mut().enumerate() {
            pixel.0 = std::array::from_fn(|channel| pixels[channel * plane + place]);
        }
        let mut bytes = std::io::Cursor::new(Vec::new());
        let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 85);
        image
            .write_with_encoder(encoder)
            .map_err(|error| error.to_string())?;
        files.push(bytes.into_inner());
    }
    for at in 0..count {
        let class = folder.join(format!("class {}", at % CLASSES));
        let write = || {
            fs::create_dir_all(&class)?;
            fs::write(class.join(format!("{at:07}.jpg")), &files[at % files.len()])
        };
        write().map_err(|error| format!("{}: {error}", class.display()))?;
    }
    Ok(())
}
