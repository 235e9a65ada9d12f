//! Settings described once: the key in the file, words on the screen, the range, and when a
//! setting applies. Checks, forms, `layerwise keys` and the reference of keys come from here.

mod choice;
mod range;

pub use choice::Choice;
pub(crate) use choice::choices;
pub use range::{Real, Whole};

/// One setting of a `T`.
pub struct Field<T: 'static> {
    /// The end of its key path in the file, from `T` on: `out`, `lambda_schedule.every`.
    pub key: &'static str,
    /// Name on the screen.
    pub title: &'static str,
    /// What it does, in words without a full stop; empty where the title says it all.
    pub hint: &'static str,
    /// What a number counts, as "epochs"; empty where it has no unit.
    pub unit: &'static str,
    /// Its type and range, and how it is read and written.
    pub value: Value<T>,
    /// Words beside the tick of a flag in a form; the title stands there where there are none.
    pub beside: &'static str,
    /// What is the case where it is left out of the file, in words; empty where that is the value
    /// of a new `T`.
    pub left_out: &'static str,
    /// The range for this `T`, where it depends on its other settings.
    pub narrowed: Option<fn(&T, Whole) -> Whole>,
    /// Of what it is a setting; a form leaves it out where it applies to nothing. None applies at
    /// all times.
    pub shown: Option<Condition<T>>,
    /// What it needs in order to do anything; a form greys it out without.
    pub needs: Option<Condition<T>>,
}

/// Type and range of a setting, and how it is read and written.
pub enum Value<T: 'static> {
    /// A whole number.
    Whole {
        /// Reads it.
        of: fn(&T) -> usize,
        /// Writes it.
        set: fn(&mut T, usize),
        /// What it may be.
        range: Whole,
    },
    /// A number.
    Real {
        /// Reads it.
        of: fn(&T) -> f64,
        /// Writes it.
        set: fn(&mut T, f64),
        /// What it may be.
        range: Real,
    },
    /// On or off.
    Flag {
        /// Reads it.
        of: fn(&T) -> bool,
        /// Writes it.
        set: fn(&mut T, bool),
    },
    /// One of a list, by its place there.
    Choice {
        /// Reads it.
        of: fn(&T) -> usize,
        /// Writes it.
        set: fn(&mut T, usize),
        /// The list.
        all: &'static [Choice],
    },
    /// Text, a list or an identifier, in words; whoever reads it checks it.
    Written(&'static str),
}

/// When a setting applies.
pub struct Condition<T: 'static> {
    /// Whether it does.
    pub met: fn(&T) -> bool,
    /// The same in words: "contrastive", "Needs momentum".
    pub words: &'static str,
}

