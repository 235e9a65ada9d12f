//! The data: what they are and a look at some samples.

mod classes;
mod image;

use eframe::egui::{
    Label, Rect, RichText, Sense, TextEdit, TextureHandle, TextureOptions, Ui, pos2, vec2,
};
use indicatif::{HumanBytes, HumanCount};
use layerwise_dataset::{Dataset, Format, fetch::DOWNLOADS};
use layerwise_experiment::{Data, DataKind, Experiment};

use super::field::{Look, choice, fields, number, row, rows};
use crate::gui::{
    background::{DataLoader, Loaded},
    download::Downloads,
    purpose::Purpose,
    sight::{PER_CLASS, Sight},
    theme,
    wish::{Wish, Wishes},
};

/// Classes in a row of the preview.
const COLUMNS: usize = 5;

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
pub fn show(
    ui: &mut Ui,
    experiment: &mut Experiment,
    preview: &mut Preview,
    loader: &DataLoader,
    downloads: &Downloads,
    wishes: &mut Wishes,
) {
    let data = &mut experiment.data;
    fields(ui, "data", |ui| {
        row(ui, Look::Panel, data, "kind");
    });
    let of_files = data.kind == DataKind::Files;
    if of_files {
        files(ui, data, loader, downloads, wishes);
    }
    fields(ui, "data options", |ui| {
        if of_files {
            options(ui, data, loader);
        } else {
            built_in(ui, data);
        }
    });
    ui.add_space(4.0);
    match loader.result() {
        Some(Ok(Loaded { dataset, sight, .. })) => {
            if preview.generation != Some(loader.generation()) {
                *preview = Preview::of(sight, loader.generation(), ui);
            }
            preview.show(ui, dataset);
            about(ui, dataset);
        }
        Some(Err(_)) if loader.is_cancelled() => {
            ui.horizontal(|ui| {
                ui.weak("Loading was cancelled");
                if !loader.is_loading() && ui.button("Load").clicked() {
                    wishes.push(Wish::ReloadData);
                }
            });
        }
        Some(Err(message)) => {
            ui.colored_label(theme::error_color(ui.visuals()), message);
        }
        None => {}
    }
    if let Some(waiting) = loader.waiting()
        && waiting.show(ui, "Loading the data")
    {
        wishes.push(Wish::CancelData);
    }
}

/// Counts, origin and terms of the data.
fn about(ui: &mut Ui, dataset: &Dataset) {
    ui.label(
        RichText::new(format!(
            "{} training and {} test samples",
            HumanCount(dataset.train.len() as u64),
            HumanCount(dataset.test.len() as u64)
        ))
        .small(),
    );
    if let Some(first) = dataset.notes.first() {
        let text = match dataset.notes.len() {
            1 => format!("{}: {}", first.what, first.why),
            count => format!("{count} notes on these data"),
        };
        let color = theme::warning_color(ui.visuals());
        let left = dataset.notes.iter().take(20);
        let lines: Vec<String> = left.map(|it| format!("{}: {}", it.what, it.why)).collect();
        ui.label(RichText::new(text).small().color(color))
            .on_hover_text(lines.join("\n"));
    }
    let source = &dataset.source;
    let format = dataset.format.map_or("", Format::title);
    let credit = [&source.title, format, &source.credit, &source.licence]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join(" · ");
    ui.label(RichText::new(credit).small().weak());
}

