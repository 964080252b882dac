using Brownian.Networks.Blocks;
using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Networks;

/// <summary>A network of the blocks in <c>Networks/Blocks</c>: they share how they compute, draw their own weights, and can be watched.</summary>
public abstract class BlockNetwork : Network
{
    private protected BlockNetwork(string name)
        : base(name)
    {
    }

    /// <inheritdoc/>
    public sealed override ScalarType ComputeType
    {
        get => Compute.Type;
        set => Compute.Type = value is ScalarType.Float32 or ScalarType.BFloat16
            ? value
            : throw new ArgumentException($"ComputeType: expected Float32 or BFloat16; got {value}.", nameof(value));
    }

    /// <inheritdoc/>
    public sealed override RandomStream? DropoutNoise
    {
        get => Compute.Noise;
        set => Compute.Noise = value;
    }

    /// <summary>How the layers compute, for measurements and tests.</summary>
    internal ComputeSettings Compute { get; } = new();

    /// <summary>Called with the name and output of each part while it runs, when set.</summary>
    internal Action<string, Tensor>? Trace { get; set; }

    /// <summary>Draws all weights anew.</summary>
    public virtual void Initialize(ulong seed) => Initial.Draw(this, seed);

    /// <summary>The end of a constructor: draws the weights, unless a file's are to come.</summary>
    private protected void Start(ulong seed)
    {
        if (!WeightsToCome.Expected)
        {
            Initialize(seed);
        }
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    /// <summary>Images as the blocks take them: in the compute type, in their memory format, mapped from [0, 1] to [−1, 1] if asked for.</summary>
    private protected Tensor Prepared(Tensor input, ScalarType master, bool center = false)
    {
        var x = input.to(Compute.For(master));
        x = center ? 2 * x - 1 : x;
        return Compute.ChannelsLast ? MemoryLayout.ToChannelsLast(x) : x;
    }

    /// <summary>Shows a value to whoever watches.</summary>
    private protected Tensor Traced(string name, Tensor value)
    {
        Trace?.Invoke(name, value);
        return value;
    }

    /// <summary>Requires [N, channels, H, W] and one label for each sample.</summary>
    private protected static void CheckImages(Tensor input, Tensor label, long channels)
    {
        if (input.dim() != 4 || input.size(1) != channels)
        {
            throw new ArgumentException($"input: expected [N, {channels}, H, W]; got [{string.Join(", ", input.shape)}].", nameof(input));
        }

        CheckLabels(input, label);
    }

    /// <summary>Requires one label for each sample.</summary>
    private protected static void CheckLabels(Tensor input, Tensor label)
    {
        if (label.dim() != 1 || label.size(0) != input.size(0))
        {
            throw new ArgumentException(
                $"label: expected [{input.size(0)}], one for each sample; got [{string.Join(", ", label.shape)}]. Expand it over the batch.",
                nameof(label));
        }
    }
}
