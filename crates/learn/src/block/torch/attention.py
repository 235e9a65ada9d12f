class Attention(nn.Module):
    """Attention among all tokens, or those of a window with a bias for each relative place."""

    def __init__(self, features, heads, window=None):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(features, 3 * features)
        self.proj = nn.Linear(features, features)
        self.index = None
        if window:
            span = 2 * window - 1
            self.relative_position_bias_table = nn.Parameter(torch.zeros(span * span, heads))
            token = torch.arange(window * window)
            row, column = token // window, token % window
            rows = row[:, None] - row + window - 1
            self.index = rows * span + column[:, None] - column + window - 1

    def forward(self, x, mask=None):
        groups, tokens, features = x.shape
        qkv = self.qkv(x).reshape(groups, tokens, 3, self.heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4)
        weights = q @ k.transpose(-1, -2) * (features // self.heads) ** -0.5
        if self.index is not None:
            weights = weights + self.relative_position_bias_table[self.index].permute(2, 0, 1)
        if mask is not None:
            weights = weights + mask
        x = weights.softmax(-1) @ v
        return self.proj(x.transpose(1, 2).reshape(groups, tokens, features))


class Encoder(nn.Module):
    """A transformer block with layer norm first."""

    def __init__(self, features, heads, hidden, eps, window=None, shift=(0, 0)):
        super().__init__()
        self.norm1 = nn.LayerNorm(features, eps)
        self.attn = Attention(features, heads, window)
        self.norm2 = nn.LayerNorm(features, eps)
        self.mlp = Mlp(features, hidden)
        self.window, self.shift = window, shift

    def forward(self, x):
        shape = x.shape
        x = rows(x)
        y = self.norm1(x)
        x = x + (rows(self.in_windows(grid(y, shape))) if self.window else self.attn(y))
        return grid(x + self.mlp(self.norm2(x)), shape)

    def in_windows(self, x):
        batch, features, height, width = x.shape
        side, (down, right) = self.window, self.shift

        def split(x):
            x = x.roll((-down, -right), (2, 3))
            x = x.reshape(len(x), -1, height // side, side, width // side, side)
            return x.permute(0, 2, 4, 3, 5, 1).flatten(3, 4).flatten(0, 2)

        mask = None
        if down or right:
            # Tokens that only the shift has brought together do not see each other.
            row = (torch.arange(height) < down)[:, None].expand(height, width)
            column = (torch.arange(width) < right).expand(height, width)
            part = split((2 * row + column)[None, None].float())
            mask = -100.0 * (part != part.transpose(1, 2)).float()
            mask = mask.repeat(batch, 1, 1)[:, None].to(x)
        x = self.attn(split(x), mask)
        x = x.reshape(batch, height // side, width // side, side, side, features)
        x = x.permute(0, 5, 1, 3, 2, 4).reshape(batch, features, height, width)
        return x.roll((down, right), (2, 3))