/// Which files are the data.
fn files(
    ui: &mut Ui,
    data: &Data,
    loader: &DataLoader,
    downloads: &Downloads,
    wishes: &mut Wishes,
) {
    if data.path.as_os_str().is_empty() {
        ui.label(
            RichText::new(
                "MNIST's IDX files, CIFAR, folders of images, CSV tables or NumPy arrays; they may be dropped onto the window",
            )
            .small()
            .weak(),
        );
    } else {
        let path = data.path.display().to_string();
        ui.add(Label::new(RichText::new(&path).small()).truncate())
            .on_hover_text(path);
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        for (words, purpose) in [
            ("File…", Purpose::DataFile),
            ("Folder…", Purpose::DataFolder),
        ] {
            if ui.button(words).clicked() {
                wishes.push(Wish::Path(purpose));
            }
        }
        ui.add_enabled_ui(!downloads.is_active(), |ui| {
            ui.menu_button("Download…", |ui| {
                for download in &DOWNLOADS {
                    let size = HumanBytes(download.bytes());
                    let button = ui.button(format!("{} ({size})", download.title));
                    let terms = format!("{}\n{}", download.credit, download.licence);
                    if button.on_hover_text(terms).clicked() {
                        wishes.push(Wish::Download(download));
                        ui.close();
                    }
                }
            });
        });
        let some = loader.result().is_some() && !loader.is_loading() && !loader.is_cancelled();
        if some
            && ui
                .button("Reload")
                .on_hover_text("Reads the files again, where they have changed")
                .clicked()
        {
            wishes.push(Wish::ReloadData);
        }
    });
    downloads.show(ui);
    ui.add_space(2.0);
}

/// What can be said of files.
fn options(ui: &mut Ui, data: &mut Data, loader: &DataLoader) {
    let contents = loader.contents();
    let format = contents.map(|contents| contents.format);
    // A table that cannot be read as one may need to be told how.
    let failed = contents.is_none() && !loader.is_cancelled();
    let failed = failed && matches!(loader.result(), Some(Err(_)));
    if format == Some(Format::Table) || !data.label.is_empty() || failed {
        let label = ui.label("Class column");
        ui.add(
            TextEdit::singleline(&mut data.label)
                .hint_text("Recognised")
                .desired_width(118.0),
        )
        .labelled_by(label.id)
        .on_hover_text("Name of the column with the classes, or its number from 1");
        ui.end_row();
        let ways = [None, Some(true), Some(false)];
        choice(ui, "First row", &mut data.header, &ways, |header| {
            let words = match header {
                None => "Recognised",
                Some(true) => "Names of columns",
                Some(false) => "A sample",
            };
            words.to_owned()
        });
    }
    let values = contents.and_then(|contents| contents.values);
    if values.is_some() || data.image.is_some() {
        image::show(ui, &mut data.image, values);
    }
    if format == Some(Format::Cifar100) || data.coarse {
        row(ui, Look::Panel, data, "coarse");
    }
    match contents {
        Some(contents) => classes::show(ui, &contents.classes, &mut data.only),
        None if !data.only.is_empty() => {
            classes::show(ui, &data.only.clone(), &mut data.only);
        }
        None => {}
    }
    if format == Some(Format::Folder) {
        row(ui, Look::Panel, data, "size");
        row(ui, Look::Panel, data, "channels");
    }
    row(ui, Look::Panel, data, "per_class");
    if data.found().is_none_or(|found| found.test == 0) {
        test_share(ui, data);
    }
}

/// What can be said of built-in sets.
fn built_in(ui: &mut Ui, data: &mut Data) {
    rows(ui, Look::Panel, data, |key| {
        !["kind", "test_fraction"].contains(&key)
    });
    test_share(ui, data);
}

/// The share in percent.
fn test_share(ui: &mut Ui, data: &mut Data) {
    let mut percent = (data.test_fraction * 1000.0).round() / 10.0;
    let most = 100.0 * Data::TEST_FRACTION.ends().end();
    let field = number(
        ui,
        "Test share (%)",
        &mut percent,
        0.1..=most,
        "Kept for testing",
    );
    if field.changed() {
        data.test_fraction = percent / 100.0;
    }
}

impl Preview {
    fn of(sight: &Sight, generation: u64, ui: &Ui) -> Self {
        let images = sight.images.iter().enumerate().map(|(class, image)| {
            let name = format!("class {class}");
            let image = image.clone();
            ui.ctx().load_texture(name, image, TextureOptions::NEAREST)
        });
        Self {
            generation: Some(generation),
            images: images.collect(),
            points: sight.points.clone(),
        }
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
                        let text = RichText::new(name.as_str()).small().weak();
                        ui.add(Label::new(text).truncate());
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
