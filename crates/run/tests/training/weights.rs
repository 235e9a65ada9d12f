//! Networks with the weights of a PyTorch checkpoint compute what PyTorch does. The files beside
//! were made by `make.py`, which says how their values come about.

use std::{collections::BTreeMap, path::Path};

use burn::tensor::{Device, Tensor, TensorData};
use layerwise_experiment::{Experiment, HeadKind, HeadSource, LossKind, Weights};
use layerwise_learn::{
    block::Dual,
    local::{LocalModule, Named, named_parameters},
    weights::{self, Naming},
};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::Deserialize;

/// What stands in a reference file.
#[derive(Deserialize)]
struct Reference {
    parameters: BTreeMap<String, Vec<usize>>,
    logits: Vec<f64>,
}

/// Numbers in [0, 1) that belong to a name (FNV-1a, then SplitMix64).
fn uniform(name: &str, count: usize) -> impl Iterator<Item = f64> {
    let state = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |state, byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (1..=count as u64).map(move |index| {
        let mut z = state.wrapping_add(index.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        (z >> 11) as f64 / (1u64 << 53) as f64
    })
}

/// The tensor of a name.
fn values(name: &str, shape: &[usize]) -> Vec<f32> {
    let bound = (3.0 / shape[1..].iter().product::<usize>() as f64).sqrt();
    uniform(name, shape.iter().product())
        .map(|u| {
            if name.ends_with("running_var") {
                0.5 + u
            } else if shape.len() > 1 {
                2.0 * (u - 0.5) * bound
            } else if name.ends_with("weight") {
                0.75 + u / 2.0
            } else {
                0.2 * (u - 0.5)
            }
        })
        .map(|value| value as f32)
        .collect()
}

fn bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

/// A checkpoint with a tensor for each name.
fn write(path: &Path, parameters: &BTreeMap<String, Vec<usize>>) {
    let tensors: Vec<_> = parameters
        .iter()
        .map(|(name, shape)| (name, shape, bytes(&values(name, shape))))
        .collect();
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(Dtype::F32, (*shape).clone(), bytes).unwrap();
        (name.as_str(), view)
    });
    std::fs::write(path, safetensors::serialize(views, None).unwrap()).unwrap();
}

fn checkpoint(path: &Path) -> Weights {
    Weights {
        path: path.to_owned(),
        head: HeadSource::Keep,
    }
}

/// Every parameter of every module, as bytes.
fn all(modules: &[LocalModule]) -> Vec<(String, Vec<u8>)> {
    modules
        .iter()
        .flat_map(|module| named_parameters(module, None))
        .map(|Named { name, data }| (name, data.as_bytes().to_vec()))
        .collect()
}

/// Logits of the last module for one image.
fn logits(modules: &[LocalModule], shape: [usize; 3]) -> Vec<f64> {
    let pixels: Vec<f32> = uniform("input", shape.iter().product())
        .map(|u| (2.0 * (u - 0.5)) as f32)
        .collect();
    let [channels, height, width] = shape;
    let data = TensorData::new(pixels, [1, channels, height, width]);
    let images: Tensor<4> = Tensor::from_data(data, &Device::flex());
    let mut x = images.clone();
    for module in modules {
        x = module.body(Dual::plain(x), None).value;
    }
    let last = modules.last().unwrap();
    let sight = last.see(Dual::plain(x), || images, None).unwrap();
    let logits = last.objective().unwrap().logits(&sight).unwrap();
    logits.into_data().iter::<f64>().collect()
}

/// Relative distance of two vectors.
fn distance(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let norm = |values: &mut dyn Iterator<Item = f64>| values.map(|x| x * x).sum::<f64>().sqrt();
    norm(&mut ours.iter().zip(theirs).map(|(a, b)| a - b)) / norm(&mut theirs.iter().copied())
}

