//! Which values samples have.

use eframe::egui::{Color32, Grid, Rect, RichText, ScrollArea, Sense, Ui, pos2, vec2};
use layerwise_dataset::{Histogram, Samples, Summary, summarise};
use layerwise_experiment::{
    Shape,
    words::number::{grouped, three_digits},
};

use crate::gui::{background::Follower, theme, tile::Edited};

/// Most samples that are measured.
const MEASURED: usize = 2_000;
/// Most features of vectors that are listed.
const MOST_FEATURES: usize = 100;
const HISTOGRAM_HEIGHT: f32 = 72.0;
/// Bars of a histogram on the screen.
const BARS: usize = 64;

#[derive(Clone)]
struct Wanted {
    generation: u64,
    samples: Samples,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        self.generation == other.generation
    }
}

#[derive(Default)]
pub(super) struct View {
    measured: Follower<Wanted, Summary>,
}

impl View {
    pub fn show(&mut self, ui: &mut Ui, data: Edited<'_>) {
        let wanted = Wanted {
            generation: data.generation,
            samples: data.dataset.train.clone(),
        };
        self.measured
            .want(wanted, "layerwise-values", ui.ctx(), |wanted, work| {
                let some = wanted.samples.spread(MEASURED);
                summarise(&some, &mut |loading| work.hear(loading))
            });
        let all = data.dataset.train.len();
        let words = if all > MEASURED {
            format!(
                "Of {} of {} training samples, as they lie in their files",
                grouped(MEASURED as u64),
                grouped(all as u64)
            )
        } else {
            format!("Of {} training samples", grouped(all as u64))
        };
        ui.label(RichText::new(words).small().weak());
        if let Some(waiting) = self.measured.waiting()
            && waiting.show(ui, "Measuring")
        {
            self.measured.cancel();
        }
        if self.measured.is_cancelled() {
            if ui.button("Measure").clicked() {
                self.measured.forget();
            }
            return;
        }
        match self.measured.result() {
            None => {}
            Some(Err(why)) => {
                ui.colored_label(theme::error_color(ui.visuals()), why);
            }
            Some(Ok(summary)) => {
                unreadable(ui, summary);
                ScrollArea::vertical()
                    .auto_shrink(false)
                    .show(ui, |ui| match data.dataset.shape {
                        Shape::Image([channels, ..]) => images(ui, summary, channels),
                        _ => vectors(ui, summary, &data.dataset.features),
                    });
            }
        }
    }
}

/// Image files that could not be measured.
fn unreadable(ui: &mut Ui, summary: &Summary) {
    let Some((_, first)) = summary.unreadable.first() else {
        return;
    };
    let color = theme::warning_color(ui.visuals());
    let words = match summary.unreadable.len() {
        1 => first.clone(),
        count => format!("{count} image files cannot be read, such as {first}"),
    };
    ui.label(RichText::new(words).small().color(color));
}

/// A histogram of each channel, its mean and deviation beside it.
fn images(ui: &mut Ui, summary: &Summary, channels: usize) {
    let names = match channels {
        3 => ["Red", "Green", "Blue"].map(str::to_owned).to_vec(),
        1 => vec!["Grey".to_owned()],
        _ => (1..=channels).map(|n| format!("Channel {n}")).collect(),
    };
    let channels = names.iter().zip(&summary.histograms).enumerate();
    for (at, (name, histogram)) in channels {
        let mean = summary.normalization.mean.get(at).copied();
        let deviation = summary.normalization.deviation.get(at).copied();
        ui.label(format!(
            "{name}: mean {}, standard deviation {}",
            three_digits(mean.unwrap_or(f64::NAN)),
            three_digits(deviation.unwrap_or(f64::NAN))
        ));
        let color = match names.len() {
            3 => theme::CHANNELS.get(at).copied().unwrap_or_default(),
            _ => ui.visuals().weak_text_color(),
        };
        bars(ui, histogram, color);
    }
}

fn bars(ui: &mut Ui, histogram: &Histogram, color: Color32) {
    let each = histogram.counts.len().div_ceil(BARS).max(1);
    let counts: Vec<u64> = histogram
        .counts
        .chunks(each)
        .map(|counts| counts.iter().sum())
        .collect();
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let size = vec2(ui.available_width(), HISTOGRAM_HEIGHT);
    let (place, _) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter()
        .rect_filled(place, theme::RADIUS, ui.visuals().extreme_bg_color);
    let inside = place.shrink(4.0);
    let wide = inside.width() / counts.len().max(1) as f32;
    for (at, count) in counts.iter().enumerate() {
        let high = inside.height() * *count as f32 / most as f32;
        let corner = pos2(inside.left() + at as f32 * wide, inside.bottom() - high);
        let bar = Rect::from_min_size(corner, vec2((wide - 1.0).max(1.0), high));
        ui.painter().rect_filled(bar, 0.0, color);
    }
    ui.horizontal(|ui| {
        let end = |value: f32| RichText::new(three_digits(f64::from(value))).small().weak();
        ui.label(end(histogram.low));
        ui.with_layout(
            eframe::egui::Layout::right_to_left(eframe::egui::Align::Center),
            |ui| ui.label(end(histogram.high)),
        );
    });
}

/// Mean, deviation and range of each feature.
fn vectors(ui: &mut Ui, summary: &Summary, names: &[String]) {
    let features = summary.histograms.len();
    Grid::new("features").striped(true).show(ui, |ui| {
        for title in ["Feature", "Mean", "Deviation", "Least", "Greatest"] {
            ui.label(RichText::new(title).small().weak());
        }
        ui.end_row();
        let normalization = &summary.normalization;
        let numbers = normalization.mean.iter().zip(&normalization.deviation);
        let rows = numbers.zip(&summary.histograms).take(MOST_FEATURES);
        for (at, ((mean, deviation), histogram)) in rows.enumerate() {
            let name = names.get(at).cloned();
            ui.label(name.unwrap_or_else(|| (at + 1).to_string()));
            let ends = [f64::from(histogram.low), f64::from(histogram.high)];
            for value in [*mean, *deviation].into_iter().chain(ends) {
                ui.label(three_digits(value));
            }
            ui.end_row();
        }
    });
    if features > MOST_FEATURES {
        ui.weak(format!("and {} more features", features - MOST_FEATURES));
    }
}
