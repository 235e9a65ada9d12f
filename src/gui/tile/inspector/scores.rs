//! Class scores of a module as bars.

use eframe::egui::{
    Align2, Color32, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};
use layerwise_experiment::words::number::{percent, three_digits};
use layerwise_study::ClassScores;

use crate::gui::theme;

/// Most classes that are shown.
const MOST: usize = 10;
/// Most width of a name.
const NAME: f32 = 90.0;
/// Width of a probability and of a logit.
const NUMBER: f32 = 54.0;
/// Space beside a bar.
const GAP: f32 = 6.0;

/// Draws a bar for each class in `color`, at most [`MOST`] of them, and marks that of the sample.
pub fn show(
    ui: &mut Ui,
    scores: &ClassScores,
    class: usize,
    name: &dyn Fn(usize) -> String,
    color: Color32,
) {
    let chosen = chosen(&scores.probabilities, class);
    let names: Vec<String> = chosen.iter().map(|&at| name(at)).collect();
    let width = width(ui, &names);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        titles(ui);
        for (&at, name) in chosen.iter().zip(&names) {
            let number = |values: &[f64]| values.get(at).copied().unwrap_or(f64::NAN);
            let numbers = [&scores.probabilities, &scores.logits].map(|all| number(all));
            bar(ui, (name, width), numbers, at == class, color);
        }
    });
    if let Some(more @ 1..) = scores.logits.len().checked_sub(chosen.len()) {
        ui.weak(format!("and {more} less probable classes"));
    }
}

/// Width of the longest name.
fn width(ui: &Ui, names: &[String]) -> f32 {
    let font = TextStyle::Body.resolve(ui.style());
    let widths = names.iter().map(|name| {
        let galley = ui
            .painter()
            .layout_no_wrap(name.clone(), font.clone(), theme::AS_IT_IS);
        galley.size().x
    });
    widths.fold(0.0, f32::max).min(NAME)
}

/// What the two columns of numbers are.
fn titles(ui: &mut Ui) {
    let size = vec2(
        ui.available_width(),
        ui.text_style_height(&TextStyle::Small),
    );
    let (place, _) = ui.allocate_exact_size(size, Sense::hover());
    let font = TextStyle::Small.resolve(ui.style());
    for (title, right) in [("p", NUMBER), ("z", 0.0)] {
        let at = pos2(place.right() - right, place.center().y);
        let color = ui.visuals().weak_text_color();
        ui.painter()
            .text(at, Align2::RIGHT_CENTER, title, font.clone(), color);
    }
}

/// The classes that are shown, in order: the most probable ones and that of the sample.
fn chosen(probabilities: &[f64], class: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    let of = |at: &usize| probabilities.get(*at).copied().unwrap_or(f64::NAN);
    order.sort_by(|one, other| of(other).total_cmp(&of(one)));
    if let Some(place) = order.iter().position(|at| *at == class)
        && place >= MOST
    {
        order.swap(place, MOST - 1);
    }
    order.truncate(MOST);
    order.sort_unstable();
    order
}

/// One class: a name in its width, and probability and logit.
fn bar(
    ui: &mut Ui,
    (name, width): (&str, f32),
    [probability, logit]: [f64; 2],
    own: bool,
    color: Color32,
) {
    let font = TextStyle::Body.resolve(ui.style());
    let height = ui.text_style_height(&TextStyle::Body) + 2.0;
    let size = vec2(ui.available_width(), height);
    let (place, response) = ui.allocate_exact_size(size, Sense::hover());
    let percent = format!("{} %", percent(probability as f32));
    let logit = three_digits(logit);
    let mark = if own {
        ", the class of this sample"
    } else {
        ""
    };
    let words = format!("{name}{mark}: p = {percent}, z = {logit}");
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &words));
    let visuals = ui.visuals();
    let text = if own {
        visuals.strong_text_color()
    } else {
        visuals.text_color()
    };
    let painter = ui.painter_at(place);
    let mut job = LayoutJob::simple_singleline(name.to_owned(), font.clone(), text);
    job.wrap = TextWrapping::truncate_at_width(width);
    let galley = painter.layout_job(job);
    let at = pos2(
        place.left() + width - galley.size().x,
        place.center().y - galley.size().y / 2.0,
    );
    painter.galley(at, galley, text);
    let track = place
        .with_min_x(place.left() + width + GAP)
        .with_max_x(place.right() - 2.0 * NUMBER)
        .shrink2(vec2(0.0, 2.0));
    painter.rect_filled(track, 2.0, visuals.code_bg_color);
    let share = probability.clamp(0.0, 1.0) as f32;
    let filled = track.with_max_x(track.left() + share * track.width());
    painter.rect_filled(filled, 2.0, color);
    if own {
        let stroke = Stroke::new(1.5, visuals.strong_text_color());
        painter.rect_stroke(track, 2.0, stroke, StrokeKind::Inside);
    }
    for (words, right) in [(percent, NUMBER), (logit, 0.0)] {
        let at = pos2(place.right() - right, place.center().y);
        painter.text(at, Align2::RIGHT_CENTER, words, font.clone(), text);
    }
    response.on_hover_text(words);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_of_the_sample_is_always_shown() {
        let many: Vec<f64> = (0..100).map(f64::from).collect();
        assert_eq!(chosen(&many, 95), (90..100).collect::<Vec<_>>());
        let shown = chosen(&many, 3);
        assert_eq!(shown.len(), MOST);
        assert_eq!(shown[..2], [3, 91]);
        assert_eq!(chosen(&[0.3, 0.7], 1), [0, 1]);
    }
}
