using System.CommandLine;
using System.CommandLine.Parsing;

namespace Brownian.Cli;

/// <summary>What is said where a number was expected and something else came, in place of the parser's words, which have a type of .NET in them.</summary>
internal static class WrongNumber
{
    private static readonly Dictionary<Type, (string Expected, Func<string, bool> Reads)> Kinds = new()
    {
        [typeof(double)] = ("a number", text => double.TryParse(text, out _)),
        [typeof(int)] = ("a whole number", text => int.TryParse(text, out _)),
        [typeof(long)] = ("a whole number", text => long.TryParse(text, out _)),
        [typeof(ulong)] = ("a whole number of at least 0", text => ulong.TryParse(text, out _)),
    };

    /// <summary>The message; null for errors of other kinds.</summary>
    public static string? Of(ParseError error) => error.SymbolResult switch
    {
        OptionResult option => Of(option.Option, option),
        ArgumentResult { Parent: OptionResult option } => Of(option.Option, option),
        _ => null,
    };

    private static string? Of(Option option, OptionResult result) =>
        Kinds.TryGetValue(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType, out var kind)
        && result.Tokens.FirstOrDefault(token => !kind.Reads(token.Value)) is { } wrong
            ? $"{option.Name}: expected {kind.Expected}; got {wrong.Value}."
            : null;
}
