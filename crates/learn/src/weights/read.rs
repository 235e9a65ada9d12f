//! Checkpoints on disk: safetensors files and PyTorch's, told apart by their content. Names and
//! shapes are read at once, values when they are asked for. Nothing in a file is ever executed.

use std::{
    collections::{BTreeMap, HashMap},
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use burn::tensor::{bf16, f16};
use pytorch_reader::PytorchReader;
use safetensors::{Dtype, tensor::Metadata};

use super::words::{self, gib};

/// Largest file that is read: the largest network in f64, with the state of an optimiser.
const MAX_FILE_BYTES: u64 = 16 << 30;
/// Largest file of a kind that must be in memory as a whole.
const MAX_WHOLE_BYTES: u64 = 2 << 30;
/// Longest description of the tensors in a PyTorch checkpoint: some 50,000 of them. Read, it takes
/// up to a hundred times as much memory.
const MAX_PICKLE_BYTES: u64 = 8 << 20;
/// Largest header of a safetensors file, as the format has it.
const MAX_HEADER_BYTES: u64 = 100_000_000;
/// So much of a file tells what it is.
const START_BYTES: u64 = 512;
/// An archive ends with a record of so many bytes and a comment of at most 65,535.
const MAX_END_BYTES: u64 = 22 + 65_535;

/// How a checkpoint is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// A header in JSON, then the values.
    Safetensors,
    /// What `torch.save` writes.
    Pytorch,
}

impl Format {
    /// Name on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Pytorch => "PyTorch",
        }
    }
}

/// Type of a tensor's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// 64 bits.
    F64,
    /// 32 bits.
    F32,
    /// 16 bits.
    F16,
    /// 16 bits with the range of 32 (bfloat16).
    Bf16,
    /// One that weights do not have, by its name.
    Other(String),
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::F64 => "F64",
            Self::F32 => "F32",
            Self::F16 => "F16",
            Self::Bf16 => "BF16",
            Self::Other(name) => name,
        })
    }
}

enum Place {
    /// Bytes of the file.
    Bytes {
        start: u64,
        len: usize,
    },
    Pytorch(pytorch_reader::Tensor),
}

/// A tensor of a checkpoint.
pub struct Stored {
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Type of its values.
    pub kind: Kind,
    place: Place,
}

/// A checkpoint whose names and shapes are known.
pub struct Checkpoint {
    path: PathBuf,
    format: Format,
    bytes: u64,
    tensors: BTreeMap<String, Stored>,
    metadata: HashMap<String, String>,
}

impl Checkpoint {
    /// Reads names and shapes.
    ///
    /// # Errors
    /// Where the file cannot be read, is too large, is truncated or is no checkpoint.
    pub fn open(path: &Path) -> Result<Self, String> {
        let shown = path.display();
        let wrong = |error: std::io::Error| format!("{shown} cannot be read: {error}");
        let about = std::fs::metadata(path).map_err(wrong)?;
        if !about.is_file() {
            return Err(format!(
                "{shown} is not a file: choose a safetensors file or a PyTorch checkpoint"
            ));
        }
        let bytes = about.len();
        if bytes > MAX_FILE_BYTES {
            return Err(format!(
                "{shown} has {} GiB, more than the {} GiB that are read: choose a checkpoint of the weights alone",
                gib(bytes),
                gib(MAX_FILE_BYTES)
            ));
        }
        let mut start = Vec::new();
        let mut file = File::open(path).map_err(wrong)?;
        file.by_ref()
            .take(START_BYTES)
            .read_to_end(&mut start)
            .map_err(wrong)?;
        let (tensors, metadata, format) = match recognize(&start) {
            Ok(Format::Safetensors) => {
                let (tensors, metadata) =
                    safetensors(file, bytes).map_err(|why| format!("{shown} {why}"))?;
                (tensors, metadata, Format::Safetensors)
            }
            Ok(Format::Pytorch) => {
                let tensors =
                    pytorch(path, &start, bytes).map_err(|why| format!("{shown} {why}"))?;
                (tensors, HashMap::new(), Format::Pytorch)
            }
            Err(what) => {
                return Err(format!(
                    "{shown} {what}: choose a safetensors file or a PyTorch checkpoint (.pt, .pth)"
                ));
            }
        };
        if tensors.is_empty() {
            return Err(format!("{shown} holds no tensor: choose another file"));
        }
        Ok(Self {
            path: path.to_owned(),
            format,
            bytes,
            tensors,
            metadata,
        })
    }

