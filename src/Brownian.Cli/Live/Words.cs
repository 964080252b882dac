namespace Brownian.Cli.Live;

/// <summary>Quantities as people read them.</summary>
internal static class Words
{
    public static string Duration(double seconds) => seconds switch
    {
        < 1 => $"{seconds:0.00} s",
        < 90 => $"{seconds:0} s",
        < 5400 => $"{(int)seconds / 60}:{(int)seconds % 60:00} min",
        _ => $"{(int)seconds / 3600}:{(int)seconds / 60 % 60:00} h",
    };

    public static string Bytes(double bytes) => bytes switch
    {
        < 1024 => $"{bytes:0} B",
        < 1024 * 1024 => $"{bytes / 1024:0.0} KB",
        < 1024 * 1024 * 1024 => $"{bytes / 1024 / 1024:0.0} MB",
        _ => $"{bytes / 1024 / 1024 / 1024:0.00} GB",
    };

    /// <summary>1234567 as 1.23 M.</summary>
    public static string Count(double count) => count switch
    {
        < 10_000 => $"{count:0}",
        < 1e6 => $"{count / 1e3:0.0} k",
        < 1e9 => $"{count / 1e6:0.00} M",
        _ => $"{count / 1e9:0.00} G",
    };

    /// <summary>So many of something: 1 picture, 2 pictures.</summary>
    public static string Counted(long count, string noun) => $"{count} {Noun(count, noun)}";

    /// <summary>The same with a short number: 1.23 M images.</summary>
    public static string CountedShort(double count, string noun) => $"{Count(count)} {Noun(count, noun)}";

    /// <summary>A number with its error, both with so many digits after the point; without the error where it is not known.</summary>
    public static string Estimate(Likelihood.Estimate value, int digits)
    {
        var format = "0." + new string('0', digits);
        return double.IsNaN(value.Error) ? value.Mean.ToString(format) : $"{value.Mean.ToString(format)} ± {value.Error.ToString(format)}";
    }

    /// <summary>Three digits, however small.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e5 or < 1e-3 => $"{value:0.00e+0}",
        >= 100 => $"{value:0}",
        >= 1 => $"{value:0.00}",
        _ => $"{value:0.0000}",
    };

    /// <summary>A name of several words, apart and in lower case.</summary>
    public static string Spaced(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? " " + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));

    private static string Noun(double count, string noun) => count == 1 ? noun : noun + "s";
}
