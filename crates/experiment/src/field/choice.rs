//! Choices from a fixed list.

/// One of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// As it is written in the file.
    pub key: &'static str,
    /// Name on the screen.
    pub title: &'static str,
}

impl Choice {
    /// One with its key and its name on the screen.
    pub const fn new(key: &'static str, title: &'static str) -> Self {
        Self { key, title }
    }
}

/// Lists the variants of an enum with their keys and titles, in the order shown to a person:
///
/// ```ignore
/// choices! { Shortcut {
///     Projection: "projection", "Projection";
///     ZeroPad: "zero-pad", "Zero padding";
/// } }
/// ```
///
/// Gives the enum `ALL`, `CHOICES`, `key`, `title`, `index` and `pick`. A variant that is not
/// listed does not compile.
macro_rules! choices {
    ($kind:ident { $($variant:ident: $key:expr, $title:expr;)+ }) => {
        impl $kind {
            /// Every one, in the order shown to a person.
            pub const ALL: [Self; [$($key),+].len()] = [$(Self::$variant),+];
            /// Their keys and names, in the same order.
            pub const CHOICES: &'static [$crate::field::Choice] =
                &[$(Self::$variant.choice()),+];

            const fn choice(self) -> $crate::field::Choice {
                match self {
                    $(Self::$variant => $crate::field::Choice::new($key, $title),)+
                }
            }

            /// Name in files.
            pub const fn key(self) -> &'static str {
                self.choice().key
            }

            /// Name on the screen.
            pub const fn title(self) -> &'static str {
                self.choice().title
            }

            /// The place among all.
            pub(crate) fn index(self) -> usize {
                Self::ALL.iter().position(|one| *one == self).unwrap_or(0)
            }

            /// Becomes the one at a place among all, where there is one.
            pub(crate) fn pick(&mut self, at: usize) {
                if let Some(one) = Self::ALL.get(at) {
                    *self = *one;
                }
            }
        }
    };
}

pub(crate) use choices;
