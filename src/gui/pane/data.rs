//! The data: what they are and a look at some samples.

use eframe::egui::{
    Color32, ColorImage, Rect, RichText, Sense, TextureHandle, TextureOptions, Ui, pos2, vec2,
};
use indicatif::HumanCount;

use super::field::{choice, fields, number};
use crate::{
    dataset::{Dataset, Samples},
    experiment::{DataKind, Experiment, Shape},
    gui::{background::DataLoader, theme},
};

/// Samples of each class in the preview of images.
const PER_CLASS: usize = 2;
/// Classes in a row of the preview.
const COLUMNS: usize = 5;
/// Most classes in the preview of images.
const MAX_CLASSES: usize = 10;
/// Most points in the preview of planar data.
const MAX_POINTS: usize = 1_500;

/// Pictures of the samples, kept until the data change.
#[derive(Default)]
pub struct Preview {
    generation: Option<u64>,
    /// For each class, its samples beside each other.
    images: Vec<TextureHandle>,
    /// Points in the unit square (y downwards) with their class.
    points: Vec<([f32; 2], u32)>,
}

/// Draws the settings of the data and the preview.
pub fn show(ui: &mut Ui, experiment: &mut Experiment, preview: &mut Preview, loader: &DataLoader) {
    let data = &mut experiment.data;
    fields(ui, "data", |ui| {
        choice(ui, "Data", &mut data.kind, &DataKind::ALL, |kind| {
            kind.title().to_owned()
        });
        if data.kind != DataKind::Digits {
            let max_samples = data.max_samples();
            number(
                ui,
                "Samples",
                &mut data.samples,
                20..=max_samples,
                "Training and test together",
            );
            number(
                ui,
                "Noise",
                &mut data.noise,
                0.0..=10.0,
                "Standard deviation",
            );
        }
        if data.kind == DataKind::Blobs {
            number(ui, "Classes", &mut data.classes, 2..=10, "Number of clouds");
        }
        if data.kind == DataKind::Shapes {
            number(
                ui,
                "Classes",
                &mut data.shape_classes,
                2..=1000,
                "Up to 10 shapes, up to 100 in ten colours, up to 1000 on ten backgrounds",
            );
            number(
                ui,
                "Size",
                &mut data.size,
                16..=512,
                "Side of an image in pixels",
            );
        }
        let mut percent = (data.test_fraction * 1000.0).round() / 10.0;
        if number(
            ui,
            "Test share (%)",
            &mut percent,
            0.1..=90.0,
            "Kept for testing",
        )
        .changed()
        {
            data.test_fraction = percent / 100.0;
        }
    });
    ui.add_space(4.0);
    match loader.result() {
        Some(Ok(dataset)) => {
            if preview.generation != Some(loader.generation()) {
                *preview = Preview::of(dataset, loader.generation(), ui);
            }
            preview.show(ui, dataset);
            ui.label(
                RichText::new(format!(
                    "{} training and {} test samples",
                    HumanCount(dataset.train.len() as u64),
                    HumanCount(dataset.test.len() as u64)
                ))
                .small(),
            );
            let source = &dataset.source;
            let credit = [&source.title, &source.credit, &source.licence]
                .into_iter()
                .filter(|text| !text.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(" · ");
            ui.label(RichText::new(credit).small().weak());
        }
        Some(Err(message)) => {
            ui.colored_label(theme::error_color(ui.visuals()), message);
        }
        None => {}
    }
    if loader.is_loading() {
        ui.horizontal(|ui| {
            ui.spinner();
            ui.weak("Loading the data");
        });
    }
}

impl Preview {
    fn of(dataset: &Dataset, generation: u64, ui: &Ui) -> Self {
        let mut preview = Self {
            generation: Some(generation),
            ..Self::default()
        };
        match dataset.shape {
            Shape::Image(shape) => {
                preview.images = (0..dataset.classes.len().min(MAX_CLASSES))
                    .map(|class| {
                        let image = class_image(&dataset.train, class as u32, shape);
                        ui.ctx().load_texture(
                            format!("class {class}"),
                            image,
                            TextureOptions::NEAREST,
                        )
                    })
                    .collect();
            }
            Shape::Flat(2) => preview.points = points(&dataset.train),
            // A vector of many features has no picture.
            _ => {}
        }
        preview
    }

    fn show(&self, ui: &mut Ui, dataset: &Dataset) {
        if !self.points.is_empty() {
            self.scatter(ui);
        }
        let cell = (ui.available_width() / COLUMNS as f32).floor();
        let side = (cell - 6.0) / PER_CLASS as f32;
        let named: Vec<_> = self.images.iter().zip(&dataset.classes).collect();
        for row in named.chunks(COLUMNS) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                for (texture, name) in row {
                    ui.vertical(|ui| {
                        ui.spacing_mut().item_spacing.y = 1.0;
                        ui.set_width(cell - 6.0);
                        ui.image((texture.id(), vec2(side * PER_CLASS as f32, side)));
                        ui.label(RichText::new(name.as_str()).small().weak());
                    });
                }
            });
        }
        let hidden = dataset.classes.len() - named.len();
        if hidden > 0 && !named.is_empty() {
            ui.label(
                RichText::new(format!("and {hidden} more classes"))
                    .small()
                    .weak(),
            );
        }
    }

    fn scatter(&self, ui: &mut Ui) {
        let side = ui.available_width().min(180.0);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), side), Sense::hover());
        let square = Rect::from_center_size(rect.center(), vec2(side, side)).shrink(6.0);
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, theme::RADIUS, ui.visuals().extreme_bg_color);
        for ([x, y], class) in &self.points {
            let at = pos2(
                square.left() + x * square.width(),
                square.top() + y * square.height(),
            );
            painter.circle_filled(at, 1.6, theme::class_color(*class as usize));
        }
    }
}

