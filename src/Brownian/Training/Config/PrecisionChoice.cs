using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Training;

/// <summary>From a <see cref="Precision"/> to the type that a network computes in on this machine.</summary>
internal static class PrecisionChoice
{
    /// <summary>The type; <see cref="Precision.Auto"/> takes bfloat16 where the device has instructions for it.</summary>
    public static ScalarType TypeOn(this Precision precision, Device device) => precision switch
    {
        Precision.Bfloat16 => ScalarType.BFloat16,
        Precision.Float32 => ScalarType.Float32,
        _ => device.type != DeviceType.CPU || ProcessorHasBfloat16() ? ScalarType.BFloat16 : ScalarType.Float32,
    };

    /// <summary>What <see cref="Precision.Auto"/> means on this device.</summary>
    public static Precision Settled(this Precision precision, Device device) =>
        precision.TypeOn(device) == ScalarType.BFloat16 ? Precision.Bfloat16 : Precision.Float32;

    // Intel's CPUID: leaf 7.1 EAX bit 5 is AVX512_BF16, leaf 7.0 EDX bit 22 is AMX-BF16.
    private static bool ProcessorHasBfloat16() =>
        X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7
        && ((X86Base.CpuId(7, 1).Eax & (1 << 5)) != 0 || (X86Base.CpuId(7, 0).Edx & (1 << 22)) != 0);
}
