//! Colours and spacing by name. The same colour means the same module everywhere.

use eframe::egui::{
    Color32, Context, CornerRadius, FontFamily, FontId, Frame, Margin, RichText, Shadow, Stroke,
    Style, TextStyle, Theme, Ui, Visuals, style::WidgetVisuals, vec2,
};

/// Space between groups.
pub const GAP: f32 = 12.0;
/// Space between a group's title and its content.
pub const SMALL_GAP: f32 = 6.0;
/// Space between the edge of a panel and its content.
pub const PANEL_MARGIN: i8 = 12;
/// Roundness of cards, buttons and fields.
pub const RADIUS: u8 = 6;
/// Width of the network panel at first.
pub const NETWORK_WIDTH: f32 = 300.0;
/// Width of the settings panel at first.
pub const SETTINGS_WIDTH: f32 = 280.0;
/// Height of the log at first.
pub const LOG_HEIGHT: f32 = 110.0;

/// Grounds and strokes of one theme, from the back to the front.
struct Palette {
    ground: Color32,
    panel: Color32,
    field: Color32,
    widget: Color32,
    hovered: Color32,
    line: Color32,
    /// Outline of what can be clicked.
    edge: Color32,
    text: Color32,
    strong: Color32,
    accent: Color32,
    on_accent: Color32,
    selection: Color32,
    warning: Color32,
    error: Color32,
}

const DARK: Palette = Palette {
    ground: Color32::from_rgb(19, 21, 25),
    panel: Color32::from_rgb(28, 31, 36),
    field: Color32::from_rgb(18, 20, 24),
    widget: Color32::from_rgb(44, 48, 56),
    hovered: Color32::from_rgb(56, 62, 72),
    line: Color32::from_rgb(52, 57, 66),
    edge: Color32::from_rgb(78, 85, 98),
    text: Color32::from_rgb(205, 210, 218),
    strong: Color32::from_rgb(244, 246, 249),
    accent: Color32::from_rgb(64, 156, 230),
    on_accent: Color32::from_rgb(8, 20, 32),
    selection: Color32::from_rgb(32, 76, 116),
    warning: Color32::from_rgb(240, 170, 60),
    error: Color32::from_rgb(250, 110, 100),
};

const LIGHT: Palette = Palette {
    ground: Color32::from_rgb(238, 240, 243),
    panel: Color32::from_rgb(250, 251, 252),
    field: Color32::from_rgb(255, 255, 255),
    widget: Color32::from_rgb(230, 233, 238),
    hovered: Color32::from_rgb(217, 222, 230),
    line: Color32::from_rgb(214, 218, 225),
    edge: Color32::from_rgb(184, 190, 200),
    text: Color32::from_rgb(48, 54, 64),
    strong: Color32::from_rgb(14, 18, 26),
    accent: Color32::from_rgb(0, 103, 178),
    on_accent: Color32::from_rgb(255, 255, 255),
    selection: Color32::from_rgb(190, 220, 246),
    warning: Color32::from_rgb(166, 92, 0),
    error: Color32::from_rgb(190, 32, 32),
};

fn palette(dark: bool) -> &'static Palette {
    if dark { &DARK } else { &LIGHT }
}

/// Gives both themes their colours, text sizes and spacing.
pub fn apply(ctx: &Context) {
    ctx.set_style_of(Theme::Dark, style(true));
    ctx.set_style_of(Theme::Light, style(false));
}

