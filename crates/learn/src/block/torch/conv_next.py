class ConvNext(nn.Module):
    """A convolution of each channel by itself, layer norm, two linear layers, a learnt scale."""

    def __init__(self, channels, kernel, hidden, eps, scale):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, kernel, 1, kernel // 2, groups=channels)
        self.norm = nn.LayerNorm(channels, eps)
        self.mlp = Mlp(channels, hidden)
        self.scale = nn.Parameter(torch.zeros(scale))

    def forward(self, x):
        y = self.norm(rows(self.depthwise(x)))
        return x + grid(self.mlp(y) * self.scale.flatten(), x.shape)
