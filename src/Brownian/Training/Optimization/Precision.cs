namespace Brownian.Training;

/// <summary>In what a network computes while it is trained. Parameters, averages and the optimizer are float32 always.</summary>
public enum Precision
{
    /// <summary>bfloat16 where the machine multiplies it in hardware, float32 elsewhere.</summary>
    Auto,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>bfloat16 for convolutions and matrix products; norms, softmax and sums in float32.</summary>
    Bfloat16,
}
