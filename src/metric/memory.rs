//! Memory of this process.

/// The most memory seen so far, in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeakMemory(u64);

impl PeakMemory {
    /// Looks again and gives the most so far. 0 where the system does not tell.
    pub fn look(&mut self) -> u64 {
        if let Some(stats) = memory_stats::memory_stats() {
            self.0 = self.0.max(stats.physical_mem as u64);
        }
        self.0
    }
}
