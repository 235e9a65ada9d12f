class Normalized(nn.Linear):
    """A linear layer on features of the same length."""

    def __init__(self, features, classes, scale, bias):
        super().__init__(features, classes, bias)
        self.scale = scale

    def forward(self, x):
        length = (x.square().sum(1, keepdim=True) + 1e-12).sqrt()
        return super().forward(self.scale * x / length)