/// A network reads a reference file under the names `naming`, and comes back from an export, which
/// has the names `exported`.
fn agrees(
    name: &str,
    mut experiment: Experiment,
    reference: &str,
    [naming, exported]: [Naming; 2],
) {
    experiment.modules.clear();
    let reference: Reference = serde_json::from_str(reference).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reference.safetensors");
    write(&path, &reference.parameters);

    let drawn = LocalModule::all(&experiment, &Device::flex()).unwrap();
    let (modules, report) =
        weights::import(&experiment, &checkpoint(&path), drawn.clone()).unwrap();
    assert_eq!(report.naming, naming);
    assert_eq!(
        report.matched.len(),
        reference.parameters.len(),
        "{report:?}"
    );
    assert!(
        report.is_complete() && report.unexpected.is_empty(),
        "{report:?}"
    );
    let far = distance(
        &logits(&modules, experiment.data.shape().sizes()),
        &reference.logits,
    );
    println!("{name}: relative distance of the logits {far:e}");
    assert!(far < 1e-4, "{name}: {far}");

    // The export has as many tensors, the same where it has the same names, and comes back bit for
    // bit.
    let path = folder.path().join("export.safetensors");
    assert_eq!(
        weights::export(&experiment, &modules, None, &path).unwrap(),
        exported
    );
    let stored = std::fs::read(&path).unwrap();
    let stored = SafeTensors::deserialize(&stored).unwrap();
    // torchvision has these besides.
    let derived = |name: &&str| name.ends_with("relative_position_index");
    let names = stored.names().into_iter().filter(|name| !derived(name));
    assert_eq!(names.count(), reference.parameters.len());
    if exported == naming {
        for (name, shape) in &reference.parameters {
            let tensor = stored.tensor(name).unwrap();
            assert_eq!(tensor.shape(), shape, "{name}");
            assert_eq!(tensor.data(), bytes(&values(name, shape)), "{name}");
        }
    }
    let (again, _) = weights::import(&experiment, &checkpoint(&path), drawn).unwrap();
    assert_eq!(report.initial.len(), 2 * (experiment.module_count() - 1));
    assert!(all(&again) == all(&modules), "{name}");
}

fn preset_agrees(preset: &str, reference: &str, naming: Naming) {
    let experiment = super::experiment(preset, &["head.kind=linear"]);
    agrees(preset, experiment, reference, [naming; 2]);
}

#[test]
fn resnet_18_agrees_with_torchvision() {
    preset_agrees(
        "resnet18-imagenet",
        include_str!("../../../../tests/reference/resnet18.json"),
        Naming::Torchvision,
    );
}

#[test]
fn resnet_50_agrees_with_torchvision() {
    preset_agrees(
        "resnet50-imagenet",
        include_str!("../../../../tests/reference/resnet50.json"),
        Naming::Torchvision,
    );
}

#[test]
fn vit_ti_agrees_with_timm() {
    preset_agrees(
        "vit-ti-16",
        include_str!("../../../../tests/reference/vit_tiny_patch16_224.json"),
        Naming::Timm,
    );
}

#[test]
fn vit_s_agrees_with_timm() {
    preset_agrees(
        "vit-s-16",
        include_str!("../../../../tests/reference/vit_small_patch16_224.json"),
        Naming::Timm,
    );
}

#[test]
fn swin_t_agrees_with_torchvision() {
    preset_agrees(
        "swin-t",
        include_str!("../../../../tests/reference/swin_t.json"),
        Naming::Torchvision,
    );
}

/// Images of 224×224 in 1,000 classes.
const LARGE: &str = "kind = \"shapes\"\nsamples = 500\nshape_classes = 1000\nsize = 224";

/// Images of `height × width` in ten classes.
fn wide([height, width]: [usize; 2]) -> String {
    let classes: Vec<String> = (0..10).map(|class| format!("\"{class}\"")).collect();
    format!(
        "kind = \"files\"\n[data.found]\nshape = {{ image = [3, {height}, {width}] }}\ntrain = 20\ntest = 10\nclasses = [{}]",
        classes.join(", ")
    )
}

/// A network of these blocks, each given by its kind and keys.
fn network(data: &str, blocks: &[String]) -> Experiment {
    let mut text =
        format!("version = 1\ndevice = \"cpu\"\nhead.kind = \"linear\"\n[data]\n{data}\n");
    for block in blocks {
        text.push_str(&format!("[[block]]\n{block}\n"));
    }
    Experiment::from_toml(&text, "network", &[]).unwrap()
}

const CHANNEL_NORM: &str = "kind = \"layer-norm\"\nover = \"channels\"\neps = 1e-6";

/// ConvNeXt up to its global pooling. Its first convolution is a patch embedding or a plain one.
fn conv_next(depths: [usize; 4], widths: [usize; 4], embeds: bool) -> Vec<String> {
    let halving = |out: usize| {
        [
            CHANNEL_NORM.to_owned(),
            format!("kind = \"conv2d\"\nout = {out}\nkernel = 2\nstride = 2"),
        ]
    };
    let stem = if embeds {
        format!("kind = \"patch-embedding\"\nout = {}\npatch = 4", widths[0])
    } else {
        format!(
            "kind = \"conv2d\"\nout = {}\nkernel = 4\nstride = 4",
            widths[0]
        )
    };
    let mut blocks = vec![stem, CHANNEL_NORM.to_owned()];
    for (stage, (depth, width)) in depths.into_iter().zip(widths).enumerate() {
        if stage > 0 {
            blocks.extend(halving(width));
        }
        blocks.extend(vec!["kind = \"conv-next\"".to_owned(); depth]);
    }
    blocks
}

