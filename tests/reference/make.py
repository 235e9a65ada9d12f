"""Makes the reference files in this folder: what PyTorch computes with weights that anyone can
make again.

    python tests/reference/make.py

needs torch, torchvision and timm, on the CPU. The files were made with the versions that stand in
them. Every weight and every input comes from a formula of its name and index, so that a test makes
the same values without a big file:

    h = FNV-1a of the name (64 bits)
    u(i) = top 53 bits of SplitMix64(h + i * 0x9E3779B97F4A7C15) / 2^53, in [0, 1)

    running_var            0.5 + u
    other vectors: weight  0.75 + u/2
    other vectors          0.2 (u - 1/2)
    all else               2 (u - 1/2) * sqrt(3 / number of values for each of the first dimension)

in float64, rounded to float32; a vector has one dimension. The input is named "input" and has
2 (u - 1/2).
"""

import json
import math
from pathlib import Path

import numpy
import timm
import torch
import torchvision

HERE = Path(__file__).parent

MODELS = {
    "resnet18": torchvision.models.resnet18,
    "resnet50": torchvision.models.resnet50,
    "swin_t": torchvision.models.swin_t,
    "vit_tiny_patch16_224": lambda: timm.create_model("vit_tiny_patch16_224"),
    "vit_small_patch16_224": lambda: timm.create_model("vit_small_patch16_224"),
    "convnext_tiny": torchvision.models.convnext_tiny,
    # Its linear layers are 1×1 convolutions.
    "convnext_atto": lambda: timm.create_model("convnext_atto"),
    "convnext_norm_first": lambda: timm.models.ConvNeXt(
        depths=(1, 2, 1, 1), dims=(8, 16, 24, 32), head_norm_first=True, num_classes=10
    ),
    "mixer_s32_224": lambda: timm.create_model("mixer_s32_224"),
    # One window covers the height, two the width.
    "swin_wide": lambda: torchvision.models.SwinTransformer(
        [2, 2], 8, depths=[2], num_heads=[2], window_size=[4, 4], num_classes=10
    ),
}

# Channels, height and width of the input.
SHAPES = {"convnext_norm_first": (3, 32, 64), "swin_wide": (3, 8, 16)}

# Names and shapes of a small network with torchvision's names for residual networks.
TINY = {
    "conv1.weight": (4, 3, 3, 3),
    "bn1.weight": (4,),
    "bn1.bias": (4,),
    "bn1.running_mean": (4,),
    "bn1.running_var": (4,),
    "layer1.0.conv1.weight": (8, 4, 3, 3),
    "layer1.0.bn1.weight": (8,),
    "layer1.0.bn1.bias": (8,),
    "layer1.0.bn1.running_mean": (8,),
    "layer1.0.bn1.running_var": (8,),
    "layer1.0.conv2.weight": (8, 8, 3, 3),
    "layer1.0.bn2.weight": (8,),
    "layer1.0.bn2.bias": (8,),
    "layer1.0.bn2.running_mean": (8,),
    "layer1.0.bn2.running_var": (8,),
    "layer1.0.downsample.0.weight": (8, 4, 1, 1),
    "layer1.0.downsample.1.weight": (8,),
    "layer1.0.downsample.1.bias": (8,),
    "layer1.0.downsample.1.running_mean": (8,),
    "layer1.0.downsample.1.running_var": (8,),
    "fc.weight": (10, 8),
    "fc.bias": (10,),
}


def uniform(name, count):
    """`count` numbers in [0, 1)."""
    state = numpy.uint64(0xCBF29CE484222325)
    with numpy.errstate(over="ignore"):
        for byte in name.encode():
            state = (state ^ numpy.uint64(byte)) * numpy.uint64(0x100000001B3)
        # SplitMix64 adds its constant before it mixes.
        index = numpy.arange(1, count + 1, dtype=numpy.uint64)
        z = state + index * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(11)).astype(numpy.float64) / 2.0**53


def values(name, shape):
    """The tensor of this name."""
    count = math.prod(shape)
    u = uniform(name, count)
    if name.endswith("running_var"):
        u = 0.5 + u
    elif len(shape) == 1 and name.endswith("weight"):
        u = 0.75 + u / 2
    elif len(shape) == 1:
        u = 0.2 * (u - 0.5)
    else:
        u = 2 * (u - 0.5) * math.sqrt(3 / math.prod(shape[1:]))
    return torch.from_numpy(u.astype(numpy.float32).reshape(shape))


def logits():
    """Writes names, shapes and logits of every model."""
    for name, make in MODELS.items():
        shape = (1, *SHAPES.get(name, (3, 224, 224)))
        pixels = 2 * (uniform("input", math.prod(shape)) - 0.5)
        pixels = torch.from_numpy(pixels.astype(numpy.float32).reshape(shape))
        model = make().eval()
        state = model.state_dict()
        floats = {key: value for key, value in state.items() if value.is_floating_point()}
        state |= {key: values(key, tuple(value.shape)) for key, value in floats.items()}
        model.load_state_dict(state)
        # In float64, so that only the other side's rounding shows.
        with torch.no_grad():
            out = model.double()(pixels.double())[0]
        lines = [
            "{",
            f'"model": "{name}",',
            f'"torch": "{torch.__version__}",',
            f'"torchvision": "{torchvision.__version__}",',
            f'"timm": "{timm.__version__}",',
            '"parameters": {',
            ",\n".join(
                f"{json.dumps(key)}: {json.dumps(list(value.shape))}"
                for key, value in floats.items()
            ),
            "},",
            f'"logits": {[float(f"{value:.9g}") for value in out]}',
            "}\n",
        ]
        text = "\n".join(lines)
        json.loads(text)
        (HERE / f"{name}.json").write_text(text)
        print(name, len(floats), "tensors, logits of norm", float(out.norm()))


def checkpoints():
    """Writes the small network as training scripts do, in both formats of torch.save."""
    state = {name: values(name, shape) for name, shape in TINY.items()}
    # As views, half and brain floats, which checkpoints hold too.
    state["fc.weight"] = state["fc.weight"].t().contiguous().t()
    state["layer1.0.conv1.weight"] = state["layer1.0.conv1.weight"].half()
    state["layer1.0.conv2.weight"] = state["layer1.0.conv2.weight"].bfloat16()
    state["bn1.num_batches_tracked"] = torch.tensor(7)
    state = {f"module.{name}": value for name, value in state.items()}
    whole = {"epoch": 3, "state_dict": state, "arch": "tiny"}
    torch.save(whole, HERE / "tiny.pt")
    torch.save(whole, HERE / "tiny-legacy.pt", _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    logits()
    checkpoints()
