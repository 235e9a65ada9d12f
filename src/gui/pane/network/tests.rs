use eframe::egui::{Key, Modifiers, Role, vec2};
use egui_kittest::{Harness, kittest::Queryable};

use super::*;
use crate::experiment::{Block, MethodKind, preset};

struct Studio {
    pane: NetworkPane,
    experiment: Experiment,
    live: Vec<ModuleLive>,
}

type Window<'a> = Harness<'a, Studio>;

fn window<'a>(name: &str, change: impl FnOnce(&mut Experiment)) -> Window<'a> {
    let mut experiment = preset(name).unwrap().experiment().unwrap();
    change(&mut experiment);
    let mut harness = Harness::builder()
        .with_size([300.0, 2400.0])
        .with_max_steps(16)
        .build_ui_state(
            |ui, studio: &mut Studio| {
                let problems = studio.experiment.problems();
                studio
                    .pane
                    .show(ui, &mut studio.experiment, &problems, &studio.live);
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
    let mut harness = window("digits-mlp", |experiment| experiment.split_evenly(1));
    click(&mut harness, "Split after block 2");
    click(&mut harness, "Split after block 6");
    assert_eq!(points(&harness), [2, 6]);
    click(&mut harness, "Join modules 1 and 2");
    assert_eq!(points(&harness), [6]);
}

#[test]
fn a_cut_is_dragged_to_another_edge_but_not_past_a_neighbour() {
    let mut harness = window("digits-mlp", |experiment| experiment.split_evenly(4));
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
        Block::Linear { out, .. } if out == crate::experiment::MAX_WIDTH
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
    let mut harness = window("digits-mlp", |experiment| experiment.split_evenly(2));
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
    let harness = window("digits-mlp", |experiment| experiment.remove_block(0));
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
    assert_eq!(loss.kind, crate::experiment::LossKind::Similarity);
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
    click(&mut harness, "Module 1");
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