    /// Its file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How it is stored.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Size of the file.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Every tensor by its name.
    pub fn tensors(&self) -> &BTreeMap<String, Stored> {
        &self.tensors
    }

    /// What a safetensors file says of itself.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.metadata.get(key).map(String::as_str)
    }

    /// Values of a tensor, row by row.
    ///
    /// # Errors
    /// Where there is no such tensor, its values are no floating-point numbers or not all
    /// finite, or the file cannot be read any more.
    pub fn values(&self, name: &str) -> Result<Vec<f64>, String> {
        let wrong = |why: String| format!("{} in {} {why}", words::name(name), self.path.display());
        let stored = self
            .tensors
            .get(name)
            .ok_or_else(|| wrong("is not there".to_owned()))?;
        let unreadable = |error: std::io::Error| wrong(format!("cannot be read: {error}"));
        let bytes = match &stored.place {
            Place::Bytes { start, len } => {
                let mut file = File::open(&self.path).map_err(unreadable)?;
                file.seek(SeekFrom::Start(*start)).map_err(unreadable)?;
                let mut bytes = vec![0; *len];
                file.read_exact(&mut bytes).map_err(unreadable)?;
                bytes
            }
            Place::Pytorch(tensor) => tensor.read().map_err(unreadable)?,
        };
        let values: Vec<f64> = match &stored.kind {
            Kind::F64 => each(&bytes, f64::from_le_bytes),
            Kind::F32 => each(&bytes, |value| f64::from(f32::from_le_bytes(value))),
            Kind::F16 => each(&bytes, |value| f16::from_le_bytes(value).to_f64()),
            Kind::Bf16 => each(&bytes, |value| bf16::from_le_bytes(value).to_f64()),
            Kind::Other(kind) => {
                return Err(wrong(format!(
                    "is of type {kind}: weights must be F64, F32, F16 or BF16"
                )));
            }
        };
        if name.ends_with("running_var") && values.iter().any(|value| *value < 0.0) {
            return Err(wrong(
                "has variances below 0: choose a sound checkpoint".to_owned(),
            ));
        }
        // A run computes in single precision.
        if values.iter().all(|value| (*value as f32).is_finite()) {
            Ok(values)
        } else {
            Err(wrong(
                "has values that are infinite or not a number: choose a sound checkpoint"
                    .to_owned(),
            ))
        }
    }
}

fn each<const N: usize>(bytes: &[u8], value: impl Fn([u8; N]) -> f64) -> Vec<f64> {
    let (chunks, _) = bytes.as_chunks::<N>();
    chunks.iter().map(|chunk| value(*chunk)).collect()
}

/// What a file is by its first bytes, or in words what it is instead.
fn recognize(start: &[u8]) -> Result<Format, &'static str> {
    /// Before the header of a safetensors file stands its length.
    const BRACE: usize = 8;
    const TAR: usize = 257;
    let text = start.trim_ascii_start();
    let legacy_magic = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];
    match start {
        [] => Err("is empty"),
        _ if start.starts_with(b"PK") => Ok(Format::Pytorch),
        _ if start.get(BRACE) == Some(&b'{') => Ok(Format::Safetensors),
        _ if start.get(TAR..TAR + 5) == Some(b"ustar".as_slice()) => Ok(Format::Pytorch),
        _ if start.windows(10).any(|bytes| bytes == legacy_magic) => Ok(Format::Pytorch),
        // A pickle without the mark of torch.save cannot hold tensors.
        [0x80, ..] => Err("is a pickle that torch.save did not write"),
        _ if text.starts_with(b"version https://git-lfs") => {
            Err("is a Git LFS pointer, not the file that it stands for")
        }
        _ if text.starts_with(b"<") => Err("is a web page, not what it links to"),
        _ if start.starts_with(b"\x89HDF") => Err("is an HDF5 file"),
        _ if start.starts_with(b"GGUF") => Err("is a GGUF file"),
        _ => Err("is neither a safetensors file nor a PyTorch checkpoint"),
    }
}

type Tensors = BTreeMap<String, Stored>;

