def rows(x):
    """Tokens of an image or a sequence, one below the other."""
    return x.flatten(2).transpose(1, 2)


def grid(x, shape):
    """Back from rows."""
    return x.transpose(1, 2).reshape(shape)


class Mlp(nn.Module):
    """Two linear layers with GELU between."""

    def __init__(self, features, hidden):
        super().__init__()
        self.fc1 = nn.Linear(features, hidden)
        self.fc2 = nn.Linear(hidden, features)

    def forward(self, x):
        return self.fc2(F.gelu(self.fc1(x)))
