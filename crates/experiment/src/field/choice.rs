//! Choices from a fixed list.

/// One of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it is written in the file.
    pub key: &'static str,
    /// Name on the screen.
    pub title: &'static str,
    /// What it means, in words without a full stop; empty where the title says it all.
    pub hint: &'static str,
}

impl Choice {
    /// One with its key and its name on the screen.
    pub const fn new(key: &'static str, title: &'static str) -> Self {
        Self {
            key,
            title,
            hint: "",
        }
    }

    /// The keys of several in one line.
    pub(crate) fn keys(all: &[Self]) -> String {
        let keys: Vec<&str> = all.iter().map(|choice| choice.key).collect();
        keys.join(", ")
    }

    /// With words on what it means, without a full stop.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }
}

/// Lists the variants of an enum with their keys, titles and, where it takes one, a hint, in the
/// order shown to a person:
///
/// ```text
/// choices! { Shortcut {
///     Projection: "projection", "Projection";
///     ZeroPad: "zero-pad", "Zero padding", "Channels of zeros on both sides";
/// } }
/// ```
///
/// Gives the enum `ALL`, `CHOICES`, `key`, `title`, `index` and `pick`. With
/// `choices! { LossKind is AboutLoss { CrossEntropy { choice: …, … } … } }` it gives each variant a
/// whole description of that type too, as `about`. A variant that is not listed does not compile.
macro_rules! choices {
    ($kind:ident { $($variant:ident: $key:expr, $title:expr $(, $hint:expr)?;)+ }) => {
        impl $kind {
            const fn choice(self) -> $crate::field::Choice {
                match self {
                    $(Self::$variant => {
                        $crate::field::Choice::new($key, $title)$(.hint($hint))?
                    })+
                }
            }
        }
        $crate::field::choices! { @list $kind $($variant)+ }
    };
    ($kind:ident is $about:ident { $($variant:ident { $($facts:tt)+ })+ }) => {
        impl $kind {
            /// What is known of it.
            pub const fn about(self) -> $about {
                match self {
                    $(Self::$variant => $about { $($facts)+ },)+
                }
            }

            const fn choice(self) -> $crate::field::Choice {
                self.about().choice
            }
        }
        $crate::field::choices! { @list $kind $($variant)+ }
    };
    (@list $kind:ident $($variant:ident)+) => {
        impl $kind {
            /// Every one, in the order shown to a person.
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];
            /// Their keys and names, in the same order.
            pub const CHOICES: &'static [$crate::field::Choice] =
                &[$(Self::$variant.choice()),+];

            /// Name in files.
            pub const fn key(self) -> &'static str {
                self.choice().key
            }

            /// Name on the screen.
            pub const fn title(self) -> &'static str {
                self.choice().title
            }

            /// The place among all.
            pub fn index(self) -> usize {
                Self::ALL.iter().position(|one| *one == self).unwrap_or(0)
            }

            /// Becomes the one at a place among all, where there is one.
            pub fn pick(&mut self, at: usize) {
                if let Some(one) = Self::ALL.get(at) {
                    *self = *one;
                }
            }
        }
    };
}

pub(crate) use choices;
