//! The reference of keys is that of the table.

use std::path::Path;

use layerwise_experiment::keys::{Key, keys};

/// What stands above the tables.
const START: &str = "# Keys of the experiment file

One TOML file holds an experiment: the studio edits it, `--set` changes it, and `layerwise keys`
lists what it may hold. Unknown keys, wrong types, values out of range and files of a newer version
are errors that name the key. `layerwise presets show digits-mlp` prints an example.

This page is made from the program; `UPDATE_DOCS=1 cargo test -p layerwise-experiment --test docs`
writes it anew.
";

/// What there is to say of a table of the file.
fn words(section: &str) -> &'static str {
    match section {
        "" => "At the start of the file:",
        "data" => "`[data]` must be there; every other table may be left out.",
        "weights" => "Starts from a checkpoint instead of drawn weights.",
        "module.N" => {
            "Each `[[module]]` holds what one module has of its own. A `head` or `loss` of its own replaces the experiment's as a whole:\n\n```toml\n[[module]]\nnumber = 1\nfrozen = true\n\n[[module]]\nnumber = 2\nlr_factor = 0.1\nloss = { kind = \"contrastive\", reconstruction = 1.0 }\n```"
        }
        "block.N" => "Each `[[block]]` is one block, from input to output, by its `kind`.",
        _ => "",
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// A value as it is written in TOML where it is one.
fn value(key: &Key, text: &str) -> String {
    let is_word = key.choices.iter().any(|choice| choice.key == text);
    match (
        is_word,
        text.parse::<f64>().is_ok() || ["true", "false"].contains(&text),
    ) {
        (_, true) => format!("`{text}`"),
        (true, false) => format!("`\"{text}\"`"),
        (false, false) => text.to_owned(),
    }
}

fn row(key: &Key) -> String {
    let last = key.path.rsplit('.').next().unwrap_or_default();
    let section = section(key);
    let name = key
        .path
        .strip_prefix(&format!("{section}."))
        .unwrap_or(last);
    let mut what = if key.hint.is_empty() {
        key.title.to_owned()
    } else {
        key.hint.to_owned()
    };
    if !key.of.is_empty() && section != "block.N" {
        what.push_str(&format!(" (of {})", key.of));
    }
    let values = if key.choices.is_empty() {
        let unit = match key.unit {
            "" => String::new(),
            unit => format!(", in {unit}"),
        };
        format!("{}{unit}", key.values)
    } else {
        let all: Vec<String> = key
            .choices
            .iter()
            .map(|choice| value(key, choice.key))
            .collect();
        all.join(", ")
    };
    format!(
        "| `{name}` | {} | {} | {} |\n",
        cell(&what),
        cell(&values),
        cell(&value(key, &key.default))
    )
}

/// What each choice of a key means, where there is more to say than its name.
fn meanings(key: &Key) -> String {
    let lines = key.choices.iter().filter(|choice| !choice.hint.is_empty());
    let lines: Vec<String> = lines
        .map(|choice| format!("- `\"{}\"`: {}\n", choice.key, choice.hint))
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("\nOf `{}`:\n\n{}", key.path, lines.concat())
}

/// The table that a key lies in. Schedules of λ lie in that of the method.
fn section(key: &Key) -> &str {
    let nested = ["module.N.head", "module.N.loss", "module.N", "block.N"];
    let found = nested.into_iter().find(|nested| {
        let rest = key.path.strip_prefix(nested);
        rest.is_some_and(|rest| rest.starts_with('.'))
    });
    found.unwrap_or(key.path.split_once('.').map_or("", |(section, _)| section))
}

fn markdown() -> String {
    const HEAD: &str = "| key | what it is | values | default |\n|---|---|---|---|\n";
    let keys = keys();
    let mut text = START.to_owned();
    for run in keys.chunk_by(|one, other| {
        section(one) == section(other) && (section(one) != "block.N" || one.of == other.of)
    }) {
        let Some(first) = run.first() else { continue };
        let section = section(first);
        let heading = match (section, first.of.as_str()) {
            ("", _) => "The experiment".to_owned(),
            ("block.N", "") => "block".to_owned(),
            ("block.N", kind) => format!("block: {kind}"),
            _ => section.replace(".N", ""),
        };
        text.push_str(&format!("\n## {heading}\n\n"));
        if first.of.is_empty() || section != "block.N" {
            let words = words(section);
            if !words.is_empty() {
                text.push_str(&format!("{words}\n\n"));
            }
        }
        text.push_str(HEAD);
        text.extend(run.iter().map(row));
        // Those of a module are told above.
        if !section.starts_with("module.N.") {
            text.extend(run.iter().map(meanings));
        }
    }
    text
}

#[test]
fn docs_keys_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/keys.md");
    let text = markdown();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/keys.md is not what the program knows: run UPDATE_DOCS=1 cargo test -p layerwise-experiment --test docs"
    );
}
