using Brownian.Checkpoints;
using Brownian.Paths;
using Brownian.Samplers;
using Brownian.Spacing;

namespace Brownian.Tasks;

/// <summary>Which levels a run of a latent diffusion pipeline visits, and by which method.</summary>
/// <param name="Strength">How much of the process is run; below 1 it begins in the middle.</param>
/// <param name="Schedule">The levels, without those that the strength leaves out.</param>
/// <param name="Sampler">The method.</param>
internal sealed record LatentWalk(double Strength, NoiseSchedule Schedule, Sampler Sampler)
{
    private const double UsualStrength = 0.8;

    /// <summary>The walk of a request.</summary>
    public static LatentWalk Of(LatentBundle bundle, DrawRequest request)
    {
        var (path, strength) = (bundle.Model.Path, StrengthOf(request));
        var sampler = request.Sampler ?? bundle.Scheduler.Sampler;
        sampler = request.Eta is { } eta && sampler is Ddim ddim ? ddim with { Eta = eta } : sampler;
        var whole = (request.Spacing ?? bundle.Scheduler.Spacing).Levels(path, request.Steps);
        var begins = bundle.Kind is LatentKind.Plain or LatentKind.Filling && request.Image is not null;
        var skipped = begins ? request.Steps - Math.Min((int)(request.Steps * strength), request.Steps) : 0;
        return request.AsDiffusers && skipped > 0 && sampler is Pndm { Warmup: PndmStart.Heun } pndm && path is DiscretePath table
            ? Detoured(strength, whole, skipped, pndm, table)
            : new(strength, whole.From(skipped), sampler);
    }

    /// <summary>The strength of a request: that of its kind where it says none.</summary>
    public static double StrengthOf(DrawRequest request) => request.Strength ?? (request.Mask is null ? UsualStrength : 1);

    // diffusers' list has an entry more than there are levels: what is left out of it begins one level earlier, and passes one over.
    private static LatentWalk Detoured(double strength, NoiseSchedule whole, int skipped, Pndm pndm, DiscretePath table)
    {
        var schedule = skipped == 1 ? whole.From(1) : new(table, [whole[skipped - 1], .. whole.Skip(skipped + 1)]);
        return new(strength, schedule, pndm with { Detour = PndmDetour.Of(table, schedule[0], whole[skipped], whole.Steps) });
    }
}
