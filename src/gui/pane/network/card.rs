//! The card of a block.

use eframe::egui::{
    self, Align, Button, FontId, Label, Layout, Rect, RichText, Role, Sense, TextStyle, Ui,
    UiBuilder, WidgetInfo, text::LayoutJob, vec2,
};
use egui_dnd::Handle;
use layerwise_experiment::{
    Block, Experiment,
    words::{number::grouped, size::bytes},
};

use super::{
    action::Action,
    column::key,
    edit,
    icon::{self, Icon},
    inside, look,
    palette::{Palette, Target},
    repeat::Repeat,
    selection::click_modifiers,
    state::NetworkPane,
    view::View,
    words::sentence,
};
use crate::gui::{command::Command, theme};

/// Width of the column that holds the index.
const INDEX_WIDTH: f32 = 22.0;
/// Size of the text of an index of three digits, which then fits its column.
const LONG_INDEX: f32 = 10.5;
const HANDLE_WIDTH: f32 = 20.0;

/// What the height of a block's card follows from.
pub(super) fn row_key(experiment: &Experiment, view: &View<'_>, index: usize, open: bool) -> u64 {
    let block = experiment.blocks.get(index);
    key((
        "card",
        block.map(|block| (block.title(), block.summary())),
        view.parameters(index),
        view.activation_bytes(index),
        view.problems_of_block(index).collect::<Vec<_>>(),
        open.then_some(index),
    ))
}

#[expect(
    clippy::too_many_arguments,
    reason = "egui hands each of them on by itself"
)]
pub(super) fn show(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    experiment: &mut Experiment,
    view: &View<'_>,
    index: usize,
    handle: Handle<'_>,
    dragged: bool,
    actions: &mut Vec<Action>,
) {
    let Some(block) = experiment.blocks.get(index).cloned() else {
        return;
    };
    let problems: Vec<&str> = view.problems_of_block(index).collect();
    let selected = pane.selection.contains(index);
    let open = pane.selection.open_block() == Some(index);
    let found = pane.match_of(index);
    let color = view.color(view.module_of(index));

    let builder = UiBuilder::new()
        .id_salt(("card", index))
        .sense(Sense::click());
    let response = ui
        .scope_builder(builder, |ui| {
            ui.style_mut().interaction.selectable_labels = false;
            let stroke = look::stroke(ui, selected, dragged, !problems.is_empty(), found);
            let card = look::frame(ui.visuals()).show(ui, |ui| {
                ui.set_width(ui.available_width());
                top(ui, view, index, &block, handle);
                for problem in &problems {
                    ui.add_space(3.0);
                    let text =
                        RichText::new(sentence(problem)).color(theme::error_color(ui.visuals()));
                    ui.add(Label::new(text).wrap());
                }
                if open && !dragged {
                    ui.add_space(6.0);
                    if let Some(block) = experiment.blocks.get_mut(index) {
                        edit::show(ui, block);
                    }
                    if let Some(text) = inside::kept(view, index) {
                        ui.add_space(2.0);
                        ui.add(Label::new(RichText::new(text).small().weak()).wrap());
                    }
                    inside::show(ui, view, index);
                    buttons(ui, pane, index, actions);
                }
            });
            look::outline(ui, card.response.rect, stroke);
            look::rail(ui, card.response.rect, color);
        })
        .response;
    response.widget_info(|| {
        WidgetInfo::selected(
            Role::Button,
            true,
            selected,
            format!("Block {index}: {}", block.title()),
        )
    });
    if response.clicked() {
        pane.selection.click(index, click_modifiers(ui));
    }
    response.context_menu(|ui| menu(ui, pane, view, index, response.rect, actions));
}

/// Index, name, parameters and memory of a block, and its handle.
fn top(ui: &mut Ui, view: &View<'_>, index: usize, block: &Block, handle: Handle<'_>) {
    let small = TextStyle::Small.resolve(ui.style());
    let weak = ui.visuals().weak_text_color();
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 0.0;
        column(ui, INDEX_WIDTH, |ui| {
            let text = RichText::new(index.to_string()).weak();
            let text = if index < 100 {
                text.monospace()
            } else {
                text.font(FontId::monospace(LONG_INDEX))
            };
            ui.add(Label::new(text).extend());
        });
        let memory = view.activation_bytes(index).map(bytes);
        let memory_width = memory.as_ref().map_or(0.0, |text| {
            8.0 + ui
                .painter()
                .layout_no_wrap(text.clone(), small.clone(), weak)
                .size()
                .x
        });
        let words = ui.available_width() - memory_width - HANDLE_WIDTH;
        column(ui, words, |ui| {
            ui.add(Label::new(title(ui, block)).wrap());
            let parameters = match view.parameters(index) {
                Some(0) => return,
                Some(1) => "1 parameter".to_owned(),
                Some(count) => format!("{} parameters", grouped(count)),
                None => return,
            };
            ui.label(RichText::new(parameters).small().weak());
        });
        if let Some(memory) = memory {
            column(ui, memory_width, |ui| {
                ui.add_space(2.0);
                ui.with_layout(Layout::right_to_left(Align::TOP), |ui| {
                    ui.label(RichText::new(memory).small().weak())
                        .on_hover_text(inside::cost(view, index));
                });
            });
        }
        handle.ui(ui, grip).on_hover_text("Drag to reorder");
    });
}

