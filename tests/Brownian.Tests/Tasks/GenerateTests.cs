using Brownian.Guidance;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;
using Brownian.Tasks;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Tasks;

public sealed class GenerateTests : LeakCheck
{
    private static readonly GenerateRequest Request = new() { Shape = [3, 8, 8], Count = 5, Seed = 7, Steps = 6 };

    public static TheoryData<string> Samplers => [.. SamplerCatalog.All.Where(row => !row.Sampler.IsForBits).Select(row => row.Names[0])];

    [Theory]
    [MemberData(nameof(Samplers))]
    public void A_sample_is_the_same_in_a_batch_of_any_size(string name)
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var sampler = SamplerCatalog.Find(name);
        var model = new DiffusionModel(network, sampler is ReverseSde or FlowSteps ? new VariancePreserving() : DiscretePath.Linear(), new PredictV());
        var request = Request with { Sampler = sampler };
        using var together = Generate.Run(model, request);
        using var pairs = Generate.Run(model, request with { BatchSize = 2 });
        using var single = Generate.Run(model, request with { Seed = 10, Count = 1 });
        Assert.True(together.Samples.Equals(pairs.Samples));
        Assert.True(together.Samples[3..4].Equals(single.Samples));
        Assert.False(together.Samples[3].Equals(together.Samples[4]));
    }

    [Fact]
    public void Guidance_makes_one_call_on_a_doubled_batch()
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        var request = Request with
        {
            Condition = new() { Labels = tensor(new long[] { 0, 1, 2, 3, 4 }) },
            Unconditional = new() { Labels = full(5, 10L, dtype: ScalarType.Int64) },
            Guidance = 3,
        };
        using var guided = Generate.Run(model, request);
        Assert.Equal(6, network.Calls);
        Assert.Equal(10, network.LastBatch);
        using var alone = Generate.Run(model, request with { BatchSize = 1 });
        Assert.True(guided.Samples.Equals(alone.Samples));
    }

    [Fact]
    public void Guidance_without_a_condition_is_refused()
    {
        using var network = new WaveNetwork();
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        var error = Assert.Throws<ArgumentException>(() => Generate.Run(model, Request with { Guidance = 2 }));
        Assert.Contains("no condition", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_are_told_with_a_preview_and_cost_no_extra_call()
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictV());
        var seen = new List<(int First, int Step, double Alpha)>();
        using var generated = Generate.Run(model, Request with { BatchSize = 4, Trajectory = true }, step =>
        {
            seen.Add((step.First, step.Step, step.Level.Alpha));
            Assert.Equal(step.Xt.shape, step.X0.shape);
        });
        Assert.Equal(12, network.Calls);
        Assert.Equal([.. Enumerable.Range(1, 6).Select(i => (0, i)), .. Enumerable.Range(1, 6).Select(i => (4, i))], seen.Select(s => (s.First, s.Step)));
        Assert.Equal(6, generated.Trajectory.Count);
        Assert.All(generated.Trajectory, frame => Assert.Equal([5, 3, 8, 8], frame.Xt.shape));
        Assert.True(generated.Trajectory[^1].Level.IsClean);
        Assert.True(generated.Trajectory[^1].Xt.Equals(generated.Samples));
    }

    [Fact]
    public void A_cancelled_generation_stops_before_the_next_step()
    {
        using var network = new WaveNetwork();
        using var cancel = new CancellationTokenSource();
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictV());
        Assert.Throws<OperationCanceledException>(() => Generate.Run(
            model, Request with { Trajectory = true }, step => { if (step.Step == 2) { cancel.Cancel(); } }, cancel.Token));
        Assert.Equal(2, network.Calls);
    }

    [Fact]
    public void Thresholding_keeps_the_predicted_data_in_range()
    {
        using var scope = NewDisposeScope();
        using var network = new WaveNetwork();
        var model = new DiffusionModel(network, DiscretePath.Linear(), new PredictEpsilon());
        var request = Request with { Thresholding = new() { Range = 0.7 }, Sampler = new Ddim(), Spacing = new Trailing() };
        using var generated = Generate.Run(model, request, step => Assert.True(step.X0.abs().max().item<float>() <= 0.7f));

        // The last step ends at clean data: it is the predicted data.
        Assert.True(generated.Samples.abs().max().item<float>() <= 0.7f);
    }

    [Fact]
    public void The_network_is_left_in_the_mode_it_was_in()
    {
        using var network = new WaveNetwork();
        network.train();
        using var generated = Generate.Run(new(network, DiscretePath.Linear(), new PredictV()), Request with { Steps = 1 });
        Assert.True(network.training);
    }
}
