class PatchMerging(nn.Module):
    """Joins each 2×2 tokens to one with twice the channels."""

    def __init__(self, features, eps):
        super().__init__()
        self.norm = nn.LayerNorm(4 * features, eps)
        self.reduction = nn.Linear(4 * features, 2 * features, bias=False)

    def forward(self, x):
        places = [(0, 0), (1, 0), (0, 1), (1, 1)]
        x = torch.cat([x[:, :, row::2, column::2] for row, column in places], 1)
        return self.reduction(self.norm(x.movedim(1, -1))).movedim(-1, 1)
