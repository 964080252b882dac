using static TorchSharp.torch;

namespace Brownian.Tasks;

/// <summary>One step of a generation that was just made. The tensors are borrowed: they live until the callback returns.</summary>
/// <param name="First">The number of the batch's first sample.</param>
/// <param name="Step">The step's number in its batch, from 1.</param>
/// <param name="Steps">Steps of a batch.</param>
/// <param name="Level">The level reached.</param>
/// <param name="Xt">The data at that level, [N, …].</param>
/// <param name="X0">The data predicted in the step, [N, …], in data units: the live preview. It costs no network call.</param>
public readonly record struct GenerateStep(int First, int Step, int Steps, NoiseLevel Level, Tensor Xt, Tensor X0);
