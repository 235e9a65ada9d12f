use eframe::egui::{Event, Key, Modifiers, OutputCommand, PointerButton, Role, vec2};
use egui_kittest::{Harness, kittest::Queryable};
use layerwise_experiment::{Balance, Block, MethodKind, blocks_to_toml, preset};

use super::*;
use crate::gui::{
    command::{Availability, Command},
    keyboard,
    wish::Wish,
};

struct Studio {
    pane: NetworkPane,
    experiment: Experiment,
    live: Vec<ModuleLive>,
}

impl Studio {
    fn give(&mut self, command: Command, ui: &Ui) {
        let gesture = match command {
            Command::FindBlocks => Gesture::Find,
            Command::SelectAllBlocks => Gesture::SelectAll,
            Command::CopyBlocks => Gesture::Copy,
            Command::CutBlocks => Gesture::Cut,
            Command::DuplicateBlocks => Gesture::Duplicate,
            Command::RepeatBlocks => Gesture::Repeat,
            Command::DeleteBlocks => Gesture::Delete,
            Command::MoveBlocksUp => Gesture::MoveUp,
            Command::MoveBlocksDown => Gesture::MoveDown,
            other => panic!("{other:?}"),
        };
        self.pane.gesture(gesture, ui.ctx(), &self.experiment);
        ui.request_repaint();
    }
}

type Window<'a> = Harness<'a, Studio>;

fn window<'a>(name: &str, change: impl FnOnce(&mut Experiment)) -> Window<'a> {
    window_of_height(2400.0, name, change)
}

fn window_of_height<'a>(
    height: f32,
    name: &str,
    change: impl FnOnce(&mut Experiment),
) -> Window<'a> {
    let mut experiment = preset(name).unwrap().experiment().unwrap();
    change(&mut experiment);
    let mut harness = Harness::builder()
        .with_size([300.0, height])
        .with_max_steps(16)
        .build_ui_state(
            |ui, studio: &mut Studio| {
                for command in keyboard::pressed(ui.ctx()) {
                    studio.give(command, ui);
                }
                if let Some(text) = keyboard::pasted(ui.ctx()) {
                    studio.pane.paste(text);
                }
                let now = Now {
                    problems: studio.experiment.problems(),
                    available: Availability::default(),
                    is_older: false,
                    modules: studio.live.clone(),
                    priced: studio.pane.price(&studio.experiment),
                };
                let mut wishes = Wishes::default();
                let (pane, experiment) = (&mut studio.pane, &mut studio.experiment);
                if pane.show(ui, experiment, &now, &mut wishes) {
                    pane.carry_out(experiment);
                }
                while let Some(wish) = wishes.pop() {
                    match wish {
                        Wish::Give(command) => studio.give(command, ui),
                        other => panic!("{other:?}"),
                    }
                }
            },
            Studio {
                pane: NetworkPane::default(),
                experiment,
                live: Vec::new(),
            },
        );
    harness.run();
    harness
}

fn click(harness: &mut Window<'_>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

fn points(harness: &Window<'_>) -> Vec<usize> {
    harness.state().experiment.split_points()
}

fn titles(harness: &Window<'_>) -> Vec<&'static str> {
    let blocks = &harness.state().experiment.blocks;
    blocks.iter().map(Block::title).collect()
}

#[test]
fn edges_split_and_join() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.split_into(1, Balance::Blocks)
    });
    click(&mut harness, "Split after block 2");
    click(&mut harness, "Split after block 6");
    assert_eq!(points(&harness), [2, 6]);
    click(&mut harness, "Join modules 1 and 2");
    assert_eq!(points(&harness), [6]);
}

