//! No file needs another that, over however many others, needs it.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    root,
    source::{Names, Source, joined, of_crate},
};

/// The module in which a path that stands in `module` ends, where it is one of ours. Names that
/// other files only bring in are followed to where they come from.
fn end(sources: &BTreeMap<Names, Source>, module: &[String], path: &[String]) -> Option<Names> {
    let (first, mut rest) = path.split_first()?;
    let mut at = match first.as_str() {
        "crate" => module[..1].to_vec(),
        "self" => module.to_vec(),
        "super" => module[..module.len() - 1].to_vec(),
        name => {
            let inner = joined(module, name);
            let outer = vec![name.to_owned()];
            [inner, outer]
                .into_iter()
                .find(|path| sources.contains_key(path))?
        }
    };
    while let Some((name, after)) = rest.split_first() {
        let inner = joined(&at, name);
        if name == "super" {
            at.pop();
        } else if sources.contains_key(&inner) {
            at = inner;
        } else {
            let path = sources.get(&at)?.imports.get(name);
            return match path {
                Some(path) => end(sources, &at, &[path, after].concat()),
                None => Some(at),
            };
        }
        rest = after;
    }
    Some(at)
}

/// The other files that each file needs.
type Needs = BTreeMap<Names, BTreeSet<Names>>;

fn needs(sources: &BTreeMap<Names, Source>) -> Needs {
    let needs = sources.iter().map(|(module, source)| {
        let ends = (source.paths.iter()).filter_map(|path| end(sources, module, path));
        (module.clone(), ends.filter(|end| end != module).collect())
    });
    needs.collect()
}

/// All files that a file needs, over however many others.
fn reached<'a>(needs: &'a Needs, module: &Names) -> BTreeSet<&'a Names> {
    let mut reached = BTreeSet::new();
    let mut open = vec![module];
    while let Some(module) = open.pop() {
        for next in needs.get(module).into_iter().flatten() {
            if reached.insert(next) {
                open.push(next);
            }
        }
    }
    reached
}

#[test]
fn no_file_needs_one_that_needs_it() {
    let mut sources = of_crate("layerwise", &root().join("src"));
    for name in ["experiment", "dataset", "study", "learn", "run"] {
        let folder = root().join("crates").join(name).join("src");
        sources.extend(of_crate(&format!("layerwise_{name}"), &folder));
    }
    let needs = needs(&sources);
    assert!(needs.len() > 200, "{} files are too few", needs.len());
    let all: BTreeMap<&Names, BTreeSet<&Names>> = needs
        .keys()
        .map(|module| (module, reached(&needs, module)))
        .collect();
    let mut circles = BTreeSet::new();
    for (module, reached) in &all {
        if reached.contains(module) {
            let circle = reached.iter().filter(|other| all[*other].contains(module));
            circles.insert(circle.map(|module| module.join("::")).collect::<Vec<_>>());
        }
    }
    assert!(circles.is_empty(), "files in circles: {circles:#?}");
}
