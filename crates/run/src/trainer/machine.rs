//! What a run computes on.

use burn::tensor::Device;
use layerwise_experiment::Experiment;
use layerwise_learn::metric::{PeakMemory, available_memory};

use crate::{device, gpu::Complaint, trouble::Trouble};

/// The device of a run, and the memory that it takes.
pub(super) struct Machine {
    pub name: String,
    pub memory: PeakMemory,
    complaint: Complaint,
}

impl Machine {
    /// Opens the device of an experiment.
    ///
    /// # Errors
    /// Where there is no such device, the driver does not give it, or it has too little memory.
    pub fn open(experiment: &Experiment) -> Result<(Self, Device), String> {
        let memory = PeakMemory::start();
        let opened = device::open(experiment.device)?;
        // A GPU does not tell how much of its own memory is free.
        if opened.in_main_memory {
            check_memory(experiment)?;
        }
        let machine = Self {
            name: opened.name,
            memory,
            complaint: opened.complaint,
        };
        Ok((machine, opened.device))
    }

    /// What the device complained of since the last call, as it said it.
    pub fn complaint(&self) -> Option<String> {
        self.complaint.take()
    }

    /// The same as trouble.
    pub fn trouble(&self) -> Option<Trouble> {
        Trouble::of(&self.complaint()?, &self.name)
    }
}

/// Refuses what would only be killed by the system later.
fn check_memory(experiment: &Experiment) -> Result<(), String> {
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    match (experiment.least_memory_bytes(), available_memory()) {
        (Some(needed), Some(there)) if needed > there => Err(format!(
            "This run needs at least {:.1} GiB of memory, and {:.1} GiB are free: choose a smaller batch, fewer samples or narrower blocks",
            gib(needed),
            gib(there)
        )),
        _ => Ok(()),
    }
}
