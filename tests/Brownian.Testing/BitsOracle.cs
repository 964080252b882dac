using static TorchSharp.torch;

namespace Brownian.Testing;

/// <summary>Any distribution of D bits, −1 and +1, given as a table: exact belief and entropy. x is [N, D].</summary>
public sealed class BitsOracle : IDenoiser
{
    private readonly Tensor words;
    private readonly Tensor logTable;

    /// <summary>A distribution.</summary>
    /// <param name="table">2^D probabilities; bit d of the index is 1 where bit d of the word is +1.</param>
    public BitsOracle(params double[] table)
    {
        var size = (int)Math.Log2(table.Length);
        words = tensor(table.SelectMany((_, word) => Enumerable.Range(0, size).Select(d => (word >> d & 1) == 1 ? 1.0 : -1)).ToArray()).reshape(-1, size);
        logTable = tensor(table).log();
        Table = table;
    }

    /// <summary>The probabilities.</summary>
    public IReadOnlyList<double> Table { get; }

    /// <summary>All words, [2^D, D].</summary>
    public Tensor Words => words;

    /// <summary>The entropy in nats.</summary>
    public double Entropy => -Table.Sum(p => p > 0 ? p * Math.Log(p) : 0);

    /// <summary>Bits that do not know each other.</summary>
    /// <param name="probabilities">P(+1) of each.</param>
    public static BitsOracle Independent(params double[] probabilities) => new([.. Enumerable.Range(0, 1 << probabilities.Length)
        .Select(word => probabilities.Select((p, d) => (word >> d & 1) == 1 ? p : 1 - p).Aggregate(1.0, (a, b) => a * b))]);

    /// <inheritdoc/>
    public Denoised Denoise(Tensor xt, NoiseLevel at)
    {
        using var scope = NewDisposeScope();
        var wide = xt.to(ScalarType.Float64);
        var likelihood = (1 + at.Alpha * wide.unsqueeze(1) * words).clamp_min(0).log().sum(2); // [N, 2^D]
        var x0 = (likelihood + logTable).softmax(1).matmul(words).to(xt.dtype);
        return Denoised.FromX0(x0, xt, NoiseLevels.Of(at, xt)).MoveToOuterScope();
    }
}
