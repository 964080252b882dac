using Brownian.Ode;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Ode;

public sealed class OdeSolverTests : LeakCheck
{
    public static TheoryData<string> Names => ButcherTableauTests.Names;

    public static TheoryData<string> Pairs => [.. ButcherTableauTests.All.Where(row => row.Value.Embedded is not null).Select(row => row.Key)];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_method_converges_at_its_order(string name)
    {
        using var scope = NewDisposeScope();
        var tableau = ButcherTableauTests.All[name];
        var start = ones(3, 2, dtype: ScalarType.Float64);
        double Error(int steps) =>
            (new FixedSteps(tableau, steps).Solve(Swing, start, 0, 2).State - Math.Exp(Math.Sin(2))).abs().max().item<double>();

        // Steps so long that rounding, 1e-16 a step, is nowhere near.
        Assert.Equal(tableau.Order, Math.Log2(Error(16) / Error(32)), 0.4);
    }

    [Fact]
    public void Dormand_prince_takes_the_steps_of_scipy()
    {
        using var scope = NewDisposeScope();
        var solution = new AdaptiveSteps { RelativeTolerance = 1e-3, AbsoluteTolerance = 1e-6 }
            .Solve((_, y) => -0.5 * y, tensor(new[] { 2.0, 4.0, 8.0 }), 0, 10);

        // The example of the manual of scipy.integrate.solve_ivp, with its eight printed digits.
        double[] times = [0.11487653, 1.26364188, 3.06061781, 4.81611105, 6.57445806, 8.33328988, 10];
        var steps = solution.Steps.Where(step => step.Accepted).ToArray();
        Assert.Equal(times.Length, steps.Length);
        Assert.All(times.Zip(steps), pair => Assert.Equal(pair.First, pair.Second.To, 5e-9));
        Assert.True(solution.State.allclose(tensor(new[] { 0.01350781, 0.02701561, 0.05403123 }), 0, 5e-9));
        Assert.Equal(2 + 6 * solution.Steps.Count, solution.Evaluations);
        Assert.Equal(7, solution.Accepted);
        Assert.Equal(solution.Steps.Count - 7, solution.Rejected);
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void A_tighter_tolerance_gives_a_smaller_error_at_more_evaluations(string name)
    {
        using var scope = NewDisposeScope();
        var start = ones(3, 2, dtype: ScalarType.Float64);
        (double Error, int Evaluations) Solve(double tolerance)
        {
            var solver = new AdaptiveSteps { Tableau = ButcherTableauTests.All[name], RelativeTolerance = tolerance, AbsoluteTolerance = tolerance };
            var solution = solver.Solve(Swing, start, 0, 10);
            return ((solution.State - Math.Exp(Math.Sin(10))).abs().max().item<double>(), solution.Evaluations);
        }

        var (loose, tight) = (Solve(1e-3), Solve(1e-6));

        // Errors of steps add up; the flow of this equation does not spread them.
        Assert.InRange(tight.Error, 0, 1e-4);
        Assert.True(tight.Error < loose.Error / 10, $"{loose} {tight}");
        Assert.True(tight.Evaluations > loose.Evaluations);
    }

    [Fact]
    public void Going_back_gives_the_start_again()
    {
        using var scope = NewDisposeScope();
        var start = tensor(new double[,] { { 1, 0 }, { 0.3, -2 } });
        Tensor Turn(double time, Tensor y) => cat([y.narrow(1, 1, 1), -y.narrow(1, 0, 1)], 1);
        var solver = new AdaptiveSteps { RelativeTolerance = 1e-10, AbsoluteTolerance = 1e-10 };
        var there = solver.Solve(Turn, start, 0, 2 * Math.PI / 3).State;
        Assert.True(solver.Solve(Turn, there, 2 * Math.PI / 3, 0).State.allclose(start, 0, 1e-8));
        Assert.False(there.allclose(start, 0, 0.1));
    }

    [Fact]
    public void A_float32_state_is_added_up_in_float64_and_comes_back_as_float32()
    {
        using var scope = NewDisposeScope();
        var asked = new HashSet<ScalarType>();
        var start = ones(4);
        Tensor Grow(double time, Tensor y)
        {
            asked.Add(y.dtype);
            return y.clone();
        }

        var solution = new AdaptiveSteps { RelativeTolerance = 1e-9, AbsoluteTolerance = 1e-9 }.Solve(Grow, start, 0, 1);
        Assert.Equal(ScalarType.Float32, solution.State.dtype);
        Assert.Equal([ScalarType.Float32], asked);
        Assert.Equal(Math.E, solution.State[0].item<float>(), 1e-6);
        Assert.True(start.Equals(ones(4)));
    }

    [Fact]
    public void Every_attempt_is_logged_and_reported_with_its_state()
    {
        using var scope = NewDisposeScope();
        var seen = new List<(OdeStep Step, double Value)>();

        // The jump of the slope at 0.5 is found by steps that fail.
        var solution = new AdaptiveSteps().Solve(
            (t, y) => full_like(y, t < 0.5 ? 0 : 100), zeros(1, dtype: ScalarType.Float64), 0, 1, (step, y) => seen.Add((step, y.item<double>())));
        Assert.Equal(solution.Steps, seen.Select(s => s.Step));
        Assert.Equal(Enumerable.Range(1, seen.Count), seen.Select(s => s.Step.Number));
        Assert.True(solution.Rejected > 2);
        Assert.All(seen, s => Assert.Equal(s.Step.Error < 1, s.Step.Accepted));
        Assert.All(seen.Zip(seen.Skip(1)), pair => Assert.Equal(pair.First.Step.Accepted ? pair.First.Step.To : pair.First.Step.From, pair.Second.Step.From));
        Assert.Equal(50, solution.State.item<double>(), 1e-3);
        Assert.Equal(solution.Evaluations, seen[^1].Step.Evaluations);
    }

    [Fact]
    public void The_first_and_the_longest_step_can_be_given()
    {
        using var scope = NewDisposeScope();
        var solution = new AdaptiveSteps { FirstStep = 0.25, LongestStep = 0.25 }.Solve(Swing, ones(1, dtype: ScalarType.Float64), 0, 2);
        Assert.Equal([0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2], solution.Steps.Select(step => step.To), new Near());
        Assert.Equal(1 + 6 * 8, solution.Evaluations);
    }

    [Fact]
    public void Too_many_evaluations_say_how_far_it_came_and_what_to_do()
    {
        using var scope = NewDisposeScope();
        var start = ones(1, dtype: ScalarType.Float64);
        var error = Assert.Throws<OdeFailedException>(() => new AdaptiveSteps { MostEvaluations = 100 }.Solve((_, y) => -1000 * (y - 0.5), start, 0, 10));
        Assert.Contains("100 evaluations were not enough", error.Message, StringComparison.Ordinal);
        Assert.Contains("Loosen the tolerances", error.Message, StringComparison.Ordinal);
        Assert.InRange(error.Reached, 1e-4, 1);
        Assert.InRange(error.Evaluations, 90, 100);
    }

    [Fact]
    public void A_slope_without_bound_says_where_it_stopped()
    {
        using var scope = NewDisposeScope();
        var start = ones(1, dtype: ScalarType.Float64);

        // y' = y² from 1 is infinite at time 1.
        var error = Assert.Throws<OdeFailedException>(() => new AdaptiveSteps().Solve((_, y) => y * y, start, 0, 2));
        Assert.Equal(1, error.Reached, 0.01);
        Assert.Throws<OdeFailedException>(() => new AdaptiveSteps().Solve((_, y) => full_like(y, double.NaN), start, 0, 2));
    }

    [Fact]
    public void What_makes_no_sense_is_refused()
    {
        using var scope = NewDisposeScope();
        var start = ones(1, dtype: ScalarType.Float64);
        Assert.Contains("estimates its error", Assert.Throws<ArgumentException>(
            () => new AdaptiveSteps { Tableau = ButcherTableau.RungeKutta4 }.Solve(Swing, start, 0, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("rtol ≥", Assert.Throws<ArgumentException>(
            () => new AdaptiveSteps { RelativeTolerance = 0 }.Solve(Swing, start, 0, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedSteps(ButcherTableau.Euler, 0).Solve(Swing, start, 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FixedSteps(ButcherTableau.Euler).Solve(Swing, start, 0, double.PositiveInfinity));
    }

    [Fact]
    public void A_solve_of_no_length_is_the_start()
    {
        using var scope = NewDisposeScope();
        var start = ones(2);
        var solution = new AdaptiveSteps().Solve(Swing, start, 1, 1);
        Assert.Equal(0, solution.Evaluations);
        Assert.True(solution.State.Equals(start));
    }

    [Fact]
    public void A_cancelled_solve_stops_and_leaves_nothing_behind()
    {
        using var cancel = new CancellationTokenSource();
        using var start = ones(2);
        Assert.Throws<OperationCanceledException>(() => new AdaptiveSteps().Solve(Swing, start, 0, 10, (_, _) => cancel.Cancel(), cancel.Token));
    }

    /// <summary>y' = y·cos t, whose solution from 1 is exp(sin t).</summary>
    private static Tensor Swing(double time, Tensor y) => y * Math.Cos(time);

    private sealed class Near : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-12;

        public int GetHashCode(double obj) => 0;
    }
}
