//! Colours that tell classes apart.

/// Red, green and blue in [0, 1].
pub(super) type Rgb = [f32; 3];

/// One of ten colours around the circle.
#[derive(Clone, Copy)]
pub(super) struct Hue(usize);

const TITLES: [&str; 10] = [
    "red", "orange", "lime", "green", "mint", "cyan", "blue", "violet", "magenta", "rose",
];

impl Hue {
    pub(super) const COUNT: usize = TITLES.len();

    /// The colour of a class, counted around the circle again and again.
    pub(super) fn at(index: usize) -> Self {
        Self(index % Self::COUNT)
    }

    pub(super) fn title(self) -> &'static str {
        TITLES.get(self.0).copied().unwrap_or_default()
    }

    /// For shapes.
    pub(super) fn bright(self) -> Rgb {
        self.rgb(0.75, 1.0)
    }

    /// For backgrounds; `value` in [0, 1] varies it.
    pub(super) fn dark(self, value: f32) -> Rgb {
        self.rgb(0.9, 0.15 + 0.25 * value)
    }

    /// Of a saturation and a value (Smith 1978).
    fn rgb(self, saturation: f32, value: f32) -> Rgb {
        let turn = self.0 as f32 / Self::COUNT as f32 * 6.0;
        [5.0, 3.0, 1.0].map(|offset: f32| {
            let at = (offset + turn) % 6.0;
            let share = at.min(4.0 - at).clamp(0.0, 1.0);
            value - value * saturation * share
        })
    }
}
