using Brownian.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Training;

public sealed class TrainerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static readonly TrainerOptions Options = new()
    {
        Seed = 3,
        Budget = new() { Steps = 6 },
        Optimizer = new() { LearningRate = 1e-2, WarmupSteps = 2 },
        LabelDrop = 0.25,
        AnyLabel = 2,
    };

    [Fact]
    public void Training_makes_the_denoiser_the_analytic_one()
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork(width: 64);
        var model = ToyNetwork.Model(network);
        using var trainer = new Trainer(model, ToyNetwork.Objective, new ToyBatches(128), Options with
        {
            Budget = new() { Steps = 1000 },
            LabelDrop = 0.5,
        });
        var losses = trainer.Run(Stop).Select(step => step.Loss).ToArray();
        Assert.True(losses[^20..].Average() < 0.7 * losses[..20].Average());

        network.eval();
        using var averaged = trainer.WithAveragedWeights();
        using var frozen = no_grad();
        using var random = new RandomStream(77);
        foreach (var sigma in (double[])[0.2, 0.5, 1, 2])
        {
            var clean = new ToyBatches(512, seed: 6).At(0).X0;
            var xt = clean + sigma * random.NormalLike(clean);
            var any = full(512, 2L, dtype: ScalarType.Int64);
            var believed = model.Bind(new() { Labels = any }).Denoise(xt, model.Path.At(sigma)).X0;
            var exact = Analytic(xt, sigma);
            var explained = (believed - exact).square().mean().item<float>() / exact.square().mean().item<float>();

            // 1 would be a network that knows nothing; what is left here is the small network's and the short run's.
            Assert.True(explained < 0.05, $"sigma {sigma}: {explained}");
        }
    }

    [Fact]
    public void Accumulated_pieces_are_one_large_batch()
    {
        using var scope = NewDisposeScope();
        var whole = Train(Options with { Accumulate = 1 });
        var pieces = Train(Options with { Accumulate = 3 });
        Assert.Equal(whole.Losses, pieces.Losses, new Close(1e-5));

        // Only the order of summation differs: float32 rounding of the gradient, six updates of 0.01 at most, so far from the 0.06 moved.
        Assert.True((whole.Weights - pieces.Weights).abs().max().item<float>() < 1e-4);
    }

    [Fact]
    public void The_same_seed_trains_the_same_weights_and_another_seed_others()
    {
        using var scope = NewDisposeScope();
        var first = Train(Options, dropout: 0.2);
        var again = Train(Options, dropout: 0.2);
        var other = Train(Options with { Seed = 4 }, dropout: 0.2);
        Assert.Equal(first.Weights.data<float>().ToArray(), again.Weights.data<float>().ToArray());
        Assert.NotEqual(first.Weights.data<float>().ToArray(), other.Weights.data<float>().ToArray());
    }

    [Fact]
    public void Labels_are_dropped_at_the_rate_asked_for()
    {
        using var scope = NewDisposeScope();
        using var network = new ToyNetwork();
        using var trainer = new Trainer(ToyNetwork.Model(network), ToyNetwork.Objective, new ToyBatches(1000), Options);
        Assert.Equal(6, trainer.Run(Stop).Count());
        var rate = network.Labels.Count(label => label == 2) / 6000.0;
        Assert.Equal(0.25, rate, 4 * Math.Sqrt(0.25 * 0.75 / 6000));    // four standard errors
    }

    [Fact]
    public void A_loss_that_is_not_finite_stops_with_step_level_and_quantity()
    {
        using var scope = NewDisposeScope();
        var calls = 0;
        using var network = new ToyNetwork { After = (output, label) => ++calls == 3 ? output / label.gt(0).to(ScalarType.Float32).sub(1).unsqueeze(1) : output };
        using var trainer = new Trainer(ToyNetwork.Model(network), ToyNetwork.Objective, new ToyBatches(64), Options);
        using var steps = trainer.Run(Stop).GetEnumerator();
        Assert.True(steps.MoveNext() && steps.MoveNext());
        var before = network.parameters().Select(p => p.data<float>().ToArray()).ToArray();
        var error = Assert.Throws<NonFiniteException>(() => steps.MoveNext());
        Assert.Equal(3, error.Step);
        Assert.Equal("loss", error.Quantity);
        Assert.True(error.Level!.Value.NoiseToSignal > 1);              // EDM's label is ln σ / 4: only positive ones were broken
        Assert.Contains("step 3", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, network.parameters().Select(p => p.data<float>().ToArray()));
        Assert.Equal(2, trainer.Progress.Steps);
    }

    [Fact]
    public void A_gradient_that_is_not_finite_stops_and_names_the_parameter()
    {
        using var scope = NewDisposeScope();

        // √0 · 0: the value is 0, its derivative is NaN.
        using var network = new ToyNetwork { After = (output, _) => output + (output - output.detach()).abs().sqrt() * 0 };
        using var trainer = new Trainer(ToyNetwork.Model(network), ToyNetwork.Objective, new ToyBatches(64), Options);
        var error = Assert.Throws<NonFiniteException>(() => trainer.Run(Stop).First());
        Assert.StartsWith("gradient of ", error.Quantity, StringComparison.Ordinal);
        Assert.Contains(error.Quantity["gradient of ".Length..], network.named_parameters().Select(p => p.name));
    }

    [Fact]
    public void Many_steps_leave_no_tensors_behind()
    {
        using var network = new ToyNetwork(dropout: 0.1);
        using var trainer = new Trainer(ToyNetwork.Model(network), ToyNetwork.Objective, new ToyBatches(12), Options with { Accumulate = 2 });
        using var steps = trainer.Run(Stop).GetEnumerator();
        steps.MoveNext();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        while (steps.MoveNext())
        {
            Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        }
    }

    private static Tensor Analytic(Tensor xt, double sigma)
    {
        var (spread, variance) = (ToyBatches.Spread * ToyBatches.Spread, ToyBatches.Spread * ToyBatches.Spread + sigma * sigma);
        var evidence = (2 / variance * xt.sum(1, keepdim: true)).sigmoid();          // of the class at (+1, +1)
        return spread / variance * xt + sigma * sigma / variance * (2 * evidence - 1);
    }

    private static (Tensor Weights, double[] Losses) Train(TrainerOptions options, double dropout = 0)
    {
        using var network = new ToyNetwork(dropout: dropout);
        using var trainer = new Trainer(ToyNetwork.Model(network), ToyNetwork.Objective, new ToyBatches(32), options);
        var losses = trainer.Run(Stop).Select(step => step.Loss).ToArray();
        return (cat([.. network.parameters().Select(p => p.detach().flatten())]), losses);
    }

    private sealed class Close(double tolerance) : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) <= tolerance * Math.Abs(x);

        public int GetHashCode(double obj) => 0;
    }
}
