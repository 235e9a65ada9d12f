//! Memory of this process and of this machine.

use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// The most memory that this process has held since the value was made, in bytes.
#[derive(Clone, Copy, Debug)]
pub struct PeakMemory(u64);

impl PeakMemory {
    /// Starts anew. Where the system keeps a peak of its own, that is reset too.
    pub fn start() -> Self {
        #[cfg(target_os = "linux")]
        // Where this is not allowed, the peak since the start of the process stands.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        Self(0)
    }

    /// Looks again and gives the most so far. 0 where the system does not tell. Linux keeps the
    /// peak itself; elsewhere it is the most of all looks.
    pub fn look(&mut self) -> u64 {
        let now = memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem as u64);
        self.0 = self.0.max(now).max(kept_peak());
        self.0
    }
}

/// `VmHWM`, the largest resident size.
fn kept_peak() -> u64 {
    if !cfg!(target_os = "linux") {
        return 0;
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB"))
        .and_then(|kibibytes| kibibytes.trim().parse::<u64>().ok())
        .map_or(0, |kibibytes| kibibytes << 10)
}

/// Memory that this machine can still give, in bytes; none where the system does not tell.
pub fn available_memory() -> Option<u64> {
    let ram = MemoryRefreshKind::nothing().with_ram();
    let system = System::new_with_specifics(RefreshKind::nothing().with_memory(ram));
    Some(system.available_memory()).filter(|bytes| *bytes > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_stays_when_memory_is_given_back() {
        let mut peak = PeakMemory::start();
        let before = peak.look();
        let held = vec![1u8; 64 << 20];
        std::hint::black_box(&held);
        drop(held);
        assert!(peak.look() >= before);
        if cfg!(target_os = "linux") {
            assert!(peak.look() >= 64 << 20);
        }
        assert!(available_memory().is_some_and(|bytes| bytes > 1 << 20));
    }
}
