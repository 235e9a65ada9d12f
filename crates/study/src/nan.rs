//! Numbers that are not known: NaN here, null in a record.

use serde::{Deserialize, Deserializer};

/// Numbers of which those that are not known are written as null.
pub(super) fn numbers<'de, D: Deserializer<'de>, T: Deserialize<'de> + From<f32>>(
    from: D,
) -> Result<Vec<T>, D::Error> {
    let numbers = Vec::<Option<T>>::deserialize(from)?;
    Ok(numbers
        .into_iter()
        .map(|it| it.unwrap_or(T::from(f32::NAN)))
        .collect())
}

/// A number that is written as null where it is not known.
pub(super) fn number<'de, D: Deserializer<'de>, T: Deserialize<'de> + From<f32>>(
    from: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(T::from(f32::NAN)))
}
