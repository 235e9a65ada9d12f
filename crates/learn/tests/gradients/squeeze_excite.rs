//! Squeeze and excitation against central differences and torchvision's form.

use super::*;

fn block(squeeze: usize) -> Block {
    Block::SqueezeExcite(kind::SqueezeExcite {
        squeeze,
        init: Init::XavierUniform,
    })
}

#[test]
fn gradients_agree_with_differences() {
    for squeeze in [1, 3, 8] {
        image(&format!("squeeze-excite {squeeze}"), block(squeeze));
    }
}

#[test]
fn parameters_have_the_names_and_shapes_of_torchvision() {
    let experiment = experiment(true, &[block(3)], PLAIN);
    let modules = LocalModule::all(&experiment, &device()).unwrap();
    let named = named_parameters(&modules[1], None);
    let found: Vec<(&str, Vec<usize>)> = named
        .iter()
        .filter(|named| named.name.starts_with("block."))
        .map(|named| (named.name.as_str(), named.data.shape().to_vec()))
        .collect();
    assert_eq!(
        found,
        [
            ("block.0.fc1.weight", vec![3, 4, 1, 1]),
            ("block.0.fc1.bias", vec![3]),
            ("block.0.fc2.weight", vec![4, 3, 1, 1]),
            ("block.0.fc2.bias", vec![4]),
        ]
    );
}
