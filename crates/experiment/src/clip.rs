//! Blocks as text that can be copied into another window, a file or a letter: their `[[block]]`
//! tables in TOML.

use serde::Serialize;
use toml::{Table, Value};

use super::{Block, Experiment, VERSION, file::not_toml};

/// Longest text that is looked through, in bytes.
const MAX_TEXT_BYTES: usize = 4 << 20;

#[derive(Serialize)]
struct Tables<'a> {
    block: Vec<&'a Block>,
}

/// Blocks as the tables that an experiment file holds of them.
///
/// # Errors
/// Where a value cannot be written as TOML.
pub fn blocks_to_toml<'a>(blocks: impl Iterator<Item = &'a Block>) -> Result<String, String> {
    let tables = Tables {
        block: blocks.collect(),
    };
    toml::to_string(&tables).map_err(|error| error.to_string())
}

/// The blocks of a text with `[[block]]` tables, such as a whole experiment file.
///
/// # Errors
/// A sentence on what is wrong: no such tables, a kind or key that is unknown, a value out of
/// range.
pub fn blocks_from_toml(text: &str) -> Result<Vec<Block>, String> {
    let none = "The clipboard holds no blocks: copy cards, or text with [[block]] tables";
    if !text.contains("[[block]]") || text.len() > MAX_TEXT_BYTES {
        return Err(none.to_owned());
    }
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let fault = not_toml(text, &error);
        format!("The clipboard holds blocks that cannot be read: {fault}")
    })?;
    let blocks = table.get("block").cloned().ok_or(none)?;
    // Read as those of a file are, with the same words on what is wrong.
    let mut file = Table::new();
    file.insert("version".to_owned(), Value::Integer(VERSION.into()));
    file.insert("data".to_owned(), Value::Table(Table::new()));
    file.insert("block".to_owned(), blocks);
    let file = toml::to_string(&file).map_err(|error| error.to_string())?;
    Experiment::from_toml(&file, "The clipboard", &[])
        .map(|experiment| experiment.blocks)
        .map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::presets;

    #[test]
    fn every_preset_goes_through_the_clipboard() {
        for preset in presets() {
            let blocks = preset.experiment().unwrap().blocks;
            let text = blocks_to_toml(blocks.iter()).unwrap();
            assert!(text.starts_with("[[block]]\nkind = "), "{text}");
            assert_eq!(blocks_from_toml(&text).unwrap(), blocks);
            assert_eq!(blocks_from_toml(&preset.toml().unwrap()).unwrap(), blocks);
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, expected) in [
            ("", "holds no blocks"),
            ("a letter to a friend", "holds no blocks"),
            ("block = []", "holds no blocks"),
            ("[[block]]\nkind = \"linear\"\nout = [", "in line 3"),
            (
                "[[block]]\nkind = \"relu\"\n[[block]]\nkind = \"linear\"\nout = 0\n",
                "The clipboard: block.1.out: 0 is out of range",
            ),
            ("[[block]]\nkind = \"cat\"\n", "unknown variant `cat`"),
            ("[[block]]\nkind = \"relu\"\nx = 1\n", "unknown field `x`"),
        ] {
            let error = blocks_from_toml(text).unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
