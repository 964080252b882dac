using static TorchSharp.torch;

namespace Brownian.Samplers;

/// <summary>What a multistep method remembers: the newest few tensors, each with its level. Number 0 is the newest.</summary>
/// <param name="capacity">How many are kept.</param>
internal sealed class History(int capacity) : IDisposable
{
    private readonly List<(Kept Model, NoiseLevel At)> entries = [];

    /// <summary>How many there are.</summary>
    public int Count => entries.Count;

    /// <summary>The level of the entry that is this many steps old.</summary>
    public NoiseLevel LevelOf(int age) => entries[age].At;

    /// <summary>Adds the newest entry (borrowed); the oldest one goes if there are too many.</summary>
    public void Add(Tensor model, NoiseLevel at)
    {
        var slot = entries.Count < capacity ? new Kept() : entries[^1].Model;
        if (entries.Count == capacity)
        {
            entries.RemoveAt(capacity - 1);
        }

        slot.Set(model);
        entries.Insert(0, (slot, at));
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Dispose();
        entries.Clear();
    }

    /// <summary>
    /// How many entries, from the newest on, have levels that differ from their neighbours' and have a finite σ/α, up to <paramref name="most"/>: a
    /// schedule may visit a level twice, and then there is no difference to take.
    /// </summary>
    /// <param name="most">The largest answer.</param>
    /// <param name="now">A level that the newest entry must differ from; null if that is the newest entry's own.</param>
    public int Usable(int most, NoiseLevel? now = null)
    {
        var count = 0;
        var before = now?.NoiseToSignal ?? double.NaN;
        while (count < Math.Min(most, entries.Count) && entries[count].At is var at && at.Alpha > 0 && at.NoiseToSignal != before)
        {
            before = at.NoiseToSignal;
            count++;
        }

        return count;
    }

    /// <summary>Adds the newest entries times these weights to <paramref name="sum"/>, in place.</summary>
    public Tensor AddTo(Tensor sum, params ReadOnlySpan<double> weights)
    {
        for (var i = 0; i < Math.Min(weights.Length, entries.Count); i++)
        {
            sum.add_(entries[i].Model.Value!, alpha: weights[i]);
        }

        return sum;
    }

    /// <summary>The newest entries times these weights, summed: a fresh tensor.</summary>
    public Tensor Sum(params ReadOnlySpan<double> weights)
    {
        var sum = entries[0].Model.Value! * weights[0];
        for (var i = 1; i < weights.Length; i++)
        {
            sum.add_(entries[i].Model.Value!, alpha: weights[i]);
        }

        return sum;
    }

    /// <inheritdoc/>
    public void Dispose() => entries.ForEach(entry => entry.Model.Dispose());
}
