//! How far reading has come, on the terminal.

use indicatif::{ProgressBar, ProgressStyle};
use layerwise_dataset::Loading;

/// A bar for work whose whole may not be known.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    let style = "{msg} {wide_bar} {percent} %, {eta} left";
    let bar = ProgressBar::new(0).with_message(what);
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Shows how far reading has come, and goes on.
pub(super) fn follow(bar: &ProgressBar, loading: Loading) -> bool {
    bar.set_message(loading.what);
    match loading.total {
        0 => bar.unset_length(),
        total => bar.set_length(total),
    }
    bar.set_position(loading.done);
    true
}