/// The first samples of a class beside each other.
fn class_image(samples: &Samples, class: u32, [channels, height, width]: [usize; 3]) -> ColorImage {
    let len = channels * height * width;
    let chosen: Vec<&[f32]> = samples
        .labels
        .iter()
        .zip(samples.inputs.chunks_exact(len.max(1)))
        .filter(|(label, _)| **label == class)
        .map(|(_, sample)| sample)
        .take(PER_CLASS)
        .collect();
    let mut pixels = Vec::with_capacity(PER_CLASS * height * width);
    for row in 0..height {
        for at in 0..PER_CLASS {
            for column in 0..width {
                let value = |channel: usize| {
                    let index = (channel.min(channels - 1) * height + row) * width + column;
                    let value = chosen.get(at).and_then(|sample| sample.get(index));
                    (value.copied().unwrap_or(0.0).clamp(0.0, 1.0) * 255.0) as u8
                };
                pixels.push(Color32::from_rgb(value(0), value(1), value(2)));
            }
        }
    }
    ColorImage::new([PER_CLASS * width, height], pixels)
}

/// Some points, scaled to the unit square that holds them all.
fn points(samples: &Samples) -> Vec<([f32; 2], u32)> {
    let extent = samples
        .inputs
        .iter()
        .fold(1e-6f32, |most, value| most.max(value.abs()));
    samples
        .inputs
        .as_chunks::<2>()
        .0
        .iter()
        .zip(&samples.labels)
        .take(MAX_POINTS)
        .map(|([x, y], label)| {
            let unit = |value: f32| 0.5 + 0.5 * value / extent;
            ([unit(*x), 1.0 - unit(*y)], *label)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_keep_up_and_down() {
        let samples = Samples {
            inputs: vec![2.0, 2.0, -2.0, 0.0],
            labels: vec![0, 1],
        };
        assert_eq!(points(&samples), [([1.0, 0.0], 0), ([0.0, 0.5], 1)]);
    }

    #[test]
    fn samples_of_a_class_stand_side_by_side() {
        let samples = Samples {
            inputs: vec![0.0, 1.0, 1.0, 0.0],
            labels: vec![1, 1],
        };
        let image = class_image(&samples, 1, [1, 1, 2]);
        let reds: Vec<u8> = image.pixels.iter().map(Color32::r).collect();
        assert_eq!(reds, [0, 255, 255, 0]);
    }
}
