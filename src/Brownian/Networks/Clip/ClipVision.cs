using Brownian.Networks.Blocks;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace Brownian.Networks.Clip;

/// <summary>
/// CLIP's image encoder, a vision transformer (Radford et al. 2021, sec. 2.4; Dosovitskiy et al. 2021): name for name and number for number Hugging Face's
/// <c>CLIPVisionModel</c> and <c>CLIPVisionModelWithProjection</c>.
/// </summary>
public sealed class ClipVision : ClipTower<ClipVisionOutput>
{
    private readonly VisionModel model;

    /// <summary>An encoder with random weights.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="seed">Of the weights.</param>
    /// <exception cref="ArgumentException">The configuration contradicts itself, or names what does not exist.</exception>
    public ClipVision(ClipVisionConfig config, ulong seed = 0)
        : base(nameof(ClipVision))
    {
        config.CheckShape();
        Config = config;
        register_module("vision_model", model = new(config, Compute));
        if (config.HasProjection)
        {
            AddProjection("visual_projection", config);
        }

        Initial.Start(this, seed);
    }

    /// <summary>The shape.</summary>
    public ClipVisionConfig Config { get; }

    /// <summary>Images, [N, C, H, W] → what they show.</summary>
    /// <param name="pixels">Images of the configuration's size, normalised as <see cref="Data.ClipPixels"/> does.</param>
    /// <exception cref="ArgumentException">They have another size.</exception>
    public override ClipVisionOutput forward(Tensor pixels)
    {
        var side = Config.ImageSize;
        if (pixels.dim() != 4 || pixels.size(1) != Config.NumChannels || pixels.size(2) != side || pixels.size(3) != side)
        {
            throw new ArgumentException(
                $"pixels: expected [N, {Config.NumChannels}, {side}, {side}]; got [{string.Join(", ", pixels.shape)}]. Resize and crop the images.", nameof(pixels));
        }

        using var scope = NewDisposeScope();
        var states = model.States(pixels);
        var pooled = model.Norm.call(states[^1].select(1, 0)); // [N, D]
        var embedding = Embedding(pooled);
        Tensor[] kept = [.. states.Select(state => state.MoveToOuterDisposeScope())];
        return new(kept[^1], pooled.MoveToOuterDisposeScope(), embedding?.MoveToOuterDisposeScope(), kept);
    }

    /// <summary>The encoder without the projection, under its own name.</summary>
    private sealed class VisionModel : nn.Module
    {
        private readonly VisionEmbeddings embeddings;
        private readonly LayerNormalization first;
        private readonly ClipEncoder encoder;

        public VisionModel(ClipVisionConfig config, ComputeSettings compute)
            : base(nameof(VisionModel))
        {
            register_module(nameof(embeddings), embeddings = new(config, compute));

            // Misspelt in the first release, and so in every file.
            register_module("pre_layrnorm", first = new(config.HiddenSize, config.LayerNormEps));
            register_module(nameof(encoder), encoder = new(config, compute));
            register_module("post_layernorm", Norm = new(config.HiddenSize, config.LayerNormEps));
        }

        public LayerNormalization Norm { get; }

        public IReadOnlyList<Tensor> States(Tensor pixels) => encoder.States(first.call(embeddings.call(pixels)), null);

        protected override void RegisterComponents()
        {
        }
    }

    /// <summary>A token for the whole image, and one a patch, with their places: [N, C, H, W] → [N, T, D].</summary>
    private sealed class VisionEmbeddings : nn.Module<Tensor, Tensor>, IInitialized
    {
        private readonly Convolution patches;
        private readonly Lookup places;

        public VisionEmbeddings(ClipVisionConfig config, ComputeSettings compute)
            : base(nameof(VisionEmbeddings))
        {
            register_parameter("class_embedding", new Parameter(zeros(config.HiddenSize)));
            register_module("patch_embedding", patches = new(
                config.NumChannels, config.HiddenSize, config.PatchSize, compute, stride: config.PatchSize, padding: 0, hasBias: false));
            register_module("position_embedding", places = new(config.Tokens, config.HiddenSize));
        }

        // Asked for by name: a change of type or device gives it another tensor.
        private Parameter Whole => get_parameter("class_embedding")!;

        public override Tensor forward(Tensor pixels)
        {
            using var scope = NewDisposeScope();
            var whole = Whole;
            var tokens = patches.call(pixels).flatten(2).transpose(1, 2).to(whole.dtype);
            return (cat([whole.expand(pixels.size(0), 1, -1), tokens], 1) + places.Weight).MoveToOuterDisposeScope();
        }

        protected override void RegisterComponents()
        {
        }

        void IInitialized.Initialize(RandomStream noise)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            Whole.copy_(noise.NormalLike(Whole));
        }
    }
}
