//! Forms: words on the left, a field on the right. The rows of settings come from their
//! descriptions.

use eframe::egui::{
    Checkbox, ComboBox, DragValue, Grid, Response, Ui, WidgetText, emath::Numeric, vec2,
};
use layerwise_experiment::field::{Choice, Form, Info, Scalar, Type};

use crate::gui::widget;

/// Height up to which a list of choices is shown whole.
const LIST_HEIGHT: f32 = 400.0;
/// Change of a number that is 0 for each point that it is dragged, where its range is as wide.
const FROM_ZERO: f64 = 0.001;

/// Where a form stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// In a panel: a tick has its name beside it, and numbers follow what is typed.
    Panel,
    /// On a card of the network: every row has its name on the left, and numbers wait for the end
    /// of what is typed, as the network is checked with each.
    Card,
}

/// Two columns of a panel: words and fields.
pub fn fields(ui: &mut Ui, id: &str, content: impl FnOnce(&mut Ui)) {
    grid(ui, id, Look::Panel, content);
}

/// Two columns: words and fields.
pub fn grid(ui: &mut Ui, id: &str, look: Look, content: impl FnOnce(&mut Ui)) {
    let spacing = match look {
        Look::Panel => vec2(10.0, 6.0),
        Look::Card => vec2(12.0, 5.0),
    };
    Grid::new(id)
        .num_columns(2)
        .min_col_width(96.0)
        .spacing(spacing)
        .show(ui, content);
}

/// Two columns with every setting of a form that applies. Tells whether one changed.
pub fn form(ui: &mut Ui, id: &str, look: Look, form: &mut dyn Form) -> bool {
    let mut changed = false;
    grid(ui, id, look, |ui| changed = rows(ui, look, form, |_| true));
    changed
}

/// Rows with the settings of a form that apply and whose keys are `wanted`. Tells whether one
/// changed.
pub fn rows(ui: &mut Ui, look: Look, form: &mut dyn Form, wanted: impl Fn(&str) -> bool) -> bool {
    let mut changed = false;
    for at in 0..form.count() {
        // As the row before has left it.
        let Some(info) = form.info(at) else { continue };
        if info.is_shown && wanted(info.key) {
            changed |= field(ui, look, form, at, info, |_| true);
        }
    }
    changed
}

/// A row with the setting with this key, whether it applies or not. Tells whether it changed.
pub fn row(ui: &mut Ui, look: Look, form: &mut dyn Form, key: &str) -> bool {
    row_offering(ui, look, form, key, |_| true)
}

/// The same with some of its choices alone, besides the chosen one.
pub fn row_offering(
    ui: &mut Ui,
    look: Look,
    form: &mut dyn Form,
    key: &str,
    offered: impl Fn(&Choice) -> bool,
) -> bool {
    let infos = (0..form.count()).filter_map(|at| Some((at, form.info(at)?)));
    match infos.into_iter().find(|(_, info)| info.key == key) {
        Some((at, info)) => field(ui, look, form, at, info, offered),
        None => false,
    }
}

