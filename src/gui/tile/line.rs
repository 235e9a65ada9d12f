//! The lines of runs that are drawn beside the one that trains.

use egui_plot::LineStyle;

/// How the curves of a compared run are drawn, by its place from 1.
pub fn line_style(place: usize) -> LineStyle {
    match place % 6 {
        1 => LineStyle::Dashed { length: 8.0 },
        2 => LineStyle::Dotted { spacing: 5.0 },
        3 => LineStyle::Dashed { length: 16.0 },
        4 => LineStyle::Dotted { spacing: 10.0 },
        5 => LineStyle::Dashed { length: 4.0 },
        _ => LineStyle::Dashed { length: 24.0 },
    }
}
