//! Finds the version of Burn that the workspace builds with: checkpoints are of one version.

use std::{env, fs, path::Path};

fn main() -> Result<(), String> {
    let here = env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
    let lock = Path::new(&here)
        .ancestors()
        .map(|folder| folder.join("Cargo.lock"))
        .find(|path| path.is_file())
        .ok_or(format!("There is no Cargo.lock above {here}"))?;
    println!("cargo::rerun-if-changed={}", lock.display());
    let text = fs::read_to_string(&lock)
        .map_err(|error| format!("{} cannot be read: {error}", lock.display()))?;
    let versions: Vec<&str> = text
        .split("[[package]]")
        .filter(|package| package.lines().any(|line| line == r#"name = "burn""#))
        .filter_map(|package| {
            let mut lines = package.lines();
            lines.find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        })
        .collect();
    let [version] = versions.as_slice() else {
        return Err(format!(
            "{} names {} versions of burn instead of one",
            lock.display(),
            versions.len()
        ));
    };
    println!("cargo::rustc-env=BURN_VERSION={version}");
    Ok(())
}
