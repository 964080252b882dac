using static TorchSharp.torch;

namespace Brownian.Evaluation;

/// <summary>What <see cref="InceptionV3"/> says about images.</summary>
/// <param name="Features">[N, 2048]: for the Fréchet and kernel distances, precision and recall.</param>
/// <param name="Logits">[N, 1008].</param>
/// <param name="Unbiased">The logits without their offset, [N, 1008]: what the inception score is defined on.</param>
public sealed record InceptionOutput(Tensor Features, Tensor Logits, Tensor Unbiased);
