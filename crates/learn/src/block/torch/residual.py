class Residual(nn.Module):
    """Convolutions with batch norm, ReLU between them, and the input added."""

    def __init__(self, *convs, projection=None, padding=None):
        super().__init__()
        self.numbers = range(1, len(convs) + 1)
        for number, (inputs, out, kernel, stride) in zip(self.numbers, convs):
            conv = nn.Conv2d(inputs, out, kernel, stride, kernel // 2, bias=False)
            self.add_module(f"conv{number}", conv)
            self.add_module(f"bn{number}", nn.BatchNorm2d(out))
        self.downsample = None
        if projection:
            inputs, out, stride = projection
            conv = nn.Conv2d(inputs, out, 1, stride, bias=False)
            self.downsample = nn.Sequential(conv, nn.BatchNorm2d(out))
        self.padding = padding

    def forward(self, x):
        y = x
        for number in self.numbers:
            y = F.relu(y) if number > 1 else y
            y = getattr(self, f"bn{number}")(getattr(self, f"conv{number}")(y))
        if self.downsample:
            x = self.downsample(x)
        elif self.padding:
            stride, before, behind = self.padding
            x = F.pad(x[:, :, ::stride, ::stride], (0, 0, 0, 0, before, behind))
        return F.relu(x + y)
