using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Benchmarks.Baseline;

/// <summary>A residual block as one writes it from TorchSharp's modules: NCHW, float32, one operator after the other.</summary>
internal sealed class PlainResBlock : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly GroupNorm norm1;
    private readonly Conv2d conv1;
    private readonly Linear time;
    private readonly GroupNorm norm2;
    private readonly Conv2d conv2;
    private readonly Conv2d? shortcut;

    public PlainResBlock(long from, long to, long embedding)
        : base(nameof(PlainResBlock))
    {
        norm1 = nn.GroupNorm(32, from, 1e-6);
        conv1 = nn.Conv2d(from, to, 3, padding: 1);
        time = nn.Linear(embedding, to);
        norm2 = nn.GroupNorm(32, to, 1e-6);
        conv2 = nn.Conv2d(to, to, 3, padding: 1);
        shortcut = from == to ? null : nn.Conv2d(from, to, 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x, Tensor embedding)
    {
        using var scope = NewDisposeScope();
        var h = conv1.call(nn.functional.silu(norm1.call(x)));
        h = h + time.call(nn.functional.silu(embedding)).unsqueeze(-1).unsqueeze(-1);
        h = conv2.call(nn.functional.silu(norm2.call(h)));
        return ((shortcut is null ? x : shortcut.call(x)) + h).MoveToOuterDisposeScope();
    }
}

/// <summary>Single-head attention between pixels.</summary>
internal sealed class PlainAttention : nn.Module<Tensor, Tensor>
{
    private readonly GroupNorm norm;
    private readonly Linear query;
    private readonly Linear key;
    private readonly Linear value;
    private readonly Linear output;

    public PlainAttention(long channels)
        : base(nameof(PlainAttention))
    {
        norm = nn.GroupNorm(32, channels, 1e-6);
        query = nn.Linear(channels, channels);
        key = nn.Linear(channels, channels);
        value = nn.Linear(channels, channels);
        output = nn.Linear(channels, channels);
        RegisterComponents();
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var (n, c, h, w) = (x.size(0), x.size(1), x.size(2), x.size(3));
        var tokens = norm.call(x).view(n, c, h * w).transpose(1, 2);
        Tensor Heads(Linear map) => map.call(tokens).unsqueeze(1);
        var mixed = nn.functional.scaled_dot_product_attention(Heads(query), Heads(key), Heads(value)).squeeze(1);
        return (output.call(mixed).transpose(1, 2).reshape(n, c, h, w) + x).MoveToOuterDisposeScope();
    }
}
