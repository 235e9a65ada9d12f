//! The sample that is inspected, as it lies in the data.

use eframe::egui::{Image, TextureOptions, Ui, vec2};
use layerwise_dataset::{Dataset, Samples};
use layerwise_experiment::{Shape, words::number::three_digits};

use crate::gui::{
    background::Follower, sight::painted, theme, tile::texture::CachedTexture, waiting::Work,
};

/// Side of the picture.
const SIDE: f32 = 72.0;
/// Most values that are written out.
const MOST_VALUES: usize = 4;

/// Which sample is wanted.
#[derive(Clone)]
struct Wanted {
    run: u64,
    sample: usize,
    /// Those that are proved on.
    samples: Samples,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        let key = |of: &Self| (of.run, of.sample, of.samples.len());
        key(self) == key(other)
    }
}

/// Reads the sample behind the window.
#[derive(Default)]
pub struct View {
    values: Follower<Wanted, Vec<f32>>,
    picture: CachedTexture<u64>,
}

impl View {
    /// Draws a sample of the `count` that a run proves things on, from 0: an image as a picture, a
    /// point in numbers.
    pub fn show(&mut self, ui: &mut Ui, dataset: &Dataset, run: u64, [sample, count]: [usize; 2]) {
        let wanted = Wanted {
            run,
            sample,
            samples: dataset.train.spread(count),
        };
        self.values
            .want(wanted, "layerwise-inspected", ui.ctx(), read);
        let Some(Ok(values)) = self.values.result() else {
            return;
        };
        match dataset.shape {
            Shape::Image(sizes) => {
                let key = self.values.generation();
                let id = self
                    .picture
                    .get(ui.ctx(), key, TextureOptions::NEAREST, || {
                        painted(values, sizes)
                    });
                ui.add(Image::new((id, vec2(SIDE, SIDE))).tint(theme::AS_IT_IS));
            }
            _ if values.len() <= MOST_VALUES => {
                let words: Vec<String> = values
                    .iter()
                    .map(|&value| three_digits(f64::from(value)))
                    .collect();
                ui.label(format!("({})", words.join(", ")));
            }
            _ => {}
        }
    }
}

fn read(wanted: Wanted, _: &Work) -> Result<Vec<f32>, String> {
    let mut values = vec![0.0; wanted.samples.shape().len()];
    wanted.samples.read_plain(wanted.sample, &mut values)?;
    Ok(values)
}
