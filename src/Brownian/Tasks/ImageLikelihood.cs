using Brownian.Likelihood;

namespace Brownian.Tasks;

/// <summary>How likely one image is.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Nats">log P(image) in nats, uniform noise included: on average not above the true one.</param>
/// <param name="BitsPerDimension">−log₂ P(image) by the numbers of an image.</param>
/// <param name="Draws">log P(image) in nats by each repeat's mean, or each probe where there is one repeat.</param>
/// <param name="Evaluations">Network calls that the image took part in.</param>
public sealed record ImageLikelihood(int Index, Estimate Nats, Estimate BitsPerDimension, IReadOnlyList<double> Draws, int Evaluations);
