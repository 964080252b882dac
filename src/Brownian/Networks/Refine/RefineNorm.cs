using Brownian.Networks.Blocks;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Brownian.Networks.Refine;

/// <summary>
/// The norms of NCSN and NCSNv2, with one scale and shift or one for each noise level. InstanceNorm++ gives back, normalised over the
/// channels, the means that instance normalisation takes away (Song and Ermon 2019, app. A.1). Arithmetic is float32 always.
/// </summary>
internal sealed class RefineNorm : nn.Module<Tensor, Tensor?, Tensor>, IInitialized
{
    private const double Epsilon = 1e-5;
    private readonly string kind;
    private readonly double epsilon;
    private readonly Lookup? embed;
    private readonly string[] own = [];

    /// <summary>A norm.</summary>
    /// <param name="kind">"InstanceNorm++", "InstanceNorm", "BatchNorm", "VarianceNorm" or "NoneNorm".</param>
    /// <param name="channels">C.</param>
    /// <param name="levels">Noise levels with scale and shift of their own; null for the same at all.</param>
    /// <param name="epsilon">ε of unconditional instance and batch norms; 10⁻⁵ when null.</param>
    public RefineNorm(string kind, long channels, int? levels, double? epsilon)
        : base(nameof(RefineNorm))
    {
        (this.kind, this.epsilon) = (kind, epsilon ?? Epsilon);
        string[] names = (kind, levels) switch
        {
            ("InstanceNorm++", _) => ["gamma", "alpha", "beta"],
            ("InstanceNorm", null) or ("NoneNorm", null) => [],
            ("BatchNorm", null) => ["weight", "bias"],
            ("VarianceNorm", null) => ["alpha"],
            ("VarianceNorm", _) => ["gamma"],
            ("InstanceNorm" or "BatchNorm" or "NoneNorm", _) => ["gamma", "beta"],
            _ => throw new ArgumentException(
                $"normalization: expected InstanceNorm++, InstanceNorm, BatchNorm, VarianceNorm or NoneNorm; got \"{kind}\"."),
        };
        if (kind == "BatchNorm")
        {
            Register(levels is null ? this : Nested("bn"), channels);
        }

        if (levels is { } count)
        {
            register_module(nameof(embed), embed = new(count, names.Length * channels));
            return;
        }

        own = names;
        foreach (var ownName in names)
        {
            register_parameter(ownName, new Parameter(zeros(channels)));
        }
    }

    /// <summary>[N, C, H, W] → [N, C, H, W].</summary>
    /// <param name="x">[N, C, H, W].</param>
    /// <param name="level">The number of the noise level, [N]; read by conditional norms only.</param>
    public override Tensor forward(Tensor x, Tensor? level)
    {
        using var scope = NewDisposeScope();
        var h = x.to(Master(x.dtype));
        var parts = embed is null ? [] : embed.call(level!).chunk(embed.Width / h.size(1), -1);
        Tensor Of(int i, string part) => (embed is null ? Own(part) : parts[i]).unsqueeze(-1).unsqueeze(-1);
        var y = kind switch
        {
            "InstanceNorm++" => Of(0, "gamma") * (Instance(h, Epsilon) + MeansOf(h) * Of(1, "alpha")) + Of(2, "beta"),
            "VarianceNorm" => Of(0, embed is null ? "alpha" : "gamma") * (h / (h.var([2, 3], unbiased: true, keepdim: true) + Epsilon).sqrt()),
            "InstanceNorm" => Affine(Instance(h, embed is null ? epsilon : Epsilon), Of),
            "BatchNorm" => embed is null ? Batch(h, Own("weight"), Own("bias")) : Affine(Batch(h, null, null), Of),
            _ => Affine(h, Of),
        };
        return y.to(x.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Names are given explicitly; TorchSharp would add every field again under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }

    // Scales are near 1 (N(1, 0.02), or uniform where the reference has that), shifts 0.
    void IInitialized.Initialize(RandomStream noise)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        foreach (var ownName in own)
        {
            var parameter = Own(ownName);
            var isScale = ownName is "gamma" or "alpha";
            parameter.copy_(isScale ? 1 + 0.02 * noise.NormalLike(parameter) : zeros_like(parameter).fill_(ownName == "weight" ? 1 : 0));
        }
    }

    /// <summary>Starts the table of a conditional norm, after the table has drawn its own.</summary>
    public void InitializeLevels(RandomStream noise)
    {
        if (embed is null)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var table = embed.Weight;
        var shifts = kind == "VarianceNorm" ? 0 : table.size(1) / (kind == "InstanceNorm++" ? 3 : 2);
        var scales = table.narrow(1, 0, table.size(1) - shifts);
        scales.copy_(kind is "InstanceNorm++" or "VarianceNorm" ? 1 + 0.02 * noise.NormalLike(scales) : noise.Uniform(scales.shape));
        if (shifts > 0)
        {
            table.narrow(1, table.size(1) - shifts, shifts).zero_();
        }
    }

    // Asked anew each time: a change of type exchanges the parameters.
    private Parameter Own(string part) => get_parameter(part)!;

    private Tensor Affine(Tensor h, Func<int, string, Tensor> of) => embed is null ? h : of(0, "gamma") * h + of(1, "beta");

    private static Tensor Instance(Tensor h, double epsilon) =>
        (h - h.mean([2, 3], keepdim: true)) / (h.var([2, 3], unbiased: false, keepdim: true) + epsilon).sqrt();

    // The means of the channels, normalised over the channels, [N, C, 1, 1].
    private static Tensor MeansOf(Tensor h)
    {
        var means = h.mean([2, 3], keepdim: true);
        return (means - means.mean([1], keepdim: true)) / (means.var([1], unbiased: true, keepdim: true) + Epsilon).sqrt();
    }

    private Tensor Batch(Tensor h, Tensor? weight, Tensor? bias)
    {
        var holder = embed is null ? this : (nn.Module)named_children().First(child => child.name == "bn").module;
        if (training)
        {
            using var frozen = no_grad();
            holder.get_buffer("num_batches_tracked")!.add_(1);
        }

        return nn.functional.batch_norm(
            h, holder.get_buffer("running_mean")!, holder.get_buffer("running_var")!, weight, bias, training, 0.1, embed is null ? epsilon : Epsilon);
    }

    private Nest Nested(string name)
    {
        var nest = new Nest();
        register_module(name, nest);
        return nest;
    }

    private static void Register(nn.Module holder, long channels)
    {
        holder.register_buffer("running_mean", zeros(channels));
        holder.register_buffer("running_var", ones(channels));
        holder.register_buffer("num_batches_tracked", zeros([], dtype: ScalarType.Int64));
    }

    private ScalarType Master(ScalarType given) => embed is not null ? embed.Weight.dtype
        : own.Length > 0 ? Own(own[0]).dtype
        : given == ScalarType.Float64 ? given : ScalarType.Float32;

    private sealed class Nest() : nn.Module("bn")
    {
        protected override void RegisterComponents()
        {
        }
    }
}
