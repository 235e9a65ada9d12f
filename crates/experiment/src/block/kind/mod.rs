//! Every kind of block, each in a file of its own: its hyper-parameters with their keys and
//! ranges, and all that is known of it without a tensor. Its layer is in the crate that learns.

mod avg_pool;
mod batch_norm;
mod conv2d;
mod conv_next;
mod dropout;
mod flatten;
mod gelu;
mod global_avg_pool;
mod group_norm;
mod layer_norm;
mod leaky_relu;
mod linear;
mod max_pool;
mod mlp_mixer;
mod patch_embedding;
mod patch_merging;
mod position_embedding;
mod relu;
mod residual_basic;
mod residual_bottleneck;
mod separable_conv;
mod silu;
mod swin;
mod tanh;
mod transformer_encoder;

/// Hands the list of all kinds to a macro: the key in files, the file here, and the struct. Among
/// those of a [group](crate::Group) it is the order of the palette.
#[macro_export]
macro_rules! kinds {
    ($to:ident) => {
        $to! {
            "linear" => linear::Linear,
            "conv2d" => conv2d::Conv2d,
            "residual-basic" => residual_basic::ResidualBasic,
            "residual-bottleneck" => residual_bottleneck::ResidualBottleneck,
            "separable-conv" => separable_conv::SeparableConv,
            "conv-next" => conv_next::ConvNext,
            "patch-embedding" => patch_embedding::PatchEmbedding,
            "position-embedding" => position_embedding::PositionEmbedding,
            "transformer-encoder" => transformer_encoder::TransformerEncoder,
            "swin" => swin::Swin,
            "patch-merging" => patch_merging::PatchMerging,
            "mlp-mixer" => mlp_mixer::MlpMixer,
            "relu" => relu::Relu,
            "leaky-relu" => leaky_relu::LeakyRelu,
            "gelu" => gelu::Gelu,
            "silu" => silu::Silu,
            "tanh" => tanh::Tanh,
            "batch-norm" => batch_norm::BatchNorm,
            "layer-norm" => layer_norm::LayerNorm,
            "group-norm" => group_norm::GroupNorm,
            "max-pool" => max_pool::MaxPool,
            "avg-pool" => avg_pool::AvgPool,
            "global-avg-pool" => global_avg_pool::GlobalAvgPool,
            "flatten" => flatten::Flatten,
            "dropout" => dropout::Dropout,
        }
    };
}

macro_rules! publish {
    ($($key:literal => $file:ident::$Kind:ident,)+) => {
        $(pub use $file::$Kind;)+
    };
}
kinds!(publish);
