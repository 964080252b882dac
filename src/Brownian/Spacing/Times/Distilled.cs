namespace Brownian.Spacing;

/// <summary>
/// Some of the evenly spaced times at which a model was distilled, from the noisiest on (latent consistency models, Luo et al. 2023; TCD).
/// </summary>
/// <param name="Original">How many times the model was distilled at.</param>
public sealed record Distilled(int Original = 50) : TimeSpacing
{
    /// <inheritdoc/>
    protected override IEnumerable<double> Times(int used, int points, int count)
    {
        CheckPoints(Original, used);
        var stride = used / Original;
        return Chosen(points).Select(i => (double)((Original - i) * stride - 1));
    }

    /// <inheritdoc/>
    protected override IEnumerable<double> Times(double cleanest, double noisiest, int points) =>
        Chosen(points).Select(i => noisiest * (Original - i) / Original);

    private IEnumerable<int> Chosen(int points) => points <= Original
        ? Enumerable.Range(0, points).Select(i => (int)Math.Floor(i * ((double)Original / points)))
        : throw new ArgumentException(
            $"spacing: expected at most {Original} steps, the times at which the model was distilled; got {points}. Use fewer, or another number of times.");
}
