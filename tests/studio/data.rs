//! Data from files in the window.

use eframe::egui::{Key, Modifiers, Theme};
use egui_kittest::kittest::Queryable;
use layerwise::{
    experiment::{DataKind, DeviceChoice, Shape},
    run::Phase,
};

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
