using static TorchSharp.torch;

namespace Brownian.Ode;

/// <summary>The state of one solve: where it is, and what it cost.</summary>
internal sealed class OdeRun : IDisposable
{
    private readonly OdeSlope slope;
    private readonly ScalarType askedType;
    private readonly Action<OdeStep, Tensor>? onStep;
    private readonly CancellationToken cancellation;
    private readonly Kept state = new();
    private readonly List<OdeStep> log = [];

    public OdeRun(OdeSlope slope, Tensor start, ScalarType type, double from, double to, Action<OdeStep, Tensor>? onStep, CancellationToken cancellation)
    {
        (this.slope, askedType, this.onStep, this.cancellation) = (slope, start.dtype, onStep, cancellation);
        (Time, End, Direction) = (from, to, Math.Sign(to - from));
        state.Set(start.to(type));
    }

    public double Time { get; private set; }

    public double End { get; }

    /// <summary>1 or −1.</summary>
    public int Direction { get; }

    public int Evaluations { get; private set; }

    /// <summary>How long the next step would be.</summary>
    public double NextLength { get; set; } = double.NaN;

    public Tensor State => state.Value!;

    public IReadOnlyList<OdeStep> Log => log;

    /// <summary>dy/dt in the type of the state.</summary>
    public Tensor Slope(double time, Tensor at)
    {
        Evaluations++;
        return slope(time, at.dtype == askedType ? at : at.to(askedType)).to(at.dtype);
    }

    /// <summary>Notes an attempt and, if it is accepted, takes its state (borrowed).</summary>
    public void Note(double to, Tensor next, double error, bool accepted)
    {
        var step = new OdeStep(log.Count + 1, Time, to, error, accepted, Evaluations);
        log.Add(step);
        if (accepted)
        {
            state.Set(next);
            Time = to;
        }

        onStep?.Invoke(step, State);
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>The slopes of one step of a method, the first of them given; each is fresh.</summary>
    public Tensor[] Slopes(ButcherTableau tableau, double to, Tensor first)
    {
        var step = to - Time;
        var slopes = new Tensor[tableau.Stages];
        slopes[0] = first;
        for (var i = 1; i < slopes.Length; i++)
        {
            using var at = Moved(slopes, tableau.Matrix[i], step);

            // A sum that rounds past the end may leave the range of times that the slope knows.
            slopes[i] = Slope(tableau.Nodes[i] == 1 ? to : Time + tableau.Nodes[i] * step, at);
        }

        return slopes;
    }

    /// <summary>State + step·Σ weights·slopes, fresh.</summary>
    public Tensor Moved(Tensor[] slopes, IReadOnlyList<double> weights, double step)
    {
        var moved = State.clone();
        for (var i = 0; i < weights.Count; i++)
        {
            if (weights[i] != 0)
            {
                moved.add_(slopes[i], alpha: weights[i] * step);
            }
        }

        return moved;
    }

    public void Dispose() => state.Dispose();
}