#[test]
fn a_cut_is_dragged_to_another_edge_but_not_past_a_neighbour() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.split_into(4, Balance::Blocks)
    });
    assert_eq!(points(&harness), [4, 8, 12]);
    let drag = |harness: &mut Window<'_>, from: &str, to: &str| {
        let start = harness.get_by_label(from).rect().center();
        let end = harness.get_by_label(to).rect().center();
        harness.drag_at(start);
        harness.run();
        harness.hover_at(start + (end - start) * 0.5);
        harness.run();
        harness.hover_at(end);
        harness.run();
        harness.drop_at(end);
        harness.run();
    };
    drag(&mut harness, "Join modules 2 and 3", "Split after block 6");
    assert_eq!(points(&harness), [4, 6, 12]);
    drag(&mut harness, "Join modules 2 and 3", "Split after block 14");
    assert_eq!(points(&harness), [4, 11, 12]);
}

#[test]
fn a_card_opens_and_its_numbers_change_the_block() {
    let mut harness = window("digits-mlp", |_| {});
    click(&mut harness, "Block 3: Linear");
    harness
        .get_by_role_and_label(Role::SpinButton, "Features")
        .click();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness
        .get_by_role_and_label(Role::SpinButton, "Features")
        .type_text("1234567");
    harness.run();
    harness.key_press(Key::Delete);
    harness.key_press(Key::Enter);
    harness.run();
    let blocks = &harness.state().experiment.blocks;
    assert_eq!(blocks.len(), 17, "Delete edits text, not the network");
    assert!(matches!(
        blocks[3],
        Block::Linear(kind::Linear { out, .. }) if out == layerwise_experiment::MAX_WIDTH
    ));
}

#[test]
fn blocks_are_duplicated_and_deleted_with_buttons_and_keys() {
    let mut harness = window("digits-cnn", |_| {});
    click(&mut harness, "Block 6: Max pooling");
    click(&mut harness, "Duplicate block 6");
    assert_eq!(
        titles(&harness)[5..8],
        ["ReLU", "Max pooling", "Max pooling"]
    );
    click(&mut harness, "Delete block 7");
    assert_eq!(
        titles(&harness)[5..8],
        ["ReLU", "Max pooling", "Convolution"]
    );
    click(&mut harness, "Block 5: ReLU");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::D);
    harness.run();
    assert_eq!(titles(&harness)[5..8], ["ReLU", "ReLU", "Max pooling"]);
    harness.key_press(Key::Delete);
    harness.run();
    assert_eq!(
        titles(&harness)[5..8],
        ["ReLU", "Max pooling", "Convolution"]
    );
}

#[test]
fn alt_and_arrows_move_the_selected_block() {
    let mut harness = window("digits-cnn", |_| {});
    click(&mut harness, "Block 1: Batch norm");
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    harness.run();
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    harness.run();
    assert_eq!(
        titles(&harness)[..4],
        ["Convolution", "ReLU", "Convolution", "Batch norm"]
    );
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
    harness.run();
    assert_eq!(titles(&harness)[..3], ["Convolution", "ReLU", "Batch norm"]);
}

#[test]
fn a_card_is_dragged_to_another_place() {
    let mut harness = window("digits-cnn", |_| {});
    let first = harness.get_by_label("Block 0: Convolution").rect();
    let third = harness.get_by_label("Block 2: ReLU").rect();
    let grip = first.right_top() + vec2(-14.0, 14.0);
    harness.drag_at(grip);
    harness.run_steps(2);
    harness.hover_at(grip + vec2(0.0, 3.0));
    harness.run_steps(2);
    for share in [0.3, 0.6, 1.0] {
        harness.hover_at(grip + vec2(0.0, (third.bottom() - first.top()) * share));
        harness.run_steps(2);
    }
    harness.drop_at(grip + vec2(0.0, third.bottom() - first.top()));
    harness.run();
    assert_eq!(titles(&harness)[..3], ["Batch norm", "ReLU", "Convolution"]);
}

