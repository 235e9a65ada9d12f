use std::fs;

use tempfile::TempDir;

use super::*;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and more than sixteen bytes";

/// A folder with these files; those that end in "/" are folders.
fn tree(names: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in names {
        let path = folder.path().join(name);
        if name.ends_with('/') {
            fs::create_dir_all(path).unwrap();
        } else {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
    }
    folder
}

fn scanned(path: &Path) -> Result<Raw, String> {
    scan(path, &mut |_, _| true)
}

fn all(folder: &TempDir) -> Raw {
    scanned(folder.path()).unwrap()
}

/// Images with their labels, from the folder on.
fn images(folder: &TempDir, part: &Part) -> Vec<(String, u32)> {
    let Store::Files(files) = &part.store else {
        panic!("{part:?}");
    };
    assert_eq!(files.len(), part.labels.len());
    let names = files.iter().map(|file| {
        let name = file.strip_prefix(folder.path()).unwrap();
        name.to_str().unwrap().replace('\\', "/")
    });
    names.zip(part.labels.iter().copied()).collect()
}

fn pairs(pairs: &[(&str, u32)]) -> Vec<(String, u32)> {
    pairs.iter().map(|&(n, l)| (n.to_owned(), l)).collect()
}

fn left(raw: &Raw) -> Vec<(String, &str)> {
    raw.notes
        .iter()
        .map(|left| (left.what.replace('\\', "/"), left.why.as_str()))
        .collect()
}

#[test]
fn classes_are_folders() {
    let folder = tree(&["dog/b.PNG", "dog/a.jpg", "cat/deep/er/x.webp", "cat/z.gif"]);
    let raw = all(&folder);
    assert_eq!(raw.format, Format::Folder);
    assert_eq!((raw.shape, raw.is_image), (None, true));
    assert_eq!(raw.classes, ["cat", "dog"]);
    assert_eq!(
        images(&folder, &raw.train),
        pairs(&[
            ("cat/deep/er/x.webp", 0),
            ("cat/z.gif", 0),
            ("dog/a.jpg", 1),
            ("dog/b.PNG", 1)
        ])
    );
    assert_eq!(raw.test, None);
    assert!(raw.notes.is_empty());
    assert!(recognise(folder.path()));
}

#[test]
fn parts_are_folders() {
    for name in ["val", "valid", "validation", "test", "Test"] {
        let folder = tree(&[
            "train/b/1.png",
            "train/a/2.bmp",
            &format!("{name}/b/3.jpeg"),
        ]);
        let raw = all(&folder);
        assert_eq!(raw.classes, ["a", "b"]);
        assert_eq!(
            images(&folder, &raw.train),
            pairs(&[("train/a/2.bmp", 0), ("train/b/1.png", 1)])
        );
        assert_eq!(
            images(&folder, raw.test.as_ref().unwrap()),
            pairs(&[(&format!("{name}/b/3.jpeg"), 1)])
        );
        assert!(recognise(folder.path()));
    }
}

#[test]
fn what_is_not_used_is_told() {
    let folder = tree(&[
        "train/a/1.png",
        "train/a/notes.txt",
        "train/a/.hidden.png",
        "train/a/._1.png",
        "train/a/.DS_Store",
        "train/a/Thumbs.db",
        "train/.git/x.png",
        "train/b/2.png",
        "train/empty/",
        "train/list.csv",
        "val/a/3.png",
        "val/b/",
        "val/new/4.png",
        "val/5.png",
        "test/6.png",
        "boxes/6.xml",
        "readme.md",
        "__MACOSX/train/a/._1.png",
    ]);
    let raw = all(&folder);
    assert_eq!(raw.classes, ["a", "b"]);
    assert_eq!(raw.train.labels, [0, 1]);
    assert_eq!(raw.test.as_ref().unwrap().labels, [0]);
    let expected = [
        ("boxes", "neither for training nor for testing"),
        ("test", "another folder is used for testing"),
        ("train/empty", "no images"),
        ("val/b", "no images"),
        ("val/new", "there is no class of this name to train on"),
        ("readme.md", "not in the folder of a class"),
        ("train/list.csv", "not in the folder of a class"),
        ("train/a/notes.txt", "not an image"),
        ("val/5.png", "not in the folder of a class"),
    ];
    assert_eq!(left(&raw), expected.map(|(a, b)| (a.to_owned(), b)));
}

#[test]
fn names_tell_images_and_then_content() {
    let folder = tree(&["a/x.jpg", "a/text", "a/empty.dat", "b/y.png"]);
    fs::write(folder.path().join("a/image"), PNG).unwrap();
    fs::write(folder.path().join("a/image.000"), PNG).unwrap();
    let raw = all(&folder);
    assert_eq!(
        images(&folder, &raw.train),
        pairs(&[
            ("a/image", 0),
            ("a/image.000", 0),
            ("a/x.jpg", 0),
            ("b/y.png", 1)
        ])
    );
    assert_eq!(raw.notes.len(), 2);
}

#[test]
fn a_hundred_files_are_listed() {
    let names: Vec<String> = (0..130).map(|i| format!("a/{i:03}.txt")).collect();
    let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
    names.push("a/x.png");
    names.push("b/");
    let raw = all(&tree(&names));
    assert_eq!(raw.notes.len(), 102);
    assert_eq!(raw.notes[0].what, "b");
    assert_eq!(raw.notes[101].what, "30 more files");
}

#[test]
fn folders_around_all_are_passed() {
    let folder = tree(&[
        "set.zip",
        "set-1.0/data/train/a/1.png",
        "set-1.0/data/test/a/2.png",
    ]);
    let raw = all(&folder);
    assert_eq!(raw.classes, ["a"]);
    assert_eq!(raw.test.unwrap().labels, [0]);
    let folder = tree(&["pets/cat/1.png", "pets/dog/2.png", "__MACOSX/x"]);
    assert_eq!(all(&folder).classes, ["cat", "dog"]);
    // The only class.
    for names in [vec!["cat/1.png"], vec!["cat/1.png", "cat/more/2.png"]] {
        assert_eq!(all(&tree(&names)).classes, ["cat"]);
    }
}

#[test]
fn a_class_may_be_called_train() {
    let folder = tree(&["train/1.png", "bus/2.png"]);
    assert_eq!(all(&folder).classes, ["bus", "train"]);
    let folder = tree(&["train/1.png", "test/2.png"]);
    let error = scanned(folder.path()).unwrap_err();
    assert!(error.contains("train holds no folders"), "{error}");
}

#[test]
fn nothing_to_use_is_an_error() {
    for names in [
        vec!["a/", "b/"],
        vec!["a/x.txt"],
        vec!["x.png"],
        vec![],
        vec!["train/a/", "val/a/1.png"],
    ] {
        let folder = tree(&names);
        let error = scanned(folder.path()).unwrap_err();
        assert!(error.contains("holds no images to train on"), "{error}");
        assert!(!recognise(folder.path()), "{names:?}");
    }
    let folder = tree(&["a/x.txt"]);
    let error = scanned(folder.path()).unwrap_err();
    assert!(error.contains("x.txt: not an image"), "{error}");
    for missing in ["missing", "a/x.txt"] {
        let path = folder.path().join(missing);
        let error = scanned(&path).unwrap_err();
        assert!(error.contains("cannot be read"), "{error}");
        assert!(!recognise(&path));
    }
}

#[test]
fn the_work_can_be_cancelled() {
    let names: Vec<String> = (0..600).map(|i| format!("a/{i}.png")).collect();
    let folder = tree(&names.iter().map(String::as_str).collect::<Vec<_>>());
    let mut seen = Vec::new();
    let result = scan(folder.path(), &mut |done, _| {
        seen.push(done);
        done < 512
    });
    assert_eq!(result, Err("Cancelled".to_owned()));
    assert_eq!(seen, [0, 256, 512]);
}

#[cfg(unix)]
#[test]
fn links_are_followed_but_not_in_a_circle() {
    use std::os::unix::fs::symlink;

    let folder = tree(&["a/1.png", "b/"]);
    let other = tree(&["2.png"]);
    symlink(folder.path(), folder.path().join("a/circle")).unwrap();
    symlink("nowhere.png", folder.path().join("a/broken.png")).unwrap();
    symlink(other.path(), folder.path().join("b/link")).unwrap();
    symlink(other.path(), folder.path().join("c")).unwrap();
    let raw = all(&folder);
    assert_eq!(raw.classes, ["a", "b", "c"]);
    assert!(raw.train.labels.contains(&2));
    let told = left(&raw);
    assert!(told.iter().any(|(what, _)| what == "a/broken.png"));
    assert!(
        told.iter()
            .any(|(_, why)| *why == "a link to a folder that it lies in"),
        "{told:?}"
    );
    // Nothing but a circle.
    let folder = tree(&[]);
    symlink(folder.path(), folder.path().join("a")).unwrap();
    assert!(scanned(folder.path()).is_err());
}

#[cfg(unix)]
#[test]
fn names_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    for part in ["train", "val"] {
        let class = folder.path().join(part).join(OsStr::from_bytes(b"caf\xe9"));
        fs::create_dir_all(&class).unwrap();
        fs::write(class.join(OsStr::from_bytes(b"\xff.png")), "").unwrap();
    }
    let raw = all(&folder);
    assert_eq!(raw.classes, ["caf\u{fffd}"]);
    assert_eq!(raw.test.unwrap().labels, [0]);
}

#[cfg(unix)]
#[test]
fn pipes_are_left_out() {
    let folder = tree(&["a/1.png"]);
    let path = folder.path().join("a/2.png");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(left(&all(&folder)), [("a/2.png".to_owned(), "not a file")]);
    }
}
