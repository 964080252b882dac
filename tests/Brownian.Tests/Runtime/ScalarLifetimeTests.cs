using Brownian.Runtime;
using static TorchSharp.torch;

namespace Brownian.Tests.Runtime;

public sealed class ScalarLifetimeTests
{
    // Without the delay some 3 % of collections make an operator throw: 300 of them all pass once in ten thousand runs.
    [Fact]
    public void Operators_survive_garbage_collections_at_any_moment()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture
            == System.Runtime.InteropServices.Architecture.X64, "scalars are kept alive on Linux x64 only");
        Assert.True(ScalarLifetime.IsExtended);
        using var one = ones(16);
        using var two = one * 2;
        var collections = 0;
        var collector = new Thread(() =>
        {
            for (; Volatile.Read(ref collections) < 300; Interlocked.Increment(ref collections))
            {
                GC.Collect(0);
                Thread.Sleep(1);
            }
        });
        collector.Start();
        while (Volatile.Read(ref collections) < 300)
        {
            using var sum = one + two;
            Assert.Equal(3, sum.data<float>()[0]);
        }

        collector.Join();
    }
}
