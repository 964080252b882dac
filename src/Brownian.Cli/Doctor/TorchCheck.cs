using Brownian.Runtime;
using TorchSharp;

namespace Brownian.Cli.Doctor;

/// <summary>libtorch: whether it loads and computes, its threads, and GPUs.</summary>
internal static class TorchCheck
{
    private const string Name = "libtorch";

    public static Finding LibTorch()
    {
        try
        {
            TorchRuntime.EnsureLoaded();
            using var scope = torch.NewDisposeScope();
            var sum = torch.ones(3, 4).matmul(torch.ones(4, 2)).sum().item<float>();
            var detail = $"{torch.__version__}, {TorchRuntime.Explanation}; from {TorchRuntime.LibTorchFolder?.TrimEnd('/') ?? "the system's search path"}";
            return sum == 24f
                ? new(Name, Verdict.Ok, detail)
                : new(Name, Verdict.Fail, $"{detail}; but a matrix product gave {sum} instead of 24", "The native files are damaged: delete the NuGet cache folder of libtorch and restore again.");
        }
        catch (Exception e)
        {
            return new(Name, Verdict.Fail, FailureText.Of(e));
        }
    }

    public static Finding Threads()
    {
        var (cores, threads) = (Environment.ProcessorCount, torch.get_num_threads());
        var detail = $"{threads} for {cores} cores";
        if (Load() is { } load && load > cores + 0.5)
        {
            return new("threads", Verdict.Warn, $"{detail}; {load:0.0} programs compete for them", "Other programs are busy: everything will be slower than measured elsewhere.");
        }

        return threads < cores
            ? new("threads", Verdict.Warn, detail, "Fewer threads than cores: unset OMP_NUM_THREADS to use them all.")
            : new("threads", Verdict.Ok, detail);
    }

    public static Finding Gpu()
    {
        if (torch.cuda_is_available())
        {
            return new("gpu", Verdict.Ok, $"{torch.cuda.device_count()} CUDA device(s); used unless --device cpu is given");
        }

        return Directory.Exists("/proc/driver/nvidia") || File.Exists("/dev/nvidia0")
            ? new("gpu", Verdict.Warn, "an NVIDIA GPU is here, but this libtorch is built for processors only",
                "Install PyTorch 2.10 for CUDA and set BROWNIAN_LIBTORCH to its torch/lib folder.")
            : new("gpu", Verdict.Ok, "none; everything runs on the processor");
    }

    private static double? Load() =>
        File.Exists("/proc/loadavg") ? double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0]) : null;
}
