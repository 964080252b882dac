using Brownian.Networks.Blocks;
using Brownian.Runtime;
using Brownian.Runtime.Kernels;
using Brownian.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Runtime;

public sealed class FusedNormTests : LeakCheck
{
    // Both formulations round float32 sums of a few thousand terms differently.
    private const double Float32Tolerance = 2e-5;

    // Two bfloat16 roundings of numbers near 4 (half an ulp is 2^-7).
    private const double BFloat16Tolerance = 0.04;

    public static TheoryData<int, int, int, int, int, bool, string> Problems => new()
    {
        { 2, 32, 8, 8, 16, true, "none" },
        { 3, 64, 7, 5, 16, true, "before" },
        { 1, 128, 9, 16, 16, true, "scale" },
        { 8, 32, 4, 4, 8, true, "before" },
        { 2, 24, 5, 5, 8, false, "scale" },
        { 2, 16, 1, 1, 1, true, "none" },
        { 5, 48, 28, 28, 16, false, "before" },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void The_fused_norm_equals_the_chain_of_operators_forward_and_backward(
        int samples, int channels, int height, int width, int lanes, bool silu, string extra)
    {
        using var scope = NewDisposeScope();
        using var forced = Forced(lanes);
        var problem = new Problem(samples, channels, height, width, silu, extra);
        Assert.True(FusedNorm.Takes(problem.X, problem.Weight));
        var fused = problem.Run(ScalarType.Float32, useKernel: true);
        var composed = problem.Run(ScalarType.Float32, useKernel: false);
        foreach (var (name, expected) in composed)
        {
            AssertNear(name, expected, fused[name], Float32Tolerance);
        }
    }

    [Theory]
    [MemberData(nameof(Problems))]
    public void With_bfloat16_data_the_fused_norm_errs_by_rounding_only(
        int samples, int channels, int height, int width, int lanes, bool silu, string extra)
    {
        using var scope = NewDisposeScope();
        using var forced = Forced(lanes);
        var problem = new Problem(samples, channels, height, width, silu, extra);
        var fused = problem.Run(ScalarType.BFloat16, useKernel: true);
        var exact = problem.Run(ScalarType.Float32, useKernel: false);
        foreach (var (name, expected) in exact)
        {
            AssertNear(name, expected, fused[name], BFloat16Tolerance);
        }
    }

    [Fact]
    public void A_sample_is_normalised_to_the_same_bits_in_any_batch()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var problem = new Problem(9, 64, 13, 11, silu: true, "none");
        var all = problem.Norm(problem.X, useKernel: true);
        for (var i = 0; i < 9; i++)
        {
            var alone = problem.Norm(MemoryLayout.ToChannelsLast(problem.X[i..(i + 1)]), useKernel: true);
            Assert.Equal(0, (all[i..(i + 1)] - alone).abs().max().item<float>());
        }
    }

    [Fact]
    public void Data_far_from_zero_lose_no_digits()
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var problem = new Problem(2, 32, 16, 16, silu: false, "none");
        var shifted = MemoryLayout.ToChannelsLast(problem.X + 1000);
        var exact = nn.functional.group_norm(shifted.to(ScalarType.Float64), 8, problem.Weight.to(ScalarType.Float64), problem.Bias.to(ScalarType.Float64), 1e-5);

