//! Small signs drawn with strokes: the fonts have none.

use eframe::egui::{
    Painter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

#[derive(Clone, Copy)]
pub(super) enum Icon {
    Up,
    Down,
    /// What it stands at is unfolded.
    Unfolded,
    Folded,
    FoldAll,
    UnfoldAll,
    Find,
    Close,
    Repeat,
    Scissors,
    Copy,
    Delete,
    InsertBefore,
    InsertAfter,
}

/// Side of a sign in points.
pub(super) const SIDE: f32 = 11.0;

/// Paints a sign around `center`.
pub(super) fn paint(painter: &Painter, icon: Icon, center: Pos2, stroke: Stroke) {
    // Coordinates on a square from −1 to 1.
    let half = SIDE / 2.0;
    let at = |x: f32, y: f32| pos2(center.x + x * half, center.y + y * half);
    let line = |points: &[(f32, f32)]| {
        let points = points.iter().map(|(x, y)| at(*x, *y)).collect();
        painter.line(points, stroke);
    };
    let plus = |y: f32| {
        line(&[(-0.5, y), (0.5, y)]);
        line(&[(0.0, y - 0.5), (0.0, y + 0.5)]);
    };
    match icon {
        Icon::Up => {
            line(&[(0.0, 0.8), (0.0, -0.7)]);
            line(&[(-0.5, -0.2), (0.0, -0.75), (0.5, -0.2)]);
        }
        Icon::Unfolded => line(&[(-0.6, -0.3), (0.0, 0.35), (0.6, -0.3)]),
        Icon::Folded => line(&[(-0.3, -0.6), (0.35, 0.0), (-0.3, 0.6)]),
        Icon::FoldAll => {
            line(&[(-0.6, -0.9), (0.0, -0.3), (0.6, -0.9)]);
            line(&[(-0.6, 0.9), (0.0, 0.3), (0.6, 0.9)]);
        }
        Icon::UnfoldAll => {
            line(&[(-0.6, -0.3), (0.0, -0.9), (0.6, -0.3)]);
            line(&[(-0.6, 0.3), (0.0, 0.9), (0.6, 0.3)]);
        }
        Icon::Find => {
            painter.circle_stroke(at(-0.2, -0.2), half * 0.65, stroke);
            line(&[(0.3, 0.3), (0.95, 0.95)]);
        }
        Icon::Close => {
            line(&[(-0.6, -0.6), (0.6, 0.6)]);
            line(&[(-0.6, 0.6), (0.6, -0.6)]);
        }
        Icon::Repeat => {
            line(&[(-1.1, -0.3), (-0.4, 0.5)]);
            line(&[(-1.1, 0.5), (-0.4, -0.3)]);
            line(&[(0.1, 0.7), (0.1, -0.8), (1.0, 0.7), (1.0, -0.8)]);
        }
        Icon::Down => {
            line(&[(0.0, -0.8), (0.0, 0.7)]);
            line(&[(-0.5, 0.2), (0.0, 0.75), (0.5, 0.2)]);
        }
        Icon::Scissors => {
            for y in [-0.6, 0.6] {
                painter.circle_stroke(at(-0.65, y), half * 0.33, stroke);
                line(&[(-0.4, y * 0.7), (1.0, -y)]);
            }
        }
        Icon::Copy => {
            let sheet = |x: f32, y: f32| Rect::from_min_max(at(x, y), at(x + 1.3, y + 1.3));
            painter.rect_stroke(sheet(-0.3, -0.3), 1.5, stroke, StrokeKind::Middle);
            line(&[
                (-0.6, 0.4),
                (-1.0, 0.4),
                (-1.0, -1.0),
                (0.4, -1.0),
                (0.4, -0.6),
            ]);
        }
        Icon::Delete => {
            line(&[(-0.9, -0.6), (0.9, -0.6)]);
            line(&[(-0.3, -0.6), (-0.3, -1.0), (0.3, -1.0), (0.3, -0.6)]);
            line(&[(-0.65, -0.6), (-0.5, 1.0), (0.5, 1.0), (0.65, -0.6)]);
        }
        Icon::InsertBefore => {
            plus(-0.4);
            line(&[(-0.9, 0.8), (0.9, 0.8)]);
        }
        Icon::InsertAfter => {
            line(&[(-0.9, -0.8), (0.9, -0.8)]);
            plus(0.4);
        }
    }
}

/// A small button with a sign, named and explained in words.
pub(super) fn button(ui: &mut Ui, icon: Icon, name: &str, keys: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(24.0, 20.0), Sense::click());
    let visuals = ui.style().interact(&response);
    ui.painter()
        .rect_filled(rect, visuals.corner_radius, visuals.weak_bg_fill);
    sign(ui, icon, name, keys, response)
}

/// A sign without a ground that can be clicked, named and explained in words.
pub(super) fn bare_button(ui: &mut Ui, icon: Icon, name: &str) -> Response {
    let response = ui.allocate_response(vec2(20.0, 20.0), Sense::click());
    sign(ui, icon, name, "", response)
}

fn sign(ui: &Ui, icon: Icon, name: &str, keys: &str, response: Response) -> Response {
    let visuals = ui.style().interact(&response);
    let stroke = Stroke::new(1.25, visuals.fg_stroke.color);
    paint(ui.painter(), icon, response.rect.center(), stroke);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    if keys.is_empty() {
        response.on_hover_text(name)
    } else {
        response.on_hover_text(format!("{name} ({keys})"))
    }
}
