//! What holds of the studio, as far as commands depend on it.

/// What decides which commands can be given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Availability {
    pub can_undo: bool,
    pub can_redo: bool,
    pub has_blocks: bool,
    pub has_selected_blocks: bool,
    /// Whether a cut has to move to give every module one weight layer.
    pub can_split_for_bp_free: bool,
    pub has_run: bool,
    pub is_alive: bool,
    pub is_training: bool,
    /// Whether the run has ended and keeps a record.
    pub can_go_on: bool,
    /// Whether a run is being read or made.
    pub is_opening: bool,
    /// Whether the run keeps a record.
    pub has_record: bool,
    /// Whether the run has left weights.
    pub has_weights: bool,
    /// Whether the edited network fits together.
    pub has_network: bool,
}

/// Something that must hold so that a command can be given.
#[derive(Clone, Copy)]
pub struct Need {
    holds: fn(&Availability) -> bool,
    /// What is said where it does not hold.
    otherwise: &'static str,
}

impl Need {
    const fn new(holds: fn(&Availability) -> bool, otherwise: &'static str) -> Self {
        Self { holds, otherwise }
    }

    /// What is missing, where it does not hold.
    pub fn missing(&self, available: &Availability) -> Option<&'static str> {
        (!(self.holds)(available)).then_some(self.otherwise)
    }
}

pub const NOTHING_OPENS: Need = Need::new(|it| !it.is_opening, "A run is being opened");
pub const ALIVE: Need = Need::new(|it| it.is_alive, "Nothing is running");
pub const ENDED: Need = Need::new(|it| !it.is_alive, "End the run first");
pub const PAUSED: Need = Need::new(|it| !it.is_training, "Pause first");
pub const RUN: Need = Need::new(|it| it.has_run, "There is no run to drop");
pub const RECORD: Need = Need::new(|it| it.has_record, "There is no run that keeps a record");
pub const CAN_GO_ON: Need = Need::new(
    |it| it.can_go_on,
    "No run that keeps a record has ended yet",
);
pub const WEIGHTS: Need = Need::new(
    |it| it.has_weights,
    "No run that keeps a record has ended yet",
);
pub const UNDO: Need = Need::new(|it| it.can_undo, "There is no edit to take back");
pub const REDO: Need = Need::new(|it| it.can_redo, "No edit was taken back");
pub const BLOCKS: Need = Need::new(|it| it.has_blocks, "The network has no block yet");
pub const SELECTED: Need = Need::new(|it| it.has_selected_blocks, "Select a block first");
pub const SPLIT: Need = Need::new(
    |it| it.can_split_for_bp_free,
    "Every module has one weight layer",
);
pub const NETWORK: Need = Need::new(|it| it.has_network, "Mend the network first");