/// Global pooling, then layer norm.
fn pooled_norm() -> [String; 2] {
    [
        "kind = \"global-avg-pool\"".to_owned(),
        "kind = \"layer-norm\"\neps = 1e-6".to_owned(),
    ]
}

#[test]
fn conv_next_t_agrees_with_torchvision() {
    let mut blocks = conv_next([3, 3, 9, 3], [96, 192, 384, 768], true);
    blocks.extend(pooled_norm());
    agrees(
        "ConvNeXt-T",
        network(LARGE, &blocks),
        include_str!("../../../../tests/reference/convnext_tiny.json"),
        [Naming::Torchvision; 2],
    );
}

#[test]
fn conv_next_agrees_with_timm() {
    let mut blocks = conv_next([2, 2, 6, 2], [40, 80, 160, 320], false);
    blocks.extend(pooled_norm());
    agrees(
        "ConvNeXt-Atto",
        network(LARGE, &blocks),
        include_str!("../../../../tests/reference/convnext_atto.json"),
        [Naming::Timm, Naming::Torchvision],
    );
    let mut blocks = conv_next([1, 2, 1, 1], [8, 16, 24, 32], true);
    blocks.push(CHANNEL_NORM.to_owned());
    agrees(
        "ConvNeXt with the norm first",
        network(&wide([32, 64]), &blocks),
        include_str!("../../../../tests/reference/convnext_norm_first.json"),
        [Naming::Timm; 2],
    );
}

#[test]
fn mixer_s_agrees_with_timm() {
    let mut blocks = vec!["kind = \"patch-embedding\"\nout = 512\npatch = 32".to_owned()];
    let mixer = "kind = \"mlp-mixer\"\ntokens_hidden = 256\nchannels_hidden = 2048";
    blocks.extend(vec![mixer.to_owned(); 8]);
    blocks.push(CHANNEL_NORM.to_owned());
    agrees(
        "Mixer-S/32",
        network(LARGE, &blocks),
        include_str!("../../../../tests/reference/mixer_s32_224.json"),
        [Naming::Timm; 2],
    );
}

#[test]
fn windows_that_cover_one_side_agree_with_torchvision() {
    let norm = "kind = \"layer-norm\"\nover = \"channels\"\neps = 1e-5";
    let swin = "kind = \"swin\"\nheads = 2\nwindow = 4";
    let blocks = [
        "kind = \"patch-embedding\"\nout = 8\npatch = 2".to_owned(),
        norm.to_owned(),
        swin.to_owned(),
        format!("{swin}\nshift = true"),
        norm.to_owned(),
    ];
    agrees(
        "Swin on a wide image",
        network(&wide([8, 16]), &blocks),
        include_str!("../../../../tests/reference/swin_wide.json"),
        [Naming::Torchvision; 2],
    );
}

/// The network of `tiny.pt`, in one module or more.
fn tiny(assignments: &[&str]) -> Experiment {
    let text = r#"
version = 1
device = "cpu"
head.kind = "linear"
[data]
kind = "shapes"
[[block]]
kind = "conv2d"
out = 4
kernel = 3
padding = 1
bias = false
[[block]]
kind = "batch-norm"
[[block]]
kind = "relu"
[[block]]
kind = "residual-basic"
out = 8
"#;
    let assignments: Vec<String> = assignments.iter().map(|text| (*text).to_owned()).collect();
    Experiment::from_toml(text, "tiny", &assignments).unwrap()
}

