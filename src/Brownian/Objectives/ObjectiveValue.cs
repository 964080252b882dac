using static TorchSharp.torch;

namespace Brownian.Objectives;

/// <summary>What an objective measured on one batch.</summary>
/// <param name="Losses">Loss of each sample, [N]; differentiable.</param>
/// <param name="Levels">The noise level of each sample, N of them.</param>
public readonly record struct ObjectiveValue(Tensor Losses, IReadOnlyList<NoiseLevel> Levels);
