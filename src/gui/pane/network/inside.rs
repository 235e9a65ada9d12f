//! What a composite block is made of, and what a block costs.

use eframe::egui::{CollapsingHeader, Grid, RichText, Ui, vec2};
use layerwise_experiment::words::{
    number::grouped,
    size::{bytes, flops},
};

use super::view::View;

/// The layers inside an open block, where there are several.
pub(super) fn show(ui: &mut Ui, view: &View<'_>, index: usize) {
    let parts = match view.cost(index) {
        Some(cost) if cost.parts().len() > 1 => cost.parts(),
        _ => return,
    };
    ui.add_space(4.0);
    CollapsingHeader::new(RichText::new("What is inside").small())
        .id_salt(("inside", index))
        .show(ui, |ui| {
            Grid::new(("parts", index))
                .num_columns(2)
                .spacing(vec2(10.0, 2.0))
                .show(ui, |ui| {
                    for part in parts {
                        ui.label(RichText::new(&part.title).small());
                        let learnt = match part.parameters {
                            0 => String::new(),
                            count => grouped(count),
                        };
                        let text = RichText::new(learnt).small().weak();
                        ui.label(text).on_hover_text(format!(
                            "Parameters; output {}, {} for a sample",
                            part.output,
                            flops(part.flops)
                        ));
                        ui.end_row();
                    }
                });
        });
}

/// What waits in a block for the backward pass, beside global BP's, and its operations.
pub(super) fn kept(view: &View<'_>, index: usize) -> Option<String> {
    let (own, global) = view.kept_bytes(index)?;
    let operations = match view.cost(index)?.flops {
        0 => String::new(),
        count => format!(" · {} a sample", flops(count)),
    };
    let beside = if view.global {
        String::new()
    } else {
        format!(" (global BP {})", bytes(global))
    };
    Some(format!(
        "Keeps {}{beside} for the backward pass{operations}",
        bytes(own)
    ))
}

/// What a block costs, in words.
pub(super) fn cost(view: &View<'_>, index: usize) -> String {
    let samples = grouped(view.batch_size as u64);
    let output = format!("Output of this block for a batch of {samples} samples");
    match kept(view, index) {
        Some(kept) => format!("{output}\n{kept}"),
        None => output,
    }
}
