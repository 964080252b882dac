using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// The weights of one convolution as inference wants them: in the compute type and in oneDNN's layout, made once and kept until a
/// parameter's version or storage changes, or the shape of the input does. Costs the memory of a second copy of the weights while it is held.
/// </summary>
/// <param name="padding">Zeros on every side.</param>
/// <param name="stride">Step.</param>
internal sealed class PackedWeights(long[] padding, long[] stride) : IDisposable
{
    private readonly Lock gate = new();
    private readonly List<(ulong Version, nint Data)> seen = [];
    private Tensor? packed;
    private Tensor? bias;
    private (ScalarType Type, long N, long H, long W) shape;

    /// <summary>
    /// The convolution without gradients, plus <paramref name="added"/>; null where oneDNN cannot, or where gradients are wanted.
    /// </summary>
    /// <param name="x">[N, C, H, W] in the compute type.</param>
    /// <param name="weights">Matrices, [C', C] or [C', C, k, k], stacked along C' if there are several.</param>
    /// <param name="biases">As many, [C'], or none.</param>
    /// <param name="added">[N, C', H', W'] or null.</param>
    public Tensor? Run(Tensor x, ReadOnlySpan<Tensor> weights, ReadOnlySpan<Tensor> biases, Tensor? added = null)
    {
        if (is_grad_enabled() || !PackedConvolution.Takes(x) || !MemoryLayout.IsChannelsLast(x))
        {
            Forget();
            return null;
        }

        // Several threads may use one network: each takes references of its own while nobody exchanges the weights.
        ulong weightWord;
        ulong? biasWord;
        lock (gate)
        {
            var wanted = (x.dtype, x.size(0), x.size(2), x.size(3));
            if (packed is null || shape != wanted || Changed(weights, biases))
            {
                Make(x, weights, biases);
                shape = wanted;
            }

            if (packed is null)
            {
                return null;
            }

            (weightWord, biasWord) = (Aten.T(packed), bias is null ? null : Aten.T(bias));
        }

        return PackedConvolution.Run(x, weightWord, biasWord, padding, stride, added);
    }

    /// <summary>Frees the kept weights.</summary>
    public void Forget()
    {
        lock (gate)
        {
            packed?.Dispose();
            bias?.Dispose();
            (packed, bias) = (null, null);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Forget();

    private bool Changed(ReadOnlySpan<Tensor> weights, ReadOnlySpan<Tensor> biases)
    {
        for (var i = 0; i < weights.Length; i++)
        {
            if (seen[i] != Mark(weights[i]))
            {
                return true;
            }
        }

        for (var i = 0; i < biases.Length; i++)
        {
            if (seen[weights.Length + i] != Mark(biases[i]))
            {
                return true;
            }
        }

        return false;
    }

    private void Make(Tensor x, ReadOnlySpan<Tensor> weights, ReadOnlySpan<Tensor> biases)
    {
        Forget();
        seen.Clear();
        Note(weights);
        Note(biases);

        using var scope = NewDisposeScope();
        var whole = weights.Length == 1 ? weights[0] : cat([.. weights], 0);
        whole = whole.dim() == 2 ? whole.unsqueeze(-1).unsqueeze(-1) : whole;
        packed = PackedConvolution.Pack(MemoryLayout.ToChannelsLast(whole.to(x.dtype)), padding, stride, x.shape)?.DetachFromDisposeScope();
        bias = packed is null || biases.IsEmpty ? null : (biases.Length == 1 ? biases[0].to(x.dtype, copy: true) : cat([.. biases], 0).to(x.dtype)).DetachFromDisposeScope();
    }

    private void Note(ReadOnlySpan<Tensor> parameters)
    {
        foreach (var parameter in parameters)
        {
            seen.Add(Mark(parameter));
        }
    }

    private static (ulong Version, nint Data) Mark(Tensor parameter) => (Aten.Version(parameter), Aten.Ptr(parameter));
}
