using Brownian.Cli.Live;
using TorchSharp;

namespace Brownian.Cli.Samples;

/// <summary>--device and --precision as libtorch's words.</summary>
internal static class Devices
{
    /// <param name="name">auto, cpu, cuda or cuda:N.</param>
    /// <exception cref="UsageException">Another name, or a GPU that is not there.</exception>
    public static torch.Device Of(string name)
    {
        if (name is "cpu" || (name is "auto" && !torch.cuda_is_available()))
        {
            return torch.CPU;
        }

        var index = name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out var number) ? number : 0;
        if (name is not ("auto" or "cuda") && name != $"cuda:{index}")
        {
            throw new UsageException($"--device: expected auto, cpu, cuda or cuda:N; got {name}.");
        }

        var count = torch.cuda_is_available() ? torch.cuda.device_count() : 0;
        return index < count
            ? new torch.Device(DeviceType.CUDA, index)
            : throw new UsageException($"--device {name}: libtorch sees {Words.Counted(count, "GPU")}. Run `{ProgramName.Call} doctor`, or use --device cpu.");
    }

    /// <param name="name">float32 or bfloat16.</param>
    public static torch.ScalarType Precision(string? name) => name is "bfloat16" ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
}
