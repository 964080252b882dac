using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Clip;

/// <summary>
/// CLIP's text encoder (Radford et al. 2021, sec. 2.4), a causal transformer over tokens: name for name and number for number Hugging Face's
/// <c>CLIPTextModel</c> and <c>CLIPTextModelWithProjection</c>.
/// </summary>
public sealed class ClipText : ClipTower<ClipTextOutput>
{
    private readonly TextModel model;

    /// <summary>An encoder with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public ClipText(ClipTextConfig config, ulong seed = 0)
        : base(nameof(ClipText))
    {
        config.CheckShape();
        Config = config;
        register_module("text_model", model = new(config, Compute));
        if (config.HasProjection)
        {
            AddProjection("text_projection", config);
        }

        Initial.Start(this, seed);
    }

    /// <summary>The shape.</summary>
    public ClipTextConfig Config { get; }

    /// <summary>Tokens, [N, L] → what they say.</summary>
    /// <param name="tokens">Numbers of tokens, [N, L] of int64, L at most the configuration's.</param>
    public override ClipTextOutput forward(Tensor tokens) => Read(tokens);

    /// <summary>Tokens, [N, L] → what they say.</summary>
    /// <param name="tokens">Numbers of tokens, [N, L] of int64, L at most the configuration's.</param>
    /// <param name="mask">1 where a token is shown and 0 where it is padding, [N, L]; null to show all, as CLIP was trained.</param>
    /// <exception cref="ArgumentException">A text is too long.</exception>
    public ClipTextOutput Read(Tensor tokens, Tensor? mask = null)
    {
        if (tokens.dim() != 2 || tokens.size(1) > Config.MaxPositionEmbeddings)
        {
            throw new ArgumentException(
                $"tokens: expected [N, L] with L of at most {Config.MaxPositionEmbeddings}; got [{string.Join(", ", tokens.shape)}]. Cut or pad the texts.", nameof(tokens));
        }

        using var scope = NewDisposeScope();
        var states = model.States(tokens, mask);
        var last = model.Norm.call(states[^1]);
        var pooled = last.gather(1, EndOf(tokens).reshape(-1, 1, 1).expand(-1, 1, last.size(2))).squeeze(1); // [N, D]
        var embedding = Embedding(pooled);
        return new(
            last.MoveToOuterDisposeScope(),
            pooled.MoveToOuterDisposeScope(),
            embedding?.MoveToOuterDisposeScope(),
            [.. states.Select(state => state.MoveToOuterDisposeScope())]);
    }

    /// <summary>What conditions a diffusion model, [N, L] → [N, L, D]: the last state, or an earlier one, after the final norm.</summary>
    /// <param name="tokens">Numbers of tokens, [N, L].</param>
    /// <param name="skip">Blocks at the end that are left out ("clip skip"); 0 for none.</param>
    /// <param name="mask">See <see cref="Read"/>.</param>
    /// <exception cref="ArgumentException">There are not so many blocks.</exception>
    public Tensor Encode(Tensor tokens, int skip = 0, Tensor? mask = null)
    {
        if (skip < 0 || skip > Config.NumHiddenLayers)
        {
            throw new ArgumentException($"skip: expected 0 to {Config.NumHiddenLayers}, the encoder's blocks; got {skip}.", nameof(skip));
        }

        using var scope = NewDisposeScope();
        var output = Read(tokens, mask);
        return (skip == 0 ? output.LastState : model.Norm.call(output.States[^(skip + 1)])).MoveToOuterDisposeScope();
    }

    /// <summary>Where each text ends, [N]: at its first end token.</summary>
    private Tensor EndOf(Tensor tokens) => Config.EosTokenId is null or 2
        ? tokens.argmax(1)
        : tokens.eq(Config.EosTokenId.Value).to(ScalarType.Int32).argmax(1);

    /// <summary>The encoder without the projection, under its own name.</summary>
    private sealed class TextModel : nn.Module
    {
        private readonly ClipTextEmbeddings embeddings;
        private readonly ClipEncoder encoder;

        public TextModel(ClipTextConfig config, ComputeSettings compute)
            : base(nameof(TextModel))
        {
            register_module(nameof(embeddings), embeddings = new(config));
            register_module(nameof(encoder), encoder = new(config, compute));
            register_module("final_layer_norm", Norm = new(config.HiddenSize, config.LayerNormEps));
        }

        public LayerNormalization Norm { get; }

        public IReadOnlyList<Tensor> States(Tensor tokens, Tensor? mask)
        {
            var x = embeddings.call(tokens);
            return encoder.States(x, Hidden(tokens, mask, x));
        }

        protected override void RegisterComponents()
        {
        }

        /// <summary>−∞ where a token does not see another: those after it, and padding; [L, L] or [N, 1, L, L].</summary>
        private static Tensor Hidden(Tensor tokens, Tensor? mask, Tensor like)
        {
            var length = tokens.size(1);
            var causal = full(length, length, double.NegativeInfinity, dtype: like.dtype, device: like.device).triu(1);
            return mask is null
                ? causal
                : causal.unsqueeze(0) + zeros_like(mask, like.dtype).masked_fill(mask.eq(0), double.NegativeInfinity).unsqueeze(1).unsqueeze(1);
        }
    }
}