fn style(dark: bool) -> Style {
    let mut style = Style {
        visuals: visuals(dark),
        ..Style::default()
    };
    let proportional = |size| FontId::new(size, FontFamily::Proportional);
    style.text_styles = [
        (TextStyle::Small, proportional(11.5)),
        (TextStyle::Body, proportional(13.5)),
        (TextStyle::Button, proportional(13.5)),
        (TextStyle::Heading, proportional(16.0)),
        (
            TextStyle::Monospace,
            FontId::new(12.5, FontFamily::Monospace),
        ),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(8.0, 6.0);
    spacing.button_padding = vec2(8.0, 3.0);
    spacing.interact_size = vec2(36.0, 22.0);
    spacing.menu_margin = Margin::same(6);
    spacing.window_margin = Margin::same(16);
    spacing.combo_width = 120.0;
    style
}

fn visuals(dark: bool) -> Visuals {
    let palette = palette(dark);
    let mut visuals = if dark {
        Visuals::dark()
    } else {
        Visuals::light()
    };
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = Stroke::new(1.0, palette.line);
    visuals.extreme_bg_color = palette.field;
    visuals.faint_bg_color = palette.ground;
    visuals.code_bg_color = palette.widget;
    visuals.hyperlink_color = palette.accent;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.error;
    visuals.selection.bg_fill = palette.selection;
    visuals.selection.stroke = Stroke::new(1.0, palette.strong);
    visuals.weak_text_alpha = if dark { 0.72 } else { 0.8 };
    visuals.slider_trailing_fill = true;
    visuals.window_corner_radius = CornerRadius::same(RADIUS + 2);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS);
    let shadow = Shadow {
        offset: [0, 4],
        blur: 16,
        spread: 0,
        color: Color32::from_black_alpha(if dark { 90 } else { 30 }),
    };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;

    let widget = |fill: Color32, stroke: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, stroke),
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let widgets = &mut visuals.widgets;
    widgets.noninteractive = widget(palette.panel, palette.line, palette.text);
    widgets.inactive = widget(palette.widget, palette.edge, palette.text);
    widgets.hovered = widget(palette.hovered, palette.edge, palette.strong);
    widgets.active = widget(palette.hovered, palette.accent, palette.strong);
    widgets.open = widget(palette.hovered, palette.edge, palette.strong);
    visuals
}

/// No colour at all.
pub const CLEAR: Color32 = Color32::TRANSPARENT;
/// What pictures are multiplied with to be drawn as they are.
pub const AS_IT_IS: Color32 = Color32::WHITE;
/// Where a picture has nothing to show.
pub const NO_PICTURE: Color32 = Color32::BLACK;
/// Over the window while something is held above it.
pub const VEIL: Color32 = Color32::from_black_alpha(160);
/// Text on it.
pub const ON_VEIL: Color32 = Color32::WHITE;
/// The channels of a picture: red, green and blue.
pub const CHANNELS: [Color32; 3] = [
    Color32::from_rgb(214, 84, 76),
    Color32::from_rgb(74, 163, 92),
    Color32::from_rgb(78, 124, 214),
];

/// Fill and text of the one button that matters most.
pub fn accent(visuals: &Visuals) -> (Color32, Color32) {
    let palette = palette(visuals.dark_mode);
    (palette.accent, palette.on_accent)
}

/// Ground behind the tiles.
pub fn ground(visuals: &Visuals) -> Color32 {
    palette(visuals.dark_mode).ground
}

/// Frame of a panel.
pub fn panel_frame(visuals: &Visuals) -> Frame {
    Frame::new()
        .fill(visuals.panel_fill)
        .inner_margin(Margin::same(PANEL_MARGIN))
}

/// Frame of a message that stays: a tinted ground with a line in `color`.
pub fn banner_frame(color: Color32) -> Frame {
    Frame::new()
        .fill(color.gamma_multiply(0.14))
        .stroke(Stroke::new(1.0, color.gamma_multiply(0.5)))
        .corner_radius(CornerRadius::same(RADIUS))
        .inner_margin(Margin::symmetric(10, 6))
}

/// Title of a group of settings.
pub fn section(ui: &mut Ui, title: &str) {
    ui.add_space(SMALL_GAP);
    ui.label(RichText::new(title).heading().strong());
}

