use egui_kittest::{Harness, kittest::Queryable};

use super::{support::Scene, *};

fn show<'a>(tiles: &'a mut Tiles, scene: &'a Scene) -> Harness<'a> {
    Harness::builder()
        .with_size(egui::vec2(1280.0, 800.0))
        .build_ui(move |ui| {
            tiles.show(ui, &scene.context(), &mut Wishes::default());
        })
}

#[test]
fn tiles_close_and_come_back_where_they_were() {
    let mut tiles = Tiles::default();
    let scene = Scene::preset("spirals-mlp");
    let before = tiles.tree.clone();
    for tile in Tile::ALL {
        assert!(tiles.is_open(tile));
        tiles.set_open(tile, false);
        assert!(!tiles.is_open(tile));
    }
    show(&mut tiles, &scene)
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
    let scene = Scene::preset("spirals-mlp");
    let mut tiles = Tiles::default();
    show(&mut tiles, &scene).run();
    assert!(!tiles.wants_regions());
    {
        let mut harness = show(&mut tiles, &scene);
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
    let scene = Scene::preset("digits-mlp");
    let mut tiles = Tiles::default();
    tiles.set_open(Tile::Losses, false);
    show(&mut tiles, &scene).run();
    let text = serde_json::to_string(&tiles).unwrap();
    let mut again: Tiles = serde_json::from_str(&text).unwrap();
    assert!(!again.is_open(Tile::Losses));
    assert!(again.is_open(Tile::Alignment));
    show(&mut again, &scene).run();
}

#[test]
fn a_layout_from_before_a_tile_was_made_still_opens() {
    let scene = Scene::preset("digits-mlp");
    let mut old = Tiles::default();
    let id = old.tree.tiles.find_pane(&Tile::Inspector).unwrap();
    old.tree.remove_recursively(id);
    let mut saved = serde_json::to_value(&old).unwrap();
    saved["views"].as_object_mut().unwrap().remove("inspector");
    let mut again: Tiles = serde_json::from_value(saved).unwrap();
    assert!(!again.is_open(Tile::Inspector));
    show(&mut again, &scene).run();
    again.set_open(Tile::Inspector, true);
    assert!(again.is_open(Tile::Inspector));
    show(&mut again, &scene).run();
}
