class Mixer(nn.Module):
    """Two linear layers along the tokens, then two along the features."""

    def __init__(self, features, tokens, tokens_hidden, hidden, eps):
        super().__init__()
        self.norm1 = nn.LayerNorm(features, eps)
        self.tokens = Mlp(tokens, tokens_hidden)
        self.norm2 = nn.LayerNorm(features, eps)
        self.channels = Mlp(features, hidden)

    def forward(self, x):
        shape = x.shape
        x = rows(x)
        x = x + self.tokens(self.norm1(x).transpose(1, 2)).transpose(1, 2)
        return grid(x + self.channels(self.norm2(x)), shape)
