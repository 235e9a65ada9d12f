//! What the crates stand on.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::root;

/// What Cargo knows of the workspace and of all that it stands on, on this platform.
fn metadata() -> Value {
    let rustc = Command::new("rustc")
        .args(["--print", "host-tuple"])
        .output();
    let platform = String::from_utf8(rustc.unwrap().stdout).unwrap();
    let output = Command::new(env!("CARGO"))
        .current_dir(root())
        .args(["metadata", "--format-version=1", "--offline", "--locked"])
        .args(["--filter-platform", platform.trim()])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// What each package needs to run or to be built, by their ids; what only tests need is left out.
fn needs(metadata: &Value) -> BTreeMap<&str, Vec<&str>> {
    let nodes = list(&metadata["resolve"]["nodes"]).iter();
    let needs = nodes.map(|node| {
        let needs = list(&node["deps"]).iter().filter(|need| {
            let kinds = list(&need["dep_kinds"]).iter();
            kinds.map(|kind| &kind["kind"]).any(|kind| *kind != "dev")
        });
        let needs = needs.map(|need| text(&need["pkg"]));
        (text(&node["id"]), needs.collect())
    });
    needs.collect()
}

/// Names of packages by their ids.
fn names(metadata: &Value) -> BTreeMap<&str, &str> {
    let packages = list(&metadata["packages"]).iter();
    packages
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect()
}

const TENSORS: [&str; 2] = ["burn", "cubecl"];
const WINDOW: [&str; 2] = ["egui", "eframe"];

#[test]
fn crates_know_only_what_they_may() {
    let metadata = metadata();
    let needs = needs(&metadata);
    let names = names(&metadata);
    let id = |name: &str| *names.iter().find(|(_, other)| **other == name).unwrap().0;
    let must_not = |name: &str, needs: &BTreeSet<&str>, others: &[&str]| {
        for need in needs {
            let known = others.iter().find(|other| names[need].starts_with(*other));
            assert_eq!(known, None, "{name} stands on {}", names[need]);
        }
    };
    for (name, others) in [
        ("layerwise-experiment", [TENSORS, WINDOW].concat()),
        ("layerwise-dataset", [TENSORS, WINDOW].concat()),
        ("layerwise-study", [TENSORS, WINDOW].concat()),
        ("layerwise-learn", WINDOW.to_vec()),
        ("layerwise-run", WINDOW.to_vec()),
    ] {
        let mut all = BTreeSet::new();
        let mut open = vec![id(name)];
        while let Some(package) = open.pop() {
            for need in &needs[package] {
                if all.insert(*need) {
                    open.push(need);
                }
            }
        }
        must_not(name, &all, &others);
    }
    // The window and the command line take no tensors from anyone.
    let own = needs[id("layerwise")].iter().copied().collect();
    must_not("layerwise", &own, &TENSORS);
}

/// Licences under which Layerwise may stand on something.
const LICENCES: [&str; 16] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages that name no licence in their manifest, and the one that their files hold.
const IN_FILES: [(&str, &str); 1] = [("cfg_block", "Apache-2.0")];

#[test]
fn licences_are_known() {
    let metadata = metadata();
    let packages = list(&metadata["packages"]);
    assert!(
        packages.len() > 300,
        "{} packages are too few",
        packages.len()
    );
    let strange: Vec<String> = packages
        .iter()
        .filter_map(|package| {
            let name = text(&package["name"]);
            let in_file = IN_FILES.iter().find(|(other, _)| *other == name);
            let licence = package["license"]
                .as_str()
                .or(in_file.map(|(_, licence)| *licence));
            let licence = licence.unwrap_or("none");
            let allowed = Expression::parse_mode(licence, ParseMode::LAX).is_ok_and(|licence| {
                licence.evaluate(|part| {
                    let id = part.license.id();
                    id.is_some_and(|id| LICENCES.contains(&id.name))
                })
            });
            (!allowed).then(|| format!("{name}: {licence}"))
        })
        .collect();
    assert!(
        strange.is_empty(),
        "licences that nobody allowed: {strange:#?}"
    );
}
