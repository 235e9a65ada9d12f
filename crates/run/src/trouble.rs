//! What a GPU reports when it cannot go on, in sentences for people.

use std::{any::Any, fmt};

/// What went wrong on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// It has no room left.
    Memory,
    /// A tensor is larger than it can hold in one piece.
    Size,
    /// It is there no more.
    Lost,
    Other,
}

/// Texts by which trouble is known, the more telling ones first: a GPU that was lost for want of
/// memory wants memory. They are those of wgpu 30 (`wgpu::Error::OutOfMemory`,
/// `wgpu_core::device::DeviceError`, `wgpu_core::resource::CreateBufferError::MaxBufferSize`,
/// `wgpu_core::binding_model::CreateBindGroupError::BufferRangeTooLarge`,
/// `wgpu_core::command::DispatchError::InvalidGroupSize`, `wgpu_hal::DeviceError`), of
/// cubecl-runtime 0.11 (`IoError`, `LaunchError`, `ServerError`), of cubecl-wgpu 0.11
/// (`WgpuStream::read_resources`) and of burn-std 0.22 (`ExecutionError`).
const MARKS: &[(&str, Kind)] = &[
    ("Out of Memory", Kind::Memory),
    ("Out of memory", Kind::Memory),
    ("Not enough memory left", Kind::Memory),
    ("out of device memory", Kind::Memory),
    ("An out-of-memory error happened", Kind::Memory),
    ("can't allocate buffer of size", Kind::Size),
    ("is greater than the maximum buffer size", Kind::Size),
    ("buffer_binding_size` limit", Kind::Size),
    ("Each current dispatch group size dimension", Kind::Size),
    ("Parent device is lost", Kind::Lost),
    ("Device is lost", Kind::Lost),
    ("The device is poisoned", Kind::Lost),
    ("The device was poisoned", Kind::Lost),
    // Nothing comes back from a device that was lost while it was asked.
    ("the staging buffer could not be mapped", Kind::Lost),
    ("the staging buffer's map never completed", Kind::Lost),
    ("wgpu error", Kind::Other),
    // Of Layerwise.
    ("the device could not be read", Kind::Other),
];

/// Letters of what the GPU says that a sentence quotes.
const QUOTED: usize = 200;

/// A device that gave way: what lies there is not to be looked at any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    pub kind: Kind,
    device: String,
    /// What the device reported, in short.
    said: String,
}

impl Trouble {
    /// What an error or a panic means where it comes from the device of that name, else nothing;
    /// nothing either while there is none and the name is empty.
    pub fn of(said: &str, device: &str) -> Option<Self> {
        let known = MARKS.iter().find(|(mark, _)| said.contains(mark));
        let (mark, kind) = known.filter(|_| !device.is_empty())?;
        Some(Self {
            kind: *kind,
            device: device.to_owned(),
            said: quoted(said, mark),
        })
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { device, said, .. } = self;
        match self.kind {
            Kind::Memory => write!(
                to,
                "{device} has no room for this step: choose a smaller batch, narrower blocks or more modules, or train on the CPU (device = \"cpu\")"
            ),
            Kind::Size => write!(
                to,
                "A tensor of this step is larger than {device} can hold in one piece: choose a smaller batch or narrower blocks, or train on the CPU (device = \"cpu\")"
            ),
            Kind::Lost => write!(
                to,
                "{device} was lost, as by a reset of its driver: go on with the run from its last checkpoint, or train on the CPU (device = \"cpu\")"
            ),
            Kind::Other => write!(
                to,
                "{device} cannot do this step: go on with the run from its last checkpoint, or train on the CPU (device = \"cpu\")"
            ),
        }?;
        write!(
            to,
            ". What the run recorded so far is kept. The device reported: {said}"
        )
    }
}

/// Why a run broke off, so that nothing of it but its record is to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Broken {
    Device(Trouble),
    /// Something else panicked, and said this.
    Panic(String),
}

impl Broken {
    /// Why a panic ended the run on the device of that name.
    pub fn of_panic(panic: &(dyn Any + Send), device: &str) -> Self {
        let said = panic_text(panic);
        Trouble::of(&said, device).map_or(Self::Panic(said), Self::Device)
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Device(trouble) => trouble.fmt(to),
            Self::Panic(said) => write!(
                to,
                "The trainer broke off: {said}. What the run recorded so far is kept"
            ),
        }
    }
}