#[test]
fn the_palette_finds_a_block_and_puts_it_in() {
    let mut harness = window("digits-mlp", |_| {});
    click(&mut harness, "Block 4: ReLU");
    click(&mut harness, "Add block…");
    harness.get_by_role(Role::TextInput).type_text("drop");
    harness.run();
    assert!(harness.query_by_label("Batch norm").is_none());
    click(&mut harness, "Dropout");
    assert_eq!(titles(&harness)[4..6], ["ReLU", "Dropout"]);
    assert_eq!(points(&harness)[..2], [2, 5]);

    click(&mut harness, "Change kind of block 5");
    harness.get_by_role(Role::TextInput).type_text("tanh");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(titles(&harness)[4..6], ["ReLU", "Tanh"]);
    assert!(harness.query_by_role(Role::TextInput).is_none());
}

#[test]
fn a_block_put_before_the_first_of_a_module_joins_that_module() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.split_into(2, Balance::Blocks)
    });
    let before = points(&harness);
    let first = before[0] + 1;
    click(&mut harness, &format!("Block {first}: Linear"));
    click(&mut harness, &format!("Insert before block {first}"));
    click(&mut harness, "Layer norm");
    assert_eq!(titles(&harness)[first], "Layer norm");
    assert_eq!(points(&harness), before);
}

#[test]
fn a_module_gets_its_own_lambda_and_gives_it_back() {
    let mut harness = window("digits-mlp", |_| {});
    click(&mut harness, "Module 2: ETF head");
    harness
        .get_by_role_and_label(Role::Slider, "λ")
        .set_value_accesskit(1.0);
    harness.run();
    assert!((harness.state().experiment.lambda_of(2) - 1.0).abs() < 1e-6);
    assert_eq!(harness.state().experiment.lambda_of(3), 0.1);
    click(&mut harness, "Use the experiment's λ, 0.1");
    assert!(harness.state().experiment.modules.is_empty());
}

#[test]
fn under_global_bp_only_the_last_module_has_a_head() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.method.kind = MethodKind::GlobalBp;
    });
    assert!(harness.query_by_label("Module 2: ETF head").is_none());
    assert!(harness.query_by_label("Module 2").is_some());
    click(&mut harness, "Module 8: ETF head");
    assert!(harness.query_by_role(Role::Slider).is_none());
    assert!(harness.query_by_label("Normalise features").is_some());
}

#[test]
fn what_is_wrong_stands_on_the_card() {
    let harness = window("digits-mlp", |experiment| {
        experiment.blocks.remove(0);
    });
    assert!(
        harness
            .query_by_label("Flatten this 1×8×8 image first")
            .is_some()
    );
}

#[test]
fn a_module_worse_than_guessing_is_flagged() {
    let mut harness = window("digits-mlp", |_| {});
    let live = ModuleLive {
        loss: 2.6,
        test_accuracy: Some(0.1),
        class_mean_accuracy: Some(0.2),
        worse_than_guessing: true,
    };
    harness.state_mut().live = vec![live; 1];
    harness.run();
    assert!(
        harness
            .query_by_label_contains("No better than guessing")
            .is_some()
    );
    assert!(harness.query_by_label("Test accuracy 10.0 %").is_some());
}

#[test]
fn a_module_gets_its_own_loss_and_gives_it_back() {
    let mut harness = window("digits-cnn", |_| {});
    click(&mut harness, "Module 2: ETF head");
    harness
        .get_by_role_and_label(Role::ComboBox, "Loss")
        .click();
    harness.run();
    click(&mut harness, "Similarity");
    let loss = harness.state().experiment.loss_of(2);
    assert_eq!(loss.kind, layerwise_experiment::LossKind::Similarity);
    assert!(harness.query_by_label("Module 2: Similarity").is_some());
    assert!(harness.query_by_label("Normalise features").is_none());
    click(&mut harness, "Use the experiment's loss");
    assert!(harness.state().experiment.modules.is_empty());
}

