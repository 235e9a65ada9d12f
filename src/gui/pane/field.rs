//! Rows of a form: words on the left, a field on the right.

use eframe::egui::{ComboBox, DragValue, Grid, Response, Ui, emath::Numeric};

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
    let mut field = DragValue::new(value).range(range).speed(speed);
    if !N::INTEGRAL {
        field = field.custom_formatter(|value, _| short(value));
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

/// A number with at most six digits after the point, none of them an idle zero; small ones in
/// powers of ten.
fn short(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        return format!("{value:e}");
    }
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn numbers_are_short() {
        assert_eq!(short(0.0), "0");
        assert_eq!(short(0.05), "0.05");
        assert_eq!(short(20.0), "20");
        assert_eq!(short(0.1 + 0.2), "0.3");
        assert_eq!(short(1e-8), "1e-8");
    }
}
