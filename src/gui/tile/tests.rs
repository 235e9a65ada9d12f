use super::*;
use egui_kittest::{Harness, kittest::Queryable};

use layerwise_experiment::preset;

fn show<'a>(tiles: &'a mut Tiles, experiment: &'a Experiment) -> Harness<'a> {
    let progress = Progress::default();
    Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .build_ui(move |ui| {
            tiles.show(
                ui,
                &TileContext {
                    experiment,
                    history: None,
                    progress: &progress,
                    regions: None,
                    origin: None,
                    comparison: &Comparison::default(),
                    availability: Availability::default(),
                    dataset: None,
                    edited: None,
                },
                &mut Wishes::default(),
            );
        })
}

#[test]
fn tiles_close_and_come_back_where_they_were() {
    let mut tiles = Tiles::default();
    let experiment = preset("spirals-mlp").unwrap().experiment().unwrap();
    let before = tiles.tree.clone();
    for tile in Tile::ALL {
        assert!(tiles.is_open(tile));
        tiles.set_open(tile, false);
        assert!(!tiles.is_open(tile));
    }
    show(&mut tiles, &experiment)
        .get_by_label("Reset layout")
        .click();
    for tile in Tile::ALL {
        tiles.set_open(tile, true);
        assert!(tiles.is_open(tile));
    }
    assert_eq!(tiles.tree.root(), before.root());
    assert_eq!(tiles.tree.tiles.len(), before.tiles.len());
}

#[test]
fn regions_are_only_wanted_while_on_the_screen() {
    let experiment = preset("spirals-mlp").unwrap().experiment().unwrap();
    let mut tiles = Tiles::default();
    show(&mut tiles, &experiment).run();
    assert!(!tiles.wants_regions());
    {
        let mut harness = show(&mut tiles, &experiment);
        harness.get_by_label("Decision regions").click();
        harness.run();
    }
    assert!(tiles.wants_regions());
    tiles.set_open(Tile::Regions, false);
    assert!(!tiles.wants_regions());
    tiles.set_open(Tile::Regions, true);
    assert!(tiles.wants_regions());
}

#[test]
fn layout_outlives_the_launch() {
    let experiment = preset("digits-mlp").unwrap().experiment().unwrap();
    let mut tiles = Tiles::default();
    tiles.set_open(Tile::Losses, false);
    show(&mut tiles, &experiment).run();
    let text = serde_json::to_string(&tiles).unwrap();
    let mut again: Tiles = serde_json::from_str(&text).unwrap();
    assert!(!again.is_open(Tile::Losses));
    assert!(again.is_open(Tile::Alignment));
    show(&mut again, &experiment).run();
}

#[test]
fn a_layout_from_before_a_tile_was_made_still_opens() {
    let experiment = preset("digits-mlp").unwrap().experiment().unwrap();
    let mut old = Tiles::default();
    let id = old.tree.tiles.find_pane(&Tile::Inspector).unwrap();
    old.tree.remove_recursively(id);
    let mut saved = serde_json::to_value(&old).unwrap();
    saved["views"].as_object_mut().unwrap().remove("inspector");
    let mut again: Tiles = serde_json::from_value(saved).unwrap();
    assert!(!again.is_open(Tile::Inspector));
    show(&mut again, &experiment).run();
    again.set_open(Tile::Inspector, true);
    assert!(again.is_open(Tile::Inspector));
    show(&mut again, &experiment).run();
}
