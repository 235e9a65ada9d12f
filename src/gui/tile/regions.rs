//! Which class every module assigns to the points of the plane, with the training samples.

mod axes;

use eframe::egui::{
    self, Align2, Color32, ColorImage, Pos2, Rect, ScrollArea, Sense, TextureOptions, Ui, pos2,
    vec2,
};
use layerwise_dataset::Dataset;
use layerwise_study::DecisionRegions;
use serde::{Deserialize, Serialize};

use super::{
    context::{TileContext, empty},
    matrix,
    texture::CachedTexture,
};
use crate::gui::theme;

/// Most training samples drawn.
const MAX_SAMPLES: usize = 500;
/// Most classes that are named.
const MAX_NAMES: usize = 20;
/// Space between pictures.
const GAP: f32 = 10.0;

/// The state of the tile.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    samples: bool,
    #[serde(skip)]
    pictures: Vec<CachedTexture<(usize, usize, u64, bool)>>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            samples: true,
            pictures: Vec::new(),
        }
    }
}

impl View {
    /// Draws the tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        if !context.experiment.data.is_planar() {
            let sentence = "Decision regions need samples of two values, such as two spirals or a \
                            table of two features.";
            empty(ui, "No plane to draw", sentence);
            return;
        }
        let Some(regions) = context
            .regions
            .filter(|regions| !regions.modules.is_empty())
        else {
            let sentence = "The class that each module assigns to every point of the plane \
                            appears here.";
            empty(ui, "Train to see decision regions", sentence);
            return;
        };
        ui.horizontal_wrapped(|ui| {
            ui.checkbox(&mut self.samples, "Training samples");
            if let Some(dataset) = context.dataset {
                for (class, name) in dataset.classes.iter().enumerate().take(MAX_NAMES) {
                    class_name(ui, class, name);
                }
                if let Some(more @ 1..) = dataset.classes.len().checked_sub(MAX_NAMES) {
                    ui.weak(format!("and {more} more classes"));
                }
            }
        });
        let title = ui.text_style_height(&egui::TextStyle::Body) + 2.0;
        // Axes stand to the left and below.
        let axes = match regions.plane.names {
            Some(_) => axes::width(ui),
            None => 0.0,
        };
        let around = vec2(axes, axes + title);
        let side = side(regions.modules.len(), ui.available_size(), around);
        self.pictures
            .resize_with(regions.modules.len(), CachedTexture::default);
        let samples = self.samples;
        ScrollArea::vertical().show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(GAP, GAP);
                let pictures = self.pictures.iter_mut();
                for ((number, classes, sureness), picture) in regions.modules.iter().zip(pictures) {
                    let (place, _) =
                        ui.allocate_exact_size(vec2(side, side) + around, Sense::hover());
                    if !ui.is_rect_visible(place) {
                        continue;
                    }
                    let dark = ui.visuals().dark_mode;
                    ui.painter().text(
                        place.left_top() + vec2(axes, 0.0),
                        Align2::LEFT_TOP,
                        format!("Module {number}"),
                        egui::TextStyle::Body.resolve(ui.style()),
                        theme::module_color(*number, dark),
                    );
                    let corner = place.min + vec2(axes, title);
                    let square = Rect::from_min_size(corner, vec2(side, side));
                    let key = (*number, regions.step, fingerprint(classes, sureness), dark);
                    let count = context.experiment.data.class_count();
                    let id = picture.get(ui.ctx(), key, TextureOptions::LINEAR, || {
                        draw(regions.side, classes, sureness, count, dark)
                    });
                    ui.painter()
                        .image(id, square, matrix::WHOLE, theme::AS_IT_IS);
                    axes::paint(ui, &regions.plane, square);
                    if let Some(dataset) = context.dataset.filter(|_| samples) {
                        paint_samples(ui, dataset, regions, square);
                    }
                }
            });
        });
    }
}

/// Tells pictures of different runs apart that are of the same step.
fn fingerprint(classes: &[u16], sureness: &[f32]) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    classes.hash(&mut hasher);
    for value in sureness.iter().step_by(7) {
        value.to_bits().hash(&mut hasher);
    }
    hasher.finish()
}

/// Side of `count` squares with something `around` each, as large as fits in `room`, within reason.
fn side(count: usize, room: egui::Vec2, around: egui::Vec2) -> f32 {
    let fits = |columns: usize| {
        let rows = count.div_ceil(columns) as f32;
        let wide = (room.x - GAP * (columns - 1) as f32) / columns as f32 - around.x;
        let high = (room.y - GAP * (rows - 1.0)) / rows - around.y;
        wide.min(high)
    };
    let best = (1..=count).map(fits).fold(0.0, f32::max);
    best.floor()
        .clamp(110.0, 420.0)
        .min((room.x - around.x).max(1.0))
}