impl<T: 'static> Field<T> {
    const fn new(key: &'static str, title: &'static str, value: Value<T>) -> Self {
        Self {
            key,
            title,
            hint: "",
            unit: "",
            beside: "",
            left_out: "",
            narrowed: None,
            value,
            shown: None,
            needs: None,
        }
    }

    /// A whole number.
    pub const fn whole(
        key: &'static str,
        title: &'static str,
        range: Whole,
        of: fn(&T) -> usize,
        set: fn(&mut T, usize),
    ) -> Self {
        Self::new(key, title, Value::Whole { of, set, range })
    }

    /// A number.
    pub const fn real(
        key: &'static str,
        title: &'static str,
        range: Real,
        of: fn(&T) -> f64,
        set: fn(&mut T, f64),
    ) -> Self {
        Self::new(key, title, Value::Real { of, set, range })
    }

    /// On or off.
    pub const fn flag(
        key: &'static str,
        title: &'static str,
        of: fn(&T) -> bool,
        set: fn(&mut T, bool),
    ) -> Self {
        Self::new(key, title, Value::Flag { of, set })
    }

    /// One of a list, by its place there.
    pub const fn choice(
        key: &'static str,
        title: &'static str,
        all: &'static [Choice],
        of: fn(&T) -> usize,
        set: fn(&mut T, usize),
    ) -> Self {
        Self::new(key, title, Value::Choice { of, set, all })
    }

    /// Text, a list or an identifier; `words` say which, as "a path".
    pub const fn written(key: &'static str, title: &'static str, words: &'static str) -> Self {
        Self::new(key, title, Value::Written(words))
    }

    /// With words on what it does, without a full stop.
    pub const fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// With what its number counts.
    pub const fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    /// With words beside its tick, before which the title stands.
    pub const fn beside(mut self, words: &'static str) -> Self {
        self.beside = words;
        self
    }

    /// With words on what is the case where the file leaves it out.
    pub const fn left_out(mut self, words: &'static str) -> Self {
        self.left_out = words;
        self
    }

    /// With a range that depends on the other settings; the whole one is that of the reference.
    pub const fn narrowed(mut self, range: fn(&T, Whole) -> Whole) -> Self {
        self.narrowed = Some(range);
        self
    }

    /// Left out of a form unless that is `met`; `words` say of what it is a setting.
    pub const fn shown(mut self, met: fn(&T) -> bool, words: &'static str) -> Self {
        self.shown = Some(Condition { met, words });
        self
    }

    /// Greyed out in a form unless that is `met`; `words` say what it needs.
    pub const fn needs(mut self, met: fn(&T) -> bool, words: &'static str) -> Self {
        self.needs = Some(Condition { met, words });
        self
    }

    fn info(&self, of: &T) -> Info {
        Info {
            key: self.key,
            title: self.title,
            hint: self.hint,
            unit: self.unit,
            beside: self.beside,
            left_out: self.left_out,
            kind: match self.value {
                Value::Whole { range, .. } => Type::Whole(match self.narrowed {
                    Some(narrowed) => narrowed(of, range),
                    None => range,
                }),
                Value::Real { range, .. } => Type::Real(range),
                Value::Flag { .. } => Type::Flag,
                Value::Choice { all, .. } => Type::Choice(all),
                Value::Written(words) => Type::Written(words),
            },
            is_shown: self.shown.as_ref().is_none_or(|shown| (shown.met)(of)),
            of: self.shown.as_ref().map_or("", |shown| shown.words),
            missing: match &self.needs {
                Some(needs) if !(needs.met)(of) => Some(needs.words),
                Some(_) | None => None,
            },
            needs: self.needs.as_ref().map_or("", |needs| needs.words),
        }
    }

    fn get(&self, of_value: &T) -> Option<Scalar> {
        match self.value {
            Value::Whole { of, .. } => Some(Scalar::Whole(of(of_value))),
            Value::Real { of, .. } => Some(Scalar::Real(of(of_value))),
            Value::Flag { of, .. } => Some(Scalar::Flag(of(of_value))),
            Value::Choice { of, .. } => Some(Scalar::Choice(of(of_value))),
            Value::Written(_) => None,
        }
    }

    fn set(&self, to: &mut T, scalar: Scalar) {
        match (&self.value, scalar) {
            (Value::Whole { set, .. }, Scalar::Whole(value)) => set(to, value),
            (Value::Real { set, .. }, Scalar::Real(value)) => set(to, value),
            (Value::Flag { set, .. }, Scalar::Flag(value)) => set(to, value),
            (Value::Choice { set, .. }, Scalar::Choice(value)) => set(to, value),
            (
                Value::Whole { .. }
                | Value::Real { .. }
                | Value::Flag { .. }
                | Value::Choice { .. }
                | Value::Written(_),
                _,
            ) => {}
        }
    }
}

/// A setting as a form and a reference need it, whatever it is a setting of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Info {
    /// See [`Field::key`].
    pub key: &'static str,
    /// See [`Field::title`].
    pub title: &'static str,
    /// See [`Field::hint`].
    pub hint: &'static str,
    /// See [`Field::unit`].
    pub unit: &'static str,
    /// See [`Field::beside`].
    pub beside: &'static str,
    /// See [`Field::left_out`].
    pub left_out: &'static str,
    /// Its type and range.
    pub kind: Type,
    /// Whether it applies, so that a form has a row for it.
    pub is_shown: bool,
    /// Of what it is a setting, in words; empty where it applies at all times.
    pub of: &'static str,
    /// What it needs in order to do anything, where that is missing.
    pub missing: Option<&'static str>,
    /// The same, whether it is missing or not; empty where it needs nothing.
    pub needs: &'static str,
}

/// Type and range of a setting.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Type {
    /// A whole number.
    Whole(Whole),
    /// A number.
    Real(Real),
    /// On or off.
    Flag,
    /// One of a list.
    Choice(&'static [Choice]),
    /// Anything else, in words.
    Written(&'static str),
}

impl Type {
    /// What a person may write, without a full stop.
    pub fn words(&self) -> String {
        match self {
            Self::Whole(range) => range.words(),
            Self::Real(range) => range.words(),
            Self::Flag => "true or false".to_owned(),
            Self::Choice(all) => Choice::keys(all),
            Self::Written(words) => (*words).to_owned(),
        }
    }
}

/// What a setting is set to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A whole number.
    Whole(usize),
    /// A number.
    Real(f64),
    /// On or off.
    Flag(bool),
    /// The place in the list of choices.
    Choice(usize),
}

/// What has settings of one type.
pub trait Fields: Sized + 'static {
    /// Its settings in the order of a form.
    const FIELDS: &'static [Field<Self>];
}

