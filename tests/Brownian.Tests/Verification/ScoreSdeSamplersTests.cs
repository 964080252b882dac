using System.Text.Json;
using Brownian.Ode;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Testing;
using Brownian.Verification.ScoreMatching;
using static TorchSharp.torch;

namespace Brownian.Tests.Verification;

/// <summary>score_sde's samplers for networks that were trained on steps, and its ODE sampler with and without the last denoising.</summary>
public sealed class ScoreSdeSamplersTests : LeakCheck
{
    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(GoldenData.At("score_sde_samplers", "runs.json"))).RootElement;

    public static TheoryData<int> Chains => [.. Enumerable.Range(0, Golden.GetProperty("pc").GetArrayLength())];

    public static TheoryData<int> Flows => [.. Enumerable.Range(0, Golden.GetProperty("ode").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Chains))]
    public void Predictors_and_correctors_of_discretely_trained_networks_are_the_references(int number)
    {
        using var scope = NewDisposeScope();
        var row = Golden.GetProperty("pc")[number];
        var (path, count) = (PathOf(row), row.GetProperty("N").GetInt32());
        var schedule = ScoreSdeRuns.Levels(path, count, row.GetProperty("eps").GetDouble(), path.Clean);
        using var network = new Wave(path is VarianceExploding ? -0.2 : 1);
        using var noise = new SeededNoise(3);
        var start = noise.NormalLike(zeros(2, 2, 4, 4)) * path.StartScale(schedule[0]);
        Same(row, ScoreSdeRuns.Method(row).Run(new DiscretelyTrained(network, path, count), start, schedule, noise), 1e-3);
    }

    [Theory]
    [MemberData(nameof(Flows))]
    public void The_flow_ends_where_the_references_does_with_and_without_denoising(int number)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var row = Golden.GetProperty("ode")[number];
        var path = PathOf(row);
        using var network = new Wave(path is VarianceExploding ? -0.2 : 1);
        var model = new DiffusionModel(network, path, ScoreSdeModel.Output(path)).Bind();
        var (from, to) = (path.At(1), path.At(row.GetProperty("eps").GetDouble()));
        using var noise = new SeededNoise(3);
        var solver = new AdaptiveSteps { RelativeTolerance = 1e-6, AbsoluteTolerance = 1e-6 };
        var solution = new ProbabilityFlowOde(model, path, FlowClock.PathTime).Carry(solver, noise.NormalLike(zeros(2, 2, 4, 4)) * path.StartScale(from), from, to);
        var end = row.GetProperty("denoise").GetBoolean()
            ? ScoreSdeRuns.OneStepDenoised(model, solution.State, path, to, row.GetProperty("N").GetInt32())
            : solution.State;

        // Denoising moves VP's data by 10⁻⁴ of their size, 20 times as much as is allowed here.
        Same(row, end, 5e-6);
    }

    private static ContinuousPath PathOf(JsonElement row) => row.GetProperty("sde").GetString() switch
    {
        "VPSDE" => new VariancePreserving(0.1, 20),
        "subVPSDE" => new SubVariancePreserving(0.1, 20),
        _ => new VarianceExploding(0.01, 5),
    };

    private static void Same(JsonElement row, Tensor ours, double tolerance)
    {
        var sum = row.GetProperty("sum_abs").GetDouble();
        Assert.Equal(sum, ours.abs().to(ScalarType.Float64).sum().item<double>(), tolerance * sum);
        var first = row.GetProperty("out").EnumerateArray().Select(v => v.GetDouble());
        Assert.All(first.Zip(ours.flatten().to(ScalarType.Float64).data<double>().ToArray()), pair =>
            Assert.True(Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.First)), $"{row}: expected {pair.First}, got {pair.Second}"));
    }

    /// <summary>The function that the reference was run with.</summary>
    private sealed class Wave(double scale) : Network("wave")
    {
        public override Tensor forward(Tensor input, Tensor label, Condition? condition) =>
            (0.6 * input.tanh() + 0.1 * (input + label.reshape(-1, 1, 1, 1) / 200).sin()) * scale;
    }
}
