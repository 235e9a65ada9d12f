//! The edges between cards, and the cuts on them.

use eframe::egui::{
    Color32, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind,
    TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use super::{
    action::Action,
    icon::{self, Icon},
    look,
    view::View,
};

const EDGE_HEIGHT: f32 = 18.0;
pub(super) const CUT_HEIGHT: f32 = 28.0;

/// A cut in somebody's hand.
pub(super) struct CutDrag {
    /// The block it was after.
    pub from: usize,
    /// The block it would be after.
    to: usize,
}

/// The edge from the input to the first block.
pub(super) fn input_edge(ui: &mut Ui, view: &View<'_>) {
    let rect = ui
        .allocate_exact_size(vec2(ui.available_width(), EDGE_HEIGHT), Sense::hover())
        .0;
    let shape = view
        .input_shape()
        .map_or_else(|| "?".to_owned(), |shape| shape.to_string());
    look::edge_text(ui, rect, &shape);
}

/// The edge from the last block to its head, which always ends a module.
pub(super) fn output_edge(ui: &mut Ui, view: &View<'_>, index: usize) -> Rect {
    let rect = ui
        .allocate_exact_size(vec2(ui.available_width(), EDGE_HEIGHT), Sense::hover())
        .0;
    look::thin_rail(ui, rect, view.color(view.module_of(index)));
    look::edge_text(ui, rect, &view.shape_text(index));
    rect
}

/// The edge after block `index`: a click cuts or joins, a drag moves the cut. Returns where it
/// is.
pub(super) fn show(
    ui: &mut Ui,
    drag: &mut Option<CutDrag>,
    edges: &[Option<Rect>],
    view: &View<'_>,
    index: usize,
    actions: &mut Vec<Action>,
) -> Rect {
    let is_cut = view.is_cut(index);
    let (height, sense) = if is_cut {
        (CUT_HEIGHT, Sense::click_and_drag())
    } else {
        (EDGE_HEIGHT, Sense::click())
    };
    let rect = ui
        .allocate_exact_size(vec2(ui.available_width(), height), Sense::hover())
        .0;
    let response = ui.interact(rect, ui.scope_id().with(("edge", index)), sense);
    let module = view.module_of(index);
    let name = if is_cut {
        format!("Join modules {module} and {}", module + 1)
    } else {
        format!("Split after block {index}")
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
    if response.clicked() {
        actions.push(Action::ToggleCut(index));
    }
    if is_cut {
        follow(ui, &response, drag, edges, view, index, actions);
        paint_cut(ui, &response, drag.as_ref(), view, index);
        response.on_hover_text(format!(
            "Boundary {module} | {}: drag to move it, click to join the modules",
            module + 1
        ));
    } else {
        paint_edge(ui, &response, drag.as_ref(), view, index);
        if drag.is_none() {
            response
                .on_hover_cursor(CursorIcon::PointingHand)
                .on_hover_text_at_pointer("Split here");
        }
    }
    rect
}

/// Lets a cut follow the pointer to the nearest edge that it can be moved to.
fn follow(
    ui: &Ui,
    response: &Response,
    drag: &mut Option<CutDrag>,
    edges: &[Option<Rect>],
    view: &View<'_>,
    index: usize,
    actions: &mut Vec<Action>,
) {
    if response.dragged() {
        let Some(pointer) = response.interact_pointer_pos() else {
            return;
        };
        let distance = |edge: &Rect| (edge.center().y - pointer.y).abs();
        let nearest = view
            .reach(index)
            .filter_map(|at| Some((at, distance(edges.get(at)?.as_ref()?))))
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map_or(index, |(at, _)| at);
        *drag = Some(CutDrag {
            from: index,
            to: nearest,
        });
        ui.set_cursor_icon(CursorIcon::Grabbing);
        ui.scroll_to_rect(Rect::from_center_size(pointer, vec2(1.0, 60.0)), None);
    } else if response.hovered() {
        ui.set_cursor_icon(CursorIcon::ResizeVertical);
    }
    if let Some(done) = drag.take_if(|drag| drag.from == index && !response.dragged())
        && response.drag_stopped()
        && done.to != done.from
    {
        actions.push(Action::MoveCut {
            from: done.from,
            to: done.to,
        });
    }
}

fn paint_edge(ui: &Ui, response: &Response, drag: Option<&CutDrag>, view: &View<'_>, index: usize) {
    let rect = response.rect;
    look::thin_rail(ui, rect, view.color(view.module_of(index)));
    let text = look::edge_text(ui, rect, &view.shape_text(index));
    let from = pos2(text.right() + 8.0, rect.center().y);
    let to = pos2(rect.right(), rect.center().y);
    if drag.is_some_and(|drag| drag.to == index) {
        let stroke = Stroke::new(3.0, ui.visuals().hyperlink_color);
        ui.painter().line_segment([from, to], stroke);
    } else if drag.is_none() && (response.hovered() || response.has_focus()) {
        let stroke = Stroke::new(1.5, ui.visuals().hyperlink_color);
        ui.painter()
            .extend(Shape::dashed_line(&[from, to], stroke, 4.0, 4.0));
    }
}

fn paint_cut(ui: &Ui, response: &Response, drag: Option<&CutDrag>, view: &View<'_>, index: usize) {
    let rect = response.rect;
    let module = view.module_of(index);
    let visuals = ui.visuals();
    let moved_away = drag.is_some_and(|drag| drag.from == index && drag.to != index);
    let color = if response.hovered() || response.dragged() || response.has_focus() {
        visuals.hyperlink_color
    } else if view.global {
        visuals.weak_text_color()
    } else {
        visuals.strong_text_color()
    };
    let color = if moved_away {
        color.gamma_multiply(0.3)
    } else {
        color
    };
    let text = look::edge_text(ui, rect, &view.shape_text(index));
    let handle = paint_handle(ui, rect, &format!("{module} | {}", module + 1), color);
    let stroke = Stroke::new(if view.global { 1.0 } else { 2.0 }, color);
    let y = rect.center().y;
    for (left, right) in [
        (rect.left(), text.left() - 8.0),
        (text.right() + 8.0, handle.left()),
        (handle.right(), rect.right()),
    ] {
        ui.painter()
            .line_segment([pos2(left, y), pos2(right, y)], stroke);
    }
}

/// The name of a boundary in a frame that one can take hold of.
fn paint_handle(ui: &Ui, rect: Rect, name: &str, color: Color32) -> Rect {
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(name.to_owned(), font, color);
    let size = galley.size() + vec2(icon::SIDE + 22.0, 4.0);
    let center = pos2(rect.right() - 14.0 - size.x / 2.0, rect.center().y);
    let handle = Rect::from_center_size(center, size);
    ui.painter().rect(
        handle,
        CornerRadius::same((size.y / 2.0) as u8),
        look::ground(ui.visuals()),
        Stroke::new(1.0, color),
        StrokeKind::Inside,
    );
    let sign = handle.left_center() + vec2(9.0 + icon::SIDE / 2.0, 0.0);
    icon::paint(ui.painter(), Icon::Scissors, sign, Stroke::new(1.0, color));
    let text = pos2(
        sign.x + icon::SIDE / 2.0 + 5.0,
        handle.center().y - galley.size().y / 2.0,
    );
    ui.painter().galley(text, galley, color);
    handle
}
