using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>
/// Two transformers, one for the first 77 tokens of the condition (a text) and one for the 257 after them (an image), whose results are
/// averaged (Versatile Diffusion, Xu et al. 2022).
/// </summary>
internal sealed class DualTransformer : nn.Module, IMixer
{
    private const int TextTokens = 77, ImageTokens = 257;

    private readonly SpatialTransformer ofImage;
    private readonly SpatialTransformer ofText;

    public DualTransformer(SpatialTransformerOptions options, ComputeSettings compute)
        : base(nameof(DualTransformer))
    {
        // The order in files: the second is the text's.
        var plain = options with { Depth = 1, IsLinear = false, OnlyCross = false };
        (ofImage, ofText) = (new(plain, compute), new(plain, compute));
        register_module("transformers", nn.ModuleList(ofImage, ofText));
    }

    public Tensor Mix(Tensor x, Told told)
    {
        using var scope = NewDisposeScope();
        var tokens = ConditionPart.Needed(told.Tokens, nameof(Condition.Tokens), $"{TextTokens} tokens of a text and then up to {ImageTokens} of an image");
        var rest = Math.Min(tokens.size(1) - TextTokens, ImageTokens);
        if (rest < 1)
        {
            throw new ArgumentException(
                $"condition: expected {TextTokens} tokens of a text and then up to {ImageTokens} of an image in Condition.Tokens; got {tokens.size(1)} in all.");
        }

        var text = ofText.Forward(x, tokens.narrow(1, 0, TextTokens), null);
        var image = ofImage.Forward(x, tokens.narrow(1, TextTokens, rest), null);
        return text.add_(image).div_(2).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
