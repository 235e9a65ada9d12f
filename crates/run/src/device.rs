//! The devices that this machine offers, and how one is chosen.

use burn::tensor::{Device, DeviceKind};
use layerwise_experiment::DeviceChoice;

use super::gpu;

/// What an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AdapterKind {
    /// With memory of its own.
    Discrete,
    /// With the memory of the processor.
    Integrated,
    /// Of a virtual machine.
    Virtual,
    /// Drawn by the CPU: offered, never chosen by itself.
    Software,
}

impl AdapterKind {
    /// Words on the screen.
    pub fn title(self) -> &'static str {
        match self {
            Self::Discrete => "discrete GPU",
            Self::Integrated => "integrated GPU",
            Self::Virtual => "virtual GPU",
            Self::Software => "software",
        }
    }
}

/// A graphics adapter that can train.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// N of `gpu:N`.
    pub index: usize,
    /// As its driver calls it.
    pub name: String,
    /// What it is.
    pub kind: AdapterKind,
    /// Graphics interface, such as Vulkan.
    pub api: String,
    /// Which of its kind it is, from 0.
    nth: usize,
}

/// The graphics interfaces that Burn tries on this system, best first.
const APIS: &[wgpu::Backend] = if cfg!(target_os = "macos") {
    &[wgpu::Backend::Metal]
} else if cfg!(target_os = "windows") {
    &[wgpu::Backend::Vulkan, wgpu::Backend::Dx12]
} else {
    &[wgpu::Backend::Vulkan]
};

/// Every adapter of this machine, discrete ones first. Takes up to a second or so: not for the
/// window's thread.
pub fn adapters() -> Vec<Adapter> {
    let mut software_only = Vec::new();
    for api in APIS {
        let found = adapters_of(*api);
        // As Burn does: an interface with a real GPU, else the first with any adapter.
        if found
            .iter()
            .any(|adapter| adapter.kind != AdapterKind::Software)
        {
            return found;
        }
        if software_only.is_empty() {
            software_only = found;
        }
    }
    software_only
}

fn adapters_of(api: wgpu::Backend) -> Vec<Adapter> {
    let instance = wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: api.into(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    });
    let listed = burn::tensor::read_sync(instance.enumerate_adapters(api.into()));
    let mut adapters: Vec<Adapter> = Vec::new();
    for info in listed.iter().map(wgpu::Adapter::get_info) {
        let kind = match info.device_type {
            wgpu::DeviceType::DiscreteGpu => AdapterKind::Discrete,
            wgpu::DeviceType::IntegratedGpu => AdapterKind::Integrated,
            wgpu::DeviceType::VirtualGpu => AdapterKind::Virtual,
            wgpu::DeviceType::Cpu => AdapterKind::Software,
            wgpu::DeviceType::Other => continue,
        };
        let nth = adapters.iter().filter(|other| other.kind == kind).count();
        adapters.push(Adapter {
            index: 0,
            name: info.name,
            kind,
            api: format!("{:?}", info.backend),
            nth,
        });
    }
    adapters.sort_by_key(|adapter| (adapter.kind, adapter.nth));
    for (index, adapter) in adapters.iter_mut().enumerate() {
        adapter.index = index;
    }
    adapters
}

/// The adapter that a choice leads to among these; none is the CPU.
///
/// # Errors
/// Where there is no such adapter; the sentence says which there are.
pub fn choose(choice: DeviceChoice, adapters: &[Adapter]) -> Result<Option<&Adapter>, String> {
    let gpu = |kinds: &[AdapterKind]| {
        adapters
            .iter()
            .find(|adapter| kinds.contains(&adapter.kind))
    };
    match choice {
        DeviceChoice::Cpu => Ok(None),
        DeviceChoice::Auto => Ok(gpu(&[AdapterKind::Discrete, AdapterKind::Integrated])),
        DeviceChoice::Gpu => gpu(&[
            AdapterKind::Discrete,
            AdapterKind::Integrated,
            AdapterKind::Virtual,
        ])
        .map(Some)
        .ok_or_else(|| match adapters.first() {
            Some(software) => format!(
                "No GPU was found, only the software adapter {}: choose cpu, or gpu:{} to use it",
                software.name, software.index
            ),
            None => "No GPU was found: choose cpu, or install a Vulkan driver".to_owned(),
        }),
        DeviceChoice::Adapter(index) => adapters.get(index).map(Some).ok_or_else(|| {
            format!(
                "There is no adapter gpu:{index}: this machine has {} (see `layerwise devices`)",
                adapters.len()
            )
        }),
    }
}

/// A device that was opened.
pub(super) struct Opened {
    pub device: Device,
    pub name: String,
    /// Whether its tensors lie in the memory of this machine.
    pub in_main_memory: bool,
    /// What it complains of; the CPU never does.
    pub complaint: gpu::Complaint,
}

/// Opens the device of a choice.
///
/// # Errors
/// As [`choose`], and where the driver does not give the GPU.
pub(super) fn open(choice: DeviceChoice) -> Result<Opened, String> {
    let cpu = || Opened {
        device: Device::flex(),
        name: cpu_name(),
        in_main_memory: true,
        complaint: gpu::Complaint::default(),
    };
    if choice == DeviceChoice::Cpu {
        return Ok(cpu());
    }
    let adapters = adapters();
    Ok(match choose(choice, &adapters)? {
        None => cpu(),
        Some(adapter) => {
            let kind = match adapter.kind {
                AdapterKind::Discrete => DeviceKind::DiscreteGpu(adapter.nth),
                AdapterKind::Integrated => DeviceKind::IntegratedGpu(adapter.nth),
                AdapterKind::Virtual => DeviceKind::VirtualGpu(adapter.nth),
                AdapterKind::Software => DeviceKind::Cpu,
            };
            let (device, complaint) = gpu::open(kind)?;
            Opened {
                device,
                name: format!(
                    "{} ({}, {})",
                    adapter.name,
                    adapter.kind.title(),
                    adapter.api
                ),
                in_main_memory: adapter.kind == AdapterKind::Software,
                complaint,
            }
        }
    })
}

fn cpu_name() -> String {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    format!("CPU ({threads} threads)")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn adapter(index: usize, kind: AdapterKind) -> Adapter {
        Adapter {
            index,
            name: format!("adapter {index}"),
            kind,
            api: "Vulkan".to_owned(),
            nth: 0,
        }
    }

    #[test]
    fn a_software_adapter_is_never_chosen_by_itself() {
        let software = [adapter(0, AdapterKind::Software)];
        assert_eq!(choose(DeviceChoice::Auto, &software), Ok(None));
        assert!(choose(DeviceChoice::Gpu, &software).is_err());
        assert_eq!(
            choose(DeviceChoice::Adapter(0), &software),
            Ok(software.first())
        );
        assert!(choose(DeviceChoice::Adapter(1), &software).is_err());
    }

    #[test]
    fn auto_takes_the_first_real_gpu() {
        let both = [
            adapter(0, AdapterKind::Integrated),
            adapter(1, AdapterKind::Software),
        ];
        assert_eq!(choose(DeviceChoice::Auto, &both), Ok(both.first()));
        assert_eq!(choose(DeviceChoice::Cpu, &both), Ok(None));
    }
}
