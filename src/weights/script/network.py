class Network(nn.Module):
    """Layers one after the other, each under its name."""

    def __init__(self, chain):
        super().__init__()
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
        for layer in self.chain:
            x = layer(x)
        return x
