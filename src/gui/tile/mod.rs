//! The tiles in the centre, which a person can rearrange.

mod accuracy;
mod alignment;
mod context;
mod curves;
mod data;
mod formula;
mod inspector;
mod isolation;
mod legend;
mod line;
mod loss;
mod matrix;
mod regions;
mod runs;
mod separability;
mod series;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tests;
mod texture;

use eframe::egui::{self, Ui, WidgetText};
use egui_tiles::{Behavior, TileId, Tree, UiResponse};
use serde::{Deserialize, Serialize};

pub use context::{Edited, TileContext};

use super::wish::{Wish, Wishes};
use context::empty;

/// One kind of picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tile {
    Alignment,
    Isolation,
    Separability,
    Losses,
    Accuracy,
    Regions,
    Data,
    Inspector,
    Runs,
}

impl Tile {
    /// Every tile, in the order of the menu.
    pub const ALL: [Self; 9] = [
        Self::Alignment,
        Self::Isolation,
        Self::Inspector,
        Self::Separability,
        Self::Losses,
        Self::Accuracy,
        Self::Regions,
        Self::Data,
        Self::Runs,
    ];

    /// Words on the tab.
    pub fn title(self) -> &'static str {
        match self {
            Self::Alignment => "Alignment",
            Self::Isolation => "Isolation",
            Self::Separability => "Separability",
            Self::Losses => "Losses",
            Self::Accuracy => "Accuracy",
            Self::Regions => "Decision regions",
            Self::Data => "Data",
            Self::Inspector => "Step inspector",
            Self::Runs => "Runs",
        }
    }
}

/// The tiles with their layout and what a person chose in each. Saved between launches.
#[derive(Serialize, Deserialize)]
#[serde(default)]
pub struct Tiles {
    tree: Tree<Tile>,
    views: Views,
}

/// The state of each tile.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Views {
    alignment: alignment::View,
    isolation: isolation::View,
    separability: separability::View,
    losses: loss::View,
    accuracy: accuracy::View,
    regions: regions::View,
    data: data::View,
    inspector: inspector::View,
}

impl Default for Tiles {
    fn default() -> Self {
        Self {
            tree: default_tree(),
            views: Views::default(),
        }
    }
}

fn default_tree() -> Tree<Tile> {
    let mut tiles = egui_tiles::Tiles::default();
    let mut tabs = |panes: &[Tile]| {
        let children = panes.iter().map(|&pane| tiles.insert_pane(pane)).collect();
        tiles.insert_tab_tile(children)
    };
    let alignment = tabs(&[Tile::Alignment, Tile::Isolation, Tile::Inspector]);
    let curves = tabs(&[Tile::Accuracy, Tile::Losses, Tile::Runs]);
    let geometry = tabs(&[Tile::Separability, Tile::Regions, Tile::Data]);
    let left = tiles.insert_container(egui_tiles::Linear::new_binary(
        egui_tiles::LinearDir::Vertical,
        [alignment, curves],
        0.56,
    ));
    let root = tiles.insert_container(egui_tiles::Linear::new_binary(
        egui_tiles::LinearDir::Horizontal,
        [left, geometry],
        0.55,
    ));
    Tree::new(egui::Id::unique("tiles"), root, tiles)
}

impl Tiles {
    /// Puts every tile back where it was at the first launch.
    pub fn reset(&mut self) {
        self.tree = default_tree();
    }

    /// Whether a tile is open, be it behind another tab.
    pub fn is_open(&self, tile: Tile) -> bool {
        let id = self.tree.tiles.find_pane(&tile);
        id.is_some_and(|id| self.tree.is_visible(id))
    }

    /// Opens a tile where it was and brings it to the front, or closes it.
    pub fn set_open(&mut self, tile: Tile, open: bool) {
        let Some(id) = self.tree.tiles.find_pane(&tile) else {
            // A layout saved before this tile was made.
            self.reset();
            return;
        };
        self.tree.set_visible(id, open);
        if open {
            self.tree.make_active(|other, _| other == id);
        }
    }

    /// Every tile with a check mark, for a menu, and the way back to the first layout.
    pub fn menu(&mut self, ui: &mut Ui) {
        for tile in Tile::ALL {
            let mut open = self.is_open(tile);
            if ui.checkbox(&mut open, tile.title()).clicked() {
                self.set_open(tile, open);
            }
        }
        ui.separator();
        if ui.button("Reset layout").clicked() {
            self.reset();
            ui.close();
        }
    }

