//! Pages of samples, read behind the window.

use eframe::egui::{
    Button, ColorImage, ComboBox, Grid, Image, Label, Response, RichText, ScrollArea, Slider,
    TextureHandle, TextureOptions, Ui, vec2,
};
use indicatif::HumanCount;
use layerwise_dataset::{Error, Samples};
use layerwise_experiment::Shape;
use serde::{Deserialize, Serialize};

use super::Edited;
use crate::gui::{background::Follower, sight::painted, theme, waiting::Work};

/// Samples on a page.
const PAGE: usize = 48;
/// Most values of a vector that are listed.
const MOST_VALUES: usize = 40;

/// Training or test samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum PartKind {
    #[default]
    Training,
    Test,
}

/// Which samples a page is of.
#[derive(Clone)]
struct Wanted {
    generation: u64,
    part: PartKind,
    places: Vec<usize>,
    samples: Samples,
}

impl PartialEq for Wanted {
    fn eq(&self, other: &Self) -> bool {
        (self.generation, self.part) == (other.generation, other.part)
            && self.places == other.places
    }
}

/// A sample that was read, or why it could not be.
struct Read {
    place: usize,
    values: Result<Vec<f32>, String>,
}

/// What a person has chosen.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub(super) struct View {
    part: PartKind,
    zoom: f32,
    #[serde(skip)]
    class: Option<u32>,
    #[serde(skip)]
    page: usize,
    /// A training sample that was clicked, by its place.
    #[serde(skip)]
    chosen: Option<usize>,
    #[serde(skip)]
    read: Follower<Wanted, Vec<Read>>,
    /// Pictures of the result with this number.
    #[serde(skip)]
    pictures: Option<(u64, Vec<Option<TextureHandle>>)>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            part: PartKind::default(),
            zoom: 56.0,
            class: None,
            page: 0,
            chosen: None,
            read: Follower::default(),
            pictures: None,
        }
    }
}

impl View {
    /// The training sample that was chosen last.
    pub fn chosen(&self) -> Option<usize> {
        self.chosen.filter(|_| self.part == PartKind::Training)
    }

