//! Small widgets that several panels share.

use std::ops::RangeInclusive;

use eframe::egui::{DragValue, Response, Slider, SliderClamping, Ui, emath::Numeric};
use layerwise_experiment::{MAX_LAMBDA, words::number::plain};

/// Range of the λ slider above its first stop, 0.
const LAMBDA_SLIDER: RangeInclusive<f64> = 1e-3..=10.0;
/// Room for the number beside a slider.
const NUMBER_WIDTH: f32 = 64.0;

/// A slider for a reconciliation weight λ, as wide as there is room for: 0 at the far left, then
/// 1e-3 to 10 on a log scale. A number up to [`MAX_LAMBDA`] can be typed.
///
/// The response is that of the slider; `label` stands before it and names it.
pub fn lambda_slider(ui: &mut Ui, value: &mut f64, label: &str) -> Response {
    ui.horizontal(|ui| {
        let name = ui.label(label);
        let room = ui.available_width() - NUMBER_WIDTH - ui.spacing().item_spacing.x;
        ui.spacing_mut().slider_width = room.clamp(60.0, 240.0);
        let before = *value;
        let response = ui.add(
            Slider::new(value, 0.0..=*LAMBDA_SLIDER.end())
                .logarithmic(true)
                .smallest_positive(*LAMBDA_SLIDER.start())
                .clamping(SliderClamping::Never)
                .update_while_editing(false)
                .custom_formatter(|value, _| plain(value)),
        );
        *value = if value.is_finite() {
            value.clamp(0.0, MAX_LAMBDA)
        } else {
            before
        };
        response.labelled_by(name.id)
    })
    .inner
}

/// A row of a two-column grid: a name and a number that is dragged or typed. Tells whether the
/// number changed.
pub fn number_row<N: Numeric>(
    ui: &mut Ui,
    name: &str,
    value: &mut N,
    range: RangeInclusive<N>,
    speed: f64,
) -> bool {
    let label = ui.label(name);
    let response = ui
        .add(
            DragValue::new(value)
                .range(range)
                .speed(speed)
                .clamp_existing_to_range(false)
                .update_while_editing(false)
                .custom_formatter(|value, _| plain(value)),
        )
        .labelled_by(label.id);
    ui.end_row();
    response.changed()
}

#[cfg(test)]
mod tests {
    use eframe::egui::{accesskit::Role, emath, pos2};
    use egui_kittest::{Harness, kittest::Queryable};

    use super::*;

    #[test]
    fn typed_numbers_are_written_as_fields_write_them() {
        let plain_by_egui = |value: f64| {
            let most = if value.abs() >= 100.0 { 2 } else { 4 };
            emath::format_with_decimals_in_range(value, 0..=most)
        };
        for exponent in -3..7 {
            for digits in [1.0, 1.5, 2.25, 3.333_333, 9.999_99, -1.0, -7.071_067] {
                let value = digits * 10_f64.powi(exponent);
                assert_eq!(plain(value), plain_by_egui(value));
            }
        }
    }

    #[test]
    fn lambda_stops_at_zero_and_at_its_largest() {
        let mut harness = Harness::builder().with_size([320.0, 60.0]).build_ui_state(
            |ui, lambda| {
                lambda_slider(ui, lambda, "λ");
            },
            0.1,
        );
        let slider = harness.get_by_role_and_label(Role::Slider, "λ").rect();
        let press_at = |harness: &mut Harness<'_, f64>, x: f32| {
            harness.drag_at(pos2(x, slider.center().y));
            harness.run();
            harness.drop_at(pos2(x, slider.center().y));
            harness.run();
        };
        press_at(&mut harness, slider.left());
        assert_eq!(*harness.state(), 0.0);
        press_at(&mut harness, slider.right());
        assert_eq!(*harness.state(), 10.0);
        press_at(&mut harness, slider.left() + 16.0);
        assert!(
            (1e-3..1e-1).contains(harness.state()),
            "{}",
            harness.state()
        );

        *harness.state_mut() = f64::NAN;
        harness.run();
        *harness.state_mut() = 1e9;
        harness.run();
        assert_eq!(*harness.state(), MAX_LAMBDA);
    }
}
