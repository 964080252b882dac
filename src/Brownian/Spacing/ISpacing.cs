using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>Which noise levels a sampler visits.</summary>
public interface ISpacing
{
    /// <summary>The levels of a run of <paramref name="steps"/> steps: steps + 1 of them, noisiest first.</summary>
    /// <exception cref="ArgumentException">The path cannot be divided into so many steps.</exception>
    NoiseSchedule Levels(GaussianPath path, int steps);
}
