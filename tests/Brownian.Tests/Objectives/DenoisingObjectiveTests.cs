using Brownian.Objectives;
using static TorchSharp.torch;

namespace Brownian.Tests.Objectives;

public sealed class DenoisingObjectiveTests
{
    private static readonly DenoisingObjective Objective = new(new UniformStep(), new UniformWeight());

    [Fact]
    public void A_network_that_answers_nothing_has_the_targets_mean_square_as_loss()
    {
        using var scope = NewDisposeScope();
        var model = new DiffusionModel(new Constant(0), new CirclePath(), new TargetOnly((_, eps, _) => eps));
        var epsilon = Enumerable.Range(0, 3 * 1 * 2 * 2).Select(i => (float)i).ToArray();
        var loss = Objective.Evaluate(
            model, zeros(3, 1, 2, 2), null, [new(1, .6, .8), new(1, .6, .8), new(1, .6, .8)], tensor(epsilon).reshape(3, 1, 2, 2));
        Assert.Equal([(0 + 1 + 4 + 9) / 4f, (16 + 25 + 36 + 49) / 4f, (64 + 81 + 100 + 121) / 4f], loss.data<float>().ToArray());
    }

    [Fact]
    public void Weights_multiply_the_loss_of_their_sample()
    {
        using var scope = NewDisposeScope();
        var model = new DiffusionModel(new Constant(0), new CirclePath(), new TargetOnly((_, eps, _) => eps));
        NoiseLevel[] levels = [new CirclePath().At(0), new CirclePath().At(500)];
        var epsilon = ones(2, 1, 2, 2);
        var weighted = (Objective with { Weight = new MinSnrWeight(5) }).Evaluate(model, zeros(2, 1, 2, 2), null, levels, epsilon);
        var expected = levels.Select(l => (float)(Math.Min(5, l.SignalToNoise) / l.SignalToNoise)).ToArray();
        Assert.Equal(expected, weighted.data<float>().ToArray());
    }

    [Fact]
    public void The_network_is_shown_the_noised_data_and_its_time()
    {
        using var scope = NewDisposeScope();
        var network = new Constant(0);
        var model = new DiffusionModel(network, new CirclePath(), new TargetOnly((_, eps, _) => eps));
        using var first = new RandomStream(3, 1);
        using var again = new RandomStream(3, 1);
        var value = Objective.Evaluate(model, ones(4, 1, 2, 2), null, first);
        var levels = Objective.Times.Draw(model.Path, 4, again, stratified: true);
        var xt = NoiseLevels.PerSample(levels, ones(4, 1, 1, 1)) is var at ? at.Alpha + at.Sigma * again.NormalLike(ones(4, 1, 2, 2)) : null;
        Assert.Equal(levels, value.Levels);
        Assert.Equal(xt!.data<float>().ToArray(), network.Seen);
        Assert.Equal(levels.Select(l => (float)l.Time), network.Told);
    }

    [Fact]
    public void Stratified_times_give_a_steadier_mean_loss()
    {
        using var scope = NewDisposeScope();
        var model = new DiffusionModel(new Constant(0), new CirclePath(), new TargetOnly((x0, _, at) => at.Sigma * x0));
        Assert.True(Spread(Objective) < 0.2 * Spread(Objective with { Stratified = false }));

        double Spread(DenoisingObjective objective)
        {
            var means = Enumerable.Range(0, 40).Select(i =>
            {
                using var random = new RandomStream(5, (ulong)i);
                return (double)objective.Evaluate(model, ones(32, 1, 1, 1), null, random).Losses.mean().item<float>();
            }).ToArray();
            return Math.Sqrt(means.Average(m => (m - means.Average()) * (m - means.Average())));
        }
    }

    private sealed class Constant(double value) : Network("constant")
    {
        public float[] Seen { get; private set; } = [];

        public float[] Told { get; private set; } = [];

        public override Tensor forward(Tensor input, Tensor label, Condition? condition)
        {
            Seen = input.data<float>().ToArray();
            Told = label.data<float>().ToArray();
            return full_like(input, value);
        }
    }
}
