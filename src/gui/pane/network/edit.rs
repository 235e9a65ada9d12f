//! The hyper-parameters of a block as fields.

use eframe::egui::{ComboBox, Grid, Ui, vec2};
use layerwise_experiment::{
    Block, Init, MAX_KERNEL, MAX_RATIO, MAX_WIDTH, NormOver, Position, Shortcut,
};

use crate::gui::widget::number_row;

/// Fields for every hyper-parameter, within the ranges that an experiment allows.
pub(super) fn show(ui: &mut Ui, block: &mut Block) {
    Grid::new("hyper-parameters")
        .num_columns(2)
        .spacing(vec2(12.0, 5.0))
        .min_col_width(96.0)
        .show(ui, |ui| rows(ui, block));
}

fn rows(ui: &mut Ui, block: &mut Block) {
    match block {
        Block::Linear { out, bias, init } => {
            width(ui, "Features", out);
            bias_row(ui, bias);
            init_row(ui, init);
        }
        Block::Conv2d {
            out,
            kernel,
            stride,
            padding,
            dilation,
            groups,
            bias,
            init,
        } => {
            width(ui, "Channels", out);
            pixels(ui, "Kernel", kernel, 1);
            pixels(ui, "Stride", stride, 1);
            pixels(ui, "Padding", padding, 0);
            pixels(ui, "Dilation", dilation, 1);
            width(ui, "Groups", groups);
            bias_row(ui, bias);
            init_row(ui, init);
        }
        Block::ResidualBasic {
            out,
            stride,
            shortcut,
            init,
        } => {
            width(ui, "Channels", out);
            pixels(ui, "Stride", stride, 1);
            shortcut_row(ui, shortcut);
            init_row(ui, init);
        }
        Block::ResidualBottleneck {
            out,
            width: inner,
            stride,
            shortcut,
            init,
        } => {
            width(ui, "Channels", out);
            width(ui, "Inner channels", inner);
            pixels(ui, "Stride", stride, 1);
            shortcut_row(ui, shortcut);
            init_row(ui, init);
        }
        Block::SeparableConv {
            out,
            kernel,
            stride,
            init,
        } => {
            width(ui, "Channels", out);
            odd(ui, "Kernel", kernel);
            pixels(ui, "Stride", stride, 1);
            init_row(ui, init);
        }
        Block::ConvNext {
            kernel,
            mlp_ratio,
            layer_scale,
            drop_path,
            eps,
            init,
        } => {
            odd(ui, "Kernel", kernel);
            ratio(ui, mlp_ratio);
            number_row(ui, "Scale at start", layer_scale, 0.0..=10.0, 0.001);
            probability(ui, "Stochastic depth", drop_path);
            epsilon(ui, eps);
            init_row(ui, init);
        }
        Block::PatchEmbedding {
            out,
            patch,
            class_token,
            init,
        } => {
            width(ui, "Features", out);
            pixels(ui, "Patch", patch, 1);
            check_row(ui, "Class token", class_token);
            init_row(ui, init);
        }
        Block::PositionEmbedding { position } => {
            choice_row(ui, "Places", position, &Position::ALL, Position::title);
        }
        Block::TransformerEncoder {
            heads,
            mlp_ratio,
            dropout,
            drop_path,
            eps,
            init,
        } => {
            width(ui, "Heads", heads);
            ratio(ui, mlp_ratio);
            probability(ui, "Dropout", dropout);
            probability(ui, "Stochastic depth", drop_path);
            epsilon(ui, eps);
            init_row(ui, init);
        }
        Block::Swin {
            heads,
            window,
            shift,
            mlp_ratio,
            dropout,
            drop_path,
            eps,
            init,
        } => {
            width(ui, "Heads", heads);
            pixels(ui, "Window", window, 1);
            check_row(ui, "Shifted", shift);
            ratio(ui, mlp_ratio);
            probability(ui, "Dropout", dropout);
            probability(ui, "Stochastic depth", drop_path);
            epsilon(ui, eps);
            init_row(ui, init);
        }
        Block::PatchMerging { eps, init } => {
            epsilon(ui, eps);
            init_row(ui, init);
        }
        Block::MlpMixer {
            tokens_hidden,
            channels_hidden,
            dropout,
            drop_path,
            eps,
            init,
        } => {
            width(ui, "Along tokens", tokens_hidden);
            width(ui, "Along features", channels_hidden);
            probability(ui, "Dropout", dropout);
            probability(ui, "Stochastic depth", drop_path);
            epsilon(ui, eps);
            init_row(ui, init);
        }
        Block::LeakyRelu { slope } => {
            number_row(ui, "Slope", slope, 0.0..=1.0, 0.005);
        }
        Block::BatchNorm { eps, momentum } => {
            number_row(ui, "Momentum", momentum, 1e-4..=1.0, 0.005);
            epsilon(ui, eps);
        }
        Block::LayerNorm { eps, over } => {
            choice_row(ui, "Over", over, &NormOver::ALL, NormOver::title);
            epsilon(ui, eps);
        }
        Block::GroupNorm { groups, eps } => {
            width(ui, "Groups", groups);
            epsilon(ui, eps);
        }
        Block::MaxPool {
            kernel,
            stride,
            padding,
        }
        | Block::AvgPool {
            kernel,
            stride,
            padding,
        } => {
            pixels(ui, "Kernel", kernel, 1);
            pixels(ui, "Stride", stride, 1);
            pixels(ui, "Padding", padding, 0);
        }
        Block::Dropout { p } => {
            probability(ui, "Probability", p);
        }
        Block::Relu {}
        | Block::Gelu {}
        | Block::Silu {}
        | Block::Tanh {}
        | Block::GlobalAvgPool {}
        | Block::Flatten {} => {
            ui.weak("Nothing to set");
            ui.end_row();
        }
    }
}

