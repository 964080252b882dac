using Brownian.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Brownian.Tests.Runtime;

public sealed class PackedConvolutionTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 1, 1)]
    [InlineData(1, 1, 4)]
    [InlineData(2, 4, 1)]
    [InlineData(2, 5, 3)]
    public void It_equals_the_plain_convolution_with_and_without_what_is_added_down_to_one_pixel(int batch, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var random = new RandomStream(1);
        var x = MemoryLayout.ToChannelsLast(random.NormalLike(empty(batch, 16, height, width)));
        var weight = MemoryLayout.ToChannelsLast(random.NormalLike(empty(8, 16, 3, 3)));
        var (bias, added) = (random.NormalLike(empty(8)), MemoryLayout.ToChannelsLast(random.NormalLike(empty(batch, 8, height, width))));
        if (PackedConvolution.Pack(weight, [1, 1], [1, 1], x.shape) is not { } packed)
        {
            Assert.Skip("this build of libtorch has no oneDNN");
            return;
        }

        var expected = nn.functional.conv2d(x, weight, bias, padding: [1, 1]);
        Close(expected, PackedConvolution.Run(x, Aten.T(packed), Aten.T(bias), [1, 1], [1, 1], null));
        Close(expected + added, PackedConvolution.Run(x, Aten.T(packed), Aten.T(bias), [1, 1], [1, 1], added));
        Close(expected - bias.reshape(1, -1, 1, 1), PackedConvolution.Run(x, Aten.T(packed), null, [1, 1], [1, 1], null));
    }

    private static void Close(Tensor expected, Tensor actual) => Assert.InRange((expected - actual).abs().max().item<float>(), 0, 1e-4f);
}
