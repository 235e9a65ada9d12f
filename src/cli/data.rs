//! `layerwise data`: what lies in files, data as files, and published data sets.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use layerwise_dataset::{
    Column, ColumnKind, Error, Loading, Request,
    export::{Target, export},
    fetch::{DOWNLOADS, Download, fetch},
    inspect, load,
};
use layerwise_experiment::{Data, DataKind};

use super::{
    failure::{Failure, INTERRUPTED},
    loading::{bar, follow},
    output::{note, print},
    source::{Source, must_be_new},
};

#[derive(clap::Subcommand)]
pub(super) enum DataVerb {
    /// Say what a file or folder holds
    Info {
        path: PathBuf,
        /// Column of a table with the classes, by name or by number from 1
        #[arg(long)]
        label: Option<String>,
        /// Take CIFAR-100's 20 coarse classes
        #[arg(long)]
        coarse: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the samples of an experiment to files that it can be set to read
    Export(ExportArgs),
    /// Download a published data set, or go on with a download
    Fetch {
        /// mnist, fashion-mnist, cifar10 or cifar100
        name: String,
        /// Address to download from instead of the published ones
        #[arg(long, value_name = "URL")]
        from: Option<String>,
        /// Folder for the files
        #[arg(long, value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    source: Source,
    /// Format to write
    #[arg(long = "to", value_name = "FORMAT")]
    format: Format,
    /// New folder (idx, cifar10, folder) or file (npz, csv)
    #[arg(long, value_name = "PATH")]
    out: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    /// IDX files, as of MNIST: images
    Idx,
    /// The binary version of CIFAR-10: images of 3×32×32 8-bit pixels of at most 10 classes
    Cifar10,
    /// NumPy arrays
    Npz,
    /// PNG files in a folder for each class: square images of 8-bit pixels
    Folder,
    /// A table, which has no part for testing
    Csv,
}

impl Format {
    fn target(self) -> Target {
        match self {
            Self::Idx => Target::Idx,
            Self::Cifar10 => Target::Cifar10,
            Self::Npz => Target::Npz,
            Self::Folder => Target::Folder,
            Self::Csv => Target::Csv,
        }
    }
}

pub(super) fn run(verb: &DataVerb) -> Result<(), Failure> {
    match verb {
        DataVerb::Info {
            path,
            label,
            coarse,
            json,
        } => {
            let data = Data {
                kind: DataKind::Files,
                path: path.clone(),
                label: label.clone().unwrap_or_default(),
                coarse: *coarse,
                ..Data::default()
            };
            info(&data, *json)
        }
        DataVerb::Export(args) => write(args),
        DataVerb::Fetch { name, from, dir } => download(name, from.as_deref(), dir.clone()),
    }
}

fn info(data: &Data, json: bool) -> Result<(), Failure> {
    let bar = bar("Reading");
    let found = inspect(data, &mut |loading| follow(&bar, loading));
    bar.finish_and_clear();
    let found = found?;
    if json {
        let text = serde_json::to_string_pretty(&found)
            .map_err(|error| format!("what was found cannot be printed: {error}"))?;
        return print(&format!("{text}\n"));
    }
    let mut text = format!("{}\n", found.format);
    let samples = |count: usize| HumanCount(count as u64);
    text.push_str(&match found.test {
        0 => format!("{} samples, no part for testing\n", samples(found.train)),
        test => format!(
            "{} training and {} test samples\n",
            samples(found.train),
            samples(test)
        ),
    });
    if let Some(shape) = found.shape {
        text.push_str(&format!("each {shape}\n"));
    }
    text.push_str(&format!("{} classes:\n", found.classes.len()));
    for class in &found.classes {
        text.push_str(&format!(
            "  {:<24} {:>9} training {:>9} test\n",
            class.name,
            HumanCount(class.train),
            HumanCount(class.test)
        ));
    }
    if !found.columns.is_empty() {
        text.push_str("columns:\n");
        for column in &found.columns {
            text.push_str(&format!("  {:<24} {}\n", column.name, kind(column)));
        }
    }
    if !found.notes.is_empty() {
        text.push_str("notes:\n");
        for left in &found.notes {
            text.push_str(&format!("  {}: {}\n", left.what, left.why));
        }
    }
    print(&text)
}

/// What a column was taken as, in words.
pub(crate) fn kind(column: &Column) -> String {
    match &column.kind {
        ColumnKind::Label => "classes".to_owned(),
        ColumnKind::LeftOut(why) => format!("not used: {why}"),
        ColumnKind::Numeric {
            min, max, missing, ..
        } => format!("numbers from {min} to {max}{}", lacking(*missing)),
        ColumnKind::Categorical {
            categories,
            missing,
        } => format!("{} categories{}", categories.len(), lacking(*missing)),
    }
}

fn lacking(missing: u64) -> String {
    match missing {
        0 => String::new(),
        count => format!(", {} missing", HumanCount(count)),
    }
}

fn write(args: &ExportArgs) -> Result<(), Failure> {
    let experiment = args.source.experiment(None)?;
    must_be_new(&args.out)?;
    let interrupted = Arc::new(AtomicBool::new(false));
    ctrlc::set_handler({
        let interrupted = Arc::clone(&interrupted);
        move || interrupted.store(true, Ordering::Relaxed)
    })
    .map_err(|error| format!("Ctrl-C cannot be handled: {error}"))?;

    let bar = bar("Reading");
    let mut progress =
        |loading: Loading| follow(&bar, loading) && !interrupted.load(Ordering::Relaxed);
    let written = load(&Request::of(&experiment), &mut progress).and_then(|dataset| {
        dataset.must_be_as_checked(&experiment)?;
        let notes = export(&dataset, args.format.target(), &args.out, &mut progress)?;
        Ok((dataset.unreadable, notes))
    });
    bar.finish_and_clear();
    let (unreadable, notes) = written.map_err(|error| {
        let code = match error {
            Error::Cancelled => INTERRUPTED,
            Error::Wrong(_) => 1,
        };
        let message = error.to_string();
        Failure { message, code }
    })?;
    if unreadable > 0 {
        note(&format!(
            "Image files that cannot be read and are left out: {}",
            HumanCount(unreadable as u64)
        ));
    }
    for told in notes {
        note(&format!("{}: {}", told.what, told.why));
    }
    print(&format!("{}\n", args.out.display()))
}

fn download(name: &str, from: Option<&str>, dir: Option<PathBuf>) -> Result<(), Failure> {
    let known = |wanted: &Download| wanted.name == name;
    let Some(download) = DOWNLOADS.iter().find(|download| known(download)) else {
        let names: Vec<&str> = DOWNLOADS.iter().map(|download| download.name).collect();
        return Err(Failure::error(format!(
            "there is no data set \"{name}\": choose {}",
            names.join(", ")
        )));
    };
    let dir = dir.or_else(|| download.default_dir()).ok_or_else(|| {
        Failure::error("this system has no folder for data: name one by --dir".to_owned())
    })?;
    note(&format!(
        "{} ({}), {}: {}",
        download.title,
        HumanBytes(download.bytes()),
        download.credit,
        download.licence
    ));
    let bar = ProgressBar::new(download.bytes());
    let style = "{msg} {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(style) {
        bar.set_style(style);
    }
    let fetched = fetch(download, from, &dir, &mut |progress| {
        bar.set_message(progress.file);
        bar.set_position(progress.done_bytes);
        true
    });
    bar.finish_and_clear();
    fetched?;
    print(&format!("{}\n", dir.display()))
}
