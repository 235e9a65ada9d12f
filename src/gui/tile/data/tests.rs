use egui_kittest::{Harness, kittest::Queryable};
use layerwise_dataset::{Dataset, Note, load_now};
use layerwise_experiment::{Experiment, Prepare, preset};

use super::*;
use crate::gui::tile::support::Scene;

fn dataset(assignments: &[&str]) -> Dataset {
    let assignments: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
    let experiment = preset("shapes-cnn").unwrap().with(&assignments).unwrap();
    load_now(&experiment).unwrap()
}

fn show<'a>(view: &'a mut View, dataset: &Dataset, prepare: &Prepare) -> Harness<'a> {
    let scene = Scene::of(Experiment::default()).with_data(dataset.clone(), prepare.clone());
    Harness::builder()
        .with_size(eframe::egui::vec2(360.0, 700.0))
        .with_max_steps(32)
        .build_ui(move |ui| {
            view.show(ui, &scene.context());
        })
}

/// Frames until work behind the window is done.
fn wait_for(harness: &mut Harness<'_>, words: &str) {
    for _ in 0..500 {
        if harness.query_all_by_label_contains(words).next().is_some() {
            return;
        }
        harness.step();
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("waited too long for {words}");
}

#[test]
fn classes_are_counted_in_both_parts() {
    let dataset = dataset(&["data.samples=100"]);
    let mut view = View {
        section: Section::Classes,
        ..View::default()
    };
    let prepare = Prepare::default();
    let harness = show(&mut view, &dataset, &prepare);
    harness.get_by_label("Disc: 8 training and 2 test samples");
}

#[test]
fn pages_turn_and_a_class_is_picked_out() {
    // Points have no pictures, which would have the names of their classes too.
    let dataset = dataset(&["data.kind=spirals", "data.samples=200"]);
    let mut view = View::default();
    let prepare = Prepare::default();
    let mut harness = show(&mut view, &dataset, &prepare);
    harness.run_steps(3);
    harness.get_by_label("1–48 of 160");
    harness.get_by_label(">").click();
    harness.run_steps(3);
    harness.get_by_label("49–96 of 160");
    harness.get_by_label(">|").click();
    harness.run_steps(3);
    harness.get_by_label("145–160 of 160");
    harness.get_by_label("Test").click();
    harness.run_steps(3);
    harness.get_by_label("1–40 of 40");
    harness
        .get_by_role_and_label(eframe::egui::accesskit::Role::ComboBox, "Class")
        .click();
    harness.run_steps(3);
    harness
        .get_by_role_and_label(eframe::egui::accesskit::Role::Button, "First arm")
        .click();
    harness.run_steps(3);
    harness.get_by_label("1–20 of 20");
}

#[test]
fn values_are_measured_and_what_is_not_used_is_told() {
    let mut dataset = dataset(&["data.samples=100"]);
    dataset.notes.push(Note {
        what: "notes.txt".to_owned(),
        why: "not an image".to_owned(),
    });
    let mut view = View {
        section: Section::Values,
        ..View::default()
    };
    let prepare = Prepare::default();
    let mut harness = show(&mut view, &dataset, &prepare);
    wait_for(&mut harness, "Green: mean 0.");
    harness.get_by_label("Notes").click();
    harness.run_steps(3);
    harness.get_by_label("notes.txt");
    harness.get_by_label("not an image");
}

#[test]
fn augmentation_is_shown_where_it_is_on() {
    let dataset = dataset(&["data.samples=100"]);
    let mut view = View {
        section: Section::Augmented,
        ..View::default()
    };
    let mut prepare = Prepare::default();
    {
        let harness = show(&mut view, &dataset, &prepare);
        harness.get_by_label_contains("No augmentation is on");
    }
    prepare.flip = true;
    let mut harness = show(&mut view, &dataset, &prepare);
    harness.run_steps(3);
    harness.get_by_label("Draw again");
    harness.get_by_label("Training sample 1 as training may see it");
    drop(harness);

    prepare.mixup = 1.0;
    let mut harness = show(&mut view, &dataset, &prepare);
    harness.get_by_label_contains("Mixup blends each sample");
    let own = &dataset.classes[dataset.train.labels[0] as usize];
    wait_for(&mut harness, &format!(" % {own}"));
}
