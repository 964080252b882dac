using System.Text.Json;
using Brownian.Guidance;
using Brownian.Likelihood;
using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Verification;

/// <summary>guided-diffusion's GaussianDiffusion with every kind of mean and variance, and with scaled times.</summary>
public sealed class GuidedProcessTests : LeakCheck
{
    private const int Steps = 250, Index = 4, Kept = 10;

    private static readonly JsonElement Golden = JsonDocument.Parse(File.ReadAllText(GoldenData.At("guided_process", "rows.json"))).RootElement;

    public static TheoryData<int> Rows => [.. Enumerable.Range(0, Golden.GetProperty("rows").GetArrayLength())];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Losses_are_those_of_the_reference(int number)
    {
        using var scope = NewDisposeScope();
        var (row, _, variance) = Row(number);
        using var network = new Wave(row);
        var model = new DiffusionModel(network, Table(), Output(row, Table(), null));
        var learns = variance is ReverseVariance.Learned or ReverseVariance.PredictedLog;
        foreach (var (name, simple, bound) in new[]
        {
            ("MSE", 1, learns ? 1.0 / Steps : 0), ("RESCALED_MSE", 1, learns ? 0.001 : 0), ("KL", 0, 1.0 / Steps), ("RESCALED_KL", 0, 1),
        })
        {
            var objective = new VariationalObjective(new UniformStep(), simple, bound) { Variance = variance };
            var ours = objective.Evaluate(model, Data(), null, [Table().At(0), Table().At(137)], Noise());
            Same($"{name}", row.GetProperty("losses").GetProperty(name), ours, 2e-4);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Steps_of_a_respaced_process_are_those_of_the_reference(int number)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var (row, schedule, variance) = Row(number);
        using var network = new Wave(row);
        var bound = new DiffusionModel(network, Table(), Output(row, Table(), schedule)).Bind();
        IDenoiser clipped = new Thresholded(bound, new());

        // Where the network tells the mean, the reference clips only what it shows of x0.
        var chain = row.GetProperty("mean_type").GetString() == "PREVIOUS_X" ? bound : clipped;
        var (from, to) = (schedule[Kept - 1 - Index], schedule[Kept - Index]);
        Same("pred_xstart", row.GetProperty("pred_xstart"), clipped.Denoise(Noise(), from).X0, 1e-4);
        var posterior = Posterior.Between(from, to);
        Same("mean", row.GetProperty("mean"), chain.Denoise(Noise(), from).X0 * posterior.OfX0 + Noise() * posterior.OfXt, 1e-4);
        Same("p_sample", row.GetProperty("p_sample"), Step(new Ancestral(variance), chain, schedule, from, to), 1e-4);
        Same("ddim", row.GetProperty("ddim"), Step(new Ddim(), clipped, schedule, from, to), 1e-4);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void The_bound_is_that_of_the_reference(int number)
    {
        using var scope = NewDisposeScope();
        var (row, schedule, variance) = Row(number);
        using var network = new Wave(row);
        var bound = new DiffusionModel(network, Table(), Output(row, Table(), schedule)).Bind();
        var means = row.GetProperty("mean_type").GetString() == "PREVIOUS_X";
        IReadOnlyList<BoundTerms> Evaluate(IDenoiser denoiser)
        {
            using var noise = new SeededNoise(9);
            return new VariationalBound(denoiser, schedule) { Variance = variance }.Evaluate(Data(), noise);
        }

        var errors = Evaluate(new Thresholded(bound, new()));
        var terms = means ? Evaluate(bound) : errors;
        var golden = row.GetProperty("bpd");
        Same("vb", golden.GetProperty("vb"), Flat(terms, t => t.Steps), 1e-3);
        Same("prior", golden.GetProperty("prior_bpd"), Flat(terms, t => [t.Prior]), 1e-4);
        Same("total", golden.GetProperty("total_bpd"), Flat(terms, t => [t.Total]), 1e-3);
        Same("xstart_mse", golden.GetProperty("xstart_mse"), Flat(errors, t => t.X0Errors), 1e-4);
        Same("mse", golden.GetProperty("mse"), Flat(errors, t => t.EpsilonErrors), 1e-3);
    }

    [Fact]
    public void The_mean_of_the_step_before_belongs_to_a_discrete_path()
    {
        using var network = new WaveNetwork();
        Assert.Equal(DiscretePath.Cosine(), ((PredictPrevious)new DiffusionModel(network, DiscretePath.Cosine(), new PredictPrevious()).Parameterization).Table);
        var error = Assert.Throws<ArgumentException>(() => new DiffusionModel(network, new EdmPath(), new PredictPrevious()));
        Assert.Contains("expected a discrete path", error.Message, StringComparison.Ordinal);
    }

    private static Tensor Step(Sampler sampler, IDenoiser denoiser, NoiseSchedule schedule, NoiseLevel from, NoiseLevel to)
    {
        using var noise = new SeededNoise(7);
        using var stepper = sampler.Start(denoiser, noise, schedule);
        return stepper.Step(Noise(), from, to);
    }

    private static (JsonElement Row, NoiseSchedule Respaced, ReverseVariance Variance) Row(int number)
    {
        var row = Golden.GetProperty("rows")[number];
        return (row, new Respaced($"{Kept}").Levels(Table(), Kept), row.GetProperty("var_type").GetString() switch
        {
            "LEARNED" => ReverseVariance.PredictedLog,
            "LEARNED_RANGE" => ReverseVariance.Learned,
            "FIXED_SMALL" => ReverseVariance.Smallest,
            _ => ReverseVariance.Largest,
        });
    }

    private static Parameterization Output(JsonElement row, DiscretePath table, NoiseSchedule? chain)
    {
        Parameterization output = row.GetProperty("mean_type").GetString() switch
        {
            "PREVIOUS_X" => new PredictPrevious(table) { Chain = chain },
            "START_X" => new PredictX0(),
            _ => new PredictEpsilon(),
        };
        return output with { TimeScale = row.GetProperty("rescale_timesteps").GetBoolean() ? 1000.0 / Steps : 1 };
    }

    private static DiscretePath Table() => DiscretePath.Linear(Steps, 0.0004, 0.08).InDoublePrecision();

    private static Tensor Data() => (arange(36).mul(37).remainder(256).to(ScalarType.Float32) / 127.5 - 1).reshape(2, 2, 3, 3);

    private static Tensor Noise()
    {
        using var noise = new SeededNoise(5);
        return noise.NormalLike(zeros(2, 2, 3, 3));
    }

    private static Tensor Flat(IReadOnlyList<BoundTerms> terms, Func<BoundTerms, IReadOnlyList<double>> read) =>
        tensor(terms.SelectMany(read).ToArray());

    /// <summary>Compares as many numbers as were recorded, relative to their size and to 1.</summary>
    private static void Same(string name, JsonElement golden, Tensor ours, double tolerance)
    {
        var expected = golden.EnumerateArray().Select(v => v.GetDouble()).ToArray();
        var values = ours.flatten().to(ScalarType.Float64).data<double>().ToArray();
        Assert.All(expected.Zip(values), pair =>
            Assert.True(Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.First)), $"{name}: expected {pair.First}, got {pair.Second}"));
        Assert.True(values.Length >= expected.Length, name);
    }

    /// <summary>The function that the reference was run with.</summary>
    private sealed class Wave(JsonElement row) : Network("wave")
    {
        public override Tensor forward(Tensor input, Tensor label, Condition? condition)
        {
            var f = 0.5 * (3 * input + label.reshape(-1, 1, 1, 1) / 200).sin() + 0.1 * input;
            var mean = row.GetProperty("mean_type").GetString() == "PREVIOUS_X" ? input - 0.02 * f : f;
            return row.GetProperty("var_type").GetString() switch
            {
                "LEARNED" => cat([mean, input.tanh() - 4], 1),
                "LEARNED_RANGE" => cat([mean, input.tanh()], 1),
                _ => mean,
            };
        }
    }
}
