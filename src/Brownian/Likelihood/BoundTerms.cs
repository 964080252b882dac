namespace Brownian.Likelihood;

/// <summary>The variational bound of one image, term by term, in bits per dimension. The sum bounds −log₂ p(image)/dimensions from above.</summary>
/// <param name="Prior">What the noise at the start still tells of the image; no training changes it.</param>
/// <param name="Steps">One term a step, the noisiest first; the last is the reconstruction of the 8-bit pixels.</param>
/// <param name="X0Errors">Mean squared error of x̂0 in each step, in data units.</param>
/// <param name="EpsilonErrors">Mean squared error of ε̂ in each step.</param>
public sealed record BoundTerms(
    double Prior, IReadOnlyList<double> Steps, IReadOnlyList<double> X0Errors, IReadOnlyList<double> EpsilonErrors)
{
    /// <summary>The bound.</summary>
    public double Total => Prior + Steps.Sum();

    /// <summary>The last step's term: the pixels, given an image that is almost without noise.</summary>
    public double Reconstruction => Steps[^1];
}
