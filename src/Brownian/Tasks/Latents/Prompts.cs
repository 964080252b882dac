using Brownian.Checkpoints;
using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>Prompts as conditions.</summary>
internal static class Prompts
{
    /// <summary>The tokens of texts, [N, L, D].</summary>
    /// <param name="bundle">A pipeline with text.</param>
    /// <param name="texts">One for all, or N; none is "".</param>
    /// <param name="count">N.</param>
    /// <param name="skipped">Blocks of the encoder that are left out.</param>
    public static Tensor Encode(LatentBundle bundle, IReadOnlyList<string> texts, int count, int skipped)
    {
        using var scope = NewDisposeScope();
        var (tokenizer, encoder) = (bundle.Tokenizer!, bundle.Text!);
        string[] rows = texts.Count == 0 ? [""] : [.. texts];
        var length = Math.Min(tokenizer.MaxLength, encoder.Config.MaxPositionEmbeddings);
        var device = encoder.parameters().First().device;
        var tokens = tensor(rows.SelectMany(text => tokenizer.Padded(text, length)).ToArray()).reshape(rows.Length, length).to(device);
        var mask = encoder.Config.UseAttentionMask == true
            ? tensor(rows.SelectMany(text => Enumerable.Range(0, length).Select(i => i < tokenizer.Encode(text).Count ? 1L : 0)).ToArray()).reshape(rows.Length, length).to(device)
            : null;
        var encoded = encoder.Encode(tokens, skipped, mask);
        return (encoded.size(0) == count ? encoded.alias() : encoded.expand(count, -1, -1)).MoveToOuterDisposeScope();
    }
}
