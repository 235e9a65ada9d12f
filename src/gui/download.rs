//! Downloads of published data sets, behind the window.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use eframe::egui::{Context, ProgressBar, RichText, Ui};
use layerwise_dataset::fetch::{Download, Progress, fetch};
use layerwise_experiment::words::{size::exact_bytes, time::duration};
use parking_lot::Mutex;

use super::{background::Job, theme};

/// A download that goes on, or why the last one ended.
#[derive(Default)]
pub struct Downloads {
    active: Option<Active>,
    /// Why the last one ended without its files.
    trouble: Option<String>,
}

struct Active {
    download: &'static Download,
    dir: PathBuf,
    progress: Arc<Mutex<Option<Progress>>>,
    cancelled: Arc<AtomicBool>,
    job: Job<Result<(), String>>,
}

impl Downloads {
    /// Starts a download into the user's data folder, or goes on with one that was interrupted.
    pub fn start(&mut self, download: &'static Download, ctx: &Context) {
        self.trouble = self.try_start(download, ctx).err();
    }

    fn try_start(&mut self, download: &'static Download, ctx: &Context) -> Result<(), String> {
        let dir = download
            .default_dir()
            .ok_or("This system has no folder for data: use “layerwise data fetch” with --dir")?;
        let progress = Arc::new(Mutex::new(None));
        let cancelled = Arc::new(AtomicBool::new(false));
        let job = Job::start("layerwise-download", ctx, {
            let (dir, ctx) = (dir.clone(), ctx.clone());
            let (progress, cancelled) = (Arc::clone(&progress), Arc::clone(&cancelled));
            move || {
                let mut hear = |heard| {
                    *progress.lock() = Some(heard);
                    ctx.request_repaint();
                    !cancelled.load(Ordering::Relaxed)
                };
                fetch(download, None, &dir, &mut hear).map(|_| ())
            }
        })?;
        self.active = Some(Active {
            download,
            dir,
            progress,
            cancelled,
            job,
        });
        Ok(())
    }

    /// Whether a download goes on.
    pub fn is_active(&self) -> bool {
        self.active.is_some()
    }

    /// The folder of a download that has ended with all its files, once.
    pub fn finished(&mut self) -> Option<PathBuf> {
        let active = self.active.as_ref()?;
        let result = active.job.poll()?;
        let dir = active.dir.clone();
        let cancelled = active.cancelled.load(Ordering::Relaxed);
        self.active = None;
        match result {
            Ok(()) => Some(dir),
            Err(message) => {
                self.trouble = (!cancelled).then_some(message);
                None
            }
        }
    }

    /// How far it has come, with a way to end it; or why there is nothing.
    pub fn show(&self, ui: &mut Ui) {
        if let Some(message) = &self.trouble {
            ui.colored_label(theme::error_color(ui.visuals()), message);
        }
        let Some(active) = &self.active else { return };
        let heard = *active.progress.lock();
        let share = heard.as_ref().map_or(0.0, |heard| {
            heard.done_bytes as f32 / heard.total_bytes.max(1) as f32
        });
        let (fill, _) = theme::accent(ui.visuals());
        ui.add(
            ProgressBar::new(share)
                .desired_width(ui.available_width())
                .desired_height(6.0)
                .fill(fill),
        );
        let words = heard.map_or_else(|| "Connecting".to_owned(), |heard| words(&heard));
        ui.label(
            RichText::new(format!("{}: {words}", active.download.title))
                .small()
                .weak(),
        );
        if ui
            .button("Cancel the download")
            .on_hover_text("What has come is kept: the next download goes on from there")
            .clicked()
        {
            active.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

/// Bytes, speed and time left in words.
fn words(progress: &Progress) -> String {
    let mut words = format!(
        "{} of {}",
        exact_bytes(progress.done_bytes),
        exact_bytes(progress.total_bytes)
    );
    if progress.bytes_per_second > 0.0 {
        let speed = exact_bytes(progress.bytes_per_second as u64);
        words.push_str(&format!(" · {speed}/s"));
    }
    if let Some(left) = progress.seconds_left {
        words.push_str(&format!(" · {} left", duration(left)));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_told_in_words() {
        let progress = Progress {
            file: "a.gz",
            done_bytes: 3 << 20,
            total_bytes: 12 << 20,
            bytes_per_second: 0.0,
            seconds_left: None,
        };
        assert_eq!(words(&progress), "3.00 MiB of 12.00 MiB");
        let progress = Progress {
            bytes_per_second: f64::from(1 << 20),
            seconds_left: Some(9.0),
            ..progress
        };
        assert_eq!(
            words(&progress),
            "3.00 MiB of 12.00 MiB · 1.00 MiB/s · 9 s left"
        );
    }
}
