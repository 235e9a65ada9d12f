//! The step inspector, with a run behind it.

use std::time::Duration;

use eframe::egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::{NodeT, Queryable};
use layerwise_experiment::DeviceChoice;
use layerwise_study::Phase;

use super::{click, open, phase, press, settle, wait_for, wait_for_words};

#[test]
fn a_person_goes_step_by_step_and_reads_every_number() {
    let mut window = open([1800.0, 1200.0], Theme::Dark, None);
    window.state_mut().experiment_mut().device = DeviceChoice::Cpu;
    window.run_steps(3);
    click(&mut window, "Step inspector");

    press(&mut window, Modifiers::NONE, Key::F10);
    wait_for_words(&mut window, "Step 2, sample i = 1");
    window.get_by_label("|x0,i|");
    press(&mut window, Modifiers::NONE, Key::F10);
    wait_for_words(&mut window, "Step 3, sample i = 1");
    click(&mut window, ">");
    wait_for_words(&mut window, "Step 3, sample i = 2");
    assert_eq!(window.state().progress().unwrap().step, 2);

    // A change is seen at once.
    window.state_mut().experiment_mut().method.lambda = 0.7;
    wait_for_words(&mut window, "0.700");
    click(&mut window, "Stop");
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Stopped)
    });
    settle(&mut window, Duration::from_millis(100));
    window.get_by_label("Step 3, sample i = 2");
    let button = window.get_by_label("Inspect");
    assert!(button.accesskit_node().is_disabled());
}
