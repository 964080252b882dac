using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Clip;

/// <summary>Tokens and their places as vectors: [N, L] → [N, L, D].</summary>
internal sealed class ClipTextEmbeddings : nn.Module<Tensor, Tensor>
{
    private readonly Lookup tokens;
    private readonly Lookup places;

    public ClipTextEmbeddings(ClipTextConfig config)
        : base(nameof(ClipTextEmbeddings))
    {
        register_module("token_embedding", tokens = new(config.VocabSize, config.HiddenSize));
        register_module("position_embedding", places = new(config.MaxPositionEmbeddings, config.HiddenSize));
    }

    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        CheckRange(ids);
        var words = tokens.call(ids.reshape(-1)).reshape(ids.size(0), ids.size(1), -1);
        return (words + places.Weight.narrow(0, 0, ids.size(1))).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private void CheckRange(Tensor ids)
    {
        var (least, most) = (ids.min().item<long>(), ids.max().item<long>());
        if (least < 0 || most >= tokens.Count)
        {
            throw new ArgumentException(
                $"tokens: expected numbers from 0 to {tokens.Count - 1}; got {(least < 0 ? least : most)}. Use the tokenizer that belongs to the encoder.", nameof(ids));
        }
    }
}
