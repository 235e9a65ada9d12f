use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use burn::tensor::Device;
use layerwise_experiment::{
    Block, DataKind, Experiment, Found, HeadSource, Shape, Split, Weights, preset,
};
use safetensors::{Dtype, tensor::TensorView};

use super::*;
use crate::local::LocalModule;

/// A folder that a test may fill.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("weights.bin");
        fs::write(&path, bytes).unwrap();
        path
    }
}

/// A sentence about the file, on one line, that names what to do.
fn is_a_sentence(message: &str) {
    assert!(message.contains("weights.bin"), "{message}");
    assert!(
        message.contains(": ") && !message.contains('\n'),
        "{message}"
    );
    assert!(message.chars().count() < 700, "{message}");
}

fn refused(bytes: &[u8], part: &str) {
    let folder = Folder::new();
    let error = Checkpoint::open(&folder.file(bytes)).err().unwrap();
    is_a_sentence(&error);
    assert!(error.contains(part), "{part}: {error}");
}

fn with_header(header: &str, data: usize) -> Vec<u8> {
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.extend(header.as_bytes());
    bytes.extend(vec![0; data]);
    bytes
}

fn stored(tensors: &[(&str, Dtype, &[usize], Vec<u8>)]) -> Vec<u8> {
    let views = tensors.iter().map(|(name, kind, shape, bytes)| {
        (
            *name,
            TensorView::new(*kind, shape.to_vec(), bytes).unwrap(),
        )
    });
    safetensors::serialize(views, None).unwrap()
}