/// Names and places of a safetensors file, or what is wrong with it, said after its name.
fn safetensors(mut file: File, bytes: u64) -> Result<(Tensors, HashMap<String, String>), String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    file.rewind().map_err(unreadable)?;
    let mut length = [0; 8];
    file.read_exact(&mut length).map_err(unreadable)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEADER_BYTES {
        return Err(format!(
            "is no sound safetensors file: its header would have {length} bytes, more than {MAX_HEADER_BYTES}"
        ));
    }
    let data = 8 + length;
    if data > bytes {
        return Err(format!(
            "is truncated: its header ends at byte {data}, the file at byte {bytes}. Download or copy it again"
        ));
    }
    let mut header = vec![0; length as usize];
    file.read_exact(&mut header).map_err(unreadable)?;
    let header: Metadata = serde_json::from_slice(&header).map_err(|error| {
        format!(
            "is no sound safetensors file: {}",
            words::cut(&error.to_string())
        )
    })?;
    let end = data + header.data_len() as u64;
    if end > bytes {
        return Err(format!(
            "is truncated: its tensors end at byte {end}, the file at byte {bytes}. Download or copy it again"
        ));
    }
    let tensors = header
        .tensors()
        .into_iter()
        .map(|(name, info)| {
            let (from, to) = info.data_offsets;
            let kind = match info.dtype {
                Dtype::F64 => Kind::F64,
                Dtype::F32 => Kind::F32,
                Dtype::F16 => Kind::F16,
                Dtype::BF16 => Kind::Bf16,
                other => Kind::Other(other.to_string()),
            };
            let stored = Stored {
                shape: info.shape.clone(),
                kind,
                place: Place::Bytes {
                    start: data + from as u64,
                    len: to - from,
                },
            };
            (name, stored)
        })
        .collect();
    Ok((tensors, header.metadata().clone().unwrap_or_default()))
}

/// Names and shapes of a PyTorch checkpoint, or what is wrong with it, said after its name.
fn pytorch(path: &Path, start: &[u8], bytes: u64) -> Result<Tensors, String> {
    if start.starts_with(b"PK") {
        check_archive(path, bytes)?;
    } else if bytes > MAX_WHOLE_BYTES {
        // Some of these come into memory as a whole.
        return Err(format!(
            "has {} GiB, more than the {} GiB that are read of an old PyTorch checkpoint: save it again with a PyTorch from 1.6 on",
            gib(bytes),
            gib(MAX_WHOLE_BYTES)
        ));
    }
    let reader = PytorchReader::new(path).map_err(|error| unsound(&error.to_string()))?;
    Ok(reader
        .into_tensors()
        .into_iter()
        .map(|(name, tensor)| {
            let kind = match tensor.dtype() {
                pytorch_reader::DType::F64 => Kind::F64,
                pytorch_reader::DType::F32 => Kind::F32,
                pytorch_reader::DType::F16 => Kind::F16,
                pytorch_reader::DType::BF16 => Kind::Bf16,
                other => Kind::Other(format!("{other:?}").to_uppercase()),
            };
            let stored = Stored {
                shape: tensor.shape().to_vec(),
                kind,
                place: Place::Pytorch(tensor),
            };
            (name, stored)
        })
        .collect())
}

/// Why a PyTorch checkpoint cannot be read, said after its name.
fn unsound(error: &str) -> String {
    if error.contains("__torch__") {
        return "is a TorchScript program: save the state_dict of its network by torch.save instead"
            .to_owned();
    }
    format!(
        "is no sound PyTorch checkpoint: {}: download it again, or save a state_dict by torch.save",
        words::cut(error).trim_end_matches('.')
    )
}

/// Refuses an archive without an end, which would be looked for through the whole file, and one
/// whose description of the tensors takes more room in memory than there may be, however small it is
/// compressed.
fn check_archive(path: &Path, bytes: u64) -> Result<(), String> {
    let unreadable = |error: std::io::Error| format!("cannot be read: {error}");
    let mut file = File::open(path).map_err(unreadable)?;
    let mut end = Vec::new();
    file.seek(SeekFrom::Start(bytes.saturating_sub(MAX_END_BYTES)))
        .map_err(unreadable)?;
    file.by_ref()
        .take(MAX_END_BYTES)
        .read_to_end(&mut end)
        .map_err(unreadable)?;
    if !end.windows(4).any(|bytes| bytes == b"PK\x05\x06") {
        return Err(unsound("the directory at its end is missing"));
    }
    let archive = |error: zip_8::result::ZipError| unsound(&error.to_string());
    let mut entries = zip_8::ZipArchive::new(file).map_err(archive)?;
    for at in 0..entries.len() {
        let entry = entries.by_index_raw(at).map_err(archive)?;
        if entry.name().ends_with("data.pkl") && entry.size() > MAX_PICKLE_BYTES {
            return Err(format!(
                "describes its tensors in {} bytes, more than the {MAX_PICKLE_BYTES} that are read: save a state_dict by torch.save",
                entry.size()
            ));
        }
    }
    Ok(())
}
