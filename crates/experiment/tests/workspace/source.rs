//! Which names each source file uses.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Attribute, ItemFn, ItemMod, ItemUse, Macro, UseTree, Visibility,
    visit::{self, Visit},
};

/// Names that follow each other in a path: `["super", "block", "Block"]`.
pub type Names = Vec<String>;

/// What one file uses outside of its tests.
#[derive(Default)]
pub struct Source {
    /// Paths that it takes something from, as they are written. What it only hands on (`pub use`)
    /// is none of them.
    pub paths: BTreeSet<Names>,
    /// Names that `use` brings in, handed on or not, and the path that each stands for.
    pub imports: BTreeMap<String, Names>,
    /// Its modules in other files that are there for tests alone.
    tests: Vec<String>,
}

/// The files of a crate whose sources lie in `folder`, by the path of their module, which begins
/// with the name of the crate. Files that are there for tests alone are left out.
pub fn of_crate(name: &str, folder: &Path) -> BTreeMap<Names, Source> {
    let mut sources = BTreeMap::new();
    collect(folder, vec![name.to_owned()], &mut sources);
    let tests: Vec<Names> = sources
        .iter()
        .flat_map(|(module, source)| source.tests.iter().map(|test| joined(module, test)))
        .collect();
    sources.retain(|module, _| !tests.iter().any(|test| module.starts_with(test)));
    sources
}

fn collect(folder: &Path, module: Names, sources: &mut BTreeMap<Names, Source>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        if path.is_dir() {
            collect(&path, joined(&module, name), sources);
        } else if path.extension().is_some_and(|end| end == "rs") && name != "main" {
            let mut source = Source::default();
            let text = fs::read_to_string(&path).unwrap();
            source.visit_file(&syn::parse_file(&text).unwrap());
            let module = match name {
                "lib" | "mod" => module.clone(),
                _ => joined(&module, name),
            };
            sources.insert(module, source);
        }
    }
}

/// The path of a name in a module.
pub fn joined(module: &[String], name: &str) -> Names {
    let mut names = module.to_vec();
    names.push(name.to_owned());
    names
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

impl Source {
    /// The paths of a `use` behind `before`, whose names it brings in.
    fn import(&mut self, mut before: Names, tree: &UseTree) -> Vec<Names> {
        let name = match tree {
            UseTree::Path(path) => {
                before.push(path.ident.to_string());
                return self.import(before, &path.tree);
            }
            UseTree::Group(group) => {
                let paths = group
                    .items
                    .iter()
                    .map(|tree| self.import(before.clone(), tree));
                return paths.collect::<Vec<_>>().concat();
            }
            UseTree::Glob(_) => return vec![before],
            UseTree::Name(name) if name.ident == "self" => before.last().unwrap().clone(),
            UseTree::Name(name) => {
                before.push(name.ident.to_string());
                name.ident.to_string()
            }
            UseTree::Rename(rename) => {
                before.push(rename.ident.to_string());
                rename.rename.to_string()
            }
        };
        self.imports.insert(name, before.clone());
        vec![before]
    }

    /// Counts a path. A name alone is that of a variable, or was brought in.
    fn take(&mut self, path: Names) {
        if path.len() > 1 {
            self.paths.insert(path);
        }
    }

    /// The paths among the tokens of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.take(std::mem::take(&mut path));
                    }
                    path.push(name.to_string());
                    colons = 0;
                }
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    self.take(std::mem::take(&mut path));
                }
            }
        }
        self.take(path);
    }
}

impl Visit<'_> for Source {
    fn visit_item_mod(&mut self, item: &ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        } else if item.content.is_none() {
            self.tests.push(item.ident.to_string());
        }
    }

    fn visit_item_fn(&mut self, item: &ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &ItemUse) {
        if is_for_tests(&item.attrs) {
            return;
        }
        let paths = self.import(Names::new(), &item.tree);
        if matches!(item.vis, Visibility::Inherited) {
            self.paths.extend(paths);
        }
    }

    /// `pub(super)` takes nothing from there.
    fn visit_visibility(&mut self, _: &Visibility) {}

    fn visit_path(&mut self, path: &syn::Path) {
        let names = path.segments.iter().map(|part| part.ident.to_string());
        self.take(names.collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &Macro) {
        self.tokens(item.tokens.clone());
    }
}
