using Brownian.Checkpoints;
using Brownian.Tasks;
using static TorchSharp.torch;

namespace Brownian.Cli.Likelihoods;

/// <summary>One way to a likelihood.</summary>
internal interface ILikelihoodMethod
{
    /// <summary>Measures images, [N, C, H, W] in [−1, 1].</summary>
    /// <param name="bundle">The model.</param>
    /// <param name="images">Borrowed.</param>
    /// <param name="request">How.</param>
    /// <param name="onCall">Told the number of the batch's first image, and the network calls until now.</param>
    /// <param name="cancellation">Stops it.</param>
    IEnumerable<ImageLikelihood> Run(ModelBundle bundle, Tensor images, LikelihoodRequest request, Action<int, int> onCall, CancellationToken cancellation);

    /// <summary>One line that says what was computed.</summary>
    string Describe(LikelihoodRequest request);
}
