namespace Brownian.Spacing;

/// <summary>
/// Every Count/steps-th step from 0 on (DDPM and DDIM papers; Lin et al. 2023, Table 2). It does not begin at the noisiest level; with one
/// step it denoises almost nothing.
/// </summary>
/// <param name="Offset">Added to every step; 1 for Stable Diffusion. Discrete paths only.</param>
public sealed record Leading(int Offset = 0) : TimeSpacing
{
    /// <inheritdoc/>
    protected override IEnumerable<double> Times(int used, int points, int count)
    {
        CheckPoints(points, used);
        var stride = used / points;
        return Enumerable.Range(0, points).Select(i => (double)((points - 1 - i) * stride + Offset));
    }

    /// <inheritdoc/>
    protected override IEnumerable<double> Times(double cleanest, double noisiest, int points) =>
        Enumerable.Range(0, points).Select(i => Math.Max(cleanest, noisiest * (points - 1 - i) / points));
}
