//! What tiles draw, and what they say where there is nothing to draw.

use eframe::egui::{self, Ui};
use layerwise_dataset::Dataset;
use layerwise_experiment::{Data, Experiment, Prepare};
use layerwise_study::{DecisionRegions, Origin, Progress, compare::Comparison, history::History};

use super::curves::{Curve, Look};
use crate::gui::command::Availability;

/// What the tiles draw.
pub struct TileContext<'a> {
    /// The run's, or the edited one where there is no run.
    pub experiment: &'a Experiment,
    /// What the run has told; none before there is one.
    pub history: Option<&'a History>,
    /// Where the run is.
    pub progress: &'a Progress,
    /// The newest, while they are watched.
    pub regions: Option<&'a DecisionRegions>,
    /// Where the run branched off from another one, if it did.
    pub origin: Option<&'a Origin>,
    /// Runs that are drawn beside it.
    pub comparison: &'a Comparison,
    /// Which commands can be given now.
    pub availability: Availability,
    /// The data of the experiment, once they are loaded.
    pub dataset: Option<&'a Dataset>,
    /// The data of the edited experiment, once they are loaded.
    pub edited: Option<Edited<'a>>,
}

impl TileContext<'_> {
    /// A number that differs whenever the run or those beside it have something new to draw.
    pub fn revision(&self, history: &History) -> u64 {
        history.revision().max(self.comparison.revision())
    }

    /// What `make` draws of the run, and behind it of those that it is compared with.
    pub fn curves(&self, history: &History, make: impl Fn(&History) -> Vec<Curve>) -> Vec<Curve> {
        let mut curves = Vec::new();
        for (place, run) in self.comparison.shown() {
            let mut others = make(&run.history);
            let last = others.iter().map(|curve| curve.module).max();
            others.retain(|curve| {
                let wanted = !self.comparison.last_module_only || Some(curve.module) == last;
                wanted && curve.look != Look::Faint
            });
            let beside = |curve: Curve| curve.beside(place, &run.title);
            curves.extend(others.into_iter().map(beside));
        }
        curves.extend(make(history));
        curves
    }
}

/// The data of the edited experiment, as they were loaded.
#[derive(Clone, Copy)]
pub struct Edited<'a> {
    /// The samples.
    pub dataset: &'a Dataset,
    /// Where they come from.
    pub data: &'a Data,
    /// How they are prepared.
    pub prepare: &'a Prepare,
    /// Changes whenever the data are loaded.
    pub generation: u64,
}

/// A calm sentence in the middle of a tile that has nothing to draw yet.
pub fn empty(ui: &Ui, heading: &str, sentence: &str) {
    empty_in(ui, ui.max_rect(), heading, sentence);
}

/// The same in the middle of a part of a tile.
pub fn empty_in(ui: &Ui, place: egui::Rect, heading: &str, sentence: &str) {
    let text = ui.visuals().text_color();
    let strong = ui.visuals().strong_text_color();
    let width = (place.width() - 32.0).clamp(80.0, 420.0);
    let mut job = egui::text::LayoutJob {
        halign: egui::Align::Center,
        ..Default::default()
    };
    job.wrap.max_width = width;
    let heading_font = egui::TextStyle::Heading.resolve(ui.style());
    let body_font = egui::TextStyle::Body.resolve(ui.style());
    job.append(
        &format!("{heading}\n"),
        0.0,
        egui::TextFormat::simple(heading_font, strong),
    );
    job.append(sentence, 0.0, egui::TextFormat::simple(body_font, text));
    let galley = ui.painter().layout_job(job);
    let at = place.center_top() + egui::vec2(0.0, (place.height() - galley.size().y) / 2.0);
    ui.painter().galley(at, galley, text);
}