#[test]
fn a_module_is_frozen_and_says_so() {
    let mut harness = window("digits-cnn", |experiment| {
        experiment.method.kind = MethodKind::GlobalBp;
    });
    harness
        .get_by_role_and_label(Role::Button, "Module 1")
        .click();
    harness.run();
    harness
        .get_by_role_and_label(Role::CheckBox, "Frozen")
        .click();
    harness.run();
    assert!(harness.state().experiment.is_frozen(1));
    harness.state_mut().experiment.method.kind = MethodKind::LocalBp;
    harness.run();
    assert!(harness.query_by_label("Module 1: ETF head").is_some());
    click(&mut harness, "Module 2: ETF head");
    assert!(
        harness
            .query_by_label("No effect: module 1 is frozen")
            .is_some()
    );
}

#[test]
fn a_loss_without_scores_shows_class_means() {
    let mut harness = window("digits-cnn", |_| {});
    let live = ModuleLive {
        loss: 0.3,
        test_accuracy: None,
        class_mean_accuracy: Some(0.875),
        worse_than_guessing: false,
    };
    harness.state_mut().live = vec![live; 1];
    harness.run();
    assert!(harness.query_by_label("Class means 87.5 %").is_some());
}

/// A chain of 110 blocks in 16 modules, of which some 13 cards are in sight.
fn long<'a>() -> Window<'a> {
    window_of_height(700.0, "digits-mlp", |experiment| {
        experiment.modules.clear();
        let layers = experiment.blocks.clone().into_iter().skip(1).cycle();
        experiment
            .blocks
            .extend(layers.take(110 - experiment.blocks.len()));
        experiment.split_into(16, Balance::Blocks);
    })
}

fn press(harness: &mut Window<'_>, modifiers: Modifiers, key: Key) {
    harness.key_press_modifiers(modifiers, key);
    harness.run();
}

fn click_with(harness: &mut Window<'_>, modifiers: Modifiers, label: &str) {
    harness.get_by_label(label).click_modifiers(modifiers);
    harness.run();
}

fn selected(harness: &Window<'_>) -> Vec<usize> {
    let blocks = harness.state().pane.selection.blocks();
    blocks.iter().copied().collect()
}

/// Text that the last frame gave to the clipboard.
fn copied(harness: &mut Window<'_>, event: Event) -> String {
    harness.event(event);
    harness.step();
    let commands = &harness.output().platform_output.commands;
    let text = commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    harness.run();
    text.unwrap()
}

#[test]
fn only_what_is_in_sight_is_drawn() {
    let mut harness = long();
    harness.step();
    let drawn = harness.state().pane.rows_drawn;
    assert!(drawn < 50, "{drawn}");
    assert!(harness.query_by_label("Block 2: ReLU").is_some());
    assert!(harness.query_by_label("Block 90: ReLU").is_none());
    let map = &mut harness.state_mut().pane.map;
    map.go_to = map.rows.last().map(|row| row.end - 660.0);
    harness.run();
    let drawn = harness.state().pane.rows_drawn;
    assert!(drawn < 50, "{drawn}");
    assert!(harness.query_by_label("Block 2: ReLU").is_none());
    assert!(harness.query_by_label("Module 16: ETF head").is_some());
}

#[test]
fn rows_out_of_sight_take_the_room_that_they_have_in_sight() {
    let mut harness = long();
    let rows = harness.state().pane.map.rows.clone();
    assert_eq!(rows.len(), 110);
    for offset in [1500.0, 3000.0, 4500.0] {
        harness.state_mut().pane.map.go_to = Some(offset);
        harness.run();
        for (before, now) in rows.iter().zip(&harness.state().pane.map.rows) {
            assert!((before.start - now.start).abs() < 1.0, "{before:?} {now:?}");
            assert!((before.end - now.end).abs() < 1.0, "{before:?} {now:?}");
        }
    }
}

