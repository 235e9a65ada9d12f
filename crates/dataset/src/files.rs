//! The data of a person's own files.

use std::sync::Arc;

use layerwise_experiment::{Data, Found, MAX_CLASSES, Prepare, Shape, words::short};

use serde::Serialize;

use super::{
    dataset::{Dataset, Source},
    histogram::class_counts,
    progress::{Loading, Progress},
    samples::{Reading, Samples},
    source::{self, Column, ColumnKind, Format, Note, Options, Part, Range, Raw, Store},
    split::divided,
};

/// Reads the data at `data.path`.
///
/// # Errors
/// Where they cannot be read, or make no data set; the sentence says what to change.
pub(super) fn load(
    data: &Data,
    prepare: &Prepare,
    seed: u64,
    progress: Progress<'_>,
) -> Result<Dataset, String> {
    let raw = open(data, progress)?;
    let shape = shape_of(&raw, data)?;
    let of_images = matches!(shape, Shape::Image(_));
    let (mut raw_train, mut raw_test) = (Arc::clone(&raw.train), raw.test.clone());
    if of_images {
        let mut parts: Vec<&mut Arc<Part>> =
            [&mut raw_train].into_iter().chain(&mut raw_test).collect();
        as_pixels(&mut parts);
    }
    let reading = Reading {
        shape,
        resize: prepare.resize,
        normalization: None,
    };
    let chosen = Chosen::of(&raw.classes, data)?;
    let reading = Arc::new(reading);
    let samples = |part: &Arc<Part>| {
        let (places, labels) = chosen.places(part, data.per_class).into_iter().unzip();
        Samples::new(Arc::clone(part), places, labels, Arc::clone(&reading))
    };
    let train = samples(&raw_train);
    let [train, test] = match &raw_test {
        Some(test) => [train, samples(test)],
        None => {
            let test_count = (train.len() as f64 * data.test_fraction).ceil() as usize;
            divided(&train, data.test_fraction, test_count, seed)?
        }
    };
    for (part, what) in [(&train, "train"), (&test, "test")] {
        if part.is_empty() {
            return Err(format!(
                "{} has no sample to {what} on: choose other classes or another part",
                data.path.display()
            ));
        }
    }
    let mut notes = raw.notes.clone();
    let counts = class_counts(&train.labels, chosen.names.len());
    for (name, count) in chosen.names.iter().zip(counts) {
        if count == 0 {
            notes.push(Note {
                what: format!("Class {}", short(name)),
                why: "no sample of it is left to train on".to_owned(),
            });
        }
    }
    Ok(Dataset {
        shape,
        format: Some(raw.format),
        features: match shape {
            Shape::Flat(_) => features(&raw.columns),
            _ => Vec::new(),
        },
        classes: chosen.names,
        train,
        test,
        source: Source {
            title: data.path.display().to_string(),
            ..Source::default()
        },
        notes,
        unreadable: 0,
    })
}

/// Name of each feature that the columns of a table make.
fn features(columns: &[Column]) -> Vec<String> {
    let of = |column: &Column| match &column.kind {
        ColumnKind::Numeric { .. } => vec![column.name.clone()],
        ColumnKind::Categorical { categories, .. } => {
            let named = |category| format!("{} = {category}", column.name);
            match categories.as_slice() {
                [_, second] => vec![named(second)],
                all => all.iter().map(named).collect(),
            }
        }
        ColumnKind::Label | ColumnKind::LeftOut(_) => Vec::new(),
    };
    columns.iter().flat_map(of).collect()
}

/// Numbers of images that are pixels from 0 to 255 in all parts, as bytes, which stand for 0 to 1.
fn as_pixels(parts: &mut [&mut Arc<Part>]) {
    let mut all = Range::default();
    for part in &*parts {
        match &part.store {
            Store::Values(values) => all.extend(values),
            Store::InFile(samples) => match samples.range() {
                Some(range) => all = all.and(range),
                None => return,
            },
            Store::Bytes(_) | Store::Files(_) => return,
        }
    }
    if !all.is_of_pixels() {
        return;
    }
    for part in parts {
        let store = match &part.store {
            Store::Values(values) => {
                Store::Bytes(values.iter().map(|value| *value as u8).collect())
            }
            Store::InFile(samples) => Store::InFile(samples.as_pixels()),
            Store::Bytes(_) | Store::Files(_) => continue,
        };
        **part = Part::shared(store, part.labels.clone());
    }
}

/// What the files of `data` hold, for its `found`.
///
/// # Errors
/// As loading them has, but for the samples of image files.
pub fn look(data: &Data, progress: Progress<'_>) -> Result<Found, String> {
    let raw = open(data, progress)?;
    let shape = match raw.shape {
        Some(_) => Some(shape_of(&raw, data)?),
        None => None,
    };
    let chosen = Chosen::of(&raw.classes, data)?;
    let count = |part: &Arc<Part>| chosen.places(part, data.per_class).len();
    Ok(Found {
        shape,
        train: count(&raw.train),
        test: raw.test.as_ref().map_or(0, count),
        classes: chosen.names.clone(),
    })
}

/// What files hold, whatever of it an experiment takes.
#[derive(Clone, Debug, PartialEq)]
pub struct Contents {
    /// What they were recognised as.
    pub format: Format,
    /// Values of each sample where samples are vectors, which may be read as images.
    pub values: Option<usize>,
    /// Name of each class.
    pub classes: Vec<String>,
}

