class Separable(nn.Module):
    """A convolution of each channel by itself, then one of 1×1."""

    def __init__(self, inputs, out, kernel, stride):
        super().__init__()
        conv = nn.Conv2d(inputs, inputs, kernel, stride, kernel // 2, groups=inputs, bias=False)
        self.depthwise = nn.Sequential(conv, nn.BatchNorm2d(inputs))
        self.pointwise = nn.Sequential(nn.Conv2d(inputs, out, 1, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        return F.relu(self.pointwise(F.relu(self.depthwise(x))))
