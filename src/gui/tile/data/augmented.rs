//! One sample as training may see it.

use eframe::egui::{
    Button, ColorImage, Label, Rect, RichText, ScrollArea, Sense, TextStyle, TextureHandle, Ui,
    WidgetInfo, pos2, text::LayoutJob, vec2,
};
use layerwise_dataset::{Dataset, Version, Versions};
use layerwise_experiment::{Prepare, Shape};

use super::samples::texture;
use crate::gui::{background::Follower, sight::painted, theme, tile::Edited, waiting::Work};

/// Versions that are drawn.
const VERSIONS: u64 = 12;
/// Side of a picture on the screen.
const SIDE: f32 = 84.0;

/// What versions are of.
#[derive(Clone)]
struct Wanted {
    generation: u64,
    place: usize,
    seed: u64,
    of: Versions,
}

/// A version of the sample, painted.
struct Drawn {
    image: ColorImage,
    /// As in [`Version::mixed`].
    mixed: Option<(u32, f32)>,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        (self.generation, self.place, self.seed) == (other.generation, other.place, other.seed)
            && (&self.of.prepare, self.of.computes) == (&other.of.prepare, other.of.computes)
    }
}

#[derive(Default)]
pub(super) struct View {
    seed: u64,
    drawn: Follower<Wanted, Vec<Drawn>>,
    pictures: Option<(u64, Vec<TextureHandle>)>,
}

impl View {
    pub fn show(&mut self, ui: &mut Ui, data: Edited<'_>, chosen: Option<usize>) {
        let is_image = matches!(data.dataset.shape, Shape::Image(_));
        if !is_image || !(data.prepare.augments() || data.prepare.mixes()) {
            let words = match (is_image, data.prepare.mixes()) {
                (true, _) => "No augmentation is on: choose some under Preparation",
                (false, true) => mixing_words(data.prepare),
                (false, false) => "Only images are augmented",
            };
            ui.add(Label::new(RichText::new(words).weak()).wrap());
            return;
        }
        let place = chosen
            .filter(|at| *at < data.dataset.train.len())
            .unwrap_or(0);
        ui.horizontal_wrapped(|ui| {
            let words = format!("Training sample {} as training may see it", place + 1);
            ui.label(RichText::new(words).small().weak());
            if ui
                .add(Button::new("Draw again"))
                .on_hover_text("Other random changes of the same sample")
                .clicked()
            {
                self.seed += 1;
            }
        });
        if data.prepare.mixes() {
            let words = RichText::new(mixing_words(data.prepare)).small().weak();
            ui.add(Label::new(words).wrap());
        }
        let wanted = Wanted {
            generation: data.generation,
            place,
            seed: self.seed,
            of: Versions {
                samples: data.dataset.train.unnormalized(),
                prepare: data.prepare.clone(),
                computes: data.prepare.computes(data.data),
            },
        };
        self.drawn
            .want(wanted, "layerwise-augmented", ui.ctx(), draw);
        match self.drawn.result() {
            None => {}
            Some(Err(why)) => {
                ui.colored_label(theme::error_color(ui.visuals()), why);
            }
            Some(Ok(drawn)) => {
                let generation = self.drawn.generation();
                let is_old = |(of, _): &(u64, _)| *of != generation;
                if self.pictures.as_ref().is_none_or(is_old) {
                    let versions = drawn.iter().enumerate().map(|(at, version)| {
                        texture(ui, &format!("version {at}"), version.image.clone())
                    });
                    self.pictures = Some((generation, versions.collect()));
                }
            }
        }
        if self.drawn.waiting().is_some() {
            ui.spinner();
        }
        let (Some((_, pictures)), Some(Ok(drawn))) = (&self.pictures, self.drawn.result()) else {
            return;
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
                for (picture, version) in pictures.iter().zip(drawn) {
                    let shares = version
                        .mixed
                        .map(|mixed| shares(data.dataset, place, mixed));
                    one(ui, picture, shares.as_deref());
                }
            });
        });
    }
}

/// What mixing does to samples and their classes.
fn mixing_words(prepare: &Prepare) -> &'static str {
    match (prepare.mixup > 0.0, prepare.cutmix > 0.0) {
        (true, true) => {
            "Half of the batches are mixed by mixup, which blends samples, half by CutMix, which puts in rectangles of others; their classes are shared in the same parts"
        }
        (true, false) => {
            "Mixup blends each sample with another of its batch, and their classes in the same parts"
        }
        _ => {
            "CutMix puts a rectangle of another sample of the batch in, and shares their classes in the same parts"
        }
    }
}

/// The parts of the sample's own class and another in the target, a line each.
fn shares(dataset: &Dataset, place: usize, (other, share): (u32, f32)) -> Vec<String> {
    let name = |class: u32| {
        dataset
            .classes
            .get(class as usize)
            .map_or("", String::as_str)
    };
    let own = dataset.train.labels.get(place).copied().unwrap_or(0);
    let percent = (share * 100.0).round();
    if own == other {
        return vec![format!("100 % {}", name(own))];
    }
    vec![
        format!("{percent} % {}", name(own)),
        format!("{} % {}", 100.0 - percent, name(other)),
    ]
}

/// A picture, with lines below it where it is mixed.
fn one(ui: &mut Ui, picture: &TextureHandle, lines: Option<&[String]>) {
    let line = ui.text_style_height(&TextStyle::Small);
    let below = match lines {
        Some(_) => 2.0 * line + 2.0,
        None => 0.0,
    };
    let (place, response) = ui.allocate_exact_size(vec2(SIDE, SIDE + below), Sense::hover());
    let square = Rect::from_min_size(place.min, vec2(SIDE, SIDE));
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter()
        .image(picture.id(), square, whole, theme::AS_IT_IS);
    let Some(lines) = lines else { return };
    let color = ui.visuals().text_color();
    let font = TextStyle::Small.resolve(ui.style());
    let mut at = square.left_bottom() + vec2(0.0, 2.0);
    for words in lines {
        let mut job = LayoutJob::simple_singleline(words.clone(), font.clone(), color);
        job.wrap.max_width = SIDE;
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        let galley = ui.painter().layout_job(job);
        ui.painter().galley(at, galley, color);
        at.y += line;
    }
    let words = lines.join(", ");
    response.widget_info(|| WidgetInfo::labeled(eframe::egui::Role::Label, true, &words));
    response.on_hover_text(words);
}

fn draw(wanted: Wanted, work: &Work) -> Result<Vec<Drawn>, String> {
    let mut hear = |loading| work.hear(loading);
    let made = wanted
        .of
        .of(wanted.place, VERSIONS, wanted.seed, &mut hear)?;
    let sizes = wanted.of.samples.shape().sizes();
    let drawn = made.into_iter().map(|Version { values, mixed }| Drawn {
        image: painted(&values, sizes),
        mixed,
    });
    Ok(drawn.collect())
}