#[test]
fn modules_fold_to_a_row_and_unfold() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.split_into(3, Balance::Blocks)
    });
    assert_eq!(points(&harness), [6, 12]);
    click(&mut harness, "Fold module 2");
    assert!(harness.query_by_label("Block 8: ReLU").is_none());
    assert!(harness.query_by_label("Block 6: ReLU").is_some());
    assert!(harness.query_by_label("· 6 blocks").is_some());
    assert!(
        harness
            .query_by_label("12,480 parameters · 64 to 64")
            .is_some()
    );
    assert!(harness.query_by_label("Module 2: ETF head").is_some());
    click(&mut harness, "Unfold module 2");
    assert!(harness.query_by_label("Block 8: ReLU").is_some());

    let pos = harness.get_by_label("Module 2: 6 blocks").rect().center();
    harness.hover_at(pos);
    harness.run();
    for pressed in [true, false, true, false] {
        harness.input_mut().events.push(Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
    }
    harness.run();
    assert!(harness.query_by_label("Block 8: ReLU").is_none());
    assert!(harness.query_by_label("6 blocks selected").is_none());

    click(&mut harness, "Fold all modules");
    assert!(harness.query_by_label("Block 0: Flatten").is_none());
    assert!(harness.query_by_label("Block 16: ReLU").is_none());
    click(&mut harness, "Unfold all modules");
    assert!(harness.query_by_label("Block 16: ReLU").is_some());
}

#[test]
fn small_modules_fold_with_the_keyboard() {
    let mut harness = window("digits-mlp", |_| {});
    assert!(harness.query_by_label("Fold module 2").is_none());
    click(&mut harness, "Block 3: Linear");
    press(&mut harness, Modifiers::NONE, Key::ArrowLeft);
    assert!(harness.query_by_label("Block 4: ReLU").is_none());
    assert!(harness.query_by_label("Block 2: ReLU").is_some());
    press(&mut harness, Modifiers::NONE, Key::ArrowRight);
    assert!(harness.query_by_label("Block 4: ReLU").is_some());
}

#[test]
fn a_folded_module_says_what_is_wrong_inside() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.split_into(2, Balance::Blocks);
        experiment.blocks[11] = Block::GlobalAvgPool(kind::GlobalAvgPool {});
    });
    assert!(
        harness
            .query_by_label(
                "Block 11: Global average pooling needs an image, but gets a vector of 64 features"
            )
            .is_none()
    );
    click(&mut harness, "Fold all modules");
    assert!(
        harness
            .query_by_label(
                "Block 11: Global average pooling needs an image, but gets a vector of 64 features"
            )
            .is_some()
    );
}

#[test]
fn a_fold_survives_edits_before_it() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.split_into(3, Balance::Blocks)
    });
    click(&mut harness, "Fold module 3");
    click(&mut harness, "Block 2: ReLU");
    press(&mut harness, Modifiers::COMMAND, Key::D);
    press(&mut harness, Modifiers::COMMAND, Key::D);
    assert_eq!(points(&harness), [8, 14]);
    assert!(harness.query_by_label("Unfold module 3").is_some());
    assert!(harness.query_by_label("Block 14: ReLU").is_some());
    assert!(harness.query_by_label("Block 15: Linear").is_none());
    assert!(harness.query_by_label("Fold module 2").is_some());
}

