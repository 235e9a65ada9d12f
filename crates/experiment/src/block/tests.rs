use super::*;

fn conv(out: usize, kernel: usize, stride: usize, padding: usize, groups: usize) -> Block {
    Block::Conv2d(kind::Conv2d {
        out,
        kernel,
        stride,
        padding,
        dilation: 1,
        groups,
        bias: true,
        init: Init::default(),
    })
}

#[test]
fn convolution_follows_the_usual_formula() {
    let image = Shape::Image([3, 32, 32]);
    assert_eq!(
        shape_after(&conv(16, 3, 1, 1, 1), image),
        Ok(Shape::Image([16, 32, 32]))
    );
    assert_eq!(
        shape_after(&conv(16, 3, 2, 1, 1), image),
        Ok(Shape::Image([16, 16, 16]))
    );
    assert_eq!(
        shape_after(&conv(16, 5, 1, 0, 1), image),
        Ok(Shape::Image([16, 28, 28]))
    );
}

#[test]
fn impossible_edges_are_sentences() {
    let image = Shape::Image([32, 8, 8]);
    let linear = Block::Linear(kind::Linear {
        out: 10,
        bias: true,
        init: Init::default(),
    });
    assert_eq!(
        shape_after(&linear, image),
        Err("Flatten this 32×8×8 image first".to_owned())
    );
    assert!(shape_after(&conv(16, 9, 1, 0, 1), image).is_err());
    assert!(shape_after(&conv(16, 3, 1, 1, 3), image).is_err());
    assert!(shape_after(&conv(16, 3, 1, 1, 1), Shape::Flat(8)).is_err());
}

#[test]
fn tokens_that_do_not_fit_say_what_would() {
    let said = |block: Block, input| shape_after(&block, input).unwrap_err();
    let image = Shape::Image([96, 12, 12]);
    let text = "kind = \"swin\"\nheads = 5";
    let block = |text: &str| toml::from_str::<Block>(text).unwrap();
    assert_eq!(
        said(block(text), image),
        "5 heads do not divide 96 features: choose 1, 2, 3, 4, 6, 8, 12, 16, 24, 32 or 48"
    );
    let text = "kind = \"swin\"\nheads = 3";
    assert_eq!(
        said(block(text), image),
        "Windows of 7×7 do not divide an image of 12×12: choose 1, 2, 3, 4, 6 or 12"
    );
    let text = "kind = \"patch-embedding\"\nout = 8\npatch = 5";
    assert_eq!(
        said(block(text), image),
        "Patches of 5×5 do not divide an image of 12×12: choose 1, 2, 3, 4, 6 or 12"
    );
    let text = "kind = \"transformer-encoder\"\nheads = 2";
    assert_eq!(
        said(block(text), Shape::Flat(8)),
        "Transformer encoder needs tokens or an image, but gets a vector of 8 features"
    );
    assert_eq!(
        said(conv(8, 3, 1, 1, 1), Shape::Tokens([8, 17])),
        "Convolution needs an image, but gets 17 tokens of 8"
    );
    assert!(
        shape_after(
            &Block::GlobalAvgPool(kind::GlobalAvgPool {}),
            Shape::Tokens([8, 17])
        ) == Ok(Shape::Flat(8))
    );
}

#[test]
fn every_kind_is_read_as_it_is_written() {
    for block in Block::palette() {
        let text = toml::to_string(&block).unwrap();
        let first = format!("kind = \"{}\"\n", block.key());
        assert!(text.starts_with(&first), "{text}");
        assert_eq!(toml::from_str::<Block>(&text).unwrap(), block);
        let error = toml::from_str::<Block>(&format!("{text}unknown = 1\n"));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("unknown field `unknown`"), "{error}");
    }
}

/// The key of every setting is that of the file, whatever its type.
#[test]
fn settings_of_a_form_are_the_keys_of_the_file() {
    for block in Block::palette() {
        let table = toml::Table::try_from(&block).unwrap();
        assert_eq!(block.count() + 1, table.len(), "{}", block.key());
        for at in 0..block.count() {
            let info = block.info(at).unwrap();
            let written = table.get(info.key).unwrap();
            match block.get(at).unwrap() {
                Scalar::Whole(value) => assert_eq!(written.as_integer(), Some(value as i64)),
                Scalar::Real(value) => assert_eq!(written.as_float(), Some(value)),
                Scalar::Flag(value) => assert_eq!(written.as_bool(), Some(value)),
                Scalar::Choice(value) => {
                    let crate::field::Type::Choice(all) = info.kind else {
                        panic!("{}", info.key);
                    };
                    assert_eq!(written.as_str(), Some(all[value].key));
                }
            }
        }
    }
}

#[test]
fn choices_have_the_keys_of_the_file() {
    for block in Block::palette() {
        for at in 0..block.count() {
            let info = block.info(at).unwrap();
            let crate::field::Type::Choice(all) = info.kind else {
                continue;
            };
            for (value, choice) in all.iter().enumerate() {
                let mut other = block.clone();
                other.set(at, Scalar::Choice(value));
                let table = toml::Table::try_from(&other).unwrap();
                assert_eq!(table[info.key].as_str(), Some(choice.key));
            }
        }
    }
}

#[test]
fn samples_of_the_palette_are_in_range_and_stand_in_groups() {
    let palette = Block::palette();
    for block in &palette {
        assert_eq!(out_of_range(block), [], "{}", block.key());
    }
    let titles: Vec<&str> = palette.iter().map(Block::title).collect();
    assert_eq!(titles[..3], ["Linear", "Convolution", "ReLU"]);
    assert!(palette.is_sorted_by_key(|block| block.about().group));
}