    pub fn show(&mut self, ui: &mut Ui, data: Edited<'_>) {
        let samples = match self.part {
            PartKind::Training => &data.dataset.train,
            PartKind::Test => &data.dataset.test,
        };
        let classes = &data.dataset.classes;
        if self
            .class
            .is_some_and(|class| class as usize >= classes.len())
        {
            self.class = None;
        }
        let of_class = |place: &usize| {
            let label = samples.labels.get(*place);
            self.class.is_none_or(|class| label == Some(&class))
        };
        let count = match self.class {
            None => samples.len(),
            Some(_) => (0..samples.len()).filter(of_class).count(),
        };
        self.page = self.page.min(count.saturating_sub(1) / PAGE);
        let first = self.page * PAGE;
        let places = (0..samples.len()).filter(of_class).skip(first).take(PAGE);
        let wanted = Wanted {
            generation: data.generation,
            part: self.part,
            places: places.collect(),
            samples: samples.clone(),
        };
        self.choices(ui, classes);
        self.pages(ui, first, count);
        self.read.want(wanted, "layerwise-page", ui.ctx(), read);
        let is_image = matches!(data.dataset.shape, Shape::Image(_));
        if is_image {
            ui.add(
                Slider::new(&mut self.zoom, 24.0..=256.0)
                    .logarithmic(true)
                    .show_value(false)
                    .text("Zoom"),
            );
        }
        self.make_pictures(ui, data.dataset.shape);
        self.one(ui, samples, classes);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            if is_image {
                self.grid(ui, samples, classes);
            } else {
                self.list(ui, samples, classes);
            }
        });
    }

    fn choices(&mut self, ui: &mut Ui, classes: &[String]) {
        ui.horizontal_wrapped(|ui| {
            let before = (self.part, self.class);
            for (part, title) in [(PartKind::Training, "Training"), (PartKind::Test, "Test")] {
                ui.radio_value(&mut self.part, part, title);
            }
            let name = |class: u32| classes.get(class as usize).map_or("", String::as_str);
            let label = ui.label("Class");
            ComboBox::from_id_salt("class")
                .selected_text(self.class.map_or("All", name))
                .width(120.0)
                .show_ui(ui, |ui| {
                    ui.selectable_value(&mut self.class, None, "All");
                    for class in 0..classes.len() as u32 {
                        ui.selectable_value(&mut self.class, Some(class), name(class));
                    }
                })
                .response
                .labelled_by(label.id);
            if (self.part, self.class) != before {
                self.page = 0;
                self.chosen = None;
            }
        });
    }

    fn pages(&mut self, ui: &mut Ui, first: usize, count: usize) {
        let last = count.saturating_sub(1) / PAGE;
        ui.horizontal(|ui| {
            let mut turn = |ui: &mut Ui, text: &str, name: &str, to: usize, on: bool| {
                let button = ui.add_enabled(on, Button::new(text)).on_hover_text(name);
                if button.clicked() {
                    self.page = to;
                }
            };
            let page = first / PAGE;
            turn(ui, "|<", "First page", 0, page > 0);
            turn(ui, "<", "Page before", page.saturating_sub(1), page > 0);
            turn(ui, ">", "Next page", page + 1, page < last);
            turn(ui, ">|", "Last page", last, page < last);
            let shown = |at: usize| HumanCount(at as u64);
            let end = (first + PAGE).min(count);
            ui.label(
                RichText::new(format!(
                    "{}–{} of {}",
                    shown((first + 1).min(end)),
                    shown(end),
                    shown(count)
                ))
                .small(),
            );
            if self.read.is_behind() {
                ui.spinner();
            }
        });
    }

    fn make_pictures(&mut self, ui: &Ui, shape: Shape) {
        let (Shape::Image(sizes), Some(Ok(read))) = (shape, self.read.result()) else {
            return;
        };
        let generation = self.read.generation();
        if self
            .pictures
            .as_ref()
            .is_some_and(|(of, _)| *of == generation)
        {
            return;
        }
        let pictures = read.iter().map(|sample| {
            let image = painted(sample.values.as_ref().ok()?, sizes);
            Some(texture(ui, &format!("sample {}", sample.place), image))
        });
        self.pictures = Some((generation, pictures.collect()));
    }

    /// The chosen sample, large, with all that is known of it.
    fn one(&mut self, ui: &mut Ui, samples: &Samples, classes: &[String]) {
        let Some(place) = self.chosen else { return };
        // On another page there are others.
        let Some(picture) = self.picture_of(place).cloned() else {
            return;
        };
        ui.horizontal(|ui| {
            ui.add(Image::new((picture.id(), vec2(144.0, 144.0))));
            ui.vertical(|ui| {
                ui.label(RichText::new(class_of(samples, classes, place)).strong());
                ui.label(RichText::new(format!("Sample {}", HumanCount(place as u64 + 1))).small());
                if let Some(path) = samples.file(place) {
                    let path = path.display().to_string();
                    ui.add(Label::new(RichText::new(&path).small().weak()).truncate())
                        .on_hover_text(path);
                }
                if ui.button("Close").clicked() {
                    self.chosen = None;
                }
            });
        });
    }

    fn picture_of(&self, place: usize) -> Option<&TextureHandle> {
        let read = self.read.result()?.as_ref().ok()?;
        let at = read.iter().position(|sample| sample.place == place)?;
        self.pictures.as_ref()?.1.get(at)?.as_ref()
    }

    fn grid(&mut self, ui: &mut Ui, samples: &Samples, classes: &[String]) {
        let Some(Ok(read)) = self.read.result() else {
            return;
        };
        let side = vec2(self.zoom, self.zoom);
        let mut chosen = None;
        let pictures = self.pictures.as_ref().map(|(_, all)| all.as_slice());
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            for (sample, picture) in read.iter().zip(pictures.unwrap_or_default()) {
                let name = class_of(samples, classes, sample.place);
                let response: Response = match (picture, &sample.values) {
                    (Some(picture), _) => ui
                        .add(Button::image((picture.id(), side)).frame(false))
                        .on_hover_text(&name),
                    (None, Err(why)) => {
                        let color = theme::error_color(ui.visuals());
                        let text = RichText::new("unreadable").small().color(color);
                        ui.add(Button::new(text).min_size(side).wrap())
                            .on_hover_text(why)
                    }
                    (None, Ok(_)) => ui.label(""),
                };
                if response.clicked() {
                    chosen = Some(sample.place);
                }
            }
        });
        self.chosen = chosen.or(self.chosen);
    }

    fn list(&self, ui: &mut Ui, samples: &Samples, classes: &[String]) {
        let Some(Ok(read)) = self.read.result() else {
            return;
        };
        Grid::new("vectors").striped(true).show(ui, |ui| {
            for sample in read {
                ui.label(RichText::new((sample.place + 1).to_string()).small().weak());
                ui.label(class_of(samples, classes, sample.place));
                let values = sample.values.as_deref().unwrap_or_default();
                let mut words: Vec<String> = values
                    .iter()
                    .take(MOST_VALUES)
                    .map(|value| super::super::number::three_digits(f64::from(*value)))
                    .collect();
                if values.len() > MOST_VALUES {
                    words.push("…".to_owned());
                }
                ui.label(RichText::new(words.join("  ")).monospace().small());
                ui.end_row();
            }
        });
    }
}

/// Name of the class of a sample.
fn class_of(samples: &Samples, classes: &[String], place: usize) -> String {
    let label = samples.labels.get(place);
    let name = label.and_then(|label| classes.get(*label as usize));
    name.cloned().unwrap_or_default()
}

/// Uploads a picture whose pixels stay sharp.
pub(super) fn texture(ui: &Ui, name: &str, image: ColorImage) -> TextureHandle {
    ui.ctx().load_texture(name, image, TextureOptions::NEAREST)
}

fn read(wanted: Wanted, work: &Work) -> Result<Vec<Read>, String> {
    let len = wanted.samples.shape().len();
    let read = |place: &usize| {
        if !work.is_wanted() {
            return Err(Error::Cancelled.into());
        }
        let mut values = vec![0.0; len];
        let read = wanted.samples.read_plain(*place, &mut values);
        Ok(Read {
            place: *place,
            values: read.map(|()| values),
        })
    };
    wanted.places.iter().map(read).collect()
}
