using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Brownian.Cli.Tests;

/// <summary>Tests run side by side and their tensors are tiny: threads of libtorch would only wait for each other.</summary>
internal static class OneThread
{
#pragma warning disable CA2255 // before any test
    [ModuleInitializer]
    internal static void Set()
    {
        // The first is for the processes that tests start; it does not reach this one's libgomp.
        Environment.SetEnvironmentVariable("OMP_NUM_THREADS", "1");
        Runtime.TorchRuntime.EnsureLoaded();
        set_num_threads(1);
    }
#pragma warning restore CA2255
}
