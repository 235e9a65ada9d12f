use std::io;

use super::*;

#[test]
fn tables_without_samples_are_sentences() {
    for (text, sentence) in [
        ("", "the file is empty"),
        ("\u{feff}", "the file is empty"),
        ("\n\n", "only one column"),
        ("a\n1\n2\n", "only one column"),
        ("a,b,c\n", "only 1 row of 3 cells"),
        ("a,b\n1,x\n2,x\n", "column b has only one class, x"),
        ("a,b\n1,\n2,?\n", "no row is left"),
        (
            "a,b\n1,1.5\n2,2.5\n3,3.5\n",
            "column b has a different value in each of 3 rows and looks like a regression target: choose another label column among a, b",
        ),
        (
            "a,b\n7,x\n7,y\n7,y\n",
            "no column can be a feature (column a has the same value in every row)",
        ),
        (
            "a,b\n1,x\n1e39,y\n3,y\n",
            "row 3, column a: 1e39 is not a number up to 3.4e38",
        ),
        ("a,b\n1,x\n-inf,y\n3,y\n", "row 3, column a: -inf is not"),
        (
            "a,b\n1,x\n2,y\n3,\"y\n4,x\n5,y\n",
            "row 4 has a quotation mark that is not closed",
        ),
    ] {
        let found = fault(text);
        assert!(found.contains(sentence), "{text:?}: {found}");
        assert!(!found.ends_with('.'), "{found}");
    }
}

#[test]
fn infinity_is_a_category_among_texts() {
    let table = table("a,b,y\n1,inf,x\n2,sup,y\n3,1e999,y\n");
    let Kind::Categorical { categories, .. } = &table.columns[1].kind else {
        panic!("{:?}", table.columns[1])
    };
    assert_eq!(categories, &["1e999", "inf", "sup"]);
}

#[test]
fn unknown_labels_list_the_columns() {
    let names: Vec<String> = (0..25).map(|n| format!("c{n}")).collect();
    let row = vec!["1"; 25].join(",");
    let text = format!("{}\n{row}\n{row}\n", names.join(","));
    for label in ["c25", "0", "26", ""] {
        let found = table_with(text.as_bytes(), &labelled(label)).unwrap_err();
        assert!(
            found.starts_with(&format!("there is no column {label}: ")),
            "{found}"
        );
        assert!(found.ends_with("c18, c19 and 5 more"), "{found}");
    }
}

#[test]
fn a_header_must_have_as_many_cells_as_the_rows() {
    let options = Options {
        header: Some(true),
        label: None,
    };
    let found = table_with(b"a,b\n1,2,x\n2,3,y\n3,4,y\n", &options).unwrap_err();
    assert!(
        found.starts_with("the header has 2 cells but most rows have 3"),
        "{found}"
    );
}

#[test]
fn mostly_ragged_tables_are_refused() {
    let mut text = "1,2\n".repeat(1000);
    text += &"1,2,3\n".repeat(1001);
    let found = fault(&text);
    assert!(
        found.starts_with("1,001 of 2,001 rows do not have 2 cells"),
        "{found}"
    );
}

#[test]
fn too_many_classes_are_refused() {
    let with = |classes: usize| {
        let rows = 0..2 * classes;
        let text: String = rows
            .map(|row| format!("{row},c{}\n", row % classes))
            .collect();
        table_with(text.as_bytes(), &Options::default())
    };
    assert_eq!(with(1000).unwrap().classes.len(), 1000);
    let found = with(1001).unwrap_err();
    assert!(
        found.starts_with("column Column 2 has more than 1,000 different values and looks"),
        "{found}"
    );
}

#[test]
fn too_many_columns_are_refused() {
    let with = |columns: usize| {
        let rows =
            (0..3).map(|row| format!("{},{}\n", vec![row.to_string(); columns].join(","), row / 2));
        table_with(rows.collect::<String>().as_bytes(), &Options::default())
    };
    assert_eq!(with(65_536).unwrap().shape, Some([65_536, 1, 1]));
    assert!(
        with(65_537)
            .unwrap_err()
            .starts_with("the table has 65,538 columns")
    );
    assert!(
        with(300_000)
            .unwrap_err()
            .starts_with("the table has 300,001 columns")
    );
}

#[test]
fn too_many_features_from_categories_are_refused() {
    let mut text = String::new();
    for row in 0..1400 {
        let cells = vec![format!("t{}", row % 700); 94];
        text += &format!("{},{}\n", cells.join(","), row % 2);
    }
    let found = fault(&text);
    assert!(
        found.starts_with("the columns make 65,800 features"),
        "{found}"
    );
}

#[test]
fn endless_rows_are_refused() {
    let endless = |head: &'static [u8], body: u8| {
        let open = move || Ok(Box::new(head.chain(io::repeat(body))) as Box<dyn Read>);
        decode(&open, 0, &Options::default(), &mut |_, _| true).unwrap_err()
    };
    assert!(endless(b"", b'1').starts_with("row 1 is longer than 1,048,576 bytes"));
    assert!(endless(b"", b',').starts_with("row 1 is longer than"));
    let found = endless(b"a,b\n1,x\n2,y\n", b'3');
    assert!(found.starts_with("row 4 is longer than"), "{found}");
    let found = endless(b"a,b\n1,x\n2,y\n", b'\n');
    assert!(found.starts_with("row 4 is longer than"), "{found}");
    let found = endless(b"a,b\n1,x\n2,y\n\"", b',');
    assert!(found.starts_with("row 4 is longer than"), "{found}");
}

#[test]
fn a_file_that_changes_is_noticed() {
    for (first, second) in [
        ("1,x\n2,y\n3,y\n", "1,x\n2,y\n"),
        ("1,x\n2,y\n3,y\n", "1,x\n2,y\n3,y\n4,y\n"),
        ("1,x\n2,y\n3,y\n", "1,x\n2,y\n3,z\n"),
        ("1,x\n2,y\n3,y\n", "1,x\n2,y\nb,y\n"),
        ("1,x\n2,y\n3,y\n", "1,x\n2,y\n1e50,y\n"),
        ("a,1,x\na,2,y\nb,3,y\n", "a,1,x\na,2,y\nc,3,y\n"),
    ] {
        let calls = std::cell::Cell::new(0);
        let open = || {
            calls.set(calls.get() + 1);
            let text = if calls.get() < 3 { first } else { second };
            Ok(Box::new(text.as_bytes()) as Box<dyn Read>)
        };
        let found = decode(&open, 0, &Options::default(), &mut |_, _| true).unwrap_err();
        assert!(found.starts_with("the file changed"), "{second:?}: {found}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_sentence() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the disk is gone"))
        }
    }
    for text in ["", "1,x\n2,y\n3,y\n"] {
        let open = || Ok(Box::new(text.as_bytes().chain(Broken)) as Box<dyn Read>);
        let found = decode(&open, 0, &Options::default(), &mut |_, _| true).unwrap_err();
        assert!(found.contains("the disk is gone"), "{found}");
    }
    let open = || Err(io::Error::other("locked"));
    let found = decode(&open, 0, &Options::default(), &mut |_, _| true).unwrap_err();
    assert!(found.contains("locked"), "{found}");
}
