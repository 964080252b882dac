using System.CommandLine;
using Brownian.Checkpoints;
using Brownian.Cli.Samples;
using Brownian.Ode;
using TorchSharp;

namespace Brownian.Cli.Likelihoods;

/// <summary>The options that the commands share that follow the probability flow.</summary>
internal sealed class MeasurementOptions
{
    public Option<string?> Class { get; } = new("--class") { Description = "The images' class by name or number; any class if left out.", HelpName = "NAME" };

    public Option<double> RelativeTolerance { get; } =
        new("--rtol") { Description = "What the solver may err by in a step, relative to each number.", HelpName = "R", DefaultValueFactory = _ => 1e-5 };

    public Option<double> AbsoluteTolerance { get; } =
        new("--atol") { Description = "The same, absolute.", HelpName = "A", DefaultValueFactory = _ => 1e-5 };

    public Option<bool> Raw { get; } = new("--raw") { Description = "The weights as trained, not their average." };

    public Option<string> Device { get; } = SharedOptions.Device();

    /// <summary>The solver that was asked for.</summary>
    public AdaptiveSteps Solver(ParseResult parse)
    {
        var (relative, absolute) = (parse.GetValue(RelativeTolerance), parse.GetValue(AbsoluteTolerance));
        return relative >= 1e-12 && absolute >= 0
            ? new() { RelativeTolerance = relative, AbsoluteTolerance = absolute }
            : throw new UsageException($"--rtol, --atol: expected at least 1e-12 and 0; got {relative} and {absolute}.");
    }

    /// <summary>The model of a folder, on the device that was asked for.</summary>
    public ModelBundle Load(ParseResult parse, string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new UsageException($"there is no folder {folder}. Give a run folder or a diffusers folder.");
        }

        var bundle = ModelBundle.Load(folder, parse.GetValue(Raw));
        bundle.Model.Network.to(Devices.Of(parse.GetValue(Device)!));
        return bundle;
    }

    /// <summary>A whole number above 0, or an error that names the option.</summary>
    public static int Positive(ParseResult parse, Option<int> option)
    {
        var value = parse.GetValue(option);
        return value > 0 ? value : throw new UsageException($"{option.Name}: expected a number above 0; got {value}.");
    }
}
