//! One sample as training may see it.

use eframe::egui::{Button, ColorImage, Image, RichText, ScrollArea, TextureHandle, Ui, vec2};

use super::{Edited, samples::texture};
use crate::{
    dataset::Samples,
    experiment::{Prepare, Shape},
    gui::{background::Follower, sight::painted, theme, waiting::Work},
    rng::{Stream, rng},
};

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
    prepare: Prepare,
    samples: Samples,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        (self.generation, self.place, self.seed) == (other.generation, other.place, other.seed)
            && self.prepare == other.prepare
    }
}

#[derive(Default)]
pub(super) struct View {
    seed: u64,
    drawn: Follower<Wanted, Vec<ColorImage>>,
    pictures: Option<(u64, Vec<TextureHandle>)>,
}

impl View {
    pub fn show(&mut self, ui: &mut Ui, data: Edited<'_>, chosen: Option<usize>) {
        let is_image = matches!(data.dataset.shape, Shape::Image(_));
        if !is_image || !data.prepare.augments() {
            let words = match is_image {
                true => "No augmentation is on: choose some under Preparation",
                false => "Only images are augmented",
            };
            ui.weak(words);
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
        let wanted = Wanted {
            generation: data.generation,
            place,
            seed: self.seed,
            prepare: data.prepare.clone(),
            samples: data.dataset.train.clone(),
        };
        self.drawn
            .want(wanted, "layerwise-augmented", ui.ctx(), draw);
        match self.drawn.result() {
            None => {
                ui.spinner();
            }
            Some(Err(why)) => {
                ui.colored_label(theme::error_color(ui.visuals()), why);
            }
            Some(Ok(images)) => {
                let generation = self.drawn.generation();
                if self
                    .pictures
                    .as_ref()
                    .is_none_or(|(of, _)| *of != generation)
                {
                    let images = images.iter().enumerate();
                    let pictures = images
                        .map(|(at, image)| texture(ui, &format!("version {at}"), image.clone()));
                    self.pictures = Some((generation, pictures.collect()));
                }
            }
        }
        let pictures = self.pictures.as_ref().map(|(_, all)| all.as_slice());
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
                for picture in pictures.unwrap_or_default() {
                    ui.add(Image::new((picture.id(), vec2(SIDE, SIDE))));
                }
            });
        });
    }
}

fn draw(wanted: Wanted, _: &Work) -> Result<Vec<ColorImage>, String> {
    wanted.samples.must_be_pixels()?;
    let samples = wanted.samples.unnormalized();
    let sizes = samples.shape().sizes();
    let versions = (0..VERSIONS).map(|version| {
        let mut values = vec![0.0; samples.shape().len()];
        let mut rng = rng(wanted.seed, Stream::Augment, version);
        samples.read_augmented(wanted.place, &wanted.prepare, &mut rng, &mut values)?;
        Ok(painted(&values, sizes))
    });
    versions.collect()
}