#[test]
fn the_search_goes_from_match_to_match_and_unfolds_them() {
    let mut harness = long();
    click(&mut harness, "Fold all modules");
    press(&mut harness, Modifiers::COMMAND, Key::F);
    harness.get_by_role(Role::TextInput).type_text("relu");
    harness.run();
    assert!(harness.query_by_label("1 of 54").is_some());
    assert!(harness.query_by_label("Block 2: ReLU").is_some());
    press(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(harness.query_by_label("2 of 54").is_some());
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    press(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(harness.query_by_label("54 of 54").is_some());
    let sight = harness.ctx.content_rect();
    let last = harness.get_by_label("Block 108: ReLU").rect();
    assert!(sight.contains_rect(last), "{last:?}");
    click(&mut harness, "Next block found");
    assert!(harness.query_by_label("1 of 54").is_some());
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert!(harness.query_by_role(Role::TextInput).is_none());
    assert_eq!(selected(&harness), [2], "where the search ended");
}

#[test]
fn the_search_knows_numbers_modules_and_settings() {
    let mut harness = long();
    let found = |harness: &mut Window<'_>, text: &str| {
        let pane = &mut harness.state_mut().pane;
        pane.search = None;
        pane.find();
        harness.run();
        harness.get_by_role(Role::TextInput).type_text(text);
        harness.run();
        let search = harness.state().pane.search.as_ref().unwrap();
        (search.found().to_vec(), search.current())
    };
    assert_eq!(found(&mut harness, "57"), (vec![57], Some(57)));
    let sight = harness.ctx.content_rect();
    let card = harness.get_by_label("Block 57: Linear").rect();
    assert!(sight.contains_rect(card), "{card:?}");
    let (all, current) = found(&mut harness, "64 feat");
    assert_eq!((all.len(), current), (55, Some(1)));
    let seventh = harness.state().experiment.module_ranges()[6].clone();
    let start = seventh.start;
    assert_eq!(
        found(&mut harness, "Module 7"),
        (seventh.collect(), Some(start))
    );
    assert_eq!(found(&mut harness, "lstm"), (vec![], None));
    assert!(harness.query_by_label("None").is_some());
}

#[test]
fn shift_and_ctrl_select_several_blocks() {
    let mut harness = window("digits-mlp", |_| {});
    click(&mut harness, "Block 3: Linear");
    click_with(&mut harness, Modifiers::SHIFT, "Block 6: ReLU");
    assert_eq!(selected(&harness), [3, 4, 5, 6]);
    assert!(harness.query_by_label("4 blocks selected").is_some());
    assert!(
        harness.query_by_label("Delete block 3").is_none(),
        "none is open"
    );
    click_with(&mut harness, Modifiers::COMMAND, "Block 4: ReLU");
    click_with(&mut harness, Modifiers::COMMAND, "Block 9: Linear");
    assert_eq!(selected(&harness), [3, 5, 6, 9]);
    click_with(&mut harness, Modifiers::SHIFT, "Block 8: ReLU");
    assert_eq!(selected(&harness), [8, 9]);
    press(&mut harness, Modifiers::COMMAND, Key::A);
    assert_eq!(selected(&harness).len(), 17);
    press(&mut harness, Modifiers::NONE, Key::Escape);
    assert_eq!(selected(&harness), [0; 0]);
    click(&mut harness, "Block 4: ReLU");
    assert!(harness.query_by_label("Delete block 4").is_some());
}

#[test]
fn a_click_on_a_folded_module_selects_its_blocks() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.split_into(3, Balance::Blocks)
    });
    click(&mut harness, "Fold module 2");
    click(&mut harness, "Module 2: 6 blocks, folded");
    assert_eq!(selected(&harness), [7, 8, 9, 10, 11, 12]);
    click_with(&mut harness, Modifiers::SHIFT, "Module 3: 4 blocks");
    assert_eq!(selected(&harness), (7..17).collect::<Vec<_>>());
    click(&mut harness, "Delete");
    assert_eq!(harness.state().experiment.module_count(), 1);
    assert_eq!(titles(&harness).len(), 7);
}

