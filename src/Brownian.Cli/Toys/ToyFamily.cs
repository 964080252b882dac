using Brownian.Objectives;
using Brownian.Parameterizations;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Cli.Toys;

/// <summary>A family of models at the size of a plane: its path, what the network outputs, what is minimised, and how it is sampled.</summary>
/// <param name="Title">For pictures.</param>
/// <param name="Path">The forward process.</param>
/// <param name="Output">What the network outputs.</param>
/// <param name="Objective">What is minimised.</param>
internal sealed record ToyFamily(string Title, GaussianPath Path, Parameterization Output, Objective Objective)
{
    /// <summary>The deterministic sampler.</summary>
    public Sampler Flow { get; init; } = new Heun();

    /// <summary>The levels of the deterministic sampler.</summary>
    public ISpacing FlowSpacing { get; init; } = new Linspace();

    /// <summary>The random sampler.</summary>
    public Sampler Walk { get; init; } = new Ancestral();

    /// <summary>The levels of the random sampler.</summary>
    public ISpacing WalkSpacing { get; init; } = new Linspace();

    /// <summary>Steps of the random sampler.</summary>
    public int WalkSteps { get; init; } = 250;

    /// <summary>The family of this name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ToyFamily Find(string name) => name switch
    {
        "ddpm" => new("DDPM", DiscretePath.Linear(), new PredictEpsilon(), Denoising(new UniformStep())),
        "ncsn" => new("NCSN", new SigmaTable(4, 0.01, 40), new PredictEpsilon(), Denoising(new UniformStep()))
        {
            FlowSpacing = new Exponential(),
            Walk = new AnnealedLangevin(),
            WalkSpacing = new Exponential(),
            WalkSteps = 40,
        },
        "vp" => new("VP SDE", new VariancePreserving(), new PredictEpsilon(), Denoising(new UniformTime())),
        "subvp" => new("sub-VP SDE", new SubVariancePreserving(), new PredictEpsilon(), Denoising(new UniformTime())),
        "ve" => new("VE SDE", new VarianceExploding(0.01, 8), new PredictEpsilon(), Denoising(new UniformTime())),
        "edm" => new("EDM", new EdmPath(0.002, 20), new PredictEdm(ToyData.Deviation), Denoising(new LogNormalSigma(-1.2, 1.4)))
        {
            FlowSpacing = new Karras(),
            WalkSpacing = new Karras(),
        },
        "flow" => new("rectified flow", new RectifiedFlow(), new PredictFlow(), Denoising(new UniformTime())),
        "diffusion2015" => new("Sohl-Dickstein 2015", new DiscretePath(new(BetaShape.Harmonic), 200), new PredictEpsilon(), new LearnedScheduleBound(1e-4) { LevelWidth = 0 })
        {
            Walk = new Ancestral(ReverseVariance.Learned),
            WalkSteps = 200,
        },
        _ => throw new UsageException($"--family: expected {string.Join(", ", KnownNames.ToyFamilies)}; got {name}."),
    };

    private static DenoisingObjective Denoising(TimeDistribution times) => new(times, new UniformWeight());
}
