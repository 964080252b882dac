using static TorchSharp.torch;

namespace Brownian.Likelihood;

/// <summary>
/// log p(to) − log p(from) at one noise level as the integral of the score along the straight line between them. It needs no path and no
/// ODE, only a belief, and so works for every family; and it says which numbers make the difference.
/// </summary>
public sealed record ScoreIntegral
{
    /// <summary>Points of a panel: the batch in which the denoiser is called.</summary>
    public const int Points = 15;

    /// <summary>The line is divided into more panels until the estimated error is below this, in nats …</summary>
    public double AbsoluteTolerance { get; init; } = 1e-2;

    /// <summary>… or below this part of the integral …</summary>
    public double RelativeTolerance { get; init; } = 1e-3;

    /// <summary>… or there are so many.</summary>
    public int MostPanels { get; init; } = 12;

    /// <summary>Integrates from one image to another.</summary>
    /// <param name="denoiser">The belief, bound to a condition of <see cref="Points"/> rows or to none.</param>
    /// <param name="at">The level; σ above 0.</param>
    /// <param name="from">Clean data, [1, …]; borrowed.</param>
    /// <param name="to">Clean data, [1, …]; borrowed.</param>
    /// <param name="noise">ε, [1, …], added to both ends, which puts the line where a network has been trained; null for none.</param>
    /// <param name="cancellation">Checked before each call of the denoiser.</param>
    public ScoreIntegralResult Evaluate(
        IDenoiser denoiser, NoiseLevel at, Tensor from, Tensor to, Tensor? noise = null, CancellationToken cancellation = default)
    {
        if (!(at.Sigma > 0) || !from.shape.SequenceEqual(to.shape) || from.size(0) != 1)
        {
            throw new ArgumentException(
                $"score integral: expected a level with noise and two data of one shape [1, …]; got σ = {at.Sigma}, "
                + $"[{string.Join(", ", from.shape)}] and [{string.Join(", ", to.shape)}].");
        }

        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var line = new Line(denoiser, at, noise is null ? from * at.Alpha : (from * at.Alpha).add_(noise, alpha: at.Sigma), (to - from) * at.Alpha);
        var panels = new List<Panel> { line.Over(0, 1) };
        while (panels.Count < MostPanels && panels.Sum(p => p.Error) > Math.Max(AbsoluteTolerance, RelativeTolerance * Math.Abs(panels.Sum(p => p.Nats))))
        {
            cancellation.ThrowIfCancellationRequested();
            var worst = panels.MaxBy(p => p.Error);
            var middle = (worst.From + worst.To) / 2;
            panels.Remove(worst);
            panels.AddRange([line.Over(worst.From, middle), line.Over(middle, worst.To)]);
        }

        var parts = panels.Select(p => p.Parts).Aggregate((a, b) => a + b);
        return new(panels.Sum(p => p.Nats), panels.Sum(p => p.Error), parts.MoveToOuterDisposeScope(), line.Calls);
    }

    private readonly record struct Panel(double From, double To, double Nats, double Error, Tensor Parts);

    private sealed class Line(IDenoiser denoiser, NoiseLevel at, Tensor start, Tensor difference)
    {
        public int Calls { get; private set; }

        /// <summary>The integral over a part of [0, 1].</summary>
        public Panel Over(double from, double to)
        {
            using var scope = NewDisposeScope();
            Calls++;
            var column = new long[start.dim()];
            Array.Fill(column, 1);
            column[0] = Points;
            Tensor Column(IEnumerable<double> numbers, ScalarType type) => tensor(numbers.ToArray(), dtype: type, device: start.device).reshape(column);

            var places = Column(GaussKronrod.Nodes.Select(u => from + u * (to - from)), start.dtype);
            var slopes = denoiser.Denoise(start + places * difference, at).Score(at).to(ScalarType.Float64) * difference;
            var parts = (slopes * Column(GaussKronrod.Weights, ScalarType.Float64)).sum(0, keepdim: true) * (to - from);
            var gauss = (slopes * Column(GaussKronrod.GaussWeights, ScalarType.Float64)).sum().item<double>() * (to - from);
            var nats = parts.sum().item<double>();
            return new(from, to, nats, Math.Abs(nats - gauss), parts.MoveToOuterDisposeScope());
        }
    }
}