fn floats(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn reference(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference");
    fs::read(folder.join(name)).unwrap()
}

#[test]
fn what_is_no_checkpoint_is_named() {
    refused(b"", "is empty");
    refused(b"PK", "the directory at its end is missing");
    refused(
        b"version = 1\n[data]\n",
        "is neither a safetensors file nor",
    );
    refused(b"\n<!DOCTYPE html><html>", "is a web page");
    refused(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
        "Git LFS pointer",
    );
    refused(b"\x89HDF\r\n\x1a\n", "HDF5");
    refused(&[0; 4096], "is neither a safetensors file nor");

    let folder = Folder::new();
    let error = Checkpoint::open(folder.0.path()).err().unwrap();
    assert!(error.contains("is not a file"), "{error}");
    let error = Checkpoint::open(&folder.0.path().join("none.pt"))
        .err()
        .unwrap();
    assert!(error.contains("none.pt cannot be read"), "{error}");
}

#[test]
fn headers_that_lie_are_refused_before_anything_is_allocated() {
    let mut endless = vec![0xff; 8];
    endless.push(b'{');
    refused(&endless, "its header would have 18446744073709551615 bytes");
    refused(
        &with_header("{\"a\": 1}", 0),
        "is no sound safetensors file",
    );
    refused(&with_header("{", 0), "is no sound safetensors file");
    refused(&with_header("{}", 0), "holds no tensor");
    for (shape, from, to, why) in [
        ("[1099511627776]", 0, 4_398_046_511_104_u64, "is truncated"),
        ("[4294967296,4294967296,16]", 0, 4, "is no sound"),
        ("[1]", 4, 8, "is no sound"),
        ("[1]", 4, 0, "is no sound"),
        ("[2]", 0, 4, "is no sound"),
        ("[-1]", 0, 4, "is no sound"),
    ] {
        let header = format!(
            "{{\"a\":{{\"dtype\":\"F32\",\"shape\":{shape},\"data_offsets\":[{from},{to}]}}}}"
        );
        refused(&with_header(&header, 4), why);
    }
    let header = "{\"a\":{\"dtype\":\"F99\",\"shape\":[1],\"data_offsets\":[0,4]}}";
    refused(&with_header(header, 4), "is no sound");
}

#[test]
fn a_file_too_large_is_refused_at_once() {
    let folder = Folder::new();
    let path = folder.file(&stored(&[("a", Dtype::F32, &[1], floats(&[1.0]))]));
    let file = File::options().write(true).open(&path).unwrap();
    // A hole takes no room on the disk.
    if file.set_len(20 << 30).is_ok() {
        let error = Checkpoint::open(&path).err().unwrap();
        is_a_sentence(&error);
        assert!(
            error.contains("20.0 GiB, more than the 16.0 GiB"),
            "{error}"
        );
    }
    let path = folder.file(&reference("tiny-legacy.pt"));
    let file = File::options().write(true).open(&path).unwrap();
    if file.set_len(3 << 30).is_ok() {
        let error = Checkpoint::open(&path).err().unwrap();
        assert!(error.contains("old PyTorch checkpoint"), "{error}");
    }
}

/// Opens bytes as a checkpoint and reads every tensor of it.
fn read_all(path: &Path) -> Result<(), String> {
    let checkpoint = Checkpoint::open(path)?;
    for name in checkpoint.tensors().keys() {
        if !name.ends_with("num_batches_tracked") {
            checkpoint.values(name)?;
        }
    }
    Ok(())
}

#[test]
fn truncated_checkpoints_are_refused_wherever_they_end() {
    let folder = Folder::new();
    let small = stored(&[
        ("a", Dtype::F32, &[2], floats(&[1.0, 2.0])),
        ("b", Dtype::F16, &[1, 2], vec![0; 4]),
    ]);
    for (whole, step) in [
        (small, 1),
        (reference("tiny.pt"), 61),
        (reference("tiny-legacy.pt"), 61),
    ] {
        read_all(&folder.file(&whole)).unwrap();
        for len in (0..whole.len()).step_by(step) {
            let path = folder.file(&whole[..len]);
            is_a_sentence(&read_all(&path).unwrap_err());
        }
    }
}

#[test]
fn damaged_checkpoints_are_read_or_refused_but_never_break_the_program() {
    let folder = Folder::new();
    for file in ["tiny.pt", "tiny-legacy.pt"] {
        let whole = reference(file);
        let mut at = 7;
        for round in 0..400_usize {
            let mut bytes = whole.clone();
            at = (at * 31 + 17) % bytes.len();
            bytes[at] ^= 1 << (round % 8);
            bytes[(at * 7 + round) % whole.len()] = (round * 37) as u8;
            if let Err(error) = read_all(&folder.file(&bytes)) {
                is_a_sentence(&error);
            }
        }
    }
}

#[test]
fn no_pickle_is_executed() {
    let folder = Folder::new();
    let trace = folder.0.path().join("executed");
    let pickle = format!("\x02cposix\nsystem\n(S'touch {}'\ntR.", trace.display());
    let pickle = [b"\x80".as_slice(), pickle.as_bytes()].concat();
    refused(&pickle, "is a pickle that torch.save did not write");
    // As torch.save writes it, in both formats.
    let legacy = reference("tiny-legacy.pt");
    let magic = legacy.iter().position(|byte| *byte == b'.').unwrap();
    let version = magic
        + 1
        + legacy[magic + 1..]
            .iter()
            .position(|byte| *byte == b'.')
            .unwrap();
    let mut info = version + 1;
    // System info ends with the first "u.".
    while &legacy[info..info + 2] != b"u." {
        info += 1;
    }
    let bytes = [&legacy[..info + 2], &pickle].concat();
    is_a_sentence(&Checkpoint::open(&folder.file(&bytes)).err().unwrap());
    is_a_sentence(
        &Checkpoint::open(&folder.file(&archive("a", &[("data.pkl", &pickle)])))
            .err()
            .unwrap(),
    );
    assert!(!trace.exists());
}

/// A zip archive with these records below a folder of this name, byte for byte as torch.save lays it
/// out: each record starts at a multiple of 64, its size stands behind it, and the directory ends as
/// that of a large archive does.
fn archive(name: &str, records: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut directory = Vec::new();
    let short = |count: usize| (count as u16).to_le_bytes();
    let word = |count: usize| (count as u32).to_le_bytes();
    let long = |count: usize| (count as u64).to_le_bytes();
    for (record, data) in records {
        let path = format!("{name}/{record}");
        let mut crc = flate2::Crc::new();
        crc.update(data);
        let about = [crc.sum().to_le_bytes(), word(data.len()), word(data.len())].concat();
        directory.extend(*b"PK\x01\x02\0\0\0\0\x08\x08\0\0\0\0\0\0");
        directory.extend(&about);
        directory.extend(short(path.len()));
        directory.extend([0; 12]);
        directory.extend(word(bytes.len()));
        directory.extend(path.as_bytes());

        let unpadded = bytes.len() + 30 + path.len() + 4;
        let padding = unpadded.next_multiple_of(64) - unpadded;
        bytes.extend(*b"PK\x03\x04\0\0\x08\x08");
        bytes.extend([0; 18]);
        bytes.extend(short(path.len()));
        bytes.extend(short(4 + padding));
        bytes.extend(path.as_bytes());
        bytes.extend(*b"FB");
        bytes.extend(short(padding));
        bytes.extend(vec![b'Z'; padding]);
        bytes.extend(*data);
        bytes.extend(*b"PK\x07\x08");
        bytes.extend(&about);
    }
    let (start, size, count) = (bytes.len(), directory.len(), records.len());
    bytes.extend(directory);
    bytes.extend(*b"PK\x06\x06");
    bytes.extend(long(44));
    bytes.extend(*b"\x1e\x03\x2d\0\0\0\0\0\0\0\0\0");
    bytes.extend([long(count), long(count), long(size), long(start)].concat());
    bytes.extend(*b"PK\x06\x07\0\0\0\0");
    bytes.extend(long(start + size));
    bytes.extend(word(1));
    bytes.extend(*b"PK\x05\x06\0\0\0\0");
    bytes.extend([short(count), short(count)].concat());
    bytes.extend([word(size), word(start)].concat());
    bytes.extend([0; 2]);
    bytes
}

/// What torch.save writes of `{"block.1.weight": tensor([[1.5, -2.0]])}` below a folder of this name.
fn saved(name: &str) -> Vec<u8> {
    let pickle = b"\x80\x02}q\0X\x0e\0\0\0block.1.weightq\x01\
        ctorch._utils\n_rebuild_tensor_v2\nq\x02((X\x07\0\0\0storageq\x03\
        ctorch\nFloatStorage\nq\x04X\x01\0\0\x000q\x05X\x03\0\0\0cpuq\x06K\x02tq\x07Q\
        K\0K\x01K\x02\x86q\x08K\x02K\x01\x86q\t\x89\
        ccollections\nOrderedDict\nq\n)Rq\x0btq\x0cRq\rs.";
    archive(
        name,
        &[
            ("data.pkl", pickle),
            (".format_version", b"1"),
            (".storage_alignment", b"64"),
            ("byteorder", b"little"),
            ("data/0", &floats(&[1.5, -2.0])),
            ("version", b"3\n"),
            (
                ".data/serialization_id",
                b"1572819951185464302604054197660844663781",
            ),
        ],
    )
}

#[test]
fn an_archive_is_read_whatever_the_length_of_its_name() {
    let folder = Folder::new();
    for length in 1..=80 {
        let name = "n".repeat(length);
        let checkpoint = Checkpoint::open(&folder.file(&saved(&name))).unwrap();
        assert_eq!(
            checkpoint.values("block.1.weight").unwrap(),
            [1.5, -2.0],
            "{length}"
        );
    }
}

#[test]
fn an_archive_cannot_fill_the_memory() {
    refused(
        &archive("a", &[("data.pkl", &[b'N'; 9 << 20])]),
        "describes its tensors in 9437184 bytes",
    );
    refused(
        &archive("a", &[("data.pkl", b"\x80\x02N.")]),
        "is no sound PyTorch checkpoint",
    );
}

#[test]
fn half_and_brain_floats_are_read_and_other_types_refused() {
    let folder = Folder::new();
    let path = folder.file(&stored(&[
        ("double", Dtype::F64, &[1], 0.1_f64.to_le_bytes().to_vec()),
        ("half", Dtype::F16, &[2], vec![0x00, 0x3c, 0x00, 0xc1]),
        ("brain", Dtype::BF16, &[2], vec![0x80, 0x3f, 0x20, 0xc0]),
        ("whole", Dtype::I64, &[1], vec![0; 8]),
        ("broken", Dtype::F32, &[1], floats(&[f32::NAN])),
    ]));
    let checkpoint = Checkpoint::open(&path).unwrap();
    assert_eq!(checkpoint.values("double").unwrap(), [0.1]);
    assert_eq!(checkpoint.values("half").unwrap(), [1.0, -2.5]);
    assert_eq!(checkpoint.values("brain").unwrap(), [1.0, -2.5]);
    for (name, part) in [
        ("whole", "whole in "),
        ("whole", "is of type I64"),
        ("broken", "infinite or not a number"),
        ("none", "is not there"),
    ] {
        let error = checkpoint.values(name).unwrap_err();
        assert!(error.contains(part), "{error}");
    }
}

fn digits() -> Experiment {
    preset("digits-mlp").unwrap().experiment().unwrap()
}

fn keep(path: PathBuf) -> Weights {
    Weights {
        path,
        head: HeadSource::Keep,
    }
}

#[test]
fn other_names_and_shapes_are_told() {
    let folder = Folder::new();
    let experiment = digits();
    let ugly = "\x1b[31mweight".to_owned() + &"x".repeat(5000);
    let bytes = stored(&[(&ugly, Dtype::F32, &[1], floats(&[1.0]))]);
    let error = check(&experiment, &keep(folder.file(&bytes))).unwrap_err();
    is_a_sentence(&error);
    for part in [
        "does not have the names of this network",
        "block.1.weight (Layerwise)",
        "·[31mweight",
    ] {
        assert!(error.contains(part), "{error}");
    }

    let bytes = stored(&[
        ("block.1.weight", Dtype::F32, &[1, 2], floats(&[1.0, 2.0])),
        ("block.1.bias", Dtype::I64, &[64], vec![0; 512]),
        ("block.99.weight", Dtype::F32, &[1], floats(&[1.0])),
    ]);
    let weights = keep(folder.file(&bytes));
    let report = check(&experiment, &weights).unwrap();
    assert_eq!(report.unexpected, ["block.99.weight"]);
    assert!(report.missing.contains(&"block.3.weight".to_owned()));
    let problem = report.problem().unwrap();
    is_a_sentence(&problem);
    for part in [
        "block.1.weight is 1×2 in the file and 64×64 in the network",
        "block.1.bias is 64 of type I64 in the file",
        "choose a checkpoint of this network",
    ] {
        assert!(problem.contains(part), "{problem}");
    }
    let modules = LocalModule::all(&experiment, &Device::flex()).unwrap();
    assert_eq!(import(&experiment, &weights, modules).unwrap_err(), problem);
}

#[test]
fn names_do_not_depend_on_the_cuts() {
    for (name, expected) in [
        (
            "resnet18",
            [
                "conv1.weight",
                "layer2.0.downsample.1.running_var",
                "fc.bias",
            ],
        ),
        (
            "resnet110",
            ["bn1.bias", "layer3.17.bn2.running_mean", "fc.weight"],
        ),
        (
            "vit-32",
            ["cls_token", "blocks.0.attn.qkv.weight", "norm.bias"],
        ),
        (
            "swin-32",
            [
                "features.0.2.weight",
                "features.2.reduction.weight",
                "features.1.0.attn.relative_position_bias_table",
            ],
        ),
        (
            "digits-mlp",
            ["block.1.weight", "block.15.bias", "head.weight"],
        ),
    ] {
        let names = |count: usize| {
            let folder = Folder::new();
            let mut experiment = preset(name).unwrap().experiment().unwrap();
            experiment.modules.clear();
            experiment.head.kind = layerwise_experiment::HeadKind::Linear;
            experiment.split_into(count, layerwise_experiment::Balance::Blocks);
            let modules = LocalModule::all(&experiment, &Device::flex()).unwrap();
            let path = folder.0.path().join("weights.bin");
            export(&experiment, &modules, None, &path).unwrap();
            let names = Checkpoint::open(&path).unwrap();
            let names = names
                .tensors()
                .keys()
                .filter(|name| !name.contains(".head."));
            names.cloned().collect::<Vec<_>>()
        };
        let whole = names(1);
        assert_eq!(names(3), whole, "{name}");
        for one in expected {
            assert!(whole.contains(&one.to_owned()), "{name}: {one}");
        }
    }
}

#[test]
fn a_family_has_the_names_of_torchvision_and_timm() {
    for (name, ours, theirs) in [
        (
            "vit-32",
            "block.2.attention.qkv.weight",
            [
                "blocks.0.attn.qkv.weight",
                "encoder.layers.encoder_layer_0.self_attention.in_proj_weight",
            ],
        ),
        ("vit-32", "head.bias", ["head.bias", "heads.head.bias"]),
        (
            "swin-32",
            "block.3.mlp.second.bias",
            ["features.1.1.mlp.3.bias", "layers.0.blocks.1.mlp.fc2.bias"],
        ),
        (
            "swin-32",
            "block.4.reduction.weight",
            [
                "features.2.reduction.weight",
                "layers.1.downsample.reduction.weight",
            ],
        ),
    ] {
        let experiment = preset(name).unwrap().experiment().unwrap();
        let all = names::namings(&experiment.blocks);
        let names: Vec<String> = all.iter().filter_map(|names| names.of(ours)).collect();
        assert_eq!(names, [theirs[0], theirs[1], ours], "{name}");
    }
}

/// A small ConvNeXt; its names are torchvision's and timm's.
fn conv_next() -> Experiment {
    let text = r#"
version = 1
device = "cpu"
head.kind = "linear"
[data]
kind = "shapes"
size = 16
[[block]]
kind = "conv2d"
out = 4
kernel = 4
stride = 4
[[block]]
kind = "layer-norm"
over = "channels"
[[block]]
kind = "conv-next"
kernel = 3
[[block]]
kind = "layer-norm"
over = "channels"
[[block]]
kind = "conv2d"
out = 6
kernel = 2
stride = 2
[[block]]
kind = "conv-next"
kernel = 3
[[block]]
kind = "global-avg-pool"
[[block]]
kind = "layer-norm"
[[block]]
kind = "dropout"
"#;
    Experiment::from_toml(text, "conv-next", &[]).unwrap()
}

/// Names and shapes of a network in files with the names of `naming`.
fn shapes(experiment: &Experiment, naming: Naming) -> Vec<(String, Vec<usize>)> {
    let modules = LocalModule::all(experiment, &Device::flex()).unwrap();
    let all = names::namings(&experiment.blocks);
    let names = all.iter().find(|names| names.naming == naming).unwrap();
    slot::slots(experiment, &modules)
        .iter()
        .filter_map(|slot| {
            let shape = names.layout(slot.layout).shape(&slot.shape);
            Some((names.of(&slot.name)?, shape))
        })
        .collect()
}

/// Checks a file with tensors of these names and shapes.
fn check_shapes(
    experiment: &Experiment,
    shapes: &[(String, Vec<usize>)],
) -> Result<Report, String> {
    let folder = Folder::new();
    let tensors: Vec<(&str, Dtype, &[usize], Vec<u8>)> = shapes
        .iter()
        .map(|(name, shape)| {
            let bytes = vec![0; 4 * shape.iter().product::<usize>()];
            (name.as_str(), Dtype::F32, shape.as_slice(), bytes)
        })
        .collect();
    check(experiment, &keep(folder.file(&stored(&tensors))))
}

#[test]
fn conv_next_has_the_names_of_torchvision_and_timm() {
    let experiment = conv_next();
    let all = names::namings(&experiment.blocks);
    for (ours, theirs) in [
        ("block.0.weight", ["features.0.0.weight", "stem.0.weight"]),
        ("block.1.bias", ["features.0.1.bias", "stem.1.bias"]),
        (
            "block.2.mlp.second.weight",
            [
                "features.1.0.block.5.weight",
                "stages.0.blocks.0.mlp.fc2.weight",
            ],
        ),
        (
            "block.3.weight",
            ["features.2.0.weight", "stages.1.downsample.0.weight"],
        ),
        (
            "block.4.weight",
            ["features.2.1.weight", "stages.1.downsample.1.weight"],
        ),
        (
            "block.5.scale",
            ["features.3.0.layer_scale", "stages.1.blocks.0.gamma"],
        ),
        (
            "block.7.weight",
            ["classifier.0.weight", "head.norm.weight"],
        ),
        ("head.bias", ["classifier.2.bias", "head.fc.bias"]),
    ] {
        let names: Vec<String> = all.iter().filter_map(|names| names.of(ours)).collect();
        assert_eq!(names, [theirs[0], theirs[1], ours]);
    }
    // Another order is another network.
    for (at, without) in [(1, true), (2, true), (6, true), (4, false)] {
        let mut blocks = experiment.blocks.clone();
        if without {
            blocks.remove(at);
        } else {
            blocks.insert(at, Block::Relu(kind::Relu {}));
        }
        assert_eq!(names::namings(&blocks).len(), 1, "{at}");
    }
}

#[test]
fn a_file_of_another_network_is_refused_before_anything_is_matched_by_chance() {
    let experiment = conv_next();
    for naming in [Naming::Torchvision, Naming::Timm] {
        let whole = shapes(&experiment, naming);
        let report = check_shapes(&experiment, &whole).unwrap();
        assert_eq!(report.naming, naming);
        assert!(report.is_complete() && report.unexpected.is_empty());
    }
    let whole = shapes(&experiment, Naming::Timm);
    let with = |name: &str, shape: &[usize]| {
        let mut other = whole.clone();
        other.retain(|(known, _)| known != name);
        if !shape.is_empty() {
            other.push((name.to_owned(), shape.to_vec()));
        }
        check_shapes(&experiment, &other)
    };
    // ConvNeXt V2 normalises inside the block, and has no layer scale.
    let error = with("stages.0.blocks.0.mlp.grn.weight", &[16]).unwrap_err();
    is_a_sentence(&error);
    let part = "it has stages.0.blocks.0.mlp.grn.weight, for which the network has no place";
    assert!(error.contains(part), "{error}");
    let error = with("stages.1.blocks.0.gamma", &[]).unwrap_err();
    is_a_sentence(&error);
    assert!(error.contains("but not stages.1.blocks.0.gamma"), "{error}");
    // Without a bias it computes as with 0.
    let report = with("stages.1.blocks.0.conv_dw.bias", &[]).unwrap();
    assert_eq!(report.missing, ["stages.1.blocks.0.conv_dw.bias"]);
    assert!(report.other_shape.is_empty());
    // A linear layer may be a convolution.
    let report = with("stages.0.blocks.0.mlp.fc1.weight", &[16, 4, 1, 1]).unwrap();
    assert!(report.is_complete());
    let report = with("stages.0.blocks.0.mlp.fc1.weight", &[16, 4, 1, 3]).unwrap();
    let problem = report.problem().unwrap();
    assert!(
        problem.contains("16×4×1×3 in the file and 16×4 in the network"),
        "{problem}"
    );

    // A layer norm at the end alone, which is the end of other names too.
    let vit = preset("vit-32").unwrap().experiment().unwrap();
    let norm = ["weight", "bias"].map(|part| (format!("stages.0.norm.{part}"), vec![192]));
    let error = check_shapes(&vit, &norm).unwrap_err();
    is_a_sentence(&error);
    assert!(
        error.contains("does not have the names of this network"),
        "{error}"
    );
    // ConvNeXt begins as Swin does.
    let swin = preset("swin-32").unwrap().experiment().unwrap();
    let mut other = shapes(&swin, Naming::Torchvision);
    other.truncate(2);
    other.push(("features.1.0.block.0.bias".to_owned(), vec![96]));
    let error = check_shapes(&swin, &other).unwrap_err();
    is_a_sentence(&error);
    assert!(
        error.contains("it has features.1.0.block.0.bias, for which the network has no place"),
        "{error}"
    );
}

#[test]
fn scripts_know_the_names_inside_blocks() {
    let text = script(&conv_next()).unwrap();
    for part in [
        "(\"features.1.0\", ConvNext(4, 3, 16, 1e-6, (4, 1, 1,))),",
        "(\".block.0\", \".depthwise\"),",
        "(\".block.5\", \".mlp.fc2\"),",
        "(\".layer_scale\", \".scale\"),",
        "(\"classifier.0\", nn.LayerNorm(6, 1e-5)),",
        "(\"classifier.2\", nn.Linear(6, 10, bias=True)),",
        ".get(\"normalization\")",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let mixer = r#"
version = 1
head.kind = "linear"
[data]
kind = "shapes"
size = 16
[[block]]
kind = "patch-embedding"
out = 8
patch = 4
[[block]]
kind = "mlp-mixer"
tokens_hidden = 5
channels_hidden = 6
[[block]]
kind = "layer-norm"
over = "channels"
"#;
    let mixer = Experiment::from_toml(mixer, "mixer", &[]).unwrap();
    let text = script(&mixer).unwrap();
    for part in [
        "(\"stem.proj\", nn.Conv2d(3, 8, 4, 4)),",
        "(\"blocks.0\", Mixer(8, 16, 5, 6, 1e-6)),",
        "(\".mlp_tokens.fc1\", \".tokens.fc1\"),",
        "(\".mlp_channels.fc2\", \".channels.fc2\"),",
        "(\"norm\", ChannelNorm(8, 1e-5)),",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    let mut swin = preset("swin-32").unwrap().experiment().unwrap();
    swin.blocks.truncate(4);
    swin.split = Split::default();
    swin.data.kind = DataKind::Files;
    swin.data.found = Some(Found {
        shape: Some(Shape::Image([3, 8, 32])),
        train: 10,
        test: 10,
        classes: vec!["a".to_owned(), "b".to_owned()],
    });
    let text = script(&swin).unwrap();
    assert!(text.contains("192, 1e-5, 4, (0, 2))),"), "{text}");
}

#[test]
fn scripts_have_a_layer_for_every_block() {
    let mut experiment = preset("shapes-cnn").unwrap().experiment().unwrap();
    experiment.name = "a \"name\"\\\nof two lines".to_owned();
    let text = script(&experiment).unwrap();
    assert!(text.starts_with("\"\"\"a 'name'' in PyTorch"), "{text}");
    for part in [
        "nn.Conv2d(3, ",
        "Normalized(",
        "linspace(-1, 1, 3072)",
        "torch.nn",
    ] {
        assert!(text.contains(part), "{part}");
    }
    experiment.blocks.push(Block::Conv2d(kind::Conv2d {
        out: 1,
        kernel: 64,
        stride: 1,
        padding: 0,
        dilation: 1,
        groups: 1,
        bias: true,
        init: layerwise_experiment::Init::default(),
    }));
    assert!(script(&experiment).is_err());
}
