//! Links between documents lead somewhere.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::root;

fn documents() -> Vec<PathBuf> {
    let folders = [root(), root().join("docs")].into_iter();
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = files.map(|file| file.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect()
}

/// What follows the `#` of links to the headings of a document, as GitHub has it.
fn anchors(text: &str) -> Vec<String> {
    let titles = text.lines().filter(|line| line.starts_with('#'));
    let anchors = titles.map(|line| {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = |letter: &char| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_');
        title
            .chars()
            .filter(kept)
            .collect::<String>()
            .replace(' ', "-")
    });
    anchors.collect()
}

/// Whether a link in `document` leads to a file, and to a heading in it.
fn leads(document: &Path, link: &str) -> bool {
    let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if file.is_empty() {
        document.to_owned()
    } else {
        document.parent().unwrap().join(file)
    };
    target.exists()
        && (anchor.is_empty()
            || fs::read_to_string(target)
                .is_ok_and(|text| anchors(&text).iter().any(|other| other == anchor)))
}

#[test]
fn links_between_documents_lead_somewhere() {
    let documents = documents();
    assert!(documents.len() > 8, "{documents:?}");
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for rest in text.split("](").skip(1) {
            let link = rest.split(')').next().unwrap();
            let is_outside = link.starts_with("https://");
            assert!(
                is_outside || leads(&document, link),
                "{}: {link}",
                document.display()
            );
        }
    }
}
