//! The data that are chosen: how many there are of each class, what samples look like, how they
//! are changed, which values they have, and what there is to know of them.

mod augmented;
mod classes;
mod notes;
mod samples;
mod values;

use eframe::egui::Ui;
use serde::{Deserialize, Serialize};

use super::context::{TileContext, empty};

/// A part of the tile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Section {
    Classes,
    #[default]
    Samples,
    Augmented,
    Values,
    Notes,
}

impl Section {
    const ALL: [Self; 5] = [
        Self::Classes,
        Self::Samples,
        Self::Augmented,
        Self::Values,
        Self::Notes,
    ];

    fn title(self) -> &'static str {
        match self {
            Self::Classes => "Classes",
            Self::Samples => "Samples",
            Self::Augmented => "Augmented",
            Self::Values => "Values",
            Self::Notes => "Notes",
        }
    }
}

/// What a person looks at.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    section: Section,
    samples: samples::View,
    #[serde(skip)]
    augmented: augmented::View,
    #[serde(skip)]
    values: values::View,
}

impl View {
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>) {
        let Some(data) = context.edited else {
            empty(
                ui,
                "No data yet",
                "What the chosen data hold appears here once they are loaded.",
            );
            return;
        };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = 1.0;
            ui.spacing_mut().button_padding.x = 6.0;
            for section in Section::ALL {
                ui.selectable_value(&mut self.section, section, section.title());
            }
        });
        ui.add_space(4.0);
        match self.section {
            Section::Classes => classes::show(ui, data.dataset),
            Section::Samples => self.samples.show(ui, data),
            Section::Augmented => self.augmented.show(ui, data, self.samples.chosen()),
            Section::Values => self.values.show(ui, data),
            Section::Notes => notes::show(ui, data.dataset),
        }
    }
}

#[cfg(test)]
mod tests;
