//! Waiting for work behind the window: how far it is, and a way to end it.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use eframe::egui::{ProgressBar, RichText, Ui};
use layerwise_dataset::Loading;
use layerwise_experiment::words::time::duration;
use parking_lot::Mutex;

use super::theme;

/// Less time than this tells nothing of the time left.
const SHORTEST: Duration = Duration::from_secs(1);
/// Time between two looks at how far it is.
const EVERY: Duration = Duration::from_millis(100);

/// What work and the window tell each other.
#[derive(Default)]
pub struct Work {
    unwanted: AtomicBool,
    heard: Mutex<Option<Heard>>,
}

/// How far work is, and where it was when it began with what it does now.
#[derive(Clone, Debug)]
struct Heard {
    now: Loading,
    first: u64,
    since: Instant,
}

impl Work {
    /// Notes how far the work is and tells whether to go on.
    pub fn hear(&self, loading: Loading) -> bool {
        let mut heard = self.heard.lock();
        match &mut *heard {
            Some(heard) if heard.now.what == loading.what && heard.now.done <= loading.done => {
                heard.now = loading;
            }
            heard => {
                *heard = Some(Heard {
                    first: loading.done,
                    now: loading,
                    since: Instant::now(),
                });
            }
        }
        self.is_wanted()
    }

    /// Whether somebody still waits for the result.
    pub fn is_wanted(&self) -> bool {
        !self.unwanted.load(Ordering::Relaxed)
    }

    /// Has the work end, where it asks now and then.
    pub fn end(&self) {
        self.unwanted.store(true, Ordering::Relaxed);
    }

    /// What there is to say of it.
    pub fn waiting(&self) -> Waiting {
        match &*self.heard.lock() {
            Some(heard) => heard.waiting(Instant::now()),
            None => Waiting::default(),
        }
    }
}

impl Heard {
    fn waiting(&self, now: Instant) -> Waiting {
        let time = now.saturating_duration_since(self.since);
        let came = self.now.done.saturating_sub(self.first);
        let left = self.now.total.saturating_sub(self.now.done);
        let seconds = time.as_secs_f64() * left as f64 / came as f64;
        let is_told = time >= SHORTEST && came > 0 && self.now.total > 0;
        Waiting {
            words: self.now.words(),
            share: self.now.share(),
            seconds_left: is_told.then_some(seconds),
        }
    }
}

/// How far something is that is waited for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Waiting {
    /// Empty where nothing was heard.
    words: String,
    /// None where the whole is not known.
    share: Option<f32>,
    seconds_left: Option<f64>,
}

impl Waiting {
    /// Draws how far it is and tells whether a person ends it; `what` stands there until something
    /// is heard.
    pub fn show(&self, ui: &mut Ui, what: &str) -> bool {
        ui.ctx().request_repaint_after(EVERY);
        if let Some(share) = self.share {
            let (fill, _) = theme::accent(ui.visuals());
            ui.add(
                ProgressBar::new(share)
                    .desired_width(ui.available_width())
                    .desired_height(6.0)
                    .corner_radius(3)
                    .fill(fill),
            );
        }
        ui.horizontal(|ui| {
            if self.share.is_none() {
                ui.spinner();
            }
            ui.label(RichText::new(self.words(what)).small().weak());
        });
        ui.button("Cancel").clicked()
    }

    fn words(&self, what: &str) -> String {
        let words = if self.words.is_empty() {
            what
        } else {
            &self.words
        };
        match self.seconds_left {
            Some(left) => format!("{words} · {} left", duration(left)),
            None => words.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(what: &'static str, done: u64, total: u64) -> Loading {
        Loading { what, done, total }
    }

    #[test]
    fn the_time_left_follows_the_present_part() {
        let work = Work::default();
        assert_eq!(work.waiting().words("Loading"), "Loading");
        assert!(work.hear(at("Reading", 0, 100)));
        assert!(work.hear(at("Reading", 90, 100)));
        assert!(work.hear(at("Measuring", 20, 100)));
        assert!(work.hear(at("Measuring", 40, 100)));
        assert_eq!(work.waiting().words(""), "Measuring, 40 %");
        let heard = work.heard.lock().clone().unwrap();
        let later = heard.waiting(heard.since + Duration::from_secs(4));
        assert_eq!(later.words(""), "Measuring, 40 % · 12 s left");
        assert_eq!(later.share, Some(0.4));
    }

    #[test]
    fn nothing_is_made_up_where_the_whole_is_not_known() {
        let work = Work::default();
        work.hear(at("Looking for images", 0, 0));
        work.hear(at("Looking for images", 1_234, 0));
        let heard = work.heard.lock().clone().unwrap();
        let later = heard.waiting(heard.since + Duration::from_secs(4));
        assert_eq!(later.words(""), "Looking for images, 1,234 so far");
        assert_eq!((later.share, later.seconds_left), (None, None));
        work.end();
        assert!(!work.hear(at("Looking for images", 2_000, 0)));
    }
}