        // An input near 1000 has an ulp of 6e-5: the mean cannot be known better.
        AssertNear("y", exact, problem.Norm(shifted, useKernel: true), 2e-4);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(8)]
    [InlineData(1)]
    public void Not_a_number_and_infinity_are_not_hidden(int lanes)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var forced = Forced(lanes);
        foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.BFloat16])
        {
            var problem = new Problem(1, 32, 4, 4, silu: true, "none");
            problem.X[0, 3, 1, 1] = float.NaN;
            Assert.True(problem.Norm(problem.X.to(type), useKernel: true).isnan().any().item<bool>());
        }
    }

    [Fact]
    public void What_the_kernel_cannot_take_goes_to_the_operators()
    {
        using var scope = NewDisposeScope();
        var weight = ones(12);
        Assert.False(FusedNorm.Takes(MemoryLayout.ToChannelsLast(ones(1, 12, 4, 4)), weight));
        Assert.False(FusedNorm.Takes(ones(1, 16, 4, 4), ones(16)));
        Assert.False(FusedNorm.Takes(MemoryLayout.ToChannelsLast(ones(1, 16, 4, 4, dtype: ScalarType.Float64)), ones(16)));
        Assert.False(FusedNorm.Takes(MemoryLayout.ToChannelsLast(ones(0, 16, 4, 4)), ones(16)));
    }

    private static void AssertNear(string name, Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        var scale = Math.Max(1, expected.abs().max().to(ScalarType.Float64).item<double>());
        var error = (expected.to(ScalarType.Float64) - actual.to(ScalarType.Float64)).abs().max().item<double>();
        Assert.True(error <= tolerance * scale, $"{name}: differs by {error:g3} at scale {scale:g3}, allowed {tolerance * scale:g3}");
    }

    private static Restore Forced(int width)
    {
        FusedNorm.ForcedWidth = width;
        return new Restore();
    }

    private sealed class Restore : IDisposable
    {
        public void Dispose() => FusedNorm.ForcedWidth = null;
    }

    private sealed class Problem
    {
        private readonly int groups = 8;
        private readonly bool silu;
        private readonly Tensor target;
        private readonly Tensor? before;
        private readonly Tensor? scale;
        private readonly Tensor? shift;

        public Problem(int n, int c, int h, int w, bool silu, string extra)
        {
            this.silu = silu;
            using var noise = new RandomStream(7, (ulong)(n * c), (ulong)(h * w));
            Tensor Normal(params long[] shape) => noise.NormalLike(empty(shape));
            X = MemoryLayout.ToChannelsLast(Normal(n, c, h, w) * 2 + Normal(1, c, 1, 1));
            target = MemoryLayout.ToChannelsLast(Normal(n, c, h, w));
            Weight = 1 + 0.3 * Normal(c);
            Bias = 0.3 * Normal(c);
            before = extra == "before" ? Normal(n, c) : null;
            scale = extra == "scale" ? 0.3 * Normal(n, c) : null;
            shift = extra == "scale" ? 0.3 * Normal(n, c) : null;
        }

        public Tensor X { get; }

        public Tensor Weight { get; }

        public Tensor Bias { get; }

        public Tensor Norm(Tensor x, bool useKernel) => Norm(x, Weight, Bias, before, scale, shift, useKernel);

        public Dictionary<string, Tensor> Run(ScalarType type, bool useKernel)
        {
            var named = new Dictionary<string, Tensor?>(StringComparer.Ordinal)
            {
                ["x"] = X.to(type),
                ["weight"] = Weight,
                ["bias"] = Bias,
                ["before"] = before,
                ["scale"] = scale,
                ["shift"] = shift,
            };
            var leaves = named.Where(p => p.Value is not null).ToDictionary(p => p.Key, p => p.Value!.detach().clone().requires_grad_(true), StringComparer.Ordinal);
            Tensor? Leaf(string name) => leaves.GetValueOrDefault(name);
            var y = Norm(leaves["x"], leaves["weight"], leaves["bias"], Leaf("before"), Leaf("scale"), Leaf("shift"), useKernel);
            (y * target.to(y.dtype)).sum().backward();
            var results = leaves.ToDictionary(p => "gradient of " + p.Key, p => p.Value.grad!, StringComparer.Ordinal);
            results["y"] = y.detach();
            return results;
        }

        private Tensor Norm(Tensor x, Tensor weight, Tensor bias, Tensor? before, Tensor? scale, Tensor? shift, bool useKernel)
        {
            if (useKernel)
            {
                return NormFunction.Of(x, new(weight, bias, before, scale, shift, groups, 1e-5, silu));
            }

            var h = before is null ? x : x + before.unsqueeze(-1).unsqueeze(-1);
            h = nn.functional.group_norm(h, groups, weight, bias, 1e-5);
            h = scale is null ? h : h * (1 + scale.unsqueeze(-1).unsqueeze(-1)) + shift!.unsqueeze(-1).unsqueeze(-1);
            return silu ? Activation.Silu.Apply(h) : h;
        }
    }
}