#[test]
fn selected_blocks_move_and_go_together() {
    let mut harness = window("digits-cnn", |_| {});
    let before = titles(&harness);
    click(&mut harness, "Block 0: Convolution");
    click_with(&mut harness, Modifiers::SHIFT, "Block 1: Batch norm");
    click(&mut harness, "Move blocks down");
    assert_eq!(titles(&harness)[..3], ["ReLU", "Convolution", "Batch norm"]);
    assert_eq!(selected(&harness), [1, 2]);
    press(&mut harness, Modifiers::ALT, Key::ArrowUp);
    assert_eq!(titles(&harness), before);
    press(&mut harness, Modifiers::COMMAND, Key::D);
    assert_eq!(
        titles(&harness)[..5],
        [
            "Convolution",
            "Batch norm",
            "Convolution",
            "Batch norm",
            "ReLU"
        ]
    );
    assert_eq!(selected(&harness), [2, 3]);
    press(&mut harness, Modifiers::NONE, Key::Delete);
    assert_eq!(titles(&harness), before);
}

#[test]
fn blocks_travel_through_the_clipboard_as_text() {
    let mut harness = window("digits-cnn", |_| {});
    let before = harness.state().experiment.blocks.clone();
    click(&mut harness, "Block 0: Convolution");
    click_with(&mut harness, Modifiers::SHIFT, "Block 2: ReLU");
    let text = copied(&mut harness, Event::Copy);
    assert_eq!(text, blocks_to_toml(before[..3].iter()).unwrap());
    assert!(text.starts_with("[[block]]\nkind = \"conv2d\"\n"), "{text}");
    assert_eq!(harness.state().experiment.blocks, before);

    harness.event(Event::Paste(text.clone()));
    harness.run();
    let pasted: Vec<Block> = [&before[..3], &before[..3], &before[3..]].concat();
    assert_eq!(harness.state().experiment.blocks, pasted);
    assert_eq!(selected(&harness), [3, 4, 5]);

    assert_eq!(copied(&mut harness, Event::Cut), text);
    assert_eq!(harness.state().experiment.blocks, before);
}

#[test]
fn bad_text_is_refused_with_a_reason() {
    let mut harness = window("digits-cnn", |_| {});
    let before = harness.state().experiment.clone();
    for (text, reason) in [
        ("dear all", "The clipboard holds no blocks"),
        (
            "[[block]]\nkind = \"linear\"\nout = 0",
            "block.0.out: 0 is out of range",
        ),
    ] {
        harness.event(Event::Paste(text.to_owned()));
        harness.run();
        assert!(
            harness.query_by_label_contains(reason).is_some(),
            "{reason}"
        );
        assert_eq!(harness.state().experiment, before);
    }
    click(&mut harness, "Close the message");
    assert!(harness.query_by_label_contains("out of range").is_none());
}

#[test]
fn a_text_field_keeps_its_own_keys() {
    let mut harness = window("digits-mlp", |_| {});
    click(&mut harness, "Block 3: Linear");
    click_with(&mut harness, Modifiers::SHIFT, "Block 4: ReLU");
    let before = harness.state().experiment.clone();
    press(&mut harness, Modifiers::COMMAND, Key::F);
    harness.get_by_role(Role::TextInput).type_text("tanh");
    harness.run();
    press(&mut harness, Modifiers::COMMAND, Key::A);
    assert_eq!(copied(&mut harness, Event::Cut), "tanh");
    harness.event(Event::Paste("relu".to_owned()));
    harness.run();
    press(&mut harness, Modifiers::NONE, Key::Delete);
    press(&mut harness, Modifiers::COMMAND, Key::D);
    assert_eq!(harness.state().experiment, before);
    assert_eq!(selected(&harness), [3, 4]);
    assert!(harness.query_by_label("1 of 8").is_some());
}

#[test]
fn blocks_are_repeated_as_modules() {
    let mut harness = window("digits-mlp", |experiment| {
        experiment.blocks.truncate(5);
        experiment.split_into(1, Balance::Blocks);
    });
    click(&mut harness, "Block 3: Linear");
    click_with(&mut harness, Modifiers::SHIFT, "Block 4: ReLU");
    press(&mut harness, Modifiers::COMMAND, Key::R);
    assert!(harness.query_by_label("5 blocks become 7").is_some());
    harness
        .get_by_role_and_label(Role::SpinButton, "Repeat these 2 blocks, in all")
        .set_value_accesskit(4.0);
    harness.run();
    assert!(harness.query_by_label("5 blocks become 11").is_some());
    click(&mut harness, "Each repetition its own module");
    click(&mut harness, "Repeat ×4");
    assert_eq!(points(&harness), [2, 4, 6, 8]);
    assert_eq!(titles(&harness).len(), 11);
    assert_eq!(titles(&harness)[8..], ["ReLU", "Linear", "ReLU"]);
    assert!(harness.query_by_label_contains("become").is_none());
}

