using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.DiT;

/// <summary>One vector of the time and the class: [N], [N] → [N, C].</summary>
internal sealed class DiTEmbedding : nn.Module
{
    private const int TimeFeatures = 256;

    private readonly SinusoidalFeatures features;
    private readonly EmbeddingMlp time;
    private readonly Lookup classes;

    public DiTEmbedding(DiTConfig config, ComputeSettings compute)
        : base(nameof(DiTEmbedding))
    {
        var labels = (config.NumEmbedsAdaNorm ?? throw new ArgumentException("num_embeds_ada_norm: expected the number of classes; got null."))
            + (config.NullLabel is null ? 0 : 1);
        register_module("time_proj", features = new(TimeFeatures, cosineFirst: true, config.FreqShift ?? 1));
        register_module("timestep_embedder", time = new(TimeFeatures, config.Width, compute));
        register_module("class_embedder", new Parts(("embedding_table", classes = new(labels, config.Width))));
    }

    /// <summary>Number of labels, the one that means "any" included.</summary>
    public long Labels => classes.Count;

    /// <summary>The vector, [N, C], and its two parts.</summary>
    public (Tensor Sum, Tensor Time, Tensor Class) Of(Tensor label, Tensor labels, ScalarType master)
    {
        using var scope = NewDisposeScope();
        var (ofTime, ofClass) = (time.call(features.call(label).to(master)), classes.call(labels));
        return ((ofTime + ofClass).MoveToOuterDisposeScope(), ofTime.MoveToOuterDisposeScope(), ofClass.MoveToOuterDisposeScope());
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
