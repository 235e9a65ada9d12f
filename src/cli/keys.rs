//! Every key of the experiment file.

use layerwise_experiment::keys::{Key, keys};
use serde_json::{Value, json};

use super::{failure::Failure, output::print};

/// Prints what there is to set.
pub fn list(json: bool) -> Result<(), Failure> {
    let keys = keys();
    if json {
        let all = keys.iter().map(object).collect();
        return print(&format!("{:#}\n", Value::Array(all)));
    }
    let width = |of: fn(&Key) -> &str| keys.iter().map(|key| of(key).chars().count()).max();
    let paths = width(|key| &key.path).unwrap_or_default();
    let defaults = width(|key| &key.default).unwrap_or_default();
    let mut text = String::new();
    for key in &keys {
        let of = if key.of.is_empty() {
            String::new()
        } else {
            format!(" (of {})", key.of)
        };
        text.push_str(&format!(
            "{:<paths$}  {:<defaults$}  {}: {}{of}\n",
            key.path, key.default, key.title, key.values
        ));
    }
    print(&text)
}

fn object(key: &Key) -> Value {
    let choices: Vec<Value> = key
        .choices
        .iter()
        .map(|choice| json!({ "key": choice.key, "title": choice.title, "hint": choice.hint }))
        .collect();
    json!({
        "path": key.path,
        "title": key.title,
        "hint": key.hint,
        "type": key.kind,
        "values": key.values,
        "choices": choices,
        "unit": key.unit,
        "default": key.default,
        "of": key.of,
    })
}
