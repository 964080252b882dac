using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Checkpoints;

/// <summary>A tensor that is made when it is written: a file of any size is converted in the memory of its largest tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type of its numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Make">Makes it; whoever asks owns it.</param>
internal sealed record TensorSource(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, Func<Tensor> Make)
{
    /// <summary>The size in bytes.</summary>
    public long Bytes => Shape.Aggregate((long)Type.Bytes, (product, size) => product * size);

    /// <summary>A tensor that there is.</summary>
    public static TensorSource Of(string name, Tensor tensor) => new(name, SafetensorsType.Of(tensor.dtype), tensor.shape, () => tensor.alias());

    /// <summary>The same tensor in another type, if its numbers are real.</summary>
    public TensorSource In(ScalarType? type)
    {
        if (type is not { } wanted || Type.ScalarType is not (torch.ScalarType.Float32 or torch.ScalarType.Float64 or torch.ScalarType.Float16 or torch.ScalarType.BFloat16))
        {
            return this;
        }

        return this with
        {
            Type = SafetensorsType.Of(wanted),
            Make = () =>
            {
                using var scope = NewDisposeScope();
                return Make().to(wanted).alias().MoveToOuterDisposeScope();
            },
        };
    }
}