/// What lies at `data.path`, whether or not `data.only` and `data.image` fit it.
///
/// # Errors
/// Where it cannot be read.
pub(super) fn contents(data: &Data, progress: Progress<'_>) -> Result<Contents, String> {
    let raw = open(data, progress)?;
    let sizes = raw.shape.filter(|_| !raw.is_image);
    Ok(Contents {
        format: raw.format,
        values: sizes.map(|sizes| sizes.iter().product()),
        classes: raw.classes.clone(),
    })
}

/// A class with its samples in each part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassCount {
    /// Name of the class.
    pub name: String,
    /// Its samples to train on.
    pub train: u64,
    /// Its samples to test on.
    pub test: u64,
}

/// What files hold, told to a person.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Inspection {
    /// What they were recognised as.
    pub format: &'static str,
    /// Shape of a sample, as on edges of a network; none of image files, which have their own.
    pub shape: Option<String>,
    /// Samples to train on.
    pub train: usize,
    /// Samples to test on; 0 where there is no such part.
    pub test: usize,
    /// Every class that is taken.
    pub classes: Vec<ClassCount>,
    /// What the columns of a table were taken as.
    pub columns: Vec<Column>,
    /// What is not used, or was replaced.
    pub notes: Vec<Note>,
}

/// Looks at what lies at `data.path`, told by its content.
///
/// # Errors
/// As loading has, but for the samples of image files.
pub fn inspect(data: &Data, progress: Progress<'_>) -> Result<Inspection, String> {
    let raw = open(data, progress)?;
    let shape = match raw.shape {
        Some(_) => Some(shape_of(&raw, data)?.to_string()),
        None => None,
    };
    let counts = |part: Option<&Part>| {
        let labels = part.map_or(&[][..], |part| &part.labels);
        class_counts(labels, raw.classes.len())
    };
    let counts = counts(Some(&raw.train))
        .into_iter()
        .zip(counts(raw.test.as_deref()));
    Ok(Inspection {
        format: raw.format.title(),
        shape,
        train: raw.train.labels.len(),
        test: raw.test.as_ref().map_or(0, |test| test.labels.len()),
        classes: raw
            .classes
            .iter()
            .zip(counts)
            .map(|(name, (train, test))| ClassCount {
                name: name.clone(),
                train,
                test,
            })
            .collect(),
        columns: raw.columns.clone(),
        notes: raw.notes.clone(),
    })
}

fn open(data: &Data, progress: Progress<'_>) -> Result<Arc<Raw>, String> {
    let options = Options {
        label: (!data.label.is_empty()).then(|| data.label.clone()),
        header: data.header,
        coarse: data.coarse,
    };
    source::open(&data.path, &options, &mut |done, total| {
        progress(Loading {
            what: "Reading",
            done,
            total,
        })
    })
}

/// Shape of a sample, with `data.image` heeded.
fn shape_of(raw: &Raw, data: &Data) -> Result<Shape, String> {
    let Some(sizes) = raw.shape else {
        return Ok(Shape::Image([data.channels, data.size, data.size]));
    };
    let values: usize = sizes.iter().product();
    match data.image {
        Some(image) if image.iter().product::<usize>() == values => Ok(Shape::Image(image)),
        Some([channels, height, width]) => Err(format!(
            "data.image = [{channels}, {height}, {width}] does not fit: samples of {} have {values} values",
            data.path.display()
        )),
        None if raw.is_image => Ok(Shape::Image(sizes)),
        None => Ok(Shape::Flat(values)),
    }
}

/// The classes that are taken.
struct Chosen {
    names: Vec<String>,
    /// New class of each class of the source, where it is taken.
    class: Vec<Option<u32>>,
}

impl Chosen {
    fn of(classes: &[String], data: &Data) -> Result<Self, String> {
        if let Some(name) = data.only.iter().find(|name| !classes.contains(name)) {
            let some: Vec<String> = classes.iter().take(20).map(|name| short(name)).collect();
            return Err(format!(
                "data.only names the class \"{}\", which {} does not have: choose of {}",
                short(name),
                data.path.display(),
                some.join(", ")
            ));
        }
        let mut names = Vec::new();
        let class = classes
            .iter()
            .map(|name| {
                let taken = data.only.is_empty() || data.only.contains(name);
                taken.then(|| {
                    names.push(name.clone());
                    names.len() as u32 - 1
                })
            })
            .collect();
        if names.len() > MAX_CLASSES {
            return Err(format!(
                "{} has {} classes, more than {MAX_CLASSES}: name those to take in data.only",
                data.path.display(),
                names.len()
            ));
        }
        if names.len() < 2 {
            return Err(format!(
                "{} classes are too few: {} needs at least 2",
                names.len(),
                if data.only.is_empty() {
                    data.path.display().to_string()
                } else {
                    "data.only".to_owned()
                }
            ));
        }
        Ok(Self { names, class })
    }

    /// Places and new classes of the samples that are taken of a part.
    fn places(&self, part: &Part, per_class: usize) -> Vec<(u32, u32)> {
        let mut seen = vec![0usize; self.names.len()];
        let labels = part.labels.iter().enumerate();
        labels
            .filter_map(|(place, &label)| {
                let class = self.class.get(label as usize).copied().flatten()?;
                let seen = seen.get_mut(class as usize)?;
                *seen += 1;
                (per_class == 0 || *seen <= per_class).then_some((place as u32, class))
            })
            .collect()
    }
}
