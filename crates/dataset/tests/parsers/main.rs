//! Inputs that fuzzing found, and others like them, through the parsers that they are for.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests fail by panics"
)]

mod targets;

use std::{fs, path::Path};

/// Every kept input of a target; there must be some.
fn replay(name: &str, target: targets::Target) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/regressions");
    let inputs = fs::read_dir(folder.join(name)).unwrap();
    let mut count = 0;
    for input in inputs {
        let path = input.unwrap().path();
        println!("{}", path.display());
        target(&fs::read(path).unwrap());
        count += 1;
    }
    assert!(count > 0, "no input of {name} is kept");
}

#[test]
fn kept_inputs_are_read_or_refused_in_a_sentence() {
    for (name, target) in targets::ALL {
        replay(name, target);
    }
}
