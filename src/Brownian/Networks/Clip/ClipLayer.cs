using Brownian.Networks.Blocks;
using static TorchSharp.torch;

namespace Brownian.Networks.Clip;

/// <summary>A block of CLIP's transformers: attention, then a network of two layers, each with a norm before and a residual connection (Radford et al. 2019).</summary>
internal sealed class ClipLayer : nn.Module<Tensor, Tensor?, Tensor>
{
    private readonly ClipAttention attention;
    private readonly ClipMlp mlp;
    private readonly LayerNormalization norm1;
    private readonly LayerNormalization norm2;

    public ClipLayer(ClipConfig config, ComputeSettings compute)
        : base(nameof(ClipLayer))
    {
        register_module("self_attn", attention = new(config, compute));
        register_module("layer_norm1", norm1 = new(config.HiddenSize, config.LayerNormEps));
        register_module(nameof(mlp), mlp = new(config, compute));
        register_module("layer_norm2", norm2 = new(config.HiddenSize, config.LayerNormEps));
    }

    /// <summary>[N, T, D] → [N, T, D].</summary>
    /// <param name="x">[N, T, D].</param>
    /// <param name="mask">Added to the scores, [T, T] or [N, 1, T, T]; null for none.</param>
    public override Tensor forward(Tensor x, Tensor? mask)
    {
        using var scope = NewDisposeScope();
        var h = x + attention.call(norm1.call(x), mask);
        return (h + mlp.call(norm2.call(h))).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Attention between the tokens, under CLIP's names.</summary>
    private sealed class ClipAttention : nn.Module<Tensor, Tensor?, Tensor>
    {
        private readonly Dense query;
        private readonly Dense key;
        private readonly Dense value;
        private readonly Dense output;
        private readonly ComputeSettings compute;
        private readonly int heads;

        public ClipAttention(ClipConfig config, ComputeSettings compute)
            : base(nameof(ClipAttention))
        {
            this.compute = compute;
            heads = config.NumAttentionHeads;
            register_module("q_proj", query = new(config.HiddenSize, config.HiddenSize, compute));
            register_module("k_proj", key = new(config.HiddenSize, config.HiddenSize, compute));
            register_module("v_proj", value = new(config.HiddenSize, config.HiddenSize, compute));
            register_module("out_proj", output = new(config.HiddenSize, config.HiddenSize, compute));
        }

        public override Tensor forward(Tensor x, Tensor? mask)
        {
            using var scope = NewDisposeScope();
            var mixed = MultiHead.Attend(query.call(x), key.call(x), value.call(x), heads, compute, mask);
            return output.call(mixed).MoveToOuterDisposeScope();
        }

        protected override void RegisterComponents()
        {
        }
    }

    /// <summary>Two layers with an activation between.</summary>
    private sealed class ClipMlp : nn.Module<Tensor, Tensor>
    {
        private readonly Dense first;
        private readonly Dense second;
        private readonly Activation activation;

        public ClipMlp(ClipConfig config, ComputeSettings compute)
            : base(nameof(ClipMlp))
        {
            activation = Activations.Parse(config.HiddenAct);
            register_module("fc1", first = new(config.HiddenSize, config.IntermediateSize, compute));
            register_module("fc2", second = new(config.IntermediateSize, config.HiddenSize, compute));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return second.call(activation.Apply(first.call(x))).MoveToOuterDisposeScope();
        }

        protected override void RegisterComponents()
        {
        }
    }
}
