//! The samples that an experiment learns from, on the host. Knows neither Burn nor egui.

mod augment;
mod batch;
mod digits;
pub mod export;
pub mod fetch;
mod files;
mod histogram;
mod images;
mod mix;
mod normalize;
mod picture;
mod planar;
mod plane;
mod rows;
mod samples;
mod shapes;
mod source;
mod split;
mod stream;
mod summary;
mod versions;

use std::sync::Arc;

use layerwise_experiment::{
    Data, DataKind, Experiment, Found, Normalize, Prepare, Resize, Shape,
    rng::{Stream as Draws, rng},
    words::number::grouped,
};
use rand_chacha::ChaCha8Rng;
use rand_distr::Normal;

use planar::Planar;
use samples::Reading;

pub use batch::epoch_order;
pub use files::{ClassCount, Contents, Inspection, inspect, look};
pub use histogram::{Histogram, class_counts};
pub use images::Images;
pub use mix::{Kind as MixKind, Mixing};
pub use normalize::Normalization;
pub use plane::Plane;
pub use samples::Samples;
pub use source::{Column, ColumnKind, Format, Note, Part, Store, forget};
pub use stream::{HostBatch, Schedule, Stream};
pub use summary::{Summary, summarise};
pub use versions::{Version, Versions};

/// Where a data set comes from and under which terms.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    pub title: String,
    pub credit: String,
    pub licence: String,
}

/// A whole data set, split for training and testing.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    pub shape: Shape,
    /// What files were recognised as; none of built-in sets.
    pub format: Option<Format>,
    /// Name of each feature of vectors; empty where they have none.
    pub features: Vec<String>,
    /// Name of each class.
    pub classes: Vec<String>,
    pub train: Samples,
    pub test: Samples,
    pub source: Source,
    /// What is not used, or was replaced.
    pub notes: Vec<Note>,
    /// How many image files could not be decoded.
    pub unreadable: usize,
}

impl Dataset {
    /// Mean and deviation of the training samples. Leaves out image files that cannot be decoded,
    /// and notes why.
    fn measure(&mut self, progress: Progress<'_>) -> Result<Normalization, String> {
        let summary = summarise(&self.train, progress)?;
        let mut unreadable = [summary.unreadable, Vec::new()];
        if self.test.file(0).is_some() {
            unreadable[1] = summarise(&self.test, progress)?.unreadable;
        }
        for (part, unreadable) in [&mut self.train, &mut self.test]
            .into_iter()
            .zip(unreadable)
        {
            for (at, why) in &unreadable {
                let what = part.file(*at).map(|path| path.display().to_string());
                self.notes.push(Note {
                    what: what.unwrap_or_default(),
                    why: why.clone(),
                });
            }
            self.unreadable += unreadable.len();
            part.leave_out(unreadable.into_iter().map(|(at, _)| at));
        }
        Ok(summary.normalization)
    }

    fn normalize(&mut self, normalization: Option<Normalization>, resize: Resize) {
        let reading = Arc::new(Reading {
            shape: self.shape,
            resize,
            normalization,
        });
        self.train = self.train.with(Arc::clone(&reading));
        self.test = self.test.with(reading);
    }

    /// Refuses data that are others than those the experiment was checked with.
    ///
    /// # Errors
    /// Where shape, classes or counts differ.
    pub fn must_be_as_checked(&self, experiment: &Experiment) -> Result<(), String> {
        let data = &experiment.data;
        let same = self.shape == data.shape()
            && data
                .found()
                .is_none_or(|found| found.classes == self.classes)
            && self.train.len() + self.test.len() + self.unreadable == data.sample_count();
        if same {
            return Ok(());
        }
        Err(format!(
            "{} holds other data than when the experiment was checked ({} training and {} test samples of {}, {} classes): look at them again",
            data.path.display(),
            self.train.len(),
            self.test.len(),
            self.shape,
            self.classes.len()
        ))
    }
}

/// Which data are wanted, and how: what decides every sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    data: Data,
    prepare: Prepare,
    seed: u64,
    /// Whether image files that cannot be decoded are found first, and left out.
    examines: bool,
}

