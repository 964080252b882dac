using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// The two layers between attentions, […, C] → […, C'], with a nonlinearity: GELU, or its gated variant (Shazeer 2020).
/// </summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    private readonly Gate gate;
    private readonly Dense output;

    /// <param name="channels">C.</param>
    /// <param name="inner">Channels between the layers.</param>
    /// <param name="activation">"gelu", "gelu-approximate" (with tanh), "geglu" (gated) or "geglu-approximate" (x·sigmoid(1.702·x), not gated).</param>
    /// <param name="compute">Shared by the network.</param>
    /// <param name="outChannels">C'; C when not given.</param>
    /// <exception cref="ArgumentException">The activation is unknown.</exception>
    public FeedForward(long channels, long inner, string activation, ComputeSettings compute, long? outChannels = null)
        : base(nameof(FeedForward))
    {
        gate = new Gate(channels, inner, activation, compute);
        output = new Dense(inner, outChannels ?? channels, compute, packs: true);
        register_module("net", nn.ModuleList<nn.Module>(gate, nn.Identity(), output));
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        return output.call(gate.call(x)).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    private sealed class Gate : nn.Module<Tensor, Tensor>
    {
        private readonly Dense projection;
        private readonly string activation;

        public Gate(long channels, long inner, string activation, ComputeSettings compute)
            : base(nameof(Gate))
        {
            if (activation is not ("gelu" or "gelu-approximate" or "geglu" or "geglu-approximate"))
            {
                throw new ArgumentException($"activation_fn: expected gelu, gelu-approximate, geglu or geglu-approximate; got \"{activation}\".");
            }

            this.activation = activation;
            register_module("proj", projection = new(channels, activation == "geglu" ? 2 * inner : inner, compute, packs: true));
        }

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var h = projection.call(x);
            var y = activation switch
            {
                "geglu" => Gated(h),
                "geglu-approximate" => Activation.QuickGelu.Apply(h),
                "gelu-approximate" => Activation.GeluTanh.Apply(h),
                _ => Activation.Gelu.Apply(h),
            };
            return y.MoveToOuterDisposeScope();
        }

        protected override void RegisterComponents()
        {
        }

        private static Tensor Gated(Tensor h)
        {
            var halves = h.chunk(2, -1);
            return halves[0] * Activation.Gelu.Apply(halves[1]);
        }
    }
}
