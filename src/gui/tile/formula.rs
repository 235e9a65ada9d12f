//! Formulas in a line: what follows `_` stands low and small, what follows `^` high and small,
//! one character or a group in braces.

use eframe::egui::{Align, Color32, FontFamily, FontId, TextFormat, Ui, text::LayoutJob};
use layerwise_study::measure::Measure;

/// Size of letters on the line, and of those below and above it.
const SIZES: [f32; 2] = [13.0, 9.5];

/// Lays a formula out. The font has the signs of mathematics, which that of plain words lacks.
pub fn formula(text: &str, color: Color32) -> LayoutJob {
    let [full, small] = SIZES.map(|size| FontId::new(size, FontFamily::Monospace));
    let mut job = LayoutJob::default();
    for (part, place) in parts(text) {
        let font = match place {
            Place::Line => &full,
            Place::Low | Place::High => &small,
        };
        let format = TextFormat {
            valign: match place {
                Place::High => Align::TOP,
                Place::Line | Place::Low => Align::BOTTOM,
            },
            ..TextFormat::simple(font.clone(), color)
        };
        job.append(part, 0.0, format);
    }
    job
}

/// What a measure is, for whoever points at its name.
pub fn hint(ui: &mut Ui, measure: Measure) {
    ui.strong(measure.title());
    ui.label(formula(measure.formula(), ui.visuals().text_color()));
    ui.label(measure.explanation());
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Line,
    Low,
    High,
}

/// The parts of a formula with their places.
fn parts(mut text: &str) -> Vec<(&str, Place)> {
    let mut parts = Vec::new();
    while let Some(at) = text.find(['_', '^']) {
        let (line, rest) = text.split_at(at);
        let place = if rest.starts_with('_') {
            Place::Low
        } else {
            Place::High
        };
        let rest = rest.get(1..).unwrap_or_default();
        let group = rest
            .strip_prefix('{')
            .and_then(|inside| inside.split_once('}'));
        let one = rest.chars().next().map_or(0, char::len_utf8);
        let (part, after) = group.unwrap_or_else(|| rest.split_at(one));
        parts.extend([(line, Place::Line), (part, place)]);
        text = after;
    }
    parts.push((text, Place::Line));
    parts.retain(|(part, _)| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_stand_low() {
        use Place::{High, Line, Low};
        let found = parts("|δin_{3,i} − v_i|^2 = R");
        let expected = [
            ("|δin", Line),
            ("3,i", Low),
            (" − v", Line),
            ("i", Low),
            ("|", Line),
            ("2", High),
            (" = R", Line),
        ];
        assert_eq!(found, expected);
        assert_eq!(parts("x_"), [("x", Line)]);
        assert_eq!(parts(""), []);
    }
}