fn width(ui: &mut Ui, name: &str, value: &mut usize) {
    number_row(ui, name, value, 1..=MAX_WIDTH, 0.5);
}

fn pixels(ui: &mut Ui, name: &str, value: &mut usize, low: usize) {
    number_row(ui, name, value, low..=MAX_KERNEL, 0.05);
}

/// An odd number of pixels; an even one becomes the odd one next to it.
fn odd(ui: &mut Ui, name: &str, value: &mut usize) {
    pixels(ui, name, value, 1);
    if value.is_multiple_of(2) {
        *value = value.saturating_sub(1).max(1);
    }
}

fn epsilon(ui: &mut Ui, value: &mut f64) {
    number_row(ui, "Epsilon", value, 1e-12..=1.0, 1e-6);
}

fn ratio(ui: &mut Ui, value: &mut f64) {
    number_row(ui, "Hidden ratio", value, 0.01..=MAX_RATIO, 0.05);
}

fn probability(ui: &mut Ui, name: &str, value: &mut f64) {
    number_row(ui, name, value, 0.0..=0.999, 0.005);
}

fn bias_row(ui: &mut Ui, bias: &mut bool) {
    check_row(ui, "Bias", bias);
}

fn check_row(ui: &mut Ui, name: &str, value: &mut bool) {
    let label = ui.label(name);
    ui.checkbox(value, "").labelled_by(label.id);
    ui.end_row();
}

fn shortcut_row(ui: &mut Ui, shortcut: &mut Shortcut) {
    choice_row(ui, "Shortcut", shortcut, &Shortcut::ALL, Shortcut::title);
}

fn init_row(ui: &mut Ui, init: &mut Init) {
    choice_row(ui, "Initialisation", init, &Init::ALL, Init::title);
}

fn choice_row<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    value: &mut T,
    all: &[T],
    title: impl Fn(T) -> &'static str,
) {
    let label = ui.label(name);
    ComboBox::from_id_salt(name)
        .selected_text(title(*value))
        .width(ui.available_width().min(140.0))
        .show_ui(ui, |ui| {
            for &choice in all {
                ui.selectable_value(value, choice, title(choice));
            }
        })
        .response
        .labelled_by(label.id);
    ui.end_row();
}
