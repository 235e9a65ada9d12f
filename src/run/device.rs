//! The devices that this machine offers.

/// What an adapter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterKind {
    Discrete,
    Integrated,
    Virtual,
    /// Drawn by the CPU: offered, never chosen by itself.
    Software,
}

/// A graphics adapter that can train.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adapter {
    /// N of `gpu:N`.
    pub index: usize,
    pub name: String,
    pub kind: AdapterKind,
    /// Graphics interface, such as Vulkan.
    pub api: String,
}

/// Every adapter of this machine, discrete ones first. Takes up to a second or so: not for the
/// window's thread.
pub fn adapters() -> Vec<Adapter> {
    Vec::new()
}
