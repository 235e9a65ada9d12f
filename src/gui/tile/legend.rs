//! Names, colours and values of curves, in rows above a plot. A click hides or shows a curve.

use std::collections::BTreeSet;

use eframe::egui::{self, Sense, TextStyle, Ui, WidgetInfo, vec2};

use crate::gui::theme;

/// One name.
pub struct Entry {
    /// Number of the module whose colour it has.
    pub module: usize,
    /// In full, "Module 3", for whoever cannot see where it stands.
    pub name: String,
    /// As shown: "3" after the noun.
    pub short: String,
    pub value: Option<String>,
    pub warning: Option<String>,
}

/// Shows the entries after a noun. `hidden` holds the modules whose curves are not drawn.
pub fn show(ui: &mut Ui, noun: &str, entries: &[Entry], hidden: &mut BTreeSet<usize>) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
        ui.label(noun);
        for entry in entries {
            if chip(ui, entry, hidden.contains(&entry.module)).clicked()
                && !hidden.remove(&entry.module)
            {
                hidden.insert(entry.module);
            }
        }
    });
}

fn chip(ui: &mut Ui, entry: &Entry, hidden: bool) -> egui::Response {
    const DOT: f32 = 5.0;
    let visuals = ui.visuals();
    let color = theme::module_color(entry.module, visuals.dark_mode);
    let text_color = if hidden {
        visuals.weak_text_color()
    } else {
        visuals.text_color()
    };
    let warning_color = theme::warning_color(visuals);
    let font = TextStyle::Body.resolve(ui.style());
    let mut job = egui::text::LayoutJob::default();
    let mut append = |text: &str, color| {
        job.append(text, 0.0, egui::TextFormat::simple(font.clone(), color));
    };
    append(&entry.short, text_color);
    if let Some(value) = &entry.value {
        append(&format!("  {value}"), text_color);
    }
    if entry.warning.is_some() {
        append(" !", warning_color);
    }
    let galley = ui.painter().layout_job(job);
    let size = vec2(2.0 * DOT + 4.0 + galley.size().x, galley.size().y);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(egui::Role::CheckBox, ui.is_enabled(), !hidden, &entry.name)
    });
    let center = rect.left_center() + vec2(DOT, 0.0);
    if hidden {
        let stroke = egui::Stroke::new(1.5, color);
        ui.painter().circle_stroke(center, DOT - 1.0, stroke);
    } else {
        ui.painter().circle_filled(center, DOT, color);
    }
    let at = egui::pos2(rect.left() + 2.0 * DOT + 4.0, rect.top());
    ui.painter().galley(at, galley, text_color);
    let deed = if hidden { "show" } else { "hide" };
    let mut help = format!("{}. Click to {deed} it.", entry.name);
    if let Some(warning) = &entry.warning {
        help = format!("{help}\n{warning}");
    }
    response.on_hover_text(help)
}
