using System.CommandLine;
using Brownian.Cli.Live;
using Brownian.Cli.Terminals;
using Brownian.Verification;

namespace Brownian.Cli.Commands;

/// <summary>Computes again what reference implementations computed, and compares.</summary>
internal sealed class VerifyCommand : BrownianCommand
{
    private readonly Argument<string> folder = new("FOLDER") { Description = "Golden cases: folders with case.json and io.safetensors, scheduler files (*.json)." };
    private readonly Option<bool> allowUnsupported = new("--allow-unsupported") { Description = "Succeed even if a case is of a kind that is not implemented." };
    private readonly Option<bool> json = SharedOptions.Json();

    public VerifyCommand(Terminal terminal)
        : base(terminal, "verify", "Run the golden cases of reference implementations and compare number by number.")
    {
        AddAll(folder, allowUnsupported, json);
        Examples = ["brownian verify golden/", "brownian verify golden/unet2d_classcond --json"];
    }

    protected override int Run(ParseResult parse, CancellationToken cancellation)
    {
        var (path, asJson) = (parse.GetValue(folder)!, parse.GetValue(json));
        if (!Directory.Exists(path) && !File.Exists(path))
        {
            throw new UsageException($"verify: expected a folder with golden cases; {path} does not exist.");
        }

        var results = new List<CaseResult>();
        foreach (var result in GoldenFolder.Run(path))
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(result);
            if (!asJson)
            {
                Terminal.Out.WriteLine(Line(result));
            }
            else
            {
                Terminal.Say($"{result.Outcome.ToString().ToLowerInvariant()} {result.Name}");
            }
        }

        if (results.Count == 0)
        {
            throw new UsageException($"verify: there are no golden cases (case.json, scheduler *.json) under {path}.");
        }

        return Close(results, asJson, parse.GetValue(allowUnsupported));
    }

    private int Close(List<CaseResult> results, bool asJson, bool unsupportedIsFine)
    {
        var passed = results.Count(r => r.Outcome == CaseOutcome.Pass);
        var unsupported = results.Count(r => r.Outcome == CaseOutcome.Unsupported);
        var failed = results.Count - passed - unsupported;
        Terminal.Out.WriteLine(asJson
            ? Json.Of(new { passed, failed, unsupported, cases = results.Select(Entry) })
            : $"{Words.Counted(results.Count, "case")}: {passed} passed, {failed} failed, {unsupported} unsupported");
        return failed == 0 && (unsupported == 0 || unsupportedIsFine) ? ExitCode.Ok : ExitCode.Failed;
    }

    private string Line(CaseResult result)
    {
        var word = result.Outcome.ToString().ToLowerInvariant();
        var colour = result.Outcome switch { CaseOutcome.Pass => 32, CaseOutcome.Fail => 31, _ => 33 };
        var verdict = Terminal is { OutIsTerminal: true, Colour: true } ? $"\e[{colour}m{word}\e[0m" : word;
        var numbers = $"abs {Number(result.MaxAbsolute)}  rel {Number(result.MaxRelative)}  tol {Number(result.Tolerance)}";
        var why = result.Outcome == CaseOutcome.Fail ? $"  {result.Detail}" : "";
        return $"{result.Name,-56} {result.Kind,-36}  {numbers}  {verdict}{why}";
    }

    private static string Number(double value) => double.IsNaN(value) ? "-      " : $"{value:0.0e+00}";

    private static object Entry(CaseResult result) => new
    {
        result.Name,
        result.Kind,
        max_absolute = Known(result.MaxAbsolute),
        max_relative = Known(result.MaxRelative),
        tolerance = Known(result.Tolerance),
        result.Outcome,
        result.Detail,
    };

    // JSON has no NaN.
    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
