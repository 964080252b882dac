namespace Brownian.Samplers;

/// <summary>A number by which samplers are set from a file or a command line.</summary>
/// <param name="Name">Its name, such as "snr".</param>
/// <param name="Summary">One line for people.</param>
/// <param name="Set">A sampler with this number; null if it has no such setting.</param>
internal sealed record SamplerOption(string Name, string Summary, Func<Sampler, double, Sampler?> Set);
