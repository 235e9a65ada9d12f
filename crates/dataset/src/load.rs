//! Makes or reads the samples of an experiment.

use layerwise_experiment::{
    Data, DataKind, Experiment, Prepare,
    rng::{Stream as Draws, rng},
};
use rand_chacha::ChaCha8Rng;
use rand_distr::Normal;

use super::{
    dataset::{Dataset, Source},
    digits,
    error::{Error, cancellable},
    files,
    normalize::Normalization,
    planar::Planar,
    progress::Progress,
    request::Request,
    samples::Samples,
    shapes,
    source::{Format, Part},
    split::divided,
};

/// Makes or reads the data of an experiment. The same request gives the same samples in the same
/// order on every machine.
///
/// # Errors
/// Where a file cannot be read or the numbers asked for make no data set; the sentence says what
/// to change. [`Error::Cancelled`] where `progress` does not want to go on.
pub fn load(request: &Request, progress: Progress<'_>) -> Result<Dataset, Error> {
    cancellable(progress, |progress| made(request, progress))
}

fn made(request: &Request, progress: Progress<'_>) -> Result<Dataset, String> {
    let Request {
        data,
        prepare,
        seed,
        examines,
    } = request;
    let mut dataset = assemble(data, prepare, *seed, progress)?;
    let computes = prepare.computes(data);
    let measured = if computes || *examines && dataset.format == Some(Format::Folder) {
        Some(dataset.measure(progress)?)
    } else {
        None
    };
    let normalization = if computes {
        measured
    } else {
        Normalization::set(prepare, dataset.shape)
    };
    if normalization.is_some() {
        dataset.normalize(normalization, prepare.resize);
    }
    Ok(dataset)
}

/// Loads without telling how far it has come.
///
/// # Errors
/// As [`load`].
pub fn load_now(experiment: &Experiment) -> Result<Dataset, String> {
    made(&Request::of(experiment), &mut |_| true)
}

/// The samples with their values as they are.
fn assemble(
    data: &Data,
    prepare: &Prepare,
    seed: u64,
    progress: Progress<'_>,
) -> Result<Dataset, String> {
    let mut draw = rng(seed, Draws::Data, 0);
    let planar = |planar: Planar, draw: &mut ChaCha8Rng| {
        let (count, noise) = drawn(data)?;
        Ok::<_, String>((
            Part::from(planar.samples(count, noise, draw)),
            planar.classes(),
            made_here(data.kind),
        ))
    };
    let (all, classes, source) = match data.kind {
        DataKind::Files => return files::load(data, prepare, seed, progress),
        DataKind::Spirals => planar(Planar::Spirals, &mut draw)?,
        DataKind::Moons => planar(Planar::Moons, &mut draw)?,
        DataKind::Circles => planar(Planar::Circles, &mut draw)?,
        DataKind::Checkerboard => planar(Planar::Checkerboard, &mut draw)?,
        DataKind::Blobs => {
            let classes = data.class_count();
            planar(Planar::Blobs { classes }, &mut draw)?
        }
        DataKind::Digits => (
            digits::samples()?.into(),
            (0..10).map(|digit| digit.to_string()).collect(),
            digits::source(),
        ),
        DataKind::Shapes => {
            let (count, noise) = drawn(data)?;
            (
                shapes::samples(
                    count,
                    data.size,
                    data.class_count(),
                    noise,
                    &mut draw,
                    progress,
                )?,
                shapes::classes(data.class_count()),
                made_here(data.kind),
            )
        }
    };
    let shape = data.shape();
    let all = Samples::all(all, shape);
    let [train, test] = divided(&all, data.test_fraction, data.test_count(), seed)?;
    Ok(Dataset {
        shape,
        format: None,
        features: Vec::new(),
        classes,
        train,
        test,
        source,
        notes: Vec::new(),
        unreadable: 0,
    })
}

/// How many samples to draw, and their noise.
fn drawn(data: &Data) -> Result<(usize, Normal<f64>), String> {
    let count = data.sample_count();
    if data.class_count() < 2 {
        return Err(format!(
            "{} classes are too few: set data.classes to at least 2",
            data.class_count()
        ));
    }
    if count > data.max_samples() {
        return Err(format!(
            "{count} samples are too many: set data.samples to at most {}",
            data.max_samples()
        ));
    }
    let noise = Normal::new(0.0, data.noise).map_err(|_| {
        format!(
            "The noise of {} is not a finite number: change data.noise",
            data.noise
        )
    })?;
    Ok((count, noise))
}

fn made_here(kind: DataKind) -> Source {
    Source {
        title: kind.title().to_owned(),
        credit: "Drawn by Layerwise from the experiment's seed".to_owned(),
        licence: "No licence needed".to_owned(),
    }
}
