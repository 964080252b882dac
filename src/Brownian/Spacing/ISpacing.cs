using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Which noise levels a sampler visits.</summary>
public interface ISpacing
{
    /// <summary>The levels of a run of <paramref name="steps"/> steps: steps + 1 of them, noisiest first.</summary>
    IReadOnlyList<NoiseLevel> Levels(GaussianPath path, int steps);
}
