using static TorchSharp.torch;

namespace Brownian.Cli.Toys;

/// <summary>A distribution in the plane whose density is known at every noise level. Its standard deviation is about that of images, 0.5.</summary>
internal abstract class ToyData
{
    /// <summary>What its numbers deviate by: what "unit variance" means for networks and pictures.</summary>
    public const double Deviation = 0.5;

    /// <summary>Draws points, [count, 2] float32.</summary>
    public abstract Tensor Draw(int count, RandomStream random);

    /// <summary>log p_t(x) of noisy points, nats, [N].</summary>
    /// <param name="x">[N, 2].</param>
    /// <param name="at">The noise level; (1, 0) for the data themselves.</param>
    public abstract Tensor LogDensity(Tensor x, NoiseLevel at);

    /// <summary>A set by its name.</summary>
    /// <exception cref="UsageException">There is none.</exception>
    public static ToyData Find(string name) => name switch
    {
        "moons" => PointCloud.Moons(),
        "swissroll" => PointCloud.SwissRoll(),
        "mixture" => PointCloud.Mixture(),
        "checkerboard" => new Checkerboard(),
        _ => throw new UsageException($"--data: expected {string.Join(", ", KnownNames.Toys)}; got {name}."),
    };
}
