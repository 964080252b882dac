using Brownian.Runtime.Kernels;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Blocks;

/// <summary>
/// Group normalisation (Wu and He 2018) with what diffusion networks put around it: a per-channel shift before, a per-channel scale and
/// shift after, and an activation. Arithmetic is float32 whatever the type of the data.
/// </summary>
public sealed class GroupNormalization : nn.Module<Tensor, Tensor>, IInitialized
{
    private readonly ComputeSettings compute;
    private readonly Parameter weight;
    private readonly Parameter bias;
    private readonly long groups;
    private readonly double epsilon;

    /// <summary>A norm with an affine map per channel.</summary>
    /// <exception cref="ArgumentException">The channels do not divide into the groups.</exception>
    public GroupNormalization(long groups, long channels, double epsilon, ComputeSettings compute)
        : base(nameof(GroupNormalization))
    {
        if (groups < 1 || channels % groups != 0)
        {
            throw new ArgumentException(
                $"norm_num_groups: expected a divisor of the {channels} channels that are normalised; got {groups}.", nameof(groups));
        }

        this.compute = compute;
        this.groups = groups;
        this.epsilon = epsilon;
        weight = new Parameter(ones(channels));
        bias = new Parameter(zeros(channels));
        register_parameter(nameof(weight), weight);
        register_parameter(nameof(bias), bias);
    }

    /// <summary>The norm alone, [N, C, …] → [N, C, …].</summary>
    public override Tensor forward(Tensor x) => Apply(x, Activation.None);

    /// <summary>activation(norm(x + before)·(1 + scale) + shift), [N, C, H, W].</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="activation">What follows.</param>
    /// <param name="before">Added to every pixel before the norm, [N, C].</param>
    /// <param name="scale">[N, C]; together with <paramref name="shift"/> or not at all.</param>
    /// <param name="shift">[N, C].</param>
    public Tensor Apply(Tensor x, Activation activation, Tensor? before = null, Tensor? scale = null, Tensor? shift = null)
    {
        using var scope = NewDisposeScope();
        var y = compute.FusedKernels && FusedNorm.Takes(x, weight)
            ? Fused(x, activation, before, scale, shift)
            : Composed(x, activation, before, scale, shift);
        return y.MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    void IInitialized.Initialize(RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        weight.fill_(1);
        bias.zero_();
    }

    private Tensor Fused(Tensor x, Activation activation, Tensor? before, Tensor? scale, Tensor? shift)
    {
        var silu = activation == Activation.Silu;
        var y = NormFunction.Of(x, new(weight, bias, before?.contiguous(), scale?.contiguous(), shift?.contiguous(), (int)groups, epsilon, silu));
        return silu || activation == Activation.None ? y : activation.Apply(y);
    }

    private Tensor Composed(Tensor x, Activation activation, Tensor? before, Tensor? scale, Tensor? shift)
    {
        var type = x.dtype;
        var h = before is null ? x : x + Broadcast(before).to(type);
        h = nn.functional.group_norm(h.to(weight.dtype), groups, weight, bias, epsilon);
        if (scale is not null && shift is not null)
        {
            h = h * (1 + Broadcast(scale)) + Broadcast(shift);
        }

        return activation.Apply(h).to(type);
    }

    private static Tensor Broadcast(Tensor perChannel) => perChannel.unsqueeze(-1).unsqueeze(-1);
}
