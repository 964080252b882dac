using Brownian.Paths;

namespace Brownian.Spacing;

/// <summary>The end of a schedule.</summary>
internal static class FinalLevels
{
    /// <summary>These levels and the end.</summary>
    public static NoiseSchedule Finish(this FinalLevel end, GaussianPath path, IEnumerable<NoiseLevel> levels, bool ofRatios = false)
    {
        NoiseLevel[] laid = [.. levels];
        return new(path, [.. laid, end switch
        {
            FinalLevel.Clean => path.Clean,
            FinalLevel.Cleanest => ofRatios && path is DiscretePath table ? table.ByRatio(path.Cleanest) : path.Cleanest,
            _ => laid[^1],
        }]);
    }
}
