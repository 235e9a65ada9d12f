//! Data from files in the window.

use eframe::egui::{Key, Modifiers, Theme, accesskit::Role};
use egui_kittest::kittest::Queryable;
use layerwise_experiment::{DataKind, DeviceChoice, Shape};
use layerwise_study::Phase;

use super::{answer, click, open, phase, press, settle, wait_for, wait_for_words};

/// A table of two classes that one feature parts.
fn table(path: &std::path::Path, rows: usize, labels: [&str; 2]) {
    let mut text = "height,width,kind\n".to_owned();
    for at in 0..rows {
        let label = labels[at % 2];
        text.push_str(&format!("{},{},{label}\n", 9 * (at % 2), at % 5));
    }
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_person_learns_from_a_table_and_takes_it_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    table(&path("good.csv"), 60, ["tall", "wide"]);
    table(&path("one.csv"), 60, ["same", "same"]);

    let mut window = open([1400.0, 3000.0], Theme::Dark, Some(folder.path()));
    let experiment = window.state_mut().experiment_mut();
    experiment.device = DeviceChoice::Cpu;
    experiment.train.epochs = 20;
    experiment.data.kind = DataKind::Files;
    settle(&mut window, std::time::Duration::from_secs(1));
    let before = window.state().experiment().clone();
    wait_for_words(&mut window, "no file or folder is chosen");

    click(&mut window, "File…");
    answer(&mut window, &path("none.csv"), "Use this file");
    wait_for_words(&mut window, "none.csv cannot be read");
    answer(&mut window, &path("good.csv"), "Use this file");
    wait_for(&mut window, "the table", |studio| {
        studio.experiment().data.found.is_some()
    });
    let data = &window.state().experiment().data;
    assert_eq!((data.shape(), data.class_count()), (Shape::Flat(2), 2));
    wait_for_words(&mut window, "48 training and 12 test samples");

    click(&mut window, "Train");
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Finished)
    });

    // What was found is no edit: one step back takes the table away, one forth brings it again.
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment(), &before);
    press(&mut window, Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    wait_for(&mut window, "the table again", |studio| {
        studio.experiment().data.class_count() == 2
    });
    settle(&mut window, std::time::Duration::from_secs(1));
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment(), &before);

    // A file that makes no data set says so, and the window lives on.
    click(&mut window, "File…");
    answer(&mut window, &path("one.csv"), "Use this file");
    wait_for_words(&mut window, "column kind has only one class, same");
    assert!(window.query_by_label("Train").is_some());
}

#[test]
fn a_person_reads_rows_as_images_and_leaves_classes_out() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pixels.csv");
    let row = |at: usize| {
        format!(
            "{},{},{},{},kind {}\n",
            at % 3,
            at % 5,
            at % 7,
            at % 2,
            at % 3
        )
    };
    let rows: String = (0..90).map(row).collect();
    std::fs::write(&path, format!("a,b,c,d,label\n{rows}")).unwrap();

    let mut window = open([1400.0, 3000.0], Theme::Light, None);
    window.state_mut().experiment_mut().data.kind = DataKind::Files;
    settle(&mut window, std::time::Duration::from_secs(1));
    click(&mut window, "File…");
    answer(&mut window, &path, "Use this file");
    wait_for(&mut window, "the table", |studio| {
        studio.experiment().data.class_count() == 3
    });
    settle(&mut window, std::time::Duration::from_secs(1));

    window
        .get_by_role_and_label(Role::ComboBox, "Sample")
        .click();
    window.run_steps(3);
    window
        .get_by_role_and_label(Role::Button, "An image")
        .click();
    window.run_steps(3);
    wait_for(&mut window, "images", |studio| {
        studio.experiment().data.shape() == Shape::Image([1, 2, 2])
    });
    settle(&mut window, std::time::Duration::from_secs(1));

    // A size that does not fit is told, and the fields that correct it stay.
    window.state_mut().experiment_mut().data.image = Some([1, 2, 3]);
    wait_for_words(
        &mut window,
        "data.image: 1×2×3 does not fit: samples have 4 values",
    );
    wait_for_words(&mut window, "data.image = [1, 2, 3] does not fit");
    window.get_by_role_and_label(Role::SpinButton, "Width");
    settle(&mut window, std::time::Duration::from_secs(1));
    for shape in [Shape::Image([1, 2, 2]), Shape::Flat(4)] {
        press(&mut window, Modifiers::COMMAND, Key::Z);
        wait_for(&mut window, "the shape before", |studio| {
            studio.experiment().data.shape() == shape
        });
        settle(&mut window, std::time::Duration::from_secs(1));
    }

    // The class that is left out can be taken in again.
    click(&mut window, "All 3");
    window
        .get_by_role_and_label(Role::CheckBox, "kind 1")
        .click();
    wait_for(&mut window, "two classes", |studio| {
        studio.experiment().data.class_count() == 2
    });
    assert_eq!(window.state().experiment().data.only, ["kind 0", "kind 2"]);
    window.get_by_label("2 of 3");
    settle(&mut window, std::time::Duration::from_secs(1));
    window
        .get_by_role_and_label(Role::CheckBox, "kind 1")
        .click();
    wait_for(&mut window, "all classes", |studio| {
        studio.experiment().data.class_count() == 3
    });
    assert!(window.state().experiment().data.only.is_empty());
    settle(&mut window, std::time::Duration::from_secs(1));
    press(&mut window, Modifiers::COMMAND, Key::Z);
    assert_eq!(window.state().experiment().data.only.len(), 2);
}