#[test]
fn checkpoints_of_torch_save_are_read_in_both_formats() {
    let experiment = tiny(&["split.after=[2]"]);
    for file in ["tiny.pt", "tiny-legacy.pt"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/reference")
            .join(file);
        let drawn = LocalModule::all(&experiment, &Device::flex()).unwrap();
        let (modules, report) = weights::import(&experiment, &checkpoint(&path), drawn).unwrap();
        assert_eq!(report.matched.len(), 22, "{report:?}");
        assert!(
            report.is_complete() && report.unexpected.is_empty(),
            "{report:?}"
        );
        assert!(
            report
                .matched
                .contains(&"state_dict.module.fc.bias".to_owned())
        );

        let last = named_parameters(&modules[1], None);
        let read = |name: &str| -> Vec<f64> {
            let named = last.iter().find(|named| named.name == name).unwrap();
            named.data.iter::<f64>().collect()
        };
        let close = |ours: &[f64], theirs: &[f32], digits: f64| {
            for (ours, theirs) in ours.iter().zip(theirs) {
                assert!((ours - f64::from(*theirs)).abs() <= digits * f64::from(theirs.abs()));
            }
        };
        // A view, a half and a brain float, and a running variance.
        let head = values("fc.weight", &[10, 8]);
        let ours = read("head.weight");
        for class in 0..10 {
            let column: Vec<f64> = ours.iter().skip(class).step_by(10).copied().collect();
            close(&column, &head[8 * class..8 * class + 8], 0.0);
        }
        let kernel = values("layer1.0.conv1.weight", &[8, 4, 3, 3]);
        close(&read("block.0.first.conv.weight"), &kernel, 1e-3);
        let kernel = values("layer1.0.conv2.weight", &[8, 8, 3, 3]);
        close(&read("block.0.second.conv.weight"), &kernel, 1e-2);
        let variance = values("layer1.0.downsample.1.running_var", &[8]);
        close(&read("block.0.projection.norm.running_var"), &variance, 0.0);
    }
}

#[test]
fn a_replaced_head_starts_as_the_seed_has_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/tiny.pt");
    let experiment = tiny(&["data.shape_classes=4"]);
    let drawn = LocalModule::all(&experiment, &Device::flex()).unwrap();
    let error = weights::import(&experiment, &checkpoint(&path), drawn.clone()).unwrap_err();
    for part in [
        "fc.weight is 10×8 in the file and 4×8",
        "weights.head = \"replace\"",
    ] {
        assert!(error.contains(part), "{error}");
    }
    let replaced = Weights {
        head: HeadSource::Replace,
        ..checkpoint(&path)
    };
    let (modules, report) = weights::import(&experiment, &replaced, drawn.clone()).unwrap();
    assert_eq!(report.initial, ["head.weight", "head.bias"]);
    assert!(
        report.is_complete() && report.unexpected.is_empty(),
        "{report:?}"
    );
    for (before, after) in all(&drawn).iter().zip(all(&modules)) {
        assert_eq!(
            before.0.starts_with("head."),
            before.1 == after.1,
            "{}",
            before.0
        );
    }
}

#[test]
fn a_run_starts_where_another_ended_however_it_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("first");
    let assignments = [
        "data.samples=40",
        "train.batch_size=16",
        "split.after=[0, 2]",
    ];
    let run = |experiment: Experiment, folder: &Path, steps| {
        let options = super::RunOptions {
            folder: Some(folder.to_owned()),
            max_steps: Some(steps),
            ..super::RunOptions::default()
        };
        let run = super::Run::start(experiment, options).unwrap();
        super::finish(&run)
    };
    run(tiny(&assignments), &first, 2);
    let trained = first.join("weights.safetensors");

    // As it was cut, with every head; and cut elsewhere, with the last head alone.
    for (split, notes) in [("split.after=[0, 2]", 0), ("split.after=[1]", 2)] {
        let mut experiment = tiny(&assignments);
        experiment = Experiment::from_toml(
            &experiment.to_toml().unwrap(),
            "tiny",
            &[split.to_owned(), "seed=7".to_owned()],
        )
        .unwrap();
        experiment.weights = Some(checkpoint(&trained));
        let (learner, report) = weights::learner(&experiment, &Device::flex()).unwrap();
        let report = report.unwrap();
        assert_eq!(report.naming, Naming::Layerwise);
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(report.initial.len(), notes, "{report:?}");
        let head = learner.modules().last().unwrap().head().unwrap();
        let stored = std::fs::read(&trained).unwrap();
        let stored = SafeTensors::deserialize(&stored).unwrap();
        let weight = stored.tensor("module.3.head.weight").unwrap();
        assert_eq!(head.weight().unwrap().into_data().as_bytes(), weight.data());
    }

    let mut experiment = tiny(&assignments);
    experiment.weights = Some(checkpoint(&folder.path().join("none.safetensors")));
    let told = run(experiment, &folder.path().join("none"), 1);
    assert_eq!(told.phase, super::Phase::Failed);
    assert!(
        told.message
            .unwrap()
            .contains("none.safetensors cannot be read")
    );
    assert!(!folder.path().join("none").exists());
}