    /// Whether decision regions are on the screen.
    pub fn wants_regions(&self) -> bool {
        let id = self.tree.tiles.find_pane(&Tile::Regions);
        id.is_some_and(|id| self.tree.active_tiles().contains(&id))
    }

    /// Draws every tile.
    pub fn show(&mut self, ui: &mut Ui, context: &TileContext<'_>, wishes: &mut Wishes) {
        if !Tile::ALL.into_iter().any(|tile| self.is_open(tile)) {
            ui.take_available_space();
            empty(
                ui,
                "Every tile is closed",
                "Open one from the View menu, or reset the layout.",
            );
            if ui
                .put(reset_place(ui), egui::Button::new("Reset layout"))
                .clicked()
            {
                self.reset();
            }
            return;
        }
        let mut painter = Painter {
            views: &mut self.views,
            context,
            wishes,
        };
        self.tree.ui(&mut painter, ui);
    }
}

fn reset_place(ui: &Ui) -> egui::Rect {
    let center = ui.max_rect().center() + egui::vec2(0.0, 48.0);
    egui::Rect::from_center_size(center, egui::vec2(130.0, 28.0))
}

/// Draws tiles for `egui_tiles`.
struct Painter<'a> {
    views: &'a mut Views,
    context: &'a TileContext<'a>,
    wishes: &'a mut Wishes,
}

impl Behavior<Tile> for Painter<'_> {
    fn pane_ui(&mut self, ui: &mut Ui, _: TileId, pane: &mut Tile) -> UiResponse {
        let (views, context, wishes) = (&mut *self.views, self.context, &mut *self.wishes);
        egui::Frame::central_panel(ui.style()).show(ui, |ui| {
            ui.take_available_space();
            ui.push_id(*pane as usize, |ui| match pane {
                Tile::Alignment => views.alignment.show(ui, context),
                Tile::Isolation => wishes.extend(views.isolation.show(ui, context).map(Wish::Run)),
                Tile::Runs => wishes.extend(runs::show(ui, context)),
                Tile::Separability => views.separability.show(ui, context),
                Tile::Losses => views.losses.show(ui, context),
                Tile::Accuracy => views.accuracy.show(ui, context),
                Tile::Regions => views.regions.show(ui, context),
                Tile::Data => views.data.show(ui, context),
                Tile::Inspector => wishes.extend(views.inspector.show(ui, context).map(Wish::Run)),
            });
        });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Tile) -> WidgetText {
        pane.title().into()
    }

    fn tab_title_for_tile(&mut self, tiles: &egui_tiles::Tiles<Tile>, id: TileId) -> WidgetText {
        titles(tiles, id).join(", ").into()
    }

    fn is_tab_closable(&self, _: &egui_tiles::Tiles<Tile>, _: TileId) -> bool {
        true
    }

    fn on_tab_close(&mut self, tiles: &mut egui_tiles::Tiles<Tile>, id: TileId) -> bool {
        // Hidden instead of removed, so that it comes back where it was.
        tiles.set_visible(id, false);
        false
    }

    fn simplification_options(&self) -> egui_tiles::SimplificationOptions {
        egui_tiles::SimplificationOptions {
            all_panes_must_have_tabs: true,
            ..Default::default()
        }
    }

    fn tab_bar_height(&self, _: &egui::Style) -> f32 {
        28.0
    }

    fn gap_width(&self, _: &egui::Style) -> f32 {
        4.0
    }

    fn close_button_outer_size(&self) -> f32 {
        14.0
    }

    fn min_size(&self) -> f32 {
        120.0
    }
}

/// Titles of every pane in a tile.
fn titles(tiles: &egui_tiles::Tiles<Tile>, id: TileId) -> Vec<&'static str> {
    match tiles.get(id) {
        Some(egui_tiles::Tile::Pane(pane)) => vec![pane.title()],
        Some(egui_tiles::Tile::Container(container)) => container
            .children()
            .filter(|child| tiles.is_visible(**child))
            .flat_map(|child| titles(tiles, *child))
            .collect(),
        None => Vec::new(),
    }
}
