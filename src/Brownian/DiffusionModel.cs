using Brownian.Parameterizations;
using Brownian.Paths;
using static TorchSharp.torch;

namespace Brownian;

/// <summary>A network, the path it was trained on, and what its output means: one row of the table of papers.</summary>
/// <param name="Network">F, which knows tensors and not diffusion.</param>
/// <param name="Path">The forward process.</param>
/// <param name="Parameterization">What the network was trained to output.</param>
public sealed record DiffusionModel(Network Network, GaussianPath Path, Parameterization Parameterization)
{
    /// <summary>What the network was trained to output.</summary>
    public Parameterization Parameterization { get; init; } = Parameterization.On(Path);

    /// <summary>The raw network output, [N, …], for input <paramref name="xt"/>, [N, …].</summary>
    public Tensor Output(Tensor xt, NoiseLevels at, Condition? condition)
    {
        var label = Parameterization.Label(at).to(xt.dtype).to(xt.device).expand(xt.size(0));
        return Network.call(Parameterization.Input(xt, at), label, condition);
    }

    /// <summary>The belief in a raw output; the second half of its channels, if it has twice those of xt, is a learned variance.</summary>
    public Denoised Read(Tensor output, Tensor xt, NoiseLevels at)
    {
        var channels = xt.dim() > 1 ? xt.size(1) : 0;
        return channels == 0 || output.size(1) != 2 * channels
            ? Parameterization.Read(output, xt, at)
            : Parameterization.Read(output.narrow(1, 0, channels), xt, at) with { VarianceMix = output.narrow(1, channels, channels) };
    }

    /// <summary>Fixes the condition, so that samplers and guidance never see one.</summary>
    public IDenoiser Bind(Condition? condition = null) => new Bound(this, condition);

    private sealed class Bound(DiffusionModel model, Condition? condition) : IDenoiser
    {
        public Denoised Denoise(Tensor xt, NoiseLevel at)
        {
            using var scope = NewDisposeScope();
            var levels = NoiseLevels.Of(at, xt);
            var output = model.Output(xt, levels, condition);
            return model.Read(output, xt, levels).MoveToOuterScope();
        }
    }
}
