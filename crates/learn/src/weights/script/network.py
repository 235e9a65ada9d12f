class Network(nn.Module):
    """Layers one after the other, each under its name."""

    def __init__(self, chain):
        super().__init__()
        # How samples are normalised, each channel or feature by its own numbers.
        self.register_buffer("mean", torch.zeros(1), persistent=False)
        self.register_buffer("std", torch.ones(1), persistent=False)
        self.chain = [layer for _, layer in chain]
        for at, (name, layer) in enumerate(chain):
            parent = self
            *path, last = (name or f"step{at}").split(".")
            for part in path:
                if not hasattr(parent, part):
                    parent.add_module(part, nn.Module())
                parent = getattr(parent, part)
            if hasattr(layer, "value"):
                parent.register_parameter(last, layer.value)
            else:
                parent.add_module(last, layer)

    def forward(self, x):
        sides = [1] * (x.dim() - 2)
        x = (x - self.mean.reshape(-1, *sides)) / self.std.reshape(-1, *sides)
        for layer in self.chain:
            x = layer(x)
        return x