impl Request {
    /// The data of an experiment.
    pub fn of(experiment: &Experiment) -> Self {
        let mut data = experiment.data.clone();
        // Found again, whatever it was before.
        data.found = None;
        // What is done on the way to the network changes no sample.
        Self {
            data,
            prepare: Prepare {
                resize: experiment.prepare.resize,
                normalize: experiment.prepare.normalize,
                mean: experiment.prepare.mean.clone(),
                std: experiment.prepare.std.clone(),
                ..Prepare::default()
            },
            seed: experiment.seed,
            examines: true,
        }
    }

    /// The same for a look at the samples as they lie in files, without what takes long.
    pub fn for_preview(experiment: &Experiment) -> Self {
        let mut request = Self::of(experiment);
        if request.data.kind == DataKind::Files {
            request.prepare.normalize = Normalize::Off;
            request.examines = false;
        }
        request
    }

    /// Whether both are of the same samples of the same files, whatever is done to them.
    pub fn is_of_same_files(&self, other: &Self) -> bool {
        self.data == other.data
    }

    /// What the files hold; none of built-in sets.
    ///
    /// # Errors
    /// As reading them has.
    pub fn found(&self) -> Result<Option<Found>, String> {
        match self.data.kind {
            DataKind::Files => look(&self.data, &mut |_| true).map(Some),
            _ => Ok(None),
        }
    }

    /// What the files hold, whatever of it is taken; none of built-in sets.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn contents(&self, progress: Progress<'_>) -> Result<Option<Contents>, String> {
        match self.data.kind {
            DataKind::Files => files::contents(&self.data, progress).map(Some),
            _ => Ok(None),
        }
    }

    /// Whether files are wanted, but none are chosen.
    pub fn lacks_path(&self) -> bool {
        self.data.kind == DataKind::Files && self.data.path.as_os_str().is_empty()
    }
}

/// How far reading has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Loading {
    /// What is being done, in a word or two.
    pub what: &'static str,
    pub done: u64,
    /// 0 where it is not known.
    pub total: u64,
}

impl Loading {
    /// The part that is done; none where the whole is not known.
    pub fn share(&self) -> Option<f32> {
        (self.total > 0).then(|| (self.done as f32 / self.total as f32).min(1.0))
    }

    /// What is being done and how far it is, such as "Reading, 45 %".
    pub fn words(&self) -> String {
        match self.total {
            0 if self.done == 0 => self.what.to_owned(),
            0 => format!("{}, {} so far", self.what, grouped(self.done)),
            total => format!("{}, {} %", self.what, self.done.saturating_mul(100) / total),
        }
    }
}

/// Hears how far reading has come, and says whether to go on.
pub type Progress<'a> = &'a mut dyn FnMut(Loading) -> bool;

/// What is told where somebody does not want to go on.
pub const CANCELLED: &str = "Cancelled";

/// Makes or reads the data of an experiment. The same request gives the same samples in the same
/// order on every machine.
///
/// # Errors
/// Where a file cannot be read or the numbers asked for make no data set; the sentence says what
/// to change.
pub fn load(request: &Request, progress: Progress<'_>) -> Result<Dataset, String> {
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
    load(&Request::of(experiment), &mut |_| true)
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

/// Splits samples into those to train on and those to test on.
fn divided(
    all: &Samples,
    fraction: f64,
    test_count: usize,
    seed: u64,
) -> Result<[Samples; 2], String> {
    let count = all.len();
    if test_count == 0 || test_count >= count {
        return Err(format!(
            "{count} samples with a test fraction of {fraction} leave {} to train on and {test_count} to test on: change data.test_fraction or the number of samples",
            count.saturating_sub(test_count)
        ));
    }
    let places = split::split(&all.labels, test_count, &mut rng(seed, Draws::Split, 0));
    Ok(places.map(|places| all.select(&places)))
}

fn made_here(kind: DataKind) -> Source {
    Source {
        title: kind.title().to_owned(),
        credit: "Drawn by Layerwise from the experiment's seed".to_owned(),
        licence: "No licence needed".to_owned(),
    }
}

#[cfg(test)]
mod tests;
