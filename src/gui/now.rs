//! What holds in a frame, worked out once at its start and read by everything that is drawn.

use std::rc::Rc;

use layerwise_experiment::Problem;

use super::{
    availability::Availability,
    pane::network::{ModuleLive, Priced},
};

/// What holds in a frame.
pub struct Now {
    /// What is wrong with the edited experiment.
    pub problems: Vec<Problem>,
    pub available: Availability,
    /// Whether the results shown belong to another network than the edited one.
    pub is_older: bool,
    /// What the run says of the modules, as [`ModuleLive::of`]; none where it is of another
    /// network.
    pub modules: Vec<ModuleLive>,
    /// What the edited network costs.
    pub priced: Rc<Priced>,
}