#[test]
fn too_many_repetitions_are_refused() {
    let mut harness = long();
    press(&mut harness, Modifiers::COMMAND, Key::A);
    press(&mut harness, Modifiers::COMMAND, Key::R);
    harness
        .get_by_role_and_label(Role::SpinButton, "Repeat these 110 blocks, in all")
        .set_value_accesskit(64.0);
    harness.run();
    assert!(
        harness
            .query_by_label("The network would have 7040 blocks, more than 1000: add fewer")
            .is_some()
    );
    click(&mut harness, "Repeat ×64");
    assert_eq!(titles(&harness).len(), 110);
    click(&mut harness, "Cancel");
    assert!(harness.query_by_label("Repeat ×64").is_none());
}

#[test]
fn the_map_scrolls_to_where_it_is_clicked_and_dragged() {
    let mut harness = long();
    let strip = harness.get_by_label("Map of the network").rect();
    let middle = strip.lerp_inside(vec2(0.5, 57.5 / 110.0));
    harness.drag_at(middle);
    harness.run();
    let sight = harness.ctx.content_rect();
    let card = harness.get_by_label("Block 57: Linear").rect();
    assert!(sight.contains_rect(card), "{card:?}");
    harness.hover_at(strip.center_bottom());
    harness.run();
    assert!(harness.query_by_label("Module 16: ETF head").is_some());
    harness.drop_at(strip.center_bottom());
    harness.run();

    harness.hover_at(strip.lerp_inside(vec2(0.5, 1.5 / 110.0)));
    harness.run_steps(16);
    assert!(harness.query_by_label("Module 1: blocks 0–8").is_some());
}

#[test]
fn a_short_chain_has_no_map() {
    let harness = window("spirals-mlp", |_| {});
    assert!(harness.query_by_label("Map of the network").is_none());
}

#[test]
fn selected_cards_are_dragged_together() {
    let mut harness = window("digits-cnn", |_| {});
    click(&mut harness, "Block 0: Convolution");
    click_with(&mut harness, Modifiers::SHIFT, "Block 1: Batch norm");
    let first = harness.get_by_label("Block 0: Convolution").rect();
    let third = harness.get_by_label("Block 2: ReLU").rect();
    let grip = first.right_top() + vec2(-14.0, 14.0);
    harness.drag_at(grip);
    harness.run_steps(2);
    harness.hover_at(grip + vec2(0.0, 3.0));
    harness.run_steps(2);
    for share in [0.3, 0.6, 1.0] {
        harness.hover_at(grip + vec2(0.0, (third.bottom() - first.top()) * share));
        harness.run_steps(2);
    }
    harness.drop_at(grip + vec2(0.0, third.bottom() - first.top()));
    harness.run();
    assert_eq!(titles(&harness)[..3], ["ReLU", "Convolution", "Batch norm"]);
}

#[test]
fn an_undo_takes_the_selection_of_what_it_takes_back() {
    let mut harness = window("digits-mlp", |_| {});
    let before = harness.state().experiment.clone();
    click(&mut harness, "Block 3: Linear");
    press(&mut harness, Modifiers::COMMAND, Key::D);
    assert_eq!(selected(&harness), [4]);
    click_with(&mut harness, Modifiers::COMMAND, "Block 9: ReLU");
    harness.state_mut().experiment = before;
    harness.run();
    assert_eq!(selected(&harness), [8]);
}