/// Colour of a module, by number from 1: well apart, readable on both themes, and the same for
/// the first eight whatever the number of modules.
pub fn module_color(number: usize, dark: bool) -> Color32 {
    // Hues of the Okabe–Ito palette, which colour-blind people can tell apart, in two
    // lightnesses.
    const HUES: [(Color32, Color32); 8] = [
        (
            Color32::from_rgb(86, 180, 233),
            Color32::from_rgb(0, 102, 164),
        ),
        (
            Color32::from_rgb(240, 160, 30),
            Color32::from_rgb(158, 88, 0),
        ),
        (
            Color32::from_rgb(40, 190, 140),
            Color32::from_rgb(0, 115, 84),
        ),
        (
            Color32::from_rgb(225, 140, 190),
            Color32::from_rgb(160, 66, 120),
        ),
        (
            Color32::from_rgb(240, 110, 60),
            Color32::from_rgb(186, 66, 0),
        ),
        (
            Color32::from_rgb(225, 215, 80),
            Color32::from_rgb(116, 107, 0),
        ),
        (
            Color32::from_rgb(150, 140, 240),
            Color32::from_rgb(90, 75, 200),
        ),
        (
            Color32::from_rgb(170, 170, 170),
            Color32::from_rgb(100, 100, 100),
        ),
    ];
    let (on_dark, on_light) = HUES
        .get(number.saturating_sub(1) % HUES.len())
        .copied()
        .unwrap_or_default();
    if dark { on_dark } else { on_light }
}

/// Colour of an error.
pub fn error_color(visuals: &Visuals) -> Color32 {
    visuals.error_fg_color
}

/// Colour of a warning.
pub fn warning_color(visuals: &Visuals) -> Color32 {
    visuals.warn_fg_color
}

/// Where no class is likelier than the others.
pub fn unsure(dark: bool) -> Color32 {
    if dark {
        Color32::from_gray(24)
    } else {
        Color32::WHITE
    }
}

/// The edge of a sample in a picture of decision regions, and what its shade is drawn with.
pub fn sample_colors(dark: bool) -> (Color32, Color32) {
    if dark {
        (Color32::BLACK, Color32::WHITE)
    } else {
        (Color32::WHITE, Color32::BLACK)
    }
}

/// The colour of a pixel of a picture.
pub fn pixel([red, green, blue]: [u8; 3]) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// Colour of a class, by index from 0; apart from the colours of modules in hue and strength.
pub fn class_color(class: usize) -> Color32 {
    // Paul Tol's muted palette, which colour-blind people can tell apart, its darkest hues lighter.
    const COLORS: [Color32; 10] = [
        Color32::from_rgb(68, 170, 153),
        Color32::from_rgb(204, 102, 119),
        Color32::from_rgb(104, 88, 196),
        Color32::from_rgb(221, 204, 119),
        Color32::from_rgb(136, 204, 238),
        Color32::from_rgb(176, 64, 120),
        Color32::from_rgb(44, 146, 80),
        Color32::from_rgb(170, 68, 153),
        Color32::from_rgb(153, 153, 51),
        Color32::from_rgb(200, 200, 200),
    ];
    COLORS
        .get(class % COLORS.len())
        .copied()
        .unwrap_or_default()
}

/// Colour of a value in [−1, 1]: from red at −1 over the background to blue at 1. Transparent
/// where there is no value.
pub fn diverging(value: f64, dark: bool) -> Color32 {
    const ON_DARK: [Color32; 5] = [
        Color32::from_rgb(255, 128, 92),
        Color32::from_rgb(160, 68, 48),
        Color32::from_rgb(44, 44, 48),
        Color32::from_rgb(36, 98, 158),
        Color32::from_rgb(96, 184, 255),
    ];
    const ON_LIGHT: [Color32; 5] = [
        Color32::from_rgb(178, 24, 43),
        Color32::from_rgb(239, 138, 98),
        Color32::from_rgb(247, 247, 247),
        Color32::from_rgb(103, 169, 207),
        Color32::from_rgb(24, 92, 162),
    ];
    if value.is_nan() {
        return CLEAR;
    }
    let stops = if dark { ON_DARK } else { ON_LIGHT };
    let place = (value.clamp(-1.0, 1.0) + 1.0) * 2.0;
    let below = place.floor();
    let stop = |at: f64| stops.get(at as usize).or(stops.last()).copied();
    let (from, to) = (stop(below), stop(below + 1.0));
    from.zip(to).map_or(CLEAR, |(from, to)| {
        from.lerp_to_gamma(to, (place - below) as f32)
    })
}
