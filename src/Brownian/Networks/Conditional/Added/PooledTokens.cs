using Brownian.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Conditional;

/// <summary>One vector from all tokens, by attention of their mean to them (DeepFloyd IF): the addition "text".</summary>
internal sealed class PooledTokens : nn.Module, IAddedEmbedding
{
    private readonly LayerNormalization norm1;
    private readonly Pool pool;
    private readonly Dense projection;
    private readonly LayerNormalization norm2;

    public PooledTokens(long channels, long width, int heads, ComputeSettings compute)
        : base(nameof(PooledTokens))
    {
        if (heads < 1 || channels % heads != 0)
        {
            throw new ArgumentException($"addition_embed_type_num_heads: expected a divisor of the tokens' {channels} channels; got {heads}.");
        }

        register_module(nameof(norm1), norm1 = new(channels));
        register_module(nameof(pool), pool = new(channels, heads, compute));
        register_module("proj", projection = new(channels, width, compute, exact: true));
        register_module(nameof(norm2), norm2 = new(width));
    }

    public nn.Module Module => this;

    public Tensor Of(Condition? condition, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var tokens = ConditionPart.Needed(condition?.Tokens, nameof(Condition.Tokens), "text tokens, [N, L, D]").to(type);
        return norm2.call(projection.call(pool.call(norm1.call(tokens)))).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private sealed class Pool : nn.Module<Tensor, Tensor>, IInitialized
    {
        private readonly ComputeSettings compute;
        private readonly int heads;
        private readonly Dense query;
        private readonly Dense key;
        private readonly Dense value;

        public Pool(long channels, int heads, ComputeSettings compute)
            : base(nameof(Pool))
        {
            (this.heads, this.compute) = (heads, compute);
            register_parameter("positional_embedding", new Parameter(zeros(1, channels)));
            register_module("k_proj", key = new(channels, channels, compute, exact: true));
            register_module("q_proj", query = new(channels, channels, compute, exact: true));
            register_module("v_proj", value = new(channels, channels, compute, exact: true));
        }

        // Asked for by name: a change of type or device puts another tensor in its place.
        private Parameter Position => get_parameter("positional_embedding")!;

        /// <summary>[N, L, C] → [N, C].</summary>
        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var mean = x.mean([1], keepdim: true) + Position;
            var all = cat([mean, x], 1);
            return MultiHead.Attend(query.call(mean), key.call(all), value.call(all), heads, compute).squeeze(1).MoveToOuterDisposeScope();
        }

        protected override void RegisterComponents()
        {
        }

        // N(0, 1/C).
        void IInitialized.Initialize(RandomStream noise)
        {
            using var scope = NewDisposeScope();
            using var frozen = no_grad();
            Position.copy_(noise.NormalLike(Position) / Math.Sqrt(Position.size(1)));
        }
    }
}
