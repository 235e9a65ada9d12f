//! What the axes of a plane are, beside its picture.

use std::f32::consts::FRAC_PI_2;

use eframe::egui::{
    Align2, Pos2, Rect, TextStyle, Ui, epaint::TextShape, pos2, text::LayoutJob, vec2,
};
use layerwise_dataset::Plane;
use layerwise_experiment::words::number::plain;

/// At most one more number than this stands along an axis.
const NUMBERS: f64 = 3.0;

/// Room for the numbers and the name of an axis.
pub(super) fn width(ui: &Ui) -> f32 {
    2.0 * ui.text_style_height(&TextStyle::Small) + 4.0
}

/// Writes the names of the plane's axes, and some numbers along them.
pub(super) fn paint(ui: &Ui, plane: &Plane, square: Rect) {
    let Some([x, y]) = &plane.names else { return };
    let line = ui.text_style_height(&TextStyle::Small);
    let ([left, bottom], [right, top]) = (plane.low, plane.high);
    let below = square.bottom() + 2.0;
    let beside = square.left() - 2.0;
    for tick in ticks(left, right) {
        let [at, _] = plane.unit([tick as f32, bottom]);
        let at = pos2(square.left() + at * square.width(), below);
        write(ui, &plain(tick), at, 0.0, square.width());
    }
    for tick in ticks(bottom, top) {
        let [_, at] = plane.unit([left, tick as f32]);
        let at = pos2(beside - line, square.top() + at * square.height());
        write(ui, &plain(tick), at, -FRAC_PI_2, square.width());
    }
    let at = pos2(square.center().x, below + line);
    write(ui, x, at, 0.0, square.width());
    let at = pos2(beside - 2.0 * line, square.center().y);
    write(ui, y, at, -FRAC_PI_2, square.width());
}

/// Writes words turned by an angle, the middle of their upper edge at a place, cut to a length.
fn write(ui: &Ui, words: &str, at: Pos2, angle: f32, most: f32) {
    let font = TextStyle::Small.resolve(ui.style());
    let color = ui.visuals().weak_text_color();
    let mut job = LayoutJob::simple_singleline(words.to_owned(), font, color);
    job.wrap.max_width = most;
    job.wrap.max_rows = 1;
    job.wrap.break_anywhere = true;
    let galley = ui.painter().layout_job(job);
    let half = galley.size().x / 2.0;
    let start = match angle {
        0.0 => at - vec2(half, 0.0),
        _ => at + vec2(0.0, half),
    };
    let shape = TextShape::new(start, galley, color);
    ui.painter()
        .add(shape.with_angle_and_anchor(angle, Align2::LEFT_TOP));
}

/// Round numbers between two ends, not too close to them for their words.
fn ticks(low: f32, high: f32) -> Vec<f64> {
    let (low, high) = (f64::from(low), f64::from(high));
    let rough = (high - low) / NUMBERS;
    if !(rough.is_finite() && rough > 0.0) {
        return Vec::new();
    }
    let power = 10f64.powf(rough.log10().floor());
    let factors = [1.0, 2.0, 5.0, 10.0];
    let factor = factors.into_iter().find(|it| it * power >= rough);
    let step = factor.unwrap_or(10.0) * power;
    let first = (low / step).ceil();
    let count = ((high / step).floor() - first).max(-1.0) as usize;
    let edge = 0.05 * (high - low);
    (0..=count.min(20))
        .map(|at| (first + at as f64) * step)
        .filter(|tick| (low + edge..=high - edge).contains(tick))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_along_an_axis_are_round() {
        assert_eq!(ticks(-1.5, 11.5), [0.0, 5.0, 10.0]);
        assert_eq!(ticks(700.0, 3300.0), [1000.0, 2000.0, 3000.0]);
        assert!(ticks(1.0, 1.0).is_empty());
        assert!(ticks(f32::NAN, 1.0).is_empty());
    }
}
