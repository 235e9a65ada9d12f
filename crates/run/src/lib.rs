//! A run: the trainer on its own thread, what it is told and what it tells.

mod checkpoint;
mod command;
mod device;
mod evaluation;
mod feed;
mod fork;
mod goal;
mod gpu;
mod handle;
mod latest;
mod lone;
mod options;
mod outbox;
mod record;
mod regions;
mod supply;
mod teller;
mod timetable;
mod trace;
mod trainer;
mod trouble;
mod watch;

pub use command::Command;
pub use device::{Adapter, AdapterKind, adapters, choose};
pub use fork::fork;
pub use goal::Goal;
pub use handle::Run;
pub use latest::Slot;
pub use options::RunOptions;
pub use record::is_in_use;
pub use trace::trace;
pub use trainer::probe_size;
pub use trouble::panic_text;
