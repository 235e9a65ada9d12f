class SampleNorm(nn.Module):
    """Layer norm over all values of a sample."""

    def __init__(self, count, eps):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(count))
        self.bias = nn.Parameter(torch.zeros(count))
        self.eps = eps

    def forward(self, x):
        shape = x.shape[1:]
        weight, bias = self.weight.reshape(shape), self.bias.reshape(shape)
        return F.layer_norm(x, shape, weight, bias, self.eps)