/// What is said from the line of the mark on, without backtraces, in one line and not too long.
fn quoted(said: &str, mark: &str) -> String {
    let mut words = said
        .lines()
        .skip_while(|line| !line.contains(mark))
        .take_while(|line| !line.to_lowercase().contains("backtrace"))
        .flat_map(str::split_whitespace);
    let mut text = words.next().unwrap_or_default().to_owned();
    for word in words {
        if text.chars().count() + word.chars().count() >= QUOTED {
            text.push_str(" …");
            break;
        }
        text.push(' ');
        text.push_str(word);
    }
    text
}

/// What a panic says of its cause.
pub fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "unknown cause".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GPU: &str = "Radeon (discrete GPU, Vulkan)";

    fn of(said: &str) -> (Kind, String) {
        let trouble = Trouble::of(said, GPU).unwrap();
        (trouble.kind, trouble.to_string())
    }

    #[test]
    fn want_of_memory_is_told_with_its_remedies() {
        for said in [
            "wgpu error: Out of Memory",
            "An IO error happened\nCaused by:\n  out of device memory allocating 4096 bytes\nNo backtrace available",
            "A launch error happened\nCaused by:\n  An out-of-memory error happened during launch\nCaused by:\n  heap 0",
            "The device is poisoned\nCaused by:\n  Unknown: Out of memory\nBacktrace:\nNo backtrace available",
        ] {
            let (kind, told) = of(said);
            assert_eq!(kind, Kind::Memory);
            assert!(
                told.starts_with("Radeon (discrete GPU, Vulkan) has no room for this step"),
                "{told}"
            );
            assert!(told.contains("smaller batch") && !told.contains("acktrace"));
            assert!(!told.contains('\n'), "{told}");
        }
    }

    #[test]
    fn a_tensor_that_never_fits_is_told_apart() {
        let (kind, told) = of(
            "the device could not be read: An error happened during execution\nCaused by:\n  Several failures at once\nCaused by:\n  The bytes were never written (failure #68, still claiming 4 buffer(s))\n  skipped `KernelBinop`: it needed memory ManagedMemoryId { value: 156 }, which carried the failure\nCaused by:\n  An IO error happened\nCaused by:\n  can't allocate buffer of size: 268435456\nNo backtrace available\nAsked at:\nNo backtrace available",
        );
        assert_eq!(kind, Kind::Size);
        assert!(told.contains("larger than Radeon"), "{told}");
        assert!(
            told.ends_with("The device reported: can't allocate buffer of size: 268435456"),
            "{told}"
        );
        let said = "wgpu error: Validation Error\n\nCaused by:\n  In Device::create_bind_group\n    Buffer binding 1 range 1073741824 exceeds `max_*_buffer_binding_size` limit 134217728\n";
        let (kind, told) = of(said);
        assert_eq!(kind, Kind::Size);
        assert!(told.contains("larger than Radeon"), "{told}");
    }

    #[test]
    fn a_lost_device_is_told_with_what_it_said() {
        for said in [
            "the device could not be read: The device is poisoned\nCaused by:\n  The device is poisoned\nCaused by:\n  Unknown: Device is lost\nBacktrace:\nNo backtrace available",
            "Error in Device::poll: Validation Error\n\nCaused by:\n  Parent device is lost\n",
            "bytes: host access failed: Read(\"An error happened during execution\\nCaused by:\\n  the staging buffer could not be mapped: Error occurred when trying to async map a buffer\")",
        ] {
            let (kind, told) = of(said);
            assert_eq!(kind, Kind::Lost);
            assert!(told.contains("was lost"), "{told}");
            assert!(told.contains("last checkpoint") && told.contains("device = \"cpu\""));
        }
    }

    #[test]
    fn what_a_gpu_says_is_kept_short() {
        let said = format!("wgpu error: {}", "very long ".repeat(1000));
        let (kind, told) = of(&said);
        assert_eq!(kind, Kind::Other);
        assert!(told.ends_with('…') && told.chars().count() < 500, "{told}");
    }

    #[test]
    fn other_trouble_stays_as_it_is() {
        let full = "metrics.jsonl cannot be written: No space left on device (os error 28). Make room or choose another folder";
        assert_eq!(Trouble::of(full, GPU), None);
        // Before a device is open, there is none to blame.
        assert_eq!(Trouble::of("Out of Memory", ""), None);
        let panic: Box<dyn Any + Send> = Box::new("index out of bounds");
        assert_eq!(
            Broken::of_panic(panic.as_ref(), "CPU (2 threads)").to_string(),
            "The trainer broke off: index out of bounds. What the run recorded so far is kept"
        );
    }
}