/// What has settings, whatever its type is.
pub trait Form {
    /// Number of settings.
    fn count(&self) -> usize;
    /// The setting at a place in the form.
    fn info(&self, at: usize) -> Option<Info>;
    /// What it is set to; none where it is [`Value::Written`].
    fn get(&self, at: usize) -> Option<Scalar>;
    /// Sets it. A scalar of another type changes nothing.
    fn set(&mut self, at: usize, value: Scalar);
}

impl<T: Fields> Form for T {
    fn count(&self) -> usize {
        T::FIELDS.len()
    }

    fn info(&self, at: usize) -> Option<Info> {
        Some(T::FIELDS.get(at)?.info(self))
    }

    fn get(&self, at: usize) -> Option<Scalar> {
        T::FIELDS.get(at)?.get(self)
    }

    fn set(&mut self, at: usize, value: Scalar) {
        if let Some(field) = T::FIELDS.get(at) {
            field.set(self, value);
        }
    }
}

/// A number that is out of range.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutOfRange {
    /// The key of its setting.
    pub key: &'static str,
    /// What it is set to.
    pub value: String,
    /// What it may be, as in "choose …".
    pub range: String,
}

/// Every number of a form that is out of range, in its order, whether its setting applies or not.
pub fn out_of_range(form: &dyn Form) -> Vec<OutOfRange> {
    (0..form.count())
        .filter_map(|at| {
            let info = form.info(at)?;
            let (value, range) = match (info.kind, form.get(at)?) {
                (Type::Whole(range), Scalar::Whole(value)) => {
                    (value.to_string(), range.objection(value)?)
                }
                (Type::Real(range), Scalar::Real(value)) => {
                    (value.to_string(), range.objection(value)?)
                }
                (
                    Type::Whole(_)
                    | Type::Real(_)
                    | Type::Flag
                    | Type::Choice(_)
                    | Type::Written(_),
                    _,
                ) => return None,
            };
            Some(OutOfRange {
                key: info.key,
                value,
                range,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Copy, PartialEq, Debug)]
    enum Size {
        Small,
        Large,
    }

    choices! { Size {
        Small: "small", "Small one";
        Large: "large", "Large one";
    } }

    struct Thing {
        out: usize,
        share: f64,
        bias: bool,
        size: Size,
    }

    impl Fields for Thing {
        const FIELDS: &'static [Field<Self>] = &[
            Field::<Self>::whole(
                "out",
                "Features",
                Whole::from_to(1, 8),
                |thing| thing.out,
                |thing, out| thing.out = out,
            )
            .hint("Values handed on")
            .unit("features"),
            Field::<Self>::real(
                "share",
                "Share",
                Real::share(),
                |thing| thing.share,
                |thing, share| thing.share = share,
            )
            .shown(|thing| thing.bias, "with bias"),
            Field::<Self>::flag(
                "bias",
                "Bias",
                |thing| thing.bias,
                |thing, bias| thing.bias = bias,
            )
            .needs(|thing| thing.out > 1, "Needs two features"),
            Field::<Self>::choice(
                "size",
                "Size",
                Size::CHOICES,
                |thing| thing.size.index(),
                |thing, at| thing.size.pick(at),
            ),
            Field::<Self>::written("name", "Name", "a text"),
        ];
    }

    #[test]
    fn a_form_reads_writes_and_says_when() {
        let mut thing = Thing {
            out: 1,
            share: 0.5,
            bias: false,
            size: Size::Small,
        };
        let form: &mut dyn Form = &mut thing;
        assert_eq!(form.count(), 5);
        assert_eq!(form.get(0), Some(Scalar::Whole(1)));
        assert!(!form.info(1).unwrap().is_shown);
        assert_eq!(form.info(2).unwrap().missing, Some("Needs two features"));
        form.set(0, Scalar::Whole(2));
        form.set(0, Scalar::Real(3.0));
        form.set(2, Scalar::Flag(true));
        form.set(3, Scalar::Choice(1));
        form.set(3, Scalar::Choice(2));
        assert!(form.info(1).unwrap().is_shown);
        assert_eq!(form.info(2).unwrap().missing, None);
        assert_eq!(form.info(3).unwrap().kind.words(), "small, large");
        assert_eq!(form.get(4), None);
        assert_eq!(form.info(5), None);
        assert_eq!((thing.out, thing.size), (2, Size::Large));
        assert_eq!(
            (thing.size.key(), thing.size.title()),
            ("large", "Large one")
        );
    }

    #[test]
    fn numbers_out_of_range_are_found() {
        let thing = Thing {
            out: 9,
            share: 1.0,
            bias: true,
            size: Size::Small,
        };
        let found = out_of_range(&thing);
        assert_eq!(found.len(), 2);
        assert_eq!(
            found[0],
            OutOfRange {
                key: "out",
                value: "9".to_owned(),
                range: "a whole number from 1 to 8".to_owned(),
            }
        );
        assert_eq!(found[1].range, "a number from 0 to below 1");
    }
}
