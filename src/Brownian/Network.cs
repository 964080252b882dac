using static TorchSharp.torch;

namespace Brownian;

/// <summary>
/// A network knows tensors, not diffusion: <c>forward(input, label, condition)</c> takes the input, [N, …], what it is told about the
/// noise, [N], and an optional condition, and returns [N, …] in float32.
/// </summary>
public abstract class Network(string name) : nn.Module<Tensor, Tensor, Condition?, Tensor>(name)
{
    /// <summary>
    /// The type in which convolutions and matrix products compute, chosen at run time: float32, or bfloat16 with parameters, norms and
    /// softmax kept in float32.
    /// </summary>
    public virtual ScalarType ComputeType { get; set; } = ScalarType.Float32;

    /// <summary>
    /// Where dropout takes its randomness from. A trainer sets a stream named by the step before each step, so that a resumed run drops
    /// the same features; networks without dropout never read it. On a GPU each dropout starts the GPU's own stream anew, at a number from here:
    /// draw your own numbers there from another.
    /// </summary>
    public virtual RandomStream? DropoutNoise { get; set; }
}
