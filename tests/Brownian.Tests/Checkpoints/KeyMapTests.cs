using Brownian.Checkpoints;
using Brownian.Testing;
using static TorchSharp.torch;

namespace Brownian.Tests.Checkpoints;

public sealed class KeyMapTests : LeakCheck
{
    [Theory]
    [InlineData(1, new long[] { 2, 3 })]
    [InlineData(2, new long[] { 1, 4 })]
    [InlineData(0, new long[] { 1, 4 })]
    public void A_part_of_a_stack_is_found_however_the_stack_is_laid_out(int groups, long[] second)
    {
        using var scope = NewDisposeScope();
        var stack = arange(6, dtype: ScalarType.Int64).reshape(6, 1); // three weights of two rows, or two groups or rows of three
        Assert.Equal(second, new WeightPart(1, 3, groups).Take(stack).flatten().data<long>().ToArray());
    }

    [Fact]
    public void A_stack_that_does_not_divide_is_an_error_that_says_so()
    {
        using var stack = zeros(7, 1);
        Assert.Contains("got 7", Assert.Throws<ArgumentException>(() => new WeightPart(0, 3).Take(stack)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_follow_one_another_and_share_out_a_stack()
    {
        var map = new KeyMap("outer", [new("^module", string.Empty)])
        {
            Ignored = ["table"],
            Next = new("inner", [new("qkv", "to_q") { Part = new(0, 2) }, new("qkv", "to_k") { Part = new(1, 2) }, new("proj.W", "out.weight") { IsTransposed = true }]),
        };
        Assert.Equal(["a.to_q", "a.to_k"], map.Places("module.a.qkv").Select(place => place.Name));
        Assert.Equal(new WeightPlace("a.out.weight", null, IsTransposed: true), Assert.Single(map.Places("module.a.proj.W")));
        Assert.True(map.Ignores("module.a.table"));
        Assert.False(map.Ignores("module.a.stable"));
    }
}