/// Colour of the class, fading to the background where the module is unsure.
fn draw(side: usize, classes: &[u16], sureness: &[f32], count: usize, dark: bool) -> ColorImage {
    let background = theme::unsure(dark);
    let guess = 1.0 / count.max(2) as f32;
    let mut pixels: Vec<Color32> = classes
        .iter()
        .zip(sureness)
        .map(|(&class, &sure)| {
            let strength = ((sure - guess) / (1.0 - guess)).clamp(0.0, 1.0);
            let color = theme::class_color(class.into());
            background.lerp_to_gamma(color, 0.12 + 0.58 * strength)
        })
        .collect();
    pixels.resize(side * side, theme::CLEAR);
    ColorImage::new([side, side], pixels)
}

fn paint_samples(ui: &Ui, dataset: &Dataset, regions: &DecisionRegions, square: Rect) {
    let painter = ui.painter_at(square);
    let (edge, shade) = theme::sample_colors(ui.visuals().dark_mode);
    for index in spread(dataset.train.len()) {
        let mut point = [0.0; 2];
        let read = dataset.train.read_plain(index, &mut point).ok();
        let Some(&label) = read.and_then(|()| dataset.train.labels.get(index)) else {
            continue;
        };
        let at = on_screen(regions.plane.unit(point), square);
        let color = theme::class_color(label as usize).lerp_to_gamma(shade, 0.3);
        painter.circle_filled(at, 3.4, edge);
        painter.circle_filled(at, 2.5, color);
    }
}

/// Indices of at most `MAX_SAMPLES` of `count` samples, without the rhythm that the labels may
/// have.
fn spread(count: usize) -> impl Iterator<Item = usize> {
    const GOLDEN: f64 = std::f64::consts::GOLDEN_RATIO - 1.0;
    (0..count.min(MAX_SAMPLES)).map(move |index| {
        if count <= MAX_SAMPLES {
            index
        } else {
            ((index as f64 * GOLDEN).fract() * count as f64) as usize
        }
    })
}

/// A place of the unit square.
fn on_screen([x, y]: [f32; 2], square: Rect) -> Pos2 {
    pos2(
        square.left() + x * square.width(),
        square.top() + y * square.height(),
    )
}

/// A class's colour and name, which no line break parts.
fn class_name(ui: &mut Ui, class: usize, name: &str) {
    const DOT: f32 = 5.0;
    let color = ui.visuals().text_color();
    let font = egui::TextStyle::Body.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, color);
    let size = vec2(2.0 * DOT + 4.0 + galley.size().x, galley.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, name));
    let center = rect.left_center() + vec2(DOT, 0.0);
    ui.painter()
        .circle_filled(center, DOT, theme::class_color(class));
    let at = rect.left_top() + vec2(size.x - galley.size().x, 0.0);
    ui.painter().galley(at, galley, color);
}

#[cfg(test)]
mod tests {
    use layerwise_dataset::Plane;

    use super::*;

    #[test]
    fn points_lie_where_the_grid_has_them() {
        let square = Rect::from_min_size(pos2(10.0, 20.0), vec2(100.0, 100.0));
        let plane = Plane {
            names: None,
            low: [-2.0, 0.0],
            high: [2.0, 8.0],
        };
        let at = |point| on_screen(plane.unit(point), square);
        assert_eq!(at([-2.0, 8.0]), square.left_top());
        assert_eq!(at([2.0, 0.0]), square.right_bottom());
        assert_eq!(at([0.0, 4.0]), square.center());
    }

    #[test]
    fn samples_drawn_are_a_fair_share() {
        assert!(spread(7).eq(0..7));
        let chosen: Vec<usize> = spread(10_000).collect();
        assert_eq!(chosen.len(), MAX_SAMPLES);
        assert!(chosen.iter().all(|&index| index < 10_000));
        let even = chosen.iter().filter(|&index| index % 2 == 0).count();
        assert!((200..300).contains(&even), "{even} of {MAX_SAMPLES}");
    }

    #[test]
    fn sure_points_have_more_of_their_colour() {
        let image = draw(2, &[0, 0, 1, 1], &[0.5, 1.0, 0.5, 1.0], 2, true);
        let distance = |at: usize, class| {
            let (one, two) = (image.pixels[at], theme::class_color(class));
            let (one, two) = (one.to_array(), two.to_array());
            one.iter()
                .zip(two)
                .map(|(a, b)| a.abs_diff(b) as u32)
                .sum::<u32>()
        };
        assert!(distance(1, 0) < distance(0, 0));
        assert!(distance(3, 1) < distance(2, 1));
    }
}
