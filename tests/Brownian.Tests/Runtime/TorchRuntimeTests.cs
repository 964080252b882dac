using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Tests.Runtime;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Libtorch_is_loaded_before_the_first_tensor_and_says_how()
    {
        using var sum = ones(3).sum();
        Assert.Equal(3f, sum.item<float>());
        Assert.NotEqual(TorchLoadMode.None, TorchRuntime.Mode);
        Assert.StartsWith("loaded", TorchRuntime.Explanation);
    }

    [Fact]
    public void The_shipped_library_needs_only_the_two_relaxations_that_are_known_to_be_safe()
    {
        var folder = NativeFolders.Find("libLibTorchSharp.so");
        Assert.SkipWhen(folder is null, "no Linux build of TorchSharp's native library here");
        var original = File.ReadAllBytes(Path.Combine(folder!, "libLibTorchSharp.so"));
        var relaxed = original.ToArray();

        var changes = ElfCompat.Relax(relaxed);

        Assert.Equal(
            [
                "symbol _ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE: GLIBCXX_3.4.30 to GLIBCXX_3.4.11",
                "symbol _ZSt21ios_base_library_initv: weak",
                "version GLIBCXX_3.4.30: weak",
                "version GLIBCXX_3.4.32: weak",
            ],
            changes.Order(StringComparer.Ordinal));
        var different = Enumerable.Range(0, original.Length).Count(i => original[i] != relaxed[i]);
        Assert.InRange(different, 4, 8);
    }

    [Fact]
    public void Relaxing_twice_changes_nothing_more()
    {
        var folder = NativeFolders.Find("libLibTorchSharp.so");
        Assert.SkipWhen(folder is null, "no Linux build of TorchSharp's native library here");
        var once = File.ReadAllBytes(Path.Combine(folder!, "libLibTorchSharp.so"));
        ElfCompat.Relax(once);
        var twice = once.ToArray();
        ElfCompat.Relax(twice);
        Assert.True(once.AsSpan().SequenceEqual(twice));
    }

    [Fact]
    public void Other_files_are_refused() =>
        Assert.Throws<NotSupportedException>(() => ElfCompat.Relax(new byte[100]));

    [Fact]
    public void A_libstdcpp_that_is_too_old_is_explained_in_one_sentence()
    {
        var text = TorchSharpLibrary.Explain("/x/lib.so", "/lib/libstdc++.so.6: version `GLIBCXX_3.4.29' not found");
        Assert.Contains("libstdc++ is too old", text);
        Assert.Contains("GLIBCXX_3.4.29' not found", text);
        Assert.Contains("Upgrade the system", text);
    }
}
