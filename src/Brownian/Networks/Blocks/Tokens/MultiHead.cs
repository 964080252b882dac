using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Attention of several heads (Vaswani et al. 2017) by libtorch's fused kernel, whose memory grows with the tokens and not with their square. Scores and
/// softmax are float32 whatever the compute type.
/// </summary>
internal static class MultiHead
{
    /// <summary>softmax(q·kᵀ/√D + bias)·v in each head: [N, T, H·D], [N, L, H·D] twice → [N, T, H·D] in the type of the query.</summary>
    /// <param name="query">[N, T, H·D].</param>
    /// <param name="key">[N, L, H·D].</param>
    /// <param name="value">[N, L, H·D].</param>
    /// <param name="heads">H.</param>
    /// <param name="compute">Shared by the network.</param>
    /// <param name="bias">Added to the scores, [N or 1, H or 1, T or 1, L]; null for none.</param>
    /// <param name="upcast">Whether the arithmetic is float32 on every device.</param>
    public static Tensor Attend(
        Tensor query, Tensor key, Tensor value, long heads, ComputeSettings compute, Tensor? bias = null, bool upcast = false)
    {
        using var scope = NewDisposeScope();
        compute.Count(4.0 * query.numel() * key.size(1));
        var q = Split(query, heads, upcast);
        var mixed = nn.functional.scaled_dot_product_attention(q, Split(key, heads, upcast), Split(value, heads, upcast), bias?.to(q.dtype));
        return mixed.transpose(1, 2).reshape(query.size(0), query.size(1), -1).to(query.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>A mask, [N, L], that is 0 where there is nothing to attend to, as a bias of scores, [N, 1, 1, L].</summary>
    /// <remarks>−10000 and not −∞, as in the networks' training: where all is masked, the mean remains.</remarks>
    public static Tensor Bias(Tensor mask, ScalarType type)
    {
        using var scope = NewDisposeScope();
        return ((1 - mask.to(type)) * -10000).unsqueeze(1).unsqueeze(1).MoveToOuterDisposeScope();
    }

    // bfloat16 attention is slower than float32 on CPUs without AMX, and less exact everywhere.
    private static Tensor Split(Tensor tokens, long heads, bool upcast)
    {
        var split = tokens.view(tokens.size(0), tokens.size(1), heads, -1).transpose(1, 2);
        return split.dtype == ScalarType.BFloat16 && (upcast || split.device_type == DeviceType.CPU) ? split.to(ScalarType.Float32) : split;
    }
}
