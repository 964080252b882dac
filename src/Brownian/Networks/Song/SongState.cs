using static TorchSharp.torch;

namespace Brownian.Networks.Song;

/// <summary>What flows through a <see cref="SongUNet"/>. Every slot owns its tensor: setting it frees the one before.</summary>
internal sealed class SongState : IDisposable
{
    private readonly Stack<Tensor> kept = new();
    private Tensor? hidden;
    private Tensor? pyramid;

    /// <summary>The features, [N, C, H, W].</summary>
    public Tensor Hidden
    {
        get => hidden ?? throw new InvalidOperationException("no features yet");
        set => Set(ref hidden, value);
    }

    /// <summary>The pyramid beside them, [N, C', H, W]: of the input on the way down, of the output on the way up; null where there is none.</summary>
    public Tensor? Pyramid
    {
        get => pyramid;
        set => Set(ref pyramid, value);
    }

    /// <summary>Keeps the features for the way up.</summary>
    public void Keep() => kept.Push(Hidden.alias().DetachFromDisposeScope());

    /// <summary>Keeps the features in place of what was kept last.</summary>
    public void KeepInstead()
    {
        kept.Pop().Dispose();
        Keep();
    }

    /// <summary>The features beside what was kept last, [N, C + C'', H, W].</summary>
    /// <exception cref="ArgumentException">Their sizes differ.</exception>
    public Tensor Joined()
    {
        using var map = kept.Pop();
        if (map.size(2) != Hidden.size(2) || map.size(3) != Hidden.size(3))
        {
            throw new ArgumentException(
                $"input: {map.size(2)}×{map.size(3)} features cannot be halved and doubled back (they return as {Hidden.size(2)}×{Hidden.size(3)}). "
                + "Give images whose sides divide by 2 for every halving of the network.");
        }

        return cat([Hidden, map], 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        hidden?.Dispose();
        pyramid?.Dispose();
        while (kept.TryPop(out var map))
        {
            map.Dispose();
        }
    }

    private static void Set(ref Tensor? slot, Tensor? value)
    {
        var next = value?.alias().DetachFromDisposeScope();
        slot?.Dispose();
        slot = next;
    }
}
