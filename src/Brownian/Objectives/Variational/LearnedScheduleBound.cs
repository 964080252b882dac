using System.Text.Json.Serialization;
using Brownian.Paths;

namespace Brownian.Objectives;

/// <summary>
/// The variational bound K of Gaussian diffusion with a learned schedule of variances (Sohl-Dickstein et al. 2015, eq. 14 and section
/// 2.4.1): network and β are trained together, through noise that is drawn before it is scaled ("frozen"). The model's path, a table of
/// steps, is where the schedule begins.
/// </summary>
/// <param name="FirstBeta">β of the first step, which is fixed, in (0, 1).</param>
/// <param name="Bumps">The number of the schedule's parameters, see <see cref="LearnedSchedule"/>.</param>
public sealed record LearnedScheduleBound(double FirstBeta = 1e-4, int Bumps = 16) : Objective
{
    /// <summary>
    /// The width of a level of brightness, in data units: data get uniform noise of this width, so that what is bounded is the likelihood of the
    /// levels and not a density that could grow without limit. 2/255 for images of 256 levels, 0 for data that are continuous.
    /// </summary>
    public double LevelWidth { get; init; } = 2.0 / 255;

    /// <summary>The schedule learns this many times as fast as the network: it has few parameters, and each is told about by every image.</summary>
    public double Rate { get; init; } = 10;

    /// <summary>Whether the network says the variance of the reverse step, as in the paper; otherwise it is the smallest.</summary>
    public bool LearnedVariance { get; init; } = true;

    /// <inheritdoc/>
    [JsonIgnore]
    public override bool LearnsVariance => LearnedVariance;

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The model's path is not a table of steps.</exception>
    public override ObjectiveRun Start(DiffusionModel model, DiffusionModel? teacher = null)
    {
        var path = model.Path as DiscretePath ?? throw new ArgumentException(
            $"learned schedule: expected a path of kind discrete; got {model.Path.GetType().Name}. Set path to discrete, or choose another objective.", nameof(model));
        return new LearnedScheduleRun(model, new(path, FirstBeta, Bumps), LevelWidth, Rate);
    }
}
