//! Numbers that are not known: NaN here, null in a record.

use serde::{Deserialize, Deserializer};

/// Numbers of which those that are not known are written as null.
pub(super) fn numbers<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f32>, D::Error> {
    let numbers = Vec::<Option<f32>>::deserialize(from)?;
    Ok(numbers
        .into_iter()
        .map(|it| it.unwrap_or(f32::NAN))
        .collect())
}

/// A number that is written as null where it is not known.
pub(super) fn number<'de, D: Deserializer<'de>>(from: D) -> Result<f32, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or(f32::NAN))
}