#[test]
fn networks_of_no_family_come_back_under_our_names() {
    let folder = tempfile::tempdir().unwrap();
    for (at, kind) in HeadKind::ALL.into_iter().enumerate() {
        for preset in ["digits-mlp", "digits-cnn"] {
            let mut experiment = super::experiment(preset, &[]);
            experiment.head.kind = kind;
            // The layers that losses need besides come along.
            experiment.loss.kind = LossKind::PredSim;
            experiment.loss.reconstruction = 0.1;
            let drawn = LocalModule::all(&experiment, &Device::flex()).unwrap();
            let path = folder.path().join(format!("{preset}-{at}.safetensors"));
            assert_eq!(
                weights::export(&experiment, &drawn, None, &path).unwrap(),
                Naming::Layerwise
            );
            experiment.seed = 9;
            let other = LocalModule::all(&experiment, &Device::flex()).unwrap();
            let (again, report) = weights::import(&experiment, &checkpoint(&path), other).unwrap();
            assert!(
                report.is_complete() && report.unexpected.is_empty(),
                "{report:?}"
            );
            assert!(all(&again) == all(&drawn), "{preset}");
        }
    }
}

#[test]
fn files_of_weights_say_how_inputs_were_normalised() {
    let folder = tempfile::tempdir().unwrap();
    let said = |path: &Path| -> Option<serde_json::Value> {
        let bytes = std::fs::read(path).unwrap();
        let (_, header) = SafeTensors::read_metadata(&bytes).unwrap();
        let text = header.metadata().as_ref()?.get("normalization")?.clone();
        Some(serde_json::from_str(&text).unwrap())
    };
    let experiment = tiny(&["data.samples=40", "prepare.normalize=computed"]);
    let options = super::RunOptions {
        folder: Some(folder.path().join("run")),
        max_steps: Some(1),
        ..super::RunOptions::default()
    };
    super::finish(&super::Run::start(experiment.clone(), options).unwrap());

    let data = layerwise_dataset::load_now(&experiment).unwrap();
    let trained_with = data.train.normalization().unwrap();
    assert_eq!(trained_with.mean.len(), 3);
    let numbers = serde_json::json!({
        "mean": trained_with.mean,
        "std": trained_with.deviation,
    });
    let trained = folder.path().join("run/weights.safetensors");
    assert_eq!(said(&trained).unwrap(), numbers);
    let traced = folder.path().join("trace.safetensors");
    layerwise_run::trace(&experiment, 1, &traced, &mut |_| {}).unwrap();
    assert_eq!(said(&traced).unwrap(), numbers);

    let exported = folder.path().join("exported.safetensors");
    let export = |experiment: &Experiment| {
        let done = weights::export_start(experiment, &exported).unwrap();
        assert_eq!(done.warning().is_some(), said(&exported).is_none());
        said(&exported)
    };
    // From the run, and from what was exported from it, whatever the experiment says.
    for assignments in [&["prepare.normalize=computed"][..], &[]] {
        let mut again = tiny(assignments);
        again.weights = Some(checkpoint(&trained));
        assert_eq!(export(&again).unwrap(), numbers);
    }
    // Drawn weights, as far as their experiment knows.
    assert_eq!(export(&experiment), None);
    assert_eq!(export(&tiny(&[])), Some(serde_json::Value::Null));
    let given = tiny(&[
        "prepare.normalize=given",
        "prepare.mean=[0.5, 0.25, 0.125]",
        "prepare.std=[2]",
    ]);
    assert_eq!(
        export(&given).unwrap(),
        serde_json::json!({"mean": [0.5, 0.25, 0.125], "std": [2.0, 2.0, 2.0]})
    );
    // A file from elsewhere does not say it, and what does not fit is not passed on.
    let mut foreign = tiny(&[]);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference/tiny.pt");
    foreign.weights = Some(checkpoint(&path));
    assert_eq!(export(&foreign), None);
    let bytes = std::fs::read(&trained).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap().tensors();
    let other = [(
        "normalization".to_owned(),
        r#"{"mean": [1], "std": [1]}"#.to_owned(),
    )];
    let unfit = folder.path().join("unfit.safetensors");
    let bytes = safetensors::serialize(tensors, Some(other.into())).unwrap();
    std::fs::write(&unfit, bytes).unwrap();
    foreign.weights = Some(checkpoint(&unfit));
    assert_eq!(export(&foreign), None);
}