/// A column of fixed width in a row.
fn column(ui: &mut Ui, width: f32, contents: impl FnOnce(&mut Ui)) {
    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::LEFT), |ui| {
        ui.set_width(width);
        contents(ui);
    });
}

/// The name of a block and its hyper-parameters in one text that wraps as a whole.
fn title(ui: &Ui, block: &Block) -> LayoutJob {
    let mut job = LayoutJob::default();
    let style = ui.style();
    let body = TextStyle::Body.resolve(style);
    RichText::new(block.title())
        .font(body.clone())
        .strong()
        .append_to(&mut job, style, Default::default(), Align::Center);
    let summary = block.summary();
    if !summary.is_empty() {
        job.append(
            &summary,
            8.0,
            egui::TextFormat::simple(
                FontId::new(body.size - 1.0, body.family),
                ui.visuals().text_color(),
            ),
        );
    }
    job
}

/// Six dots that say that the card can be dragged.
fn grip(ui: &mut Ui) {
    let (rect, response) = ui.allocate_exact_size(vec2(HANDLE_WIDTH, 20.0), Sense::hover());
    let color = if response.hovered() {
        ui.visuals().strong_text_color()
    } else {
        ui.visuals().weak_text_color()
    };
    for row in [-4.5, 0.0, 4.5] {
        for side in [-2.25, 2.25] {
            let center = rect.center() + vec2(side + 3.0, row);
            ui.painter().circle_filled(center, 1.25, color);
        }
    }
}

fn buttons(ui: &mut Ui, pane: &mut NetworkPane, index: usize, actions: &mut Vec<Action>) {
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let kind = ui
            .add(Button::new(RichText::new("Change kind…").small()).min_size(vec2(0.0, 20.0)))
            .on_hover_text("Puts another block in its place");
        kind.widget_info(|| {
            WidgetInfo::labeled(Role::Button, true, format!("Change kind of block {index}"))
        });
        if kind.clicked() {
            actions.push(Action::Open(Palette::new(
                Target::Instead(index),
                kind.rect,
            )));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if icon::button(ui, Icon::Delete, &format!("Delete block {index}"), "Delete").clicked()
            {
                actions.push(Action::Remove([index].into()));
            }
            if icon::button(
                ui,
                Icon::Copy,
                &format!("Duplicate block {index}"),
                "Ctrl+D",
            )
            .clicked()
            {
                actions.push(Action::Duplicate([index].into()));
            }
            if icon::button(ui, Icon::Repeat, &format!("Repeat block {index}"), "Ctrl+R").clicked()
            {
                pane.repeat = Some(Repeat::default());
            }
            let after = icon::button(
                ui,
                Icon::InsertAfter,
                &format!("Insert after block {index}"),
                "",
            );
            if after.clicked() {
                actions.push(Action::Open(Palette::new(Target::After(index), after.rect)));
            }
            let before = icon::button(
                ui,
                Icon::InsertBefore,
                &format!("Insert before block {index}"),
                "",
            );
            if before.clicked() {
                actions.push(Action::Open(Palette::new(
                    Target::Before(index),
                    before.rect,
                )));
            }
        });
    });
}

fn menu(
    ui: &mut Ui,
    pane: &mut NetworkPane,
    view: &View<'_>,
    index: usize,
    card: Rect,
    actions: &mut Vec<Action>,
) {
    let keyed = |text: &'static str, command: Command, ui: &Ui| {
        let keys = command.shortcut_text(ui.ctx()).unwrap_or_default();
        Button::new(text).shortcut_text(keys)
    };
    for (text, target) in [
        ("Insert before…", Target::Before(index)),
        ("Insert after…", Target::After(index)),
        ("Change kind…", Target::Instead(index)),
    ] {
        if ui.button(text).clicked() {
            actions.push(Action::Open(Palette::new(target, card)));
        }
    }
    ui.separator();
    // Of all that are selected, where this block is one of them.
    let blocks = pane.selection.with(index);
    let first = blocks.first().is_none_or(|first| *first == 0);
    let last = blocks
        .last()
        .is_none_or(|last| last + 1 >= view.block_count);
    let up = keyed("Move up", Command::MoveBlocksUp, ui);
    if ui.add_enabled(!first || blocks.len() > 1, up).clicked() {
        actions.push(Action::Shift {
            blocks: blocks.clone(),
            to_input: true,
        });
    }
    let down = keyed("Move down", Command::MoveBlocksDown, ui);
    if ui.add_enabled(!last || blocks.len() > 1, down).clicked() {
        actions.push(Action::Shift {
            blocks: blocks.clone(),
            to_input: false,
        });
    }
    ui.separator();
    if ui
        .add(keyed("Duplicate", Command::DuplicateBlocks, ui))
        .clicked()
    {
        actions.push(Action::Duplicate(blocks.clone()));
    }
    if ui
        .add(keyed("Repeat…", Command::RepeatBlocks, ui))
        .clicked()
    {
        pane.selection.set(blocks.clone());
        pane.repeat = Some(Repeat::default());
    }
    if ui.add(keyed("Delete", Command::DeleteBlocks, ui)).clicked() {
        actions.push(Action::Remove(blocks));
    }
    ui.separator();
    let module = view.module_of(index);
    if ui.button(format!("Fold module {module}")).clicked() {
        pane.folds.set(&view.blocks_of(module), true);
    }
}
