//! The palette: every kind of block, found by name.

use eframe::egui::{
    Button, Id, Key, Popup, PopupCloseBehavior, Rect, RichText, Role, ScrollArea, TextEdit, Ui,
    WidgetInfo, vec2,
};
use layerwise_experiment::{Block, Experiment, shape_after};

/// Where the chosen block goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Before(usize),
    After(usize),
    End,
    /// In the place of another block.
    Instead(usize),
}

impl Target {
    /// Index that the chosen block will have.
    fn index(self, blocks: usize) -> usize {
        match self {
            Self::Before(index) | Self::Instead(index) => index,
            Self::After(index) => index + 1,
            Self::End => blocks,
        }
    }

    fn title(self) -> String {
        match self {
            Self::Before(index) => format!("Insert before block {index}"),
            Self::After(index) => format!("Insert after block {index}"),
            Self::End => "Add at the end".to_owned(),
            Self::Instead(index) => format!("Change kind of block {index} to"),
        }
    }
}

/// The open palette.
pub(super) struct Palette {
    target: Target,
    search: String,
    /// What it was opened from.
    anchor: Rect,
    just_opened: bool,
}

impl Palette {
    pub fn new(target: Target, anchor: Rect) -> Self {
        Self {
            target,
            search: String::new(),
            anchor,
            just_opened: true,
        }
    }
}

/// Shows the palette where it is open. Choosing a block, Escape and a click elsewhere close it.
/// Returns the block that was chosen and where it goes.
pub(super) fn show(
    ui: &mut Ui,
    palette: &mut Option<Palette>,
    experiment: &Experiment,
) -> Option<(Target, Block)> {
    let open = palette.as_mut()?;
    let mut stays = true;
    let mut chosen = None;
    let behavior = if open.just_opened {
        // The click that opened it is not one elsewhere.
        PopupCloseBehavior::IgnoreClicks
    } else {
        PopupCloseBehavior::CloseOnClickOutside
    };
    Popup::new(
        Id::unique("block palette"),
        ui.ctx().clone(),
        open.anchor,
        ui.layer_id(),
    )
    .open_bool(&mut stays)
    .close_behavior(behavior)
    .width(260.0)
    .accessible_name("Block palette")
    .show(|ui| chosen = contents(ui, open, experiment));
    open.just_opened = false;
    let target = open.target;
    if chosen.is_some() || !stays {
        *palette = None;
    }
    chosen.map(|block| (target, block))
}

fn contents(ui: &mut Ui, open: &mut Palette, experiment: &Experiment) -> Option<Block> {
    ui.label(RichText::new(open.target.title()).strong());
    let search = ui.add(
        TextEdit::singleline(&mut open.search)
            .hint_text("Search blocks")
            .desired_width(f32::INFINITY),
    );
    if open.just_opened {
        search.request_focus();
    }
    let found: Vec<Block> = Block::palette()
        .into_iter()
        .filter(|block| matches(block, &open.search))
        .collect();
    let mut chosen = None;
    if search.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
        chosen = found.first().cloned();
    }
    if found.is_empty() {
        ui.weak("No block has this name");
    }
    let index = open.target.index(experiment.blocks.len());
    let input = experiment.shapes().get(index).copied();
    ScrollArea::vertical().max_height(520.0).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 1.0;
        for block in found {
            let misfit = input.and_then(|input| shape_after(&block, input).err());
            let mut name = RichText::new(block.title());
            if misfit.is_some() {
                name = name.weak();
            }
            let summary = RichText::new(block.summary()).small().weak();
            let button = Button::new(name)
                .right_text(summary)
                .frame_when_inactive(false)
                .min_size(vec2(ui.available_width(), 0.0));
            let mut response = ui.add(button);
            response.widget_info(|| WidgetInfo::labeled(Role::Button, true, block.title()));
            if let Some(misfit) = misfit {
                response = response.on_hover_text(misfit);
            }
            if response.clicked() {
                chosen = Some(block);
            }
        }
    });
    chosen
}

/// Whether the words of a search all occur in the name of a block.
fn matches(block: &Block, search: &str) -> bool {
    let title = block.title().to_lowercase();
    search
        .to_lowercase()
        .split_whitespace()
        .all(|word| title.contains(word))
}
