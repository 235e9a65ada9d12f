use super::*;

#[test]
fn numbers_and_labels_are_read_in_order() {
    let table = table("length,width,species\n5.1,3,setosa\n7e0,-2.5,virginica\n4,1,setosa\n");
    check(&table);
    assert_eq!(values(&table), [5.1, 3.0, 7.0, -2.5, 4.0, 1.0]);
    assert_eq!(table.classes, ["setosa", "virginica"]);
    assert_eq!(table.train.labels, [0, 1, 0]);
    assert_eq!(table.notes, []);
    let names: Vec<&str> = table.columns.iter().map(|c| c.name.as_str()).collect();
    assert_eq!(names, ["length", "width", "species"]);
    let Kind::Numeric {
        min,
        max,
        mean,
        missing,
    } = table.columns[0].kind
    else {
        panic!("{:?}", table.columns[0])
    };
    assert_eq!((min, max, missing), (4.0, 7.0, 0));
    assert!((mean - 16.1 / 3.0).abs() < 1e-12);
}

#[test]
fn every_delimiter_is_recognised() {
    for delimiter in [",", ";", "\t", "|"] {
        let text = "a,b,y\n1,2,no\n3,4,yes\n5,6,no\n".replace(',', delimiter);
        let table = table(&text);
        assert_eq!(
            values(&table),
            [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
            "{delimiter:?}"
        );
        assert_eq!(table.columns.len(), 3);
    }
    let quoted = table("a;b\n1;\"x, y, z\"\n2;\"x; y\"\n3;\"x; y\"\n");
    assert_eq!(quoted.classes, ["x, y, z", "x; y"]);
    let names = table("name\tage\tclass\nA, B\t1\tx\nA, B\t2\ty\nC, D\t3\ty\n");
    assert_eq!(names.columns.len(), 3);
}

#[test]
fn decimal_commas_belong_to_whole_columns() {
    let table = table("a;b;c;y\n3,25;1.5;1,5;n\n2;2;2.5;p\n-1,5;3;3;n\n");
    assert_eq!(values(&table)[..2], [3.25, 1.5]);
    assert_eq!(values(&table)[5..7], [2.0, 2.0]);
    let Kind::Categorical { categories, .. } = &table.columns[2].kind else {
        panic!("commas and points")
    };
    assert_eq!(categories, &["1,5", "2.5", "3"]);
    assert_eq!(
        notes(&table),
        ["Column a: its commas are read as decimal points"]
    );
}

#[test]
fn quotes_blank_lines_and_line_ends_are_understood() {
    let table =
        table("a,b\r\n\r\n1,\"two\r\nlines\"\r\n\n 2 ,\"a \"\"word\"\"\"\r\n3,\"a \"\"word\"\"\"");
    assert_eq!(values(&table), [1.0, 2.0, 3.0]);
    assert_eq!(table.classes, ["a \"word\"", "two\r\nlines"]);
    let old = super::table("a,b\r1,x\r2,y\r3,y\r");
    assert_eq!(values(&old), [1.0, 2.0, 3.0]);
}

#[test]
fn categories_become_features() {
    let table = table("colour,size,y\nred,S,0\ngreen,L,1\nblue,L,1\nred,S,0\n");
    check(&table);
    #[rustfmt::skip]
    assert_eq!(values(&table), [
        0.0, 0.0, 1.0, 1.0,
        0.0, 1.0, 0.0, 0.0,
        1.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 1.0, 1.0,
    ]);
    let Kind::Categorical {
        categories,
        missing: 0,
    } = &table.columns[0].kind
    else {
        panic!("{:?}", table.columns[0])
    };
    assert_eq!(categories, &["blue", "green", "red"]);
}

#[test]
fn missing_values_are_replaced_and_told() {
    let table = table("age,job,y\n1,a,n\nNA,?,p\n5,b,p\n,a,n\n");
    check(&table);
    assert_eq!(
        values(&table),
        [
            1.0, 1.0, 0.0, 0.0, 3.0, 0.0, 0.0, 1.0, 5.0, 0.0, 1.0, 0.0, 3.0, 1.0, 0.0, 0.0
        ]
    );
    let Kind::Categorical {
        categories,
        missing: 1,
    } = &table.columns[1].kind
    else {
        panic!("{:?}", table.columns[1])
    };
    assert_eq!(categories, &["a", "b", "(missing)"]);
    assert_eq!(
        notes(&table),
        ["Column age: 2 missing values, replaced by the mean"]
    );
}

#[test]
fn rows_without_a_label_are_left_out() {
    let table = table("a,y\n1,x\n2,?\n3,\n4,-\n5,-\n");
    assert_eq!(values(&table), [1.0, 4.0, 5.0]);
    assert_eq!(table.classes, ["-", "x"]);
    assert_eq!(
        notes(&table),
        ["Row 3: has no label", "Row 4: has no label"]
    );
}

#[test]
fn useless_columns_are_left_out_with_a_reason() {
    let mut text = "name,one,same,none,dirty,a,y\n".to_owned();
    for row in 0..300 {
        let dirty = if row == 7 {
            "x".to_owned()
        } else {
            row.to_string()
        };
        text += &format!("n{row},1,7,,{dirty},{},{}\n", row % 5, row % 2);
    }
    let table = table(&text);
    check(&table);
    assert_eq!(table.shape, Some([1, 1, 1]));
    assert_eq!(
        notes(&table),
        [
            "Column name: has 300 different texts in 300 rows",
            "Column one: has the same value in every row",
            "Column same: has the same value in every row",
            "Column none: has no values",
            "Column dirty: has many different numbers, but text (x in row 9) too",
        ]
    );
    let notes = |column: &&Column| matches!(column.kind, Kind::LeftOut(_));
    assert_eq!(table.columns.iter().filter(notes).count(), 5);
}

#[test]
fn many_texts_are_categories_only_if_they_come_again() {
    let with = |texts: usize, rows: usize| {
        let mut text = "a,b,y\n".to_owned();
        for row in 0..rows {
            text += &format!("t{},{row},{}\n", row % texts, row % 2);
        }
        table(&text).shape.unwrap()[0]
    };
    assert_eq!(with(100, 100), 101);
    assert_eq!(with(101, 202), 102);
    assert_eq!(with(101, 201), 1);
    assert_eq!(with(1000, 2000), 1001);
    assert_eq!(with(1001, 4004), 1);
}

#[test]
fn numeric_labels_are_sorted_as_numbers() {
    let table = table("10,1\n9,2\n2,3\n10,4\n-1,5\n1e1,6\n9,6\n");
    let by_first = table_with(b"10,1\n9,2\n2,3\n10,4\n-1,5\n9,6\n", &labelled("1")).unwrap();
    assert_eq!(by_first.classes, ["-1", "2", "9", "10"]);
    assert_eq!(by_first.train.labels, [3, 2, 1, 3, 0, 2]);
    assert_eq!(table.classes, ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(table.columns[0].name, "Column 1");
}

#[test]
fn the_label_column_is_found_or_chosen() {
    let text = b"Class,x,digit\na,1,5\nb,2,5\na,3,6\n";
    let label = |options: &Options| {
        let table = table_with(text, options).unwrap();
        table.columns.iter().position(|c| c.kind == Kind::Label)
    };
    assert_eq!(label(&Options::default()), Some(0));
    assert_eq!(label(&labelled("digit")), Some(2));
    assert_eq!(label(&labelled("3")), Some(2));
    let numbers = b"2,1,3\n0,5,7\n1,5,7\n0,6,8\n";
    let named = Options {
        label: Some("2".to_owned()),
        header: Some(true),
    };
    let table = table_with(numbers, &named).unwrap();
    assert_eq!(
        table.columns[0].kind,
        Kind::Label,
        "a name comes before a number"
    );
    let unheaded = Options {
        header: Some(false),
        ..named
    };
    let table = table_with(numbers, &unheaded).unwrap();
    assert_eq!(table.columns[1].kind, Kind::Label);
    assert_eq!(table.train.labels.len(), 4);
}

#[test]
fn equal_names_are_told_apart() {
    let text = b"class,x,x,class\n1,2,3,a\n2,3,4,b\n3,4,6,b\n";
    let table = table_with(text, &Options::default()).unwrap();
    assert_eq!(table.columns[3].name, "class (2)");
    assert_eq!(
        table.columns[3].kind,
        Kind::Label,
        "no name is the only one"
    );
    assert_eq!(
        notes(&table)[0],
        "Name of column 3: x is the name of another column: x (2) stands for it"
    );
    assert!(table_with(text, &labelled("x (2)")).is_err_and(|e| e.contains("regression")));
    assert_eq!(
        table_with(text, &labelled("class")).unwrap_err(),
        "2 columns are named class: choose the label by its number (1, 4)"
    );
}

#[test]
fn ragged_rows_are_left_out_up_to_half() {
    let table = table("# made by hand\na,b,y\n1,2,n\n1,2\n3,4,p,5\n5,6,p\n7,8,n\n");
    assert_eq!(values(&table), [1.0, 2.0, 5.0, 6.0, 7.0, 8.0]);
    assert_eq!(table.columns[0].name, "a");
    assert_eq!(
        notes(&table),
        [
            "Row 1: has 1 cell instead of 3",
            "Row 4: has 2 cells instead of 3",
            "Row 5: has 4 cells instead of 3",
        ]
    );
    let mut text = "a,b\n".to_owned();
    for row in 0..500 {
        text += &format!("{row},{}\n", row % 2);
        text += if row % 2 == 0 { "1\n" } else { "5,\n" };
    }
    let table = super::table(&text);
    assert_eq!(table.notes.len(), 101);
    assert_eq!(
        notes(&table)[100],
        "400 more rows: in all, 250 had another number of cells and 250 no label"
    );
}

#[test]
fn the_order_of_rows_does_not_change_what_columns_are() {
    let mut rows: Vec<String> = (0..300)
        .map(|row| {
            let dirty = if row == 7 {
                "x".to_owned()
            } else {
                row.to_string()
            };
            let mixed = if row % 3 == 0 {
                "x".to_owned()
            } else {
                (row % 90).to_string()
            };
            format!("{dirty},{mixed},{row},{}", row % 2)
        })
        .collect();
    let forward = table(&rows.join("\n"));
    rows.reverse();
    let backward = table(&rows.join("\n"));
    let is = |table: &Raw, column: usize| match &table.columns[column].kind {
        Kind::Numeric { .. } => "numeric".to_owned(),
        Kind::Categorical { categories, .. } => format!("{categories:?}"),
        Kind::Label => "label".to_owned(),
        Kind::LeftOut(_) => "left out".to_owned(),
    };
    for column in 0..4 {
        assert_eq!(is(&forward, column), is(&backward, column));
    }
    assert_eq!(is(&forward, 0), "left out");
    assert_eq!(is(&forward, 2), "numeric");
}

#[test]
fn numbers_that_become_equal_are_left_out() {
    let table = table("id,x,y\n1000000001,1,a\n1000000002,2,b\n1000000003,3,b\n");
    assert_eq!(values(&table), [1.0, 2.0, 3.0]);
    assert_eq!(
        notes(&table),
        ["Column id: has values too close together for single precision"]
    );
}

#[test]
fn y_beside_x_is_no_label() {
    let label = |header: &str| {
        let rows = "1,2,red\n3,4,blue\n".repeat(3);
        let table = table(&format!("{header}\n{rows}"));
        let label = table.columns.iter().position(|c| c.kind == Kind::Label);
        label.unwrap()
    };
    assert_eq!(label("x,y,colour"), 2);
    assert_eq!(label("a,y,colour"), 1);
}