fn field(
    ui: &mut Ui,
    look: Look,
    form: &mut dyn Form,
    at: usize,
    info: Info,
    offered: impl Fn(&Choice) -> bool,
) -> bool {
    let Some(before) = form.get(at) else {
        return false;
    };
    let named_beside = look == Look::Panel && info.kind == Type::Flag && info.beside.is_empty();
    let label = ui.label(if named_beside { "" } else { info.title });
    let mut value = before;
    let mut draw = |ui: &mut Ui| {
        let response = match (info.kind, &mut value) {
            (Type::Whole(range), Scalar::Whole(number)) => {
                let (low, high) = range.ends().into_inner();
                let speed = if high <= 100 { 0.05 } else { 0.2 };
                let response = drag(ui, look, number, low..=high, speed);
                if response.changed() {
                    *number = range.nearest(*number);
                }
                response
            }
            (Type::Real(range), Scalar::Real(number)) => {
                let (low, high) = range.ends().into_inner();
                let speed = speed(*number, high);
                drag(ui, look, number, low..=high, speed)
            }
            (Type::Flag, Scalar::Flag(flag)) => match look {
                Look::Panel if named_beside => return ui.checkbox(flag, info.title),
                Look::Panel => ui.checkbox(flag, info.beside),
                Look::Card => ui.add(Checkbox::without_text(flag)),
            },
            (Type::Choice(all), Scalar::Choice(at)) => {
                let chosen = *at;
                let all: Vec<(usize, &str)> = all
                    .iter()
                    .enumerate()
                    .filter(|(at, choice)| *at == chosen || offered(choice))
                    .map(|(at, choice)| (at, choice.title))
                    .collect();
                list(ui, look, info.title, at, &all)
            }
            (
                Type::Whole(_) | Type::Real(_) | Type::Flag | Type::Choice(_) | Type::Written(_),
                _,
            ) => ui.label(""),
        };
        response.labelled_by(label.id)
    };
    let response = if info.needs.is_empty() {
        draw(ui)
    } else {
        ui.add_enabled_ui(info.missing.is_none(), draw).inner
    };
    if !info.hint.is_empty() {
        response.clone().on_hover_text(info.hint);
    }
    if let Some(missing) = info.missing {
        response.on_disabled_hover_text(missing);
    }
    ui.end_row();
    if value != before {
        form.set(at, value);
    }
    value != before
}

/// A number that is dragged or typed.
fn drag<N: Numeric>(
    ui: &mut Ui,
    look: Look,
    value: &mut N,
    range: std::ops::RangeInclusive<N>,
    speed: f64,
) -> Response {
    let mut field = DragValue::new(value)
        .range(range)
        .clamp_existing_to_range(false)
        .update_while_editing(look == Look::Panel)
        .speed(speed);
    if !N::INTEGRAL {
        field = field.custom_formatter(|value, _| widget::number(value));
    }
    ui.add(field)
}

/// How fast a number up to `high` changes when it is dragged.
fn speed(value: f64, high: f64) -> f64 {
    if value == 0.0 {
        high.min(10.0) * FROM_ZERO
    } else {
        (value.abs() * 0.01).clamp(1e-9, high)
    }
}

/// A list of which one is chosen.
fn list<T: Copy + PartialEq>(
    ui: &mut Ui,
    look: Look,
    name: &str,
    value: &mut T,
    all: &[(T, impl Into<WidgetText> + Clone)],
) -> Response {
    let chosen = all.iter().find(|(one, _)| one == value);
    let text: WidgetText = chosen.map_or_else(Default::default, |(_, title)| title.clone().into());
    let list = ComboBox::from_id_salt(name).selected_text(text);
    let list = match look {
        Look::Panel => list.width(130.0).height(LIST_HEIGHT),
        Look::Card => list.width(ui.available_width().min(140.0)),
    };
    list.show_ui(ui, |ui| {
        for (one, title) in all {
            ui.selectable_value(value, *one, title.clone().into());
        }
    })
    .response
}

/// A row of a panel with a number that is no setting; `range` is where it is kept.
pub fn number<N: Numeric>(
    ui: &mut Ui,
    words: &str,
    value: &mut N,
    range: std::ops::RangeInclusive<N>,
    hint: &str,
) -> Response {
    let label = ui.label(words);
    let speed = if N::INTEGRAL {
        0.2
    } else {
        speed(value.to_f64(), range.end().to_f64())
    };
    let response = drag(ui, Look::Panel, value, range, speed)
        .labelled_by(label.id)
        .on_hover_text(hint);
    ui.end_row();
    response
}

/// A row of a panel with a choice that is no setting. Tells whether another one was chosen.
pub fn choice<T: Copy + PartialEq>(
    ui: &mut Ui,
    words: &str,
    value: &mut T,
    all: &[T],
    title: impl Fn(T) -> String,
) -> bool {
    let before = *value;
    let label = ui.label(words);
    let all: Vec<(T, String)> = all.iter().map(|one| (*one, title(*one))).collect();
    list(ui, Look::Panel, words, value, &all).labelled_by(label.id);
    ui.end_row();
    *value != before
}
