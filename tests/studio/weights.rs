//! Checkpoints in and out of the window.

use eframe::egui::Theme;
use layerwise_experiment::{DeviceChoice, preset};
use layerwise_learn::weights::{self, Checkpoint};
use layerwise_study::Phase;

use super::{answer, click, open, phase, wait_for, wait_for_words};

#[test]
fn a_person_starts_from_a_checkpoint_and_exports_what_was_learnt() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let start = path("start.safetensors");
    let digits = preset("digits-mlp").unwrap().experiment().unwrap();
    weights::export_start(&digits, &start).unwrap();

    let mut window = open([1400.0, 3000.0], Theme::Dark, Some(folder.path()));
    let experiment = window.state_mut().experiment_mut();
    experiment.device = DeviceChoice::Cpu;
    experiment.train.epochs = 1;
    window.run_steps(3);

    click(&mut window, "Start from a checkpoint…");
    answer(&mut window, &path("none.pt"), "Use this file");
    wait_for_words(&mut window, "none.pt cannot be read");
    answer(&mut window, &start, "Use this file");
    wait_for_words(&mut window, "24 tensors fit (Layerwise names)");

    // Another network no longer fits.
    window.state_mut().experiment_mut().data.kind = layerwise_experiment::DataKind::Moons;
    wait_for_words(
        &mut window,
        "does not fit the network: block.1.weight is 64×64 in the file",
    );
    window.state_mut().experiment_mut().data.kind = digits.data.kind;
    wait_for_words(&mut window, "24 tensors fit (Layerwise names)");

    click(&mut window, "Train");
    wait_for(&mut window, "the end", |studio| {
        phase(studio) == Some(Phase::Finished)
    });
    assert!(window.state().log_contains("Starting with 24 tensors from"));

    click(&mut window, "File");
    click(&mut window, "Export weights…");
    answer(&mut window, &path("learnt"), "Export");
    wait_for(&mut window, "the export", |studio| {
        studio.log_contains("learnt.safetensors (Layerwise names)")
    });
    let learnt = Checkpoint::open(&path("learnt.safetensors")).unwrap();
    let drawn = Checkpoint::open(&start).unwrap();
    assert!(learnt.tensors().keys().eq(drawn.tensors().keys()));
    let values = |checkpoint: &Checkpoint| checkpoint.values("block.1.weight").unwrap();
    assert_ne!(values(&learnt), values(&drawn));

    click(&mut window, "File");
    click(&mut window, "Export PyTorch script…");
    answer(&mut window, &path("network"), "Export");
    let script = std::fs::read_to_string(path("network.py")).unwrap();
    assert!(script.contains("nn.Linear(64, 64, bias=True)"));

    click(&mut window, "Another checkpoint…");
    answer(&mut window, &path("network.py"), "Use this file");
    wait_for_words(&mut window, "network.py is neither a safetensors file");
    click(&mut window, "Remove");
    assert_eq!(window.state().experiment().weights, None);
}
