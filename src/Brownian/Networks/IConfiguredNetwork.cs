namespace Brownian.Networks;

/// <summary>A network that can be saved and made again: it knows its shape as a value.</summary>
public interface IConfiguredNetwork
{
    /// <summary>The shape.</summary>
    NetworkConfig Config { get; }
}
