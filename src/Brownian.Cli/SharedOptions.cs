using System.CommandLine;
using System.CommandLine.Parsing;

namespace Brownian.Cli;

/// <summary>One option has one name and one meaning everywhere.</summary>
internal static class SharedOptions
{
    public static Option<string?> Out(string description) => new("--out", "-o") { Description = description, HelpName = "PATH" };

    public static Option<ulong> Seed(string description = "What all randomness is drawn from; the same seed gives the same result.") =>
        new("--seed") { Description = description, HelpName = "N", DefaultValueFactory = _ => 0 };

    public static Option<int?> Steps(string description)
    {
        var option = new Option<int?>("--steps") { Description = description, HelpName = "N" };
        option.Validators.Add(result => Positive(result, option.Name));
        return option;
    }

    public static Option<double?> Minutes(string description)
    {
        var option = new Option<double?>("--minutes") { Description = description, HelpName = "M" };
        option.Validators.Add(result => Positive(result, option.Name));
        return option;
    }

    public static Option<string?> Resume() => new("--resume") { Description = "Go on with this run, exactly where it stopped.", HelpName = "RUN" };

    public static Option<string> Device() =>
        new("--device") { Description = "cpu, cuda or cuda:N; auto takes a GPU where libtorch finds one.", HelpName = "NAME", DefaultValueFactory = _ => "auto" };

    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON." };

    public static Option<bool> Quiet() => new("--quiet", "-q") { Description = "No progress on standard error." };

    public static Option<bool> Force() => new("--force") { Description = "Overwrite what is there." };

    public static Option<string?> Precision() =>
        new Option<string?>("--precision")
        {
            Description = "float32, or bfloat16 (master weights, norms and softmax stay float32).",
            HelpName = "TYPE",
        }.AcceptOnly("float32", "bfloat16");

    public static Option<string?> StorageType() =>
        new Option<string?>("--dtype") { Description = "The type of the numbers that are written: fp16, bf16 or fp32; as they are if left out.", HelpName = "TYPE" }
            .AcceptOnly("fp16", "bf16", "fp32");

    public static Option<string?> Prediction() =>
        new Option<string?>("--prediction") { Description = "What Stable Diffusion's UNet outputs, epsilon or v; concluded from the file if left out.", HelpName = "NAME" }
            .AcceptOnly("epsilon", "v");

    public static Option<string?> DataFolder() =>
        new("--data-dir") { Description = "Where local copies of the named data sets lie.", HelpName = "DIR" };

    public static Option<string?> Probe() =>
        new Option<string?>("--probe") { Description = "What probes are: rademacher (the surer) or gaussian.", HelpName = "NAME" }.AcceptOnly("rademacher", "gaussian");

    public static Option<string?> Bins() =>
        new Option<string?>("--bins") { Description = "The bins of the bytes: centred on their values, or score-sde's.", HelpName = "NAME" }.AcceptOnly("centred", "score-sde");

    /// <summary>Takes, and completes, these words only.</summary>
    public static T AcceptOnly<T>(this T option, params string[] values)
        where T : Option
    {
        option.CompletionSources.Add(values);
        option.Validators.Add(result => OneOf(values, result, option.Name));
        return option;
    }

    /// <inheritdoc cref="AcceptOnly{T}(T, string[])"/>
    public static void AcceptOnly(this Argument<string> argument, params string[] values)
    {
        argument.CompletionSources.Add(values);
        argument.Validators.Add(result => OneOf(values, result, argument.Name));
    }

    private static void OneOf(string[] values, SymbolResult result, string name)
    {
        foreach (var token in result.Tokens.Where(token => !values.Contains(token.Value, StringComparer.Ordinal)))
        {
            result.AddError($"{name}: expected {string.Join(", ", values[..^1])} or {values[^1]}; got {token.Value}.");
        }
    }

    private static void Positive(OptionResult result, string name)
    {
        if (result.Tokens is [var token] && double.TryParse(token.Value, out var value) && !(value > 0))
        {
            result.AddError($"{name}: expected a number above 0; got {token.Value}.");
        }
    }
}
