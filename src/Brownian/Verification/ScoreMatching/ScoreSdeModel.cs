using System.Text.Json;
using Brownian.Checkpoints.Foreign;
using Brownian.Parameterizations;
using Brownian.Paths;

namespace Brownian.Verification.ScoreMatching;

/// <summary>Score SDE's continuously trained networks in our terms.</summary>
internal static class ScoreSdeModel
{
    /// <summary>The SDE of a configuration.</summary>
    public static ContinuousPath Path(JsonElement config)
    {
        var model = config.Section("model");
        return Path(config.Section("training").Text("sde", "vpsde"), model.Double("beta_min", 0.1), model.Double("beta_max", 20),
            model.Double("sigma_min", 0.01), model.Double("sigma_max", 50));
    }

    /// <summary>The SDE of a run, which may have other numbers than its configuration.</summary>
    public static ContinuousPath Path(JsonElement run, ContinuousPath otherwise)
    {
        var arguments = run.Section("sde_args");
        return run.Text("sde", string.Empty) is { Length: > 0 } name
            ? Path(name, arguments.Double("beta_0", 0.1), arguments.Double("beta_1", 20), arguments.Double("sigma_min", 0.01), arguments.Double("sigma_max", 50))
            : otherwise;
    }

    /// <summary>What the network outputs on a path.</summary>
    public static Parameterization Output(ContinuousPath path) => path is VarianceExploding
        ? new PredictScore { Told = NoiseLabel.Sigma }
        : new PredictEpsilon { TimeScale = 999 };

    private static ContinuousPath Path(string name, double betaMin, double betaMax, double sigmaMin, double sigmaMax) => name.ToLowerInvariant() switch
    {
        "vpsde" => new VariancePreserving(betaMin, betaMax),
        "subvpsde" => new SubVariancePreserving(betaMin, betaMax),
        "vesde" => new VarianceExploding(sigmaMin, sigmaMax),
        _ => throw new ArgumentException($"sde: expected vpsde, subvpsde or vesde; got \"{name}\"."),
    };
}
