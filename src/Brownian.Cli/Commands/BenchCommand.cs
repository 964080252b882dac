using System.CommandLine;
using Brownian.Cli.Bench;
using Brownian.Cli.Terminals;
using static TorchSharp.torch;

namespace Brownian.Cli.Commands;

/// <summary>How fast this machine is, and how much of that the networks reach.</summary>
internal sealed class BenchCommand : BrownianCommand
{
    private readonly Option<double> seconds = new("--seconds") { Description = "Measure each line for about this long.", HelpName = "S", DefaultValueFactory = _ => 2 };
    private readonly Option<int> batch = new("--batch") { Description = "Images at once in the network's lines.", HelpName = "N", DefaultValueFactory = _ => 8 };
    private readonly Option<string?> precision = SharedOptions.Precision();
    private readonly Option<bool> json = SharedOptions.Json();

    public BenchCommand(Terminal terminal)
        : base(terminal, "bench", "Measure this machine's peak, and how much of it the DDPM network for CIFAR-10 reaches.")
    {
        AddAll(batch, seconds, precision, json);
        Examples = ["brownian bench", "brownian bench --precision bfloat16 --json"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var types = parse.GetValue(precision) switch
        {
            "float32" => [ScalarType.Float32],
            "bfloat16" => [ScalarType.BFloat16],
            _ => new[] { ScalarType.Float32, ScalarType.BFloat16 },
        };
        var asJson = parse.GetValue(json);
        var lines = new List<Measurement>();
        foreach (var type in types)
        {
            foreach (var line in Measure(type, parse.GetValue(batch), parse.GetValue(seconds), cancellation))
            {
                lines.Add(line);
                if (!asJson)
                {
                    Print(line);
                }
            }
        }

        if (asJson)
        {
            Terminal.Out.WriteLine(Json.Of(new { processors = Environment.ProcessorCount, threads = get_num_threads(), measurements = lines }));
        }

        return ExitCode.Ok;
    }

    private static IEnumerable<Measurement> Measure(ScalarType type, int batch, double seconds, CancellationToken cancellation)
    {
        var budget = TimeSpan.FromSeconds(seconds);
        var peaks = Workloads.Peak(type, budget, cancellation);
        foreach (var line in peaks)
        {
            yield return line;
        }

        var peak = peaks.Max(line => line.GigaflopsPerSecond);
        foreach (var images in new[] { 1, batch }.Distinct())
        {
            yield return OfPeak(Workloads.Forward(type, images, budget, cancellation));
        }

        yield return OfPeak(Workloads.TrainingStep(type, batch, budget, cancellation));

        Measurement OfPeak(Measurement line) => line with { OfPeak = line.GigaflopsPerSecond / peak };
    }

    private void Print(Measurement line) => Terminal.Out.WriteLine(
        $"{line.Name,-30} {line.Precision,-9} {(line.Milliseconds is { } time ? $"{time:0.0} ms" : ""),12} {line.GigaflopsPerSecond,8:0} GFLOP/s{(line.OfPeak is { } part ? $"  {part:0%} of peak" : "")}");
}
