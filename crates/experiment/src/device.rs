//! Where an experiment trains.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// The device that a person asks for. In files and on the command line: `auto`, `cpu`, `gpu`,
/// `gpu:N`, with N as listed by `layerwise devices`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum DeviceChoice {
    /// A discrete GPU, else an integrated one, else the CPU.
    #[default]
    Auto,
    /// Burn's flex backend.
    Cpu,
    /// The first GPU adapter, discrete ones first.
    Gpu,
    /// The adapter with this number.
    Adapter(usize),
}

impl fmt::Display for DeviceChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::Cpu => f.write_str("cpu"),
            Self::Gpu => f.write_str("gpu"),
            Self::Adapter(index) => write!(f, "gpu:{index}"),
        }
    }
}

impl FromStr for DeviceChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "cpu" => Ok(Self::Cpu),
            "gpu" => Ok(Self::Gpu),
            _ => text
                .strip_prefix("gpu:")
                .filter(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
                .and_then(|index| index.parse().ok())
                .map(Self::Adapter)
                .ok_or_else(|| {
                    format!("device \"{text}\" is unknown: choose auto, cpu, gpu or gpu:N (see `layerwise devices`)")
                }),
        }
    }
}

impl TryFrom<String> for DeviceChoice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<DeviceChoice> for String {
    fn from(choice: DeviceChoice) -> Self {
        choice.to_string()
    }
}
