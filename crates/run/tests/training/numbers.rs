//! Numbers that were once wrong.

use layerwise_dataset::{
    self as dataset,
    export::{Target, export},
    look,
};
use layerwise_experiment::{Block, DataKind, Experiment, Init, Split};

use super::{Told, experiment, train};

#[test]
fn nc1_of_deep_modules_that_have_hardly_learnt() {
    let told = train(experiment("digits-mlp", &[]), Some(23));
    let last = told.evaluations.last().unwrap();
    let found: Vec<f32> = last.modules.iter().map(|it| it.separability.nc1).collect();
    // In f64 from the same features. Along most directions their class means differ by less than
    // a hundredth of what they differ by along one.
    let expected = [4.42, 4.71, 5.31, 6.47];
    for (found, expected) in found[4..].iter().zip(expected) {
        assert!((found - expected).abs() < 0.01 * expected, "{found:?}");
    }
}

/// Images in files, normalised as files are unless told otherwise.
fn drawn(folder: &std::path::Path, assignments: &[&str]) -> Experiment {
    let shapes = experiment("shapes-cnn", &["data.samples=120", "data.size=16"]);
    let path = folder.join("shapes.npz");
    if !path.exists() {
        let data = dataset::load_now(&shapes).unwrap();
        export(&data, Target::Npz, &path, &mut |_| true).unwrap();
    }
    let mut all = vec!["train.batch_size=32"];
    all.extend(assignments);
    let mut drawn = experiment("infopro-cnn", &all);
    drawn.data.kind = DataKind::Files;
    drawn.data.path = path;
    drawn.data.found = Some(look(&drawn.data, &mut |_| true).unwrap());
    drawn
}

#[test]
fn a_reconstruction_is_of_images_from_0_to_1_however_inputs_are_normalised() {
    let folder = tempfile::tempdir().unwrap();
    let all = ["computed", "off", "given"].map(|normalize| {
        let normalize = format!("prepare.normalize={normalize}");
        let given = [
            normalize.as_str(),
            "prepare.mean=[0.5]",
            "prepare.std=[0.1]",
        ];
        let told = train(drawn(folder.path(), &given), Some(12));
        // The last module has no decoder. Binary cross-entropy of values from 0 to 1 is at least 0,
        // that of a grey image is ln 2, and contrastive losses are above 0.
        let of_first: Vec<f32> = told.steps.iter().map(|step| step.loss[0]).collect();
        assert_eq!(of_first.len(), 12);
        for loss in &of_first {
            assert!(*loss > 0.0 && *loss < 20.0, "{normalize}: {of_first:?}");
        }
        let evaluated = told.evaluations.last().unwrap().modules[0]
            .test_loss
            .unwrap();
        assert!(
            evaluated > 0.0 && evaluated < 20.0,
            "{normalize}: {evaluated}"
        );
        of_first
    });
    assert!(all[0] != all[1] && all[0] != all[2]);
}

#[test]
fn augmented_and_mixed_images_are_drawn_from_0_to_1_too() {
    let folder = tempfile::tempdir().unwrap();
    let changes = [
        "prepare.flip=true",
        "prepare.crop_padding=2",
        "prepare.jitter=0.5",
        "prepare.erase=0.5",
        "prepare.mixup=0.4",
        "prepare.cutmix=1.0",
    ];
    let told = train(drawn(folder.path(), &changes), Some(12));
    for step in &told.steps {
        for loss in &step.loss {
            assert!(*loss > 0.0 && *loss < 20.0, "{:?}", step.loss);
        }
    }
    assert_eq!(told.steps.len(), 12);
}

/// Six layers of 12 on digits, each a module: so narrow that some samples leave no feature behind.
fn narrow() -> Experiment {
    let mut experiment = experiment("digits-mlp", &["seed=2", "method.lambda=0.01"]);
    experiment.blocks = vec![Block::Flatten(kind::Flatten {})];
    for _ in 0..6 {
        let init = Init::default();
        let (out, bias) = (12, true);
        experiment.blocks.extend([
            Block::Linear(kind::Linear { out, bias, init }),
            Block::Relu(kind::Relu {}),
        ]);
    }
    experiment.split = Split {
        count: Some(6),
        ..Split::default()
    };
    experiment
}

fn largest_reconciliation(told: &Told) -> f32 {
    let all = told.steps.iter().flat_map(|step| &step.reconciliation);
    all.copied().fold(0.0, f32::max)
}

#[test]
fn a_sample_that_leaves_no_feature_behind_does_not_wreck_the_next_module() {
    let told = train(narrow(), None);
    let last = told.evaluations.last().unwrap();
    let accuracy = last.modules[1].test_accuracy.unwrap();
    assert!(accuracy > 0.55, "{accuracy}");
    let largest = largest_reconciliation(&told);
    assert!(largest < 1e6, "{largest}");
}
