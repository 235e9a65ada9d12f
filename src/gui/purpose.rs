//! What paths are asked for.

/// What a path is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Open,
    Save,
    /// The folder for records of runs.
    Records,
    /// The folder of a recorded run.
    Run,
    /// The same, to be drawn beside others.
    Compare,
    /// A checkpoint to start from.
    Weights,
    /// A file with data.
    DataFile,
    /// A folder with data.
    DataFolder,
    ExportWeights,
    ExportScript,
}

/// What lies at the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Folder,
    /// A file that is read.
    Read,
    /// A file that is written.
    Written,
}

/// How a path is asked for.
pub struct About {
    pub title: &'static str,
    /// On the button that confirms.
    pub verb: &'static str,
    pub place: Place,
    /// What the files are.
    pub files: &'static str,
    /// Their endings, as the file dialog of the system filters them; none for any file.
    pub endings: &'static [&'static str],
    /// The ending of a path that has none, and of the example.
    pub ending: &'static str,
}

impl Purpose {
    /// How a path is asked for.
    pub fn about(self) -> About {
        let folder = |title, verb| About {
            title,
            verb,
            place: Place::Folder,
            files: "",
            endings: &[],
            ending: "",
        };
        match self {
            Self::Open => About {
                title: "Open an experiment",
                verb: "Open",
                place: Place::Read,
                files: "Layerwise experiment",
                endings: &["toml"],
                ending: "toml",
            },
            Self::Save => About {
                title: "Save the experiment as",
                verb: "Save",
                place: Place::Written,
                files: "Layerwise experiment",
                endings: &["toml"],
                ending: "toml",
            },
            Self::Records => folder("Folder for records of runs", "Use this folder"),
            Self::Run => folder("Open the record of a run", "Open"),
            Self::Compare => folder("Compare with the record of a run", "Compare"),
            Self::Weights => About {
                title: "Start from a checkpoint",
                verb: "Use this file",
                place: Place::Read,
                files: "Checkpoint",
                endings: &["safetensors", "pt", "pth", "bin"],
                ending: "safetensors",
            },
            Self::DataFile => About {
                title: "Data from a file",
                verb: "Use this file",
                place: Place::Read,
                files: "Data",
                endings: &[],
                ending: "csv",
            },
            Self::DataFolder => folder("Data from a folder", "Use this folder"),
            Self::ExportWeights => About {
                title: "Export the weights as",
                verb: "Export",
                place: Place::Written,
                files: "safetensors",
                endings: &["safetensors"],
                ending: "safetensors",
            },
            Self::ExportScript => About {
                title: "Export a PyTorch script as",
                verb: "Export",
                place: Place::Written,
                files: "Python",
                endings: &["py"],
                ending: "py",
            },
        }
    }
}
