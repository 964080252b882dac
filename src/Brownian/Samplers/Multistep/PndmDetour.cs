using Brownian.Paths;

namespace Brownian.Samplers;

/// <summary>
/// How diffusers makes the first step of a run of <see cref="Pndm"/> that begins in the middle (image-to-image): its list of steps has the second one twice, is cut
/// as if it had not, and so the second evaluation is told another level than that of its data, and a level is passed over without a step.
/// </summary>
/// <param name="Trial">Where the trial step ends.</param>
/// <param name="Second">The level that the second evaluation is told, and where the step along the mean slope ends.</param>
/// <param name="Begin">The level at which that step is said to begin.</param>
internal readonly record struct PndmDetour(NoiseLevel Trial, NoiseLevel Second, NoiseLevel Begin)
{
    /// <summary>The detour of a run whose list, with the repetition, is cut at a place.</summary>
    /// <param name="path">The table.</param>
    /// <param name="first">The level at which the run begins.</param>
    /// <param name="second">The next entry of the list, which is the same one if only the first entry was cut off.</param>
    /// <param name="steps">Steps of the whole list.</param>
    public static PndmDetour Of(DiscretePath path, NoiseLevel first, NoiseLevel second, int steps)
    {
        var length = path.Count / steps;
        return new(path.At(Math.Max(0, first.Time - length)), second, path.At(Math.Min(path.Count - 1, second.Time + length)));
    }
}
