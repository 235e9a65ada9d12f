//! Which of the classes in files are used.

use eframe::egui::{
    PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui,
    containers::menu::{MenuButton, MenuConfig},
    style::StyleModifier,
};
use indicatif::HumanCount;

use crate::gui::theme;

/// More classes than these have a search.
const FEW: usize = 12;
/// Fewer classes make no data set.
const LEAST: usize = 2;
const LIST_WIDTH: f32 = 220.0;
const LIST_HEIGHT: f32 = 260.0;

/// What is ticked while the list is open. Fewer than [`LEAST`] classes change nothing yet.
#[derive(Clone, Default)]
struct Ticks {
    /// The setting that the ticks began with or made.
    of: Vec<String>,
    ticked: Vec<bool>,
    search: String,
}

impl Ticks {
    fn new(all: &[String], only: &[String], search: String) -> Self {
        let ticked = all
            .iter()
            .map(|name| only.is_empty() || only.contains(name));
        Self {
            ticked: ticked.collect(),
            of: only.to_vec(),
            search,
        }
    }

    fn count(&self) -> usize {
        self.ticked.iter().filter(|ticked| **ticked).count()
    }

    /// The setting that the ticks stand for: none where all classes are used.
    fn only(&self, all: &[String]) -> Vec<String> {
        if self.ticked.iter().all(|ticked| *ticked) {
            return Vec::new();
        }
        let ticked = all.iter().zip(&self.ticked).filter(|(_, ticked)| **ticked);
        ticked.map(|(name, _)| name.clone()).collect()
    }
}

/// Draws the field; `all` are the classes that the files have.
pub(super) fn show(ui: &mut Ui, all: &[String], only: &mut Vec<String>) {
    ui.label("Classes");
    let words = match only.len() {
        0 => format!("All {}", HumanCount(all.len() as u64)),
        some => format!(
            "{} of {}",
            HumanCount(some as u64),
            HumanCount(all.len() as u64)
        ),
    };
    let id = ui.scope_id().with("classes");
    let config = MenuConfig::new()
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .style(StyleModifier::default());
    let (button, list) = MenuButton::new(words).config(config).ui(ui, |ui| {
        let kept = ui
            .data(|data| data.get_temp::<Ticks>(id))
            .unwrap_or_default();
        let mut ticks = if kept.of == *only && kept.ticked.len() == all.len() {
            kept
        } else {
            Ticks::new(all, only, kept.search)
        };
        if ticks.show(ui, all) && ticks.count() >= LEAST {
            *only = ticks.only(all);
            ticks.of.clone_from(only);
        }
        ui.data_mut(|data| data.insert_temp(id, ticks));
    });
    if list.is_none() {
        ui.data_mut(|data| data.remove_temp::<Ticks>(id));
    }
    button.on_hover_text("Which classes are used");
    ui.end_row();
}

impl Ticks {
    /// Draws the list and tells whether a tick was changed.
    fn show(&mut self, ui: &mut Ui, all: &[String]) -> bool {
        ui.set_width(LIST_WIDTH);
        let before = self.ticked.clone();
        if all.len() > FEW {
            let field = TextEdit::singleline(&mut self.search).hint_text("Search");
            ui.add(field.desired_width(f32::INFINITY));
        }
        let search = self.search.trim().to_lowercase();
        let matches = |name: &String| name.to_lowercase().contains(&search);
        let places: Vec<usize> = (0..all.len())
            .filter(|at| all.get(*at).is_some_and(matches))
            .collect();
        ui.horizontal(|ui| {
            let hint = if search.is_empty() {
                "every class"
            } else {
                "every class that the search finds"
            };
            for (words, doing, to) in [("All", "Ticks", true), ("None", "Unticks", false)] {
                let button = ui.button(words).on_hover_text(format!("{doing} {hint}"));
                if button.clicked() {
                    for place in &places {
                        if let Some(ticked) = self.ticked.get_mut(*place) {
                            *ticked = to;
                        }
                    }
                }
            }
        });
        // Always a line, so that the list stays in place.
        let (words, color) = if self.count() < LEAST {
            let words = format!("Tick at least {LEAST} classes");
            (words, theme::warning_color(ui.visuals()))
        } else {
            let words = format!("{} of {} ticked", self.count(), all.len());
            (words, ui.visuals().weak_text_color())
        };
        ui.label(RichText::new(words).small().color(color));
        if places.is_empty() {
            ui.weak("No class has such a name");
        }
        let height = ui.spacing().interact_size.y;
        ScrollArea::vertical()
            .max_height(LIST_HEIGHT)
            .auto_shrink([false, true])
            .show_rows(ui, height, places.len(), |ui, rows| {
                for place in places.get(rows).unwrap_or_default() {
                    let row = all.get(*place).zip(self.ticked.get_mut(*place));
                    if let Some((name, ticked)) = row {
                        ui.checkbox(ticked, name.as_str());
                    }
                }
            });
        self.ticked != before
    }
}

#[cfg(test)]
mod tests {
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;

    fn names(count: usize) -> Vec<String> {
        (0..count).map(|at| format!("kind {at}")).collect()
    }

    fn window(count: usize) -> Harness<'static, Vec<String>> {
        let all = names(count);
        Harness::builder().with_size([400.0, 500.0]).build_ui_state(
            move |ui, only| {
                eframe::egui::Grid::new("fields").show(ui, |ui| show(ui, &all, only));
            },
            Vec::new(),
        )
    }

    fn click(window: &mut Harness<'_, Vec<String>>, label: &str) {
        window.get_by_label(label).click();
        window.run_steps(3);
    }

    #[test]
    fn all_but_one_class_are_used_and_all_again() {
        let mut window = window(3);
        click(&mut window, "All 3");
        assert!(window.query_by_label("Search").is_none());
        click(&mut window, "kind 1");
        assert_eq!(*window.state(), ["kind 0", "kind 2"]);
        click(&mut window, "kind 1");
        assert_eq!(*window.state(), names(0), "all classes are no list");
    }

    #[test]
    fn too_few_classes_change_nothing_yet() {
        let mut window = window(15);
        click(&mut window, "All 15");
        click(&mut window, "None");
        window.get_by_label("Tick at least 2 classes");
        assert_eq!(*window.state(), names(0));
        click(&mut window, "kind 3");
        assert_eq!(*window.state(), names(0));
        click(&mut window, "kind 1");
        assert_eq!(*window.state(), ["kind 1", "kind 3"]);
        assert!(window.query_by_label("Tick at least 2 classes").is_none());
        window.get_by_label("2 of 15");
        // What is changed elsewhere, as by an undo, is what is ticked.
        window.state_mut().clear();
        window.run_steps(3);
        click(&mut window, "kind 0");
        assert_eq!(window.state().len(), 14);
    }

    #[test]
    fn the_search_bounds_what_is_ticked() {
        let all = names(15);
        let mut ticks = Ticks::new(&all, &[], String::new());
        assert_eq!(ticks.only(&all), names(0));
        ticks.ticked.fill(false);
        ticks.ticked[13] = true;
        ticks.ticked[4] = true;
        assert_eq!(ticks.only(&all), ["kind 4", "kind 13"]);
    }
}
