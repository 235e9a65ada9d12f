//! What a kind of block says of itself against the layer that it becomes.

use burn::{
    module::Module,
    tensor::{Device, Tensor},
};
use layerwise_experiment::{
    Block, Shape,
    rng::{Stream, rng},
    shape_after,
};

use super::{Dual, Layer};

/// An image or a vector that the block can follow.
fn input(block: &Block) -> Shape {
    let shapes = [Shape::Image([16, 8, 8]), Shape::Flat(16)];
    let fits = |shape: &Shape| shape_after(block, *shape).is_ok();
    shapes.into_iter().find(fits).unwrap()
}

#[test]
fn layers_are_what_their_kinds_say() {
    let device = Device::flex();
    for block in Block::palette() {
        let (key, input) = (block.key(), input(&block));
        let mut rng = rng(1, Stream::Weights, 0);
        let mut layer = Layer::new(&block, input, &mut rng, &device);
        assert_eq!(block.parameters(input), layer.num_params(), "{key}");
        assert_eq!(block.has_closed_form(), layer.closed().is_some(), "{key}");
        let names: Vec<String> = layer
            .running_statistics()
            .into_iter()
            .map(|(name, _, _)| name)
            .collect();
        assert_eq!(block.has_batch_norm(), !names.is_empty(), "{key}");
        let changed = layer.batch_norms().into_iter();
        let changed: Vec<String> = changed.map(|(name, _)| name).collect();
        assert_eq!(names, changed, "{key}");

        let [channels, height, width] = input.sizes();
        let x = Tensor::<4>::ones([2, channels, height, width], &device);
        let y = layer.forward(Dual::plain(x), 0, None).value;
        let [channels, height, width] = shape_after(&block, input).unwrap().sizes();
        assert_eq!(y.dims(), [2, channels, height, width], "{key}");
    }
}
