class SqueezeExcite(nn.Module):
    """Scales each channel by what follows from the means of all."""

    def __init__(self, channels, squeeze):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeeze, 1)
        self.fc2 = nn.Conv2d(squeeze, channels, 1)

    def forward(self, x):
        scale = F.relu(self.fc1(x.mean((2, 3), keepdim=True)))
        return torch.sigmoid(self.fc2(scale)) * x
