class ClassToken(nn.Module):
    """Puts a learnt token before those of an image."""

    def __init__(self, *shape):
        super().__init__()
        self.value = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        x = x.flatten(2)[..., None]
        token = self.value.reshape(1, -1, 1, 1).expand(len(x), -1, -1, -1)
        return torch.cat([token, x], 2)


class Places(nn.Module):
    """Adds to each token what depends on its place."""

    def __init__(self, *shape):
        super().__init__()
        self.value = nn.Parameter(torch.zeros(shape))

    def forward(self, x):
        value = self.value
        if value.shape != x.shape[1:]:
            value = value.transpose(1, 2).reshape(x.shape[1:])
        return x + value
