using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>Data of one optimizer step.</summary>
/// <param name="X0">Clean data, [N, …], float32 in [−1, 1].</param>
/// <param name="Condition">What the network is told about it; null for nothing.</param>
public readonly record struct TrainingBatch(Tensor X0, Condition? Condition = null);
