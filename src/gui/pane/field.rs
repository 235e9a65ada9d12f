//! Rows of a form: words on the left, a field on the right.

use eframe::egui::{ComboBox, DragValue, Grid, Response, Ui, emath::Numeric};
use layerwise_experiment::words::number::plain;

/// Height up to which a list of choices is shown whole.
const LIST_HEIGHT: f32 = 400.0;

/// Two columns: words and fields.
pub fn fields(ui: &mut Ui, id: &str, content: impl FnOnce(&mut Ui)) {
    Grid::new(id)
        .num_columns(2)
        .min_col_width(96.0)
        .spacing([10.0, 6.0])
        .show(ui, content);
}

/// A row with a number; `range` is where it is kept.
pub fn number<N: Numeric>(
    ui: &mut Ui,
    words: &str,
    value: &mut N,
    range: std::ops::RangeInclusive<N>,
    hint: &str,
) -> Response {
    let label = ui.label(words);
    let high = range.end().to_f64();
    let speed = if N::INTEGRAL {
        0.2
    } else {
        (value.to_f64().abs() * 0.01).clamp(1e-6, high)
    };
    let mut field = DragValue::new(value)
        .range(range)
        .clamp_existing_to_range(false)
        .speed(speed);
    if !N::INTEGRAL {
        field = field.custom_formatter(|value, _| plain(value));
    }
    let response = ui.add(field).labelled_by(label.id).on_hover_text(hint);
    ui.end_row();
    response
}

/// A row with a choice.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    words: &str,
    value: &mut T,
    all: &[T],
    title: impl Fn(T) -> String,
) -> bool {
    let before = *value;
    let label = ui.label(words);
    ComboBox::from_id_salt(words)
        .selected_text(title(*value))
        .width(130.0)
        .height(LIST_HEIGHT)
        .show_ui(ui, |ui| {
            for &one in all {
                ui.selectable_value(value, one, title(one));
            }
        })
        .response
        .labelled_by(label.id);
    ui.end_row();
    *value != before
}
